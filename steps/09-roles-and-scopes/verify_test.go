// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

package scopes_test

import (
	"crypto/sha256"
	"crypto/sha512"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tokenauth.example/scopes"
	"tokenauth.example/scopes/ordered"
	"tokenauth.example/token/forge"
	"tokenauth.example/verifier"
)

// reasons are all errors of Verify.
var reasons = []error{
	scopes.ErrType, scopes.ErrIssuer, scopes.ErrAudience, scopes.ErrIncomplete, scopes.ErrScope,
	verifier.ErrMalformed, verifier.ErrAlgorithm, verifier.ErrSignature, verifier.ErrNoExpiry, verifier.ErrExpired, verifier.ErrNotYetValid, verifier.ErrNoSubject,
}

// 5. What Issue wrote, Verify reads.
func TestVerify_ReadsWhatIssueWrote(t *testing.T) {
	for _, want := range []scopes.Access{
		anns,
		{Subject: "bob", Client: "tasks", Scope: scopes.SetOf("tasks:write")},
		{Subject: "bob", Client: "tasks", Scope: scopes.Set{}, Session: "8"},
	} {
		access, err := newIssuer().Verify(issue(t, want))
		require.NoError(t, err, "a token that Issue has just issued must be good")
		assert.NotEmpty(t, access.ID, "the token's id (jti) must be there")
		access.ID = ""
		assert.Equal(t, want, access, "Verify must find what Issue has put in: subject, scope, client and session")
	}
}

// 5. Nobody else can make one.
func TestVerify_RefusesForgedTokens(t *testing.T) {
	takesItsTwin(t)
	good := signed(header, claims(nil))
	parts := strings.Split(good, ".")
	payload, _ := json.Marshal(claims(nil))

	for _, alg := range []string{"none", "None", "nOnE", ""} {
		refused(t, forge.Unsigned(`{"alg":"`+alg+`","typ":"at+jwt"}`, string(payload)), verifier.ErrAlgorithm, "alg %q needs no signature, so anybody could have written it (RFC 8725, section 3.1)", alg)
	}
	refused(t, forge.Sign(sha512.New, key, `{"alg":"HS512","typ":"at+jwt"}`, string(payload)), verifier.ErrAlgorithm, "the Keys say which algorithm counts, and not the header")
	refused(t, strings.Join([]string{parts[0], parts[1], ""}, "."), verifier.ErrSignature, "without a signature nobody knows who wrote it")
	other := forge.Sign(sha256.New, []byte("another-key-of-thirty-two-bytes-or-more"), header, string(payload))
	refused(t, other, verifier.ErrSignature, "it was signed with another key")
	richer, _ := json.Marshal(claims(map[string]any{"scope": "users:write"}))
	refused(t, strings.Join([]string{parts[0], forge.Part(string(richer)), parts[2]}, "."), verifier.ErrSignature, "somebody has put a wider scope into it, and couldn't sign it")
	refused(t, signed(`{"alg":"HS256","typ":"at+jwt","crit":["x"]}`, claims(nil)), verifier.ErrMalformed, "with crit it demands that we understand something that we don't (RFC 7515, section 4.1.11)")
	for _, text := range []string{"", "x", "a.b.c", good + "\n", "\r" + good, good + "=", good + ".", parts[0] + "." + parts[1], strings.Replace(good, ".", ".\n", 1)} {
		refused(t, text, verifier.ErrMalformed, "it isn't written as our tokens are: three parts in base64url with a dot between, and nothing else (it's one with %d dots, and %q at its end)", strings.Count(text, "."), text[max(0, len(text)-3):])
	}
}

// 5. Who issued it, to the letter.
func TestVerify_RefusesAnotherIssuer(t *testing.T) {
	takesItsTwin(t)
	for _, iss := range []any{nil, "", "https://tasks.example/", "https://tasks.example.evil.com", "https://tasks", "http://tasks.example", "HTTPS://TASKS.EXAMPLE", " https://tasks.example", "https://tasks.example ", "https://evil.com/https://tasks.example"} {
		refused(t, signed(header, claims(map[string]any{"iss": iss})), scopes.ErrIssuer, "iss is %v, and not %s to the letter: another issuer means somebody else by the same subject (RFC 9068, section 4)", shown(iss), name)
	}
	for _, iss := range []any{7, true, []string{name}, map[string]any{"a": name}} {
		refused(t, signed(header, claims(map[string]any{"iss": iss})), verifier.ErrMalformed, "iss is %v, and must be text", shown(iss))
	}
}

