package report_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"tokenauth.example/scripts/internal/browser"
)

func TestHTML_InABrowser(t *testing.T) {
	ctx, complaints := browser.Start(t)

	// Otherwise nothing below would show that the page does nothing.
	open(ctx, t, []byte(`<!doctype html><meta http-equiv="Content-Security-Policy" content="default-src 'none'"><title>x</title><script>1</script>`))
	if len(complaints.Take()) == 0 {
		t.Fatal("the browser does not complain about what a policy forbids")
	}

	c := htmlClass(t, 30)
	for name, html := range map[string][]byte{"thirty": writeHTML(t, c), "hostile": writeHTML(t, hostileClass(t))} {
		t.Run(name, func(t *testing.T) {
			showsItsMessages(ctx, t, html)
			for _, scheme := range []string{"light", "dark"} {
				setMedia(ctx, t, "", scheme)
				if bad := evaluate[string](ctx, t, faint); bad != "" {
					t.Errorf("%s: too faint:\n%s", scheme, bad)
				}
			}
			setMedia(ctx, t, "print", "dark")
			if !evaluate[bool](ctx, t, `[...document.querySelectorAll("li details pre")].every(e => e.getBoundingClientRect().height > 0)`) {
				t.Error("what is folded must be printed")
			}
			setMedia(ctx, t, "", "")
			if said := complaints.Take(); len(said) > 0 {
				t.Errorf("the browser says %q", said)
			}
		})
	}

	// Every test of a learner, and every learner, with the keyboard.
	open(ctx, t, writeHTML(t, c))
	if n := evaluate[int](ctx, t, `[...document.querySelectorAll("a, summary")].filter(e => e.tabIndex < 0 || e.tagName === "A" && !e.hasAttribute("href")).length`); n > 0 {
		t.Errorf("%d links are out of the keyboard's reach", n)
	}
	if dir := os.Getenv("SHOTS"); dir != "" {
		takeShots(ctx, t, dir)
	}

	large := writeHTML(t, htmlClass(t, 300))
	start := time.Now()
	open(ctx, t, large)
	t.Logf("a class of 300 opens in %.1f s", time.Since(start).Seconds())
	if said := complaints.Take(); len(said) > 0 {
		t.Errorf("the browser says %q", said)
	}
}

// faint finds every text whose contrast with its background is less than 4.5 (WCAG 2.2,
// success criterion 1.4.3).
const faint = `(() => {
	const parse = c => (c.match(/[\d.]+/g) || []).map(Number)
	const light = c => { const [r, g, b] = c.slice(0, 3).map(v => (v /= 255) <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4); return 0.2126 * r + 0.7152 * g + 0.0722 * b }
	const bad = new Set()
	for (const e of document.body.querySelectorAll("*")) {
		if (![...e.childNodes].some(n => n.nodeType === 3 && n.data.trim())) continue
		const svg = e instanceof SVGElement
		const text = parse(getComputedStyle(e)[svg ? "fill" : "color"])
		let behind = e, back
		do { back = parse(getComputedStyle(behind).backgroundColor); behind = behind.parentElement } while (behind && back.length === 4 && back[3] === 0)
		const [a, b] = [light(text), light(back)].sort((x, y) => y - x)
		const ratio = (a + 0.05) / (b + 0.05)
		if (ratio < 4.5) bad.add(e.tagName + "." + e.className + " " + text + " on " + back + ": " + ratio.toFixed(1))
	}
	return [...bad].join("\n")
})()`

