// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

package door_test

import (
	"net/http/httptest"
	"net/netip"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tokenauth.example/door"
)

func trusts(t *testing.T, text string) door.Trusted {
	t.Helper()
	trusted, err := door.ParseTrusted(text)
	require.NoError(t, err, "first, ParseTrusted must read %q", text)
	return trusted
}

// caller asks who is calling over a connection from peer, with lines of X-Forwarded-For.
func caller(trusted door.Trusted, peer string, lines ...string) string {
	r := httptest.NewRequest("POST", "/auth/token", nil)
	r.RemoteAddr = peer
	for _, line := range lines {
		r.Header.Add("X-Forwarded-For", line)
	}
	return trusted.Caller(r).String()
}

// 1. Addresses and prefixes.
func TestParseTrusted_ReadsAddressesAndPrefixes(t *testing.T) {
	for _, c := range []struct {
		text    string
		in, out []string
	}{
		{"", nil, []string{"127.0.0.1", "::1", "0.0.0.0"}},
		{"  ", nil, []string{"127.0.0.1"}},
		{"10.0.0.0/8", []string{"10.0.0.1", "10.255.255.255"}, []string{"11.0.0.1", "9.255.255.255", "::1"}},
		{"10.1.2.3/8", []string{"10.0.0.1"}, []string{"11.0.0.1"}},
		{"192.0.2.7", []string{"192.0.2.7"}, []string{"192.0.2.6", "192.0.2.8"}},
		{" 192.0.2.7 , ::1,2001:db8::/32 ", []string{"192.0.2.7", "::1", "2001:db8:1::5"}, []string{"2001:db9::1", "192.0.2.8"}},
		{"::ffff:192.0.2.7", []string{"192.0.2.7"}, []string{"192.0.2.8"}},
		{"0.0.0.0/0", []string{"203.0.113.9"}, []string{"2001:db8::1"}},
	} {
		trusted := trusts(t, c.text)
		trustsOne := func(address string) bool { return trusted.Has(netip.MustParseAddr(address)) }
		for _, address := range c.in {
			assert.True(t, trustsOne(address), "with %q, the proxy at %s must be trusted", c.text, address)
		}
		for _, address := range c.out {
			assert.False(t, trustsOne(address), "with %q, somebody at %s must not be trusted: they'd say that they are whoever they like", c.text, address)
		}
	}
}

// 1. Nonsense is told.
func TestParseTrusted_RefusesNonsense(t *testing.T) {
	trusts(t, "10.0.0.0/8")
	for _, text := range []string{"x", "10.0.0", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/8,", ",", "10.0.0.0/8 ::1", "10.0.0.0-10.0.0.9", "*", "fe80::1%eth0", "::ffff:10.0.0.0/104", "192.0.2.7:80", "localhost"} {
		trusted, err := door.ParseTrusted(text)
		assert.ErrorIs(t, err, door.ErrPrefix, "%q is no address and no prefix that can be trusted: a server that starts with it would trust others than somebody meant", text)
		assert.Empty(t, trusted, "with an error nobody may be trusted")
	}
}

// 2. Without proxies.
// Stays: the door's test finds it, too, and doesn't say whom it believed.
func TestCaller_IsThePeer(t *testing.T) {
	for _, trusted := range []door.Trusted{nil, trusts(t, "10.0.0.0/8")} {
		for _, c := range [][2]string{{"192.0.2.1:1234", "192.0.2.1"}, {"[2001:db8::1]:1234", "2001:db8::1"}, {"127.0.0.1:1", "127.0.0.1"}, {"[fe80::1%eth0]:1", "fe80::1"}} {
			peer, want := c[0], c[1]
			assert.Equal(t, want, caller(trusted, peer), "without a proxy the caller must be the other end of the connection, without a port")
			assert.Equal(t, want, caller(trusted, peer, "203.0.113.9"), "anybody can write X-Forwarded-For: it counts only from a proxy that is trusted (CWE-348)")
		}
	}
	for _, nowhere := range []string{"", "@", "192.0.2.1", "x:1"} {
		assert.Equal(t, netip.Addr{}.String(), caller(nil, nowhere, "203.0.113.9"), "RemoteAddr is %q: a connection that has no address must be nobody's", nowhere)
	}
}

// 2. From the right.
func TestCaller_ReadsFromTheRight(t *testing.T) {
	trusted := trusts(t, "10.0.0.0/8, 2001:db8:f::/48")
	for _, c := range []struct {
		why   string
		lines []string
		want  string
	}{
		{"the proxy says who it is", []string{"203.0.113.9"}, "203.0.113.9"},
		{"what is further to the left came from the client, and may be a lie", []string{"192.0.2.66, 203.0.113.9"}, "203.0.113.9"},
		{"what is further to the left came from the client, though it names a proxy", []string{"10.9.9.9, 203.0.113.9"}, "203.0.113.9"},
		{"between two proxies of ours", []string{"192.0.2.66, 203.0.113.9, 10.0.0.2"}, "203.0.113.9"},
		{"between three proxies of ours", []string{"203.0.113.9,2001:db8:f::2 ,10.0.0.2"}, "203.0.113.9"},
		{"in several lines, which are one list", []string{"192.0.2.66", "203.0.113.9"}, "203.0.113.9"},
		{"in several lines, the last of which is a proxy's", []string{"192.0.2.66, 203.0.113.9", "10.0.0.2"}, "203.0.113.9"},
		{"by IPv6", []string{"192.0.2.66, 2001:db8::9"}, "2001:db8::9"},
		{"proxies all the way: it's the first of them", []string{"10.0.0.3, 10.0.0.2"}, "10.0.0.3"},
	} {
		assert.Equal(t, c.want, caller(trusted, "10.0.0.1:443", c.lines...), "%s: the caller must be the rightmost address that is no trusted proxy's (X-Forwarded-For: %q)", c.why, c.lines)
	}
}

