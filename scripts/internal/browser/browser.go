// Package browser is for tests: it starts a real browser, and listens to what that has to say
// about a page.
package browser

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// names are what a Chromium is called in PATH.
var names = []string{"chromium", "chromium-browser", "google-chrome"}

// timeLimit is how long a test may use the browser.
const timeLimit = 4 * time.Minute

// Start starts a headless Chromium that ends with the test, and returns its context, which
// is for chromedp, and what it complains about. On a machine without one the test is skipped;
// in CI it fails, because otherwise nobody would know whether the pages work.
func Start(t *testing.T, options ...chromedp.ExecAllocatorOption) (context.Context, *Complaints) {
	t.Helper()
	path := find(t)
	if testing.Short() {
		t.Skip("-short: no browser is started")
	}
	options = append([]chromedp.ExecAllocatorOption{chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU}, options...)
	allocator, stop := chromedp.NewExecAllocator(t.Context(), append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]), options...)...)
	t.Cleanup(stop)
	ctx, stop := chromedp.NewContext(allocator)
	t.Cleanup(stop)
	ctx, stop = context.WithTimeout(ctx, timeLimit)
	t.Cleanup(stop)
	complaints := &Complaints{}
	if err := chromedp.Listen(ctx, complaints.listen); err != nil {
		t.Fatal(err)
	}
	return ctx, complaints
}

func find(t *testing.T) string {
	t.Helper()
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	if os.Getenv("CI") != "" {
		t.Fatalf("CI needs a browser in its PATH, one of %v: apt-get install chromium", names)
	}
	t.Skipf("there is no browser in PATH, none of %v", names)
	return ""
}

// Complaints are errors of a page, what its code prints, and what its Content-Security-Policy
// forbade.
type Complaints struct {
	mu   sync.Mutex
	said []string
}

func (c *Complaints) listen(event any) {
	said := ""
	switch event := event.(type) {
	case *log.EventEntryAdded:
		said = fmt.Sprintf("%s: %s %s", event.Entry.Level, event.Entry.Text, event.Entry.URL)
	case *runtime.EventExceptionThrown:
		said = "the page's code failed: " + event.ExceptionDetails.Text
	case *runtime.EventConsoleAPICalled:
		said = "the page's code printed to the console"
	case *page.EventJavascriptDialogOpening:
		said = "the page opened a dialog: " + event.Message
	default:
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.said = append(c.said, said)
}

// Take returns the complaints since the last Take.
func (c *Complaints) Take() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	said := c.said
	c.said = nil
	return said
}
