package session

import (
	"errors"
	"fmt"

	"tokenauth.example/scripts/internal/gotest"
	"tokenauth.example/scripts/internal/screen"
)

// withWayOut is an error with the way out of it.
type withWayOut struct {
	error
	way string
}

func (e withWayOut) Unwrap() error { return e.error }

// WayOut adds to an error what the user can do about it.
func WayOut(err error, format string, args ...any) error {
	return withWayOut{err, fmt.Sprintf(format, args...)}
}

// Complain writes an error: what happened, then how to go on.
func (s *Session) Complain(out *screen.Screen, err error) {
	out.Wrap("", "workshop: "+err.Error())
	if way := s.wayOut(err); way != "" {
		out.Wrap("  ", way)
	}
}

// wayOut returns what can be done about an error, or "". Those of the packages below are
// among them: they do not know the form in which this user is told commands.
func (s *Session) wayOut(err error) string {
	if way := (withWayOut{}); errors.As(err, &way) {
		return way.way
	}
	if errors.As(err, new(*gotest.MissingModules)) {
		return "Fetch them, with the network on: " + s.Command("start", nil)
	}
	if trouble := (*gotest.MachineTrouble)(nil); errors.As(err, &trouble) {
		return trouble.Cure
	}
	return ""
}
