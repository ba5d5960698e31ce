// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

package scopes_test

import (
	"fmt"
	"maps"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tokenauth.example/scopes"
)

// 1. A scope is read word by word.
func TestParse_ReadsWords(t *testing.T) {
	for _, words := range [][]string{
		{"tasks:read"}, {"profile", "tasks:read"}, {"b", "a", "b"}, {"a,b"}, {"Read", "read"}, {"!#$%&'()*+-./09:;<=>?@AZ[]^_`az{|}~"}, {"https://example.com/tasks.read"},
	} {
		text := strings.Join(words, " ")
		set, err := scopes.Parse(text)
		require.NoError(t, err, "%q is a scope as RFC 6749, section 3.3, wants it", text)
		assert.Equal(t, scopes.SetOf(words...), set, "%q has these words and no others: upper and lower case are different, and nothing but a space parts two words", text)
	}
	set, err := scopes.Parse("")
	require.NoError(t, err, "no text is no mistake: a token without a scope has none")
	assert.Empty(t, set, "nothing is in the empty scope, not even the empty word")
}

// 1. What is badly written is refused.
func TestParse_RefusesBadSpelling(t *testing.T) {
	_, err := scopes.Parse("tasks:read tasks:write")
	require.NoError(t, err, "before bad spelling, its good twin must be read")

	for _, text := range []string{" ", "  ", " a", "a ", "a  b", "a\tb", "a\nb", "a\r\nb", "a b\n", "\ta", "a\vb", "a\fb", "a\u00a0b", "a\u2003b", "\ufeffa", "a\x00", "a\x7f", `"a"`, `a\b`, "ä", "a\u200b", "a \xff"} {
		set, err := scopes.Parse(text)
		assert.ErrorIs(t, err, scopes.ErrScope, "%q isn't a scope: one space between two words, and in a word visible ASCII without \" and \\ (RFC 6749, section 3.3). If two servers part words differently, a token means more to one of them", text)
		assert.Empty(t, set, "of what is refused, no word may be used")
	}
}

// 1. What String writes, Parse reads.
func TestString_WritesWhatParseReads(t *testing.T) {
	assert.Equal(t, "", scopes.Set{}.String(), "the empty Set is the empty text")
	assert.Equal(t, "a b c", scopes.SetOf("c", "a", "b").String(), "words are in alphabetical order with one space between: a map has an order of its own each time")
	assert.Equal(t, "a", scopes.Set{"b": false, "a": true}.String(), "a word whose value is false isn't in the Set")

	for _, set := range everySet() {
		read, err := scopes.Parse(set.String())
		require.NoError(t, err, "Parse must read what String writes of %v", set)
		assert.Equal(t, set, read, "what String has written must mean the same when it is read again")
	}
}

// words are scopes, and words that look like them.
var words = []string{"tasks:read", "tasks:readall", "tasks:write", "Tasks:read", "tasks"}

// everySet returns all sets of these words.
func everySet() []scopes.Set {
	var sets []scopes.Set
	for bits := range 1 << len(words) {
		set := scopes.Set{}
		for i, word := range words {
			if bits>>i&1 == 1 {
				set[word] = true
			}
		}
		sets = append(sets, set)
	}
	return sets
}

// 2. Both have to have a word.
func TestAnd_KeepsWhatIsInBoth(t *testing.T) {
	for _, one := range everySet() {
		for _, other := range everySet() {
			both := one.And(other)
			for _, word := range words {
				require.Equal(t, one.Has(word) && other.Has(word), both.Has(word),
					"%q in (%v) and (%v): what is in both is in what And returns, and nothing else is, not what begins alike either", word, one, other)
			}
			require.LessOrEqual(t, len(both), len(words), "And must not make up words")
		}
	}
	assert.False(t, scopes.Set{"a": false}.And(scopes.SetOf("a")).Has("a"), "a word whose value is false isn't in the Set")
	assert.False(t, scopes.SetOf("a").And(scopes.Set{"a": false}).Has("a"), "a word whose value is false isn't in the other Set either")
	assert.False(t, scopes.Set(nil).And(scopes.SetOf("a")).Has("a"), "nothing is in the zero Set")
}

