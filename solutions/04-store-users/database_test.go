// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

package users_test

import (
	"database/sql"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tokenauth.example/users"
)

// 1. Guard: Any path is the path of a file, and what can't be used is an error at once.
// Stays: what it asks of is given, so no mistake of a learner's can break it.
func TestOpenDatabase_TakesAnyPath(t *testing.T) {
	folder := t.TempDir()
	for _, name := range []string{"test.db", "a name with spaces.db", "my#1.db", "100%.db", "%41.db", "file:x.db", "a&b=c.db"} {
		path := filepath.Join(folder, name)
		openDatabase(t, path)
		assert.FileExists(t, path, "the database must be in the file at path: in another one, nobody would find it to keep a copy (CWE-177)")
	}
	for _, path := range []string{"", ":memory:", filepath.Join(folder, "no-such-folder", "test.db"), folder} {
		_, err := users.OpenDatabase(path)
		assert.Error(t, err, "%q can hold no database, and that must be an error now: the first user would find out", path)
	}
}

// 1. Guard: Every connection has the settings, and there is a limit to how many there are.
// Stays: what it asks of is given, so no mistake of a learner's can break it.
func TestOpenDatabase_SetsUpEveryConnection(t *testing.T) {
	db := openDatabase(t, filepath.Join(t.TempDir(), "what?.db"))
	assert.Positive(t, db.Stats().MaxOpenConnections, "without a limit, each of a thousand requests at once opens a connection (CWE-770)")

	db.SetMaxIdleConns(0) // none is kept, so that each query opens another one
	for setting, least := range map[string]int{"foreign_keys": 1, "busy_timeout": 1, "synchronous": 2} {
		var value int
		require.NoError(t, db.QueryRowContext(t.Context(), "PRAGMA "+setting).Scan(&value))
		assert.GreaterOrEqual(t, value, least, "%s must be set on each connection", setting)
	}
}

func openDatabase(t *testing.T, path string) *sql.DB {
	t.Helper()
	db, err := users.OpenDatabase(path)
	require.NoError(t, err, "OpenDatabase must open, or make, the file %s", filepath.Base(path))
	t.Cleanup(func() { db.Close() })
	return db
}
