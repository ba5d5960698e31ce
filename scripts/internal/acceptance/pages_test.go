package acceptance

import (
	"context"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/oauth2-proxy/mockoidc"

	"tokenauth.example/scripts/internal/browser"
	"tokenauth.example/scripts/internal/launch"
)

// visit is a person with a keyboard and no mouse, at the pages of the second server.
type visit struct {
	t          *testing.T
	ctx        context.Context
	complaints *browser.Complaints
	url        string
	axe        string // "" to ask nobody
	shots      string // where pictures go, "" for nowhere
	looked     int
}

// visiting starts a browser that trusts this one certificate.
func visiting(t *testing.T, running launch.Running) *visit {
	t.Helper()
	text, err := os.ReadFile(running.Certificate)
	if err != nil {
		t.Fatal(err)
	}
	block, _ := pem.Decode(text)
	certificate, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	key := sha256.Sum256(certificate.RawSubjectPublicKeyInfo)
	ctx, complaints := browser.Start(t, chromedp.Flag("ignore-certificate-errors-spki-list", base64.StdEncoding.EncodeToString(key[:])))
	return &visit{t: t, ctx: ctx, complaints: complaints, url: running.URL, shots: os.Getenv("WORKSHOP_SCREENSHOTS")}
}

func (v *visit) do(steps ...chromedp.Action[chromedp.Void]) {
	v.t.Helper()
	if err := chromedp.Do(v.ctx, steps...); err != nil {
		v.t.Fatal(err)
	}
}

// get asks the browser for something.
func get[T any](v *visit, what chromedp.Action[T]) T {
	v.t.Helper()
	got, err := chromedp.Run(v.ctx, what)
	if err != nil {
		v.t.Fatal(err)
	}
	return got
}

// press presses keys: kb.Tab, or text, or kb.Enter, which leads to another page.
func (v *visit) press(keys ...string) {
	v.t.Helper()
	for _, key := range keys {
		if key != kb.Enter {
			v.do(chromedp.KeyEvent(key))
			continue
		}
		if _, err := chromedp.RunResponse(v.ctx, chromedp.KeyEvent(key)); err != nil {
			v.t.Fatal(err)
		}
	}
}

// command tells the browser something that is no action of a page.
func command[P, R any](v *visit, of cdp.Command[P, R], params P) {
	v.t.Helper()
	if _, err := chromedp.Call(v.ctx, of, params); err != nil {
		v.t.Fatal(err)
	}
}

// sees waits for a page with this heading, and returns its text. Then the page is judged.
func (v *visit) sees(heading string) string {
	v.t.Helper()
	v.do(chromedp.WaitVisible(fmt.Sprintf(`//h1[text()=%q]`, heading)))
	text := get(v, chromedp.Text(chromedp.CSS("main")))
	v.looked++
	if v.shots != "" {
		picture := get(v, chromedp.FullScreenshot(100))
		if err := os.WriteFile(filepath.Join(v.shots, fmt.Sprintf("%02d-%s.png", v.looked, strings.ReplaceAll(heading, " ", "-"))), picture, 0o644); err != nil {
			v.t.Fatal(err)
		}
	}
	if v.axe != "" {
		if get(v, chromedp.Evaluate[bool](`document.documentElement.scrollWidth > document.documentElement.clientWidth`)) {
			v.t.Errorf("%q is wider than the window, so one has to scroll sideways", heading)
		}
		violations, err := browser.Violations(v.ctx, v.axe)
		if err != nil {
			v.t.Fatal(err)
		}
		for _, violation := range violations {
			v.t.Errorf("axe-core, of %q: %s: %s: %v", heading, violation.ID, violation.Help, violation.Nodes)
		}
	}
	for _, said := range v.complaints.Take() {
		if !strings.Contains(said, "status of 4") { // an answer that is a refusal, which the browser notes
			v.t.Errorf("the browser says of %q: %s", heading, said)
		}
	}
	return text
}

func (v *visit) has(text, part string) {
	v.t.Helper()
	if !strings.Contains(text, part) {
		v.t.Errorf("the page must have %q in it:\n%s", part, text)
	}
}

