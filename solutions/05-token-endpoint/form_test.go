// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

package login_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"tokenauth.example/login/apitest"
)

// multipart is Ann's login in another kind of form.
const multipart = "--b\r\nContent-Disposition: form-data; name=\"username\"\r\n\r\nann@example.com\r\n" +
	"--b\r\nContent-Disposition: form-data; name=\"password\"\r\n\r\ncorrect-horse\r\n--b--\r\n"

// 6. Only a form is taken.
func TestToken_TakesOnlyAForm(t *testing.T) {
	f, _ := withAnn(t)
	f.logsIn(t, annsForm)

	for _, r := range []*http.Request{
		apitest.Request("POST", "/auth/token", `{"username":"ann@example.com","password":"correct-horse"}`),
		apitest.Request("POST", "/auth/token", annsForm, "Content-Type", "application/json"),
		apitest.Request("POST", "/auth/token", annsForm, "Content-Type", "text/plain"),
		apitest.Request("POST", "/auth/token", annsForm, "Content-Type", "application/x-www-form-urlencoded-too"),
		apitest.Request("POST", "/auth/token", annsForm, "Content-Type", "text/plain; was=application/x-www-form-urlencoded"),
		apitest.Request("POST", "/auth/token", annsForm),
		apitest.Request("POST", "/auth/token", multipart, "Content-Type", "multipart/form-data; boundary=b"),
	} {
		assert.Equal(t, "400 invalid_request", apitest.Do(t, f, r).Outcome(),
			"anything but application/x-www-form-urlencoded must be refused, and this is %q (RFC 6749, section 4.3.2)", r.Header.Get("Content-Type"))
	}
}

// 6. A form that cannot be decoded is refused.
// Stays: the rules together find it too, and say less plainly what is wrong.
func TestToken_RefusesABrokenEncoding(t *testing.T) {
	f, _ := withAnn(t)
	f.logsIn(t, annsForm)

	for _, form := range []string{annsForm + "%zz", annsForm + "&scope=%", annsForm + "&%zz=x", annsForm + ";scope=x", "%&" + annsForm} {
		assert.Equal(t, "400 invalid_request", apitest.Do(t, f, apitest.Form("/auth/token", form)).Outcome(),
			"a form that cannot be decoded must be refused as a whole: check the error of ParseForm, which keeps what it could read: %q", form)
	}
}

// 6. A huge form is refused.
func TestToken_RefusesAHugeForm(t *testing.T) {
	f, _ := withAnn(t)
	f.logsIn(t, annsForm)

	const refused = "400 or 413 invalid_request"
	outcome := func(answer apitest.Answer) string {
		if outcome := answer.Outcome(); outcome != "400 invalid_request" && outcome != "413 invalid_request" {
			return outcome
		}
		return refused
	}
	padded := annsForm + "&scope="
	padded += strings.Repeat("x", 64<<10-len(padded))
	f.logsIn(t, padded) // 64 KiB, and no more
	assert.Equal(t, refused, outcome(apitest.Do(t, f, apitest.Form("/auth/token", padded+"x"))), "a form of more than 64 KiB must be refused, right as it is")
	unannounced := apitest.Form("/auth/token", padded+"x")
	unannounced.ContentLength = -1
	assert.Equal(t, refused, outcome(apitest.Do(t, f, unannounced)), "a form of more than 64 KiB must be refused when its length was not announced, too")

	body := &endless{}
	r := apitest.Form("/auth/token", "")
	r.Body, r.ContentLength = body, -1
	assert.Equal(t, refused, outcome(apitest.Do(t, f, r)), "a form that never ends must be cut off")
	assert.LessOrEqual(t, body.read, 128<<10, "no more than the limit may be read: memory is for everybody (CWE-770)")
}

// 7. Missing parameters are the client's mistake.
func TestToken_RefusesMissingParameters(t *testing.T) {
	f, _ := withAnn(t)
	f.logsIn(t, annsForm)

	for _, form := range []string{"", "username=ann%40example.com", "password=correct-horse",
		"username=&password=correct-horse", "username=ann%40example.com&password=",
		"email=ann%40example.com&password=correct-horse", "Username=ann%40example.com&Password=correct-horse"} {
		assert.Equal(t, "400 invalid_request", apitest.Do(t, f, apitest.Form("/auth/token", form)).Outcome(),
			"without a username and a password there is nothing to check: that is a bad request, not a wrong password: %q", form)
	}
}

