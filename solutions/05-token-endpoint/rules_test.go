// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

package login_test

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tokenauth.example/login/apitest"
)

// choice is one way to write a part of a login. The first of a part is the usual one.
type choice struct {
	name  string // "" for the usual one
	text  string
	wrong string // why it is refused: "" if it is not
}

const (
	twice = "a filter before the server may have judged the other one"
	empty = "there is nothing to check"
	inURL = "URLs are in every log on the way"
	kind  = "two kinds of body are two ways in, and a filter knows one of them"
	half  = "half of it could not be read"
	grant = "the client asked for another grant"
)

// loginParts are the parts of a login, and how each can be written.
var loginParts = [][]choice{
	{ // the content type
		{"", "application/x-www-form-urlencoded", ""},
		{"a charset in its type", "application/x-www-form-urlencoded; charset=utf-8", ""},
		{"its type in capitals", "APPLICATION/X-WWW-FORM-URLENCODED", ""},
		{"the type of JSON", "application/json", kind},
		{"the type of plain text", "text/plain; charset=utf-8", kind},
		{"the type of a multipart form", "multipart/form-data; boundary=b", kind},
		{"no type", "", kind},
	},
	{ // the query
		{"", "", ""},
		{"its password in the URL, too", "?password=correct-horse", inURL},
		{"its username in the URL, too", "?state=x&u%73ername=ann%40example.com", inURL},
		{"its grant_type in the URL", "?grant_type=password", inURL},
		{"an empty password in the URL", "?password=", inURL},
		{"a URL that can't be decoded", "?password=%zz", half},
	},
	{ // the username
		{"", "&username=ann%40example.com", ""},
		{"its username spelled in another way", "&%75sername=Ann@Example.com", ""},
		{"no username", "", empty},
		{"an empty username", "&username=", empty},
		{"its username in capitals", "&USERNAME=ann%40example.com", empty},
		{"two usernames", "&username=ann%40example.com&username=bob%40example.com", twice},
		{"the same username twice, in two spellings", "&username=ann%40example.com&user%6Eame=ann%40example.com", twice},
	},
	{ // the password
		{"", "&password=correct-horse", ""},
		{"its password spelled in another way", "&pass%77ord=correct%2dhorse", ""},
		{"no password", "", empty},
		{"an empty password", "&password", empty},
		{"two passwords", "&password=correct-horse&password=other-horse", twice},
		{"an empty password and a good one", "&password=&password=correct-horse", twice},
		{"the same password twice, in two spellings", "&pass%77ord=correct-horse&password=correct-horse", twice},
	},
	{ // the grant
		{"", "", ""},
		{"the grant_type password", "&grant_type=password", ""},
		{"an empty grant_type", "&grant_type=", ""},
		{"another grant_type", "&grant_type=client_credentials", grant},
		{"its grant_type in capitals", "&grant_type=PASSWORD", grant},
		{"two grant_types", "&grant_type=password&grant_type=client_credentials", twice},
		{"an empty grant_type and a good one", "&grant_type=&grant%5ftype=password", twice},
	},
	{ // the rest
		{"", "", ""},
		{"a scope", "&scope=tasks&client_id=app", ""},
		{"a broken escape", "&scope=%zz", half},
		{"a semicolon", "&scope=a;b", half},
	},
}

// 8. The rules hold together.
func TestToken_KeepsAllItsRulesAtOnce(t *testing.T) {
	f, _ := withAnn(t)
	f.logsIn(t, annsForm)

	for _, login := range logins() {
		f.asked.forget()
		r := apitest.Request("POST", "/auth/token"+login[1].text, strings.TrimPrefix(login[2].text+login[3].text+login[4].text+login[5].text, "&"), "Content-Type", login[0].text)
		outcome := apitest.Ask(f, r).Outcome()
		story, want := judge(login)
		if !slices.Contains(want, outcome) {
			r.Body, _ = r.GetBody()
			apitest.Do(t, f, r)
		}
		require.Contains(t, want, outcome, "a login with %s", story)
		hashes := 0
		if want[0] == "200" {
			hashes = 1
		}
		require.Len(t, f.asked.authenticate, hashes, "how often the store may be asked about a login with %s", story)
	}
}

