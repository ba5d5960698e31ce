// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

package provider_test

import (
	"crypto/sha256"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tokenauth.example/provider"
	"tokenauth.example/provider/idptest"
	"tokenauth.example/scopes"
	"tokenauth.example/scopes/ordered"
	"tokenauth.example/token/forge"
	"tokenauth.example/verifier"
)

// reasons are all errors of Verify.
var reasons = []error{
	provider.ErrUnknownKey, provider.ErrUnavailable, scopes.ErrType, scopes.ErrIssuer, scopes.ErrAudience, verifier.ErrMalformed, verifier.ErrAlgorithm,
	verifier.ErrSignature, verifier.ErrNoExpiry, verifier.ErrExpired, verifier.ErrNotYetValid, verifier.ErrNoSubject,
}

// takesItsTwin shows that a good token is taken, before one that must not be.
func takesItsTwin(t *testing.T, idp *idptest.Provider, p *provider.Provider) {
	t.Helper()
	for _, kid := range []string{"r", "e"} {
		identity, err := p.Verify(t.Context(), idp.Token(kid, nil, idptest.Claims(nil)))
		require.NoError(t, err, "before any bad token, its good twin must be taken")
		require.Equal(t, "ann", identity.Subject, "before any bad token, its good twin must be taken as Ann's")
	}
}

// refused asserts that a token is refused with this one error, and is nobody's.
func refused(t *testing.T, p *provider.Provider, token string, want error, why string, args ...any) {
	t.Helper()
	identity, err := p.Verify(t.Context(), token)
	assert.ErrorIs(t, err, want, append([]any{why}, args...)...)
	for _, other := range reasons {
		if err != nil && errors.Is(want, other) != errors.Is(err, other) {
			assert.ErrorIs(t, err, want, "the error must be this one alone, and is another one, too: %v", err)
		}
	}
	assert.Equal(t, provider.Identity{}, identity, "with an error there must be no identity")
}

// 6. What a good token says.
func TestVerify_ReadsAGoodToken(t *testing.T) {
	play(t, func(t *testing.T, idp *idptest.Provider, p *provider.Provider) {
		for _, kid := range []string{"r", "e"} {
			identity, err := p.Verify(t.Context(), idp.Token(kid, nil, idptest.Claims(map[string]any{"email": "ann@example.com", "email_verified": true})))
			require.NoError(t, err, "a token that the provider has just issued is good, by RSA and by EC")
			assert.Equal(t, provider.Identity{Issuer: idptest.Issuer, Subject: "ann", Email: "ann@example.com", Scope: scopes.SetOf("tasks:read")}, identity, "the identity must be what the token says: issuer, subject, verified email and scope")
		}
		for _, aud := range []any{[]string{idptest.Audience}, []string{"x", idptest.Audience}} {
			_, err := p.Verify(t.Context(), idp.Token("e", nil, idptest.Claims(map[string]any{"aud": aud})))
			assert.NoError(t, err, "aud is %v, and we are one of them", aud)
		}
	})
}

// 6. An email counts if it's verified.
func TestVerify_TakesVerifiedEmailsAlone(t *testing.T) {
	play(t, func(t *testing.T, idp *idptest.Provider, p *provider.Provider) {
		for _, verified := range []any{nil, false, "true", 1, "yes", []bool{true}, map[string]any{"a": true}, json.RawMessage("null")} {
			identity, err := p.Verify(t.Context(), idp.Token("e", nil, idptest.Claims(map[string]any{"email": "ann@example.com", "email_verified": verified})))
			require.NoError(t, err, "without a verified email the token is as good as with one")
			assert.Empty(t, identity.Email, "email_verified is %v, and not true: anybody who types somebody else's address there would be them here (CWE-290)", verified)
		}
		identity, err := p.Verify(t.Context(), idp.Token("e", nil, idptest.Claims(map[string]any{"email": "ann@example.com", "Email_Verified": true, "emailVerified": true})))
		require.NoError(t, err, "a token may say more than we read")
		assert.Empty(t, identity.Email, "names are matched to the letter")
	})
}

