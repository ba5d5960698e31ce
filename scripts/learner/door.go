// Package learner is the learner's room: the verbs that somebody uses who does the steps.
// A learner waits until it is compiled, so it needs neither the network nor what grades a
// class; the verbs around a running server are in package web below it.
package learner

import "tokenauth.example/scripts/internal/command"

// Door names the verbs of this room. Each has a file of its name.
var Door = map[string]command.Func{
	"start":   start,
	"check":   checkSteps,
	"watch":   watch,
	"hint":    hint,
	"show":    show,
	"spot":    spot,
	"catchup": catchup,
	"reset":   reset,
	"token":   inspectToken,
}
