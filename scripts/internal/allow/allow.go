// Package allow looks at a submission's source before it is compiled. No step needs to end
// the process, to reach into memory, or to change what the tests use too, so code that could
// is not run. It begins with what steps need: the harmless packages, some names of others,
// and what the reference uses. A teacher's list can widen that.
//
// It reads the source and not its types, so it cannot follow a value: a method that is
// called through an interface has no package. What must not be reached at all is therefore
// kept out of reach by refusing the packages in which it begins.
package allow

import (
	"bytes"
	"cmp"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strconv"
	"strings"
)

// Step is what is known of a step before anybody hands it in.
type Step struct {
	Number    string
	Reference [][]byte // the files that learners write, as they get them and solved
	Modules   []string // whose packages are open to the step as a whole
	Tests     [][]byte // the tests that are in the package that learners write
	Rules     []Rule   // the teacher's
}

// Gate knows what the files of one step may use.
type Gate struct {
	paths  []string         // that may be imported
	names  map[string]names // of which only these names may be used
	inMain map[string]names // that may be used in the function main of a program too
	blank  []string         // that may be imported for what they do by themselves
	// directives to the compiler that may be given.
	directives []string
	// tests are the names that the tests of the package declare, and predeclared are those of
	// Go's that they use.
	tests, predeclared map[string]bool
}

// New returns the Gate of a step.
func New(step Step) (*Gate, error) {
	g := &Gate{paths: slices.Clone(open), names: map[string]names{}, inMain: map[string]names{}, tests: map[string]bool{}, predeclared: map[string]bool{}}
	for _, module := range step.Modules {
		g.paths = append(g.paths, module)
		if module != "modernc.org/sqlite" { // below that is C's memory
			g.paths = append(g.paths, module+"/...")
		}
	}
	for path, list := range limited {
		if first, _, _ := strings.Cut(path, "/"); !strings.Contains(first, ".") || path == "modernc.org/sqlite/lib" || allows(g.paths, path) {
			g.names[path] = strings.Fields(list)
		}
	}
	for _, text := range step.Reference {
		if err := g.addReference(text); err != nil {
			return nil, err
		}
	}
	for _, text := range step.Tests {
		if err := g.addTests(text); err != nil {
			return nil, err
		}
	}
	g.widen(step.Number, step.Rules)
	return g, nil
}

// widen opens what a teacher's rules open to a step. None of them takes away what another
// opens, or what was open before: a package of which everything may be used stays so.
func (g *Gate) widen(step string, rules []Rule) {
	for _, rule := range rules {
		_, limited := g.names[rule.Path]
		_, limitedToMain := g.inMain[rule.Path]
		switch {
		case rule.Step != "*" && rule.Step != step:
		case len(rule.Names) == 0:
			delete(g.names, rule.Path)
			delete(g.inMain, rule.Path)
			g.paths = append(g.paths, rule.Path)
		case limited || limitedToMain || !allows(g.paths, rule.Path):
			g.names[rule.Path] = append(g.names[rule.Path], rule.Names...)
		}
	}
}

