package elsewhere

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"tokenauth.example/provider"
)

// ErrCode is returned for a code that the provider doesn't take.
var ErrCode = errors.New("provider does not take the code")

const (
	// maxAnswer is how many bytes the provider's answer may have.
	maxAnswer = 1 << 20
	// exchangeTime is how long the provider may take for it.
	exchangeTime = 5 * time.Second
)

// exchange gives the provider's token endpoint a code from a callback and the verifier of
// its login, and returns the ID token that it gets for them, which nobody has looked at yet.
//
// It sends a form by POST: grant_type (authorization_code), code, redirect_uri, client_id,
// client_secret, code_verifier (RFC 6749, section 4.1.3, and RFC 7636, section 4.5). An
// answer of 400 with the error invalid_grant is ErrCode. The provider is as much a stranger
// as in step 12, so an answer that's too large, too slow, a redirect, no JSON, without an ID
// token or anything else is provider.ErrUnavailable. No error has the code, the verifier or
// the secret in it.
//
//workshop:todo 6 exchange a code for an ID token.
//workshop:stub return "", errors.New("exchange is not written yet")
func (c *Client) exchange(ctx context.Context, endpoint, code, verifier string) (signed string, err error) {
	ctx, cancel := context.WithTimeout(ctx, exchangeTime)
	defer cancel()
	form := url.Values{
		"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {c.Redirect},
		"client_id": {c.ID}, "client_secret": {c.Secret}, "code_verifier": {verifier},
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, endpoint, strings.NewReader(form.Encode()))
	if err != nil {
		return "", fmt.Errorf("%w: %v", provider.ErrUnavailable, err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	client := *c.HTTP
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	answer, err := client.Do(request)
	if err != nil {
		return "", fmt.Errorf("%w: %v", provider.ErrUnavailable, err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(io.LimitReader(answer.Body, maxAnswer+1))
	if err != nil {
		return "", fmt.Errorf("%w: %v", provider.ErrUnavailable, err)
	}
	var read struct {
		Error   string `json:"error"`
		IDToken string `json:"id_token"`
	}
	if len(body) > maxAnswer || json.Unmarshal(body, &read) != nil {
		return "", fmt.Errorf("%w: its answer to a code cannot be read", provider.ErrUnavailable)
	}
	switch {
	case answer.StatusCode == http.StatusBadRequest && read.Error == "invalid_grant":
		return "", ErrCode
	case answer.StatusCode != http.StatusOK:
		return "", fmt.Errorf("%w: it answers a code with %d", provider.ErrUnavailable, answer.StatusCode)
	case read.IDToken == "":
		return "", fmt.Errorf("%w: there is no ID token for a code", provider.ErrUnavailable)
	}
	return read.IDToken, nil
}
