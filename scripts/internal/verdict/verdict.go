// Package verdict has the words for what became of a test. Checker, grader, contract suite
// and reports all use these, so that a word means the same wherever it is read.
package verdict

// Verdict is what became of a test.
type Verdict string

// The verdicts of a test that was run. Only Pass earns points.
const (
	Pass        Verdict = "pass"          // it passed, each time it was run
	Fail        Verdict = "fail"          // an assertion failed
	Panicked    Verdict = "panicked"      // it ended in a panic; an Error in reports
	Exited      Verdict = "exited"        // its process ended before it did; an Error in reports
	Error       Verdict = "error"         // it panicked, or its process ended before it did
	TimedOut    Verdict = "timed out"     // it did not end in its time
	OutOfMemory Verdict = "out of memory" // it needed more memory than it may have
	OutputLimit Verdict = "output limit"  // it printed more than it may
)

// The verdicts of a test that was not run, or to no effect.
const (
	BuildError  Verdict = "build error"         // the step's code does not compile, or files are missing
	Rejected    Verdict = "rejected"            // the code uses what no step needs, such as os.Exit or unsafe
	Tampered    Verdict = "tampered"            // the code changes what the tests say
	NotRun      Verdict = "not run"             // the run was interrupted before it, or nobody asked for it
	NotJudged   Verdict = "could not be judged" // it was run, and the machine was too slow to tell; a GraderError in reports
	GraderError Verdict = "grader error"        // the grader could not find out; nobody's fault but ours
)

// Reported are all that a report may have, the best first.
var Reported = []Verdict{Pass, Fail, Error, TimedOut, OutOfMemory, OutputLimit, BuildError, Rejected, Tampered, NotRun, GraderError}

// Report returns the verdict as reports have it: they tell an error by its cause, in words,
// and not by its kind.
func (v Verdict) Report() Verdict {
	switch v {
	case Panicked, Exited:
		return Error
	case NotJudged:
		return GraderError
	}
	return v
}

// Failed reports whether the code was run, and was wrong.
func (v Verdict) Failed() bool {
	switch v.Report() {
	case Fail, Error, TimedOut, OutOfMemory, OutputLimit:
		return true
	}
	return false
}

// Refused reports whether the code was not run for what it is.
func (v Verdict) Refused() bool { return v == BuildError || v == Rejected || v == Tampered }
