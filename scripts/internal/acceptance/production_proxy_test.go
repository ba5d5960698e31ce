package acceptance

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"tokenauth.example/scripts/internal/lesson"
	"tokenauth.example/scripts/internal/server"
)

// site is the name that the proxy is reached by.
const site = "https://tasks.example"

// These are addresses of this machine, so they can be told apart. The proxy comes from
// 127.0.0.1.
const ann, bob, eve = "127.0.0.2", "127.0.0.3", "127.0.0.4"

// proxied is the reference server with nginx in front of it.
type proxied struct {
	t       *testing.T
	server  *server.Server
	address string         // of nginx
	log     string         // nginx's file
	roots   *x509.CertPool // that know nginx's certificate
}

// proxied starts both, with what is to be replaced in nginx.conf, and more settings for the
// server. Three failures from an address are enough here.
func (d deployment) proxied(t *testing.T, binary string, replace []string, settings ...string) *proxied {
	t.Helper()
	dir := t.TempDir()
	file := func(name string) string { return filepath.Join(dir, name) }
	upstream := freeAddress(t)
	server := exec.Command(binary)
	server.Env = d.environment(append([]string{"ADDR=" + upstream, "DATABASE=" + file("tasks.db"), "MAX_ADDRESS_FAILURES=3"}, settings...)...)
	p := &proxied{t: t, server: d.started(t, server, upstream), address: freeAddress(t), log: file("tasks.log"), roots: x509.NewCertPool()}

	out, err := exec.CommandContext(t.Context(), "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
		"-subj", "/CN=tasks.example", "-addext", "subjectAltName=DNS:tasks.example", "-keyout", file("privkey.pem"), "-out", file("fullchain.pem")).CombinedOutput()
	if err != nil {
		t.Fatalf("%v %s", err, out)
	}
	certificate, err := os.ReadFile(file("fullchain.pem"))
	if err != nil || !p.roots.AppendCertsFromPEM(certificate) {
		t.Fatalf("the certificate can't be read: %v", err)
	}
	in := func(name string) string { return `"` + file(name) + `"` }
	conf := d.file("nginx.conf", append(replace,
		"listen 443 ", "listen "+p.address+" ", "server 127.0.0.1:8000;", "server "+upstream+";",
		"/etc/tasks/tls/fullchain.pem", in("fullchain.pem"), "/etc/tasks/tls/privkey.pem", in("privkey.pem"),
		"/var/lib/tasks/localhost-cert.pem", in("localhost-cert.pem"), "/var/log/nginx/tasks.log", in("tasks.log"))...)
	// What Debian's nginx.conf says around it, and that all of it is in this folder. One process
	// is enough, and ends when it's told to.
	around := "daemon off; master_process off; error_log stderr; pid " + in("pid") + "; events {} http {"
	for _, kind := range []string{"client_body", "proxy", "fastcgi", "uwsgi", "scgi"} {
		around += kind + "_temp_path " + in(kind) + "; "
	}
	if err := os.WriteFile(file("nginx.conf"), []byte(around+"\n"+conf+"}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	d.started(t, exec.Command("nginx", "-e", "stderr", "-p", dir, "-c", file("nginx.conf")), p.address)
	return p
}

// client is one at an address, which reaches the proxy under any name, and keeps cookies.
func (p *proxied) client(from string) *http.Client {
	p.t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		p.t.Fatal(err)
	}
	dialer := &net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(from)}}
	transport := &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: p.roots},
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return dialer.DialContext(ctx, "tcp", p.address)
		},
	}
	p.t.Cleanup(transport.CloseIdleConnections)
	stay := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &http.Client{Jar: jar, Transport: transport, CheckRedirect: stay}
}

