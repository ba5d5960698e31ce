// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

package scopes

import (
	"context"
	"database/sql"
	"fmt"

	"tokenauth.example/users"
)

// Role is what somebody is on this server.
type Role string

// A Member has tasks, and an Admin has people as well. Everybody who signs up is a Member.
const (
	Member Role = "member"
	Admin  Role = "admin"
)

// Allows returns a new Set with all that the role allows: nothing for a role that isn't one
// of ours.
func (r Role) Allows() Set {
	switch r {
	case Member:
		return SetOf(TasksRead, TasksWrite, Profile)
	case Admin:
		return SetOf(TasksRead, TasksWrite, Profile, UsersRead, UsersWrite)
	}
	return Set{}
}

// Roles keeps the roles of users, in the database that the users are in: admins have a row,
// everybody else is a member.
type Roles struct {
	db *users.Prepared
}

// admins goes with a user: a row ends when its user is deleted.
const admins = `
CREATE TABLE IF NOT EXISTS admins (
	user TEXT PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE
) STRICT`

// NewRoles makes the table, if there is none yet. users.New has to have made its own before.
func NewRoles(db *sql.DB) (*Roles, error) {
	if _, err := db.Exec(admins); err != nil {
		return nil, fmt.Errorf("make table admins: %w", err)
	}
	return &Roles{db: users.Prepare(db)}, nil
}

// Of returns the role of the user with the id, as it is now.
func (r *Roles) Of(ctx context.Context, id string) (Role, error) {
	var admin bool
	if err := r.db.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM admins WHERE user = ?)", id).Scan(&admin); err != nil {
		return "", fmt.Errorf("select role: %w", err)
	}
	if admin {
		return Admin, nil
	}
	return Member, nil
}

// Promote makes the user with the id an admin. It returns users.ErrNotFound if there is
// none.
func (r *Roles) Promote(ctx context.Context, id string) error {
	result, err := r.db.ExecContext(ctx, "INSERT INTO admins SELECT id FROM users WHERE id = ? ON CONFLICT DO UPDATE SET user = user", id)
	if err != nil {
		return fmt.Errorf("insert admin: %w", err)
	}
	if inserted, err := result.RowsAffected(); err != nil || inserted == 0 {
		return users.ErrNotFound
	}
	return nil
}
