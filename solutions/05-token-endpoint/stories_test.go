// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

package login_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"tokenauth.example/login"
	"tokenauth.example/login/apitest"
	"tokenauth.example/users"
)

// deeds are what happens in a story. The last ones happen past the handler.
var deeds = []string{"sign up", "log in", "log in", "guess a password of", "deactivate", "delete", "fail once for"}

// 5. What was true a request ago may be wrong now.
func TestNew_JudgesEachRequestAnew(t *testing.T) {
	w := world{accounts: apitest.NewAccounts(t), issuer: newIssuer(t)}
	chance := rand.New(rand.NewPCG(5, 1))
	stories := [][]string{
		{"log in ann", "sign up ann", "log in ann"}, {"sign up ann", "log in ann", "deactivate ann", "log in ann"}, {"sign up ann", "log in ann", "delete ann", "log in ann"},
		{"sign up ann", "delete ann", "sign up ann", "log in ann"}, {"sign up ann", "fail once for ann", "log in ann", "log in ann"}, {"sign up ann", "guess a password of ann", "log in ann"},
	}
	for range 45 {
		var story []string
		for range 4 + chance.IntN(7) {
			story = append(story, deeds[chance.IntN(len(deeds))]+" "+[]string{"ann", "ann", "bob"}[chance.IntN(3)])
		}
		stories = append(stories, story)
	}
	for _, story := range stories {
		want, got := w.play(t, story)
		if want == got {
			continue
		}
		for i := 0; i < len(story); { // leave out what is not needed
			shorter := slices.Delete(slices.Clone(story), i, i+1)
			if a, b := w.play(t, shorter); a != b {
				story, want, got, i = shorter, a, b, 0
			} else {
				i++
			}
		}
		require.Equal(t, want, got, "%s: each request must be judged by what the store says now. A handler that remembers emails, users or failures is wrong a second later", strings.Join(story, ", "))
	}
}

// world is where stories are played: one database, and new people in each story.
type world struct {
	accounts apitest.Accounts
	issuer   login.Issuer
	played   int
}

// play plays the story, and returns what the model expects and what came: of the first
// deed at which they differ.
func (w *world) play(t *testing.T, story []string) (want, got string) {
	w.played++
	store := &failingOnce{Accounts: w.accounts}
	handler := login.New(store, w.issuer, new(apitest.Log).Logger())
	ids, active := map[string]string{}, map[string]bool{} // the model
	for i, line := range story {
		deed, who := line[:strings.LastIndex(line, " ")], line[strings.LastIndex(line, " ")+1:]
		email := fmt.Sprintf("%s%d@example.com", who, w.played)
		r := apitest.Form("/auth/token", formOf(email, apitest.Password))
		want, got = "", ""
		switch deed {
		case "sign up":
			r = apitest.Request("POST", "/users", fmt.Sprintf(`{"email":%q,"password":%q}`, email, apitest.Password))
			want = "201"
			if ids[who] != "" {
				want = "409 email_taken"
			}
		case "log in":
			want = "401 invalid_grant"
			if active[who] {
				want = "200 for " + ids[who]
			}
		case "guess a password of":
			r = apitest.Form("/auth/token", formOf(email, "wrong-horse"))
			want = "401 invalid_grant"
		case "deactivate", "delete":
			w.change(t, deed, ids, active, who)
			continue
		default:
			store.fail = true
			continue
		}
		if store.fail {
			want = "500 server_error"
		}
		answer := apitest.Ask(handler, r)
		got = answer.Outcome()
		id, _ := answer.JSON()["id"].(string)
		if got == "201" {
			ids[who], active[who] = id, true
		}
		if got == "200" {
			got = fmt.Sprint("200 for ", subjectOf(t, answer))
		}
		if want != got {
			return fmt.Sprintf("%s: %s", story[i], want), fmt.Sprintf("%s: %s", story[i], got)
		}
	}
	return "", ""
}

// change deactivates or deletes somebody, past the handler.
func (w *world) change(t *testing.T, deed string, ids map[string]string, active map[string]bool, who string) {
	if ids[who] == "" {
		return
	}
	if deed == "deactivate" {
		require.NoError(t, w.accounts.Deactivate(t.Context(), ids[who]))
	} else {
		require.NoError(t, w.accounts.Delete(t.Context(), ids[who]))
		delete(ids, who)
	}
	active[who] = false
}

// failingOnce is a store that fails the next time it is asked, if it is told to.
type failingOnce struct {
	login.Accounts
	fail bool
}

func (s *failingOnce) failed() bool {
	failed := s.fail
	s.fail = false
	return failed
}

func (s *failingOnce) Create(ctx context.Context, email, plain string) (users.User, error) {
	if s.failed() {
		return users.User{}, errStore
	}
	return s.Accounts.Create(ctx, email, plain)
}

func (s *failingOnce) Authenticate(ctx context.Context, email, plain string) (users.User, error) {
	if s.failed() {
		return users.User{}, errStore
	}
	return s.Accounts.Authenticate(ctx, email, plain)
}
