package rebase

import (
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"path"
	"slices"
	"strings"
)

// decl is a top-level declaration with the comments above it, the head of a file, or a file
// that is not Go. Code is merged declaration by declaration, so that it may be put in another
// order, or into another file.
type decl struct {
	file string
	kind string // "func", "type", "var" or "const", or "file" for what is none of these
	key  string // the folder of its file and what it declares: "api/Store.Get", "users.go"
	text string
}

// split cuts files into their declarations. The texts of all of them, one after the other,
// are the files again.
func split(files map[string][]byte) []decl {
	var decls []decl
	for _, file := range slices.Sorted(maps.Keys(files)) {
		decls = append(decls, splitFile(file, string(files[file]))...)
	}
	return decls
}

func splitFile(file, text string) []decl {
	whole := []decl{{file, "file", file, text}}
	if path.Ext(file) != ".go" {
		return whole
	}
	fset := token.NewFileSet()
	parsed, err := parser.ParseFile(fset, file, text, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return whole // it can be merged as text only
	}
	// What one declaration ends with, to the end of the line, begins the next.
	endOf := func(node ast.Node) int {
		offset := fset.Position(node.End()).Offset
		if i := strings.IndexByte(text[offset:], '\n'); i >= 0 {
			return offset + i + 1
		}
		return len(text)
	}
	decls := []decl{{file: file, kind: "file", key: file}}
	at := endOf(parsed.Name)
	begun := 0
	for _, d := range parsed.Decls {
		if g, ok := d.(*ast.GenDecl); ok && g.Tok == token.IMPORT {
			at = endOf(d)
			continue
		}
		decls[len(decls)-1].text = text[begun:at]
		kind, name := declares(d)
		decls = append(decls, decl{file: file, kind: kind, key: path.Join(path.Dir(file), name)})
		begun, at = at, endOf(d)
	}
	decls[len(decls)-1].text = text[begun:]
	return decls
}

// declares returns the kind and the name of what is declared. Of a group it is the first name.
func declares(d ast.Decl) (kind, name string) {
	switch d := d.(type) {
	case *ast.FuncDecl:
		return "func", funcName(d)
	case *ast.GenDecl:
		for _, spec := range d.Specs {
			switch spec := spec.(type) {
			case *ast.ValueSpec:
				return d.Tok.String(), spec.Names[0].Name
			case *ast.TypeSpec:
				return d.Tok.String(), spec.Name.Name
			}
		}
	}
	return "", ""
}

// funcName returns the name of a function or, with its type, of a method: "Store.Get".
func funcName(d *ast.FuncDecl) string {
	if d.Recv == nil || len(d.Recv.List) == 0 {
		return d.Name.Name
	}
	receiver := d.Recv.List[0].Type
	for {
		switch t := receiver.(type) {
		case *ast.StarExpr:
			receiver = t.X
		case *ast.IndexExpr:
			receiver = t.X
		case *ast.IndexListExpr:
			receiver = t.X
		case *ast.Ident:
			return t.Name + "." + d.Name.Name
		default:
			return d.Name.Name
		}
	}
}

// pair returns for each of the declarations in a the index of the same one in b, or -1: the
// one with its key or, where that is gone, the one in its place.
func pair(a, b []decl) []int {
	byKey := map[string]int{}
	for j, d := range b {
		byKey[d.key] = j
	}
	known := map[string]bool{}
	pairs := make([]int, len(a))
	for i, d := range a {
		known[d.key] = true
		pairs[i] = -1
		if j, ok := byKey[d.key]; ok {
			pairs[i] = j
		}
	}
	for i := 1; i < len(a); i++ {
		if next := pairs[i-1] + 1; pairs[i] < 0 && next > 0 && next < len(b) && !known[b[next].key] && a[i].kind == b[next].kind {
			pairs[i] = next
		}
	}
	return pairs
}

// mergeDecls returns theirs with what ours changes in base. Kept names the places at which
// that leaves out a change of theirs.
func mergeDecls(base, ours, theirs []decl, how care) (merged []decl, kept []string, err error) {
	toOurs, toTheirs, added := pair(base, ours), pair(base, theirs), additions(base, ours, theirs)
	from := make([]int, len(theirs))
	for j := range from {
		from[j] = -1
	}
	for i, j := range toTheirs {
		if j >= 0 {
			from[j] = i
		} else if mine := toOurs[i]; mine >= 0 && ours[mine].text != base[i].text {
			return nil, nil, &conflict{place: base[i].place(), base: base[i].text, ours: ours[mine].text}
		}
	}
	for j, now := range theirs {
		switch i := from[j]; {
		case i < 0: // the solution has it now, and the card says nothing about it
			merged = append(merged, now)
		case toOurs[i] < 0 && how < keeps && base[i].text != now.text:
			return nil, nil, &conflict{place: now.place(), base: base[i].text, solution: now.text}
		case toOurs[i] < 0:
			if base[i].text != now.text {
				kept = append(kept, now.place())
			}
		default:
			text, left, err := merge(base[i].text, ours[toOurs[i]].text, now.text, how)
			var both *conflict
			switch {
			case errors.As(err, &both) && now.kind == "file" && path.Ext(now.file) == ".go":
				text = now.text // the code says itself what it needs imported
			case errors.As(err, &both):
				both.place = now.place()
				return nil, nil, both
			case left:
				kept = append(kept, now.place())
			}
			merged = append(merged, decl{now.file, now.kind, now.key, text})
		}
		for _, d := range added[j] {
			merged = append(merged, decl{now.file, d.kind, d.key, d.text})
		}
	}
	return merged, kept, nil
}

// additions returns the declarations that only ours has, by the index of the one in theirs
// after which they come.
func additions(base, ours, theirs []decl) map[int][]decl {
	toTheirs := pair(base, theirs)
	known := map[int]int{} // of ours, those that base has
	for i, j := range pair(base, ours) {
		known[j] = i
	}
	added := map[int][]decl{}
	after := 0
	for j, d := range ours {
		if i, ok := known[j]; !ok {
			added[after] = append(added[after], d)
		} else if toTheirs[i] >= 0 {
			after = toTheirs[i]
		}
	}
	return added
}

// place names a declaration for a reader.
func (d decl) place() string {
	if d.kind == "file" {
		return d.file
	}
	return d.file + ", " + path.Base(d.key)
}

// join makes files of declarations again.
func join(decls []decl) map[string][]byte {
	files := map[string][]byte{}
	for _, d := range decls {
		files[d.file] = append(files[d.file], d.text...)
	}
	return files
}
