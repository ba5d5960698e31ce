// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

package keys_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"net/http"
	"regexp"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tokenauth.example/keys"
	"tokenauth.example/login/apitest"
)

// published are the names of the keys that a ring publishes.
func published(ring *keys.Ring) []string {
	var list []string
	for _, jwk := range ring.Public() {
		list = append(list, nameOf(jwk.ID))
	}
	return list
}

// 5. A new key is published before it signs.
// Stays: several in a hurry find it, too, and say less plainly what is wrong.
func TestRotate_PublishesBeforeItSigns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		old, next := named(t, "the old key"), named(t, "the new key")
		ring := newRing(t, old)
		require.NoError(t, ring.Rotate(next), "a good key must be taken")
		assert.Equal(t, []string{"the old key", "the new key"}, published(ring), "the new key must be published at once")
		for range 4 {
			require.Equal(t, "the old key", signer(t, sign(t, ring)), "the old key must sign until the new one has been published for lead: a verifier that keeps our keys for that long doesn't know the new one yet, and would refuse its tokens")
			time.Sleep(lead/4 - time.Second)
		}
		time.Sleep(4 * time.Second)
		assert.Equal(t, "the new key", signer(t, sign(t, ring)), "once everybody can know the new key, it must sign")
	})
}

// 5. The old key verifies as long as its last token lives.
// Stays: several in a hurry find it, too, and say less plainly what is wrong.
func TestRotate_RetiresTheOldKeyInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		old, next := named(t, "the old key"), named(t, "the new key")
		ring := newRing(t, old)
		require.NoError(t, ring.Rotate(next), "a good key must be taken")
		time.Sleep(lead - time.Second)
		last := forged(old, map[string]any{"kid": idOf(old)})
		require.NoError(t, verify(ring, last), "until then, the old key signs")
		time.Sleep(life)
		assert.Contains(t, published(ring), "the old key", "as long as a token of the old key lives, the key must be published: everybody would be logged out")
		assert.NoError(t, verify(ring, forged(old, map[string]any{"kid": idOf(old)})), "as long as a token of the old key lives, it must be good")
		time.Sleep(time.Second)
		assert.Equal(t, []string{"the new key"}, published(ring), "its last token has expired, so the old key must be gone: if somebody steals it now, it's worth nothing")
		assert.ErrorIs(t, verify(ring, forged(old, map[string]any{"kid": idOf(old)})), keys.ErrUnknownKey, "what's signed by a key that's gone must be refused")
		assert.NoError(t, verify(ring, sign(t, ring)), "the new key goes on")
	})
}

// 5. In a hurry.
func TestRotate_TakesSeveralInAHurry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		one, two, three := named(t, "one"), named(t, "two"), named(t, "three")
		ring := newRing(t, one)
		require.NoError(t, ring.Rotate(two), "a good key must be taken")
		time.Sleep(lead / 2)
		require.NoError(t, ring.Rotate(three), "another one must be taken before the first has begun")
		require.Equal(t, []string{"one", "two", "three"}, published(ring), "all of them are published")
		require.Equal(t, "one", signer(t, sign(t, ring)), "nobody has been published for lead")
		time.Sleep(lead / 2)
		require.Equal(t, "two", signer(t, sign(t, ring)), "the second has, and must sign")
		time.Sleep(lead / 2)
		require.Equal(t, "three", signer(t, sign(t, ring)), "the third has, and must sign")
		require.Equal(t, []string{"two", "three"}, published(ring), "the last token of the first has expired long ago, and one of the second lives")
		time.Sleep(life)
		assert.Equal(t, []string{"three"}, published(ring), "now the second is gone, too")
	})
}

// 5. What cannot be used changes nothing.
func TestRotate_RefusesWhatItCannotUse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		old := named(t, "the old key")
		ring := newRing(t, old)
		other, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
		require.NoError(t, err)
		require.NoError(t, ring.Rotate(newKey(t)), "first, a good key must be taken")
		before := published(ring)
		assert.ErrorIs(t, ring.Rotate(old), keys.ErrTwice, "the key that signs now isn't a new one")
		assert.ErrorIs(t, ring.Rotate(other), keys.ErrCurve, "ES256 needs P-256")
		assert.ErrorIs(t, ring.Rotate(nil), keys.ErrNoKey, "no key is no new key")
		assert.Equal(t, before, published(ring), "what's refused must change nothing")
		assert.NoError(t, verify(ring, sign(t, ring)), "the ring must go on")
	})
}

