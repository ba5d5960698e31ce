// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

package main

import (
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tokenauth.example/scopes"
	"tokenauth.example/scopes/ordered"
	"tokenauth.example/users"
	"tokenauth.example/users/storetest"
)

// 2. Somebody is logged in.
func TestBegin_StartsASession(t *testing.T) {
	inTime(t, func(t *testing.T, s *site) {
		for _, test := range []struct {
			user users.User
			role scopes.Role
		}{{s.bob, scopes.Member}, {s.ann, scopes.Admin}} {
			who := s.found(t, s.begin(t, test.user), test.user, "the one who has logged in must be found by the secret")
			live, err := s.pages.sessions.Live(t.Context(), who.Session)
			require.NoError(t, err)
			assert.True(t, live, "a login in a browser must be a session of step 10: changing the password ends it, too")
			var scope string
			require.NoError(t, s.db.QueryRowContext(t.Context(), "SELECT scope FROM sessions WHERE id = ?", who.Session).Scan(&scope))
			assert.Equal(t, test.role.Allows().String(), scope, "the session may do all that the role allows")
		}
	})
}

// 2. Each time.
func TestBegin_MakesANewSecretEachTime(t *testing.T) {
	inTime(t, func(t *testing.T, s *site) {
		first, second := s.begin(t, s.bob), s.begin(t, s.bob)
		assert.NotEqual(t, first, second, "each login must have its own secret")
		assert.NotEqual(t, s.found(t, first, s.bob, "both must work").Session, s.found(t, second, s.bob, "both must work").Session, "each login must have its own session, so that one can end without the other")
		for range 20 {
			secret := s.begin(t, s.bob)
			assert.Regexp(t, regexp.MustCompile("^[A-Za-z0-9]{22,256}$"), secret, "the secret must be letters and digits, and enough of them that nobody guesses it: 128 bits are 22 of them (ASVS 7.2.3)")
			assert.NotEqual(t, first[:10], secret[:10], "all of the secret must be random")
			assert.NotContains(t, secret, s.bob.ID, "the secret must say nothing about its user")
		}
	})
}

// 2. What is kept.
func TestBegin_KeepsTheHashAlone(t *testing.T) {
	inTime(t, func(t *testing.T, s *site) {
		secret := s.begin(t, s.bob)
		assert.NotContains(t, storetest.Look(t, s.db), secret, "somebody who reads the database, or a copy of it, must not be logged in as everybody")
		var hash []byte
		require.NoError(t, s.db.QueryRowContext(t.Context(), "SELECT hash FROM browsers").Scan(&hash))
		want := sha256.Sum256([]byte(secret))
		assert.Equal(t, hex.EncodeToString(want[:]), hex.EncodeToString(hash), "what is kept must be the SHA-256 of the secret")
	})
}

// 2. Trouble.
func TestBegin_TellsTrouble(t *testing.T) {
	inTime(t, func(t *testing.T, s *site) {
		s.begin(t, s.bob)
		var secret string
		var err error
		s.failing(t, func() { secret, err = s.pages.browsers.begin(t.Context(), s.bob) }, func(t *testing.T) {
			assert.ErrorIs(t, err, errFull, "the database's error must be returned, at whichever call it fails")
			assert.Empty(t, secret, "with an error there must be no secret: it would log nobody in")
		})
		_, err = s.pages.browsers.begin(canceled(), s.bob)
		assert.Error(t, err, "work must end with its request: pass ctx on")
	})
}

// 3. Nobody.
func TestFind_KnowsItsOwnSecretsAlone(t *testing.T) {
	inTime(t, func(t *testing.T, s *site) {
		secret := s.begin(t, s.bob)
		s.found(t, secret, s.bob, "first, the one who has logged in must be found")
		hash := sha256.Sum256([]byte(secret))
		for name, other := range ordered.Map(map[string]string{
			"nothing": "", "a pattern": "%", "its hash": string(hash[:]), "its hash in hex": hex.EncodeToString(hash[:]),
			"a part of it": secret[1:], "it and a space": secret + " ", "a space and it": " " + secret, "more than it": "x" + secret,
			"the user's id": s.bob.ID, "the session's id": s.found(t, secret, s.bob, "and each time anew").Session,
		}) {
			s.nobody(t, other, "only the secret itself may log in, and not "+name)
		}
	})
}