// send sends a form, or what begins like JSON, with headers in pairs. It returns the answer
// and its body.
func (p *proxied) send(client *http.Client, method, path, body string, headers ...string) (*http.Response, string) {
	p.t.Helper()
	r, err := http.NewRequestWithContext(p.t.Context(), method, site+path, strings.NewReader(body))
	if err != nil {
		p.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if strings.HasPrefix(body, "{") {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Add(headers[i], headers[i+1])
	}
	answer, err := client.Do(r)
	if err != nil {
		p.t.Fatalf("%s %s: %v", method, path, err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	return answer, string(text)
}

// fails tries a wrong password from an address, for an account that nobody else tries, and
// returns the status. Lie is what it says about where it comes from.
func (p *proxied) fails(from, account, lie string) int {
	p.t.Helper()
	answer, _ := p.send(p.client(from), "POST", "/auth/token", "username="+account+"@example.com&password=wrong-horse", "X-Forwarded-For", lie)
	return answer.StatusCode
}

// Through the proxy everything works as without it, and the server knows who is calling.
func TestProduction_ProxyIsTransparent(t *testing.T) {
	d := production(t, "nginx", "openssl")
	p := d.proxied(t, d.built(), nil)
	api := p.client(ann)
	if answer, text := p.send(api, "POST", "/users", `{"email":"ann@example.com","password":"correct-horse"}`); answer.StatusCode != 201 {
		t.Fatalf("POST /users: %s %s", answer.Status, text)
	}
	answer, text := p.send(api, "POST", "/auth/token", "username=ann@example.com&password=correct-horse")
	if answer.StatusCode != 200 {
		t.Fatalf("POST /auth/token: %s %s", answer.Status, text)
	}
	token := field(t, text, "access_token")
	answer, text = p.send(api, "GET", "/auth/me", "", "Authorization", "Bearer "+token)
	if answer.StatusCode != 200 || field(t, text, "email") != "ann@example.com" {
		t.Errorf("GET /auth/me: %s %s", answer.Status, text)
	}
	if got := answer.Header.Values("Strict-Transport-Security"); len(got) != 1 {
		t.Errorf("Strict-Transport-Security is sent once, and not as %q", got)
	}
	if _, text := p.send(api, "GET", "/.well-known/oauth-authorization-server", ""); field(t, text, "issuer") != site || field(t, text, "token_endpoint") != site+"/auth/token" {
		t.Errorf("the metadata names another server: %s", text)
	}

	// A browser that sends Origin and nothing else.
	browser := p.client(bob)
	const form = "email=bob@example.com&password=correct-horse"
	if answer, _ := p.send(browser, "POST", "/page/sign-up", form, "Origin", "https://evil.example"); answer.StatusCode != 403 {
		t.Errorf("a form from another site: %s", answer.Status)
	}
	answer, text = p.send(browser, "POST", "/page/sign-up", form, "Origin", site)
	if cookies := answer.Cookies(); answer.StatusCode != 303 || answer.Header.Get("Location") != "/" || len(cookies) != 1 || cookies[0].Name != "__Host-session" || !cookies[0].Secure || cookies[0].Domain != "" || cookies[0].Path != "/" {
		t.Fatalf("the form for signing up: %s %v %s", answer.Status, answer.Header, text)
	}
	if _, text := p.send(browser, "GET", "/", ""); !strings.Contains(text, "bob@example.com") {
		t.Errorf("the cookie did not come through: %s", text)
	}

	// The log has the address, and no code of a login.
	p.send(browser, "GET", "/login/callback?state=s&code=for-tests-only", "")
	var log string
	eventually(t, "nginx doesn't log the last request", func() bool {
		text, err := os.ReadFile(p.log)
		log = string(text)
		return err == nil && strings.Contains(log, `"GET /login/callback" 404`)
	})
	if !strings.Contains(log, ann+" [") || strings.Contains(log, "for-tests-only") {
		t.Errorf("nginx's log needs addresses, and no queries: %s", log)
	}
	// Nobody is answered under another name.
	if _, err := p.client(ann).Get("https://another.example/"); err == nil || !strings.Contains(err.Error(), "unrecognized name") {
		t.Errorf("under another name: %v", err)
	}

	// Eve fails until her address is refused, whatever she says about it. Bob, whom she named, isn't.
	for n := range 4 {
		want := 400
		if n == 3 {
			want = 429
		}
		if got := p.fails(eve, fmt.Sprint("account", n), bob); got != want {
			t.Errorf("failure %d of an address is answered with %d, and not with %d", n+1, got, want)
		}
	}
	if got := p.fails(bob, "account4", eve); got != 400 {
		t.Errorf("somebody else is answered with %d", got)
	}
}

// What the page says goes wrong without a line does go wrong without it.
func TestProduction_EachLineOfTheProxyCounts(t *testing.T) {
	d := production(t, "nginx", "openssl")
	binary := d.built()
	const header = "proxy_set_header X-Forwarded-For $remote_addr;"
	t.Run("the client's lie goes through", func(t *testing.T) {
		p := d.proxied(t, binary, []string{header, ""})
		for n := range 6 {
			if got := p.fails(eve, fmt.Sprint("account", n), fmt.Sprint("203.0.113.", n)); got != 400 {
				t.Errorf("failure %d: %d", n+1, got)
			}
		}
	})
	t.Run("one that is appended to the lie does no harm here", func(t *testing.T) {
		p := d.proxied(t, binary, []string{header, "proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;"})
		for n := range 3 {
			p.fails(eve, fmt.Sprint("account", n), fmt.Sprint("203.0.113.", n))
		}
		if got := p.fails(eve, "account3", "203.0.113.3"); got != 429 {
			t.Errorf("the fourth failure: %d", got)
		}
	})
	t.Run("without trusted proxies one locks out all", func(t *testing.T) {
		p := d.proxied(t, binary, nil, "TRUSTED_PROXIES=")
		for n := range 3 {
			p.fails(eve, fmt.Sprint("account", n), eve)
		}
		if got := p.fails(bob, "account3", bob); got != 429 {
			t.Errorf("somebody else: %d", got)
		}
	})
	t.Run("without the host, forms are refused", func(t *testing.T) {
		p := d.proxied(t, binary, []string{"proxy_set_header Host $http_host;", ""})
		if answer, _ := p.send(p.client(ann), "POST", "/page/sign-up", "email=ann@example.com&password=correct-horse", "Origin", site); answer.StatusCode != 403 {
			t.Errorf("the form for signing up: %s", answer.Status)
		}
	})
	t.Run("another program at the port", func(t *testing.T) {
		thief := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "thank you") }))
		defer thief.Close()
		where, err := url.Parse(thief.URL)
		if err != nil {
			t.Fatal(err)
		}
		elsewhere := []string{"server 127.0.0.1:8000;", "server " + where.Host + "; # server 127.0.0.1:8000;"}
		p := d.proxied(t, binary, elsewhere)
		if answer, text := p.send(p.client(ann), "GET", "/", ""); answer.StatusCode != 502 {
			t.Errorf("%s %s", answer.Status, text)
		}
		p = d.proxied(t, binary, append(elsewhere, "proxy_ssl_verify on;", ""))
		if _, text := p.send(p.client(ann), "GET", "/", ""); text != "thank you" {
			t.Errorf("without proxy_ssl_verify nginx should believe anybody: %s", text)
		}
	})
}

