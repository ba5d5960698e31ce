package provider

import (
	"context"
	"errors"
	"time"
)

// ErrUnavailable is returned when a token cannot be judged, because the provider doesn't say
// what we need to know. It says nothing about the token.
var ErrUnavailable = errors.New("provider is not available")

const (
	// maxAnswer is how many bytes an answer of the provider may have.
	maxAnswer = 1 << 20
	// fetchTime is how long the provider may take for one.
	fetchTime = 5 * time.Second
)

// fetch asks for url by GET, and reads the answer, which must be 200 with one JSON value,
// into target.
//
// The provider is a stranger: an answer of more than maxAnswer bytes is not read to its
// end, one that takes longer than fetchTime is not waited for, and one that sends us
// elsewhere (a redirect) isn't followed: it could send us into our own network. Each of
// these, and any other trouble, is ErrUnavailable, with words around it.
func (p *Provider) fetch(ctx context.Context, url string, target any) error {
	// TODO 1: fetch JSON from somebody whom you don't trust.
	return errors.New("fetch is not written yet")
}