// logins are all logins of which at most two parts are unusual, the simple ones first.
func logins() (all [][]choice) {
	usual := make([]choice, len(loginParts))
	for i, part := range loginParts {
		usual[i] = part[0]
	}
	with := func(login []choice, i int, c choice) []choice {
		login = slices.Clone(login)
		login[i] = c
		return login
	}
	var pairs [][]choice
	for i, part := range loginParts {
		for _, one := range part[1:] {
			all = append(all, with(usual, i, one))
			for j := range i {
				for _, other := range loginParts[j][1:] {
					pairs = append(pairs, with(with(usual, i, one), j, other))
				}
			}
		}
	}
	return append(all, pairs...)
}

// judge tells a login as a story, and returns the outcomes that are right for it.
func judge(login []choice) (story string, want []string) {
	var names, wrongs []string
	for _, c := range login {
		if c.name != "" {
			names = append(names, c.name)
		}
		if c.wrong != "" {
			wrongs = append(wrongs, c.wrong)
		}
	}
	story = strings.Join(names, " and ")
	switch {
	case len(wrongs) == 0:
		return story + " must be let in: nothing is wrong with it", []string{"200"}
	case len(wrongs) == 1 && wrongs[0] == grant:
		want = []string{"400 unsupported_grant_type"}
	case slices.Contains(wrongs, grant):
		want = []string{"400 invalid_request", "400 unsupported_grant_type"}
	default:
		want = []string{"400 invalid_request"}
	}
	return fmt.Sprintf("%s must be refused before any password is compared: %s", story, strings.Join(wrongs, ", and ")), want
}

// 8. The client learns what was wrong with this one request.
func TestToken_SaysWhatWasWrong(t *testing.T) {
	f, _ := withAnn(t)
	f.logsIn(t, annsForm)
	quirky := url.QueryEscape("quirky@example.com")
	tell := func(target, form, contentType string) string {
		answer := apitest.Do(t, f, apitest.Request("POST", target, form, "Content-Type", contentType))
		require.GreaterOrEqual(t, answer.Status, 400, "this must be refused")
		detail := answer.Detail()
		assert.Equal(t, detail, answer.JSON()["error_description"], "an error of /auth/token must carry its detail as error_description, too: OAuth libraries show that one (RFC 6749, section 5.2). api.FailOAuth does it")
		assert.Regexp(t, regexp.MustCompile(`^[ !#-\[\]-~]+$`), detail, "a detail must be plain ASCII without \" and \\: RFC 6749, section 5.2, allows nothing else in error_description")
		assert.NotContains(t, strings.ToLower(answer.Body), "quirky", "an answer must not repeat what was sent: it may be a password, and what a stranger sent is not for our pages and logs (CWE-116)")
		return detail
	}

	const form = "application/x-www-form-urlencoded"
	missing := tell("/auth/token", "username="+quirky, form)
	assert.Regexp(t, "(?i)content.?type", tell("/auth/token", multipart, "multipart/form-data; boundary=quirky"), "a body that is no form must be told about its Content-Type: its username and password are all right")
	assert.Regexp(t, "grant_type", tell("/auth/token", annsForm+"&grant_type="+quirky, form), "a foreign grant must be told about grant_type")
	assert.NotEqual(t, missing, tell("/auth/token", annsForm+"&scope=quirky%zz", form), "a form that can't be decoded must get another detail than a missing password")
	tell("/auth/token?password="+quirky, annsForm, form)
	tell("/auth/token", "username="+quirky+"&username="+quirky+"&password="+quirky, form)
	tell("/auth/token", formOf("quirky@example.com", "quirky-horse"), form)
}
