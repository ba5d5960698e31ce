package report

import "io"

// Format is a way to write a result. Exactly one of Class and Learner is set.
type Format struct {
	Name string // "gradescope", as it is asked for
	File string // "gradescope.json", the file it is written to unless another is asked for

	// Class writes the whole class.
	Class func(w io.Writer, c Class) error
	// Learner writes one of the class's learners. Env is os.Getenv, or a test's own.
	Learner func(w io.Writer, c Class, l Learner, env func(name string) string) error
}

// Formats are all of them, those of the whole class first.
//
// Whatever a learner printed, what is written is valid: it is cleaned by text.Clean, and on
// the HTML page by text.Visible. Points are written as they are, with fractions, so that every
// format has the Class's sums.
var Formats = []Format{
	{Name: "json", File: "report.json", Class: JSON},
	{Name: "csv", File: "class.csv", Class: CSV},
	{Name: "junit", File: "junit.xml", Class: JUnit},
	{Name: "html", File: "class.html", Class: HTML},
	{Name: "gradescope", File: "gradescope.json", Learner: Gradescope},
	{Name: "exercism", File: "exercism.json", Learner: ExercismV3},
	{Name: "classroom50", File: "classroom50.json", Learner: Classroom50},
	{Name: "autograding", File: "autograding.json", Learner: Autograding},
	{Name: "prairielearn", File: "prairielearn.json", Learner: PrairieLearn},
}