// The lines of the log that the page shows are those that the server writes.
func TestProduction_LogIsAsThePageShowsIt(t *testing.T) {
	d := production(t, "nginx", "openssl", "curl")
	p := d.proxied(t, d.built(), nil, "MAX_ACCOUNT_FAILURES=1")
	client := p.client(ann)
	p.send(client, "POST", "/users", `{"email":"ann@example.com","password":"correct-horse"}`)
	_, text := p.send(client, "POST", "/auth/token", "username=ann@example.com&password=correct-horse")
	bearer := "Bearer " + field(t, text, "access_token")
	p.send(client, "POST", "/auth/logout", "", "Authorization", bearer)
	p.send(client, "GET", "/auth/me", "", "Authorization", bearer)
	p.send(client, "POST", "/page/add", "title=x", "Origin", "https://evil.example")
	p.fails(eve, "one", eve)
	p.fails(eve, "one", eve)
	for _, account := range []string{"two", "three", "four"} {
		p.send(p.client(eve), "POST", "/login", "email="+account+"@example.com&password=wrong-horse")
	}
	// The page's commands make a new key.
	folder := filepath.Dir(p.log)
	d.shell(folder, "", d.commands("/healthz"), "live=/var/lib/tasks", "live="+quoted(folder), "127.0.0.1:8000", p.server.Address)
	var keys struct{ Keys []struct{ Kid string } }
	eventually(t, "the new key isn't published", func() bool {
		_, text := p.send(client, "GET", "/.well-known/jwks.json", "")
		return parse(t, text, &keys) && len(keys.Keys) == 2
	})
	if err := p.server.Stop(startTime); err != nil {
		t.Fatal(err)
	}
	said := strings.ReplaceAll(p.server.Said(), p.server.Address, "127.0.0.1:8000")
	for _, block := range lesson.Blocks(d.page, "log") {
		for line := range strings.Lines(block) {
			if !strings.Contains(said, " "+line) {
				t.Errorf("the server doesn't log this any more: %s", line)
			}
		}
	}
	if t.Failed() {
		t.Log(said)
	}
}
