package acceptance

import (
	"context"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"tokenauth.example/scripts/internal/launch"
)

// A person signs up, opens /docs, presses Authorize, logs in, and calls /auth/me and
// /tasks, in a real browser. With SCREENSHOT=file.png, the lesson's picture is kept.
func TestDocs_InABrowser(t *testing.T) {
	browser := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			browser = path
			break
		}
	}
	if browser == "" {
		if os.Getenv("CI") != "" {
			t.Fatal("CI needs a browser: apt-get install chromium")
		}
		t.Skip("there is no Chromium on this machine")
	}
	s := here(t)
	servers, err := s.Workshop.Servers()
	if err != nil {
		t.Fatal(err)
	}
	err = launch.Reference(t.Context(), s, servers[0], func(running launch.Running) error {
		useDocs(t, browser, running.URL)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func useDocs(t *testing.T, browser, url string) {
	answer, err := http.Post(url+"/users", "application/json", strings.NewReader(`{"email":"ann@example.com","password":"correct-horse"}`))
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()

	options := append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]), chromedp.ExecPath(browser), chromedp.NoSandbox, chromedp.WindowSize(1000, 1420))
	allocator, stop := chromedp.NewExecAllocator(t.Context(), options...)
	defer stop()
	ctx, stop := chromedp.NewContext(allocator)
	defer stop()
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	do := func(action chromedp.Action[chromedp.Void]) {
		t.Helper()
		if _, err := chromedp.Run(ctx, action); err != nil {
			t.Fatal(err)
		}
	}
	err = chromedp.Listen(ctx, func(event any) {
		switch event := event.(type) {
		case *log.EventEntryAdded: // such as what the Content-Security-Policy refuses
			if event.Entry.Level == log.EntryLevelError {
				t.Errorf("the browser says: %s %s", event.Entry.Text, event.Entry.URL)
			}
		case *runtime.EventExceptionThrown:
			t.Errorf("the page's code failed: %s", event.ExceptionDetails.Text)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	// call presses "Try it out" and "Execute", and returns what the page shows of the answer.
	call := func(operation string) string {
		t.Helper()
		block := "#operations-" + operation
		do(chromedp.Click(chromedp.CSS(block + " .opblock-summary-control")))
		do(chromedp.Click(chromedp.CSS(block + " .try-out__btn")))
		do(chromedp.Click(chromedp.CSS(block + " .execute")))
		do(chromedp.WaitVisible(chromedp.CSS(block + " .live-responses-table .response-col_status")))
		answer, err := chromedp.Run(ctx, chromedp.Text(chromedp.CSS(block+" .live-responses-table tbody")))
		if err != nil {
			t.Fatal(err)
		}
		return answer
	}

	do(chromedp.Navigate(url + "/docs"))
	do(chromedp.WaitVisible(chromedp.CSS("#operations-tasks-listTasks")))
	title, err := chromedp.Run(ctx, chromedp.Title())
	if err != nil {
		t.Fatal(err)
	}
	do(chromedp.Click(chromedp.CSS(".auth-wrapper .authorize")))
	do(chromedp.SendKeys(chromedp.CSS("#oauth_username"), "ann@example.com"))
	do(chromedp.SendKeys(chromedp.CSS("#oauth_password"), "correct-horse"))
	do(chromedp.Click(chromedp.CSS(".modal-ux .auth-btn-wrapper .authorize")))
	do(chromedp.WaitVisible(`//button[text()="Logout"]`))
	do(chromedp.Click(chromedp.CSS(".modal-ux .btn-done")))
	me := call("entrance-me")
	picture, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
	if err != nil {
		t.Fatal(err)
	}
	made, listed := call("tasks-createTask"), call("tasks-listTasks")
	if title != "Tasks: the API" {
		t.Errorf("the page's title is %q", title)
	}
	for _, test := range []struct{ what, got, want string }{
		{"GET /auth/me", me, "ann@example.com"}, {"POST /tasks", made, "Write report"}, {"GET /tasks", listed, "Write report"},
	} {
		if !strings.Contains(test.got, test.want) {
			t.Errorf("%s on the page answers %q, without %q", test.what, test.got, test.want)
		}
	}
	if file := os.Getenv("SCREENSHOT"); file != "" {
		if err := os.WriteFile(file, picture, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
