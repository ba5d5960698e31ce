package rebase

import (
	"go/scanner"
	"go/token"
	"maps"
	"slices"
	"strings"
)

// names are what the solutions have given another name.
type names struct {
	objects  map[string]string            // the new names of what is declared, by its key
	declared map[string]bool              // the keys of all that was declared before
	literals map[string]map[string]string // by step, the literals of text that have another text now
}

// renamed finds what has another name in after than it had in before. Where one token has
// come in the place of another, that is counted. A name has changed if what it meant is not
// declared any more, and what the new one means was not declared before.
func renamed(before, after *tree) (names, error) {
	found := names{map[string]string{}, map[string]bool{}, map[string]map[string]string{}}
	objects, uses := ballot{}, map[string]int{}
	was, is := found.declared, map[string]bool{}
	for _, step := range slices.Sorted(maps.Values(before.modules)) {
		old, err := before.tokens(step)
		if err != nil {
			return found, err
		}
		now, err := after.tokens(step)
		if err != nil {
			return found, err
		}
		literals := ballot{}
		compare(old, now, objects, literals)
		for _, d := range old {
			for _, t := range d.tokens {
				uses[t.key]++
			}
		}
		left := map[string]bool{}
		for _, d := range now {
			for _, t := range d.tokens {
				left[t.text] = true
			}
		}
		found.literals[step] = literals.winners(func(from, _ string) bool { return !left[from] })
		before.declared(was)
		after.declared(is)
	}
	for from, to := range objects.winners(func(from, to string) bool { return !is[from] && !was[to] }) {
		if local := strings.Contains(from, " "); local && 2*objects[from][to] <= uses[from] {
			continue // another variable in its place, and not the same one
		}
		found.objects[from] = to[strings.LastIndexAny(to, ". ")+1:]
	}
	return found, nil
}

// scanned is a declaration as the list of its tokens.
type scanned struct {
	decl
	tokens []lexeme
}

// lexeme is a token of Go code.
type lexeme struct {
	text string
	kind token.Token
	key  string // of what it means, if it is an identifier
}

func declsOf(list []scanned) []decl {
	var decls []decl
	for _, s := range list {
		decls = append(decls, s.decl)
	}
	return decls
}

// tokens returns the declarations of a step's code.
func (t *tree) tokens(step string) ([]scanned, error) {
	files, err := t.code(step)
	if err != nil {
		return nil, err
	}
	idents, err := t.idents(step)
	if err != nil {
		return nil, err
	}
	var list []scanned
	begin := map[string]int{}
	for _, d := range split(files) {
		list = append(list, scanned{d, scan(d.text, begin[d.file], idents[d.file])})
		begin[d.file] += len(d.text)
	}
	return list, nil
}

// scan returns the tokens of Go code that begins at an offset of its file.
func scan(text string, begin int, keys map[int]string) []lexeme {
	var list []lexeme
	file := token.NewFileSet().AddFile("", -1, len(text))
	var s scanner.Scanner
	s.Init(file, []byte(text), nil, 0)
	for {
		pos, kind, literal := s.Scan()
		if kind == token.EOF {
			return list
		}
		if literal == "" {
			literal = kind.String()
		}
		list = append(list, lexeme{literal, kind, keys[begin+file.Offset(pos)]})
	}
}

// compare counts which keys and literals have come in the place of which.
func compare(old, now []scanned, objects, literals ballot) {
	text := func(tokens []lexeme) (texts []string) {
		for _, t := range tokens {
			texts = append(texts, t.text)
		}
		return texts
	}
	for i, j := range pair(declsOf(old), declsOf(now)) {
		if j < 0 {
			continue
		}
		for _, d := range differences(text(old[i].tokens), text(now[j].tokens)) {
			if d.End-d.Start != d.ReplEnd-d.ReplStart {
				continue
			}
			for k := range d.End - d.Start {
				from, to := old[i].tokens[d.Start+k], now[j].tokens[d.ReplStart+k]
				switch {
				case from.text == to.text:
				case from.key != "" && to.key != "":
					objects.vote(from.key, to.key)
				case from.kind == token.STRING && to.kind == token.STRING:
					literals.vote(from.text, to.text)
				}
			}
		}
	}
}

// ballot counts what has come in the place of what.
type ballot map[string]map[string]int

func (b ballot) vote(from, to string) {
	if b[from] == nil {
		b[from] = map[string]int{}
	}
	b[from][to]++
}

// winners returns what has come in the place of each, if it is allowed and has come there
// more often than all others together.
func (b ballot) winners(allowed func(from, to string) bool) map[string]string {
	winners := map[string]string{}
	for from, counts := range b {
		all := 0
		for _, n := range counts {
			all += n
		}
		for to, n := range counts {
			if 2*n > all && allowed(from, to) {
				winners[from] = to
			}
		}
	}
	return winners
}

// rename returns the code of a step with the new names in it and, if they are asked for, the
// new literals. Names of files are below the step's folder.
func (t *tree) rename(step string, n names, literals bool) (map[string][]byte, error) {
	files, err := t.code(step)
	if err != nil {
		return nil, err
	}
	idents, err := t.idents(step)
	if err != nil {
		return nil, err
	}
	objects := t.withMethods(n)
	for name, text := range files {
		var renamed []byte
		at := 0
		replace := func(begin, end int, by string) {
			renamed = append(append(renamed, text[at:begin]...), by...)
			at = end
		}
		file := token.NewFileSet().AddFile(name, -1, len(text))
		var s scanner.Scanner
		s.Init(file, text, nil, 0)
		for pos, kind, literal := s.Scan(); kind != token.EOF; pos, kind, literal = s.Scan() {
			begin := file.Offset(pos)
			if by, ok := objects[idents[name][begin]]; ok && kind == token.IDENT {
				replace(begin, begin+len(literal), by)
			} else if by, ok := n.literals[step][literal]; ok && kind == token.STRING && literals {
				replace(begin, begin+len(literal), by)
			}
		}
		files[name] = append(renamed, text[at:]...)
	}
	return files, nil
}
