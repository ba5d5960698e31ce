package view

import (
	"cmp"
	"fmt"
	"go/parser"
	"go/token"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"tokenauth.example/scripts/internal/check"
	"tokenauth.example/scripts/internal/steps"
	"tokenauth.example/scripts/internal/stub"
)

var compileError = regexp.MustCompile(`^(?:vet: )?\.?[/\\]?([\w./\\-]+\.go:[0-9]+:[0-9]+: .*)$`)
var undefined = regexp.MustCompile(`undefined: (\w+)$`)

// compileErrors returns what the compiler said of the step's files, and which import
// may be missing.
func compileErrors(report check.StepReport) []string {
	var lines []string
	said := strings.Split(strings.TrimSpace(report.Result.Build), "\n")
	// A package that is not used is often one that something else has taken the name of.
	slices.SortStableFunc(said, func(a, b string) int {
		unused := func(line string) int { return strings.Count(line, " imported and not used") }
		return cmp.Compare(unused(a), unused(b))
	})
	for _, line := range said {
		line = strings.TrimSpace(line)
		match := compileError.FindStringSubmatch(line)
		if match == nil {
			continue
		}
		lines = append(lines, path.Join("steps", report.Step.Name, filepath.ToSlash(match[1])))
		if strings.Contains(line, ": declared and not used: ") {
			lines = append(lines, "  (Go refuses a variable that nothing uses: is the rest still to be written?)")
		}
		if name := undefined.FindStringSubmatch(line); name != nil {
			if importPath := importOf(report.Step, name[1]); importPath != "" {
				lines = append(lines, fmt.Sprintf("  (the package %s needs a line in the imports: %q)", name[1], importPath))
			}
		}
	}
	if len(lines) == 0 { // such as an import cycle: better all than nothing
		return strings.Split(strings.TrimSpace(report.Result.Build), "\n")
	}
	return lines
}

// importOf returns the path that the step's solution imports under a name, or "".
func importOf(step steps.Step, name string) string {
	files, err := filepath.Glob(filepath.Join(step.SolutionDir(), "*.go"))
	if err != nil {
		return ""
	}
	for _, file := range files {
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
		if err != nil {
			continue
		}
		for _, spec := range parsed.Imports {
			if stub.ImportName(spec) == name {
				return strings.Trim(spec.Path.Value, `"`)
			}
		}
	}
	return ""
}
