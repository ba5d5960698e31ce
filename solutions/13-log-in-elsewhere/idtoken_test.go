// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

package elsewhere_test

import (
	"crypto/sha256"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tokenauth.example/elsewhere"
	"tokenauth.example/provider"
	"tokenauth.example/provider/idptest"
	"tokenauth.example/scopes"
	"tokenauth.example/token/forge"
	"tokenauth.example/verifier"
)

// reasons are all errors of verifyID.
var reasons = []error{
	elsewhere.ErrNonce, elsewhere.ErrUnknown, elsewhere.ErrDeclined, elsewhere.ErrCode, provider.ErrUnknownKey, provider.ErrUnavailable,
	scopes.ErrType, scopes.ErrIssuer, scopes.ErrAudience, verifier.ErrMalformed, verifier.ErrAlgorithm, verifier.ErrSignature,
	verifier.ErrNoExpiry, verifier.ErrExpired, verifier.ErrNotYetValid, verifier.ErrNoSubject,
}

// takesItsTwin shows that a good ID token is taken, before one that must not be.
func (s *site) takesItsTwin(t *testing.T) {
	t.Helper()
	for _, kid := range []string{"r", "e"} {
		who, err := s.VerifyID(t.Context(), s.idToken(kid, nil, nil), "a nonce")
		require.NoError(t, err, "before any bad token, its good twin must be taken")
		require.Equal(t, "ann", who.Subject, "before any bad token, its good twin must be taken as Ann's")
	}
}

// refused asserts that a token is refused with this one error, and is nobody's.
func (s *site) refused(t *testing.T, token, nonce string, want error, why string, args ...any) {
	t.Helper()
	who, err := s.VerifyID(t.Context(), token, nonce)
	assert.ErrorIs(t, err, want, append([]any{why}, args...)...)
	for _, other := range reasons {
		if err != nil && errors.Is(want, other) != errors.Is(err, other) {
			assert.ErrorIs(t, err, want, "the error must be this one alone, and is another one, too: %v", err)
		}
	}
	assert.Equal(t, provider.Identity{}, who, "with an error there must be no identity")
}

// 7. What a good ID token says.
func TestVerifyID_ReadsAGoodToken(t *testing.T) {
	inTime(t, func(t *testing.T, s *site) {
		want := provider.Identity{Issuer: idptest.Issuer, Subject: "ann", Email: "ann@example.com"}
		for _, kid := range []string{"r", "e"} {
			who, err := s.VerifyID(t.Context(), s.idToken(kid, nil, map[string]any{"scope": "tasks:read"}), "a nonce")
			require.NoError(t, err, "an ID token that the provider has just issued is good, by RSA and by EC")
			assert.Equal(t, want, who, "the identity must be issuer, subject and verified email; an ID token opens nothing, so it has no scope")
		}
		for _, typ := range []any{nil, "jwt", "ID+JWT"} {
			_, err := s.VerifyID(t.Context(), s.idToken("e", map[string]any{"typ": typ}, nil), "a nonce")
			assert.NoError(t, err, "typ is %v: no standard says what an ID token has there", typ)
		}
		for _, claims := range []map[string]any{{"aud": []string{id}}, {"aud": []string{"x", id}, "azp": id}, {"azp": id}} {
			_, err := s.VerifyID(t.Context(), s.idToken("e", nil, claims), "a nonce")
			assert.NoError(t, err, "with the claims %v it's for us", claims)
		}
	})
}

// 7. An email counts if it's verified.
func TestVerifyID_TakesVerifiedEmailsAlone(t *testing.T) {
	inTime(t, func(t *testing.T, s *site) {
		for _, verified := range []any{nil, false, "true", 1, json.RawMessage("null")} {
			who, err := s.VerifyID(t.Context(), s.idToken("e", nil, map[string]any{"email_verified": verified}), "a nonce")
			require.NoError(t, err, "without a verified email the token is as good as with one")
			assert.Empty(t, who.Email, "email_verified is %v, and not true: anybody who types somebody else's address there would be them here (CWE-290)", verified)
		}
	})
}

// 7. Nobody else can make one.
func TestVerifyID_RefusesForgedTokens(t *testing.T) {
	inTime(t, func(t *testing.T, s *site) {
		s.takesItsTwin(t)
		good := s.idToken("e", nil, nil)
		payload := strings.Split(good, ".")[1]
		for _, alg := range []string{"none", "HS256", "RS512", "PS256", "ES384", "EdDSA"} {
			claims, err := json.Marshal(idptest.Claims(map[string]any{"aud": id, "nonce": "a nonce"}))
			require.NoError(t, err)
			s.refused(t, forge.Unsigned(`{"alg":"`+alg+`","kid":"r"}`, string(claims)), "a nonce", verifier.ErrAlgorithm, "alg is %q: RS256 and ES256 are what a provider signs with here", alg)
			der, err := x509.MarshalPKIXPublicKey(idptest.NewRSA().Public())
			require.NoError(t, err)
			public := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
			s.refused(t, forge.Sign(sha256.New, public, `{"alg":"HS256","kid":"r"}`, string(claims)), "a nonce", verifier.ErrAlgorithm, "HS256 with a public key as the secret: everybody has that")
		}
		thief := idptest.NewRSA()
		theirs := idptest.Claims(map[string]any{"aud": id, "nonce": "a nonce"})
		s.refused(t, idptest.Sign(thief, "r", map[string]any{"typ": nil}, theirs), "a nonce", verifier.ErrSignature, "it names the provider's key, and another has signed it")
		s.refused(t, idptest.Sign(thief, "x", map[string]any{"typ": nil, "jwk": idptest.JWK("x", thief.Public())}, theirs), "a nonce", provider.ErrUnknownKey, "it brings its own key")
		s.refused(t, s.idToken("r", map[string]any{"kid": nil}, nil), "a nonce", provider.ErrUnknownKey, "without a kid nobody says which key it was")
		s.refused(t, s.idToken("e", map[string]any{"kid": "r"}, nil), "a nonce", verifier.ErrAlgorithm, "the algorithm belongs to the key")
		s.refused(t, s.idToken("e", map[string]any{"crit": []string{"x"}}, nil), "a nonce", verifier.ErrMalformed, "with crit it demands that we understand something that we don't")
		for _, text := range []string{"", "a.b.c", good + "\n", good + "=", "." + payload + "."} {
			s.refused(t, text, "a nonce", verifier.ErrMalformed, "it isn't written as tokens are")
		}
	})
}

