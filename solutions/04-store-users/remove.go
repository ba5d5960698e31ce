// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

package users

import (
	"context"
	"fmt"
)

// Deactivate locks the user with the id out, and keeps what is theirs. It returns
// ErrNotFound if there is none.
func (s *Store) Deactivate(ctx context.Context, id string) error {
	return s.change(ctx, "UPDATE users SET active = 0 WHERE id = ?", id)
}

// Delete removes the user with the id for good. It returns ErrNotFound if there is
// none.
func (s *Store) Delete(ctx context.Context, id string) error {
	return s.change(ctx, "DELETE FROM users WHERE id = ?", id)
}

// change runs a statement about the one user with the id. A statement that fits no row
// is no error to SQL, so it asks how many there were.
func (s *Store) change(ctx context.Context, statement, id string) error {
	result, err := s.db.ExecContext(ctx, statement, id)
	if err != nil {
		return fmt.Errorf("change user: %w", err)
	}
	changed, err := result.RowsAffected()
	if err != nil {
		return fmt.Errorf("change user: %w", err)
	}
	if changed == 0 {
		return ErrNotFound
	}
	return nil
}