// 3. The session.
// Stays: logging out meets it, too; this one is about sessions that end elsewhere.
func TestFind_EndsWithTheSession(t *testing.T) {
	inTime(t, func(t *testing.T, s *site) {
		one, two := s.begin(t, s.bob), s.begin(t, s.bob)
		who := s.found(t, one, s.bob, "first, both must be found")
		s.found(t, two, s.bob, "first, both must be found")
		require.NoError(t, s.pages.sessions.End(t.Context(), who.Session))
		s.nobody(t, one, "the session has ended, in whatever way, so nobody is logged in")
		s.found(t, two, s.bob, "another session goes on")
		require.NoError(t, s.pages.sessions.EndOthers(t.Context(), s.bob.ID, ""))
		s.nobody(t, two, "a new password ends all sessions but one: perhaps somebody else knew the old one")
	})
}

// 3. The user.
func TestFind_EndsWithTheUser(t *testing.T) {
	inTime(t, func(t *testing.T, s *site) {
		bobs, anns := s.begin(t, s.bob), s.begin(t, s.ann)
		s.found(t, bobs, s.bob, "first, both must be found")
		s.found(t, anns, s.ann, "first, both must be found")
		require.NoError(t, s.roles.Deactivate(t.Context(), s.bob.ID))
		s.nobody(t, bobs, "somebody who has been deactivated is logged out that moment")
		s.found(t, anns, s.ann, "others stay logged in")
		_, err := s.db.ExecContext(t.Context(), "DELETE FROM users WHERE id = ?", s.ann.ID)
		require.NoError(t, err)
		s.nobody(t, anns, "somebody who has been deleted is logged out that moment")
	})
}

// 3. Away.
func TestFind_EndsWithoutUse(t *testing.T) {
	inTime(t, func(t *testing.T, s *site) {
		used, unused := s.begin(t, s.bob), s.begin(t, s.bob)
		time.Sleep(idle - time.Minute)
		s.found(t, used, s.bob, "just before idle it must be good")
		time.Sleep(time.Minute)
		s.nobody(t, unused, "a browser that was away for idle must log in again")
		time.Sleep(idle - 2*time.Minute)
		s.found(t, used, s.bob, "each time that it's here, idle must begin anew")
		time.Sleep(idle)
		s.nobody(t, used, "and end again")
	})
}

// 3. At last.
func TestFind_EndsAtLast(t *testing.T) {
	inTime(t, func(t *testing.T, s *site) {
		secret := s.begin(t, s.bob)
		for range int(most/(10*24*time.Hour)) - 1 {
			time.Sleep(10 * 24 * time.Hour)
			s.found(t, secret, s.bob, "as long as it's used it must be good")
		}
		time.Sleep(10 * 24 * time.Hour)
		s.nobody(t, secret, "after ninety days the session is over, however much it's used: ask Live of step 10")
	})
}

// 3. Trouble is not nobody.
func TestFind_TellsTroubleFromNobody(t *testing.T) {
	inTime(t, func(t *testing.T, s *site) {
		secret := s.begin(t, s.bob)
		s.found(t, secret, s.bob, "first, the one who has logged in must be found")
		var who visitor
		var err error
		s.failing(t, func() { who, err = s.pages.browsers.find(t.Context(), secret) }, func(t *testing.T) {
			assert.ErrorIs(t, err, errFull, "the database's error must be returned, at whichever call it fails")
			assert.NotErrorIs(t, err, errNobody, "what the database could not say is not a no: they'd be asked to log in again")
			assert.Equal(t, visitor{}, who, "with an error there must be nobody")
		})
		_, err = s.pages.browsers.find(canceled(), secret)
		assert.Error(t, err, "work must end with its request: pass ctx on")
		assert.NotErrorIs(t, err, errNobody, "a request that is over says nothing about who is logged in")
		s.found(t, secret, s.bob, "when the trouble is over they must still be logged in")
	})
}
