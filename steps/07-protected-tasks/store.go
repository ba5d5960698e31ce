package tasks

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"tokenauth.example/users"
)

// ErrNotFound is returned for a task that is not there, and for one that belongs
// to somebody else: whoever asks must not learn which of the two it is.
var ErrNotFound = errors.New("task not found")

// Task is something its owner means to do.
type Task struct {
	ID    string `json:"id"`
	Title string `json:"title"`
}

// Store keeps tasks in a database, each with its owner.
type Store struct {
	db *users.Prepared
}

// schema makes the table if it is not there yet. Tasks are numbered in the order
// in which they came; a user's tasks go when the user is deleted.
const schema = `
CREATE TABLE IF NOT EXISTS tasks (
	number   INTEGER PRIMARY KEY,
	id       TEXT NOT NULL UNIQUE,
	owner_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
	title    TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS tasks_by_owner ON tasks (owner_id, number)`

// NewStore returns a Store on db, and makes its table if there is none yet. The
// table of users must be there.
func NewStore(db *sql.DB) (*Store, error) {
	if _, err := db.Exec(schema); err != nil {
		return nil, fmt.Errorf("make table tasks: %w", err)
	}
	return &Store{db: users.Prepare(db)}, nil
}

// Create adds a task for the owner.
func (s *Store) Create(ctx context.Context, ownerID, title string) (Task, error) {
	// TODO 1: insert id, owner_id and title, with ? for each value. The id is
	//   random (rand.Text), so that nobody can count other people's tasks by it.
	return Task{}, errors.New("Create is not written yet")
}

// List returns the owner's tasks, oldest first. Without any the slice is empty but
// not nil, so that its JSON is [] and not null.
func (s *Store) List(ctx context.Context, ownerID string) ([]Task, error) {
	// TODO 2: select the owner's tasks, ORDER BY number. Close the rows, and
	//   check rows.Err when there are no more: the loop also ends when something
	//   breaks.
	return nil, errors.New("List is not written yet")
}

// Get returns the owner's task with the id, or ErrNotFound.
func (s *Store) Get(ctx context.Context, ownerID, id string) (Task, error) {
	// TODO 3: select by id and by owner, in one statement. sql.ErrNoRows becomes
	//   ErrNotFound.
	return Task{}, errors.New("Get is not written yet")
}

// Delete removes the owner's task with the id, or returns ErrNotFound.
func (s *Store) Delete(ctx context.Context, ownerID, id string) error {
	// TODO 4: delete by id and by owner, in one statement. If no row was
	//   affected, return ErrNotFound.
	return errors.New("Delete is not written yet")
}
