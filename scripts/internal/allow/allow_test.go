package allow_test

import (
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
	g, err := allow.New([][]byte{[]byte(reference)}, []string{"golang.org/x/crypto"})
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// What is refused, and the words of the refusal.
func TestGate_Refuses(t *testing.T) {
	g := newGate(t)
	for _, test := range []struct{ name, code, says string }{
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
	} {
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
		{"a byte order mark, CRLF", "\r\nvar x = 1\r\n"},
	} {
		if found, err := g.Check("x.go", []byte("\ufeffpackage p\n\n"+test.code+"\n")); err != nil || len(found) > 0 {
			t.Errorf("%s: %v %q", test.name, err, found)
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
