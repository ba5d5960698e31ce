package rebase_test

import (
	"errors"
	"os/exec"
	"strings"
	"testing"
	"testing/fstest"

	"tokenauth.example/scripts/internal/mistakes"
	"tokenauth.example/scripts/internal/mistakes/rebase"
)

const goMod = "01-store/go.mod"

// before is two solutions, of which the second uses the first.
var before = map[string]string{
	goMod: "module test.example/store\n",
	"01-store/store.go": `// Package store keeps names.
package store

import (
	"errors"
	"strings"
)

// ErrNotFound is returned for an id that nobody has.
var ErrNotFound = errors.New("unknown id")

// Store keeps names.
type Store struct {
	names map[string]string
}

// Get returns the name of an id.
func (s *Store) Get(id string) (string, error) {
	id = strings.TrimSpace(id)
	name, ok := s.names[id]
	if !ok {
		return "", ErrNotFound
	}
	return name, nil
}
`,
	"02-web/go.mod": "module test.example/web\n",
	"02-web/web.go": `// Package web answers requests.
package web

import (
	"errors"
	"net/http"

	"test.example/store"
)

// Names is what this package needs of a store.Store.
type Names interface {
	Get(id string) (string, error)
}

// Show answers with a name.
func Show(names Names) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		name, err := names.Get(r.Header.Get("Id"))
		if errors.Is(err, store.ErrNotFound) {
			fail(w, 404, "Nobody has this id")
			return
		}
		if err != nil {
			fail(w, 500, "Something is wrong")
			return
		}
		answer(w, name)
	}
}

// answer writes a name.
func answer(w http.ResponseWriter, name string) {
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write([]byte(name))
}

// fail answers with an error.
func fail(w http.ResponseWriter, code int, detail string) {
	w.WriteHeader(code)
	_, _ = w.Write([]byte(detail))
}
`,
	"02-web/web_test.go": `package web

import "testing"

func TestShow_KnowsNobodyElse(t *testing.T) {
	if 404 != 200+204 {
		t.Error("an id that nobody has must get 404")
	}
}
`,
}

// edits are what is replaced, and by what, in turn.
type edits []string

// web is the file that the cards of these tests change.
const web = "02-web/web.go"

// in returns files with the edits made in one of them. A name that is not there is a new file.
func (e edits) in(t *testing.T, files map[string]string, name string) map[string]string {
	t.Helper()
	changed := map[string]string{}
	for file, text := range files {
		changed[file] = text
	}
	for i := 0; i < len(e); i += 2 {
		if e[i] != "" && !strings.Contains(changed[name], e[i]) {
			t.Fatalf("%s has no %q", name, e[i])
		}
		if e[i] == "" {
			changed[name] += e[i+1]
		} else {
			changed[name] = strings.ReplaceAll(changed[name], e[i], e[i+1])
		}
	}
	return changed
}

