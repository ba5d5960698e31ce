// Command teacher has the teachers' verbs. It is built when one of them is asked for.
package main

import (
	"os"

	"tokenauth.example/scripts/internal/command"
	"tokenauth.example/scripts/verbs"
)

// door names the verbs of this room. Each has a file of its name.
var door = map[string]command.Func{
	"grade": gradeClass,
}

func main() { os.Exit(command.Main(verbs.Teacher, door)) }
