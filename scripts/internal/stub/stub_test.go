package stub_test

import (
	"strings"
	"testing"

	"tokenauth.example/scripts/internal/stub"
)

const solved = `// Package door opens doors.
package door

import (
	"errors"
	"fmt"
	"strings"

	jwt5 "example.com/other"
	"example.com/jwt/v5"
	_ "example.com/driver"
)

// Open opens the door with the name.
//
//workshop:todo 1 find the door, and a text that is so long that it needs more than a line of the stub.
//workshop:todo 2 open it.
//workshop:stub return errors.New("Open is not written yet")
func Open(name string) error {
	jwt5.Use()
	return fmt.Errorf("open %s: %w", strings.ToLower(name), jwt.Err)
}

// helper helps.
//
//workshop:solution
func helper() {}

// Close is given.
func Close() error { return errors.ErrUnsupported }
`

const stubbed = `// Package door opens doors.
package door

import (
	"errors"

	_ "example.com/driver"
	jwt5 "example.com/other"
)

// Open opens the door with the name.
func Open(name string) error {
	// TODO 1: find the door, and a text that is so long that it needs more than
	//   a line of the stub.
	// TODO 2: open it.
	return errors.New("Open is not written yet")
}

// Close is given.
func Close() error { return errors.ErrUnsupported }
`

func TestDerive(t *testing.T) {
	got, todos, err := stub.Derive([]byte(solved))
	if err != nil {
		t.Fatal(err)
	}
	// A renamed import is kept: its name is the author's business.
	if string(got) != stubbed {
		t.Errorf("got:\n%s\nwant:\n%s", got, stubbed)
	}
	if len(todos) != 2 || todos[1] != (stub.Todo{Number: 2, Text: "open it.", Func: "Open"}) {
		t.Errorf("todos: %+v", todos)
	}
	again, todos, err := stub.Derive(got)
	if err != nil || string(again) != stubbed || todos != nil {
		t.Errorf("a stub has no marks, so it must stay as it is: %v %v\n%s", todos, err, again)
	}
}

func TestDerive_RefusesWrongMarks(t *testing.T) {
	for name, source := range map[string]string{
		"unknown directive":    "package p\n\n//workshop:tood 1 x\nfunc F() {}\n",
		"todo without number":  "package p\n\n//workshop:todo x\n//workshop:stub return\nfunc F() {}\n",
		"todo without stub":    "package p\n\n//workshop:todo 1 x\nfunc F() {}\n",
		"stub without todo":    "package p\n\n//workshop:stub return\nfunc F() {}\n",
		"todo on a type":       "package p\n\n//workshop:todo 1 x\n//workshop:stub return\ntype T int\n",
		"a stub that is no Go": "package p\n\n//workshop:todo 1 x\n//workshop:stub return (\nfunc F() {}\n",
	} {
		if got, _, err := stub.Derive([]byte(source)); err == nil {
			t.Errorf("%s: must be refused, and became:\n%s", name, got)
		}
	}
}

func TestClean(t *testing.T) {
	if got := string(stub.Clean([]byte(solved))); strings.Contains(got, "workshop:") || strings.Contains(got, "//\nfunc") {
		t.Errorf("marks are left, or what was before them:\n%s", got)
	}
}
