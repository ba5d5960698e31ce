// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

package storetest

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"modernc.org/sqlite"
)

// Faults is what happens between a program and its SQLite, which is the real one: it can
// fail once, or let something else happen first.
type Faults struct {
	mu       sync.Mutex
	left     int          // how many calls there are until it happens, and 0 if nothing will
	happens  func() error // what happens then; an error fails the call
	prepared int          // how many statements are open
}

// Open opens the SQLite database in the file at path through Faults, with the settings of
// users.OpenDatabase but for one: it doesn't wait for the disk, because no test pulls the plug.
func Open(t testing.TB, path string) (*sql.DB, *Faults) {
	t.Helper()
	address := "file:" + strings.NewReplacer("%", "%25", "?", "%3f", "#", "%23").Replace(filepath.Clean(path))
	faults := &Faults{}
	db := sql.OpenDB(connector{address + "?_foreign_keys=on&_journal_mode=wal&_synchronous=off&_busy_timeout=10000", faults})
	db.SetMaxOpenConns(16)
	db.SetMaxIdleConns(16)
	t.Cleanup(func() { db.Close() })
	return db, faults
}

// At has something happen once, at the call to the database with this number, counted from
// 1 and from now: preparing, running, reading a row, beginning and committing are a call
// each. If it returns an error, the call fails with it and does nothing.
func (f *Faults) At(call int, happens func() error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.left, f.happens = call, happens
}

// Happened reports whether it has, and lets nothing happen any more.
func (f *Faults) Happened() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	happened := f.left <= 0
	f.left, f.happens = 0, nil
	return happened
}

// Prepared is how many prepared statements are open, on all connections.
func (f *Faults) Prepared() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.prepared
}

// call is called for each call to the database, before it.
func (f *Faults) call() error {
	f.mu.Lock()
	happens := f.happens
	if f.left--; f.left != 0 || happens == nil {
		f.mu.Unlock()
		return nil
	}
	f.mu.Unlock() // what happens may call the database, too
	return happens()
}

func (f *Faults) open(statements int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.prepared += statements
}

type connector struct {
	address string
	faults  *Faults
}

func (c connector) Driver() driver.Driver { return &sqlite.Driver{} }

func (c connector) Connect(context.Context) (driver.Conn, error) {
	inner, err := c.Driver().Open(c.address)
	if err != nil {
		return nil, err
	}
	return &conn{inner.(realConn), c.faults}, nil
}

// realConn is what the driver of SQLite can do.
type realConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.QueryerContext
	driver.Pinger
	driver.SessionResetter
	driver.Validator
}

type conn struct {
	realConn
	faults *Faults
}

func (c *conn) PrepareContext(ctx context.Context, text string) (driver.Stmt, error) {
	if err := c.faults.call(); err != nil {
		return nil, err
	}
	inner, err := c.realConn.PrepareContext(ctx, text)
	if err != nil {
		return nil, err
	}
	c.faults.open(1)
	return &stmt{inner.(realStmt), c.faults}, nil
}

func (c *conn) ExecContext(ctx context.Context, text string, values []driver.NamedValue) (driver.Result, error) {
	if err := c.faults.call(); err != nil {
		return nil, err
	}
	return c.realConn.ExecContext(ctx, text, values)
}

func (c *conn) QueryContext(ctx context.Context, text string, values []driver.NamedValue) (driver.Rows, error) {
	if err := c.faults.call(); err != nil {
		return nil, err
	}
	inner, err := c.realConn.QueryContext(ctx, text, values)
	return wrapRows(inner, c.faults, err)
}

func (c *conn) BeginTx(ctx context.Context, options driver.TxOptions) (driver.Tx, error) {
	if err := c.faults.call(); err != nil {
		return nil, err
	}
	inner, err := c.realConn.BeginTx(ctx, options)
	if err != nil {
		return nil, err
	}
	return &tx{inner, c.faults}, nil
}

type realStmt interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
}

type stmt struct {
	realStmt
	faults *Faults
}

func (s *stmt) Close() error {
	s.faults.open(-1)
	return s.realStmt.Close()
}

func (s *stmt) ExecContext(ctx context.Context, values []driver.NamedValue) (driver.Result, error) {
	if err := s.faults.call(); err != nil {
		return nil, err
	}
	return s.realStmt.ExecContext(ctx, values)
}

func (s *stmt) QueryContext(ctx context.Context, values []driver.NamedValue) (driver.Rows, error) {
	if err := s.faults.call(); err != nil {
		return nil, err
	}
	inner, err := s.realStmt.QueryContext(ctx, values)
	return wrapRows(inner, s.faults, err)
}

type tx struct {
	driver.Tx
	faults *Faults
}

// Commit is undone when it fails, as by SQLite on a full disk.
func (t *tx) Commit() error {
	if err := t.faults.call(); err != nil {
		_ = t.Rollback()
		return err
	}
	return t.Tx.Commit()
}

type rows struct {
	driver.Rows
	faults *Faults
}

func wrapRows(inner driver.Rows, faults *Faults, err error) (driver.Rows, error) {
	if err != nil {
		return nil, err
	}
	return &rows{inner, faults}, nil
}

func (r *rows) Next(values []driver.Value) error {
	if err := r.faults.call(); err != nil {
		return err
	}
	return r.Rows.Next(values)
}
