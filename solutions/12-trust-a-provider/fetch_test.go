// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

package provider_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tokenauth.example/provider"
	"tokenauth.example/provider/idptest"
	"tokenauth.example/scopes/ordered"
)

// play plays a test with a provider, in which time passes as it's told to. See package
// synctest.
func play(t *testing.T, do func(t *testing.T, idp *idptest.Provider, p *provider.Provider)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		idp := idptest.New(t)
		p, err := provider.New(idptest.Issuer, idptest.Audience, true, idp.Client())
		require.NoError(t, err, "first, New must take an issuer and an audience")
		do(t, idp, p)
		time.Sleep(10 * time.Second) // until the provider has done what it does
	})
}

// fetches is play for the tasks that come before New.
func fetches(t *testing.T, do func(t *testing.T, idp *idptest.Provider, p *provider.Provider)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		idp := idptest.New(t)
		do(t, idp, provider.Bare(idptest.Issuer, idp.Client()))
		time.Sleep(10 * time.Second) // until the provider has done what it does
	})
}

const address = idptest.Issuer + "/x"

// 1. What the provider says is read.
func TestFetch_ReadsJSON(t *testing.T) {
	fetches(t, func(t *testing.T, idp *idptest.Provider, p *provider.Provider) {
		var header http.Header
		idp.Answer = func(w http.ResponseWriter, r *http.Request) bool {
			header = r.Header
			fmt.Fprintf(w, `{"name":"%s"}`, strings.Repeat("x", 900_000))
			return true
		}
		var got struct{ Name string }
		require.NoError(t, p.Fetch(t.Context(), address, &got), "a good answer of a megabyte at most must be read")
		assert.Len(t, got.Name, 900_000, "all of it must be read")
		assert.Empty(t, header.Get("Authorization")+header.Get("Cookie"), "nothing of ours may be sent along")
	})
}

// 1. What isn't a good answer is none.
func TestFetch_RefusesBadAnswers(t *testing.T) {
	for why, answer := range ordered.Map(map[string]func(w http.ResponseWriter, r *http.Request){
		"it answers 404, with JSON":  func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(404); io.WriteString(w, `{}`) },
		"it answers 500, with JSON":  func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500); io.WriteString(w, `{}`) },
		"it answers 204":             func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(204) },
		"it answers with a page":     func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, `<html>`) },
		"it answers with nothing":    func(http.ResponseWriter, *http.Request) {},
		"it answers with two values": func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, `{}{}`) },
		"it ends in the middle": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			io.WriteString(w, `{}`)
		},
		"it answers with more than a megabyte": func(w http.ResponseWriter, _ *http.Request) {
			io.WriteString(w, `{"x":"`+strings.Repeat("x", 1<<20)+`"}`)
		},
		"it answers with ten megabytes of spaces": func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, `{}`+strings.Repeat(" ", 10<<20)) },
	}) {
		t.Run(why, func(t *testing.T) {
			fetches(t, func(t *testing.T, idp *idptest.Provider, p *provider.Provider) {
				var got map[string]any
				idp.Answer = func(w http.ResponseWriter, _ *http.Request) bool { io.WriteString(w, `{"x":1}`); return true }
				require.NoError(t, p.Fetch(t.Context(), address, &got), "before a bad answer, its good twin must be read")
				idp.Answer = func(w http.ResponseWriter, r *http.Request) bool { answer(w, r); return true }
				assert.ErrorIs(t, p.Fetch(t.Context(), address, &got), provider.ErrUnavailable, "%s: that's no answer to go by", why)
			})
		})
	}
}

// 1. Nobody sends us elsewhere.
func TestFetch_FollowsNoRedirect(t *testing.T) {
	for _, status := range []int{301, 302, 303, 307, 308} {
		fetches(t, func(t *testing.T, idp *idptest.Provider, p *provider.Provider) {
			idp.Answer = func(w http.ResponseWriter, r *http.Request) bool {
				if r.URL.Path == "/x" {
					http.Redirect(w, r, "http://169.254.169.254/metadata", status)
				} else {
					io.WriteString(w, `{}`)
				}
				return true
			}
			var got map[string]any
			require.NoError(t, p.Fetch(t.Context(), idptest.Issuer+"/good", &got), "first, a good answer must be read")
			assert.ErrorIs(t, p.Fetch(t.Context(), address, &got), provider.ErrUnavailable, "it answers %d, and an address in our own network: what's there isn't the provider's to say (CWE-918)", status)
			assert.Zero(t, idp.Asked("/metadata"), "the address that it names must not even be asked")
		})
	}
}

