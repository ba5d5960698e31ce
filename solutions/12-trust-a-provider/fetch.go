package provider

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
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
//
//workshop:todo 1 fetch JSON from somebody whom you don't trust.
//workshop:stub return errors.New("fetch is not written yet")
func (p *Provider) fetch(ctx context.Context, url string, target any) error {
	ctx, cancel := context.WithTimeout(ctx, fetchTime)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return fmt.Errorf("%w: %v", ErrUnavailable, err)
	}
	client := *p.client // a copy: the caller may use it for something else
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	answer, err := client.Do(request)
	if err != nil {
		return fmt.Errorf("%w: %v", ErrUnavailable, err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("%w: it answers %d", ErrUnavailable, answer.StatusCode)
	}
	body, err := io.ReadAll(io.LimitReader(answer.Body, maxAnswer+1))
	if err != nil {
		return fmt.Errorf("%w: %v", ErrUnavailable, err)
	}
	if len(body) > maxAnswer {
		return fmt.Errorf("%w: its answer is too large", ErrUnavailable)
	}
	if err := json.Unmarshal(body, target); err != nil {
		return fmt.Errorf("%w: its answer is no JSON", ErrUnavailable)
	}
	return nil
}
