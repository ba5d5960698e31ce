package allow_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tokenauth.example/scripts/internal/allow"
)

const reference = `package p

import (
	"net/http"
	"os"

	"github.com/golang-jwt/jwt/v5"
)

//go:embed page.html
var page string

var _, _ = os.ReadFile, http.StatusOK
var _ jwt.Claims
`

func newGate(t *testing.T) *allow.Gate {
	t.Helper()
	g, err := allow.New(allow.Step{Reference: [][]byte{[]byte(reference)}, Modules: []string{"golang.org/x/crypto"}})
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// What is refused, and the words of the refusal.
func TestGate_Refuses(t *testing.T) {
	refuses(t, []refusal{
		{"what a teacher can allow", `import "text/template"`, `use fmt; if yours needs it, ask your teacher, who can allow it in testdata/allow.txt`},
		{"what nobody thought of", `import "go/ast"`, `no step needs it; if yours does, ask your teacher, who can allow it in testdata/allow.txt`},
		{"cgo", `import "C"`, `x.go:3: the import "C" is refused: cgo needs a C compiler`},
		{"syscall", `import "syscall"`, `the import "syscall" is refused: a step never needs the system`},
		{"another name of os than the reference's", "import \"os\"\nfunc f() { os.Exit(0) }", `os.Exit is refused: of "os" the step may use ReadFile`},
		{"os under another name", "import o \"os\"\nfunc f() { o.Exit(0) }", `o.Exit is refused`},
		{"os with a dot", "import . \"os\"\nfunc f() { Exit(0) }", `the import "os" is refused`},
		{"os with a blank", `import _ "os"`, `the import "os" is refused`},
		{"an escaped path", `import "\x75nsafe"`, `the import "unsafe" is refused: it reaches into the memory`},
		{"a raw path", "import `reflect`", `the import "reflect" is refused: it reaches into the tests`},
		{"a group of imports", "import (\n\t\"fmt\"\n\t\"testing\"\n)", `x.go:5: the import "testing" is refused: code that asks whether it is being tested`},
		{"two imports of one", "import a \"os\"\nimport b \"os\"\nvar _ = a.ReadFile\nfunc f() { b.Exit(0) }", `b.Exit is refused`},
		{"below os", `import "os/exec"`, `a step starts no programs`},
		{"below an allowed one", `import "net/http/pprof"`, `no step needs it`},
		{"an internal one", `import "internal/abi"`, `no step needs it`},
		{"runtime", "import \"runtime\"\nvar _ = runtime.Callers", `runtime.Callers is refused: of "runtime" the step may use GOMAXPROCS, NumCPU`},
		{"the raw SQLite", "import sqlite3 \"modernc.org/sqlite/lib\"\nvar _ = sqlite3.Xsqlite3_malloc", `sqlite3.Xsqlite3_malloc is refused: of "modernc.org/sqlite/lib" the step may use SQLITE_*`},
		{"a module that is not the step's", `import "github.com/stretchr/testify/assert"`, `no step needs it`},
		{"below a package of the reference's", `import "github.com/golang-jwt/jwt/v5/request"`, `no step needs it`},
		{"a name like a module's", `import "golang.org/x/crypto-evil"`, `no step needs it`},
		{"a relative path", `import "../../solutions/01"`, `no step needs it`},
		{"linkname", "//go:linkname f testing.f\nfunc f()", `x.go:3: the directive "//go:linkname f testing.f" is refused: it tells the compiler`},
		{"another embed than the reference's", "//go:embed ../other\nvar s string", `the directive "//go:embed`},
		{"build", "//go:build never", `the directive "//go:build never"`},
		{"old build", "// +build never", `the directive "// +build never"`},
		{"line", "//line other.go:1\nvar x int", `the directive "//line other.go:1"`},
		{"line in a block", "var x = /*line other.go:1:1*/ 1", `the directive "/*line other.go:1:1*/"`},
		{"nosplit", "//go:nosplit\nfunc f() {}", `the directive "//go:nosplit"`},
		{"export", "//export f\nfunc f() {}", `the directive "//export f"`},
		{"escapes in a directive", "//go:\x1b[31mred\nvar x int", `"//go:\x1b[31mred"`},
		{"the byte of the tests' marks", "var x = `\x16--- PASS: `", `the byte 0x16 is refused`},
	})
}

// What reaches outside, or changes what others use, and the words that say the way out.
func TestGate_RefusesWhatIsShared(t *testing.T) {
	refuses(t, []refusal{
		{"a package that has another name than its folder", "import \"modernc.org/sqlite/lib\"\nvar _ = sqlite3.Xsqlite3_malloc", `sqlite3.Xsqlite3_malloc is refused: of "modernc.org/sqlite/lib" the step may use SQLITE_*`},
		{"raw memory", `import "modernc.org/libc"`, `it works on raw memory`},
		{"a dot", "import . \"io\"\nfunc f() { EOF = nil }", `the import "io" is refused: import it without the dot`},
		{"everybody's client", "import \"net/http\"\nvar c = http.DefaultClient", `http.DefaultClient is refused: it is everybody's; make one of your own: &http.Client{}`},
		{"everybody's transport, in a function", "import web \"net/http\"\nfunc f() { _ = web.DefaultTransport }", `web.DefaultTransport is refused`},
		{"everybody's mux", "import \"net/http\"\nfunc init() { http.HandleFunc(\"/\", nil) }", `http.HandleFunc is refused: it changes the routes of everybody`},
		{"files by net/http", "import \"net/http\"\nvar _ = http.Dir(\"/\")", `http.Dir is refused: no step needs it of "net/http"; if yours does, ask your teacher`},
		{"everybody's log", "import \"log/slog\"\nfunc init() { slog.SetDefault(nil) }", `slog.SetDefault is refused: it changes the log for everybody`},
		{"where a program is", "import \"log/slog\"\nvar r slog.Record", `slog.Record is refused`},
		{"the log's output", "import (\n\t\"io\"\n\t\"log\"\n)\nfunc init() { log.SetOutput(io.Discard) }", `log.SetOutput is refused: it changes the log for everybody`},
		{"a hash", "import \"crypto\"\nfunc init() { crypto.RegisterHash(crypto.SHA256, nil) }", `crypto.RegisterHash is refused: it changes the hash for everybody`},
		{"drivers", "import \"database/sql\"\nfunc init() { sql.Register(\"sqlite\", nil) }", `sql.Register is refused`},
		{"gob", `import "encoding/gob"`, `what it registers counts for the whole program`},
		{"templates", `import "text/template"`, `a template can call whatever a value has`},
		{"expvar", `import "expvar"`, `what it publishes counts`},
		{"a variable of another package", "import \"io\"\nfunc init() { io.EOF = nil }", `to change io.EOF is refused: it is a variable of another package`},
		{"one in a list", "import (\n\t\"errors\"\n\t\"crypto/rand\"\n)\nvar x error\nfunc init() { x, rand.Reader = errors.New(\"\"), nil }", `to change rand.Reader is refused`},
		{"a field of one", "import \"github.com/golang-jwt/jwt/v5\"\nfunc init() { jwt.SigningMethodHS256.Hash = 0 }", `to change jwt.SigningMethodHS256 is refused`},
		{"what one points to", "import \"time\"\nfunc init() { *time.Local = *time.UTC }", `to change time.Local is refused`},
		{"the address of one", "import \"io\"\nvar p = &io.EOF", `to change io.EOF is refused`},
		{"one in a range", "import \"io\"\nfunc f(list []error) { for _, io.EOF = range list {} }", `to change io.EOF is refused`},
		{"a map of another package", "import \"unicode\"\nfunc f() { delete(unicode.Scripts, \"Latin\") }", `to change unicode.Scripts is refused`},
		{"one behind a parenthesis and a type", "import \"crypto/rand\"\nfunc f() { (*(rand.Reader.(*int))) = 1 }", `to change rand.Reader is refused`},
	})
}

// refusal is what is refused, and the words.
type refusal struct{ name, code, says string }

func refuses(t *testing.T, list []refusal) {
	t.Helper()
	g := newGate(t)
	for _, test := range list {
		found, err := g.Check("x.go", []byte("package p\n\n"+test.code+"\n"))
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
		} else if !strings.Contains(strings.Join(found, "\n"), test.says) {
			t.Errorf("%s: it does not say %q: %q", test.name, test.says, found)
		}
	}
}

