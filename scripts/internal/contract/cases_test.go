package contract

import (
	"strings"
	"testing"
)

// Names are unique, and each case says what it wants and why.
func TestCasesAreComplete(t *testing.T) {
	for track, least := range map[int]int{1: 200, 2: 250} {
		areComplete(t, Sections(track), least)
	}
}

func areComplete(t *testing.T, sections []Section, least int) {
	t.Helper()
	total := 0
	for _, section := range sections {
		seen := map[string]bool{}
		for _, c := range section.Cases {
			total++
			switch {
			case seen[c.Name]:
				t.Errorf("%s/%s is there twice", section.Name, c.Name)
			case c.Name == "" || strings.ContainsAny(c.Name, " /\t"):
				t.Errorf("%s/%q: a name is words with - between them", section.Name, c.Name)
			case len(section.Name+c.Name) > 76:
				t.Errorf("%s/%s is too long for a line", section.Name, c.Name)
			case c.Why == "" || c.asks() == "":
				t.Errorf("%s/%s does not say what it wants, or why", section.Name, c.Name)
			case (c.Do == nil) == (c.Send.method == "" && c.Send.whole == ""):
				t.Errorf("%s/%s sends nothing, or has two ways to", section.Name, c.Name)
			}
			seen[c.Name] = true
		}
	}
	if total < least {
		t.Errorf("%d cases, and there must be %d or more", total, least)
	}
}

// Every section finds a mistake, and every case that is named is there.
func TestEverySectionFindsAMistake(t *testing.T) {
	finds := map[string]bool{}
	first, second := knownBad(t, newBenchOf(t, 1)), knownBad(t, newBenchOf(t, 2))
	findsCases(t, Sections(1), finds, first)
	findsCases(t, Sections(2), finds, second)
	known := namesOf(Sections(1))
	for _, f := range faults {
		for _, c := range strings.Fields(f.cases) {
			if !known[c] && !isLater(c) {
				t.Errorf("faults: a server that %s: there is no case %s", f.name, c)
			}
			section, _, _ := strings.Cut(c, "/")
			finds[section] = true
		}
	}
	for _, section := range Sections(2) { // the first one's are among them
		if !finds[section.Name] {
			t.Errorf("no server that is known to be bad is found by the section %s", section.Name)
		}
	}
	if len(first) < 40 || len(second) < 60 {
		t.Errorf("%d and %d servers are known to be bad, and there must be 40 and 60 or more", len(first), len(second))
	}
}

func findsCases(t *testing.T, sections []Section, finds map[string]bool, list []mistake) {
	t.Helper()
	known := namesOf(sections)
	for _, m := range list {
		for _, c := range m.cases {
			if !known[c] && !isLater(c) {
				t.Errorf("%s: there is no case %s", m.name(), c)
			}
			section, _, _ := strings.Cut(c, "/")
			finds[section] = true
		}
	}
}

// namesOf are the names of all cases, "section/case".
func namesOf(sections []Section) map[string]bool {
	known := map[string]bool{}
	for _, section := range sections {
		for _, c := range section.Cases {
			known[section.Name+"/"+c.Name] = true
		}
	}
	return known
}
