package gotest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Linker makes binaries of a step's tests again and again, with some of the step's files
// changed. It compiles the step's package alone and links it with all that Go has compiled
// already, which takes half of the time of go test -c. Where that may not give the same, it
// leaves the work to go test -c.
//
// What it relies on is that the linker refuses a package that was compiled against other
// declarations, or other bodies to be inlined, than those it is linked with.
type Linker struct {
	g       *Go
	dir     string
	own     listed // the step's package, as its tests see it
	main    listed // the program that runs the tests
	imports string // what compiling and linking find each package with
}

// listed is a package as `go list -test -export` describes it.
type listed struct {
	ImportPath, Dir, Export, ForTest string
	GoFiles                          []string
	EmbedPatterns, EmbedFiles        []string
	DefaultGODEBUG                   string
	Module                           *struct{ GoVersion string }
}

// path is the import path, as the compiler and the linker know it.
func (l listed) path() string {
	path, _, _ := strings.Cut(l.ImportPath, " ")
	return path
}

// NewLinker has Go compile the tests in dir, and all that they need.
func (g *Go) NewLinker(ctx context.Context, dir string) (*Linker, error) {
	out, err := g.Command(ctx, dir, nil, "list", "-test", "-deps", "-export",
		"-json=ImportPath,Dir,Export,ForTest,GoFiles,EmbedPatterns,EmbedFiles,DefaultGODEBUG,Module", ".").Output()
	if err != nil {
		return nil, fmt.Errorf("go list: %w", err)
	}
	l := &Linker{g: g, dir: dir}
	files := map[string]string{}
	decoder := json.NewDecoder(strings.NewReader(string(out)))
	for {
		var p listed
		err := decoder.Decode(&p)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("read the answer of go list: %w", err)
		}
		switch {
		case strings.HasSuffix(p.ImportPath, ".test"):
			l.main = p
			continue
		case p.Dir == dir && !strings.HasSuffix(p.path(), "_test"):
			l.own = p // the later one is that with the tests in it, if there is one
		}
		files[p.path()] = p.Export
	}
	var imports strings.Builder
	for _, path := range slices.Sorted(maps.Keys(files)) {
		if files[path] != "" { // unsafe has none
			fmt.Fprintf(&imports, "packagefile %s=%s\n", path, files[path])
		}
	}
	l.imports = imports.String()
	if l.own.Export == "" || l.main.Export == "" || l.own.Module == nil {
		return nil, fmt.Errorf("go list names no tests in %s", dir)
	}
	return l, nil
}

// Compile is Go.Compile for files of the step's package that are changed.
func (l *Linker) Compile(ctx context.Context, changed Overlay) (binary *Binary, said string, err error) {
	if binary, err := l.relink(ctx, changed); binary != nil || ctx.Err() != nil {
		return binary, "", err
	}
	return l.g.Compile(ctx, l.dir, changed)
}

// relink returns no binary where something is not as it expects.
func (l *Linker) relink(ctx context.Context, changed Overlay) (binary *Binary, err error) {
	for name, text := range changed {
		if filepath.Dir(name) != l.dir || text == nil || !slices.Contains(l.own.GoFiles, filepath.Base(name)) {
			return nil, nil
		}
	}
	work, err := os.MkdirTemp(l.g.Temp, "workshop-*")
	if err != nil {
		return nil, fileTrouble(err)
	}
	defer func() {
		if binary == nil {
			os.RemoveAll(work)
		}
	}()
	object := filepath.Join(work, "own.a")
	compile, err := l.compileCommand(work, object, changed)
	if compile == nil || err != nil {
		return nil, err
	}
	if l.g.Command(ctx, l.dir, nil, compile...).Run() != nil {
		return nil, ctx.Err()
	}
	imports := filepath.Join(work, "link.cfg")
	own := fmt.Sprintf("packagefile %s=", l.own.path())
	linked := strings.Replace(l.imports, own+l.own.Export, own+object, 1)
	if err := os.WriteFile(imports, []byte(linked), 0o600); err != nil {
		return nil, fileTrouble(err)
	}
	b := l.g.binary(work, l.dir)
	link := []string{"tool", "link", "-o", b.path, "-importcfg", imports, "-buildmode=exe", "-s", "-w"}
	if l.main.DefaultGODEBUG != "" {
		link = append(link, "-X=runtime.godebugDefault="+l.main.DefaultGODEBUG)
	}
	if l.g.Command(ctx, l.dir, nil, append(link, l.main.Export)...).Run() != nil {
		return nil, ctx.Err()
	}
	return b, nil
}

// compileCommand returns the command that compiles the step's package with the files changed,
// or nil if the package embeds files by a pattern.
func (l *Linker) compileCommand(work, object string, changed Overlay) ([]string, error) {
	imports := filepath.Join(work, "compile.cfg")
	command := []string{"tool", "compile", "-o", object, "-p", l.own.path(), "-lang=go" + majorMinor(l.own.Module.GoVersion),
		"-complete", "-pack", "-nolocalimports", "-importcfg", imports}
	if len(l.own.EmbedPatterns) > 0 {
		embedded := map[string]map[string]any{"Patterns": {}, "Files": {}}
		for _, pattern := range l.own.EmbedPatterns {
			if !slices.Contains(l.own.EmbedFiles, pattern) {
				return nil, nil
			}
			embedded["Patterns"][pattern] = []string{pattern}
			embedded["Files"][pattern] = filepath.Join(l.dir, pattern)
		}
		text, err := json.Marshal(embedded)
		if err != nil {
			return nil, err
		}
		config := filepath.Join(work, "embed.cfg")
		if err := os.WriteFile(config, text, 0o600); err != nil {
			return nil, fileTrouble(err)
		}
		command = append(command, "-embedcfg", config)
	}
	if err := os.WriteFile(imports, []byte(l.imports), 0o600); err != nil {
		return nil, fileTrouble(err)
	}
	var files, places []string
	for _, name := range l.own.GoFiles {
		original := filepath.Join(l.dir, name)
		text, ok := changed[original]
		if !ok {
			files = append(files, original)
			continue
		}
		replaced := filepath.Join(work, name)
		if err := os.WriteFile(replaced, text, 0o600); err != nil {
			return nil, fileTrouble(err)
		}
		files, places = append(files, replaced), append(places, replaced+"=>"+original)
	}
	return append(append(command, "-trimpath", strings.Join(places, ";")), files...), nil
}

// majorMinor returns the 1.26 of 1.26.0.
func majorMinor(version string) string {
	parts := strings.SplitN(version, ".", 3)
	return strings.Join(parts[:min(2, len(parts))], ".")
}