// addReference opens what a file of the reference uses.
func (g *Gate) addReference(text []byte) error {
	fset := token.NewFileSet()
	parsed, err := parser.ParseFile(fset, "", text, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	file := resolve(fset, parsed)
	for _, comment := range comments(file) {
		if directive(comment.Text) {
			g.directives = append(g.directives, comment.Text)
		}
	}
	for _, spec := range file.Imports {
		path := importPath(spec)
		_, known := limited[path]
		switch outside := strings.Contains(strings.Split(path, "/")[0], "."); {
		case spec.Name != nil && spec.Name.Name == "_":
			g.blank = append(g.blank, path)
		case outside && !known:
			g.paths = append(g.paths, path)
		case !allows(open, path):
			for _, used := range uses(file, spec) {
				switch {
				case used.inMain:
					g.inMain[path] = append(g.inMain[path], used.name)
				case !slices.Contains(strings.Fields(ending[path]), used.name):
					g.names[path] = append(g.names[path], used.name)
				}
			}
			if g.names[path] == nil && g.inMain[path] == nil {
				g.names[path] = names{}
			}
		}
	}
	return nil
}

// Check returns what a file uses that it must not, in lines that begin with its name. An
// error means that the file cannot be parsed, and must not be compiled: what the gate
// cannot read, it cannot judge.
func (g *Gate) Check(name string, text []byte) (found []string, err error) {
	fset := token.NewFileSet()
	parsed, err := parser.ParseFile(fset, name, text, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	file := resolve(fset, parsed)
	refuse := func(at token.Pos, format string, args ...any) {
		found = append(found, fmt.Sprintf("%s:%d: %s", name, fset.PositionFor(at, false).Line, fmt.Sprintf(format, args...)))
	}
	for _, spec := range file.Imports {
		g.checkImport(file, spec, refuse)
	}
	for _, comment := range comments(file) {
		if directive(comment.Text) && !slices.Contains(g.directives, comment.Text) {
			refuse(comment.Pos(), "the directive %q is refused: it tells the compiler more than a step needs", fmt.Sprintf("%.30s", comment.Text))
		}
	}
	checkWrites(file, refuse)
	g.checkNames(file, refuse)
	if bytes.IndexByte(text, 0x16) >= 0 {
		found = append(found, name+": the byte 0x16 is refused: the tests' own lines begin with it")
	}
	return found, nil
}

// checkImport refuses an import, or what a file uses of it.
func (g *Gate) checkImport(file *source, spec *ast.ImportSpec, refuse func(token.Pos, string, ...any)) {
	path := importPath(spec)
	list, some := g.names[path]
	inMain, someInMain := g.inMain[path]
	some = some || someInMain
	local := ""
	if spec.Name != nil {
		local = spec.Name.Name
	}
	_, certain := packageName(path)
	switch {
	case local == "_" && (slices.Contains(g.blank, path) || !some && allows(g.paths, path)):
	case local == "_" && some, local == ".", !some && !allows(g.paths, path):
		reason := reasons[path]
		switch {
		case reason != "":
			reason += "; if yours needs it, " + askTeacher
		case local == "." && (some || allows(g.paths, path)):
			reason = "import it without the dot, so that everybody sees whose names they are"
		default:
			reason = "no step needs it; if yours does, " + askTeacher
		}
		refuse(spec.Pos(), "the import %q is refused: %s", path, reason)
	case local == "" && !certain:
		refuse(spec.Pos(), "the import %q is refused without a name: give it one, as in: import name %q", path, path)
	case some:
		for _, used := range uses(file, spec) {
			if list.has(used.name) || used.inMain && inMain.has(used.name) {
				continue
			}
			refuse(used.at, "%s.%s is refused: %s", localName(spec), used.name, g.why(path, used.name))
		}
	}
}

// askTeacher says the way out of a refusal.
const askTeacher = "ask your teacher, who can allow it in testdata/allow.txt"

// why says why a name of a package is refused, and what to do.
func (g *Gate) why(path, name string) string {
	if g.inMain[path].has(name) {
		return "outside of the function main, a step does not need it: " + cmp.Or(instead[path+"."+name], "take what is needed as a parameter")
	}
	if said := append(slices.Clone(g.names[path]), g.inMain[path]...).said(); said != "" {
		return fmt.Sprintf("of %q the step may use %s", path, said)
	}
	return cmp.Or(instead[path+"."+name], fmt.Sprintf("no step needs it of %q; if yours does, %s", path, askTeacher))
}

func comments(file *source) []*ast.Comment {
	var list []*ast.Comment
	for _, group := range file.Comments {
		list = append(list, group.List...)
	}
	return list
}

// directive reports whether a comment is one that the compiler obeys.
func directive(text string) bool {
	if strings.HasPrefix(text, "//go:generate") || strings.HasPrefix(text, "//go:noinline") {
		return false
	}
	return slices.ContainsFunc([]string{"//go:", "//line ", "/*line ", "//export ", "// +build", "//+build"}, func(begin string) bool {
		return strings.HasPrefix(text, begin)
	})
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
	name, _ := packageName(importPath(spec))
	return name
}

// use is that of a name of an imported package.
type use struct {
	name   string
	at     token.Pos
	inMain bool // in the function main of a program
}

// uses are the names of an imported package that a file uses, each once in main and once
// elsewhere. A package that is used in any other way does not compile.
func uses(file *source, spec *ast.ImportSpec) []use {
	var list []use
	local := localName(spec)
	for _, declaration := range file.Decls {
		function, ok := declaration.(*ast.FuncDecl)
		inMain := ok && file.Name.Name == "main" && function.Recv == nil && function.Name.Name == "main"
		ast.Inspect(declaration, func(node ast.Node) bool {
			selector, ok := node.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			of, ok := selector.X.(*ast.Ident)
			if !ok || !file.means(of, local) {
				return true
			}
			name := selector.Sel.Name
			if !slices.ContainsFunc(list, func(u use) bool { return u.name == name && u.inMain == inMain }) {
				list = append(list, use{name, selector.Pos(), inMain})
			}
			return true
		})
	}
	return list
}
