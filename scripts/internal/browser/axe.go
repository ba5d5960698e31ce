package browser

import (
	"context"
	"testing"

	"github.com/chromedp/chromedp"

	"tokenauth.example/scripts/internal/npm"
)

// axeCore judges pages as people with a screen reader or without a mouse would.
var axeCore = npm.Archive{
	Path: "/axe-core/-/axe-core-4.10.3.tgz",
	Hash: "sha512-Xm7bpRXnDSX2YE2YFfBk2FnF0ep6tmG7xPh8iHee8MIcrgq762Nkce856dYtJYLkuIoYZvGfTs/PbZhideTcEg==",
}

// Axe returns the program of axe-core. Without a network the test is skipped; in CI it fails.
func Axe(t *testing.T) string {
	t.Helper()
	return string(axeCore.File(t, "package/axe.min.js"))
}

// Violation is what axe-core finds wrong with a page.
type Violation struct {
	ID    string `json:"id"`
	Help  string `json:"help"`
	Nodes []struct {
		HTML string `json:"html"`
	} `json:"nodes"`
}

// Violations asks axe-core about the page that the browser shows. Its program comes by the
// debugger, so the page's Content-Security-Policy is none to it.
func Violations(ctx context.Context, axe string) ([]Violation, error) {
	if _, err := chromedp.Run(ctx, chromedp.Evaluate[chromedp.Void](axe)); err != nil {
		return nil, err
	}
	return chromedp.Run(ctx, chromedp.Evaluate[[]Violation](`axe.run().then(result => result.violations)`, chromedp.EvalAwaitPromise))
}