// 2. The two sets stay as they are.
func TestAnd_ChangesNeither(t *testing.T) {
	one, other := scopes.SetOf("a", "b"), scopes.SetOf("b", "c")
	both := one.And(other)
	require.Equal(t, "b", both.String(), "first, And must keep what is in both")

	assert.Equal(t, []scopes.Set{scopes.SetOf("a", "b"), scopes.SetOf("b", "c")}, []scopes.Set{one, other}, "And must return a new Set: others go on using the two")
	same := one.And(one)
	same["z"] = true
	maps.DeleteFunc(both, func(string, bool) bool { return true })
	assert.Equal(t, []scopes.Set{scopes.SetOf("a", "b"), scopes.SetOf("b", "c")}, []scopes.Set{one, other}, "what is done to the new Set later must not reach the two")
}

// 3. You get what you ask for, if your role allows it.
func TestGrant_GivesWhatIsAskedForAndAllowed(t *testing.T) {
	for _, test := range []struct {
		role      scopes.Role
		requested string
	}{{scopes.Member, "tasks:read"}, {scopes.Member, "profile tasks:read tasks:write"}, {scopes.Admin, "users:read"}, {scopes.Admin, "tasks:read"}, {scopes.Admin, "tasks:read users:write"}} {
		granted, err := scopes.Grant(test.role, test.requested)
		require.NoError(t, err, "a role of %s allows %s", test.role, test.requested)
		assert.Equal(t, test.requested, granted.String(), "somebody who asks for less than the role allows must get no more than that: the token may be stolen, and then it counts what's in it")
	}
	granted, err := scopes.Grant(scopes.Member, "tasks:read users:read users:write")
	require.NoError(t, err, "some of it the role allows, so the login succeeds, and the answer says what was granted (RFC 6749, section 3.3)")
	assert.Equal(t, "tasks:read", granted.String(), "a member must get of it what members may do: a scope that's asked for isn't granted by that (CWE-269)")
}

// 3. Without a request you get all that the role allows.
func TestGrant_GivesAllWithoutARequest(t *testing.T) {
	for _, role := range []scopes.Role{scopes.Member, scopes.Admin} {
		granted, err := scopes.Grant(role, "")
		require.NoError(t, err, "a login without a scope must go on working, as it did before there were any")
		assert.Equal(t, role.Allows().String(), granted.String(), "without a request a %s gets what the role allows, and no more", role)
	}
}

// 3. What cannot be granted is refused.
func TestGrant_RefusesWhatItCannotGive(t *testing.T) {
	_, err := scopes.Grant(scopes.Member, "tasks:read")
	require.NoError(t, err, "before a bad request, its good twin must be granted")

	for _, test := range []struct {
		role           scopes.Role
		requested, why string
	}{
		{scopes.Member, "tasks:read tasks:delete", "a word that is no scope here must be refused: the client has made a mistake, and would learn of it much later"},
		{scopes.Admin, "everything", "an admin isn't given words that are no scope here either"},
		{scopes.Admin, "Tasks:Read", "a word in other letters is another word"},
		{scopes.Member, "users:read users:write", "a member may do nothing of it, and a token that's good for nothing helps nobody"},
		{scopes.Admin, "tasks:read  profile", "what Parse refuses must be refused"},
		{"root", "", "a role that isn't one of ours is allowed nothing"},
		{"Admin", "tasks:read", "a role that isn't one of ours is allowed nothing, whatever it asks for"},
	} {
		t.Run(fmt.Sprintf("%s asks for %q", test.role, test.requested), func(t *testing.T) {
			granted, err := scopes.Grant(test.role, test.requested)
			assert.ErrorIs(t, err, scopes.ErrScope, test.why)
			assert.Empty(t, granted, "with an error, nothing may be granted")
		})
	}
}

// 3. A grant belongs to one login.
func TestGrant_KeepsLoginsApart(t *testing.T) {
	first, err := scopes.Grant(scopes.Member, "")
	require.NoError(t, err, "first, a member must be granted what members may do")
	first["users:write"] = true
	second, err := scopes.Grant(scopes.Member, "")
	second = maps.Clone(second)
	delete(first, "users:write")
	require.NoError(t, err, "first, the next member must be granted what members may do")
	assert.Equal(t, "profile tasks:read tasks:write", second.String(), "what's done to the scope of one login must not reach the next one: each needs a Set of its own")
}
