package main

import (
	"fmt"
	"maps"
	"slices"

	"tokenauth.example/scripts/internal/command"
	"tokenauth.example/scripts/internal/contract"
	"tokenauth.example/scripts/internal/screen"
	"tokenauth.example/scripts/internal/text"
	"tokenauth.example/scripts/internal/verdict"
)

// failure is a case that does not pass.
type failure struct {
	name string // "log-in/gives-a-token"
	contract.Outcome
}

// counts are those of a result's cases.
type counts struct {
	passed, ran, left, unreached int
	late                         []string // the names of those that could not be judged
}

// showResult shows what became of the cases: a row for each section, the first failure in
// full, and the others by name. It returns the exit code.
func showResult(out *screen.Screen, result contract.Result) int {
	failures, n := showSections(out, result)
	showFailures(out, failures)
	if n.unreached > 0 {
		out.Printf("")
		out.Wrap("", fmt.Sprintf("%d failed because there was no connection to the server any more.", n.unreached))
	}
	if n.left > 0 {
		showNotRun(out, result)
	}
	if len(n.late) > 0 {
		out.Printf("\nCould not be judged:")
		for _, name := range n.late {
			out.Printf("  %s", name)
		}
	}
	for _, note := range append(slices.Clone(result.Notes), contract.Unseen) {
		out.Printf("")
		out.Wrap("", note)
	}
	switch {
	case result.Stopped:
		return command.Trouble
	case len(failures)+n.unreached > 0:
		return command.NotYet
	case len(n.late) > 0: // nobody knows whether the server is right
		return command.Trouble
	}
	return command.Done
}

func showSections(out *screen.Screen, result contract.Result) (failures []failure, all counts) {
	out.Printf("\n  %-11s %9s", "section", "passed")
	for _, section := range result.Sections {
		passed, ran, late := 0, 0, 0
		for _, c := range section.Cases {
			name := section.Name + "/" + c.Name
			o := result.Outcomes[name]
			switch o.Verdict {
			case verdict.NotRun:
				all.left++
				continue
			case verdict.NotJudged:
				late++
				all.late = append(all.late, name)
				continue
			}
			ran++
			switch {
			case o.Verdict == verdict.Pass:
				passed++
			case o.Unreached:
				all.unreached++
			default:
				if o.Got == "" {
					o.Got = o.Cause
				}
				failures = append(failures, failure{name, o})
			}
		}
		row := fmt.Sprintf("%-11s %3d of %3d", section.Name, passed, ran)
		if rest := len(section.Cases) - ran - late; rest > 0 {
			row += fmt.Sprintf("   %d not run", rest)
		}
		if late > 0 {
			row += fmt.Sprintf("   %d could not be judged", late)
		}
		mark := "  "
		if passed < ran {
			mark = out.Paint(screen.Red, "x ")
		}
		out.Printf("%s%s", mark, row)
		all.passed, all.ran = all.passed+passed, all.ran+ran
	}
	out.Printf("  %-11s %3d of %3d   in %.1f seconds", "all", all.passed, all.ran, result.Took.Seconds())
	return failures, all
}

func showFailures(out *screen.Screen, failures []failure) {
	if len(failures) == 0 {
		return
	}
	first := failures[0]
	out.Printf("\n%s", out.Paint(screen.Red, first.name))
	out.Wrap("  ", first.Cause)
	for _, part := range []struct{ name, text string }{{"sent", first.Sent}, {"answered", first.Answered}} {
		out.Printf("\n  %s", part.name)
		out.Wrap("    ", part.text)
	}
	out.Printf("")
	out.Field("  ", "wanted", first.Want)
	out.Field("  ", "got", first.Got)
	if len(failures) == 1 {
		return
	}
	out.Printf("\nAll that failed:")
	const maxGot = 150 // characters of what came, so that the list stays one
	for _, f := range failures {
		out.Printf("  %s", f.name)
		out.Wrap("      ", "wanted "+f.Want+"; got "+text.Cut(f.Got, maxGot))
	}
}

// showNotRun says of the cases that were not run why.
func showNotRun(out *screen.Screen, result contract.Result) {
	causes := map[string]int{}
	for _, section := range result.Sections {
		for _, c := range section.Cases {
			if o := result.Outcomes[section.Name+"/"+c.Name]; o.Verdict == verdict.NotRun {
				causes[o.Cause]++
			}
		}
	}
	out.Printf("\nNot run:")
	for _, cause := range slices.Sorted(maps.Keys(causes)) {
		out.Wrap("  ", fmt.Sprintf("%d: %s", causes[cause], cause))
	}
}
