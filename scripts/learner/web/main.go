// Command web has the learner's verbs around a running server. They need the packages net and
// net/http, for which a first verdict should not wait, so this program is built when one of
// them is asked for.
package main

import (
	"os"

	"tokenauth.example/scripts/internal/command"
	"tokenauth.example/scripts/verbs"
)

// door names the verbs of this room. Each has a file of its name.
var door = map[string]command.Func{
	"doctor":   doctor,
	"run":      run,
	"rotate":   rotate,
	"demo":     demo,
	"contract": askContract,
}

func main() { os.Exit(command.Main(verbs.Web, door)) }
