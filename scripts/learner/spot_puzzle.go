package learner

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/aymanbagabas/go-udiff"

	"tokenauth.example/scripts/internal/mistakes"
	"tokenauth.example/scripts/internal/screen"
	"tokenauth.example/scripts/internal/steps"
	"tokenauth.example/scripts/internal/stub"
)

// puzzle is a mistake in the code that it was made in.
type puzzle struct {
	step  steps.Step
	card  mistakes.Card
	file  string // below the step's folder
	parts []part // the functions that the mistake is in
	wrong []span // the lines that it changes
	diff  string // what was changed, for the answer
}

// part is a declaration with the mistake in it.
type part struct {
	first int // the number of its first line
	lines []string
}

// span is a run of lines, both ends included.
type span struct{ from, to int }

// newPuzzle applies a card to its solution, and cuts out the functions that it changes.
func newPuzzle(step steps.Step, card mistakes.Card) (*puzzle, error) {
	read := func(file string) ([]byte, error) {
		return os.ReadFile(filepath.Join(step.SolutionDir(), filepath.FromSlash(file)))
	}
	changed, err := card.Apply(read)
	if err != nil {
		return nil, err
	}
	file := slices.Sorted(maps.Keys(changed))[0] // nearly all change one
	solved, err := read(file)
	if err != nil {
		return nil, err
	}
	right, wrong := string(stub.Clean(solved)), string(stub.Clean(changed[file]))
	p := &puzzle{step: step, card: card, file: file, wrong: changedLines(right, wrong), diff: udiff.Unified("right", "wrong", right, wrong)}
	if p.parts, err = declarations(wrong, p.wrong); err != nil {
		return nil, err
	}
	if len(p.parts) == 0 {
		return nil, fmt.Errorf("%s changes no declaration", card.Name)
	}
	return p, nil
}

// changedLines returns the lines of after that are new. Where lines have only gone, it is
// those around the gap.
func changedLines(before, after string) []span {
	var spans []span
	grown := 0 // lines
	for _, edit := range udiff.Lines(before, after) {
		from := strings.Count(before[:edit.Start], "\n") + 1 + grown
		added, gone := strings.Count(edit.New, "\n"), strings.Count(before[edit.Start:edit.End], "\n")
		if added > 0 {
			spans = append(spans, span{from, from + added - 1})
		} else {
			spans = append(spans, span{from - 1, from})
		}
		grown += added - gone
	}
	return spans
}

// declarations returns the declarations of a source that overlap the spans.
func declarations(source string, spans []span) ([]part, error) {
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, "", source, parser.ParseComments)
	if err != nil {
		return nil, err
	}
	lines := strings.Split(source, "\n")
	var parts []part
	for _, declaration := range file.Decls {
		if general, ok := declaration.(*ast.GenDecl); ok && general.Tok == token.IMPORT {
			continue
		}
		from, to := set.Position(declaration.Pos()).Line, set.Position(declaration.End()).Line
		if doc := stub.DocOf(declaration); doc != nil {
			from = set.Position(doc.Pos()).Line
		}
		if slices.ContainsFunc(spans, func(s span) bool { return s.from <= to && s.to >= from }) {
			parts = append(parts, part{from, lines[from-1 : to]})
		}
	}
	return parts, nil
}

// key names the puzzle among all.
func (p puzzle) key() string { return p.step.Name + "/" + p.card.Name }

// name says where the code is from.
func (p puzzle) name() string { return p.step.Name + ", " + p.file }

// at reports whether a line is one that the mistake changes, or next to it.
func (p puzzle) at(line int) bool {
	return slices.ContainsFunc(p.wrong, func(s span) bool { return s.from-1 <= line && line <= s.to+1 })
}

// show shows the card.
func (p puzzle) show(out *screen.Screen) {
	out.Printf("")
	out.Wrap("  ", fmt.Sprintf("It %s. What that costs: %s.", strings.TrimSuffix(p.card.Wrong, "."), p.card.Toll()))
	out.Printf("  The test that catches it: %s\n", p.card.Caught)
	for line := range strings.Lines(p.diff) {
		line = strings.ReplaceAll(strings.TrimRight(line, "\n"), "\t", "    ")
		switch {
		case strings.HasPrefix(line, "--- "), strings.HasPrefix(line, "+++ "), strings.HasPrefix(line, "@@ "):
			continue
		case strings.HasPrefix(line, "+"):
			line = out.Paint(screen.Red, line)
		case strings.HasPrefix(line, "-"):
			line = out.Paint(screen.Green, line)
		}
		out.Printf("  %s", line)
	}
}