// showsItsMessages fails if the page is wider than a window, or if a cell of a map does not
// lead to its message.
func showsItsMessages(ctx context.Context, t *testing.T, html []byte) {
	t.Helper()
	for _, width := range []int64{390, 1280} {
		resize(ctx, t, width, 800)
		open(ctx, t, html)
		if over := evaluate[float64](ctx, t, `document.documentElement.scrollWidth - document.documentElement.clientWidth`); over > 0 {
			t.Errorf("the page is %g px too wide for %d px", over, width)
		}
	}
	run(ctx, t, chromedp.Evaluate[chromedp.Void](`document.querySelector("td.f a[href^='#r']").click()`))
	time.Sleep(300 * time.Millisecond)
	at := evaluate[struct {
		Text                string
		Seen                bool
		Top, Bottom, Height float64
	}](ctx, t, `(() => {
		const target = document.querySelector(":target"), box = target.querySelector("pre").getBoundingClientRect()
		return {text: target.innerText, seen: target.querySelector("pre").checkVisibility({contentVisibilityAuto: false}), top: box.top, bottom: box.bottom, height: innerHeight}
	})()`)
	if !at.Seen || at.Bottom <= 0 || at.Top >= at.Height || at.Text == "" {
		t.Errorf("the message of a cell is not to be seen: %+v", at)
	}
}

// takeShots keeps pictures of the page, for somebody to look at:
// SHOTS=/tmp go test -run Browser.
func takeShots(ctx context.Context, t *testing.T, dir string) {
	t.Helper()
	keep := func(name string, content []byte) {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	shot := func(name, at string) {
		run(ctx, t, chromedp.Evaluate[chromedp.Void](`document.querySelector("`+at+`").scrollIntoView()`))
		time.Sleep(300 * time.Millisecond)
		keep(name, run(ctx, t, chromedp.CaptureScreenshot()))
	}
	resize(ctx, t, 1280, 1000)
	for name, at := range map[string]string{"class.png": "h1", "class-map.png": "#map", "class-step.png": "#s5", "class-points.png": "#points", "class-learner.png": "#l5"} {
		shot(name, at)
	}
	setMedia(ctx, t, "", "dark")
	shot("class-dark.png", "h1")
	shot("class-map-dark.png", "#map")
	setMedia(ctx, t, "", "light")
	call(ctx, t, emulation.SetEmulatedVisionDeficiency, emulation.SetEmulatedVisionDeficiencyParams{Type: emulation.SetEmulatedVisionDeficiencyTypeAchromatopsia})
	shot("class-map-gray.png", "#map")
	call(ctx, t, emulation.SetEmulatedVisionDeficiency, emulation.SetEmulatedVisionDeficiencyParams{Type: emulation.SetEmulatedVisionDeficiencyTypeNone})
	resize(ctx, t, 390, 800)
	shot("class-small.png", "h1")
	resize(ctx, t, 1280, 800)
	setMedia(ctx, t, "", "")
	keep("class.pdf", run(ctx, t, chromedp.PrintToPDF(func(p *page.PrintToPDFParams) { p.PreferCSSPageSize = new(true) })))
}

func run[T any](ctx context.Context, t *testing.T, action chromedp.Action[T]) T {
	t.Helper()
	result, err := chromedp.Run(ctx, action)
	if err != nil {
		t.Fatal(err)
	}
	return result
}

func call[P, R any](ctx context.Context, t *testing.T, command cdp.Command[P, R], params P) R {
	t.Helper()
	return run(ctx, t, func(ctx context.Context, target *chromedp.Target) (R, error) {
		return cdp.Call(ctx, target, command, params)
	})
}

func evaluate[T any](ctx context.Context, t *testing.T, script string) T {
	t.Helper()
	return run(ctx, t, chromedp.Evaluate[T](script))
}

// open opens a page, and waits until all of its complaints are there.
func open(ctx context.Context, t *testing.T, html []byte) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "class.html")
	if err := os.WriteFile(path, html, 0o600); err != nil {
		t.Fatal(err)
	}
	run(ctx, t, chromedp.Navigate("file://"+filepath.ToSlash(path)))
	evaluate[int](ctx, t, "1")
}

func resize(ctx context.Context, t *testing.T, width, height int64) {
	t.Helper()
	call(ctx, t, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: width, Height: height, DeviceScaleFactor: 1, Mobile: width < 600})
}

func setMedia(ctx context.Context, t *testing.T, media, scheme string) {
	t.Helper()
	call(ctx, t, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: media, Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}})
}
