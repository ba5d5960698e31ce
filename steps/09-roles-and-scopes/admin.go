// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

package scopes

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"

	"tokenauth.example/login/api"
	"tokenauth.example/users"
)

// Person is a user as admins see them.
type Person struct {
	ID     string `json:"id"`
	Email  string `json:"email"`
	Role   Role   `json:"role"`
	Active bool   `json:"active"`
}

// People returns all users, by email.
func (r *Roles) People(ctx context.Context) ([]Person, error) {
	rows, err := r.db.QueryContext(ctx, `
		SELECT id, email, iif(user IS NULL, 'member', 'admin'), active
		FROM users LEFT JOIN admins ON user = id ORDER BY email`)
	if err != nil {
		return nil, fmt.Errorf("select people: %w", err)
	}
	defer rows.Close()
	people := []Person{}
	for rows.Next() {
		var person Person
		if err := rows.Scan(&person.ID, &person.Email, &person.Role, &person.Active); err != nil {
			return nil, fmt.Errorf("select people: %w", err)
		}
		people = append(people, person)
	}
	return people, rows.Err()
}

// Deactivate is that of users.Store, for admins. It returns ErrLastAdmin, and changes
// nothing, if no other admin would be left who is active.
func (r *Roles) Deactivate(ctx context.Context, id string) error {
	result, err := r.db.ExecContext(ctx, `
		UPDATE users SET active = 0 WHERE id = ?1 AND (
			id NOT IN (SELECT user FROM admins) OR EXISTS (
				SELECT 1 FROM admins JOIN users AS other ON other.id = admins.user
				WHERE other.active AND other.id <> ?1))`, id)
	if err != nil {
		return fmt.Errorf("deactivate: %w", err)
	}
	if changed, err := result.RowsAffected(); err != nil || changed > 0 {
		return err
	}
	if err := r.known(ctx, id); err != nil {
		return err
	}
	return ErrLastAdmin
}

// known returns users.ErrNotFound if no user has the id.
func (r *Roles) known(ctx context.Context, id string) error {
	var known bool
	if err := r.db.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM users WHERE id = ?)", id).Scan(&known); err != nil {
		return fmt.Errorf("select user: %w", err)
	}
	if !known {
		return users.ErrNotFound
	}
	return nil
}

// NewAdmin returns a handler for GET /admin/users, PUT /admin/users/{id}/role and POST
// /admin/users/{id}/deactivate. Put it behind Require: it asks nobody who they are.
func NewAdmin(roles *Roles, log *slog.Logger) http.Handler {
	answer := func(w http.ResponseWriter, r *http.Request, err error) {
		switch {
		case err == nil:
			w.WriteHeader(http.StatusNoContent)
		case errors.Is(err, users.ErrNotFound):
			api.Fail(w, http.StatusNotFound, "not_found", "There is no such user")
		case errors.Is(err, ErrLastAdmin):
			api.Fail(w, http.StatusConflict, "last_admin", "This is the last admin: make another one first")
		default:
			api.ServerError(w, r, log, err)
		}
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /admin/users", func(w http.ResponseWriter, r *http.Request) {
		people, err := roles.People(r.Context())
		if err != nil {
			api.ServerError(w, r, log, err)
			return
		}
		api.Write(w, http.StatusOK, people)
	})
	mux.HandleFunc("PUT /admin/users/{id}/role", func(w http.ResponseWriter, r *http.Request) {
		var body struct {
			Role Role `json:"role"`
		}
		if !api.Read(w, r, &body) {
			return
		}
		change := map[Role]func(context.Context, string) error{Admin: roles.Promote, Member: roles.Demote}[body.Role]
		if change == nil {
			api.Fail(w, http.StatusUnprocessableEntity, "invalid_request", "The role must be member or admin")
			return
		}
		err := roles.known(r.Context(), r.PathValue("id"))
		if err == nil {
			err = change(r.Context(), r.PathValue("id"))
		}
		answer(w, r, err)
	})
	mux.HandleFunc("POST /admin/users/{id}/deactivate", func(w http.ResponseWriter, r *http.Request) {
		answer(w, r, roles.Deactivate(r.Context(), r.PathValue("id")))
	})
	return mux
}