// What is not refused.
func TestGate_Allows(t *testing.T) {
	g := newGate(t)
	for _, test := range []struct{ name, code string }{
		{"what every step may use", "import (\n\t\"context\"\n\t\"crypto/hmac\"\n\t\"encoding/json\"\n\t\"log/slog\"\n\t\"math/rand/v2\"\n\t\"net/http\"\n\t\"regexp\"\n\t\"sync/atomic\"\n)"},
		{"what the reference uses of os", "import \"os\"\nvar _ = os.ReadFile"},
		{"what the reference uses of os, under another name", "import system \"os\"\nvar _ = system.ReadFile"},
		{"a module of the step's", "import \"golang.org/x/crypto/argon2\"\nvar _ = argon2.IDKey"},
		{"numbers of SQLite's", "import sqlite3 \"modernc.org/sqlite/lib\"\nvar _ = sqlite3.SQLITE_CONSTRAINT"},
		{"a directive of the reference's", "//go:embed page.html\nvar page string"},
		{"go:generate", "//go:generate echo"},
		{"a comment about directives", "// Use go:build here, and //go:linkname never.\nvar x int"},
		{"text about the system", "var x = \"os.Exit(0) //go:linkname unsafe\""},
		{"something of one's own that is called os", "type system struct{ Exit int }\nvar os system\nvar _ = os.Exit"},
		{"a variable that is called like a package", "import \"log\"\nvar _ = log.New\nfunc f(log interface{ SetOutput() }) { log.SetOutput() }"},
		{"to change what is one's own", "import \"net/http\"\nfunc f(s *http.Server, r *http.Request) { s.Addr, r.Body = \"\", http.NoBody }"},
		{"the address of a value of one's own", "import \"net/http\"\nvar s = &http.Server{Addr: \"\"}"},
		{"one's own log", "import (\n\t\"io\"\n\t\"log\"\n)\nfunc f(w io.Writer) { l := log.New(w, \"\", 0); l.SetOutput(w) }"},
		{"a byte order mark, CRLF", "\r\nvar x = 1\r\n"},
	} {
		if found, err := g.Check("x.go", []byte("\ufeffpackage p\n\n"+test.code+"\n")); err != nil || len(found) > 0 {
			t.Errorf("%s: %v %q", test.name, err, found)
		}
	}
}