// 6. Nobody else can make one.
func TestVerify_RefusesForgedTokens(t *testing.T) {
	play(t, func(t *testing.T, idp *idptest.Provider, p *provider.Provider) {
		takesItsTwin(t, idp, p)
		payload := must(json.Marshal(idptest.Claims(nil)))
		for _, alg := range []string{"none", "HS256", "HS512", "RS512", "PS256", "ES384", "EdDSA"} {
			refused(t, p, forge.Unsigned(`{"alg":"`+alg+`","typ":"at+jwt","kid":"r"}`, string(payload)), verifier.ErrAlgorithm, "alg is %q: RS256 and ES256 are what a provider signs with here", alg)
		}
		thief := idptest.NewRSA()
		refused(t, p, idptest.Sign(thief, "r", nil, idptest.Claims(nil)), verifier.ErrSignature, "it names the provider's key, and another has signed it")
		refused(t, p, idptest.Sign(thief, "x", map[string]any{"jwk": idptest.JWK("x", thief.Public()), "jku": "https://evil.com"}, idptest.Claims(nil)), provider.ErrUnknownKey, "it brings its own key")
		refused(t, p, idp.Token("r", map[string]any{"kid": nil}, idptest.Claims(nil)), provider.ErrUnknownKey, "without a kid nobody says which key it was")
		refused(t, p, idp.Token("e", map[string]any{"kid": "r"}, idptest.Claims(nil)), verifier.ErrAlgorithm, "ES256 and the kid of an RSA key: the algorithm belongs to the key")
		refused(t, p, idp.Token("r", map[string]any{"kid": "e"}, idptest.Claims(nil)), verifier.ErrAlgorithm, "RS256 and the kid of an EC key: the algorithm belongs to the key")
		der := must(x509.MarshalPKIXPublicKey(idptest.NewRSA().Public()))
		public := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
		refused(t, p, forge.Sign(sha256.New, public, `{"alg":"HS256","typ":"at+jwt","kid":"r"}`, string(payload)), verifier.ErrAlgorithm, "HS256 with a public key as the secret: everybody has that (MinIO: CVE-2026-33322)")
		good := idp.Token("e", nil, idptest.Claims(nil))
		refused(t, p, idp.Token("e", map[string]any{"crit": []string{"x"}}, idptest.Claims(nil)), verifier.ErrMalformed, "with crit it demands that we understand something that we don't")
		for _, text := range []string{"", "x", "a.b.c", good + "\n", good + "=", strings.Replace(good, ".", ".\r", 1)} {
			refused(t, p, text, verifier.ErrMalformed, "it isn't written as tokens are")
		}
	})
}

// 6. From our issuer, for us, an access token.
func TestVerify_TakesWhatWasSaidToUs(t *testing.T) {
	play(t, func(t *testing.T, idp *idptest.Provider, p *provider.Provider) {
		takesItsTwin(t, idp, p)
		for _, iss := range []any{nil, "", "https://id.example/", "https://id.example.evil.com", "http://id.example", "https://ID.example"} {
			refused(t, p, idp.Token("e", nil, idptest.Claims(map[string]any{"iss": iss})), scopes.ErrIssuer, "iss is %v, and not ours to the letter", iss)
		}
		for _, aud := range []any{nil, "", "https://mail.example", "https://tasks.example/", "portal", []string{}, []string{"https://mail.example"}} {
			refused(t, p, idp.Token("e", nil, idptest.Claims(map[string]any{"aud": aud})), scopes.ErrAudience, "aud is %v: a token for another server must not work here, or that server could use it on us (Argo CD: CVE-2023-22482)", aud)
		}
		for _, typ := range []any{nil, "JWT", "", "id+jwt", "logout+jwt", "xat+jwt", 7} {
			refused(t, p, idp.Token("e", map[string]any{"typ": typ}, idptest.Claims(nil)), scopes.ErrType, "typ is %v: an ID token has the same claims, and is for the one who logged in (RFC 9068, section 4)", typ)
		}
		for _, typ := range []string{"AT+JWT", "application/at+jwt"} {
			_, err := p.Verify(t.Context(), idp.Token("e", map[string]any{"typ": typ}, idptest.Claims(nil)))
			assert.NoError(t, err, "%s is the type of access tokens, too", typ)
		}
		for _, sub := range []any{nil, ""} {
			refused(t, p, idp.Token("e", nil, idptest.Claims(map[string]any{"sub": sub})), verifier.ErrNoSubject, "sub is %v: nobody knows whose it is", sub)
		}
		for claim, value := range ordered.Map(map[string]any{"sub": 7, "iss": []string{idptest.Issuer}, "aud": 7, "exp": "soon", "scope": []string{"tasks:read"}, "email": true}) {
			refused(t, p, idp.Token("e", nil, idptest.Claims(map[string]any{claim: value})), verifier.ErrMalformed, "%s is %v, and of the wrong type", claim, value)
		}
		for _, scope := range []any{nil, ""} {
			identity, err := p.Verify(t.Context(), idp.Token("e", nil, idptest.Claims(map[string]any{"scope": scope, "scp": "tasks:write", "roles": []string{"admin"}})))
			require.NoError(t, err, "a token without a scope is good, and good for nothing")
			assert.Empty(t, identity.Scope, "no right may come from anything but the scope")
		}
	})
}