// 5. Whom it is for.
func TestVerify_RefusesAnotherAudience(t *testing.T) {
	takesItsTwin(t)
	for _, aud := range []any{[]string{audience}, []string{"mail", audience}, []string{audience, "mail"}} {
		_, err := newIssuer().Verify(signed(header, claims(map[string]any{"aud": aud})))
		assert.NoError(t, err, "aud is %v, and we are one of them (RFC 7519, section 4.1.3)", aud)
	}
	for _, aud := range []any{nil, "", "mail", "tasks2", "task", "Tasks", "tasks ", " tasks", "tasks,mail", "mail tasks", []string{}, []string{"mail"}, []string{"mail", "tasks2"}, []string{""}} {
		refused(t, signed(header, claims(map[string]any{"aud": aud})), scopes.ErrAudience, "aud is %v, and not %s: a token for another server must not work here, or that server could use it on us (RFC 9068, section 4)", shown(aud), audience)
	}
	for _, aud := range []any{7, true, map[string]any{"tasks": true}, []any{1}} {
		refused(t, signed(header, claims(map[string]any{"aud": aud})), verifier.ErrMalformed, "aud is %v, and must be text or a list of texts", shown(aud))
	}
}

// 5. Only in its time.
func TestVerify_GoesByTheClock(t *testing.T) {
	takesItsTwin(t)
	now := time.Now().Unix()
	_, err := newIssuer().Verify(signed(header, claims(map[string]any{"nbf": now - 1, "iat": now - 1000000})))
	assert.NoError(t, err, "its time (nbf) has come, and when it was issued doesn't matter")

	refused(t, signed(header, claims(map[string]any{"exp": now - 1})), verifier.ErrExpired, "it expired a second ago")
	refused(t, signed(header, claims(map[string]any{"exp": now})), verifier.ErrExpired, "at exp itself it has expired (RFC 7519, section 4.1.4)")
	refused(t, signed(header, claims(map[string]any{"nbf": now + 60})), verifier.ErrNotYetValid, "its time (nbf) has not come yet")
	refused(t, signed(header, claims(map[string]any{"exp": nil})), verifier.ErrNoExpiry, "it would be good forever")
	for _, time := range []any{fmt.Sprint(now + 300), true, []int64{now + 300}} {
		refused(t, signed(header, claims(map[string]any{"exp": time})), verifier.ErrMalformed, "exp is %v, and must be a number", shown(time))
	}
}

// 5. The one reason is the right one.
// Stays: it asks for the order of two reasons, which no server depends on.
func TestVerify_LooksAtTheSignatureFirst(t *testing.T) {
	takesItsTwin(t)
	bad, _ := json.Marshal(claims(map[string]any{"iss": "https://evil.com", "aud": "mail", "exp": 1}))
	refused(t, forge.Sign(sha256.New, []byte("another-key-of-thirty-two-bytes-or-more"), header, string(bad)), verifier.ErrSignature, "nothing that it says counts before its signature is verified")
}

// 5. Many at once.
// Stays: two that meet do so by chance, so other tests may find it, too.
func TestVerify_ServesManyAtOnce(t *testing.T) {
	issuer := newIssuer()
	var crowd sync.WaitGroup
	wrong := make([]error, 16)
	for i := range wrong {
		crowd.Go(func() {
			want := scopes.Access{Subject: fmt.Sprint("user-", i), Client: fmt.Sprint("client-", i), Scope: scopes.SetOf(fmt.Sprint("scope-", i))}
			for range 50 {
				signed, _, err := issuer.Issue(want)
				if err != nil {
					wrong[i] = err
					return
				}
				access, err := issuer.Verify(signed)
				if err != nil || access.Subject != want.Subject || access.Client != want.Client || access.Scope.String() != want.Scope.String() {
					wrong[i] = errors.Join(err, fmt.Errorf("%s got the access of %q", want.Subject, access.Subject))
					return
				}
			}
		})
	}
	crowd.Wait()
	assert.NoError(t, errors.Join(wrong...), "each must get what their own token says, also when others ask at the same moment")
}

