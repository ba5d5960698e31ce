package session

import (
	"errors"
	"fmt"

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
func Complain(out *screen.Screen, err error) {
	out.Wrap("", "workshop: "+err.Error())
	if way := (withWayOut{}); errors.As(err, &way) {
		out.Wrap("  ", way.way)
	}
}
