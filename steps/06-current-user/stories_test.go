// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

package auth_test

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/url"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tokenauth.example/auth"
	"tokenauth.example/login/apitest"
	"tokenauth.example/users"
	"tokenauth.example/verifier"
)

// deeds are what happens in a story. Asking is what happens most.
var deeds = []string{"ann asks", "ann asks", "ann asks", "bob asks", "a forger asks as ann", "nobody asks", "ann's token expires", "ann is deactivated", "ann is deleted", "the store fails once"}

// 7. A token that was good a second ago is judged anew.
func TestRequire_JudgesEachRequestAnew(t *testing.T) {
	f := newFixture(t)
	f.letsAnnIn(t)
	chance := rand.New(rand.NewPCG(6, 1))
	stories := [][]string{
		{"ann asks", "ann's token expires", "ann asks"}, {"ann asks", "ann is deactivated", "ann asks"}, {"ann asks", "ann asks", "ann is deleted", "ann asks"}, {"ann asks", "the store fails once", "ann asks", "ann asks"},
	}
	for range 120 {
		var story []string
		for range 3 + chance.IntN(6) {
			story = append(story, deeds[chance.IntN(len(deeds))])
		}
		stories = append(stories, story)
	}
	for _, story := range stories {
		want, got := f.play(story)
		if want == got {
			continue
		}
		for i := 0; i < len(story); { // leave out what is not needed
			shorter := slices.Delete(slices.Clone(story), i, i+1)
			if a, b := f.play(shorter); a != b {
				story, want, got, i = shorter, a, b, 0
			} else {
				i++
			}
		}
		require.Equal(t, want, got, "%s: each request must be judged anew, by the verifier and by the store. What is remembered of an earlier request is wrong a second later (CWE-613)", strings.Join(story, ", "))
	}
}

// play plays the story on a new handler, and returns what is right and what came: of the
// first request at which they differ.
func (f fixture) play(story []string) (want, got string) {
	w := &world{tokens: f.tokens, ann: f.ann, bob: f.bob}
	handler := auth.Require(w, w, new(apitest.Log).Logger())(f.whoami())
	for _, deed := range story {
		r := bearer(tokenFor(f.ann.ID))
		want = "200 ann@example.com true"
		switch {
		case w.expired:
			want = "401 invalid_token"
		case w.fails:
			want = "500 server_error"
		case w.annIs != nil:
			want = "401 invalid_token"
		}
		switch deed {
		case "ann's token expires":
			w.expired = true
			continue
		case "ann is deactivated":
			w.annIs = users.ErrInactive
			continue
		case "ann is deleted":
			w.annIs = users.ErrNotFound
			continue
		case "the store fails once":
			w.fails = true
			continue
		case "bob asks":
			r = bearer(tokenFor(f.bob.ID))
			want = "200 bob@example.com true"
			if w.fails {
				want = "500 server_error"
			}
		case "a forger asks as ann":
			r, want = bearer(tokenFor(f.ann.ID)+"x"), "401 invalid_token"
		case "nobody asks":
			r, want = apitest.Request("GET", "/tasks", ""), "401 not_authenticated"
		}
		ran := f.ran.Load()
		answer := apitest.Ask(handler, r)
		got = answer.Outcome()
		if f.ran.Load() != ran {
			got += " " + answer.Body
		}
		if want != got {
			return deed + ": " + want, deed + ": " + got
		}
	}
	return "", ""
}

// world is a verifier whose clock can move, and a store that knows Ann and Bob.
type world struct {
	tokens  auth.Verifier
	ann     users.User
	bob     users.User
	expired bool  // Ann's token is
	annIs   error // nil while she is active
	fails   bool  // the next time that the store is asked
}

func (w *world) Verify(signed string) (string, error) {
	if w.expired && signed == tokenFor(w.ann.ID) {
		return "", verifier.ErrExpired
	}
	return w.tokens.Verify(signed)
}

func (w *world) Get(_ context.Context, id string) (users.User, error) {
	switch {
	case w.fails:
		w.fails = false
		return users.User{}, errStore
	case id == w.bob.ID:
		return w.bob, nil
	case id == w.ann.ID && w.annIs == nil:
		return w.ann, nil
	case id == w.ann.ID:
		return users.User{}, w.annIs
	}
	return users.User{}, users.ErrNotFound
}

// 5. What requests share is locked.
//
// Go ends a program that writes one map in two goroutines at a time. So two of them come
// from the store at the same moment, and have long names, which take a while to compare.
//
// Stays: two writes of one map meet by chance, so on a busy machine no mistake proves it.
func TestRequire_SurvivesACrowd(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(max(4, runtime.NumCPU())))
	both := hurried{new(apitest.Meeting)}
	handler := auth.Require(both, both, slog.New(slog.DiscardHandler))(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		user, _ := auth.CurrentUser(r.Context())
		w.Header().Set("Email", user.Email)
	}))
	address, err := url.Parse("/tasks")
	require.NoError(t, err)
	var crowd sync.WaitGroup
	var wanted, got [2]string
	for i := range 2 {
		crowd.Go(func() {
			defer both.meeting.End()
			name := strings.Repeat("x", 400_000)
			good, bad := "Bearer "+name+strconv.Itoa(i), "Bearer "+name+"!"
			for n := range 400 {
				header, want := good, strconv.Itoa(i)
				if n%2 == 1 {
					header, want = bad, ""
				}
				w := headersAlone{}
				handler.ServeHTTP(w, &http.Request{Method: "GET", URL: address, Host: "example.com", Header: http.Header{"Authorization": {header}}, RemoteAddr: name, Body: http.NoBody})
				if wanted[i], got[i] = want, http.Header(w).Get("Email"); got[i] != want {
					return
				}
			}
		})
	}
	crowd.Wait()
	assert.Equal(t, wanted, got, "each of a crowd must be served as who they are")
}

// headersAlone keeps the headers of an answer.
type headersAlone http.Header

func (w headersAlone) Header() http.Header          { return http.Header(w) }
func (headersAlone) WriteHeader(int)                {}
func (headersAlone) Write(part []byte) (int, error) { return len(part), nil }

// hurried is a verifier and a store that answer at once.
type hurried struct{ meeting *apitest.Meeting }

func (h hurried) Verify(signed string) (string, error) {
	h.meeting.Meet()
	if strings.HasSuffix(signed, "!") {
		return "", verifier.ErrSignature
	}
	return signed, nil
}

func (h hurried) Get(_ context.Context, id string) (users.User, error) {
	h.meeting.Meet()
	return users.User{ID: id[:len(id)-1], Email: id[len(id)-1:]}, nil
}
