package grade

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"

	"tokenauth.example/scripts/internal/intake"
	"tokenauth.example/scripts/internal/report"
	"tokenauth.example/scripts/internal/steps"
	"tokenauth.example/scripts/internal/text"
	"tokenauth.example/scripts/internal/verdict"
)

// before finds out what can be said of a step before anything is compiled.
func (s sheet) before(submission *intake.Submission, ungated bool) (result report.StepResult, whole bool) {
	files, refused := submission.Files[s.step.Name], submission.Refused[s.step.Name]
	if len(refused) > 0 {
		var lines []string
		for _, name := range slices.Sorted(maps.Keys(refused)) {
			lines = append(lines, name+": "+refused[name])
		}
		return s.all(verdict.Rejected, strings.Join(lines, "\n")), false
	}
	var missing []string
	for _, file := range s.files {
		if file.Kind == steps.Stub && files[file.Name] == nil {
			missing = append(missing, file.Name)
		}
	}
	if len(missing) > 0 {
		cause := "missing: " + strings.Join(missing, ", ")
		result := s.all(verdict.BuildError, cause)
		result.Build = cause
		return result, false
	}
	var found, broken []string
	for _, name := range slices.Sorted(maps.Keys(files)) {
		lines, err := s.gate.Check(name, files[name])
		if !ungated {
			found = append(found, lines...)
		}
		if err != nil {
			broken = append(broken, encoding(name, files[name])+text.FirstLines(err.Error(), 10))
		} else if said, wanted := packageOf(files[name]), s.packageName(name); said != wanted {
			broken = append(broken, fmt.Sprintf("%s: it says \"package %s\", and must say \"package %s\"", name, said, wanted))
		}
	}
	switch {
	case len(found) > 0:
		result := s.all(verdict.Rejected, strings.Join(found, "\n"))
		result.Build = strings.Join(found, "\n")
		return result, false
	case len(broken) > 0:
		return s.buildError(strings.Join(broken, "\n")), false
	}
	return report.StepResult{}, true
}

// encoding says of a file that does not parse that Go does not take it for text, if so.
func encoding(name string, source []byte) string {
	if bytes.HasPrefix(source, []byte{0xff, 0xfe}) || bytes.HasPrefix(source, []byte{0xfe, 0xff}) {
		return name + ": it is UTF-16, as some editors of Windows write it. Save it as UTF-8.\n"
	}
	return ""
}

func (s sheet) buildError(said string) report.StepResult {
	said = text.Clean(text.FirstLines(said, 20))
	result := s.all(verdict.BuildError, "the code does not compile: "+text.FirstLines(said, 1))
	result.Build = said
	return result
}
