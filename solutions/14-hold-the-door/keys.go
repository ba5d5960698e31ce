package door

import (
	"net/netip"
	"strings"
)

// addressKey returns under which name the failures of an address are counted. For IPv6 that's
// its /64 network, because somebody who has one address there has all of them.
//
//workshop:todo 3 name what is counted.
//workshop:stub return ""
func addressKey(address netip.Addr) string {
	if address.Is6() {
		prefix, _ := address.Prefix(64)
		return prefix.String()
	}
	return address.String()
}

// accountKey returns under which name the failures of an account are counted: its email, in
// lower case, as the store compares it, and without spaces around it. Accounts that don't
// exist are counted like all others.
//
//workshop:todo 3 name what is counted.
//workshop:stub return ""
func accountKey(email string) string {
	return strings.ToLower(strings.TrimSpace(email))
}