// 6. Providers that cannot say at+jwt.
func TestVerify_KnowsIDTokensWithoutAType(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		idp := idptest.New(t)
		p, err := provider.New(idptest.Issuer, idptest.Audience, false, idp.Client())
		require.NoError(t, err, "first, New must take an issuer and an audience")
		for _, typ := range []any{nil, "JWT", "at+jwt"} {
			_, err = p.Verify(t.Context(), idp.Token("e", map[string]any{"typ": typ}, idptest.Claims(nil)))
			assert.NoError(t, err, "typ is %v, and this provider cannot say at+jwt", typ)
			for _, mark := range []string{"nonce", "at_hash"} {
				refused(t, p, idp.Token("e", map[string]any{"typ": typ}, idptest.Claims(map[string]any{mark: "x"})), scopes.ErrType, "it has %s, which only an ID token has: it says who logged in, and opens nothing", mark)
			}
		}
		time.Sleep(10 * time.Second)
	})
}

// 6. Two clocks are never the same.
func TestVerify_ForgivesAMinute(t *testing.T) {
	play(t, func(t *testing.T, idp *idptest.Provider, p *provider.Provider) {
		takesItsTwin(t, idp, p)
		now := time.Now().Unix()
		for _, claims := range []map[string]any{{"exp": now - 59}, {"nbf": now + 59}, {"exp": now - 30, "nbf": now + 30}} {
			_, err := p.Verify(t.Context(), idp.Token("e", nil, idptest.Claims(claims)))
			assert.NoError(t, err, "%v: the provider's clock is another one, and may be a minute off", claims)
		}
		refused(t, p, idp.Token("e", nil, idptest.Claims(map[string]any{"exp": now - 61})), verifier.ErrExpired, "it expired more than a minute ago: no clock is that wrong")
		refused(t, p, idp.Token("e", nil, idptest.Claims(map[string]any{"nbf": now + 61})), verifier.ErrNotYetValid, "its time comes in more than a minute")
		refused(t, p, idp.Token("e", nil, idptest.Claims(map[string]any{"exp": nil})), verifier.ErrNoExpiry, "it would be good forever")
	})
}

// 6. What nobody knows is no refusal.
func TestVerify_TellsTroubleFromABadToken(t *testing.T) {
	play(t, func(t *testing.T, idp *idptest.Provider, p *provider.Provider) {
		good := idp.Token("e", nil, idptest.Claims(nil))
		down := true
		idp.Answer = func(w http.ResponseWriter, _ *http.Request) bool {
			if down {
				w.WriteHeader(http.StatusInternalServerError)
			}
			return down
		}
		refused(t, p, good, provider.ErrUnavailable, "the provider is down, and the token may be good: at a 401 its client would throw it away")
		refused(t, p, idp.Token("e", nil, idptest.Claims(map[string]any{"iss": "https://evil.com"})), scopes.ErrIssuer, "that it's from a stranger is known without asking anybody")
		refused(t, p, forge.Unsigned(`{"alg":"none","kid":"e"}`, string(must(json.Marshal(idptest.Claims(nil))))), verifier.ErrAlgorithm, "that it isn't signed is known without asking anybody")
		assert.Equal(t, 1, idp.Asked(idptest.MetadataPath), "on behalf of a stranger's token, nobody must be asked")
		down = false
		time.Sleep(61 * time.Second)
		takesItsTwin(t, idp, p)
	})
}
