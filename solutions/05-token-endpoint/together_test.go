// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

package login_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tokenauth.example/login"
	"tokenauth.example/login/apitest"
	"tokenauth.example/users"
)

// 5. Many are served at once, and each gets the answer to their own request.
func TestNew_ServesManyAtOnce(t *testing.T) {
	accounts := apitest.NewAccounts(t)
	handler := login.New(accounts, newIssuer(t), new(apitest.Log).Logger())
	store := &interrupted{Accounts: accounts}
	store.handler = login.New(store, newIssuer(t), new(apitest.Log).Logger())
	ann, bob := accounts.SignUp(t, "ann@example.com"), accounts.SignUp(t, "bob@example.com")
	answer := apitest.Do(t, store.handler, apitest.Form("/auth/token", formOf("ann@example.com", apitest.Password)))
	require.Len(t, store.meanwhile, 2, "others must be answered while Ann's password is compared: a lock around it all makes everybody wait for the slowest")
	require.Equal(t, "200", answer.Outcome(), "Ann must log in, no matter who comes meanwhile")
	assert.Equal(t, "401 invalid_grant", store.meanwhile[0].Outcome(), "a wrong password for Ann must be refused while she logs in: the answer to one login is not the answer to another")
	require.Equal(t, "200", store.meanwhile[1].Outcome(), "Bob must log in, no matter who else does")
	assert.Equal(t, bob.ID, subjectOf(t, store.meanwhile[1]), "Bob must get a token for himself")
	assert.Equal(t, ann.ID, subjectOf(t, answer), "Bob logged in while Ann's password was compared, and Ann must get a token for herself: what belongs to a request may be kept in nothing that requests share")
	if t.Failed() {
		return
	}

	var people sync.WaitGroup
	for i := range 12 {
		people.Go(func() {
			email, plain := fmt.Sprintf("ann%d@example.com", i), fmt.Sprintf("correct-horse-%d", i)
			signedUp := apitest.Ask(handler, apitest.Request("POST", "/users", fmt.Sprintf(`{"email":%q,"password":%q}`, email, plain)))
			if !assert.Equal(t, "201", signedUp.Outcome(), "twelve people who sign up at once must all succeed") {
				return
			}
			assert.Equal(t, email, signedUp.JSON()["email"], "each of twelve people must get the answer to their own sign-up")
			for range 3 {
				loggedIn := apitest.Ask(handler, apitest.Form("/auth/token", formOf(email, plain)))
				if !assert.Equal(t, "200", loggedIn.Outcome(), "twelve people who log in at once must all succeed") {
					return
				}
				assert.Equal(t, signedUp.JSON()["id"], subjectOf(t, loggedIn), "each of twelve people must get a token of their own: what belongs to a request may be kept in nothing that requests share")
				refused := apitest.Ask(handler, apitest.Form("/auth/token", formOf(email, "wrong-horse")))
				assert.Equal(t, "401 invalid_grant", refused.Outcome(), "a wrong password must get 401, whoever else logs in at that moment")
			}
		})
	}
	people.Wait()
}

// interrupted is a store in which all of Bob's login happens in the middle of Ann's, and
// before that somebody guesses Ann's password.
type interrupted struct {
	login.Accounts
	handler   http.Handler
	meanwhile []apitest.Answer
	within    bool
}

func (s *interrupted) Authenticate(ctx context.Context, email, plain string) (users.User, error) {
	if !s.within {
		s.within = true
		done := make(chan apitest.Answer, 2)
		go func() {
			done <- apitest.Ask(s.handler, apitest.Form("/auth/token", formOf("ann@example.com", "wrong-horse")))
			done <- apitest.Ask(s.handler, apitest.Form("/auth/token", formOf("bob@example.com", apitest.Password)))
		}()
		late := time.After(5 * time.Second) // for those who wait for Ann, and would wait forever
		for range 2 {
			select {
			case answer := <-done:
				s.meanwhile = append(s.meanwhile, answer)
			case <-late:
			}
		}
	}
	return s.Accounts.Authenticate(ctx, email, plain)
}

// 5. What requests share is locked.
//
// Go ends a program that writes one map in two goroutines at a time. So two of them come
// from the store at the same moment, and have long names, which take a while to compare.
//
// Stays: two writes of one map meet by chance, so on a busy machine no mistake proves it.
func TestNew_SurvivesACrowd(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(max(4, runtime.NumCPU())))
	store := hurried{meeting: new(apitest.Meeting), ids: []string{strings.Repeat("x", 400_000), strings.Repeat("x", 400_000)}}
	handler := login.New(store, store, slog.New(slog.DiscardHandler))
	address, err := url.Parse("/auth/token")
	require.NoError(t, err)
	name := strings.Repeat("x", 60_000) + "@example.com"
	var crowd sync.WaitGroup
	for i := range 2 {
		crowd.Go(func() {
			defer store.meeting.End()
			header := http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}
			right, wrong := formOf(name, strconv.Itoa(i)), formOf(name, "wrong")
			for n := range 200 {
				form, want := right, 200
				if n%2 == 1 {
					form, want = wrong, 401
				}
				w := &statusAlone{header: http.Header{}, status: 200}
				handler.ServeHTTP(w, &http.Request{Method: "POST", URL: address, Host: "example.com", Header: header, RemoteAddr: store.ids[i], ContentLength: int64(len(form)), Body: io.NopCloser(strings.NewReader(form))})
				if !assert.Equal(t, want, w.status, "each of a crowd must get the answer to their own login") {
					return
				}
			}
		})
	}
	crowd.Wait()
}

// statusAlone keeps the status of an answer.
type statusAlone struct {
	header http.Header
	status int
}

func (w *statusAlone) Header() http.Header            { return w.header }
func (w *statusAlone) WriteHeader(status int)         { w.status = status }
func (w *statusAlone) Write(part []byte) (int, error) { return len(part), nil }

// hurried is a store and an issuer that answer at once. The right passwords are the
// numbers of the ids.
type hurried struct {
	login.Accounts
	meeting *apitest.Meeting
	ids     []string
}

func (h hurried) Authenticate(_ context.Context, email, plain string) (users.User, error) {
	h.meeting.Meet()
	i, err := strconv.Atoi(plain)
	if err != nil {
		return users.User{}, users.ErrBadCredentials
	}
	return users.User{ID: h.ids[i], Email: email}, nil
}

func (h hurried) Issue(string) (string, time.Duration, error) {
	h.meeting.Meet()
	return "token", time.Minute, nil
}
