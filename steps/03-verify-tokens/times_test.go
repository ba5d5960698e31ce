// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

package verifier_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tokenauth.example/token/forge"
	"tokenauth.example/verifier"
)

// 3. An expired token is refused.
// Stays: it asks for the plainest case, and so says most plainly what is wrong.
func TestVerify_RefusesAnExpiredToken(t *testing.T) {
	refuses(t, fixedVerifier(t), fixed(t, "expired.jwt"), "ErrExpired",
		"expired.jwt ended in 2020 and must be refused: otherwise a token that was stolen once works forever")

	v := newVerifier(t, key)
	accepts(t, v, forge.HS256(key, payload(600)))
	for _, seconds := range []int{-1, -10, -600, -2_000_000} {
		refuses(t, v, forge.HS256(key, payload(seconds)), "ErrExpired",
			"a token that ended %d seconds ago must be refused: there's no grace period, because our own clock issued it", -seconds)
	}
}

// 3. A token ends at exp, not after it.
func TestVerify_RefusesATokenAtItsExpiry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newVerifier(t, key)
		time.Sleep(83*time.Minute + 300*time.Millisecond)
		accepts(t, v, forge.HS256(key, payload(1)))

		_, err := v.Verify(forge.HS256(key, payload(-600)))
		require.Error(t, err, "the Verifier is 83 minutes old, and this token ended ten minutes ago: if it is accepted, Verify's clock stands still, as one does that is read in New. It must look at the time whenever it is asked")
		time.Sleep(700 * time.Millisecond)
		refuses(t, v, forge.HS256(key, payload(0)), "ErrExpired",
			"in the very second of its exp a token must be refused: it is good until then, not until after (RFC 7519, section 4.1.4)")
	})
}

// 3. A token is judged anew each time.
func TestVerify_JudgesEachTimeAnew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newVerifier(t, key)
		signed, other := forge.HS256(key, payload(60)), forge.HS256(key, payload(7200))
		for _, wait := range []time.Duration{0, 0, 30, 29} {
			time.Sleep(wait * time.Second)
			accepts(t, v, signed) // as often as it is asked
			accepts(t, v, other)
		}
		for _, wait := range []time.Duration{2, 0, 1, 3600} {
			time.Sleep(wait * time.Second)
			refuses(t, v, signed, "ErrExpired",
				"this token was good a moment ago, and its exp is over: it must be refused from then on, so what was found out about it must not be kept longer")
			accepts(t, v, other)
		}
	})
}

// 3. A token without an end is refused.
func TestVerify_RefusesATokenThatNeverExpires(t *testing.T) {
	v := newVerifier(t, key)
	accepts(t, v, forge.HS256(key, payload(60)))
	refuses(t, v, forge.HS256(key, `{"sub":"user-1"}`), "ErrNoExpiry", "a token without exp must be refused, however well it's signed: it would be good forever")

	for _, text := range []string{`{"sub":"user-1","exp":null}`, `{"sub":"user-1","exp":0}`, `{"sub":"user-1","exp":-1}`, `{}`, `null`} {
		refusesSomehow(t, v, forge.HS256(key, text), "an exp that isn't a time in the future must be refused: what can't be read must not mean never: %s", text)
	}
}

// 3. A token whose time has not come is refused.
func TestVerify_RefusesATokenThatIsNotYetValid(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newVerifier(t, key)
		now := time.Now().Unix()
		accepts(t, v, forge.HS256(key, fmt.Sprintf(`{"sub":"user-1","nbf":%d,"exp":%d}`, now, now+60)))

		early := forge.HS256(key, fmt.Sprintf(`{"sub":"user-1","nbf":%d,"exp":%d}`, now+30, now+60))
		for _, wait := range []time.Duration{29, 1} {
			refuses(t, v, early, "ErrNotYetValid", "a token whose nbf is still to come must be refused: not before means not before (RFC 7519, section 4.1.5)")
			time.Sleep(wait * time.Second)
		}
		_, err := v.Verify(early)
		assert.NoError(t, err, "in the very second of its nbf a token must be accepted, though it was refused before")
	})
}

