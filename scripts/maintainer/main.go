// Command maintainer has the verbs of those who maintain the workshop: they write what is
// derived, prove that everything is right, and measure. It is built when one of them is
// asked for.
package main

import (
	"os"

	"tokenauth.example/scripts/internal/command"
	"tokenauth.example/scripts/verbs"
)

// door names the verbs of this room. Each has a file of its name.
var door = map[string]command.Func{
	"stubs":   stubs,
	"rebase":  rebaseCards,
	"card":    card,
	"verify":  verify,
	"fuzz":    fuzz,
	"bench":   bench,
	"mutants": mutants,
}

func main() { os.Exit(command.Main(verbs.Maintainer, door)) }
