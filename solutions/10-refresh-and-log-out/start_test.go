// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

package sessions_test

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tokenauth.example/scopes/ordered"
	"tokenauth.example/sessions"
	"tokenauth.example/users/storetest"
)

// 1. Nobody guesses a refresh token.
func TestNewSecret_IsOneThatNobodyGuesses(t *testing.T) {
	var mu sync.Mutex
	seen, beginnings := map[string]bool{}, map[string]bool{}
	var crowd sync.WaitGroup
	for range 8 {
		crowd.Go(func() {
			for range 50 {
				refresh, _ := sessions.NewSecret()
				mu.Lock()
				seen[refresh] = true
				beginnings[refresh[:min(8, len(refresh))]] = true
				mu.Unlock()
			}
		})
	}
	crowd.Wait()
	require.Len(t, seen, 400, "each refresh token must be another one, also of those that are made at the same moment")
	assert.Len(t, beginnings, 400, "refresh tokens must be random from their beginning: what comes from a clock or a counter can be guessed")
	for refresh := range ordered.Map(seen) {
		secret, err := base64.RawURLEncoding.DecodeString(refresh)
		require.NoError(t, err, "a refresh token is base64url without padding, so that it fits into a form as it is")
		require.Len(t, secret, 32, "a refresh token is 32 random bytes: nobody can try them all")
	}
}

// 1. Its hash is that of its text.
// Stays: all that comes after needs it, and says less plainly what is wrong.
func TestNewSecret_HashesItsText(t *testing.T) {
	refresh, hash := sessions.NewSecret()
	want := sha256.Sum256([]byte(refresh))
	require.NotEmpty(t, refresh, "first, there must be a secret")
	assert.Equal(t, hex.EncodeToString(want[:]), hex.EncodeToString(hash), "the hash must be SHA-256 of the token's text, as the client will send it")
	assert.Equal(t, hex.EncodeToString(want[:]), hex.EncodeToString(sessions.HashOf(refresh)), "a client that comes with the token must be found by the same hash")
	assert.NotEqual(t, sessions.HashOf(refresh), sessions.HashOf(refresh+"="), "another spelling is another text, and must have another hash")
}

// 2. Somebody who reads the database has no token.
func TestStart_KeepsTheHashAlone(t *testing.T) {
	w := newWorld(t, t.TempDir())
	_, refresh := w.start(t, w.ann)

	text := storetest.Look(t, w.db)
	secret, err := base64.RawURLEncoding.DecodeString(refresh)
	require.NoError(t, err, "a refresh token is base64url without padding")
	hash := sha256.Sum256([]byte(refresh))
	assert.True(t, strings.Contains(text, string(hash[:])), "the hash of the token must be stored: by it the token is found again")
	for _, spelling := range []string{refresh, string(secret), hex.EncodeToString(secret), base64.StdEncoding.EncodeToString(secret), strings.ToLower(refresh)} {
		assert.False(t, strings.Contains(text, spelling), "the token must not be in the database, in any spelling: anybody who reads a backup would be everybody (CWE-256)")
	}
}

// 2. A login begins a session.
// Stays: all that comes after begins with it, and says less plainly what is wrong.
func TestStart_BeginsASession(t *testing.T) {
	w := newWorld(t, t.TempDir())
	session, refresh, err := w.Start(t.Context(), w.ann.ID, hers)
	require.NoError(t, err, "Start must begin a session")
	assert.Equal(t, w.ann.ID, session.User, "the session must be that of the user who has logged in")
	assert.Equal(t, hers, session.Scope, "the session must have the scope that was granted")
	assert.GreaterOrEqual(t, len(session.ID), 16, "the session's id must be one that nobody guesses")
	var stored [2]string
	require.NoError(t, w.db.QueryRowContext(t.Context(), "SELECT user, scope FROM sessions JOIN refresh_tokens ON session = id WHERE hash = ? AND used IS NULL AND ended IS NULL", sessions.HashOf(refresh)).Scan(&stored[0], &stored[1]), "the session must be stored with its token, by the hash of which it's found")
	assert.Equal(t, [2]string{w.ann.ID, hers.String()}, stored, "what's stored must be the user's id and the scope as text")
}

// 2. Each login is a session of its own.
// Stays: the stories find it, too, and say less plainly what is wrong.
func TestStart_KeepsLoginsApart(t *testing.T) {
	w := newWorld(t, t.TempDir())
	phone, onPhone := w.start(t, w.ann)
	laptop, onLaptop := w.start(t, w.ann)
	require.NotEqual(t, phone.ID, laptop.ID, "two logins of one user are two sessions, and can end one by one")
	assert.NotEqual(t, onPhone, onLaptop, "each session has a token of its own")
	assert.Equal(t, []int{2, 2}, []int{w.rows(t, "sessions"), w.rows(t, "refresh_tokens")}, "a second login must not take the place of the first")
	var ended int
	require.NoError(t, w.db.QueryRowContext(t.Context(), "SELECT count(*) FROM sessions WHERE ended IS NOT NULL").Scan(&ended))
	assert.Zero(t, ended, "a second login must not end the first")
}

// 2. All of it is stored, or nothing.
func TestStart_StoresAllOrNothing(t *testing.T) {
	w := newWorld(t, t.TempDir())
	w.start(t, w.ann)
	started := 1
	w.failing(t, func(ctx context.Context) error {
		session, refresh, err := w.Start(ctx, w.ann.ID, hers)
		if err != nil {
			assert.Empty(t, session.ID+refresh, "with an error there must be no session and no token")
		} else {
			started++
		}
		return err
	}, func(t *testing.T) {
		require.Equal(t, []int{started, started}, []int{w.rows(t, "sessions"), w.rows(t, "refresh_tokens")}, "half a session was left behind: insert both rows in one transaction, and commit it")
	})
	_, _, err := w.Start(t.Context(), "nobody", hers)
	assert.Error(t, err, "somebody who doesn't exist, or was deleted a moment ago, can't have a session")
	assert.Equal(t, started, w.rows(t, "sessions"), "nobody's session must not be stored")
}
