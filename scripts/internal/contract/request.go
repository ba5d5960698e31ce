package contract

import (
	"fmt"
	"net"
	"net/url"
	"slices"
	"strings"
	"time"
)

// request is what is sent. Its texts may contain the names that fill knows, such as {token}.
//
// It is written to a connection of its own, byte by byte as it is here: an HTTP client
// would repair what a case means to be broken.
type request struct {
	method, target string
	version        string   // "HTTP/1.1" if empty
	lines          []string // of the header, as they are written
	body           string
	length         string        // the Content-Length: "" is that of the body, "-" none
	whole          string        // if it is set, it is all that is sent, and the above is not used
	limit          time.Duration // how long the answer may take; if 0, as long as the case
	atOnce         bool          // the answer must not wait for anything: it has its own limit
	hangUp         bool          // close the connection when all is sent, and read nothing
	repeat         int           // how many times the body is sent, one after the other; once if 0
	halfway        func()        // called when half of the body has been sent; no more is sent before it returns
	gate           func()        // called before the last two bytes are sent; they are not sent before it returns

	from   net.IP            // the address from which it comes; any if nil
	beside bool              // others of the same case are sent at the same time
	filled map[string]string // the values of {id} and the like, once it is sent
}

func get(target string, lines ...string) request { return ask("GET", target, lines...) }

func ask(method, target string, lines ...string) request {
	return request{method: method, target: target, lines: lines}
}

// post sends JSON.
func post(target, body string, lines ...string) request {
	return request{method: "POST", target: target, body: body, lines: append([]string{"Content-Type: application/json"}, lines...)}
}

// form sends a form to the place where tokens are issued.
func form(body string, lines ...string) request {
	return request{method: "POST", target: "/auth/token", body: body, lines: append([]string{"Content-Type: application/x-www-form-urlencoded"}, lines...)}
}

// login is a good form.
func login(email, password string) request {
	return form("username=" + url.QueryEscape(email) + "&password=" + url.QueryEscape(password))
}

// whole sends a text that may not be HTTP at all. {host} and {base} become the server's.
func whole(text string) request { return request{whole: text} }

// with adds lines to the header.
func (r request) with(lines ...string) request {
	r.lines = slices.Concat(r.lines, lines)
	return r
}

// as sends a token in the way that RFC 6750 wants.
func (r request) as(token string) request { return r.with("Authorization: Bearer " + token) }

// to sends it elsewhere.
func (r request) to(target string) request { r.target = target; return r }

// inQuery adds a query to the URL.
func (r request) inQuery(query string) request { r.target += "?" + query; return r }

// retyped replaces the content type, or takes it away.
func (r request) retyped(contentType string) request {
	r.lines = slices.DeleteFunc(slices.Clone(r.lines), func(line string) bool { return strings.HasPrefix(line, "Content-Type:") })
	if contentType != "" {
		return r.with("Content-Type: " + contentType)
	}
	return r
}

// within limits how long the answer may take.
func (r request) within(limit time.Duration) request { r.limit = limit; return r }

// soon limits it to the time in which a server answers that waits for nothing.
func (r request) soon() request { r.atOnce = true; return r }

// hashes reports whether a server that answers it hashes a password.
func (r request) hashes() bool {
	path, _, _ := strings.Cut(r.target, "?")
	return slices.Contains([]string{"/users", "/auth/token", "/auth/password", "/login"}, path)
}

// route is the method and the path without what names one thing or adds a query: "GET /tasks",
// "GET /tasks/".
func (r request) route() string {
	if r.whole != "" {
		return r.whole
	}
	path, _, _ := strings.Cut(r.target, "?")
	if parts := strings.SplitAfterN(path, "/", 4); len(parts) == 3 && parts[1] == "tasks/" {
		path = "/tasks/"
	}
	return r.method + " " + path
}

// announcing gives another length than the body's.
func (r request) announcing(length string) request { r.length = length; return r }

// inChunks sends the body in chunks, without the one that ends it.
func (r request) inChunks() request {
	r.body = fmt.Sprintf("%x\r\n%s\r\n", len(r.body), r.body)
	r.length = "-"
	return r.with("Transfer-Encoding: chunked")
}

// times sends the body n times.
func (r request) times(n int) request { r.repeat = n; return r }
