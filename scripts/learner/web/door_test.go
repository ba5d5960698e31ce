package main

import (
	"maps"
	"os"
	"slices"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"tokenauth.example/scripts/internal/command"
	"tokenauth.example/scripts/internal/small"
	"tokenauth.example/scripts/verbs"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"workshop": func() { os.Exit(command.Main(verbs.Web, door)) },
	})
}

// The door has the verbs that the table says, and no others.
func TestDoorHasTheVerbsOfTheTable(t *testing.T) {
	if named, wanted := slices.Sorted(maps.Keys(door)), slices.Sorted(slices.Values(verbs.Of(verbs.Web))); !slices.Equal(named, wanted) {
		t.Errorf("the door names %q, and the table %q", named, wanted)
	}
}

// The scripts drive the command itself.
func TestScripts(t *testing.T) { small.Scripts(t) }