// 2. What is no address.
func TestCaller_StopsAtWhatIsNoAddress(t *testing.T) {
	trusted := trusts(t, "10.0.0.0/8")
	require.Equal(t, "203.0.113.9", caller(trusted, "10.0.0.1:443", "203.0.113.9, 10.0.0.2"), "before any bad header, its good twin must be read")
	for _, bad := range []string{"", "unknown", "_hidden", "203.0.113.300", "203.0.113.9:80", "\"203.0.113.9\"", "203.0.113.9 x", "for=203.0.113.9"} {
		assert.Equal(t, "10.0.0.2", caller(trusted, "10.0.0.1:443", "192.0.2.66, "+bad+", 10.0.0.2"), "%q is no address: nobody has vouched for what's to its left, so the caller must be the leftmost one that somebody has vouched for", bad)
	}
	assert.Equal(t, "10.0.0.1", caller(trusted, "10.0.0.1:443"), "without a header the caller must be the proxy itself")
}

// 2. One address, two forms.
func TestCaller_KnowsIPv4InTwoForms(t *testing.T) {
	trusted := trusts(t, "10.0.0.0/8")
	assert.Equal(t, "192.0.2.1", caller(trusted, "[::ffff:192.0.2.1]:1234"), "a server that listens on IPv6 sees IPv4 like this: it must be the same caller")
	assert.Equal(t, "203.0.113.9", caller(trusted, "[::ffff:10.0.0.1]:1234", "203.0.113.9"), "a proxy must be known in this form, too")
	assert.Equal(t, "203.0.113.9", caller(trusted, "10.0.0.1:1", "::ffff:203.0.113.9"), "a caller in the header must be known in this form, too, or has two counters")
	assert.Equal(t, "203.0.113.9", caller(trusted, "10.0.0.1:1", "203.0.113.9, ::ffff:10.0.0.2"), "a proxy in the header must be known in this form, too")
	assert.Equal(t, "fe80::1", caller(trusted, "10.0.0.1:1", "fe80::1%x"), "a zone in the header must be left out: each one would be another caller")
}

// 2. One header.
func TestCaller_TakesNoOtherHeader(t *testing.T) {
	trusted := trusts(t, "10.0.0.0/8")
	for _, name := range []string{"X-Real-Ip", "Forwarded", "True-Client-Ip", "Cf-Connecting-Ip", "X-Client-Ip", "X-Forwarded-Host", "X-Forwarded", "Client-Ip"} {
		r := httptest.NewRequest("POST", "/auth/token", nil)
		r.RemoteAddr = "10.0.0.1:443"
		r.Header.Set("X-Forwarded-For", "203.0.113.9")
		r.Header.Set(name, "192.0.2.66")
		assert.Equal(t, "203.0.113.9", trusted.Caller(r).String(), "%s must not count: the proxy passes it on as the client wrote it", name)
	}
}

// 3. What an address is counted as.
func TestAddressKey_IsTheNetwork(t *testing.T) {
	key := func(address string) string { return door.AddressKey(netip.MustParseAddr(address)) }
	assert.NotEqual(t, key("192.0.2.1"), key("192.0.2.2"), "two addresses of IPv4 must be two callers")
	assert.Equal(t, key("2001:db8:1:2::1"), key("2001:db8:1:2:ffff::9"), "somebody who has one address of IPv6 has a network of 64 bits, and changes it with each attempt")
	assert.NotEqual(t, key("2001:db8:1:2::1"), key("2001:db8:1:3::1"), "two networks of IPv6 must be two callers")
	assert.NotEqual(t, key("::1"), key("2001:db8::1"), "two networks of IPv6 must be two callers")
	assert.NotEmpty(t, door.AddressKey(netip.Addr{}), "a caller without an address must be counted, too")
}

// 3. What an account is counted as.
func TestAccountKey_IsOneForAllSpellings(t *testing.T) {
	want := door.AccountKey("ann@example.com")
	require.NotEmpty(t, want, "an account must have a key")
	for _, email := range []string{"Ann@Example.COM", " ann@example.com", "ann@example.com\t\n", "ANN@EXAMPLE.COM "} {
		assert.Equal(t, want, door.AccountKey(email), "%q is one account with ann@example.com, or each spelling is ten more attempts", email)
	}
	assert.NotEqual(t, want, door.AccountKey("bob@example.com"), "another account must be counted by itself")
	assert.NotEqual(t, door.AccountKey("a.nn@example.com"), want, "a dot makes another account: only some providers of mail think otherwise")
	assert.Empty(t, door.AccountKey("  "), "an empty email has no key")
}
