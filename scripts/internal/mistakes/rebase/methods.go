package rebase

import (
	"go/types"
	"maps"
)

// withMethods returns the new names of what is declared and, besides, of the methods that a
// card declares in the place of one that has another name now: the type embeds one that has
// such a method, or implements an interface that asks for it.
func (t *tree) withMethods(n names) map[string]string {
	objects := maps.Clone(n.objects)
	for _, c := range t.checked {
		for object, key := range c.keys {
			method, ok := object.(*types.Func)
			if !ok || method.Signature().Recv() == nil || n.declared[key] {
				continue
			}
			if name := t.inPlaceOf(method, n); name != "" {
				objects[key] = name
			}
		}
	}
	return objects
}

// inPlaceOf returns the new name of what a method is in the place of, or "".
func (t *tree) inPlaceOf(method *types.Func, n names) string {
	receiver := method.Signature().Recv().Type()
	if pointer, ok := receiver.(*types.Pointer); ok {
		receiver = pointer.Elem()
	}
	renamed := func(in types.Type) string {
		found, _, _ := types.LookupFieldOrMethod(in, true, method.Pkg(), method.Name())
		if found == nil || found.Pkg() == nil || t.checked[found.Pkg().Path()] == nil {
			return ""
		}
		return n.objects[t.checked[found.Pkg().Path()].keys[found]]
	}
	if structure, ok := receiver.Underlying().(*types.Struct); ok {
		for field := range structure.Fields() {
			if name := renamed(field.Type()); field.Embedded() && name != "" {
				return name
			}
		}
	}
	for _, c := range t.checked {
		for _, name := range c.types.Scope().Names() {
			declared, ok := c.types.Scope().Lookup(name).(*types.TypeName)
			if !ok {
				continue
			}
			wanted, ok := declared.Type().Underlying().(*types.Interface)
			if ok && types.Implements(types.NewPointer(receiver), wanted) {
				if name := renamed(declared.Type()); name != "" {
					return name
				}
			}
		}
	}
	return ""
}
