package learner

import (
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"tokenauth.example/scripts/internal/command"
	"tokenauth.example/scripts/internal/small"
	"tokenauth.example/scripts/verbs"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"workshop": func() { os.Exit(command.Main(verbs.Workshop, Door)) }})
}

func TestDoorHasTheVerbsOfTheTable(t *testing.T) { small.CompareDoor(t, verbs.Workshop, Door) }

// The scripts drive the command itself.
func TestScripts(t *testing.T) { small.Scripts(t) }
