package contract

import (
	"strings"
	"testing"
)

// Names are unique, and each case says what it wants and why.
func TestCasesAreComplete(t *testing.T) {
	total := 0
	for _, section := range Sections() {
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
	if total < 200 {
		t.Errorf("%d cases, and there must be 200 or more", total)
	}
}

// Every section finds a mistake, and every case that is named is there.
func TestEverySectionFindsAMistake(t *testing.T) {
	known := map[string]bool{}
	for _, section := range Sections() {
		for _, c := range section.Cases {
			known[section.Name+"/"+c.Name] = true
		}
	}
	finds := map[string]bool{}
	list := knownBad(t, newBench(t).workshop)
	for _, m := range list {
		for _, c := range m.cases {
			if !known[c] && !isLater(c) {
				t.Errorf("testdata/contract.txt: %s: there is no case %s", m.name(), c)
			}
			section, _, _ := strings.Cut(c, "/")
			finds[section] = true
		}
	}
	for _, f := range faults {
		for _, c := range strings.Fields(f.cases) {
			if !known[c] && !isLater(c) {
				t.Errorf("faults: a server that %s: there is no case %s", f.name, c)
			}
			section, _, _ := strings.Cut(c, "/")
			finds[section] = true
		}
	}
	for _, section := range Sections() {
		if !finds[section.Name] {
			t.Errorf("no server that is known to be bad is found by the section %s", section.Name)
		}
	}
	if len(list) < 40 {
		t.Errorf("testdata/contract.txt: %d servers, and there must be 40 or more", len(list))
	}
}