// 1. Nobody makes us wait.
func TestFetch_WaitsForFiveSeconds(t *testing.T) {
	for why, slow := range ordered.Map(map[string]func(w http.ResponseWriter){
		"it says nothing":          func(http.ResponseWriter) {},
		"it says a byte at a time": func(w http.ResponseWriter) { io.WriteString(w, `{"x":"`); w.(http.Flusher).Flush() },
	}) {
		fetches(t, func(t *testing.T, idp *idptest.Provider, p *provider.Provider) {
			idp.Answer = func(w http.ResponseWriter, r *http.Request) bool {
				slow(w)
				select {
				case <-time.After(time.Hour):
				case <-r.Context().Done():
				}
				return true
			}
			begin := time.Now()
			var got map[string]any
			assert.ErrorIs(t, p.Fetch(t.Context(), address, &got), provider.ErrUnavailable, "%s, for an hour: a provider that is slow isn't there", why)
			assert.Equal(t, 5*time.Second, time.Since(begin), "%s: five seconds are the most that anybody waits", why)
		})
	}
	fetches(t, func(t *testing.T, idp *idptest.Provider, p *provider.Provider) {
		idp.Answer = func(w http.ResponseWriter, _ *http.Request) bool {
			time.Sleep(4 * time.Second)
			io.WriteString(w, `{}`)
			return true
		}
		var got map[string]any
		assert.NoError(t, p.Fetch(t.Context(), address, &got), "four seconds are slow, and not too slow")
		over, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		begin := time.Now()
		assert.ErrorIs(t, p.Fetch(over, address, &got), provider.ErrUnavailable, "somebody who has gone waits no longer: pass ctx on")
		assert.Equal(t, time.Second, time.Since(begin), "somebody who has gone waits no longer: pass ctx on")
	})
}

// 2. Where the keys are.
func TestDiscover_FindsTheKeys(t *testing.T) {
	fetches(t, func(t *testing.T, idp *idptest.Provider, p *provider.Provider) {
		keys, err := p.Discover(t.Context())
		require.NoError(t, err, "the provider's metadata is good")
		assert.Equal(t, idptest.Issuer+idptest.KeysPath, keys, "jwks_uri says where the keys are")
		assert.Equal(t, 1, idp.Asked(idptest.MetadataPath), "the metadata is at the well-known address, and is asked for once")

		tenant := provider.Bare(idptest.Issuer+"/tenant/", idp.Client())
		_, _ = tenant.Discover(t.Context())
		assert.Equal(t, 1, idp.Asked("/tenant"+idptest.MetadataPath), "an issuer with a path has its metadata below it, and a slash at its end isn't doubled (OpenID Connect Discovery 1.0, section 4)")
	})
}

// 2. Nobody speaks for another.
func TestDiscover_RefusesAnotherIssuer(t *testing.T) {
	for _, issuer := range []any{nil, "", "https://id.example/", "https://id.example.evil.com", "http://id.example", "HTTPS://ID.EXAMPLE", "https://id.example ", []string{idptest.Issuer}, 7} {
		fetches(t, func(t *testing.T, idp *idptest.Provider, p *provider.Provider) {
			_, err := p.Discover(t.Context())
			require.NoError(t, err, "before another issuer, its good twin must be taken")
			idp.Metadata["issuer"] = issuer
			_, err = p.Discover(t.Context())
			assert.ErrorIs(t, err, provider.ErrUnavailable, "the metadata says that its issuer is %v: somebody who can put a file on that server could speak for ours (OpenID Connect Discovery 1.0, section 4.3)", issuer)
		})
	}
}

// 2. The keys are somewhere.
func TestDiscover_RefusesOtherAddresses(t *testing.T) {
	for _, keys := range []any{nil, "", "/keys", "http://id.example/keys", "file:///etc/passwd", "ftp://id.example/keys", "https:///keys", "https:", "://", 7} {
		fetches(t, func(t *testing.T, idp *idptest.Provider, p *provider.Provider) {
			_, err := p.Discover(t.Context())
			require.NoError(t, err, "before another address, its good twin must be taken")
			idp.Metadata["jwks_uri"] = keys
			_, err = p.Discover(t.Context())
			assert.ErrorIs(t, err, provider.ErrUnavailable, "the keys are said to be at %v: over plain HTTP anybody on the way could exchange them, and a file is nobody's key", keys)
		})
	}
}

