// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

package scopes_test

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"maps"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tokenauth.example/scopes"
	"tokenauth.example/token/forge"
)

const (
	name     = "https://tasks.example"
	audience = "tasks"
	lifetime = 5 * time.Minute
)

var key = []byte("for-tests-only-not-a-secret-at-all")

func newIssuer() *scopes.Issuer {
	return &scopes.Issuer{Name: name, Audience: audience, Lifetime: lifetime, Keys: scopes.Secret(key)}
}

// anns is what Ann's phone may do.
var anns = scopes.Access{Subject: "ann", Scope: scopes.SetOf("tasks:read", "profile"), Client: "phone", Session: "7"}

func issue(t *testing.T, access scopes.Access) string {
	t.Helper()
	signed, _, err := newIssuer().Issue(access)
	require.NoError(t, err, "first, Issue must issue a token")
	return signed
}

// claims are those of a good token. A change is nil where the claim must go.
func claims(changes map[string]any) map[string]any {
	now := time.Now().Unix()
	all := map[string]any{"iss": name, "aud": audience, "sub": "ann", "client_id": "phone", "scope": "tasks:read", "jti": "1", "iat": now, "exp": now + 300}
	maps.Copy(all, changes)
	maps.DeleteFunc(all, func(_ string, value any) bool { return value == nil })
	return all
}

// signed returns a token that is rightly signed, with these claims and this header.
func signed(header string, claims map[string]any) string {
	payload, err := json.Marshal(claims)
	if err != nil {
		panic(err)
	}
	return forge.Sign(sha256.New, key, header, string(payload))
}

// header is that of an access token.
const header = `{"alg":"HS256","typ":"at+jwt"}`

// takesItsTwin shows that a good token is taken, before one that must not be.
func takesItsTwin(t *testing.T) {
	t.Helper()
	access, err := newIssuer().Verify(signed(header, claims(nil)))
	require.NoError(t, err, "before any bad token, its good twin must be taken")
	require.Equal(t, "ann", access.Subject, "before any bad token, its good twin must be taken as Ann's")
}

// refused asserts that the token is refused with this one error, and gives access to nothing.
func refused(t *testing.T, token string, want error, why string, args ...any) {
	t.Helper()
	access, err := newIssuer().Verify(token)
	assert.ErrorIs(t, err, want, append([]any{why}, args...)...)
	for _, other := range reasons {
		if err != nil && errors.Is(want, other) != errors.Is(err, other) {
			assert.ErrorIs(t, err, want, "the error must be this one alone, and is another one, too: the log would name a reason that isn't the reason")
		}
	}
	assert.Equal(t, scopes.Access{}, access, "with an error there must be no access at all")
}

// 4. A token says all that RFC 9068 asks for.
func TestIssue_MakesAnAccessToken(t *testing.T) {
	before := time.Now().Unix()
	signed, lives, err := newIssuer().Issue(anns)
	require.NoError(t, err, "Issue must issue a token for Ann's phone")
	after := time.Now().Unix()

	header, claims, signature, err := forge.Decode(signed)
	require.NoError(t, err, "it must be a JSON Web Token")
	assert.Equal(t, map[string]any{"alg": "HS256", "typ": "at+jwt"}, header, "the header must say that it's an access token, so that nobody takes an ID token for one (RFC 9068, section 2.1)")
	text := signed[:strings.LastIndex(signed, ".")]
	assert.Equal(t, forge.MAC(sha256.New, key, text), signature, "it must be signed by the Keys of the Issuer")
	assert.Equal(t, lifetime, lives, "Issue must say how long the token will live")

	iat, _ := claims["iat"].(json.Number)
	exp, _ := claims["exp"].(json.Number)
	issued, _ := iat.Int64()
	expires, _ := exp.Int64()
	assert.True(t, before <= issued && issued <= after, "iat must be the time of issuing, in seconds since 1970")
	assert.Equal(t, int64(lifetime.Seconds()), expires-issued, "exp must come the whole lifetime after iat")
	assert.NotEmpty(t, claims["jti"], "each token needs an id of its own (jti)")
	if list, ok := claims["aud"].([]any); ok && len(list) == 1 {
		claims["aud"] = list[0] // one audience may be written as a list
	}
	for _, seen := range []string{"iat", "exp", "jti"} {
		delete(claims, seen)
	}
	assert.Equal(t, map[string]any{"iss": name, "aud": audience, "sub": "ann", "client_id": "phone", "scope": "profile tasks:read", "sid": "7"}, claims,
		"a token must say who issued it, for whom it is, whose it is, which program has it, what it may be used for and in which session, and nothing else (RFC 9068, section 2.2)")
}

// 4. Each token has its own id.
func TestIssue_GivesEachTokenItsID(t *testing.T) {
	issuer := newIssuer()
	ids := make([]any, 200)
	var crowd sync.WaitGroup
	for i := range ids {
		crowd.Go(func() {
			signed, _, err := issuer.Issue(scopes.Access{Subject: "ann", Client: "phone", ID: "mine", Scope: scopes.SetOf("profile")})
			if err != nil {
				return
			}
			_, claims, _, _ := forge.Decode(signed)
			ids[i] = claims["jti"]
		})
	}
	crowd.Wait()
	seen := map[any]bool{}
	for _, id := range ids {
		text, _ := id.(string)
		require.NotEqual(t, "mine", id, "the id must be a new one, whatever is in access")
		require.GreaterOrEqual(t, len(text), 16, "an id that can't be guessed has 16 characters or more")
		require.False(t, seen[id], "two tokens have the same id: a list of those that were revoked couldn't tell them apart")
		seen[id] = true
	}
}

// 4. What isn't complete isn't issued.
func TestIssue_RefusesWhatIsIncomplete(t *testing.T) {
	issue(t, anns)
	for _, access := range []scopes.Access{{Client: "phone"}, {Subject: "ann"}, {}} {
		token, lives, err := newIssuer().Issue(access)
		assert.ErrorIs(t, err, scopes.ErrIncomplete, "a token without a subject or a client would be refused wherever it's shown: say so here, where somebody can still do something about it")
		assert.Empty(t, token, "with an error there must be no token")
		assert.Zero(t, lives, "with an error there must be no lifetime")
	}
	_, _, err := newIssuer().Issue(scopes.Access{Subject: "ann", Client: "phone"})
	assert.NoError(t, err, "a token without a scope is complete: it's good for nothing, and that's allowed")
}

// 4. Trouble of the Keys is passed on.
func TestIssue_PassesTroubleOn(t *testing.T) {
	issue(t, anns)
	issuer := newIssuer()
	issuer.Keys = brokenKeys{}
	token, _, err := issuer.Issue(anns)
	assert.ErrorIs(t, err, errKeys, "when the Keys cannot sign, the caller must learn it")
	assert.Empty(t, token, "with an error there must be no token")
}

var errKeys = errors.New("no key can be read")

type brokenKeys struct{}

func (brokenKeys) Sign(string, jwt.Claims) (string, error) { return "half a token", errKeys }
func (brokenKeys) Key(*jwt.Token) (any, error)             { return nil, errKeys }
