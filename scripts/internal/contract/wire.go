package contract

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"
)

// request is what is sent. Its texts may hold the names that fill knows, such as {token}.
//
// It is written to a connection of its own, byte by byte as it stands here: an HTTP
// client would mend what a case means to be broken.
type request struct {
	method, target string
	version        string   // "HTTP/1.1" if empty
	lines          []string // of the header, as they are written
	body           string
	length         string        // the Content-Length: "" is that of the body, "-" none
	whole          string        // if it is set, it is all that is sent, and the above is not used
	soon           time.Duration // how long the answer may take; if 0, as long as the case
	hangUp         bool          // close the connection when all is sent, and read nothing
	endless        int           // how many times the body is sent, one behind the other
	middle         func()        // called when half of the body has been sent; it sends no more before that returns

	filled map[string]string // what stands for {id} and the like, once it is sent
}

func get(target string, lines ...string) request { return ask("GET", target, lines...) }

func ask(method, target string, lines ...string) request {
	return request{method: method, target: target, lines: lines}
}

// post sends JSON.
func post(target, body string, lines ...string) request {
	return request{method: "POST", target: target, body: body, lines: append([]string{"Content-Type: application/json"}, lines...)}
}

// form sends a form to where tokens are to be had.
func form(body string, lines ...string) request {
	return request{method: "POST", target: "/auth/token", body: body, lines: append([]string{"Content-Type: application/x-www-form-urlencoded"}, lines...)}
}

// whole sends a text that need not be HTTP at all. {host} and {base} stand for the server's.
func whole(text string) request { return request{whole: text} }

func (r request) with(lines ...string) request {
	r.lines = slices.Concat(r.lines, lines)
	return r
}

// as sends a token in the way that RFC 6750 wants.
func (r request) as(token string) request { return r.with("Authorization: Bearer " + token) }

func (r request) within(limit time.Duration) request { r.soon = limit; return r }

// announcing says another length than the body's.
func (r request) announcing(length string) request { r.length = length; return r }

// inChunks sends the body in chunks, without the one that ends it.
func (r request) inChunks() request {
	r.body = fmt.Sprintf("%x\r\n%s\r\n", len(r.body), r.body)
	r.length = "-"
	return r.with("Transfer-Encoding: chunked")
}

func (r request) times(n int) request { r.endless = n; return r }

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   []byte
	raw    string // as it came, cut after a while
	early  bool   // it came before everything was sent
	to     request
}

// json returns the body as a JSON object, or nil.
func (a answer) json() map[string]any {
	var object map[string]any
	if decoder := a.decoder(); decoder.Decode(&object) != nil || decoder.Decode(new(any)) != io.EOF {
		return nil
	}
	return object
}

// list returns the body as a list of JSON objects. ok is false if it is anything else,
// and for null.
func (a answer) list() (list []map[string]any, ok bool) {
	if decoder := a.decoder(); decoder.Decode(&list) != nil || decoder.Decode(new(any)) != io.EOF {
		return nil, false
	}
	return list, list != nil
}

func (a answer) decoder() *json.Decoder {
	decoder := json.NewDecoder(bytes.NewReader(a.body))
	decoder.UseNumber() // an id may be a number, and a long one
	return decoder
}

// text returns a field that is a text, or "".
func (a answer) text(field string) string {
	text, _ := a.json()[field].(string)
	return text
}

// id returns the field id as text, whether it is a text or a number, or "".
func (a answer) id() string { return idOf(a.json()) }

func idOf(object map[string]any) string {
	switch id := object["id"].(type) {
	case string:
		return id
	case json.Number:
		return id.String()
	}
	return ""
}

// isJSON tells whether the media type is JSON's, whatever its parameters.
func (a answer) isJSON() bool { return a.mediaType() == "application/json" }

func (a answer) mediaType() string {
	mediaType, _, _ := mime.ParseMediaType(a.header.Get("Content-Type"))
	return mediaType
}

