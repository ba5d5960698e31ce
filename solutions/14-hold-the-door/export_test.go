// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

package door

import "net/netip"

// AddressKey and AccountKey let the tests ask what only this package can.
var (
	AddressKey = addressKey
	AccountKey = accountKey
)

// Has reports whether an address is one of a proxy that is trusted.
func (t Trusted) Has(address netip.Addr) bool { return t.has(address) }

// Keys returns how many keys a Limit keeps.
func (l *Limit) Keys() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.keys)
}
