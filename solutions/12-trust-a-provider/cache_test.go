// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

package provider_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tokenauth.example/provider"
	"tokenauth.example/provider/idptest"
)

// 4. A configuration that cannot work is said at the start.
func TestNew_RefusesWhatCannotBe(t *testing.T) {
	for _, issuer := range []string{"https://id.example", "https://id.example/tenant/7", "http://127.0.0.1:8080"} {
		_, err := provider.New(issuer, "tasks", true, http.DefaultClient)
		assert.NoError(t, err, "%s can be an issuer", issuer)
	}
	for _, issuer := range []string{"", "id.example", "https://", "https:", "/", "ftp://id.example", "file:///etc/passwd", "://", "https://%zz"} {
		p, err := provider.New(issuer, "tasks", true, http.DefaultClient)
		assert.ErrorIs(t, err, provider.ErrConfiguration, "%q is no issuer: say so at the start, and not at the first login", issuer)
		assert.Nil(t, p, "with an error there must be no Provider")
	}
	_, err := provider.New("https://id.example", "", true, http.DefaultClient)
	assert.ErrorIs(t, err, provider.ErrConfiguration, "without an audience, tokens for every other server would work here")
}

// 4. Nobody is asked before they have to be.
// Stays: those that count questions find it, too, and say less plainly what is wrong.
func TestNew_AsksNobody(t *testing.T) {
	play(t, func(t *testing.T, idp *idptest.Provider, p *provider.Provider) {
		assert.Zero(t, idp.Asked(idptest.MetadataPath), "a server must start while its provider is down")
		require.NoError(t, p.KeyFor(t.Context(), "e"), "the first key that's needed must be fetched")
	})
}

// 5. Keys are fetched once.
// Stays: all that comes after needs it, and says less plainly what is wrong.
func TestKeyFor_FetchesOnce(t *testing.T) {
	play(t, func(t *testing.T, idp *idptest.Provider, p *provider.Provider) {
		for range 5 {
			require.NoError(t, p.KeyFor(t.Context(), "r"), "a key that the provider has must be found")
			require.NoError(t, p.KeyFor(t.Context(), "e"), "a key that the provider has must be found")
			time.Sleep(time.Hour)
		}
		assert.Equal(t, 1, idp.Asked(idptest.KeysPath), "known keys must not be fetched again: the provider would be asked at each request")
	})
}

// 5. A new key is found.
func TestKeyFor_FindsANewKey(t *testing.T) {
	play(t, func(t *testing.T, idp *idptest.Provider, p *provider.Provider) {
		require.NoError(t, p.KeyFor(t.Context(), "e"), "a key that the provider has must be found")
		time.Sleep(2 * time.Minute)
		idp.Publish("new", must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader)))
		require.NoError(t, p.KeyFor(t.Context(), "new"), "a kid that isn't known may be that of a new key: ask once more")
		require.NoError(t, p.KeyFor(t.Context(), "e"), "the old key is still on the list")

		time.Sleep(2 * time.Minute)
		idp.Keys = idp.Keys[2:]
		require.ErrorIs(t, p.KeyFor(t.Context(), "unknown"), provider.ErrUnknownKey, "the list was fetched, and has no such key")
		assert.ErrorIs(t, p.KeyFor(t.Context(), "e"), provider.ErrUnknownKey, "the list was fetched anew, and the key isn't on it any more: it may have been stolen (jwkset kept such keys: CVE-2025-22149)")
		assert.NoError(t, p.KeyFor(t.Context(), "new"), "the new key is still on the list")
	})
}

// 5. Who makes up kids doesn't make us ask.
// Stays: it shows how often, where others show whether.
func TestKeyFor_AsksOnceAMinute(t *testing.T) {
	play(t, func(t *testing.T, idp *idptest.Provider, p *provider.Provider) {
		require.NoError(t, p.KeyFor(t.Context(), "e"), "a key that the provider has must be found")
		time.Sleep(time.Hour)
		for i := range 120 {
			require.ErrorIs(t, p.KeyFor(t.Context(), fmt.Sprint("made up ", i)), provider.ErrUnknownKey, "the provider has no such key")
			time.Sleep(time.Second)
		}
		assert.LessOrEqual(t, idp.Asked(idptest.KeysPath), 4, "for two minutes, somebody sent a made-up kid each second: the provider must be asked once a minute at most, or we attack it for them")
		assert.GreaterOrEqual(t, idp.Asked(idptest.KeysPath), 3, "once a minute it must be asked: it may have a new key")
		assert.NoError(t, p.KeyFor(t.Context(), "e"), "those who have a good token must not notice any of it")
	})
}