// 5. Keys are exchanged while the server works.
func TestRotate_WhileEverybodySigns(t *testing.T) {
	ring, err := keys.NewRing(0, life, keys.Dated{Key: newKey(t), Published: time.Now()}) // a new key signs at once
	require.NoError(t, err, "first, NewRing must make a ring of good keys")
	require.NoError(t, verify(ring, sign(t, ring)), "first, what the ring signs must be good")
	var crowd sync.WaitGroup
	wrong := make([]error, 8)
	for i := range wrong {
		crowd.Go(func() {
			for range 40 {
				signed, err := ring.Sign("at+jwt", claims())
				if err == nil {
					err = verify(ring, signed)
				}
				if err != nil {
					wrong[i] = err
					return
				}
				_ = ring.Public()
			}
		})
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		crowd.Wait()
	}()
	for over := false; !over; {
		require.NoError(t, ring.Rotate(newKey(t)), "a good key must be taken while others sign")
		select {
		case <-done:
			over = true
		case <-time.After(200 * time.Microsecond):
		}
	}
	for _, err := range wrong {
		require.NoError(t, err, "a token that was signed a moment ago must be good, also while a new key takes over")
	}
}

// 6. Nobody else's hands on the ring.
func TestPublic_GivesItsOwnList(t *testing.T) {
	ring := newRing(t, newKey(t))
	first := ring.Public()
	require.Len(t, first, 1, "first, the ring must publish its key")
	want := first[0]
	first[0] = keys.JWK{ID: "thief's"}
	assert.Equal(t, []keys.JWK{want}, ring.Public(), "somebody who changes the list that they were given must not change ours")
}

// 7. Anybody can have the public keys.
func TestHandler_PublishesTheKeys(t *testing.T) {
	key := newKey(t)
	ring := newRing(t, key)
	answer := apitest.Do(t, ring.Handler(), apitest.Request("GET", "/.well-known/jwks.json", ""))
	require.Equal(t, "200", answer.Outcome(), "the keys are for everybody, without a token")
	assert.Equal(t, "application/json", answer.Header.Get("Content-Type"), "the answer must say that it's JSON")
	var set struct {
		Keys []map[string]any `json:"keys"`
	}
	require.NoError(t, json.Unmarshal([]byte(answer.Body), &set), "the answer must be a JSON object with keys (RFC 7517, section 5)")
	require.Len(t, set.Keys, 1, "the ring has one key, and it must be published")
	jwk := ring.Public()[0]
	assert.Equal(t, map[string]any{"kty": "EC", "crv": "P-256", "x": jwk.X, "y": jwk.Y, "kid": idOf(key), "use": "sig", "alg": "ES256"}, set.Keys[0], "a published key must have these members, and no d, which is the private one (RFC 7518, section 6.2.2)")
	for _, method := range []string{"POST", "PUT", "DELETE"} {
		assert.Equal(t, http.StatusMethodNotAllowed, apitest.Do(t, ring.Handler(), apitest.Request(method, "/.well-known/jwks.json", "{}")).Status, "keys are read, and nobody sends us any")
	}
}

// 7. The list is that of now.
func TestHandler_PublishesWhatIsNow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ring := newRing(t, newKey(t))
		handler := ring.Handler()
		count := func() int {
			var set struct{ Keys []any }
			_ = json.Unmarshal([]byte(apitest.Ask(handler, apitest.Request("GET", "/.well-known/jwks.json", "")).Body), &set)
			return len(set.Keys)
		}
		require.Equal(t, 1, count(), "first, the one key must be published")
		require.NoError(t, ring.Rotate(newKey(t)), "a good key must be taken")
		assert.Equal(t, 2, count(), "a new key must be published at once, by the handler that's there already")
		time.Sleep(lead + life)
		assert.Equal(t, 1, count(), "a key that's gone must not be published")
	})
}

var maxAge = regexp.MustCompile(`(?:^|[ ,])max-age=([0-9]+)`)

// 7. A copy is younger than lead.
func TestHandler_LimitsHowLongACopyIsKept(t *testing.T) {
	for _, lead := range []time.Duration{time.Hour, 10 * time.Minute, 3 * time.Second} {
		ring, err := keys.NewRing(lead, life, keys.Dated{Key: newKey(t), Published: time.Now()})
		require.NoError(t, err, "first, NewRing must make a ring of good keys")
		answer := apitest.Do(t, ring.Handler(), apitest.Request("GET", "/.well-known/jwks.json", ""))
		require.Equal(t, "200", answer.Outcome(), "the keys are for everybody")
		require.Len(t, answer.Header.Values("Cache-Control"), 1, "Cache-Control must be there once: of two, each cache believes another")
		match := maxAge.FindStringSubmatch(answer.Header.Get("Cache-Control"))
		require.NotNil(t, match, "Cache-Control must have a max-age: without, some caches keep keys for a day, and others ask at every request")
		seconds, err := strconv.Atoi(match[1])
		require.NoError(t, err)
		assert.LessOrEqual(t, 2*time.Duration(seconds)*time.Second, lead, "a copy that's kept for longer than half of lead (%v) may be too old when a new key begins to sign", lead)
		assert.Positive(t, seconds, "a copy may be kept for a while: everybody would ask for the keys at each request")
		assert.NotContains(t, answer.Header.Get("Cache-Control"), "no-store", "public keys may be kept")
		assert.Empty(t, answer.Late, "headers must be set before the body is sent")
	}
}
