package report

import (
	"bytes"
	"strings"
	"testing"
)

func TestClassroom50LinksTheCommitWithoutAReview(t *testing.T) {
	c := small()
	var out bytes.Buffer
	env := func(name string) string { return strings.TrimPrefix(runner(name), "https://example.com/v") }
	if err := Classroom50(&out, c, c.Learners[0], env); err != nil || !strings.Contains(out.String(), `"review": "https://example.com/c"`) {
		t.Errorf("%v\n%s", err, out.Bytes())
	}
}
