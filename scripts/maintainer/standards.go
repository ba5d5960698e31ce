package main

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"

	"tokenauth.example/scripts/internal/mistakes"
	"tokenauth.example/scripts/internal/session"
	"tokenauth.example/scripts/internal/steps"
)

// The files in testdata/ with what cards may break, and with what they do break.
const (
	standardsFile = "standards.txt"
	standardsPage = "standards.md"
)

// standards are the requirements that cards may name, and those that they do.
type standards struct {
	known  []requirement
	broken map[string][]breach // by the names of the requirements
	wrong  []string            // what is wrong with the cards' heads and with the list
	cards  int                 // how many mistakes there are, whatever they break
	now    []byte              // the page as it is
}

// requirement is a line of standards.txt: a requirement, or a document whose sections are some.
type requirement struct{ name, says string }

// breach is a mistake that breaks a requirement.
type breach struct {
	step steps.Step
	card mistakes.Card
}

var standardsLine = regexp.MustCompile(`^(ASVS [\d.]+|NIST SP [\w-]+|RFC \d+|CWE-\d+) +(.+)$`)

// readStandards reads standards.txt, and what all cards of a workshop break. A workshop without
// the list has none.
func readStandards(workshop *steps.Workshop) (*standards, error) {
	all := &standards{broken: map[string][]breach{}}
	text, err := os.ReadFile(workshop.Path("testdata", standardsFile))
	if errors.Is(err, os.ErrNotExist) {
		return all, nil
	}
	if err != nil {
		return nil, err
	}
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		match := standardsLine.FindStringSubmatch(line)
		if match == nil {
			all.wrong = append(all.wrong, fmt.Sprintf("testdata/%s: %q names no requirement", standardsFile, line))
			continue
		}
		all.known = append(all.known, requirement{match[1], match[2]})
	}
	now, err := os.ReadFile(workshop.Path("testdata", standardsPage))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	all.now = bytes.ReplaceAll(now, []byte("\r\n"), []byte("\n"))
	return all, all.readCards(workshop)
}

// readCards reads what the cards break.
func (all *standards) readCards(workshop *steps.Workshop) error {
	list, err := workshop.Steps()
	if err != nil {
		return err
	}
	used := map[string]bool{}
	for _, step := range list {
		cards, err := mistakes.Read(workshop.Path("testdata", "mistakes", step.Name))
		if err != nil {
			return err
		}
		all.cards += len(cards)
		for _, card := range cards {
			for _, name := range card.Requirements() {
				document, _, _ := strings.Cut(name, ", section ")
				if !slices.ContainsFunc(all.known, func(r requirement) bool { return r.name == document }) {
					all.wrong = append(all.wrong, fmt.Sprintf("testdata/mistakes/%s/%s.diff breaks %q, which is not in testdata/%s", step.Name, card.Name, name, standardsFile))
				}
				used[document] = true
				all.broken[name] = append(all.broken[name], breach{step, card})
			}
		}
	}
	for _, r := range all.known {
		if !used[r.name] {
			all.wrong = append(all.wrong, fmt.Sprintf("testdata/%s: no card breaks %s", standardsFile, r.name))
		}
	}
	return nil
}

// family is a standard, or several of one kind.
type family struct {
	prefix, title, link string
}

var families = []family{
	{"ASVS ", "ASVS 5.0", "https://owasp.org/www-project-application-security-verification-standard/"},
	{"NIST SP ", "NIST", "https://pages.nist.gov/800-63-4/sp800-63b.html"},
	{"RFC ", "RFC", "https://www.rfc-editor.org/"},
	{"CWE-", "CWE", "https://cwe.mitre.org/"},
}

