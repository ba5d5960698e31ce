package vouch

import _ "embed"

// Source is the source of this package without this file, for a copy of it in a binary of
// tests. What compiles it adds an init function that calls Begin.
//
//go:embed vouch.go
var Source []byte
