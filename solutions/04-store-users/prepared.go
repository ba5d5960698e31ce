package users

import (
	"context"
	"database/sql"
	"sync"
)

// Prepared is a database that reads and plans the text of a statement once on each
// connection, and not for each request that runs it: with ExecContext, QueryContext and
// QueryRowContext.
//
// It keeps what it has prepared for as long as the database is open. So a text must be the
// same each time: values go in as ? parameters.
type Prepared struct {
	*sql.DB
	statements sync.Map // text of a statement to *sql.Stmt
}

// Prepare wraps db. It prepares nothing yet: that happens when a text is first run.
func Prepare(db *sql.DB) *Prepared {
	return &Prepared{DB: db}
}

// ExecContext is that of sql.DB.
func (p *Prepared) ExecContext(ctx context.Context, text string, values ...any) (sql.Result, error) {
	if statement := p.statement(ctx, text); statement != nil {
		return statement.ExecContext(ctx, values...)
	}
	return p.DB.ExecContext(ctx, text, values...)
}

// QueryContext is that of sql.DB.
func (p *Prepared) QueryContext(ctx context.Context, text string, values ...any) (*sql.Rows, error) {
	if statement := p.statement(ctx, text); statement != nil {
		return statement.QueryContext(ctx, values...)
	}
	return p.DB.QueryContext(ctx, text, values...)
}

// QueryRowContext is that of sql.DB.
func (p *Prepared) QueryRowContext(ctx context.Context, text string, values ...any) *sql.Row {
	if statement := p.statement(ctx, text); statement != nil {
		return statement.QueryRowContext(ctx, values...)
	}
	return p.DB.QueryRowContext(ctx, text, values...)
}

// statement returns the statement with the text, or nil if it cannot be prepared: whoever
// runs the text as it is gets an error that says why.
func (p *Prepared) statement(ctx context.Context, text string) *sql.Stmt {
	if kept, ok := p.statements.Load(text); ok {
		return kept.(*sql.Stmt)
	}
	statement, err := p.DB.PrepareContext(ctx, text)
	if err != nil {
		return nil
	}
	if kept, ok := p.statements.LoadOrStore(text, statement); ok {
		statement.Close() // another request has prepared the same text meanwhile
		return kept.(*sql.Stmt)
	}
	return statement
}