// 3. Wherever the server is, times are the same.
func TestVerify_ReadsTimesInEveryZone(t *testing.T) {
	home := time.Local
	defer func() { time.Local = home }()
	for _, zone := range []*time.Location{time.FixedZone("UTC+14", 14*60*60), time.FixedZone("UTC-11", -11*60*60), time.FixedZone("UTC+5:45", 345*60)} {
		t.Run(zone.String(), func(t *testing.T) {
			time.Local = zone
			synctest.Test(t, func(t *testing.T) {
				v := newVerifier(t, key)
				for range 3 { // in winter and in summer
					time.Sleep(150 * 24 * time.Hour)
					_, err := v.Verify(forge.HS256(key, payload(60)))
					require.NoError(t, err, "a token that is good for another minute must be accepted in every time zone: exp counts seconds since 1970, and knows no zones (RFC 7519, section 2)")
					refuses(t, v, forge.HS256(key, payload(-60)), "ErrExpired", "a token that ended a minute ago must be refused in every time zone: exp counts seconds since 1970, and knows no zones (RFC 7519, section 2)")
				}
			})
		})
	}
}

// 3. A time may have a fraction.
func TestVerify_ReadsFractions(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newVerifier(t, key)
		now := time.Now().Unix()
		for _, text := range []string{`{"sub":"user-1","exp":%d.5}`, `{"sub":"user-1","exp":%d.0}`, `{"exp":%de0,"sub":"user-1"}`} {
			signed := forge.HS256(key, fmt.Sprintf(text, now+60))
			subject, err := v.Verify(signed)
			require.NoError(t, err, "an exp with a fraction is a number like any other, and must be read (RFC 7519, section 2): "+text, now+60)
			require.Equal(t, "user-1", subject)
		}
		early := forge.HS256(key, fmt.Sprintf(`{"sub":"user-1","nbf":%d.5,"exp":%d}`, now+2, now+600))
		refuses(t, v, early, "ErrNotYetValid", "a token whose nbf is two and a half seconds ahead must be refused")
		late := forge.HS256(key, fmt.Sprintf(`{"sub":"user-1","exp":%d.5}`, now+60))
		time.Sleep(61 * time.Second)
		refuses(t, v, late, "ErrExpired", "half a second after its exp a token must be refused, fraction or not")
	})
}

// 3. The signature is judged before anything that the token says.
func TestVerify_ChecksTheSignatureFirst(t *testing.T) {
	_, err := fixedVerifier(t).Verify(fixed(t, "expired-and-tampered.jwt"))
	assert.ErrorIs(t, err, verifier.ErrSignature, "expired and badly signed must be ErrSignature: what a forged token says about time is worth nothing")
	assert.NotErrorIs(t, err, verifier.ErrExpired, "expired and badly signed must not be ErrExpired: code that renews expired tokens would renew forged ones (CVE-2024-51744)")

	v := newVerifier(t, key)
	accepts(t, v, forge.HS256(key, payload(60)))
	now := time.Now().Unix()
	for _, test := range []struct {
		text string
		not  error
	}{
		{payload(-60), verifier.ErrExpired},
		{`{"sub":"user-1"}`, verifier.ErrNoExpiry},
		{fmt.Sprintf(`{"sub":"user-1","nbf":%d,"exp":%d}`, now+30, now+60), verifier.ErrNotYetValid},
		{fmt.Sprintf(`{"exp":%d}`, now+60), verifier.ErrNoSubject},
	} {
		_, err := v.Verify(forge.HS256([]byte("another-key-that-is-long-enough-too"), test.text))
		assert.ErrorIs(t, err, verifier.ErrSignature, "badly signed must be ErrSignature, whatever else is wrong: anybody may have written %s", test.text)
		assert.NotErrorIs(t, err, test.not, "badly signed must be nothing but ErrSignature: anybody may have written %s", test.text)
	}
}
