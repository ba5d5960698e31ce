package grade

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tokenauth.example/scripts/internal/mistakes"
	"tokenauth.example/scripts/internal/sandbox"
	"tokenauth.example/scripts/internal/steps"
)

// openWorkshop returns the workshop that this is, and its steps.
func openWorkshop(t *testing.T) (*steps.Workshop, []steps.Step) {
	t.Helper()
	workshop, err := steps.Open(".")
	if err != nil {
		t.Fatal(err)
	}
	list, err := workshop.Steps()
	if err != nil {
		t.Fatal(err)
	}
	return workshop, list
}

// Whatever is right must pass the gate of its step: the stub, the solution, and every
// variant.
func TestGate_RefusesNobodyWhoIsHonest(t *testing.T) {
	workshop, list := openWorkshop(t)
	checked := 0
	for _, step := range list {
		g := &Grader{Workshop: workshop, Sandbox: sandbox.Off()}
		s, err := g.sheet(step)
		if err != nil {
			t.Fatal(err)
		}
		check := func(of, name string, text []byte) {
			checked++
			found, err := s.gate.Check(name, text)
			if err != nil || len(found) > 0 {
				t.Errorf("%s: %s: %v %q", step.Name, of, err, found)
			}
			if said, wanted := packageOf(text), s.packageName(name); said != wanted {
				t.Errorf("%s: %s: package %s is taken for %s", step.Name, of, said, wanted)
			}
		}
		read := func(name string) ([]byte, error) {
			return os.ReadFile(filepath.Join(step.SolutionDir(), filepath.FromSlash(name)))
		}
		for _, file := range s.files {
			if file.Kind != steps.Stub {
				continue
			}
			check("the stub", file.Name, file.Text)
			text, err := read(file.Name)
			if err != nil {
				t.Fatal(err)
			}
			check("the solution", file.Name, text)
		}
		cards, err := mistakes.Read(workshop.Path("testdata", "variants", step.Name))
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range cards {
			files, err := c.Apply(read)
			if err != nil {
				continue // a card that fits no more is verify's to find
			}
			for name, text := range files {
				if strings.HasSuffix(name, ".go") && !strings.Contains(name, "/") {
					check("the variant "+c.Name, name, text)
				}
			}
		}
	}
	if checked < 100 {
		t.Errorf("only %d files were checked", checked)
	}
}
