// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

package door

import "net/netip"

// Trusted are the addresses of the proxies before this server, which say the truth about who
// is calling.
type Trusted []netip.Prefix

// has reports whether an address, without a zone and with IPv4 as IPv4, is one of a proxy
// that is trusted.
func (t Trusted) has(address netip.Addr) bool {
	for _, prefix := range t {
		if prefix.Contains(address) {
			return true
		}
	}
	return false
}
