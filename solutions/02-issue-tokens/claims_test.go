// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

package token_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tokenauth.example/token"
)

// abroad moves this machine to each of some time zones, east and west of Greenwich.
func abroad(t *testing.T, do func(t *testing.T)) {
	home := time.Local
	defer func() { time.Local = home }()
	for _, zone := range []*time.Location{time.FixedZone("UTC+9", 9*60*60), time.FixedZone("UTC-8", -8*60*60), time.FixedZone("UTC+5:45", 345*60)} {
		t.Run(zone.String(), func(t *testing.T) {
			time.Local = zone
			synctest.Test(t, do)
		})
	}
}

// 2. The token says whose it is.
func TestIssue_NamesTheSubject(t *testing.T) {
	issuer := newIssuer(t, time.Minute)
	subjects := []string{
		"user-1", "1000000", "007", "9007199254740993", "1e3", "true", "null", " Ann ", "ann@example.com", "<Zoë> \"Z\" & 王\n", "???", "a\u2028b", `\u0041`, "e\u0301",
	}
	for _, n := range []int{1, 2, 63, 64, 65, 127, 128, 254, 255} {
		subjects = append(subjects, strings.Repeat("a-long-id-", n)[:n])
	}
	for _, subject := range subjects {
		require.Equal(t, subject, claimsOf(t, issue(t, issuer, subject))["sub"],
			"sub must be the subject to the letter, and a JSON string: it is how the server finds the user again")
	}
}

// 2. The token says when it was issued.
func TestIssue_SaysWhenItWasIssued(t *testing.T) {
	abroad(t, func(t *testing.T) {
		issuer := newIssuer(t, time.Minute)
		for _, wait := range []time.Duration{83*time.Minute + 20*time.Second, time.Second, 200 * 24 * time.Hour} {
			time.Sleep(wait)
			claims := claimsOf(t, issue(t, issuer, "user-1"))

			require.Equal(t, time.Now().Unix(), int64(secondsOf(t, claims, "iat")),
				"iat must be now, in seconds since 1970, in any time zone: without it, nobody can say which tokens are older than a theft")
		}
	})
}

// 2. The token says when it ends.
func TestIssue_ExpiresAfterTheLifetime(t *testing.T) {
	lifetimes := []time.Duration{time.Second, 30 * time.Minute, 400 * 24 * time.Hour, 100 * 365 * 24 * time.Hour}
	abroad(t, func(t *testing.T) {
		var issuers []*token.Issuer // all are made before the first is used
		for _, lifetime := range lifetimes {
			issuers = append(issuers, newIssuer(t, lifetime))
			issue(t, issuers[0], "user-1")
		}
		time.Sleep(83*time.Minute + 20*time.Second) // not from here, where the server was started and a token was issued
		for i, lifetime := range lifetimes {
			claims := claimsOf(t, issue(t, issuers[i], "user-1"))
			exp := int64(secondsOf(t, claims, "exp"))

			for j, other := range lifetimes {
				require.False(t, j != i && exp == time.Now().Add(other).Unix(),
					"this Issuer's lifetime is %v, and its token lives %v, as long as another Issuer's: each must keep its own lifetime, and not in a variable that all of them share", lifetime, other)
			}
			require.Equal(t, time.Now().Add(lifetime).Unix(), exp,
				"exp must be now plus the lifetime of %v, in seconds since 1970: in any other unit, a stolen token works forever or never", lifetime)
		}
	})
}

// 2. The token can be used at once.
func TestIssue_IsValidAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		issuer := newIssuer(t, time.Minute)
		time.Sleep(700 * time.Millisecond) // clocks seldom show a whole second
		claims := claimsOf(t, issue(t, issuer, "user-1"))

		now := float64(time.Now().UnixMilli()) / 1000
		for _, name := range []string{"iat", "nbf"} {
			if claims[name] != nil {
				assert.LessOrEqual(t, secondsOf(t, claims, name), now,
					"%s must not lie ahead: the token would be refused until then, so the first requests after a login fail (RFC 7519, section 4.1.5)", name)
			}
		}
	})
}

// 2. The caller learns the lifetime.
func TestIssue_ReturnsTheLifetime(t *testing.T) {
	lifetimes := []time.Duration{30 * time.Minute, 90 * time.Second, 36 * time.Hour, 1500 * time.Millisecond, time.Second}
	var issuers []*token.Issuer
	for _, lifetime := range lifetimes {
		issuers = append(issuers, newIssuer(t, lifetime))
	}
	for i, want := range lifetimes {
		_, lifetime, err := issuers[i].Issue("user-1")
		require.NoError(t, err, "Issue must issue a token for an ordinary subject")

		assert.Equal(t, want, lifetime,
			"Issue must return the whole lifetime of its own Issuer: clients are told it, and log in again when it is over")
	}
}

// 3. Without a subject there is no token.
func TestIssue_RefusesAnEmptySubject(t *testing.T) {
	issuer := newIssuer(t, time.Minute)
	issue(t, issuer, "user-1")

	signed, _, err := issuer.Issue("")
	only(t, err, "ErrNoSubject", "a token for nobody must not be issued: the server would look for a user without an id")
	assert.Empty(t, signed, "with an error there must be no token")
	issue(t, issuer, "user-1") // a refusal changes nothing
}
