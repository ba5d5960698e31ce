package main

import (
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"tokenauth.example/scripts/internal/contract"
	"tokenauth.example/scripts/internal/report"
	"tokenauth.example/scripts/internal/screen"
	"tokenauth.example/scripts/internal/verdict"
)

// contract asks a running server, whoever wrote it and in whatever language, whether it
// keeps the HTTP contract.
func (a *app) contract() (int, error) {
	flags := flag.NewFlagSet("contract", flag.ContinueOnError)
	address := flags.String("url", "", "the `URL` of the server, such as http://127.0.0.1:8000")
	secret := flags.String("secret", "", "the server's SECRET_KEY: forges tokens too; \"-\" reads it from the environment")
	section := flags.String("section", "", "run these `sections` alone, with commas between")
	out := flags.String("out", "", "write all reports into this `folder`")
	one := flags.String("format", "", "write one report, as `name=file`: "+strings.Join(report.Names(), ", "))
	if err := flags.Parse(a.args); err != nil {
		return exitTrouble, nil // it has said why
	}
	if *address == "" || flags.NArg() > 0 {
		return exitTrouble, wayOut(errors.New("which server?"), "Name one that runs, as in: %s", plain("contract -url http://127.0.0.1:8000"))
	}
	format, formatFile, ok := strings.Cut(*one, "=")
	if *one != "" && (!ok || !slices.Contains(report.Names(), format)) {
		return exitTrouble, wayOut(fmt.Errorf("there is no format %q", *one), "Write -format NAME=FILE, where NAME is one of: %s", strings.Join(report.Names(), ", "))
	}
	options := contract.Options{URL: *address, Key: *secret, Progress: func(done, all int) { a.screen.Progress("%d of %d ...", done, all) }}
	if *secret == "-" {
		options.Key = os.Getenv("SECRET_KEY")
	}
	if *section != "" {
		options.Sections = strings.Split(*section, ",")
	}
	a.screen.Progress("asking %s ...", *address)
	result, err := contract.Run(a.ctx, options)
	switch {
	case errors.As(err, new(contract.NoServer)):
		return exitTrouble, wayOut(err, "Start it first: yours with %s, in another terminal, and any other in its own way. Then give its URL.", a.command("run", nil))
	case err != nil:
		return exitTrouble, err
	}
	exit := a.contractResult(result)
	var failures []error
	if *out != "" {
		failures = append(failures, a.writeReports(result.Class(), a.fromTop(*out)))
	}
	if *one != "" {
		failures = append(failures, report.Write(format, a.fromTop(formatFile), result.Class()))
	}
	if err := errors.Join(failures...); err != nil {
		return exitTrouble, wayOut(err, "Name a place that can be written.")
	}
	return exit, nil
}

// contractResult shows what became of the cases: a row for each section, the first failure
// in full, and the others by name.
func (a *app) contractResult(result contract.Result) int {
	type failure struct {
		section string
		of      contract.Case
		contract.Outcome
	}
	var failures []failure
	passed, ran, left, unreached := 0, 0, 0, 0
	a.screen.Printf("\n  %-11s %9s", "section", "passed")
	for _, section := range result.Sections {
		good, run := 0, 0
		for _, c := range section.Cases {
			o := result.Outcomes[section.Name+"/"+c.Name]
			if o.Verdict == verdict.NotRun {
				left++
				continue
			}
			run++
			switch {
			case o.Verdict == verdict.Pass:
				good++
				continue
			case o.Unreached:
				unreached++
				continue
			}
			if o.Got == "" {
				o.Got = o.Cause
			}
			failures = append(failures, failure{section.Name, c, o})
		}
		row := fmt.Sprintf("%-11s %3d of %3d", section.Name, good, run)
		if rest := len(section.Cases) - run; rest > 0 {
			row += fmt.Sprintf("   %d not run", rest)
		}
		mark := "  "
		if good < run {
			mark = a.screen.Paint(screen.Red, "x ")
		}
		a.screen.Printf("%s%s", mark, row)
		passed, ran = passed+good, ran+run
	}
	a.screen.Printf("  %-11s %3d of %3d   in %.1f seconds", "all", passed, ran, result.Took.Seconds())

	if len(failures) > 0 {
		first := failures[0]
		a.screen.Printf("\n%s", a.screen.Paint(screen.Red, first.section+"/"+first.of.Name))
		a.screen.Wrap("  ", first.Cause)
		for _, part := range []struct{ name, text string }{{"sent", first.Sent}, {"answered", first.Answered}} {
			a.screen.Printf("\n  %s", part.name)
			a.screen.Wrap("    ", part.text)
		}
		a.screen.Printf("")
		a.screen.Field("  ", "wanted", first.Want)
		a.screen.Field("  ", "got", first.Got)
	}
	if len(failures) > 1 {
		a.screen.Printf("\nAll that failed:")
		for _, f := range failures {
			a.screen.Printf("  %s/%s", f.section, f.of.Name)
			a.screen.Wrap("      ", "wanted "+f.Want+"; got "+cut(f.Got, 150))
		}
	}
	if unreached > 0 {
		a.screen.Printf("")
		a.screen.Wrap("", fmt.Sprintf("%d failed because there was no connection to the server any more.", unreached))
	}
	causes := map[string]int{}
	for _, section := range result.Sections {
		for _, c := range section.Cases {
			if o := result.Outcomes[section.Name+"/"+c.Name]; o.Verdict == verdict.NotRun {
				causes[o.Cause]++
			}
		}
	}
	if left > 0 {
		a.screen.Printf("\nNot run:")
		for _, cause := range slices.Sorted(maps.Keys(causes)) {
			a.screen.Wrap("  ", fmt.Sprintf("%d: %s", causes[cause], cause))
		}
	}
	for _, note := range result.Notes {
		a.screen.Printf("")
		a.screen.Wrap("", note)
	}
	switch {
	case result.Stopped:
		return exitTrouble
	case len(failures)+unreached > 0:
		return exitNotYet
	}
	return exitDone
}

// cut shortens a text to a number of letters.
func cut(text string, most int) string {
	if letters := []rune(text); len(letters) > most {
		return string(letters[:most]) + " ..."
	}
	return text
}
