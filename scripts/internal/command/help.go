package command

import (
	"bytes"
	"slices"
	"strings"

	"tokenauth.example/scripts/internal/screen"
	"tokenauth.example/scripts/internal/session"
	"tokenauth.example/scripts/verbs"
)

// asksForHelp reports whether an argument is one of those that ask for help.
func asksForHelp(arg string) bool {
	return slices.Contains([]string{"-h", "-help", "--help"}, arg)
}

// help shows the table of verbs.
func help(out *screen.Screen) {
	out.Printf("usage: %s", session.Plain("VERB [FLAGS] [STEP]"))
	for _, group := range verbs.Groups {
		out.Printf("\n%s", group.Title)
		for _, v := range group.Verbs {
			out.Printf("  %-8s %-8s %s", v.Name, v.Args, v.Does)
		}
	}
	out.Printf("\nSTEP is a number, such as 03. With make: make check STEP=03")
	out.Printf("What a verb takes: %s", session.Plain("VERB -h"))
	out.Printf("Exit codes: 0 done, 1 not yet, 2 it could not be found out.")
}

// usage shows what a verb takes.
func usage(out *screen.Screen, verb verbs.Verb) {
	line := verb.Name
	if len(verb.Flags) > 0 {
		line += " [FLAGS]"
	}
	out.Printf("usage: %s", session.Plain(strings.TrimSpace(line+" "+verb.Args)))
	out.Wrap("  ", verb.Does)
	if len(verb.Flags) == 0 {
		return
	}
	var printed bytes.Buffer
	set := flags(verb)
	set.SetOutput(&printed)
	set.PrintDefaults()
	out.Printf("\n%s", strings.TrimRight(printed.String(), "\n"))
}