const program = `package main

import (
	"fmt"
	"os"
	"syscall"
)

func main() {
	fmt.Fprintln(os.Stderr, os.Getenv("X"), syscall.SIGTERM)
	os.Exit(1)
}
`

const ofProgram = `package main

import "testing"

const secretKey = "k"

func launch(t *testing.T) error { return nil }

func TestLaunch(t *testing.T) { if launch(t) != nil || len(secretKey) == 0 || true == false { panic(1) } }
`

// What main may use, nothing else may; and the tests of the same package are not there.
func TestGate_Main(t *testing.T) {
	g, err := allow.New(allow.Step{Reference: [][]byte{[]byte(program)}, Tests: [][]byte{[]byte(ofProgram)}})
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ name, code, says string }{
		{"main itself", "import \"os\"\nfunc main() { defer func() { os.Exit(2) }() }", ""},
		{"init", "import \"os\"\nfunc init() { os.Exit(0) }", "os.Exit is refused: outside of the function main, a step does not need it: return an error in its place"},
		{"a variable", "import \"os\"\nvar exit = os.Exit", "os.Exit is refused"},
		{"the environment", "import \"os\"\nfunc f() string { return os.Getenv(\"X\") }", "os.Getenv is refused: outside of the function main, a step does not need it: take what is needed as a parameter"},
		{"a method that is called main", "import \"os\"\ntype t int\nfunc (t) main() { os.Exit(0) }", "os.Exit is refused"},
		{"a closure that is called main", "import \"os\"\nfunc init() { main := func() { os.Exit(0) }; main() }", "os.Exit is refused"},
		{"a signal elsewhere", "import \"syscall\"\nfunc f() any { return syscall.SIGTERM }", "syscall.SIGTERM is refused"},
		{"another name, in main", "import \"syscall\"\nfunc main() { syscall.Kill(1, 9) }", `syscall.Kill is refused: of "syscall" the step may use SIGTERM`},
		{"a name of the tests", "func f() string { return secretKey }", "secretKey is refused: it belongs to the tests"},
		{"a name like one of the tests, of one's own", "type s struct{ secretKey string }\nfunc f(x s, launch int) string { _ = launch; return x.secretKey }", ""},
		{"another nil", "var nil error", "a nil of your own is refused: the tests mean that of Go"},
		{"another len", "func len(any) int { return 0 }", "a len of your own is refused"},
		{"another true", "const true = false", "a true of your own is refused"},
		{"another max, which the tests do not use", "func max(a, b int) int { return a }", ""},
	} {
		found, err := g.Check("x.go", []byte("package main\n\n"+test.code+"\n"))
		said := strings.Join(found, "\n")
		if err != nil || !strings.Contains(said, test.says) || (test.says == "") != (said == "") {
			t.Errorf("%s: %v: it does not say %q: %q", test.name, err, test.says, found)
		}
	}
}

