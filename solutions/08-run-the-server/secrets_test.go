// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

package main

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"tokenauth.example/login/apitest"
	"tokenauth.example/token/forge"
)

// leaked returns the first part of a secret, of six letters or more, that a text holds in
// one of the ways in which packages fmt, log and encoding write it, and "" if there's none.
func leaked(text, secret string) string {
	const part = 6
	for i := 0; i+part <= len(secret); i++ {
		letters := []byte(secret[i : i+part])
		plain := strings.Trim(fmt.Sprint(letters), "[]")
		comma := strings.TrimSuffix(strings.TrimPrefix(fmt.Sprintf("%#v", letters), "[]byte{"), "}")
		quoted := strings.Trim(fmt.Sprintf("%q", letters), `"`)
		for _, written := range []string{
			string(letters), quoted, hex.EncodeToString(letters), strings.ToUpper(hex.EncodeToString(letters)), plain, comma,
			strings.ReplaceAll(plain, " ", ","), base64.RawStdEncoding.EncodeToString(letters), base64.RawURLEncoding.EncodeToString(letters),
		} {
			if strings.Contains(text, written) {
				return written
			}
		}
	}
	return ""
}

// 7. The log says why, and holds no secret.
func TestServer_KeepsSecretsOutOfItsLog(t *testing.T) {
	p := start(t)
	ann := p.signUpAndLogIn(t, "ann")
	expired := forge.HS256([]byte(secretKey), fmt.Sprintf(`{"sub":%q,"exp":%d}`, ann.id, time.Now().Unix()-1))
	p.do(t, "GET", "/auth/me", ann.token, "")
	p.do(t, "GET", "/auth/me", "", "")
	p.do(t, "GET", "/tasks", expired, "")
	p.do(t, "GET", "/tasks?access_token="+ann.token, "", "")
	p.do(t, "POST", "/tasks", ann.token, `{"title":"Write report"}`)
	p.do(t, "POST", "/auth/token", "", "username="+ann.email+"&password=Mst9yp-Pw3d")
	p.do(t, "POST", "/auth/token", "", "username=x&username=x&password=Mst9yp-Pw3d")
	p.do(t, "POST", "/users", "", `{"email":"`+newEmail("bob")+`","password":"Sh0rt"}`)
	p.do(t, "POST", "/users", "", `{"email":"`+newEmail("bob")+`","password":"Nt-Js0n-Pw`)

	p.stops(t) // now all that it printed has come through
	printed := p.output.String()
	lines := strings.Split(printed, "\n")
	for _, want := range [][]string{{"no token", "GET", "/auth/me"}, {"expired", "GET", "/tasks"}, {"bad credentials", "POST", "/auth/token"}} {
		hasAll := func(line string) bool {
			return !slices.ContainsFunc(want, func(word string) bool { return !strings.Contains(line, word) })
		}
		assert.True(t, slices.ContainsFunc(lines, hasAll), "the log must have a line for each refusal, with its reason, method and path: %s. Nobody notices guessing otherwise (CWE-778)", strings.Join(want, " "))
	}

	for _, test := range []struct{ name, secret string }{
		{"a password", apitest.Password}, {"a mistyped password", "Mst9yp-Pw3d"},
		{"a password in a body that is no JSON", "Nt-Js0n-Pw"},
		{"a token", strings.SplitN(ann.token, ".", 2)[1]}, {"an expired token", strings.SplitN(expired, ".", 2)[1]}, {"the key", secretKey},
	} {
		assert.Empty(t, leaked(printed, test.secret), "the log must hold no part of %s: more people read logs than should log in (CWE-532)", test.name)
	}
	assert.NotContains(t, printed, "$2a$", "the log must not hold a hash: more people read logs than should log in (CWE-532)")
	printable(t, printed, "the log is for people")
}