func tree(files map[string]string) fstest.MapFS {
	tree := fstest.MapFS{}
	for name, text := range files {
		tree[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return tree
}

func list(args ...string) ([]byte, error) {
	return exec.Command("go", append([]string{"list"}, args...)...).Output()
}

// rebased rebases a card that makes the edits in web.go, and returns what became of it, and
// what it makes of the new web.go.
func rebased(t *testing.T, card edits, after map[string]string) (rebase.Rebased, string, error) {
	t.Helper()
	head := mistakes.Head{Wrong: "is wrong", Costs: "money", Caught: "TestShow_KnowsNobodyElse", Says: "must get 404"}
	read := func(file string) ([]byte, error) { return []byte(before["02-web/"+file]), nil }
	text, err := mistakes.Card{}.With(head).Write(read, map[string][]byte{"web.go": []byte(card.in(t, before, web)[web])})
	if err != nil {
		t.Fatal(err)
	}
	c, err := mistakes.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	r, err := rebase.New(tree(before), tree(after), map[string][]mistakes.Card{"02-web": {c}}, list)
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range []string{"01-store", "02-web"} {
		if err := r.Compiles(step); err != nil {
			t.Fatalf("the solution of %s must compile: %v", step, err)
		}
	}
	became, err := r.Card("02-web", c)
	if err != nil {
		return became, "", err
	}
	if became.Text != nil {
		if c, err = mistakes.Parse(became.Text); err != nil {
			t.Fatal(err)
		}
	}
	changed, err := c.Apply(func(file string) ([]byte, error) { return []byte(after["02-web/"+file]), nil })
	if err != nil {
		t.Fatalf("the rebased card must apply: %v\n%s", err, became.Text)
	}
	var all strings.Builder
	for _, file := range []string{"web.go", "write.go"} {
		all.Write(changed[file])
	}
	return became, all.String(), nil
}

func TestCard(t *testing.T) {
	for name, test := range map[string]struct {
		solution edits // in web.go
		store    edits // in store.go
		card     edits
		want     edits // what is then in web.go that was not in the new one
		alone    bool
		kept     string
	}{
		"a line is added elsewhere": {
			solution: edits{"// Package web answers", "// Package web only answers", "	\"net/http\"\n", "	\"fmt\"\n	\"net/http\"\n", "w.WriteHeader(code)", "fmt.Fprint(w)\n\tw.WriteHeader(code)"},
			card:     edits{"404", "400"},
			want:     edits{"404", "400"},
			alone:    true,
		},
		"a line is added between": {
			solution: edits{"			fail(w, 500", "			w.Header().Set(\"Retry-After\", \"1\")\n			fail(w, 500"},
			card:     edits{"if err != nil {", "if err == nil {", "wrong\")\n			return", "wrong\")"},
			want:     edits{"if err != nil {", "if err == nil {", "wrong\")\n			return", "wrong\")"},
		},
		"a method has another name": {
			solution: edits{"Get(id string)", "ByID(id string)", "names.Get", "names.ByID"},
			store:    edits{") Get(", ") ByID(", "// Get", "// ByID"},
			card:     edits{"names.Get(r.Header.Get(\"Id\"))", "first(names).Get(r.Header.Get(\"Id\"))", "// answer writes", "func first(n Names) Names {\n	_, _ = n.Get(\"\")\n	return n\n}\n\n// answer writes"},
			want:     edits{"names.ByID(", "first(names).ByID(", "// answer writes", "func first(n Names) Names {\n	_, _ = n.ByID(\"\")\n	return n\n}\n\n// answer writes"},
		},
		"a method of the card is in the place of one that has another name": {
			solution: edits{"Get(id string)", "ByID(id string)", "names.Get", "names.ByID"},
			store:    edits{") Get(", ") ByID(", "// Get", "// ByID"},
			card: edits{"names.Get(", "loud{names}.Get(", "// answer writes", "type loud struct{ names Names }\n\nfunc (l loud) Get(id string) (string, error) { return l.names.Get(id) }\n\n" +
				"type own struct{ *store.Store }\n\nfunc (o own) Get(id int) string { return \"\" }\n\ntype other struct{}\n\nfunc (o other) Get() {}\n\n// answer writes"},
			want: edits{"names.ByID(", "loud{names}.ByID(", "// answer writes", "type loud struct{ names Names }\n\nfunc (l loud) ByID(id string) (string, error) { return l.names.ByID(id) }\n\n" +
				"type own struct{ *store.Store }\n\nfunc (o own) ByID(id int) string { return \"\" }\n\ntype other struct{}\n\nfunc (o other) Get() {}\n\n// answer writes"},
		},
		"a name is changed where the card is and where it is not": {
			solution: edits{"fail(", "refuse(", "// fail", "// refuse", "detail", "words"},
			card:     edits{"fail(w, 404, \"Nobody has this id\")\n", "fail(w, 404, \"Nobody\")\n			fail(w, 404, \"really\")\n"},
			want:     edits{"refuse(w, 404, \"Nobody has this id\")\n", "refuse(w, 404, \"Nobody\")\n			refuse(w, 404, \"really\")\n"},
		},
		"both change a line": {
			solution: edits{"404, \"Nobody", "http.StatusNotFound, \"Nobody"},
			card:     edits{"has this id", "has that id"},
			want:     edits{"has this id", "has that id"},
		},
		"a text is another one where the card has a copy of it": {
			solution: edits{"Something is wrong", "This is our fault"},
			card:     edits{"		if err != nil {\n			fail(w, 500, \"Something is wrong\")\n			return\n		}\n", "", "			return\n		}\n		answer", "			return\n		} else if err != nil {\n			fail(w, 500, \"Something is wrong\")\n			return\n		}\n		answer"},
			want:     edits{"		if err != nil {\n			fail(w, 500, \"This is our fault\")\n			return\n		}\n", "", "			return\n		}\n		answer", "			return\n		} else if err != nil {\n			fail(w, 500, \"This is our fault\")\n			return\n		}\n		answer"},
			kept:     "web.go, Show",
		},
		"the solution changes what the card takes out": {
			solution: edits{"			fail(w, 500", "			w.Header().Set(\"Retry-After\", \"1\")\n			fail(w, 500"},
			card:     edits{"		if err != nil {\n			fail(w, 500, \"Something is wrong\")\n			return\n		}\n", ""},
			want:     edits{"		if err != nil {\n			w.Header().Set(\"Retry-After\", \"1\")\n			fail(w, 500, \"Something is wrong\")\n			return\n		}\n", ""},
			kept:     "web.go, Show",
		},
		"the functions have another order": {
			solution: edits{"// answer writes a name.", "// fail answers with an error.\nfunc fail(w http.ResponseWriter, code int, detail string) {\n	w.WriteHeader(code)\n	_, _ = w.Write([]byte(detail))\n}\n\n// answer writes a name.",
				"([]byte(name))\n}\n\n// fail answers with an error.\nfunc fail(w http.ResponseWriter, code int, detail string) {\n	w.WriteHeader(code)\n	_, _ = w.Write([]byte(detail))\n}\n", "([]byte(name))\n}\n"},
			card: edits{"_, _ = w.Write([]byte(name))\n}\n", "_, _ = w.Write([]byte(name + \"\\n\"))\n}\n\nvar _ = answer\n"},
			want: edits{"_, _ = w.Write([]byte(name))\n}\n", "_, _ = w.Write([]byte(name + \"\\n\"))\n}\n\nvar _ = answer\n"},
		},
		"the solution no longer imports what the card needs": {
			solution: edits{"	\"errors\"\n", "", "errors.Is(err, store.ErrNotFound)", "err == store.ErrNotFound"},
			card:     edits{"err != nil", "errors.Is(err, http.ErrNoCookie)"},
			want:     edits{"import (\n", "import (\n	\"errors\"\n", "err != nil", "errors.Is(err, http.ErrNoCookie)"},
		},
		"both import something, and the card leaves something unused": {
			solution: edits{"import (\n", "import (\n	\"cmp\"\n", "w.WriteHeader(code)", "w.WriteHeader(cmp.Or(code, 500))"},
			card:     edits{"	\"errors\"\n", "	\"bytes\"\n", "errors.Is(err, store.ErrNotFound)", "bytes.Equal(nil, nil) && err == store.ErrNotFound"},
			want:     edits{"	\"cmp\"\n	\"errors\"\n", "	\"bytes\"\n	\"cmp\"\n", "errors.Is(err, store.ErrNotFound)", "bytes.Equal(nil, nil) && err == store.ErrNotFound"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			after := test.store.in(t, test.solution.in(t, before, web), "01-store/store.go")
			became, got, err := rebased(t, test.card, after)
			if err != nil {
				t.Fatal(err)
			}
			if want := test.want.in(t, after, web)[web]; got != want {
				t.Errorf("it makes:\n%s\nand want:\n%s\nThe card:\n%s", got, want, became.Text)
			}
			if kept := strings.Join(became.Kept, " "); (became.Text == nil) != test.alone || kept != test.kept {
				t.Errorf("left alone %v, kept %q", became.Text == nil, kept)
			}
		})
	}
}

func TestCard_FollowsAFunctionIntoAnotherFile(t *testing.T) {
	const moved = "// fail answers with an error.\nfunc fail(w http.ResponseWriter, code int, detail string) {\n	w.WriteHeader(code)\n	_, _ = w.Write([]byte(detail))\n}\n"
	after := edits{"\n" + moved, ""}.in(t, before, web)
	after["02-web/write.go"] = "package web\n\nimport \"net/http\"\n\n" + moved
	became, got, err := rebased(t, edits{"import (\n", "import (\n	\"bytes\"\n", "[]byte(detail)", "bytes.ToUpper([]byte(detail))"}, after)
	if err != nil {
		t.Fatal(err)
	}
	if want := "package web\n\nimport (\n	\"bytes\"\n	\"net/http\"\n)\n\n" + strings.Replace(moved, "[]byte(detail)", "bytes.ToUpper([]byte(detail))", 1); got != want {
		t.Errorf("it makes:\n%s\nand want:\n%s\nThe card:\n%s", got, want, became.Text)
	}
}

func TestCard_FollowsATest(t *testing.T) {
	after := edits{"TestShow_KnowsNobodyElse", "TestShow_RefusesAnUnknownID"}.in(t, before, "02-web/web_test.go")
	became, _, err := rebased(t, edits{"404", "400"}, after)
	if err != nil || !strings.Contains(string(became.Text), "# caught: TestShow_RefusesAnUnknownID\n") {
		t.Errorf("the head must name the test by its new name: %v\n%s", err, became.Text)
	}
}

func TestCard_FollowsTheWordsOfATest(t *testing.T) {
	for said, want := range map[string]string{
		"an id that nobody has must get 410 from Show":  "must get 410 from Show",
		"an unknown id must always get 404":             "always get 404",
		"must get 404, where somebody has no id at all": "must get 404",
	} {
		after := edits{"an id that nobody has must get 404", said}.in(t, before, "02-web/web_test.go")
		became, _, err := rebased(t, edits{"Nobody has", "Somebody has"}, after)
		switch {
		case err != nil:
			t.Errorf("%q: %v", said, err)
		case strings.Contains(said, "must get 404"):
			if became.Text != nil {
				t.Errorf("%q: a head that is true is left alone: %s", said, became.Text)
			}
		case !strings.Contains(string(became.Text), "# says:   "+want+"\n"):
			t.Errorf("%q: the head must say %q:\n%s", said, want, became.Text)
		}
	}
}

func TestCard_SaysWhyItCannotBe(t *testing.T) {
	for name, test := range map[string]struct {
		solution, card edits
		want           string
	}{
		"the same words": {
			edits{"\"no-store\"", "\"private\""}, edits{"Cache-Control\", \"no-store", "Cache-Control\", \"public, max-age=10"}, "",
		},
		"a part of what was changed": {
			edits{"		name, err := names.Get(r.Header.Get(\"Id\"))\n		if errors.Is(err, store.ErrNotFound) {\n			fail(w, 404, \"Nobody has this id\")\n			return\n		}\n",
				"		found, wrong := names.Get(r.URL.Path)\n		name, err := found, wrong\n		if wrong == store.ErrNotFound || errors.Is(wrong, http.ErrNoCookie) {\n			http.NotFound(w, r)\n			return\n		}\n"},
			edits{"fail(w, 404, \"Nobody has this id\")", "fail(w, 410, \"It is gone\")"},
			`web.go, Show: the card and the solution both change`,
		},
		"a function that is gone": {
			edits{"	answer(w, name)\n", "	_, _ = w.Write([]byte(name))\n", "// answer writes a name.\nfunc answer(w http.ResponseWriter, name string) {\n	w.Header().Set(\"Cache-Control\", \"no-store\")\n	_, _ = w.Write([]byte(name))\n}\n\n", ""},
			edits{"\"no-store\"", "\"public\""},
			`web.go, answer: the solution no longer has "// answer writes a name.", which the card changes`,
		},
		"another signature": {
			edits{"fail(w, ", "fail(w, r, ", "fail(w http.ResponseWriter, ", "fail(w http.ResponseWriter, r *http.Request, "},
			edits{"		answer(w, name)\n", "		fail(w, 200, name)\n"},
			"it does not compile any more: web.go:28: not enough arguments in call to fail",
		},
	} {
		after := test.solution.in(t, before, web)
		became, _, err := rebased(t, test.card, after)
		switch {
		case test.want == "":
			if err != nil || len(became.Kept) == 0 {
				t.Errorf("%s: must be kept, and said to be: %v", name, err)
			}
		case err == nil || !strings.HasPrefix(err.Error(), test.want):
			t.Errorf("%s: got %v\n%s", name, err, became.Text)
		}
	}
}

func TestCard_IsTheSolutionNow(t *testing.T) {
	if _, _, err := rebased(t, edits{"404", "410"}, edits{"404", "410"}.in(t, before, web)); !errors.Is(err, mistakes.ErrSame) {
		t.Errorf("got %v", err)
	}
}
