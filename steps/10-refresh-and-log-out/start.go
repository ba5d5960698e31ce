package sessions

import (
	"context"
	"fmt"

	"tokenauth.example/scopes"
)

// Start begins a session of the user, who has just logged in, and returns it with its
// first refresh token. The session's id is new, and nobody can guess it. Either all of it
// is stored, or nothing is and there's an error.
func (s *Store) Start(ctx context.Context, user string, scope scopes.Set) (Session, string, error) {
	// TODO 2: store a session and its first refresh token, in one transaction.
	return Session{}, "", fmt.Errorf("Start is not written yet")
}
