// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

// Package oauth reads the forms of OAuth 2.0. It is given: the second track uses it from
// step 09 on.
package oauth

import (
	"mime"
	"net/http"
	"net/url"

	"tokenauth.example/login/api"
)

// MaxForm is how long a form may be, in bytes.
const MaxForm = 64 << 10

// ReadForm returns the form in the body, as strictly as step 05 reads it: of the type
// application/x-www-form-urlencoded, of MaxForm bytes at most, and each parameter once at
// most. The parameters that are named must not be in the URL, where they'd end up in
// logs. If it cannot, it answers 400 invalid_request (RFC 6749, section 5.2) and returns
// false: the handler has nothing left to do then.
func ReadForm(w http.ResponseWriter, r *http.Request, names ...string) (url.Values, bool) {
	refuse := func(detail string) (url.Values, bool) {
		api.FailOAuth(w, http.StatusBadRequest, "invalid_request", detail)
		return nil, false
	}
	mediaType, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || mediaType != "application/x-www-form-urlencoded" {
		return refuse("The content type must be application/x-www-form-urlencoded")
	}
	r.Body = http.MaxBytesReader(w, r.Body, MaxForm)
	if err := r.ParseForm(); err != nil {
		return refuse("The form is too large or cannot be decoded")
	}
	for _, name := range names {
		if r.URL.Query().Has(name) || len(r.PostForm[name]) > 1 {
			return refuse("Send " + name + " once, and in the body")
		}
	}
	return r.PostForm, true
}

// ReadPassword returns what is asked for in a form of the password grant. If one of the two is
// missing or empty, it answers 400 invalid_request (RFC 6749, sections 3.2 and 4.3.2) and
// returns false.
func ReadPassword(w http.ResponseWriter, form url.Values) (username, password string, ok bool) {
	username, password = form.Get("username"), form.Get("password")
	if username == "" || password == "" {
		api.FailOAuth(w, http.StatusBadRequest, "invalid_request", "Send a username and a password")
		return "", "", false
	}
	return username, password, true
}
