package intake

import (
	"fmt"
	"slices"
	"strings"
)

// note says what was left out.
func (c *collector) note() {
	var names []string
	for name := range c.strangers {
		names = append(names, fmt.Sprintf("%q", name))
	}
	slices.Sort(names)
	const limit = 5
	switch {
	case len(names) > limit:
		c.submission.Notes = append(c.submission.Notes, fmt.Sprintf("left out: %s and %d more", strings.Join(names[:limit], ", "), len(names)-limit))
	case len(names) > 0:
		c.submission.Notes = append(c.submission.Notes, "left out: "+strings.Join(names, ", "))
	}
	for _, list := range c.submission.Differs {
		slices.Sort(list)
	}
}