// 7. From our issuer, for us.
func TestVerifyID_TakesWhatWasSaidToUs(t *testing.T) {
	inTime(t, func(t *testing.T, s *site) {
		s.takesItsTwin(t)
		for _, iss := range []any{nil, "", "https://id.example/", "https://ID.example", "https://id.example.evil.com"} {
			s.refused(t, s.idToken("e", nil, map[string]any{"iss": iss}), "a nonce", scopes.ErrIssuer, "iss is %v, and not ours to the letter", iss)
		}
		for _, aud := range []any{nil, "", idptest.Audience, "another-page", "tasks-page-2", []string{}, []string{"another-page"}} {
			s.refused(t, s.idToken("e", nil, map[string]any{"aud": aud}), "a nonce", scopes.ErrAudience, "aud is %v: it was said to somebody else, who could log in here with it", aud)
		}
		for _, claims := range []map[string]any{{"azp": "another-page"}, {"aud": []string{id, "x"}}, {"aud": []string{"x", id}, "azp": "x"}, {"aud": []string{id, "x"}, "azp": ""}} {
			s.refused(t, s.idToken("e", nil, claims), "a nonce", scopes.ErrAudience, "with the claims %v it was issued to another client than us (OpenID Connect Core, section 3.1.3.7)", claims)
		}
		s.refused(t, s.idToken("e", nil, map[string]any{"sub": nil}), "a nonce", verifier.ErrNoSubject, "it's about nobody")
		s.refused(t, s.idToken("e", nil, map[string]any{"sub": 7}), "a nonce", verifier.ErrMalformed, "sub must be text")
		for _, typ := range []string{"at+jwt", "AT+JWT", "application/at+jwt"} {
			s.refused(t, s.idToken("e", map[string]any{"typ": typ}, nil), "a nonce", scopes.ErrType, "typ is %q: an access token says what may be done, and not who has just logged in", typ)
		}
	})
}

// 7. Of this login.
func TestVerifyID_TakesTheLoginsNonce(t *testing.T) {
	inTime(t, func(t *testing.T, s *site) {
		s.takesItsTwin(t)
		for _, nonce := range []any{nil, "", "another", "A NONCE", "a nonce ", "a"} {
			s.refused(t, s.idToken("e", nil, map[string]any{"nonce": nonce}), "a nonce", elsewhere.ErrNonce, "its nonce is %v: it's from another login, and may have been stolen there", nonce)
		}
		s.refused(t, s.idToken("e", nil, map[string]any{"nonce": 7}), "7", verifier.ErrMalformed, "nonce must be text")
		s.refused(t, s.idToken("e", nil, map[string]any{"nonce": nil}), "", elsewhere.ErrNonce, "a login without a nonce must not be one that any token fits")
		s.refused(t, s.idToken("e", nil, map[string]any{"nonce": ""}), "", elsewhere.ErrNonce, "a login without a nonce must not be one that any token fits")
	})
}

// 7. Now, by two clocks.
func TestVerifyID_GoesByTwoClocks(t *testing.T) {
	inTime(t, func(t *testing.T, s *site) {
		s.takesItsTwin(t)
		now := time.Now().Unix()
		for _, claims := range []map[string]any{{"exp": now - 50}, {"nbf": now + 50}} {
			_, err := s.VerifyID(t.Context(), s.idToken("e", nil, claims), "a nonce")
			assert.NoError(t, err, "two clocks may differ by a minute, so with the claims %v it's good", claims)
		}
		s.refused(t, s.idToken("e", nil, map[string]any{"exp": now - 70}), "a nonce", verifier.ErrExpired, "it expired more than a minute ago")
		s.refused(t, s.idToken("e", nil, map[string]any{"nbf": now + 70}), "a nonce", verifier.ErrNotYetValid, "it begins in more than a minute")
		s.refused(t, s.idToken("e", nil, map[string]any{"exp": nil}), "a nonce", verifier.ErrNoExpiry, "without exp it's good forever")
		s.refused(t, s.idToken("e", nil, map[string]any{"exp": "2030"}), "a nonce", verifier.ErrMalformed, "exp must be a number")
	})
}

// 7. When nobody can say.
func TestVerifyID_SaysWhenNobodyKnows(t *testing.T) {
	inTime(t, func(t *testing.T, s *site) {
		s.idp.Answer = func(w http.ResponseWriter, _ *http.Request) bool { w.WriteHeader(500); return true }
		s.refused(t, s.idToken("e", nil, nil), "a nonce", provider.ErrUnavailable, "without the provider's keys nobody knows whether it's good")
	})
}
