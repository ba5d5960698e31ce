package contract

import (
	"context"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// service are the rows about what watches over the server, and what describes it.
func service() []Case {
	return slices.Concat(healthy(), described(), page(), operations())
}

const describe = "The contract: the API described"

// healthy is GET /healthz.
func healthy() []Case {
	const watch = "The program that watches over a server has no token. If it's answered with anything else, it restarts the server again and again"
	return []Case{
		{Name: "is-healthy", Send: get("/healthz"), Want: status(200), Why: watch},
		{Name: "is-healthy-whatever-token-is-sent", Send: get("/healthz").as("nonsense"), Want: status(200), Why: watch},
		{Name: "says-nothing-of-its-inside-when-healthy", Send: get("/healthz"), Want: wants(status(200), that("no file, no key and no setting in it", func(a answer) string {
			return regexp.MustCompile(`(?i)\.db\b|secret|database|sqlite|bcrypt|cost|/home|/tmp|/var`).FindString(string(a.body))
		})), Why: "Strangers learn what the server is made of (CWE-497)"},
	}
}

// described is GET /openapi.json.
func described() []Case {
	return []Case{
		{Name: "describes-itself", Send: get("/openapi.json"), Guarded: true, Want: wants(status(200), that("application/json with one object", func(a answer) string {
			if a.mediaType() != "application/json" && !strings.HasSuffix(a.mediaType(), "+json") || a.json() == nil {
				return fmt.Sprintf("Content-Type %q, and %.60q", a.header.Get("Content-Type"), a.body)
			}
			return ""
		})), Why: describe},
		{Name: "describes-itself-in-OpenAPI-3.1", Send: get("/openapi.json"), Guarded: true, Want: wants(status(200), that(`"openapi" is "3.1" and something`, func(a answer) string {
			if got := a.text("openapi"); !strings.HasPrefix(got, "3.1.") {
				return fmt.Sprintf("%q", got)
			}
			return ""
		}), that("info with title and version", func(a answer) string {
			info, _ := a.json()["info"].(map[string]any)
			if info["title"] == nil || info["version"] == nil {
				return fmt.Sprintf("info is %v", info)
			}
			return ""
		})), Why: "OpenAPI 3.1, section 4.8.1"},
		{Name: "describes-how-to-log-in", Send: get("/openapi.json"), Guarded: true, Want: wants(status(200), that("a security scheme of type oauth2 with a password flow, its tokenUrl /auth/token", func(a answer) string {
			components, _ := a.json()["components"].(map[string]any)
			schemes, _ := components["securitySchemes"].(map[string]any)
			for _, value := range schemes {
				scheme, _ := value.(map[string]any)
				flows, _ := scheme["flows"].(map[string]any)
				flow, _ := flows["password"].(map[string]any)
				tokenURL, _ := flow["tokenUrl"].(string)
				if at, err := url.Parse(tokenURL); scheme["type"] == "oauth2" && err == nil && strings.HasSuffix("/"+strings.TrimPrefix(at.Path, "/"), "/auth/token") {
					return ""
				}
			}
			return fmt.Sprintf("securitySchemes %v", schemes)
		})), Why: "OpenAPI 3.1, section 4.8.29: the Authorize button is made of it"},
	}
}

// page is GET /docs.
func page() []Case {
	return []Case{
		{Name: "has-a-page", Send: get("/docs"), Guarded: true, Want: wants(status(200), that("text/html", func(a answer) string {
			if a.mediaType() != "text/html" {
				return fmt.Sprintf("Content-Type %q", a.header.Get("Content-Type"))
			}
			return ""
		})), Why: "The contract: a page with an Authorize button"},
		{Name: "loads-nothing-from-strangers", Asks: "a page that names no other origin, and whose own files are there", Why: "The owner of that origin, or anybody who breaks into it, gets every password that is typed here (CWE-829)", Do: func(ctx context.Context, t *try) {
			open := func(target string) answer {
				a, err := t.askGuarded(ctx, get(target))
				if err != nil {
					t.broken(err)
				}
				t.want(a, status(200))
				return a
			}
			page := open("/docs")
			t.want(page, that("no other origin in it", func(a answer) string { return foreign(t.suite.at.host, string(a.body)) }))
			for _, match := range loaded.FindAllStringSubmatch(string(page.body), 20) {
				if to, err := url.Parse(match[1]); err == nil && to.Host == "" && to.Path != "" && to.Scheme == "" {
					target := to.RequestURI()
					if !strings.HasPrefix(target, "/") {
						target = "/" + target
					}
					open(target)
				}
			}
		}},
	}
}

// operations are what the description names.
func operations() (cases []Case) {
	for _, operation := range []struct{ method, path string }{
		{"post", "/users"}, {"post", "/auth/token"}, {"get", "/auth/me"}, {"get", "/tasks"}, {"post", "/tasks"}, {"get", "/tasks/{id}"}, {"delete", "/tasks/{id}"},
	} {
		name := strings.ToUpper(operation.method) + strings.NewReplacer("/", "-", "{", "", "}", "").Replace(operation.path)
		cases = append(cases, Case{Name: "describes-" + name, Send: get("/openapi.json"), Guarded: true, Want: wants(status(200), that("the operation "+operation.method+" of the path "+operation.path, func(a answer) string {
			paths, _ := a.json()["paths"].(map[string]any)
			for path, value := range paths {
				item, _ := value.(map[string]any)
				if parameter.ReplaceAllString(path, "{id}") == operation.path && item[operation.method] != nil {
					return ""
				}
			}
			return "no such operation"
		})), Why: describe})
	}
	return cases
}

var (
	parameter = regexp.MustCompile(`\{[^}]*\}`)
	// loaded is what a page loads by itself.
	loaded = regexp.MustCompile(`(?i)<(?:script|link|img|iframe|source)\b[^>]*?\b(?:src|href)\s*=\s*["']?([^"'\s>]+)`)
	// links lead a reader away, and load nothing.
	links  = regexp.MustCompile(`(?is)<a\b[^>]*>`)
	origin = regexp.MustCompile(`(?i)(?:https?:|["'(=])//[a-z0-9][a-z0-9.-]*\.[a-z]{2,}(?::[0-9]+)?|https?://(?:localhost|[0-9.]+)(?::[0-9]+)?`)
)

// foreign returns an origin in a page that is not the server's, or "". The names of XML's
// own vocabularies look like URLs, and nothing is loaded from them.
func foreign(own, text string) string {
	text = links.ReplaceAllString(text, "")
	for _, found := range origin.FindAllString(text, -1) {
		_, host, _ := strings.Cut(found, "//")
		if !strings.EqualFold(host, own) && host != "www.w3.org" && host != "json-schema.org" {
			return found
		}
	}
	return ""
}
