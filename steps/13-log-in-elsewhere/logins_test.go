// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

package elsewhere_test

import (
	"context"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tokenauth.example/elsewhere"
)

// 1. The standard's own example.
func TestChallengeOf_IsThatOfTheStandard(t *testing.T) {
	assert.Equal(t, "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM", elsewhere.ChallengeOf("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"),
		"the challenge must be that of RFC 7636, appendix B: the provider makes it, too, and compares")
}

// 2. What must not be guessed.
func TestBegin_MakesSecrets(t *testing.T) {
	inTime(t, func(t *testing.T, s *site) {
		seen := map[string]bool{}
		for range 50 {
			login, err := s.Logins.Begin(t.Context(), "a browser", "/tasks")
			require.NoError(t, err, "each login must be another one, also of those that begin at one moment in one browser")
			for _, secret := range []string{login.State, login.Nonce, login.Verifier} {
				require.GreaterOrEqual(t, len(secret), 22, "state, nonce and verifier must have 128 bits of randomness, which are 22 letters or more")
				require.False(t, seen[secret], "each must be another one, for each login, even for those that begin at one moment")
				seen[secret] = true
			}
			require.Regexp(t, regexp.MustCompile(`^[A-Za-z0-9._~-]{43,128}$`), login.Verifier, "a verifier has 43 to 128 letters, digits or -._~ (RFC 7636, section 4.1)")
			require.Equal(t, "/tasks", login.Next, "the login must know where they wanted to go")
			require.NotContains(t, login.Verifier, login.State, "the state goes through the browser, so nothing of it may be in the verifier")
			require.NotContains(t, login.Verifier, login.Nonce, "the nonce goes through the browser, so nothing of it may be in the verifier")
		}
	})
}

// 2. The table doesn't grow.
func TestBegin_ForgetsWhatIsOver(t *testing.T) {
	inTime(t, func(t *testing.T, s *site) {
		for range 3 {
			s.begin(t, "a browser")
		}
		time.Sleep(5 * time.Minute)
		login := s.begin(t, "a browser")
		time.Sleep(5*time.Minute + time.Second)
		s.begin(t, "a browser")
		assert.Equal(t, 2, s.rows(t), "logins that have been under way for ten minutes must be deleted, and no others: anybody can begin one, and few come back")
		_, err := s.Logins.Finish(t.Context(), "a browser", login.State)
		assert.NoError(t, err, "a login that is under way for five minutes must still be there")
	})
}

// 2. Trouble is told.
func TestBegin_SaysWhenItFails(t *testing.T) {
	inTime(t, func(t *testing.T, s *site) {
		stored := 0
		s.failing(t, func(ctx context.Context) error {
			login, err := s.Logins.Begin(ctx, "a browser", "/tasks")
			if err == nil {
				stored++
				return nil
			}
			assert.Equal(t, elsewhere.Login{}, login, "with an error there must be no login")
			return err
		}, func(t *testing.T) {
			assert.Equal(t, stored, s.rows(t), "with an error nothing may have been stored")
		})
	})
}

// 3. Once.
func TestFinish_ReturnsALoginOnce(t *testing.T) {
	inTime(t, func(t *testing.T, s *site) {
		login, other := s.begin(t, "a browser"), s.begin(t, "a browser")
		got, err := s.Logins.Finish(t.Context(), "a browser", login.State)
		require.NoError(t, err, "a login must be there when its browser comes back")
		assert.Equal(t, login, got, "it must be the login that Begin returned: state, nonce, verifier and next")
		got, err = s.Logins.Finish(t.Context(), "a browser", login.State)
		assert.ErrorIs(t, err, elsewhere.ErrUnknown, "a callback that comes twice is somebody else's, or a click on back: nobody may be logged in by it")
		assert.Equal(t, elsewhere.Login{}, got, "with an error there must be no login")
		got, err = s.Logins.Finish(t.Context(), "a browser", other.State)
		require.NoError(t, err, "the login of another tab must still be there")
		assert.Equal(t, other, got, "each state belongs to its own login")
	})
}

// 3. At once.
func TestFinish_HasOneWinner(t *testing.T) {
	inTime(t, func(t *testing.T, s *site) {
		for range 10 {
			login := s.begin(t, "a browser")
			var mu sync.Mutex
			var all sync.WaitGroup
			winners := 0
			for range 8 {
				all.Go(func() {
					if _, err := s.Logins.Finish(t.Context(), "a browser", login.State); err == nil {
						mu.Lock()
						winners++
						mu.Unlock()
					} else {
						assert.ErrorIs(t, err, elsewhere.ErrUnknown, "those who come too late must get ErrUnknown")
					}
				})
			}
			all.Wait()
			require.Equal(t, 1, winners, "of callbacks that come at once one must get the login: look and delete in one statement (CWE-367)")
		}
	})
}

// 3. Another browser.
func TestFinish_RefusesAnotherBrowser(t *testing.T) {
	inTime(t, func(t *testing.T, s *site) {
		login := s.begin(t, "ann's browser")
		for _, browser := range []string{"", "bob's browser", "ann's", "ANN'S BROWSER", "%", "ann's browser "} {
			_, err := s.Logins.Finish(t.Context(), browser, login.State)
			assert.ErrorIs(t, err, elsewhere.ErrUnknown, "it was begun in Ann's browser and comes back in %q: otherwise an attacker sends people a link that logs them in as the attacker (CWE-352)", browser)
		}
		_, err := s.Logins.Finish(t.Context(), "ann's browser", login.State)
		assert.NoError(t, err, "what others tried must not end the login in the browser that began it")
	})
}

// 3. Another state.
func TestFinish_TakesStatesToTheLetter(t *testing.T) {
	inTime(t, func(t *testing.T, s *site) {
		login := s.begin(t, "a browser")
		state := login.State
		for _, other := range []string{"", "%", state[:len(state)-1] + "_", strings.ToLower(state) + " ", " " + state, state[:20], state + "=", "' OR 1=1 --"} {
			_, err := s.Logins.Finish(t.Context(), "a browser", other)
			assert.ErrorIs(t, err, elsewhere.ErrUnknown, "%q is not the login's state", other)
		}
		_, err := s.Logins.Finish(t.Context(), "a browser", state)
		assert.NoError(t, err, "and its state must still work")
	})
}

// 3. Late.
func TestFinish_RefusesWhatIsLate(t *testing.T) {
	inTime(t, func(t *testing.T, s *site) {
		early, late := s.begin(t, "a browser"), s.begin(t, "a browser")
		time.Sleep(10*time.Minute - time.Second)
		_, err := s.Logins.Finish(t.Context(), "a browser", early.State)
		require.NoError(t, err, "people may take ten minutes to log in")
		time.Sleep(2 * time.Second)
		_, err = s.Logins.Finish(t.Context(), "a browser", late.State)
		assert.ErrorIs(t, err, elsewhere.ErrUnknown, "after ten minutes the login is over, also where nobody has begun another one since")
	})
}

// 3. Trouble is told.
func TestFinish_SaysWhenItFails(t *testing.T) {
	inTime(t, func(t *testing.T, s *site) {
		var left []elsewhere.Login
		for range 5 {
			left = append(left, s.begin(t, "a browser"))
		}
		s.failing(t, func(ctx context.Context) error {
			_, err := s.Logins.Finish(ctx, "a browser", left[0].State)
			if err == nil { // it failed after the login was there and deleted, and that's as well
				left = left[1:]
				return errFull
			}
			return err
		}, func(t *testing.T) {
			assert.Equal(t, len(left), s.rows(t), "a login that could not be looked up must still be there")
		})
	})
}
