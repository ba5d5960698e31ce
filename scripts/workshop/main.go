// Command workshop is the runner: it sets the workshop up, grades what a learner has
// written, and gives hints. For the verbs of others, see package verbs, it builds the program
// that has them.
package main

import (
	"os"

	"tokenauth.example/scripts/internal/command"
	"tokenauth.example/scripts/learner"
	"tokenauth.example/scripts/verbs"
)

func main() { os.Exit(command.Main(verbs.Workshop, learner.Door)) }
