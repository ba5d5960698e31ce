package scopes

import (
	"context"
	"errors"
	"fmt"
)

// ErrLastAdmin is returned for what would leave nobody who can change roles.
var ErrLastAdmin = errors.New("last admin")

// Demote makes the user with the id a member. Somebody who is one already stays one,
// without an error, and so does an id that nobody has.
//
// As long as there is somebody who can log in as an admin, there is always one. So it
// returns ErrLastAdmin, and changes nothing, if no other admin is active (users.active is 1).
// When two admins take the role from each other at the same moment, one of them stays.
//
//workshop:todo 7 take the role away, in one statement that looks for another admin.
//workshop:stub return errors.New("Demote is not written yet")
func (r *Roles) Demote(ctx context.Context, id string) error {
	result, err := r.db.ExecContext(ctx, `
		DELETE FROM admins WHERE user = ?1 AND EXISTS (
			SELECT 1 FROM admins JOIN users ON users.id = admins.user
			WHERE users.active AND users.id <> ?1)`, id)
	if err != nil {
		return fmt.Errorf("delete admin: %w", err)
	}
	deleted, err := result.RowsAffected()
	if err != nil {
		return fmt.Errorf("delete admin: %w", err)
	}
	if deleted > 0 {
		return nil
	}
	role, err := r.Of(ctx, id)
	if err != nil {
		return err
	}
	if role == Admin {
		return ErrLastAdmin
	}
	return nil
}
