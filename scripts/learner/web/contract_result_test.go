package main

import (
	"bytes"
	"path/filepath"
	"testing"
	"time"

	"tokenauth.example/scripts/internal/command"
	"tokenauth.example/scripts/internal/contract"
	"tokenauth.example/scripts/internal/golden"
	"tokenauth.example/scripts/internal/screen"
	"tokenauth.example/scripts/internal/verdict"
)

// What contract shows of a server that keeps a part of it, is interrupted, and goes away.
func TestContractResult_Screen(t *testing.T) {
	var printed bytes.Buffer
	exit := showResult(screen.Plain(&printed), contract.Result{
		URL: "http://127.0.0.1:8000", Took: 2340 * time.Millisecond,
		Sections: []contract.Section{
			{Name: "sign-up", Cases: []contract.Case{{Name: "makes-a-user"}, {Name: "refuses-a-short-password"}}},
			{Name: "log-in", Cases: []contract.Case{{Name: "gives-a-token"}, {Name: "refuses-another-password"}, {Name: "answers-again"}}},
			{Name: "tokens", Cases: []contract.Case{{Name: "refuses-alg-none"}}},
		},
		Outcomes: map[string]contract.Outcome{
			"sign-up/makes-a-user": {Verdict: verdict.Pass},
			"sign-up/refuses-a-short-password": {Verdict: verdict.Fail, Cause: "A password of seven letters is refused: it is guessed in hours (CWE-521).",
				Sent: "POST /users HTTP/1.1\n\n{\"password\":\"1234567\"}", Answered: "HTTP/1.1 201 Created", Got: "201", Want: "400 or 422"},
			"log-in/gives-a-token":            {Verdict: verdict.Pass},
			"log-in/refuses-another-password": {Verdict: verdict.Fail, Cause: "Another password is refused.", Got: "200", Want: "401"},
			"log-in/answers-again":            {Verdict: verdict.Fail, Unreached: true},
			"tokens/refuses-alg-none":         {Verdict: verdict.NotRun, Cause: "it forges tokens, for which it needs the server's key: give it with -secret, or in SECRET_KEY"},
		},
		Notes: []string{"The clock of the server is 12 seconds ahead of this one."},
	})
	if exit != command.NotYet {
		t.Errorf("it ends with %d", exit)
	}
	golden.Compare(t, filepath.Join("testdata", "screens", "contract.txt"), printed.Bytes())
}

// A server of which nobody knows whether it is right has neither passed nor failed.
func TestContractResult_CouldNotBeJudged(t *testing.T) {
	result := contract.Result{
		URL: "http://127.0.0.1:8000", Took: 95 * time.Second,
		Sections: []contract.Section{{Name: "log-in", Cases: []contract.Case{{Name: "gives-a-token"}, {Name: "answers-again"}}}},
		Outcomes: map[string]contract.Outcome{
			"log-in/gives-a-token": {Verdict: verdict.Pass},
			"log-in/answers-again": {Verdict: verdict.NotJudged, Cause: "could not be judged"},
		},
		Notes: []string{"One login takes 4s."},
	}
	var printed bytes.Buffer
	if exit := showResult(screen.Plain(&printed), result); exit != command.Trouble {
		t.Errorf("it ends with %d", exit)
	}
	golden.Compare(t, filepath.Join("testdata", "screens", "contract_late.txt"), printed.Bytes())

	result.Outcomes["log-in/gives-a-token"] = contract.Outcome{Verdict: verdict.Fail, Got: "200", Want: "401"}
	if exit := showResult(screen.Plain(&printed), result); exit != command.NotYet {
		t.Errorf("with a failure beside it, it ends with %d", exit)
	}
}
