package tasks

import (
	"context"
	"crypto/rand"
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
//
//workshop:todo 1 insert id, owner_id and title, with ? for each value. The id is random (rand.Text), so that nobody can count other people's tasks by it.
//workshop:stub return Task{}, errors.New("Create is not written yet")
func (s *Store) Create(ctx context.Context, ownerID, title string) (Task, error) {
	task := Task{ID: rand.Text(), Title: title}
	_, err := s.db.ExecContext(ctx,
		"INSERT INTO tasks (id, owner_id, title) VALUES (?, ?, ?)", task.ID, ownerID, task.Title)
	if err != nil {
		return Task{}, fmt.Errorf("insert task: %w", err)
	}
	return task, nil
}

// List returns the owner's tasks, oldest first. Without any the slice is empty but
// not nil, so that its JSON is [] and not null.
//
//workshop:todo 2 select the owner's tasks, ORDER BY number. Close the rows, and check rows.Err when there are no more: the loop also ends when something breaks.
//workshop:stub return nil, errors.New("List is not written yet")
func (s *Store) List(ctx context.Context, ownerID string) ([]Task, error) {
	rows, err := s.db.QueryContext(ctx,
		"SELECT id, title FROM tasks WHERE owner_id = ? ORDER BY number", ownerID)
	if err != nil {
		return nil, fmt.Errorf("select tasks: %w", err)
	}
	defer rows.Close()
	list := []Task{}
	for rows.Next() {
		var task Task
		if err := rows.Scan(&task.ID, &task.Title); err != nil {
			return nil, fmt.Errorf("read task: %w", err)
		}
		list = append(list, task)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read tasks: %w", err)
	}
	return list, nil
}

// Get returns the owner's task with the id, or ErrNotFound.
//
//workshop:todo 3 select by id and by owner, in one statement. sql.ErrNoRows becomes ErrNotFound.
//workshop:stub return Task{}, errors.New("Get is not written yet")
func (s *Store) Get(ctx context.Context, ownerID, id string) (Task, error) {
	var task Task
	err := s.db.QueryRowContext(ctx,
		"SELECT id, title FROM tasks WHERE id = ? AND owner_id = ?", id, ownerID,
	).Scan(&task.ID, &task.Title)
	if errors.Is(err, sql.ErrNoRows) {
		return Task{}, ErrNotFound
	}
	if err != nil {
		return Task{}, fmt.Errorf("select task: %w", err)
	}
	return task, nil
}

// Delete removes the owner's task with the id, or returns ErrNotFound.
//
//workshop:todo 4 delete by id and by owner, in one statement. If no row was affected, return ErrNotFound.
//workshop:stub return errors.New("Delete is not written yet")
func (s *Store) Delete(ctx context.Context, ownerID, id string) error {
	result, err := s.db.ExecContext(ctx, "DELETE FROM tasks WHERE id = ? AND owner_id = ?", id, ownerID)
	if err != nil {
		return fmt.Errorf("delete task: %w", err)
	}
	if n, err := result.RowsAffected(); err != nil {
		return fmt.Errorf("delete task: %w", err)
	} else if n == 0 {
		return ErrNotFound
	}
	return nil
}
