package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os/exec"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"tokenauth.example/scripts/internal/golden"
	"tokenauth.example/scripts/internal/verdict"
)

func TestEveryFormatIsListedOnce(t *testing.T) {
	names, files := map[string]bool{}, map[string]bool{}
	for _, f := range Formats {
		if names[f.Name] || files[f.File] {
			t.Errorf("%s or its file is there twice", f.Name)
		}
		names[f.Name], files[f.File] = true, true
		if (f.Class == nil) == (f.Learner == nil) {
			t.Errorf("%s must be either for the class or for a learner", f.Name)
		}
	}
}

func TestNoControlCharacterIsWritten(t *testing.T) {
	c := hostile()
	for _, f := range Formats {
		for who, out := range written(t, f, c) {
			if !utf8.Valid(out) {
				t.Errorf("%s of learner %s is no UTF-8", f.Name, who)
			}
			text := string(out)
			if strings.HasSuffix(f.File, ".json") {
				text = strings.NewReplacer(`\u003c`, "<", `\u003e`, ">", `\u0026`, "&", `\u2028`, "", `\u2029`, "").Replace(text)
				if strings.Contains(text, `\u`) || strings.Contains(text, `\r`) || strings.Contains(text, `\b`) {
					t.Errorf("%s of learner %s has escaped control characters", f.Name, who)
				}
			}
			for _, r := range text {
				if unicode.IsControl(r) && r != '\n' && r != '\t' || unicode.Is(unicode.Bidi_Control, r) {
					t.Errorf("%s of learner %s has %U", f.Name, who, r)
					break
				}
			}
		}
	}
}

func TestJSONFollowsItsSchema(t *testing.T) {
	for _, f := range Formats {
		if filepath.Ext(f.File) != ".json" {
			continue
		}
		compiler := jsonschema.NewCompiler()
		compiler.AssertFormat()
		schema, err := compiler.Compile(filepath.Join("testdata", "schemas", f.File))
		if err != nil {
			t.Fatal(err)
		}
		for name, c := range classes() {
			for who, out := range written(t, f, c) {
				value, err := jsonschema.UnmarshalJSON(bytes.NewReader(out))
				if err == nil {
					err = schema.Validate(value)
				}
				if err != nil {
					t.Errorf("%s of learner %s of the class %s: %.1000s", f.Name, who, name, err)
				}
			}
		}
	}
}

func TestASchemaRefusesWhatIsNotItsFormat(t *testing.T) {
	for _, f := range Formats {
		if filepath.Ext(f.File) != ".json" {
			continue
		}
		schema, err := jsonschema.NewCompiler().Compile(filepath.Join("testdata", "schemas", f.File))
		if err != nil {
			t.Fatal(err)
		}
		for _, wrong := range []string{`{}`, `[]`, `{"version":1}`} {
			value, _ := jsonschema.UnmarshalJSON(strings.NewReader(wrong))
			if schema.Validate(value) == nil {
				t.Errorf("%s takes %s", f.Name, wrong)
			}
		}
	}
}

// TestXMLIsReadByOthers asks a parser that is not Go's, since Go's forgives.
func TestXMLIsReadByOthers(t *testing.T) {
	parse := func(text []byte) error {
		command := exec.Command("python3", "-c", "import sys, xml.etree.ElementTree as e; e.fromstring(sys.stdin.buffer.read())")
		if _, err := exec.LookPath("xmllint"); err == nil {
			command = exec.Command("xmllint", "--noout", "-")
		}
		command.Stdin = bytes.NewReader(text)
		out, err := command.CombinedOutput()
		if err != nil {
			err = fmt.Errorf("%w: %.300s", err, out)
		}
		return err
	}
	if parse([]byte("<a/>")) != nil {
		t.Skip("neither xmllint nor python3 is here: no parser other than Go's has read the JUnit XML")
	}
	if parse([]byte("<a>\x16</a>")) == nil {
		t.Error("the parser takes what is no XML")
	}
	for name, c := range classes() {
		for _, f := range Formats {
			if filepath.Ext(f.File) != ".xml" {
				continue
			}
			for _, out := range written(t, f, c) {
				if err := parse(out); err != nil {
					t.Errorf("%s of the class %s: %v", f.Name, name, err)
				}
			}
		}
	}
}

// Who reads only the text of a result must learn that there was no isolation.
func TestWarningsAreInTheTextOfAResult(t *testing.T) {
	for _, f := range Formats {
		if f.Name != "gradescope" && f.Name != "prairielearn" {
			continue
		}
		c := small()
		c.Learners = c.Learners[:1]
		for _, want := range []string{"", "Warning: No isolation: trust these grades less."} {
			if want != "" {
				c.Isolation, c.Warnings = "none", []string{"No isolation: trust these grades less."}
			}
			var result struct{ Output string }
			if err := json.Unmarshal(written(t, f, c)["0"], &result); err != nil {
				t.Fatal(err)
			}
			if strings.Contains(result.Output, "Warning") != (want != "") || !strings.Contains(result.Output, want) {
				t.Errorf("%s: with the warnings %q, the output is %q", f.Name, c.Warnings, result.Output)
			}
		}
	}
}

func TestWhatTheCompilerSaidIsPassedOn(t *testing.T) {
	c := small()
	step := &c.Learners[0].Steps[1]
	step.Build, step.Tests[0].Verdict, step.Tests[0].Cause = "tokens.go:7:2: undefined: x", verdict.BuildError, "the step does not compile"
	for _, f := range Formats {
		if out := written(t, f, c); f.Name != "csv" && f.Name != "classroom50" && !strings.Contains(string(out[""])+string(out["0"]), "undefined: x") {
			t.Errorf("%s does not say what is undefined", f.Name)
		}
	}
}

func TestCleaningLeavesTheOriginalAndWhatIsCleanAlone(t *testing.T) {
	c, before := hostile(), hostile()
	cleaned(c)
	if !reflect.DeepEqual(c, before) {
		t.Error("cleaning changed its argument")
	}
	var back Class
	if err := json.Unmarshal(written(t, Formats[0], small())[""], &back); err != nil || !reflect.DeepEqual(back, cleaned(small())) {
		t.Errorf("what was read is not what was written: %v", err)
	}
	if got := cleaned("a\tb\r\nc\x1b\xffé\u202e"); got != "a\tb\nc.\ufffdé." {
		t.Errorf("%q", got)
	}
}

// What is written of the small class is kept in testdata/golden.
func TestGoldens(t *testing.T) {
	c := small()
	for _, f := range Formats {
		if f.Name == "html" {
			continue // too large to be read
		}
		for who, out := range written(t, f, c) {
			name := f.File
			if who != "" {
				i, _ := strconv.Atoi(who)
				name = c.Learners[i].Name + "." + f.File
			}
			golden.Compare(t, filepath.Join("testdata", "golden", name), out)
		}
	}
}
