package contract

import (
	"bufio"
	"context"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"runtime"
	"strings"
	"time"

	"tokenauth.example/scripts/internal/text"
)

var (
	// errNoAnswer is that the server closed the connection without a word. In Go's server
	// that is what a panic looks like from outside.
	errNoAnswer = errors.New("the server closed the connection without an answer")
	// errNotHTTP is an answer as HTTP/0.9 had it, or noise.
	errNotHTTP = errors.New("what came is not an answer in HTTP")
	// errLate is that no answer came in time.
	errLate = errors.New("no answer in time")
	// errUnreachable is that there was no connection at all.
	errUnreachable = errors.New("there is no connection to the server")
)

// place is where a server is.
type place struct {
	url    *url.URL
	host   string         // as it is written in Host
	base   string         // the path in front of every other, or ""
	roots  *x509.CertPool // whose certificates are trusted; the machine's if it is nil
	spread bool           // each connection comes from another address
}

// newPlace returns the place of a server. authorities are certificates in PEM that are trusted in
// place of the machine's, or nil.
func newPlace(address string, authorities []byte) (place, error) {
	u, err := url.Parse(address)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Hostname() == "" || u.RawQuery != "" {
		return place{}, fmt.Errorf("%q is not the URL of a server", address)
	}
	p := place{url: u, host: u.Host, base: strings.TrimRight(u.EscapedPath(), "/")}
	if len(authorities) > 0 {
		p.roots = x509.NewCertPool()
		if !p.roots.AppendCertsFromPEM(authorities) {
			return place{}, errors.New("there is no certificate in PEM where one should be that is trusted")
		}
	}
	return p, nil
}

// another returns a loopback address that hardly anybody has had. Linux has sixteen million that
// need no setting up.
func another() net.IP {
	ip := net.IPv4(127, 0, 0, 0)
	_, _ = rand.Read(ip[13:])
	ip[15] = max(ip[15], 2)
	return ip
}

// canSpread reports whether connections can come from many addresses: on Linux, to a server that
// listens at 127.0.0.1.
func (p place) canSpread() bool {
	ip := net.ParseIP(p.url.Hostname())
	return runtime.GOOS == "linux" && ip.To4() != nil && ip.IsLoopback()
}

func (p place) dial(ctx context.Context) (net.Conn, error) { return p.dialFrom(ctx, nil) }

// dialFrom is dial from an address of one's own, or from any if it is nil.
func (p place) dialFrom(ctx context.Context, ip net.IP) (net.Conn, error) {
	dialer := &net.Dialer{}
	if ip == nil && p.spread {
		ip = another()
	}
	if ip != nil {
		dialer.LocalAddr = &net.TCPAddr{IP: ip}
	}
	port := p.url.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[p.url.Scheme]
	}
	address := net.JoinHostPort(p.url.Hostname(), port)
	if p.url.Scheme == "https" {
		return (&tls.Dialer{NetDialer: dialer, Config: &tls.Config{RootCAs: p.roots}}).DialContext(ctx, "tcp", address)
	}
	return dialer.DialContext(ctx, "tcp", address)
}

// bytes is the request as it goes over the wire, but for the repetitions of its body.
func (p place) bytes(r request) (head, body string) {
	if r.whole != "" {
		return strings.NewReplacer("{host}", p.host, "{base}", p.base).Replace(r.whole), ""
	}
	if r.version == "" {
		r.version = "HTTP/1.1"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s%s %s\r\nHost: %s\r\n", r.method, p.base, r.target, r.version, p.host)
	for _, line := range r.lines {
		b.WriteString(line + "\r\n")
	}
	switch {
	case r.length == "" && (r.body != "" || r.method == "POST"):
		fmt.Fprintf(&b, "Content-Length: %d\r\n", len(r.body)*max(1, r.repeat))
	case r.length != "" && r.length != "-":
		fmt.Fprintf(&b, "Content-Length: %s\r\n", r.length)
	}
	b.WriteString("\r\n")
	return b.String(), r.body
}

// send sends a request and reads the answer. The request's limit and ctx bound both.
func (p place) send(ctx context.Context, r request) (answer, error) {
	answers, err := p.sendFor(ctx, r, 1)
	if len(answers) > 0 {
		answers[0].to = r
		return answers[0], err
	}
	return answer{to: r}, err
}

// sendFor sends what may be several requests in one, and reads as many answers as are
// wanted. Of an answer that breaks off, it returns what came.
func (p place) sendFor(ctx context.Context, r request, wanted int) ([]answer, error) {
	if r.limit > 0 {
		var cancel func()
		ctx, cancel = context.WithTimeout(ctx, r.limit)
		defer cancel()
	}
	connection, err := p.dialFrom(ctx, r.from)
	if err != nil {
		if ctx.Err() != nil {
			return nil, errLate
		}
		return nil, fmt.Errorf("%w: %w", errUnreachable, err)
	}
	defer connection.Close()
	stop := context.AfterFunc(ctx, func() { _ = connection.SetDeadline(time.Unix(1, 0)) })
	defer stop()

	written := make(chan struct{})
	go func() { // the answer may come, and must be read, while the body is still on its way
		defer close(written)
		_ = p.write(connection, r) // what could not be written shows in the answer
	}()
	if r.hangUp {
		<-written
		return nil, nil
	}
	raw := &text.Head{Limit: 16 << 10}
	reader := bufio.NewReader(io.TeeReader(connection, raw))
	var answers []answer
	for len(answers) < wanted {
		raw.Reset()
		a, err := readAnswer(reader, r.method)
		if err != nil {
			if ctx.Err() != nil || errors.Is(err, os.ErrDeadlineExceeded) {
				err = errLate
			}
			if raw := raw.String(); raw != "" {
				answers = append(answers, answer{raw: raw})
			}
			return answers, err
		}
		a.raw = raw.String()
		answers = append(answers, a)
	}
	return answers, nil
}

// write writes a request to a connection.
func (p place) write(connection io.Writer, r request) error {
	head, body := p.bytes(r)
	if all := head + body; r.gate != nil && r.halfway == nil && r.repeat < 2 && len(all) > 2 {
		if _, err := io.WriteString(connection, all[:len(all)-2]); err != nil {
			return err
		}
		r.gate()
		_, err := io.WriteString(connection, all[len(all)-2:])
		return err
	}
	if _, err := io.WriteString(connection, head); err != nil {
		return err
	}
	if r.halfway != nil {
		half := len(body) / 2
		if _, err := io.WriteString(connection, body[:half]); err != nil {
			return err
		}
		r.halfway()
		body = body[half:]
	}
	for range max(1, r.repeat) {
		if _, err := io.WriteString(connection, body); err != nil {
			return err
		}
	}
	return nil
}

// readAnswer reads one final answer: those with a status of 1xx only come before it.
func readAnswer(reader *bufio.Reader, method string) (answer, error) {
	for {
		response, err := http.ReadResponse(reader, &http.Request{Method: method})
		if err != nil {
			if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) || isReset(err) {
				return answer{}, errNoAnswer
			}
			return answer{}, fmt.Errorf("%w: %w", errNotHTTP, err)
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

// isReset reports whether an error is one of the connection, and not for want of time.
func isReset(err error) bool {
	var network *net.OpError
	return errors.As(err, &network) && !network.Timeout()
}
