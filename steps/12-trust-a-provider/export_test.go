// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

package provider

import (
	"context"
	"encoding/json"
	"net/http"
)

// Fetch, Discover, KeysOf and KeyFor let the tests ask what only this package can.

func (p *Provider) Fetch(ctx context.Context, url string, target any) error {
	return p.fetch(ctx, url, target)
}

func (p *Provider) Discover(ctx context.Context) (keys string, err error) {
	found, err := p.discover(ctx)
	return found.Keys, err
}

// KeysOf returns the algorithms of the usable keys by kid.
func KeysOf(list []map[string]any) (map[string]string, error) {
	text, err := json.Marshal(list)
	if err != nil {
		return nil, err
	}
	var read []jwk
	if err := json.Unmarshal(text, &read); err != nil {
		return nil, err
	}
	keys, err := keysOf(read)
	if err != nil {
		return nil, err
	}
	algorithms := map[string]string{}
	for kid, key := range keys {
		algorithms[kid] = key.algorithm
	}
	return algorithms, nil
}

func (p *Provider) KeyFor(ctx context.Context, kid string) error {
	_, err := p.keyFor(ctx, kid)
	return err
}

// Placeholder is placeholder.
var Placeholder = placeholder

// Bare returns a Provider that New has nothing to do with.
func Bare(issuer string, client *http.Client) *Provider {
	return &Provider{issuer: issuer, client: client}
}
