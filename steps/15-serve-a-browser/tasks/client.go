// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"
)

// scope is what this client needs, and nothing more.
const scope = "tasks:read tasks:write"

var errLogIn = errors.New("nobody is logged in any more. Log in again: tasks login EMAIL")

// client talks to one server.
type client struct {
	server string
	http   *http.Client
	kept   kept
}

func newClient() (*client, error) {
	server := strings.TrimSuffix(or(os.Getenv("TASKS_SERVER"), "https://127.0.0.1:8000"), "/")
	address, err := url.Parse(server)
	if err != nil || address.Scheme != "https" || address.Host == "" {
		return nil, fmt.Errorf("TASKS_SERVER must begin with https://, because a password goes there, and it is %q", server)
	}
	roots, err := x509.SystemCertPool()
	if err != nil {
		roots = x509.NewCertPool()
	}
	name := or(os.Getenv("TASKS_CA"), "localhost-cert.pem")
	pem, err := os.ReadFile(name)
	switch {
	case err == nil && !roots.AppendCertsFromPEM(pem):
		return nil, fmt.Errorf("%s has no certificate in it", name)
	case err != nil && (!errors.Is(err, fs.ErrNotExist) || os.Getenv("TASKS_CA") != ""):
		return nil, fmt.Errorf("TASKS_CA: %w", err)
	}
	file, err := keptFor(address.Host)
	if err != nil {
		return nil, err
	}
	transport := &http.Transport{Proxy: http.ProxyFromEnvironment, TLSClientConfig: &tls.Config{RootCAs: roots}, ForceAttemptHTTP2: true}
	return &client{server, &http.Client{Timeout: 30 * time.Second, Transport: transport}, file}, nil
}

func or(value, otherwise string) string {
	if value != "" {
		return value
	}
	return otherwise
}

// tokens are what the server answers a login.
type tokens struct {
	Access  string `json:"access_token"`
	Refresh string `json:"refresh_token"`
}

// logIn logs somebody in, and keeps their refresh token. The password is not kept.
func (c *client) logIn(ctx context.Context, email, password string) error {
	return c.kept.alone(ctx, func() error {
		var got tokens
		if err := c.token(ctx, url.Values{"grant_type": {"password"}, "username": {email}, "password": {password}, "scope": {scope}}, &got); err != nil {
			return err
		}
		return c.kept.write(got.Refresh)
	})
}

// access returns a new access token. Each refresh token works once, so the next one is kept
// before anything else happens, and two of these programs at once go one after the other: who
// uses a token twice is taken for a thief, and logged out.
func (c *client) access(ctx context.Context) (string, error) {
	var got tokens
	err := c.kept.alone(ctx, func() error {
		refresh, err := c.kept.read()
		if err != nil {
			return err
		}
		err = c.token(ctx, url.Values{"grant_type": {"refresh_token"}, "refresh_token": {refresh}}, &got)
		if refused, ok := errors.AsType[*problem](err); ok && refused.Code == "invalid_grant" {
			return errors.Join(errLogIn, c.kept.remove())
		}
		if err != nil {
			return err
		}
		return c.kept.write(got.Refresh)
	})
	return got.Access, err
}

// logOut ends the session at the server, and then forgets the refresh token.
func (c *client) logOut(ctx context.Context) error {
	return c.kept.alone(ctx, func() error {
		refresh, err := c.kept.read()
		if errors.Is(err, errLogIn) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := c.form(ctx, "/auth/revoke", url.Values{"token": {refresh}, "token_type_hint": {"refresh_token"}}, nil); err != nil {
			return err
		}
		return c.kept.remove()
	})
}

func (c *client) add(ctx context.Context, title string) error {
	body, err := json.Marshal(map[string]string{"title": title})
	if err != nil {
		return err
	}
	return c.ask(ctx, http.MethodPost, string(body), nil)
}

func (c *client) list(ctx context.Context) (titles []string, err error) {
	var tasks []struct {
		Title string `json:"title"`
	}
	if err := c.ask(ctx, http.MethodGet, "", &tasks); err != nil {
		return nil, err
	}
	for _, task := range tasks {
		titles = append(titles, task.Title)
	}
	return titles, nil
}

// ask asks /tasks, with a new access token.
func (c *client) ask(ctx context.Context, method, body string, target any) error {
	access, err := c.access(ctx)
	if err != nil {
		return err
	}
	r, err := http.NewRequestWithContext(ctx, method, c.server+"/tasks", strings.NewReader(body))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", "Bearer "+access)
	return c.do(r, target)
}

func (c *client) token(ctx context.Context, form url.Values, got *tokens) error {
	return c.form(ctx, "/auth/token", form, got)
}

func (c *client) form(ctx context.Context, path string, form url.Values, target any) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, c.server+path, strings.NewReader(form.Encode()))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return c.do(r, target)
}

// problem is an answer that reports an error.
type problem struct {
	Code   string `json:"error"`
	Detail string `json:"detail"`
}

func (p *problem) Error() string { return "the server says: " + p.Detail }

// do sends a request, and reads the JSON of its answer into target, if that isn't nil.
func (c *client) do(r *http.Request, target any) error {
	answer, err := c.http.Do(r)
	if err != nil {
		return fmt.Errorf("ask %s: %w", c.server, errors.Unwrap(err)) // without the URL, twice
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(io.LimitReader(answer.Body, 16<<20))
	if err != nil {
		return err
	}
	if answer.StatusCode >= 300 {
		refused := &problem{}
		if json.Unmarshal(body, refused) != nil || refused.Detail == "" {
			refused.Detail = answer.Status
		}
		return refused
	}
	if target == nil {
		return nil
	}
	return json.Unmarshal(body, target)
}
