// Package allow looks at a submission's source before it is compiled. No step needs to
// end the process, to reach into memory, or to look at the tests that judge it, so code
// that could is not run. Tests in the same process cannot be made safe in another way:
// whoever can print a verdict and exit has written it.
package allow

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strconv"
	"strings"
)

// standard are the packages of the standard library that every step may use. A path that
// ends in "/..." stands for all below it, too.
var standard = []string{
	"bufio", "bytes", "cmp", "container/...", "context", "crypto/...", "database/sql/...", "encoding/...", "errors", "fmt",
	"hash/...", "html/...", "io", "iter", "log/...", "maps", "math/...", "mime/...", "net", "net/http", "net/http/httptest", "net/mail", "net/netip", "net/textproto",
	"net/url", "path", "regexp/...", "slices", "sort", "strconv", "strings", "sync/...", "text/template", "time", "unicode/...", "unique",
}

// few are packages of which little is harmless, and that. A name that ends in "*" stands
// for all that begin so.
var few = map[string][]string{
	"runtime":                {"NumCPU", "GOMAXPROCS"},
	"modernc.org/sqlite/lib": {"SQLITE_*"}, // the numbers of errors; the rest works on raw memory
}

// reasons say of what learners may come upon why it is refused.
var reasons = map[string]string{
	"C":             "cgo needs a C compiler, and C can do anything",
	"embed":         "a step has no files to embed",
	"flag":          "it reads the flags of the tests; settings come from elsewhere",
	"os":            "a step never needs the system: settings, clock and log are handed in",
	"os/exec":       "a step starts no programs",
	"plugin":        "a step loads no code",
	"reflect":       "it reaches into the tests that judge the step",
	"runtime/debug": "it reaches into the process that judges the step",
	"syscall":       "a step never needs the system: settings, clock and log are handed in",
	"testing":       "code that asks whether it is being tested answers for the tests alone",
	"unsafe":        "it reaches into the memory of the tests that judge the step",
}

// Gate knows what the files of one step may use.
type Gate struct {
	paths []string            // that may be imported
	few   map[string][]string // of which only these names may be used
	// directives to the compiler that may be given.
	directives []string
}

// New returns the Gate of a step. Besides what is harmless, its code may use what the
// reference and the stub use: their packages, but of the standard library just the names
// that stand there. modules are those that are open to the step as a whole.
func New(reference [][]byte, modules []string) (*Gate, error) {
	g := &Gate{paths: slices.Clone(standard), few: map[string][]string{}}
	for _, module := range modules {
		g.paths = append(g.paths, module, module+"/...")
	}
	for path, names := range few {
		g.few[path] = slices.Clone(names)
	}
	for _, source := range reference {
		file, err := parser.ParseFile(token.NewFileSet(), "", source, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		for _, group := range file.Comments {
			for _, comment := range group.List {
				if directive(comment.Text) {
					g.directives = append(g.directives, comment.Text)
				}
			}
		}
		for _, spec := range file.Imports {
			path := importPath(spec)
			if strings.Contains(strings.Split(path, "/")[0], ".") {
				g.paths = append(g.paths, path)
				continue
			}
			if !allows(standard, path) {
				g.few[path] = append(g.few[path], usedNames(file, spec)...)
			}
		}
	}
	return g, nil
}

// Check returns what a file uses that it must not, in lines that begin with its name. An
// error means that the file cannot be parsed, and must not be compiled: what the gate
// cannot read, it cannot judge.
func (g *Gate) Check(name string, source []byte) (found []string, err error) {
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, name, source, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	refuse := func(at token.Pos, format string, args ...any) {
		found = append(found, fmt.Sprintf("%s:%d: %s", name, fset.PositionFor(at, false).Line, fmt.Sprintf(format, args...)))
	}
	for _, spec := range file.Imports {
		path := importPath(spec)
		names, limited := g.few[path]
		switch {
		case !limited && allows(g.paths, path):
		case !limited || spec.Name != nil && (spec.Name.Name == "." || spec.Name.Name == "_"):
			reason := reasons[path]
			if reason == "" {
				reason = "no step needs it"
			}
			refuse(spec.Pos(), "the import %q is refused: %s", path, reason)
		default:
			for _, used := range usedNames(file, spec) {
				if !slices.ContainsFunc(names, func(name string) bool { return matches(name, used) }) {
					refuse(spec.Pos(), "%s.%s is refused: of %q the step may use %s", localName(spec), used, path, strings.Join(slices.Compact(slices.Sorted(slices.Values(names))), ", "))
				}
			}
		}
	}
	for _, group := range file.Comments {
		for _, comment := range group.List {
			if directive(comment.Text) && !slices.Contains(g.directives, comment.Text) {
				refuse(comment.Pos(), "the directive %q is refused: it tells the compiler more than a step needs", fmt.Sprintf("%.30s", comment.Text))
			}
		}
	}
	if bytes.IndexByte(source, 0x16) >= 0 {
		found = append(found, name+": the byte 0x16 is refused: the tests' own lines begin with it")
	}
	return found, nil
}

// directive tells of a comment that the compiler obeys.
func directive(text string) bool {
	if strings.HasPrefix(text, "//go:generate") || strings.HasPrefix(text, "//go:noinline") {
		return false
	}
	return slices.ContainsFunc([]string{"//go:", "//line ", "/*line ", "//export ", "// +build", "//+build"}, func(begin string) bool {
		return strings.HasPrefix(text, begin)
	})
}

// matches tells whether a name is one of those that few has.
func matches(pattern, name string) bool {
	begin, all := strings.CutSuffix(pattern, "*")
	return name == pattern || all && strings.HasPrefix(name, begin)
}

func importPath(spec *ast.ImportSpec) string {
	path, _ := strconv.Unquote(spec.Path.Value)
	return path
}

// localName is the name by which a file calls an imported package.
func localName(spec *ast.ImportSpec) string {
	if spec.Name != nil {
		return spec.Name.Name
	}
	path := importPath(spec)
	return path[strings.LastIndexByte(path, '/')+1:]
}

// usedNames are the names of an imported package that a file uses. A package that is used
// as a value in any other way does not compile.
func usedNames(file *ast.File, spec *ast.ImportSpec) []string {
	var names []string
	local := localName(spec)
	ast.Inspect(file, func(node ast.Node) bool {
		if selector, ok := node.(*ast.SelectorExpr); ok {
			if of, ok := selector.X.(*ast.Ident); ok && of.Name == local {
				names = append(names, selector.Sel.Name)
			}
		}
		return true
	})
	slices.Sort(names)
	return slices.Compact(names)
}

func allows(paths []string, path string) bool {
	return slices.ContainsFunc(paths, func(allowed string) bool {
		parent, all := strings.CutSuffix(allowed, "/...")
		return path == parent || all && strings.HasPrefix(path, parent+"/")
	})
}