// 3. The keys that we can use.
func TestKeysOf_LeavesOutWhatItCannotUse(t *testing.T) {
	good := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	rsaKey := idptest.NewRSA()
	small := must(rsa.GenerateKey(rand.Reader, 1024))
	with := func(jwk map[string]any, changes map[string]any) map[string]any {
		for name, value := range changes {
			if value == nil {
				delete(jwk, name)
			} else {
				jwk[name] = value
			}
		}
		return jwk
	}
	ec := func(kid string, changes map[string]any) map[string]any {
		return with(idptest.JWK(kid, good.Public()), changes)
	}
	rs := func(kid string, changes map[string]any) map[string]any {
		return with(idptest.JWK(kid, rsaKey.Public()), changes)
	}
	list := []map[string]any{
		ec("e", nil), rs("r", nil), ec("no use", map[string]any{"use": nil}), ec("no alg", map[string]any{"alg": nil}), rs("no alg r", map[string]any{"alg": nil}), ec("more", map[string]any{"x5c": []string{"x"}, "key_ops": []string{"verify"}}),
	}
	keys, err := provider.KeysOf(list)
	require.NoError(t, err, "good keys must be taken")
	require.Equal(t, map[string]string{"e": "ES256", "r": "RS256", "no use": "ES256", "no alg": "ES256", "no alg r": "RS256", "more": "ES256"}, keys, "each key is for one algorithm, by its kind: alg and use may be missing (RFC 7517, section 4)")

	for why, bad := range ordered.Map(map[string]map[string]any{
		"it has no kid":                                     ec("", nil),
		"it's for encryption":                               ec("bad", map[string]any{"use": "enc"}),
		"it's for another algorithm":                        rs("bad", map[string]any{"alg": "RS512"}),
		"it's for HMAC, and the list is public":             {"kty": "oct", "kid": "bad", "k": "c2VjcmV0", "alg": "HS256"},
		"it's of a kind that we don't know":                 {"kty": "OKP", "kid": "bad", "crv": "Ed25519", "x": "eA"},
		"it has no kind":                                    {"kid": "bad"},
		"it's of another curve":                             ec("bad", map[string]any{"crv": "P-384"}),
		"it isn't a point of the curve":                     ec("bad", map[string]any{"x": ec("x", nil)["y"]}),
		"its x is short":                                    ec("bad", map[string]any{"x": "eA"}),
		"its x isn't base64url":                             ec("bad", map[string]any{"x": "+/"}),
		"it has no y":                                       ec("bad", map[string]any{"y": nil}),
		"it's an RSA key of 1024 bits, which can be broken": idptest.JWK("bad", small.Public()),
		"it has no n":                                       rs("bad", map[string]any{"n": nil}),
		"its e is 1, and everything is its signature":       rs("bad", map[string]any{"e": "AQ"}),
		"its e is larger than any e":                        rs("bad", map[string]any{"e": strings.Repeat("_", 40)}),
		"it's an EC key that says RS256":                    ec("bad", map[string]any{"alg": "RS256"}),
	}) {
		keys, err := provider.KeysOf([]map[string]any{bad, ec("e", nil)})
		require.NoError(t, err, "one key can't be used, because %s: the others can, and a provider may publish what we don't know yet (apko panicked at such a key: CVE-2026-42576)", why)
		assert.Equal(t, map[string]string{"e": "ES256"}, keys, "a key must be left out: %s", why)
	}
}

// 3. A name is one key's.
func TestKeysOf_RefusesTwoOfOneName(t *testing.T) {
	one, two := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader)), must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	keys, err := provider.KeysOf([]map[string]any{idptest.JWK("a", one.Public()), idptest.JWK("b", two.Public())})
	require.NoError(t, err, "first, two keys of two names must be taken")
	require.Len(t, keys, 2, "first, two keys of two names must be taken")
	_, err = provider.KeysOf([]map[string]any{idptest.JWK("a", one.Public()), idptest.JWK("a", two.Public())})
	assert.Error(t, err, "two keys have one kid, and nobody can say which is meant")
	_, err = provider.KeysOf([]map[string]any{idptest.JWK("a", one.Public()), {"kty": "OKP", "kid": "a"}})
	assert.NoError(t, err, "one of the two can't be used anyway, so it's clear which is meant")
}

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}