// of returns the requirements of a family that cards break, in the order of the list and, of one
// document, by section.
func (all *standards) of(f family) []requirement {
	var found []requirement
	for _, r := range all.known {
		if !strings.HasPrefix(r.name, f.prefix) {
			continue
		}
		var names []string
		for name := range all.broken {
			if document, _, _ := strings.Cut(name, ", section "); document == r.name {
				names = append(names, name)
			}
		}
		slices.SortFunc(names, bySection)
		for _, name := range names {
			found = append(found, requirement{name, r.says})
		}
	}
	return found
}

var digits = regexp.MustCompile(`\d+`)

// bySection orders the sections of one document: 3.2 before 3.10.
func bySection(a, b string) int {
	return slices.CompareFunc(digits.FindAllString(a, -1), digits.FindAllString(b, -1), func(x, y string) int {
		return cmp.Or(cmp.Compare(len(x), len(y)), cmp.Compare(x, y))
	})
}

// page returns standards.md: requirement, step, tests, cards.
func (all *standards) page() []byte {
	if len(all.known) == 0 {
		return nil
	}
	var text bytes.Buffer
	fmt.Fprintf(&text, "# Standards\n\n%s\n\nMade of the cards and of [%s](%[2]s) by `make stubs`.\n", all.sentence(), standardsFile)
	for _, f := range families {
		found := all.of(f)
		if len(found) == 0 {
			continue
		}
		fmt.Fprintf(&text, "\n## [%s](%s)\n\n| requirement | in short | step | tests | mistakes that break it |\n| --- | --- | --- | --- | --- |\n", f.title, f.link)
		for _, r := range found {
			all.rows(&text, r)
		}
	}
	return text.Bytes()
}

// rows writes a row for each step in which a requirement is broken.
func (all *standards) rows(text *bytes.Buffer, r requirement) {
	list := all.broken[r.name]
	for len(list) > 0 {
		step := list[0].step
		var tests, cards []string
		for len(list) > 0 && list[0].step.Name == step.Name {
			card := list[0].card
			if test := "`" + card.Caught + "`"; !slices.Contains(tests, test) {
				tests = append(tests, test)
			}
			cards = append(cards, fmt.Sprintf("[%s](mistakes/%s/%[1]s.diff)", card.Name, step.Name))
			list = list[1:]
		}
		slices.Sort(tests)
		fmt.Fprintf(text, "| %s | %s | [%s](../steps/%s/README.md) | %s | %s |\n",
			r.name, cell.Replace(r.says), step.Number(), step.Name, strings.Join(tests, ", "), strings.Join(cards, ", "))
	}
}

// coverage finds the sentence in the top README.md that says what the tracks cover.
var coverage = regexp.MustCompile(`(?m)^\d+ mistakes that people really make .*$`)

// sentence says in numbers what the tracks cover.
func (all *standards) sentence() string {
	count := map[string]int{}
	documents := 0
	for _, f := range families {
		count[f.title] = len(all.of(f))
	}
	for _, r := range all.known {
		if strings.HasPrefix(r.name, "RFC ") {
			documents++
		}
	}
	return fmt.Sprintf("%d mistakes that people really make are tried on the tests, and each is caught. Between them they break %d requirements of OWASP's ASVS 5.0, "+
		"%d sections of %d RFCs, and %d kinds of weakness in the CWE.",
		all.cards, count["ASVS 5.0"], count["RFC"], documents, count["CWE"])
}

// covered compares the list of what cards break with the cards.
func (p *prover) covered() error {
	all, err := readStandards(p.workshop)
	if err != nil {
		return err
	}
	for _, problem := range all.wrong {
		p.wrong("%s", problem)
	}
	top, err := os.ReadFile(p.workshop.Path("README.md"))
	if err != nil {
		return err
	}
	if len(all.known) > 0 && !coverage.Match(top) {
		p.wrong("README.md: it needs the sentence that says what the tracks cover: copy it from testdata/%s", standardsPage)
	}
	if !bytes.Equal(all.now, all.page()) {
		p.wrong("testdata/%s does not list what the cards break: %s", standardsPage, session.Plain("stubs"))
	}
	return nil
}
