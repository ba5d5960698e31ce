// Package verbs is the table of everything that the command can do: a row for each verb, in
// three groups, for the people who use it. It is data alone, so every program knows all
// verbs, also those that another program has.
package verbs

import (
	"strings"
	"time"
)

// The programs. A learner waits for the first of them, so it has as little in it as
// possible. The others are built when one of their verbs is asked for.
const (
	Workshop   = "workshop"   // package scripts/workshop: what a learner does all the time
	Web        = "web"        // package scripts/learner/web: what a learner does with a running server
	Teacher    = "teacher"    // package scripts/teacher
	Maintainer = "maintainer" // package scripts/maintainer
)

// Group is the verbs of one kind of people.
type Group struct {
	Title string
	Verbs []Verb
}

// Verb is a row of the table.
type Verb struct {
	Name string
	// Args are its arguments as people write them: "STEP", "[STEP]" if it may be left out,
	// "WHO..." if there may be several.
	Args    string
	Does    string
	Flags   []Flag
	Program string // the program that has it
}

// Flag is an option of a verb. Its default has the type of its value: bool, int, string or
// time.Duration.
type Flag struct {
	Name    string
	Default any
	Does    string // the name of the value is in back quotes, as package flag has it
}

// step is the flag of verbs that take one step, or all.
var step = Flag{"step", "", "take one `step`, such as 03, and not all"}

// Flags that several verbs have.
var (
	reports = Flag{"out", "", "write all reports into this `folder`"}
	report  = Flag{"format", "", "write one report, as `name=file`, such as csv=class.csv"}
)