// 5. A hundred at once ask once.
func TestKeyFor_AsksOnceForAll(t *testing.T) {
	play(t, func(t *testing.T, idp *idptest.Provider, p *provider.Provider) {
		idp.Answer = func(http.ResponseWriter, *http.Request) bool { time.Sleep(time.Second); return false }
		for round, kid := range []string{"e", "made up"} {
			errs := make([]error, 100)
			var crowd sync.WaitGroup
			for i := range errs {
				crowd.Go(func() { errs[i] = p.KeyFor(t.Context(), kid) })
			}
			crowd.Wait()
			for _, err := range errs {
				require.Equal(t, kid == "e", err == nil, "of a hundred at once, all must get what the one gets who asks: %v", err)
			}
			require.Equal(t, round+1, idp.Asked(idptest.KeysPath), "of a hundred at once, one must ask, and the others wait for it")
			time.Sleep(2 * time.Minute)
		}
	})
}

// 5. Somebody who has gone doesn't take the others along.
func TestKeyFor_LetsPeopleGo(t *testing.T) {
	play(t, func(t *testing.T, idp *idptest.Provider, p *provider.Provider) {
		idp.Answer = func(http.ResponseWriter, *http.Request) bool { time.Sleep(time.Second); return false }
		first, cancel := context.WithCancel(t.Context())
		var gone, stays error
		var both sync.WaitGroup
		begin, waited := time.Now(), time.Duration(0)
		both.Go(func() {
			gone = p.KeyFor(first, "e")
			waited = time.Since(begin)
		})
		time.Sleep(100 * time.Millisecond)
		both.Go(func() { stays = p.KeyFor(t.Context(), "e") })
		time.Sleep(400 * time.Millisecond)
		cancel()
		both.Wait()
		assert.Equal(t, 500*time.Millisecond, waited, "somebody who has gone waits no longer")
		assert.ErrorIs(t, gone, provider.ErrUnavailable, "somebody who has gone gets no key, and it's nobody's fault")
		assert.NoError(t, stays, "the one who asked first has gone, and the others still want the key")
	})
}

// 5. A provider that's down takes nothing away.
func TestKeyFor_LivesThroughTrouble(t *testing.T) {
	play(t, func(t *testing.T, idp *idptest.Provider, p *provider.Provider) {
		down := true
		idp.Answer = func(w http.ResponseWriter, _ *http.Request) bool {
			if down {
				w.WriteHeader(http.StatusBadGateway)
			}
			return down
		}
		err := p.KeyFor(t.Context(), "e")
		require.ErrorIs(t, err, provider.ErrUnavailable, "the provider is down, and no key was ever fetched: nobody knows")
		require.False(t, errors.Is(err, provider.ErrUnknownKey), "what can't be looked up isn't unknown")
		time.Sleep(time.Second)
		require.ErrorIs(t, p.KeyFor(t.Context(), "e"), provider.ErrUnavailable, "a second later, nobody knows either")
		require.Equal(t, 1, idp.Asked(idptest.MetadataPath), "a provider that is down needs no hundred questions a second, either")
		down = false
		time.Sleep(61 * time.Second)
		require.NoError(t, p.KeyFor(t.Context(), "e"), "a minute later the provider is back, and must be asked again")

		down = true
		time.Sleep(time.Hour)
		require.ErrorIs(t, p.KeyFor(t.Context(), "made up"), provider.ErrUnavailable, "the provider is down, so nobody knows whether it has this key")
		for range 3 {
			require.NoError(t, p.KeyFor(t.Context(), "e"), "the provider is down, and its known keys are as good as before: everybody would be logged out")
			time.Sleep(time.Hour)
		}

		down = false
		idp.Publish("r", must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader)))
		require.ErrorIs(t, p.KeyFor(t.Context(), "made up"), provider.ErrUnavailable, "two keys of the provider's list have one kid, so the list can't be used: that's the provider's trouble, and says nothing about a token")
		require.NoError(t, p.KeyFor(t.Context(), "e"), "the provider's new list can't be used, and the keys of its old one are as good as before")
	})
}