// challenge returns the parameters of the Bearer challenge in WWW-Authenticate, by
// lower-case name. ok is false if there is none (RFC 9110, section 11.6.1).
func (a answer) challenge() (parameters map[string]string, ok bool) {
	for _, line := range a.header.Values("WWW-Authenticate") {
		rest := line
		for rest != "" {
			// A scheme, and then name=value pairs, up to a comma before the next scheme.
			rest = strings.TrimLeft(rest, " ,\t")
			end := strings.IndexAny(rest, " ,=")
			word := rest
			if end >= 0 {
				word = rest[:end]
			}
			if end >= 0 && rest[end] == '=' { // a parameter of the scheme before
				value, after := parameterValue(rest[end+1:])
				if parameters != nil {
					parameters[strings.ToLower(word)] = value
				}
				rest = after
				continue
			}
			if parameters != nil {
				return parameters, true
			}
			if strings.EqualFold(word, "Bearer") {
				parameters = map[string]string{}
			}
			rest = rest[len(word):]
		}
		if parameters != nil {
			return parameters, true
		}
	}
	return nil, false
}

// parameterValue splits the value of a parameter, quoted or not, from what follows.
func parameterValue(text string) (value, after string) {
	if !strings.HasPrefix(text, `"`) {
		end := strings.IndexAny(text, ", \t")
		if end < 0 {
			return text, ""
		}
		return text[:end], text[end:]
	}
	for i := 1; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '"':
			return strings.ReplaceAll(text[1:i], `\`, ""), text[i+1:]
		}
	}
	return text[1:], ""
}

// server is where it is.
type server struct {
	url  *url.URL
	host string // as it stands in Host
	base string // the path in front of every other, or ""
}

func newServer(address string) (server, error) {
	u, err := url.Parse(address)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Hostname() == "" || u.RawQuery != "" {
		return server{}, fmt.Errorf("%q is not the URL of a server", address)
	}
	return server{u, u.Host, strings.TrimRight(u.EscapedPath(), "/")}, nil
}

func (s server) dial(ctx context.Context) (net.Conn, error) {
	port := s.url.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[s.url.Scheme]
	}
	address := net.JoinHostPort(s.url.Hostname(), port)
	if s.url.Scheme == "https" {
		return (&tls.Dialer{}).DialContext(ctx, "tcp", address)
	}
	return (&net.Dialer{}).DialContext(ctx, "tcp", address)
}

// bytes is the request as it goes over the wire, but for the repetitions of its body.
func (s server) bytes(r request) (head, body string) {
	if r.whole != "" {
		return strings.NewReplacer("{host}", s.host, "{base}", s.base).Replace(r.whole), ""
	}
	if r.version == "" {
		r.version = "HTTP/1.1"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s%s %s\r\nHost: %s\r\n", r.method, s.base, r.target, r.version, s.host)
	for _, line := range r.lines {
		b.WriteString(line + "\r\n")
	}
	switch {
	case r.length == "" && (r.body != "" || r.method == "POST"):
		fmt.Fprintf(&b, "Content-Length: %d\r\n", len(r.body)*max(1, r.endless))
	case r.length != "" && r.length != "-":
		fmt.Fprintf(&b, "Content-Length: %s\r\n", r.length)
	}
	b.WriteString("\r\n")
	return b.String(), r.body
}

// errNoAnswer is that the server closed the connection and said nothing. In Go's server
// that is what a panic looks like from the outside.
var errNoAnswer = errors.New("the server closed the connection without an answer")

// errLate is that it did not answer in the time it has.
var errLate = errors.New("no answer in time")

// errUnreachable is that there was no connection at all.
var errUnreachable = errors.New("there is no connection to the server")

// send sends a request and reads the answer. ctx bounds both.
func (s server) send(ctx context.Context, r request) (answer, error) {
	answers, err := s.sendFor(ctx, r, 1)
	if len(answers) > 0 {
		answers[0].to = r
		return answers[0], err
	}
	return answer{to: r}, err
}

// sendFor sends what may be several requests in one, and reads as many answers.
func (s server) sendFor(ctx context.Context, r request, wanted int) ([]answer, error) {
	if r.soon > 0 {
		var cancel func()
		ctx, cancel = context.WithTimeout(ctx, r.soon)
		defer cancel()
	}
	connection, err := s.dial(ctx)
	if err != nil {
		if ctx.Err() != nil {
			return nil, errLate
		}
		return nil, fmt.Errorf("%w: %v", errUnreachable, err)
	}
	defer connection.Close()
	stop := context.AfterFunc(ctx, func() { _ = connection.SetDeadline(time.Unix(1, 0)) })
	defer stop()

	var mu sync.Mutex
	sent := false
	writing := make(chan struct{})
	go func() { // the answer may come, and must be read, while the body is still on its way
		defer close(writing)
		head, body := s.bytes(r)
		_, err := io.WriteString(connection, head)
		if r.middle != nil && err == nil {
			var half int
			if half, err = io.WriteString(connection, body[:len(body)/2]); err == nil {
				r.middle()
			}
			body = body[half:]
		}
		for i := 0; i < max(1, r.endless) && err == nil && body != ""; i++ {
			_, err = io.WriteString(connection, body)
		}
		mu.Lock()
		sent = err == nil
		mu.Unlock()
	}()
	if r.hangUp {
		<-writing
		return nil, nil
	}
	raw := &head{limit: 16 << 10}
	reader := bufio.NewReader(io.TeeReader(connection, raw))
	var answers []answer
	for len(answers) < wanted {
		raw.Reset()
		a, err := readAnswer(reader, r.method)
		if err != nil {
			if ctx.Err() != nil || errors.Is(err, os.ErrDeadlineExceeded) {
				err = errLate
			}
			if raw.Len() > 0 {
				answers = append(answers, answer{raw: raw.String()})
			}
			return answers, err
		}
		mu.Lock()
		a.early = !sent
		mu.Unlock()
		a.raw = raw.String()
		answers = append(answers, a)
	}
	return answers, nil
}

// readAnswer reads one final answer: those with a status of 1xx only come before it.
func readAnswer(reader *bufio.Reader, method string) (answer, error) {
	for {
		response, err := http.ReadResponse(reader, &http.Request{Method: method})
		if err != nil {
			if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) || isReset(err) {
				return answer{}, errNoAnswer
			}
			return answer{}, fmt.Errorf("what came is not an answer in HTTP: %w", err)
		}
		if response.StatusCode/100 == 1 && response.StatusCode != http.StatusSwitchingProtocols {
			continue
		}
		body, err := io.ReadAll(io.LimitReader(response.Body, 64<<20))
		if isReset(err) && response.ContentLength < 0 {
			err = nil // it has said enough, and closed the door on what was still coming
		}
		if errors.Is(err, io.ErrUnexpectedEOF) {
			return answer{}, errors.New("the body of the answer ends too early: Content-Length and body do not agree")
		}
		if err != nil {
			return answer{}, fmt.Errorf("the body of the answer cannot be read: %w", err)
		}
		return answer{status: response.StatusCode, header: response.Header, body: body}, nil
	}
}

func isReset(err error) bool {
	var network *net.OpError
	return errors.As(err, &network) && !network.Timeout()
}

// head keeps the first bytes that are written to it.
type head struct {
	bytes.Buffer
	limit int
}

func (h *head) Write(p []byte) (int, error) {
	h.Buffer.Write(p[:min(len(p), max(0, h.limit-h.Len()))])
	return len(p), nil
}

// shown makes of what went over the wire a text that can be read: control characters and
// broken UTF-8 are escaped, and long lines are cut in their middle.
func shown(text string) string {
	var b strings.Builder
	lines := strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
	for i, line := range lines {
		if i == 40 {
			fmt.Fprintf(&b, "[... %d more lines ...]", len(lines)-i)
			break
		}
		if i > 0 {
			b.WriteString("\n")
		}
		if len(line) > 400 {
			line = line[:300] + fmt.Sprintf("[... %d bytes ...]", len(line)-360) + line[len(line)-60:]
		}
		for line != "" {
			r, size := utf8.DecodeRuneInString(line)
			if quoted := strconv.QuoteRune(r); r == utf8.RuneError && size == 1 {
				fmt.Fprintf(&b, `\x%02x`, line[0])
			} else if r < ' ' || r == 0x7f {
				b.WriteString(strings.Trim(quoted, "'"))
			} else {
				b.WriteRune(r)
			}
			line = line[size:]
		}
	}
	return strings.TrimRight(b.String(), "\n")
}
