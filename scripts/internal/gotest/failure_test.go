package gotest_test

import (
	"testing"

	"tokenauth.example/scripts/internal/gotest"
)

// The outputs are testify's, as v1.12.1 prints them.
func TestParseFailure(t *testing.T) {
	const head = "\x16=== RUN   TestX\n    x_test.go:7: sent: GET /a\n    x_test.go:7: got: 500 first\n    x_test.go:7: logged: failed of the first\n" +
		"    x_test.go:8: sent: GET /b\n    x_test.go:8: got: 500 oh\n    x_test.go:8: logged: failed: disk I/O error\n" +
		"    x_test.go:9: \n        \tError Trace:\t/w/x_test.go:9\n        \tError:      \t"
	const tail = "\n        \tTest:       \tTestX\n        \tMessages:   \twhy it matters\n" +
		"    x_test.go:10: sent: GET /late\n    x_test.go:10: \n        \tError Trace:\t/w/x_test.go:10\n        \tError:      \tanother\n\x16--- FAIL: TestX (0.00s)\n"
	const next = "\n        \t            \t"
	for _, test := range []struct{ name, text, got, want string }{
		{"equal", "Not equal: " + next + "expected: 401" + next + "actual  : 200", "200", "401"},
		{"equal with a diff", "Not equal: " + next + `expected: "a"` + next + `actual  : "b"` + next + next + "Diff:" + next + "--- Expected" + next + "expected: x", `b`, `a`},
		{"text that needs its quotes", "Not equal: " + next + `expected: ""` + next + `actual  : "a\nb"`, `"a\nb"`, `""`},
		{"unexpected error", "Received unexpected error:" + next + "Hash is not written yet", "the error Hash is not written yet", "no error"},
		{"no error", "An error is expected but got nil.", "no error", "an error"},
		{"wrong error", "Target error should be in err chain:" + next + `expected: "short"` + next + `in chain: "long"`, `the error "long"`, `the error "short"`},
		{"contains", `"abc" does not contain "x"`, `"abc"`, `with "x" in it`},
		{"not contains", `"abc" should not contain "b"`, `"abc"`, `without b`},
		{"empty", "Should be empty, but was abc", "abc", "nothing"},
		{"other", "something new", "something new", ""},
	} {
		failure := gotest.ParseFailure(head + test.text + tail)
		want := gotest.Failure{Why: "why it matters", Sent: "GET /b", Answered: "500 oh", Logged: "failed: disk I/O error", Got: test.got, Want: test.want}
		if failure == nil || *failure != want {
			t.Errorf("%s: got %+v, want %+v", test.name, failure, want)
		}
	}
	if failure := gotest.ParseFailure("\x16=== RUN   TestX\npanic: no\n"); failure != nil {
		t.Errorf("without an assertion there is no failure to be taken apart: %+v", failure)
	}
}
