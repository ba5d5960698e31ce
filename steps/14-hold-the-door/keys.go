package door

import (
	"net/netip"
)

// addressKey returns under which name the failures of an address are counted. For IPv6 that's
// its /64 network, because somebody who has one address there has all of them.
func addressKey(address netip.Addr) string {
	// TODO 3: name what is counted.
	return ""
}

// accountKey returns under which name the failures of an account are counted: its email, in
// lower case, as the store compares it, and without spaces around it. Accounts that don't
// exist are counted like all others.
func accountKey(email string) string {
	// TODO 3: name what is counted.
	return ""
}