// 6. Only access tokens are access tokens.
func TestVerify_TakesAccessTokensAlone(t *testing.T) {
	for _, typ := range []string{"at+jwt", "AT+JWT", "at+JWT", "application/at+jwt", "Application/AT+JWT"} {
		_, err := newIssuer().Verify(signed(`{"alg":"HS256","typ":"`+typ+`"}`, claims(nil)))
		assert.NoError(t, err, "%q is the type of access tokens: it may be written in full, and media types have no case (RFC 9068, section 4; RFC 7515, section 4.1.9)", typ)
	}
	for _, typ := range []string{`"JWT"`, `"jwt"`, `"application/jwt"`, `"id+jwt"`, `""`, `"at"`, `"at+jwt "`, `" at+jwt"`, `"xat+jwt"`, `"at+jwt+x"`, `"text/at+jwt"`, `"application/application/at+jwt"`, `7`, `["at+jwt"]`} {
		refused(t, signed(`{"alg":"HS256","typ":`+typ+`}`, claims(nil)), scopes.ErrType, "its type is %s: an ID token or one from a reset mail has the same claims and the same signature, and isn't meant to open doors (RFC 8725, section 3.11)", typ)
	}
	refused(t, signed(`{"alg":"HS256"}`, claims(nil)), scopes.ErrType, "it has no type: it could be anything")
	refused(t, signed(`{"alg":"HS256","Typ":"at+jwt"}`, claims(nil)), scopes.ErrType, "it has no typ, and Typ is another name")
}

// 6. Complete ones.
func TestVerify_RefusesIncompleteTokens(t *testing.T) {
	takesItsTwin(t)
	for claim, want := range ordered.Map(map[string]error{"sub": verifier.ErrNoSubject, "client_id": scopes.ErrIncomplete, "jti": scopes.ErrIncomplete}) {
		for _, value := range []any{nil, ""} {
			refused(t, signed(header, claims(map[string]any{claim: value})), want, "%s is %v: each access token has one (RFC 9068, section 2.2)", claim, shown(value))
		}
		for _, value := range []any{7, []string{"x"}, json.RawMessage("null")} {
			refused(t, signed(header, claims(map[string]any{claim: value})), verifier.ErrMalformed, "%s is %v, and must be text", claim, shown(value))
		}
	}
	refused(t, signed(header, claims(map[string]any{"iat": nil})), scopes.ErrIncomplete, "iat is missing: each access token has one (RFC 9068, section 2.2)")
	refused(t, signed(header, claims(map[string]any{"client_id": nil, "Client_Id": "phone"})), scopes.ErrIncomplete, "client_id is missing: Client_Id is another name")
}

// 6. The scope is what's called scope.
func TestVerify_ReadsTheScopeStrictly(t *testing.T) {
	takesItsTwin(t)
	for _, scope := range []any{nil, ""} {
		for _, other := range []string{"Scope", "SCOPE", "scopes", "scp", "permissions", "roles", "role"} {
			access, err := newIssuer().Verify(signed(header, claims(map[string]any{"scope": scope, other: "tasks:read users:write"})))
			require.NoError(t, err, "a token without a scope is good, and good for nothing")
			assert.Empty(t, access.Scope, "the scope is %v, and what %s says is no scope: no right may come from it", shown(scope), other)
		}
	}
	for _, scope := range []any{[]string{"tasks:read"}, map[string]any{"tasks:read": true}, 7, true, json.RawMessage("null"), "tasks:read  profile", " tasks:read", "tasks:read\n", "tasks:read\tprofile"} {
		refused(t, signed(header, claims(map[string]any{"scope": scope})), verifier.ErrMalformed, "the scope is %v: it must be text as Parse reads it. A list would give another server other rights than us", shown(scope))
	}
}

// shown is how a message shows a claim.
func shown(value any) string {
	if value == nil {
		return "missing"
	}
	text, _ := json.Marshal(value)
	return string(text)
}
