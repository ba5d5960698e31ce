// Package rebase brings mistakes and variants from solutions as they were to solutions as
// they are, by a three-way merge.
//
// A card is applied to the old solution, and what the solutions have renamed meanwhile is
// renamed there, too. Then what the card changes is merged with what the solution has changed:
// declaration by declaration, line by line and, where both changed the same lines, word by
// word. What comes of it must compile if the card did before.
package rebase

import (
	"bytes"
	"errors"
	"fmt"
	"go/format"
	"io/fs"
	"maps"
	"path"

	"tokenauth.example/scripts/internal/mistakes"
)

// Rebaser brings cards from one state of the solutions to another.
type Rebaser struct {
	before, after *tree
	names         names
	base          map[string]map[string][]byte // by step, the old code with the new names
	tests         map[string]tests             // by step
}

// New compares two states of the folder solutions/. Cards are those that may be rebased, by
// step: what they import is looked for, too.
func New(before, after fs.FS, cards map[string][]mistakes.Card, list Lister) (*Rebaser, error) {
	importer, err := outside(list, before, after, cards)
	if err != nil {
		return nil, err
	}
	r := &Rebaser{base: map[string]map[string][]byte{}, tests: map[string]tests{}}
	if r.before, err = newTree(before, importer); err != nil {
		return nil, err
	}
	if r.after, err = newTree(after, importer); err != nil {
		return nil, err
	}
	if r.names, err = renamed(r.before, r.after); err != nil {
		return nil, err
	}
	for _, step := range r.before.modules {
		if r.base[step], err = r.before.rename(step, r.names, false); err != nil {
			return nil, err
		}
		if r.tests[step], err = renamedTests(step, r.before, r.after); err != nil {
			return nil, err
		}
	}
	return r, nil
}

// Compiles returns an error with the first thing that is wrong with a step's solution as it
// is now, or nil.
func (r *Rebaser) Compiles(step string) error { return r.after.compiles(step) }

// Rebased is what became of a card.
type Rebased struct {
	// Text is the card's new text, or nil if it is right as it is.
	Text []byte
	// Kept are the places at which the card's lines replace all that the solution has changed,
	// so that the change is not in the card: somebody should look whether it should be.
	Kept []string
}

// ErrBefore is the error for a card that did not fit the old solution either.
var ErrBefore = errors.New("it does not fit the solution as it was either")

// Card rebases a card of a step. An error says why it cannot be. It is mistakes.ErrSame if the
// solution now has what the card changes.
func (r *Rebaser) Card(step string, card mistakes.Card) (Rebased, error) {
	now := func(file string) ([]byte, error) { return r.after.read(path.Join(step, file)) }
	asIs, wrong := card.Apply(now)
	if wrong == nil {
		wrong = r.after.with(step, asIs).compiles(step)
	}
	ours, err := card.Apply(func(file string) ([]byte, error) { return r.before.read(path.Join(step, file)) })
	if err != nil {
		if wrong == nil { // it has been made for the new solution
			return Rebased{}, nil
		}
		return Rebased{}, fmt.Errorf("%w: %w", ErrBefore, err)
	}
	merged, kept, err := r.merge(step, ours)
	same := wrong == nil && (err != nil || maps.EqualFunc(merged, asIs, bytes.Equal))
	if same {
		merged, kept, err = asIs, nil, nil
	}
	if err != nil {
		return Rebased{}, err
	}
	if head := r.tests[step].head(card.Head); head != card.Head {
		card, same = card.With(head), false
	}
	if same {
		return Rebased{}, nil
	}
	text, err := card.Write(now, merged)
	return Rebased{text, kept}, err
}

// merge returns the files of the new solution that are other than there, if what a card makes
// of the old one is made of the new one.
func (r *Rebaser) merge(step string, ours map[string][]byte) (merged map[string][]byte, kept []string, err error) {
	mine := r.before.with(step, ours)
	compiled := mine.compiles(step) == nil
	changed, err := mine.rename(step, r.names, true)
	if err != nil {
		return nil, nil, err
	}
	now, err := r.after.code(step)
	if err != nil {
		return nil, nil, err
	}
	base := maps.Clone(r.base[step])
	for file := range ours {
		if _, ok := base[file]; ok {
			continue
		}
		changed[file] = ours[file] // it is no code
		if base[file], err = r.before.read(path.Join(step, file)); err != nil {
			return nil, nil, err
		}
		if now[file], err = r.after.read(path.Join(step, file)); err != nil {
			return nil, nil, err
		}
	}
	var first error
	for how := apart; how <= lines; how++ {
		var decls []decl
		if decls, kept, err = mergeDecls(split(base), split(changed), split(now), how); err == nil {
			if merged = differing(join(decls), now, changed); len(merged) == 0 {
				return nil, nil, mistakes.ErrSame
			}
			merged, err = r.compiling(step, merged, mine, compiled)
		}
		switch {
		case err == nil:
			return merged, kept, nil
		case first == nil:
			first = err
		case how == lines && !errors.As(err, new(*conflict)) && errors.As(first, new(*conflict)):
			err = fmt.Errorf("%w; with the card's own lines, %w", first, err)
		}
	}
	return nil, nil, err
}

// differing returns the files that differ from what is there now, formatted as gofmt does if
// both sides are.
func differing(files, now, ours map[string][]byte) map[string][]byte {
	changed := map[string][]byte{}
	for file, text := range files {
		if formatted, err := format.Source(text); err == nil && clean(now[file]) && clean(ours[file]) {
			text = formatted
		}
		if !bytes.Equal(text, now[file]) {
			changed[file] = text
		}
	}
	return changed
}

// clean reports whether text is Go code as gofmt writes it. What is not there is clean.
func clean(text []byte) bool {
	formatted, err := format.Source(text)
	return err == nil && bytes.Equal(formatted, text)
}

// compiling returns the merged files with the imports that they need. They must compile if
// they should.
func (r *Rebaser) compiling(step string, merged map[string][]byte, mine *tree, should bool) (map[string][]byte, error) {
	if !should {
		return merged, nil
	}
	t := r.after.with(step, merged)
	wrong := t.compiles(step)
	if wrong == nil {
		return merged, nil
	}
	fixed, err := t.fixImports(step, merged, mine, r.after)
	if err != nil || r.after.with(step, fixed).compiles(step) != nil {
		return nil, fmt.Errorf("it does not compile any more: %w", wrong)
	}
	return fixed, nil
}