// 7. A parameter may be there once.
// Stays: the rules together find it too, and say less plainly what is wrong.
func TestToken_RefusesRepeatedParameters(t *testing.T) {
	f, _ := withAnn(t)
	f.logsIn(t, annsForm)

	for _, form := range []string{annsForm + "&password=other", annsForm + "&username=bob%40example.com", annsForm + "&password=correct-horse",
		annsForm + "&pass%77ord=other", annsForm + "&password=", "password=&" + annsForm, annsForm + "&password"} {
		assert.Equal(t, "400 invalid_request", apitest.Do(t, f, apitest.Form("/auth/token", form)).Outcome(),
			"a repeated parameter must be refused, however it is spelled: a filter before the server may have looked at the other one (RFC 6749, section 3.2): %q", form)
	}
}

// 7. Nothing is taken from the URL.
// Stays: the rules together find it too, and say less plainly what is wrong.
func TestToken_RefusesParametersInTheURL(t *testing.T) {
	f, _ := withAnn(t)
	f.logsIn(t, annsForm)

	for _, test := range []struct{ query, form string }{
		{annsForm, ""},
		{"password=correct-horse", "username=ann%40example.com"},
		{"username=ann%40example.com", "password=correct-horse"},
		{"password=again", annsForm},
		{"pass%77ord=again", annsForm},
		{"password", annsForm},
		{"grant_type=password", annsForm},
	} {
		r := apitest.Form("/auth/token?"+test.query, test.form)
		assert.Equal(t, "400 invalid_request", apitest.Do(t, f, r).Outcome(),
			"a parameter in the URL must be refused, so that no client makes a habit of it: URLs are in every log on the way (CWE-598)")
	}
}

// 7. Nothing is taken from anywhere else.
func TestToken_LooksNowhereElse(t *testing.T) {
	f, _ := withAnn(t)
	f.logsIn(t, annsForm)

	for _, form := range []string{"", "scope=x", "username=ann%40example.com", "username=ann%40example.com&password="} {
		basic, header, cookie := apitest.Form("/auth/token", form), apitest.Form("/auth/token", form), apitest.Form("/auth/token", form)
		basic.SetBasicAuth("ann@example.com", "correct-horse")
		for _, prefix := range []string{"", "X-", "X-Auth-"} {
			header.Header.Set(prefix+"Username", "ann@example.com")
			header.Header.Set(prefix+"User", "ann@example.com")
			header.Header.Set(prefix+"Password", "correct-horse")
		}
		cookie.AddCookie(&http.Cookie{Name: "username", Value: "ann@example.com"})
		cookie.AddCookie(&http.Cookie{Name: "password", Value: "correct-horse"})
		trailer := apitest.Form("/auth/token", form)
		trailer.Trailer = http.Header{"Username": {"ann@example.com"}, "Password": {"correct-horse"}}
		for _, r := range []*http.Request{basic, header, cookie, trailer} {
			assert.Equal(t, "400 invalid_request", apitest.Do(t, f, r).Outcome(),
				"a username and a password that are not in the form must count for nothing: with two places for a password, a filter knows one of them, and proxies log headers (CWE-436)")
		}
	}
}

// 8. There is one grant, and no other.
// Stays: the rules together find it too, and say less plainly what is wrong.
func TestToken_RefusesOtherGrants(t *testing.T) {
	f, _ := withAnn(t)
	for _, form := range []string{annsForm, annsForm + "&grant_type=password", annsForm + "&grant_type="} {
		f.logsIn(t, form)
	}

	for _, grant := range []string{"client_credentials", "refresh_token", "authorization_code", "Password", "password " + url.QueryEscape("é"), " password", "password\x00", "passwords"} {
		answer := apitest.Do(t, f, apitest.Form("/auth/token", annsForm+"&grant_type="+url.QueryEscape(grant)))
		assert.Equal(t, "400 unsupported_grant_type", answer.Outcome(), "the client asked for the grant %q, and must not be given another one (RFC 6749, section 5.2)", grant)
	}
	answer := apitest.Do(t, f, apitest.Form("/auth/token", annsForm+"&grant_type=password&grant_type=password"))
	assert.Equal(t, "400 invalid_request", answer.Outcome(), "a repeated grant_type must be refused like any other repeated parameter")
}