// day is what somebody does at the pages, by keyboard alone.
func (v *visit) day(email string) {
	v.t.Helper()
	const long = "AverylongtitlewithoutaspaceinitaveryLongTitleWithoutASpaceInItAVeryLongTitleWithoutASpaceInIt"
	v.do(chromedp.Navigate(v.url + "/"))
	v.sees("Your tasks")
	v.press(kb.Tab, kb.Tab, kb.Enter) // the second link: sign up
	v.sees("Sign up")
	v.press(kb.Tab, email, kb.Tab, "password", kb.Enter)
	v.has(v.sees("Sign up"), "tried first") // it's a common one
	v.press(kb.Tab, kb.Tab, "correct-horse", kb.Enter)
	v.has(v.sees("Your tasks"), "nothing to do yet")
	v.press(kb.Tab, "Write <b>the</b> report", kb.Enter)
	v.has(v.sees("Your tasks"), "Write <b>the</b> report")
	v.press(kb.Tab, long, kb.Enter)
	v.has(v.sees("Your tasks"), long)
	v.press(kb.Tab, kb.Tab, kb.Tab, kb.Enter) // the first button that deletes
	if text := v.sees("Your tasks"); strings.Contains(text, "report") {
		v.t.Errorf("the task is still there:\n%s", text)
	}
	v.press(kb.Tab, kb.Tab, kb.Tab, kb.Tab, kb.Enter) // the last button: log out
	v.has(v.sees("Your tasks"), "nobody else can see")
	v.press(kb.Tab, kb.Enter)
	v.sees("Log in")
	v.press(kb.Tab, email, kb.Tab, "wrong-horse", kb.Enter)
	v.has(v.sees("Log in"), "don't belong together")
	v.press(kb.Tab, kb.Tab, "correct-horse", kb.Enter)
	v.has(v.sees("Your tasks"), email)
}

// Somebody uses the pages by keyboard alone, in a narrow window, in the light and in the dark;
// axe-core finds nothing, and the browser has nothing to complain about.
func TestPages_AreForEverybody(t *testing.T) {
	axe := browser.Axe(t)
	second(t, func(running launch.Running, _ *http.Client) {
		v := visiting(t, running)
		v.axe = axe
		for i, scheme := range []string{"light", "dark"} {
			v.do(chromedp.EmulateViewport(390, 844))
			command(v, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}})
			command(v, network.ClearBrowserCookies, cdp.Empty{})
			v.day(fmt.Sprintf("ann%d@example.com", i))
		}
	}, [2]string{"BCRYPT_COST", "10"})
}

// The same with scripts off.
func TestPages_NeedNoScript(t *testing.T) {
	second(t, func(running launch.Running, _ *http.Client) {
		v := visiting(t, running)
		v.do(chromedp.Navigate("about:blank"))
		command(v, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
		v.day("ann@example.com")
	}, [2]string{"BCRYPT_COST", "10"})
}

// Somebody who is known elsewhere is let in by their provider, adds a task, and logs out, by
// keyboard alone and with scripts off.
func TestPages_LetPeopleInFromElsewhere(t *testing.T) {
	idp, err := mockoidc.Run()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = idp.Shutdown() }()
	idp.QueueUser(&mockoidc.MockUser{Subject: "ann", Email: "ann@example.com", EmailVerified: true})
	second(t, func(running launch.Running, _ *http.Client) {
		v := visiting(t, running)
		v.do(chromedp.Navigate("about:blank"))
		command(v, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
		v.do(chromedp.Navigate(running.URL + "/login"))
		v.sees("Log in")
		v.press(kb.Tab, kb.Tab, kb.Tab, kb.Tab, kb.Enter) // the link below the form
		v.has(v.sees("Your tasks"), "ann@example.com")
		v.press(kb.Tab, "Write report", kb.Enter)
		v.has(v.sees("Your tasks"), "Write report")
		v.press(kb.Tab, kb.Tab, kb.Tab, kb.Tab, kb.Enter) // the last button: log out
		v.has(v.sees("Your tasks"), "nobody else can see")
	}, [2]string{"PROVIDER_ISSUER", idp.Issuer()}, [2]string{"PROVIDER_CLIENT_ID", idp.Config().ClientID}, [2]string{"PROVIDER_CLIENT_SECRET", idp.Config().ClientSecret})
}

// A page of another site, where somebody who is logged in here looks by, posts a form to us. The
// browser sends it, and nothing is done.
func TestPages_AreDeafToOtherSites(t *testing.T) {
	second(t, func(running launch.Running, _ *http.Client) {
		v := visiting(t, running)
		v.day("ann@example.com")
		evil := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			fmt.Fprintf(w, `<!DOCTYPE html><html lang="en"><title>Win</title><link rel="icon" href="data:,"><form method="post" action="%s/logout"><button>Win</button></form>`, running.URL)
		}))
		defer evil.Close()
		v.do(chromedp.Navigate(strings.Replace(evil.URL, "127.0.0.1", "localhost", 1)), chromedp.WaitVisible(chromedp.CSS("button")))
		v.press(kb.Tab, kb.Enter)
		v.has(v.sees("That didn't work"), "sent by another site")
		v.press(kb.Tab, kb.Enter)
		v.has(v.sees("Your tasks"), "ann@example.com")
	}, [2]string{"BCRYPT_COST", "10"})
}