// A teacher's list widens what a step may use, and nothing else.
func TestReadList(t *testing.T) {
	name := filepath.Join(t.TempDir(), "allow.txt")
	if err := os.WriteFile(name, []byte("# ours\n03 net/http Dir File*  # for pages\n* text/template\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	rules, err := allow.ReadList(name)
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		step, code string
		refused    bool
	}{
		{"03", "import \"net/http\"\nvar _ = http.Dir(\"\")\nvar _ = http.FileServer", false},
		{"03", "import \"net/http\"\nvar _ = http.DefaultClient", true},
		{"04", "import \"net/http\"\nvar _ = http.Dir(\"\")", true},
		{"04", "import \"text/template\"\nvar _ = template.New", false},
	} {
		g, err := allow.New(allow.Step{Number: test.step, Rules: rules})
		if err != nil {
			t.Fatal(err)
		}
		if found, err := g.Check("x.go", []byte("package p\n\n"+test.code+"\n")); err != nil || (len(found) > 0) != test.refused {
			t.Errorf("%s: %s: %v %q", test.step, test.code, err, found)
		}
	}
	if rules, err := allow.ReadList(filepath.Join(t.TempDir(), "none")); err != nil || rules != nil {
		t.Errorf("a list that is not there: %v, %v", rules, err)
	}
	if err := os.WriteFile(name, []byte("net/http\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := allow.ReadList(name); err == nil || !strings.Contains(err.Error(), "allow.txt:1: a line is the number of a step") {
		t.Errorf("a line without a step: %v", err)
	}
}

// What a teacher opens is open outside of the function main, too, where the reference has it
// inside; and no rule takes away what another opens, or what was open before.
func TestGate_Widened(t *testing.T) {
	const logs = "package main\n\nimport \"log/slog\"\n\nfunc main() { slog.SetDefault(slog.Default()) }\n"
	for _, test := range []struct {
		name, code string
		rules      []allow.Rule
		says       string
	}{
		{"without a rule", "import \"os\"\nfunc f() { os.Getenv(\"X\") }", nil, "os.Getenv is refused: outside of the function main"},
		{"the whole package", "import \"os\"\nfunc f() { os.Getenv(\"X\"); os.ReadFile(\"x\"); os.Exit(1) }", []allow.Rule{{"08", "os", nil}}, ""},
		{"for all steps", "import \"os\"\nfunc f() { os.ReadFile(\"x\") }", []allow.Rule{{"*", "os", nil}}, ""},
		{"for another step", "import \"os\"\nfunc f() { os.Getenv(\"X\") }", []allow.Rule{{"07", "os", nil}}, "os.Getenv is refused: outside of the function main"},
		{"one name", "import \"os\"\nfunc f() { os.Getenv(\"X\") }", []allow.Rule{{"08", "os", []string{"Getenv"}}}, ""},
		{"one name, and another is used", "import \"os\"\nfunc f() { os.ReadFile(\"x\") }", []allow.Rule{{"08", "os", []string{"Getenv"}}}, `os.ReadFile is refused: of "os" the step may use`},
		{"one name that ends the process", "import \"os\"\nfunc f() { os.Exit(1) }", []allow.Rule{{"08", "os", []string{"Exit"}}}, ""},
		{"what was open in part", "import \"log/slog\"\nfunc f() { slog.SetDefault(slog.New(nil)) }", []allow.Rule{{"08", "log/slog", nil}}, ""},
		{"in main, as before", "import \"log/slog\"\nfunc main() { slog.SetDefault(slog.Default()); slog.Info(\"\") }", []allow.Rule{{"08", "log/slog", nil}}, ""},
		{"everything, and then a name", "import \"os\"\nfunc f() { os.ReadFile(\"x\") }", []allow.Rule{{"08", "os", nil}, {"*", "os", []string{"Getenv"}}}, ""},
		{"a name, and then everything", "import \"os\"\nfunc f() { os.ReadFile(\"x\") }", []allow.Rule{{"*", "os", []string{"Getenv"}}, {"08", "os", nil}}, ""},
		{"a name of what is open", "import \"fmt\"\nfunc f() { fmt.Print() }", []allow.Rule{{"08", "fmt", []string{"Println"}}}, ""},
		{"a blank import of what is open", "import _ \"os\"", []allow.Rule{{"08", "os", nil}}, ""},
	} {
		g, err := allow.New(allow.Step{Number: "08", Reference: [][]byte{[]byte(program), []byte(logs)}, Rules: test.rules})
		if err != nil {
			t.Fatal(err)
		}
		found, err := g.Check("x.go", []byte("package main\n\n"+test.code+"\n"))
		said := strings.Join(found, "\n")
		if err != nil || !strings.Contains(said, test.says) || (test.says == "") != (said == "") {
			t.Errorf("%s: %v: it does not say %q: %q", test.name, err, test.says, found)
		}
	}
}

// What it cannot read it cannot judge.
func TestGate_CannotRead(t *testing.T) {
	g := newGate(t)
	for _, code := range []string{"", "package", "package p\nfunc {", "package p\nvar x = \"\x00\"", "\xff\xfep\x00"} {
		if _, err := g.Check("x.go", []byte(code)); err == nil {
			t.Errorf("%q is taken for Go", code)
		}
	}
}
