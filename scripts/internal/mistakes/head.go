package mistakes

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// Head is what a card says about its diff.
type Head struct {
	Wrong   string // what is wrong, of a mistake
	Costs   string // what that costs in the real world, with its source
	Breaks  string // the requirements that it breaks, with "; " between them, or "": see Requirements
	Caught  string // the test that catches it
	Says    string // a phrase of what that test then says
	Ends    string // "failed" if nothing else is said, or "panicked", "timed out", "failed or panicked"
	Differs string // how it differs from the solution, of a variant
}

// field is one line of a head.
type field struct {
	name  string
	value *string
}

// fields returns the lines of a head, in the order in which they are written.
func (h *Head) fields() []field {
	return []field{
		{"wrong", &h.Wrong}, {"costs", &h.Costs}, {"breaks", &h.Breaks},
		{"caught", &h.Caught}, {"says", &h.Says}, {"ends", &h.Ends}, {"differs", &h.Differs},
	}
}

var headLine = regexp.MustCompile(`^# ?([a-z]+): +(.+)$`)

// read reads one line of a head, and reports whether it is one.
func (h *Head) read(line string) bool {
	match := headLine.FindStringSubmatch(line)
	if match == nil {
		return false
	}
	for _, f := range h.fields() {
		if f.name == match[1] {
			*f.value = match[2]
			return true
		}
	}
	return false
}

// Check returns an error if the head is neither that of a mistake nor that of a variant.
func (h Head) Check() error {
	mistake := h.Wrong != "" && h.Costs != "" && h.Caught != "" && h.Says != "" && h.Differs == ""
	variant := h.Differs != "" && h.Wrong+h.Costs+h.Breaks+h.Caught+h.Says == ""
	if !mistake && !variant {
		return errors.New("the head needs # wrong: # costs: # caught: and # says:, or # differs: alone")
	}
	return nil
}

// Requirements returns what a mistake breaks, one by one: "ASVS 16.2.5", "RFC 6750, section 5.3",
// "CWE-532". What each asks for is in testdata/standards.txt.
func (h Head) Requirements() []string {
	if h.Breaks == "" {
		return nil
	}
	return strings.Split(h.Breaks, "; ")
}

// Toll says what a mistake costs, and where the standards speak of it: sentences without the
// last period.
func (h Head) Toll() string {
	costs := strings.TrimSuffix(h.Costs, ".")
	if h.Breaks == "" {
		return costs
	}
	return costs + ". See " + h.Breaks
}

// String returns the head as it is written above a diff.
func (h Head) String() string {
	var text strings.Builder
	for _, f := range h.fields() {
		if *f.value != "" && (f.name != "ends" || *f.value != "failed") {
			fmt.Fprintf(&text, "# %-*s %s\n", len("caught:"), f.name+":", *f.value)
		}
	}
	return text.String()
}
