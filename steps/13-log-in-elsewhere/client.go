// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

// Package elsewhere logs people in at an identity provider: by the authorization code grant
// with PKCE (RFC 6749, section 4.1, and RFC 7636), as OpenID Connect uses it.
package elsewhere

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"

	"tokenauth.example/login/api"
	"tokenauth.example/provider"
)

// Client is this server as the provider knows it. Many requests may use it at the same time.
type Client struct {
	Provider *provider.Provider
	Logins   *Logins
	HTTP     *http.Client
	ID       string // its client_id at the provider
	Secret   string // its client_secret
	Redirect string // the URL of Callback, to the letter as the provider has it registered
	Log      *slog.Logger
	// LoggedIn answers a request whose browser has somebody logged in, who is on their way to
	// the path next.
	LoggedIn func(w http.ResponseWriter, r *http.Request, who provider.Identity, next string)
}

// endpoints are what we need of the provider's metadata.
type endpoints struct {
	Issuer        string `json:"issuer"`
	Authorization string `json:"authorization_endpoint"`
	Token         string `json:"token_endpoint"`
	// NamesItself says that each callback has iss in it (RFC 9207, section 3).
	NamesItself bool `json:"authorization_response_iss_parameter_supported"`
}

// discover fetches the provider's metadata, and trusts it as step 12 does.
func (c *Client) discover(ctx context.Context) (endpoints, error) {
	var found endpoints
	issuer := c.Provider.Issuer()
	if err := c.Provider.Ask(ctx, strings.TrimSuffix(issuer, "/")+"/.well-known/openid-configuration", &found); err != nil {
		return endpoints{}, err
	}
	if found.Issuer != issuer {
		return endpoints{}, fmt.Errorf("%w: its metadata is another issuer's", provider.ErrUnavailable)
	}
	for _, text := range []string{found.Authorization, found.Token} {
		address, err := url.Parse(text)
		if err != nil || address.Host == "" || address.Scheme+":" != issuer[:strings.Index(issuer, "/")] {
			return endpoints{}, fmt.Errorf("%w: its metadata lacks an address", provider.ErrUnavailable)
		}
	}
	return found, nil
}

// cookie is the name of the cookie that knows a browser. Over https no other host, and no
// plain http, can set one of this name (RFC 6265bis, section 4.1.3.2).
func (c *Client) cookie() string {
	if c.secure() {
		return "__Host-login"
	}
	return "login"
}

// secure reports whether browsers come over https.
func (c *Client) secure() bool { return strings.HasPrefix(c.Redirect, "https:") }

// browser returns the secret in a browser's cookie, or "" if there is none that can be ours.
func (c *Client) browser(r *http.Request) string {
	cookies := r.CookiesNamed(c.cookie())
	if len(cookies) != 1 || len(cookies[0].Value) != 26 {
		return ""
	}
	return cookies[0].Value
}

// refuse answers 403 login_failed, whatever the reason, which goes to the log alone.
func (c *Client) refuse(w http.ResponseWriter, r *http.Request, reason error) {
	c.Log.WarnContext(r.Context(), "refused", "reason", reason.Error(), "method", r.Method, "path", r.URL.Path)
	api.Fail(w, http.StatusForbidden, "login_failed", "This login cannot be finished: begin again")
}

// fail answers trouble, which is nobody's fault who logs in.
func (c *Client) fail(w http.ResponseWriter, r *http.Request, err error) {
	if errors.Is(err, provider.ErrUnavailable) {
		err = errors.Join(api.ErrOverloaded, err)
	}
	api.ServerError(w, r, c.Log, err)
}
