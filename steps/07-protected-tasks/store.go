package tasks

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"tokenauth.example/users"
)

var (
	// ErrNotFound is returned for a task that is not there, and for one that belongs to
	// somebody else: nobody must learn which of the two it is.
	ErrNotFound = errors.New("task not found")
	// ErrTooMany is returned for one task more than MaxTasks of one owner.
	ErrTooMany = errors.New("too many tasks")
)

// MaxTasks is how many tasks one owner may have. Without a limit, one user could fill the
// disk, and a list could grow until it no longer fits into the memory.
const MaxTasks = 1000

// Task is something that its owner means to do.
type Task struct {
	ID    string `json:"id"`
	Title string `json:"title"`
}

// Store keeps tasks in a database, each with its owner.
type Store struct {
	db *users.Prepared
}

// schema makes the table if it is not there yet. Tasks are numbered in the order in which
// they came; a user's tasks go when the user is deleted. Of an owner who has 1000 tasks, an
// INSERT adds no row.
const schema = `
CREATE TABLE IF NOT EXISTS tasks (
	number   INTEGER PRIMARY KEY,
	id       TEXT NOT NULL UNIQUE,
	owner_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
	title    TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS tasks_by_owner ON tasks (owner_id, number);
CREATE TRIGGER IF NOT EXISTS too_many_tasks BEFORE INSERT ON tasks
WHEN (SELECT count(*) FROM tasks WHERE owner_id = NEW.owner_id) >= 1000
BEGIN
	SELECT RAISE(IGNORE);
END`

// NewStore returns a Store on db, and makes its table if there is none yet. The table of
// users must be there.
func NewStore(db *sql.DB) (*Store, error) {
	if _, err := db.Exec(schema); err != nil {
		return nil, fmt.Errorf("make table tasks: %w", err)
	}
	return &Store{db: users.Prepare(db)}, nil
}

// Create adds a task for the owner, and returns it as stored: with a new ID that nobody can
// guess, and the title to the letter. It returns ErrTooMany if the owner has MaxTasks, and
// any other error of the database as it is.
func (s *Store) Create(ctx context.Context, ownerID, title string) (Task, error) {
	// TODO 1: store a task for the owner, with an id that nobody can guess. If
	//   no row was added, the owner has too many.
	return Task{}, errors.New("Create is not written yet")
}

// List returns all of the owner's tasks, oldest first, or an error: never a part of them.
// Without any the slice is empty but not nil, so that its JSON is [] and not null.
func (s *Store) List(ctx context.Context, ownerID string) ([]Task, error) {
	// TODO 2: list the owner's tasks, oldest first, all of them or an error.
	return nil, errors.New("List is not written yet")
}

// Get returns the owner's task with the id, or ErrNotFound. Any other error of the database
// is returned as it is.
func (s *Store) Get(ctx context.Context, ownerID, id string) (Task, error) {
	// TODO 3: find the owner's task.
	return Task{}, errors.New("Get is not written yet")
}

// Delete removes the owner's task with the id, or returns ErrNotFound. If two ask at once,
// one of them gets ErrNotFound. Any other error of the database is returned as it is.
func (s *Store) Delete(ctx context.Context, ownerID, id string) error {
	// TODO 4: delete the owner's task, and no other.
	return errors.New("Delete is not written yet")
}