// Groups is the table.
var Groups = []Group{
	{"For learners", []Verb{
		{Name: "start", Does: "set the workshop up, and show where you are", Program: Workshop},
		{Name: "check", Args: "[STEP]", Does: "grade every step, or one", Program: Workshop},
		{Name: "watch", Args: "[all]", Does: "check what you save, when you save it", Program: Workshop},
		{Name: "hint", Args: "[STEP]", Does: "the next hint for the first failing test", Program: Workshop},
		{Name: "show", Args: "STEP", Does: "how your step differs from the reference", Program: Workshop, Flags: []Flag{
			{"yes", false, "do not ask first whether the reference is to be shown"},
		}},
		{Name: "spot", Args: "[STEP]", Does: "a game: find the mistake in a step that you have done", Program: Workshop},
		{Name: "catchup", Args: "STEP", Does: "use the reference for the steps before STEP", Program: Workshop},
		{Name: "reset", Args: "STEP", Does: "begin a step again; what you have is kept", Program: Workshop},
		{Name: "token", Args: "[TOKEN]", Does: "what a token says, without sending it anywhere", Program: Workshop, Flags: []Flag{
			{"key", "", "check the signature with the key in a `file`, and not with SECRET_KEY"},
		}},
		{Name: "doctor", Does: "find out what is wrong with this machine", Program: Web},
		{Name: "run", Args: "[STEP]", Does: "run your server, with the settings in .env", Program: Web},
		{Name: "rotate", Does: "make a new key for your server of step 11 or 15", Program: Web},
		{Name: "demo", Does: "run the reference servers and try them with curl", Program: Web},
		{Name: "contract", Does: "does a running server keep the HTTP contract?", Program: Web, Flags: []Flag{
			{"list", false, "ask nobody, and list the sections and how many cases they have"},
			{"own", false, "start your own server for the questions, with a key and a database of its own"},
			{"url", "", "the `URL` of a server that runs, such as http://127.0.0.1:8000"},
			{"secret", "", "the server's SECRET_KEY, with which tokens are forged; without it, the one in the environment"},
			{"track", 1, "whose contract: 1 for the server of step 08, 2 for that of step 15"},
			{"ca", "", "trust the certificate in a `file`, as for https with a certificate of one's own"},
			{"section", "", "run these `sections` alone, with commas between"},
			reports, report,
		}},
	}},
	{"For teachers", []Verb{
		{Name: "grade", Args: "WHO...", Does: "grade submissions, trusting none", Program: Teacher, Flags: []Flag{
			reports, report, step,
			{"track", 1, "which track is graded; the second begins with step 09"},
			{"isolation", "auto", "auto, require (refuse to go on without it) or none"},
			{"points", "", "what each test earns, in a `file`; without it, in testdata/points.txt"},
			{"jobs", 0, "how many steps are judged at a time; 0 is one for each processor"},
			{"test-time", time.Duration(0), "how long one test may take; 0 is as long as in check"},
			{"build-time", time.Duration(0), "how long compiling a step may take; 0 is three minutes"},
			{"outside", true, "ask the server of the last step from outside too, for 14 seconds of a processor"},
			{"fresh", false, "judge anew what was judged before"},
			{"must-pass", false, "exit with 1 unless every test of everybody passes"},
		}},
	}},
	{"For maintainers", []Verb{
		{Name: "stubs", Does: "write steps/ from solutions/", Program: Maintainer, Flags: []Flag{
			{"check", false, "write nothing, and say what is not as it should be"},
		}},
		{Name: "rebase", Does: "bring the cards to changed solutions", Program: Maintainer, Flags: []Flag{
			{"from", "HEAD", "the `commit` whose solutions the cards fit"},
			step,
		}},
		{Name: "card", Args: "NAME", Does: "make a card of an edited solution", Program: Maintainer, Flags: []Flag{
			{"step", "", "the `step` whose solution is edited, such as 03"},
			{"variant", false, "it is a right answer that looks different, and no mistake"},
			{"wrong", "", "what is wrong; what no flag says is asked for"},
			{"costs", "", "what that costs in the real world, with its source"},
			{"breaks", "", "the `requirements` of testdata/standards.txt that it breaks, with \"; \" between them"},
			{"caught", "", "the `test` that catches it"},
			{"says", "", "a `phrase` of what that test says"},
			{"differs", "", "how it differs from the solution, of a variant"},
		}},
		{Name: "verify", Does: "prove that the workshop is right", Program: Maintainer, Flags: []Flag{
			step,
			{"only", "", "run the one mistake or variant with this `name`"},
			{"sample", 1, "run one in `N` of the mistakes and variants; which ones, depends on the commit"},
			{"update", false, "accept what is printed now as what should be, in every golden file"},
			{"race", false, "run what must pass under the race detector too; it needs a C compiler, and time"},
			{"cross", false, "check that everything compiles for Windows and macOS, too"},
		}},
		{Name: "fuzz", Does: "send the solutions anything", Program: Maintainer, Flags: []Flag{
			{"time", 10 * time.Second, "how long each fuzz test runs"},
		}},
		{Name: "bench", Does: "measure what people wait for", Program: Maintainer, Flags: []Flag{
			{"part", "all", "one of all, check, class, server, second, clients, cold; the last two are not in all"},
			{"times", 7, "how often each thing is measured; the median counts"},
			{"class", 100, "how many learners the class has"},
			{"load", time.Duration(0), "how long a load lasts: 5s for a route, 1m for -part clients"},
		}},
		{Name: "mutants", Args: "[STEP]", Does: "change the solutions at random", Program: Maintainer},
	}},
}

// Find returns the verb of a name.
func Find(name string) (Verb, bool) {
	for _, group := range Groups {
		for _, verb := range group.Verbs {
			if verb.Name == name {
				return verb, true
			}
		}
	}
	return Verb{}, false
}

// Of returns the names of the verbs that a program has.
func Of(program string) []string {
	var names []string
	for _, group := range Groups {
		for _, verb := range group.Verbs {
			if verb.Program == program {
				names = append(names, verb.Name)
			}
		}
	}
	return names
}

// Limits returns how many arguments the verb takes, as its Args say. max is -1 if there is
// no limit.
func (v Verb) Limits() (min, max int) {
	for _, arg := range strings.Fields(v.Args) {
		if !strings.HasPrefix(arg, "[") {
			min++
		}
		if strings.Contains(arg, "...") {
			return min, -1
		}
		max++
	}
	return min, max
}

// TakesStep reports whether the verb's argument is a step.
func (v Verb) TakesStep() bool { return strings.Trim(v.Args, "[]") == "STEP" }
