// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

package main

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"

	"tokenauth.example/login/apitest"
)

func cookie(t *testing.T) *http.Cookie {
	t.Helper()
	return setting(t, func(w http.ResponseWriter) { setCookie(w, "SECRET") })
}

// 1. Which name and value.
// Stays: nothing works without it, and this says what it is for.
func TestSetCookie_CarriesTheSecret(t *testing.T) {
	assert.Equal(t, cookieName, cookie(t).Name, "the cookie must have the name that only we can set")
	assert.Equal(t, "SECRET", cookie(t).Value, "the cookie must carry the secret")
}

// 1. To this host alone.
// Stays: nobody can log in without it, and this says why.
func TestSetCookie_GoesToThisHostAlone(t *testing.T) {
	assert.True(t, cookie(t).Secure, "browsers take a cookie whose name begins with __Host- only if it's Secure: without it nobody could log in, and it would go over plain http (RFC 6265bis, section 4.1.3.2)")
	assert.Equal(t, "/", cookie(t).Path, "browsers take a cookie whose name begins with __Host- only for the path /")
	assert.Empty(t, cookie(t).Domain, "browsers don't take a cookie whose name begins with __Host- if it has a domain: all hosts below it would get it")
}

// 1. To no script.
func TestSetCookie_IsReadByNoScript(t *testing.T) {
	assert.True(t, cookie(t).HttpOnly, "a script that somebody smuggles into a page must not read the secret and take it away (CWE-1004)")
}

// 1. From other sites.
func TestSetCookie_ComesWithLinksAlone(t *testing.T) {
	assert.Equal(t, http.SameSiteLaxMode, cookie(t).SameSite, "it must be sent when somebody follows a link to us, or comes back from the provider, and with no form of another site (CWE-1275)")
}

// 1. How long.
func TestSetCookie_GoesWithTheBrowser(t *testing.T) {
	assert.Zero(t, cookie(t).MaxAge, "it must go when the browser is closed: the next one at this machine is somebody else")
	assert.True(t, cookie(t).Expires.IsZero(), "it must go when the browser is closed: the next one at this machine is somebody else")
}

// 1. Forgotten.
func TestDropCookie_IsForgotten(t *testing.T) {
	b := &browser{cookies: map[string]string{cookieName: "SECRET", "other": "one"}}
	dropped := setting(t, dropCookie)
	b.take(http.Header{"Set-Cookie": {dropped.String()}})
	assert.Equal(t, map[string]string{"other": "one"}, b.cookies, "the browser must forget the cookie: it takes that only with the same name, path and Secure, and with a time that is over (Max-Age below 0)")
	assert.Empty(t, dropped.Value, "a cookie that goes needs no value")
}

// 1. Read.
func TestSecretIn_ReadsTheCookie(t *testing.T) {
	in := func(cookies ...string) string {
		r := apitest.Request("GET", home+"/", "")
		for _, cookie := range cookies {
			r.Header.Add("Cookie", cookie)
		}
		return secretIn(r)
	}
	assert.Equal(t, "SECRET", in(cookieName+"=SECRET"), "the secret is the cookie's value")
	assert.Equal(t, "SECRET", in("session=a; "+cookieName+"=SECRET; other=b"), "cookies of other names are of no use to us")
	assert.Empty(t, in(), "without a cookie there's no secret")
	assert.Empty(t, in("session=SECRET"), "a cookie without __Host- in its name may have been set by another host")
	assert.Empty(t, in(cookieName+"=SECRET; "+cookieName+"=PLANTED"), "of two cookies nobody knows which is ours")
	assert.Empty(t, in(cookieName+"=SECRET", cookieName+"=PLANTED"), "of two cookies nobody knows which is ours")
}
