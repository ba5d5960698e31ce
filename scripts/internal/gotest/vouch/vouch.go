// Package vouch is the way on which the verdicts of tests leave a process that also runs
// code nobody trusts. A copy of it is compiled into the tests of a submission.
//
// The process is handed a secret when it starts, on its standard input. This package reads
// it, to the end, while it is initialised. The package that is tested imports it, by a path
// that is made up for each binary, so all of this is over before any line of the submission
// runs, package variables and init functions among them. After each test it says how that
// ended, with a number that counts the reports of the process and a code that nobody can
// make without the secret (HMAC-SHA-256). The secret is of one process: no report of
// another fits.
//
// It stops whatever does not know the secret: printing the lines of package testing or of
// this one, under any name, to any file; ending the process at any moment, with any code;
// Goexit, panics and recovering from them; taking over os.Args, flags or TestMain; reading
// the binary, its symbols or its arguments.
//
// It does not stop code that reaches raw memory, because the secret is in there, and so is
// package testing: unsafe, the C that modernc.org/sqlite was made of, or two goroutines that
// race for an interface to confuse its type. Package allow refuses the first two, and
// nothing can refuse the last. It does not stop code that changes what a test compares with,
// such as the variables of other packages; package allow refuses what it knows of that. And
// it has no say in what a test asks: who answers its questions from a table has passed.
package vouch

import (
	"crypto/hmac"
	"crypto/sha256"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"sync"
)

// Flag is the flag of a process that is handed a secret. One that a test starts, such as
// itself once more, has none, and does not wait for any.
const Flag = "-vouch"

// SecretBytes is the length of a secret.
const SecretBytes = 32

var (
	out    = os.Stdout // as it was before anything could change it
	secret []byte
	mu     sync.Mutex
	count  int
)

// Begin reads the secret.
func Begin() {
	flag.Bool(strings.TrimPrefix(Flag, "-"), false, "read a secret, and vouch for verdicts with it")
	if !slices.Contains(os.Args, Flag) {
		return
	}
	if text, err := io.ReadAll(io.LimitReader(os.Stdin, SecretBytes)); err == nil && len(text) == SecretBytes {
		secret = text
	}
}

// T is a *testing.T.
type T interface {
	Cleanup(func())
	Failed() bool
	Skipped() bool
}

// Test runs a test, and reports under a name how it ended, when all that it registered with
// Cleanup is done too. One that does not come back has not passed.
func Test(t T, name string, run func()) {
	back := false
	t.Cleanup(func() { report(name, back && !t.Failed() && !t.Skipped()) })
	run()
	back = true
}

func report(name string, passed bool) {
	mu.Lock()
	defer mu.Unlock()
	if secret != nil {
		fmt.Fprint(out, Line(secret, count, name, passed))
		count++
	}
}

// Line is a report, with the number that counts those of its process from 0. It ends in a
// line end, and may begin anywhere in a line.
func Line(secret []byte, n int, name string, passed bool) string {
	said := fmt.Sprintf("%d %s %t", n, name, passed)
	code := hmac.New(sha256.New, secret)
	code.Write([]byte(said))
	return fmt.Sprintf("\x16vouch: %s %x\n", said, code.Sum(nil))
}
