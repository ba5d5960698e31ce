package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"syscall"

	"tokenauth.example/scripts/internal/command"
	"tokenauth.example/scripts/internal/grade"
	"tokenauth.example/scripts/internal/intake"
	"tokenauth.example/scripts/internal/report"
	"tokenauth.example/scripts/internal/results"
	"tokenauth.example/scripts/internal/sandbox"
	"tokenauth.example/scripts/internal/session"
	"tokenauth.example/scripts/internal/steps"
	"tokenauth.example/scripts/internal/text"
)

// ungated is for tests: it lets submissions pass the gate, to see what stands behind it.
var ungated bool

// gradeClass grades submissions of any number of learners, trusting none of them.
func gradeClass(ctx context.Context, s *session.Session, in *command.Input) (int, error) {
	if len(in.Args) == 0 {
		return command.Trouble, session.WayOut(errors.New("whom?"), "Name folders or archives, one a learner, or a folder of them, as in: %s", session.Plain("grade -out results ../class"))
	}
	// What ends a grader on a server is not Ctrl-C. What was judged is written all the same.
	ctx, stop := signal.NotifyContext(ctx, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	wanted, err := results.Read(s, in)
	if err != nil {
		return command.Trouble, err
	}
	grader, err := newGrader(ctx, s, in)
	if err != nil {
		return command.Trouble, err
	}
	submissions, err := readSubmissions(s, grader.Steps, in.Args, wanted.Folder)
	if err != nil {
		return command.Trouble, err
	}
	if wanted.ForOne() && len(submissions) != 1 {
		return command.Trouble, session.WayOut(fmt.Errorf("the format %s is for one learner, and there are %d", wanted.Format, len(submissions)), "Name one, or have all formats of all learners written: -out results")
	}
	if err := wanted.Check(); err != nil {
		return command.Trouble, err
	}
	s.Screen.Progress("grading %d ...", len(submissions))
	class, err := grader.Class(ctx, submissions)
	if err != nil {
		return command.Trouble, err
	}
	showClass(s.Screen, class)
	if err := wanted.Write(s, class); err != nil {
		return command.Trouble, session.WayOut(err, "What could be written was. Name a place that can be written, and grade again: what was judged is kept.")
	}
	return exitCode(class, in.Bool("must-pass")), nil
}

// graded returns the steps that are graded: the one that is named, or a track.
func graded(s *session.Session, in *command.Input) ([]steps.Step, error) {
	if in.String("step") != "" {
		return in.Steps(s)
	}
	tracks, err := s.Workshop.Tracks()
	if err != nil {
		return nil, err
	}
	track := in.Int("track")
	if track < 1 || track > len(tracks) {
		return nil, session.WayOut(fmt.Errorf("there is no track %d", track), "Name one from 1 to %d, as in: -track 1", len(tracks))
	}
	return tracks[track-1], nil
}

// newGrader returns the grader that the flags describe.
func newGrader(ctx context.Context, s *session.Session, in *command.Input) (*grade.Grader, error) {
	list, err := graded(s, in)
	if err != nil {
		return nil, err
	}
	points, err := readPoints(s, list, in.String("points"))
	if err != nil {
		return nil, err
	}
	box, err := findSandbox(ctx, in.String("isolation"))
	if err != nil {
		return nil, err
	}
	g, err := s.Go(ctx)
	if err != nil {
		return nil, err
	}
	jobs := in.Int("jobs")
	if jobs <= 0 {
		jobs = runtime.GOMAXPROCS(0)
	}
	return &grade.Grader{
		Go: g, Workshop: s.Workshop, Steps: list, Sandbox: box, Points: points, Ungated: ungated, Jobs: jobs,
		Fresh: in.Bool("fresh"), Outside: in.Bool("outside"), TestTime: in.Duration("test-time"), BuildTime: in.Duration("build-time"),
		Progress: func(done, all int, learner string) {
			s.Screen.Progress("%d of %d graded: %s ...", done, all, text.Line(learner))
		},
	}, nil
}

// readPoints reads what each test earns: from the file that is named, or the workshop's own
// if there is one.
func readPoints(s *session.Session, list []steps.Step, file string) (grade.Points, error) {
	if file != "" {
		return grade.ReadPoints(s.FromTop(file), list)
	}
	points, err := grade.ReadPoints(s.Workshop.Path("testdata", "points.txt"), list)
	if errors.Is(err, os.ErrNotExist) {
		err = nil
	}
	return points, err
}

func findSandbox(ctx context.Context, isolation string) (*sandbox.Sandbox, error) {
	switch isolation {
	case "none":
		return sandbox.Off(), nil
	case "auto":
		return sandbox.Find(ctx), nil
	case "require":
		box := sandbox.Find(ctx)
		if box.Kind == sandbox.None {
			return nil, session.WayOut(fmt.Errorf("there is no isolation: %s", box.Why), "Install what is missing, or grade people whom you trust with -isolation none.")
		}
		return box, nil
	}
	return nil, session.WayOut(fmt.Errorf("there is no isolation %q", isolation), "It is one of auto, require, none.")
}

// readSubmissions reads what the arguments name, but for the results of the last time. Two
// learners of one name get numbers.
func readSubmissions(s *session.Session, list []steps.Step, arguments []string, folder string) ([]*intake.Submission, error) {
	reader, err := intake.NewReader(list)
	if err != nil {
		return nil, err
	}
	var found []*intake.Submission
	taken := map[string]bool{}
	for _, argument := range arguments {
		paths, err := reader.Find(s.FromTop(argument))
		if err != nil {
			return nil, session.WayOut(err, "Name folders or archives that are there. Paths begin at the top folder.")
		}
		for _, path := range paths {
			if filepath.Clean(path) == filepath.Clean(folder) {
				continue
			}
			s.Screen.Progress("reading %s ...", text.Line(filepath.Base(path)))
			submission := reader.Read(path)
			name := submission.Name
			for n := 2; taken[submission.Name]; n++ {
				submission.Name = fmt.Sprintf("%s-%d", name, n)
			}
			taken[submission.Name] = true
			found = append(found, submission)
		}
	}
	return found, nil
}

// exitCode is the exit code of grading: a bad grade is a grade, but one that is missing is
// trouble.
func exitCode(class report.Class, mustPass bool) int {
	exit := command.Done
	if class.Interrupted {
		return command.Trouble
	}
	for _, learner := range class.Learners {
		if !learner.Graded() {
			return command.Trouble
		}
		if passed, all := learner.Passed(); mustPass && passed < all {
			exit = command.NotYet
		}
	}
	return exit
}
