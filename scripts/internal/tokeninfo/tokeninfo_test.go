package tokeninfo

import (
	"encoding/base64"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

var tokens = filepath.Join("..", "..", "..", "testdata", "tokens")

func read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(tokens, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// Each fixed token, and what must be said of it; "" if nothing is suspicious but how long
// it lives.
func TestToken_NamesWhatIsSuspicious(t *testing.T) {
	key := []byte(read(t, "hmac-key-for-tests-only.txt"))
	now := time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
	for name, want := range map[string]struct{ signature, time, suspicious string }{
		"valid.jwt":                       {"Right", "Good now", "good for a long time: it ends in 99 years"},
		"expired.jwt":                     {"Right", "Expired, 6 years ago", ""},
		"not-yet-valid.jwt":               {"Right", "Not good yet: in 73 years", ""},
		"no-exp.jwt":                      {"Right", "Good forever", "There is no exp"},
		"null-exp.jwt":                    {"Right", "Good forever", "There is no exp"},
		"no-sub.jwt":                      {"Right", "Good now", "There is no subject"},
		"empty-sub.jwt":                   {"Right", "Good now", "There is no subject"},
		"number-sub.jwt":                  {"Right", "Good now", "The subject is not a text: 1"},
		"none-lower.jwt":                  {"There is none", "Good now", `The algorithm is "none"`},
		"none-mixed.jwt":                  {"There is none", "Good now", `The algorithm is "nOnE"`},
		"none-with-signature.jwt":         {"Not checked", "Good now", `The algorithm is "none"`},
		"hs384.jwt":                       {"Right", "Good now", `The algorithm is "HS384"`},
		"hs512.jwt":                       {"Right", "Good now", `The algorithm is "HS512"`},
		"rs256.jwt":                       {"Not checked", "Good now", `The algorithm is "RS256"`},
		"rs256-as-hs256.jwt":              {"Wrong", "Good now", "does not fit the key"},
		"rs256-signature-under-hs256.jwt": {"Wrong", "Good now", "does not fit the key"},
		"wrong-key.jwt":                   {"Wrong", "Good now", "does not fit the key"},
		"tampered.jwt":                    {"Wrong", "Good now", "does not fit the key"},
		"expired-and-tampered.jwt":        {"Wrong", "Expired", "does not fit the key"},
		"signature-stripped.jwt":          {"There is none", "Good now", "The signature was cut off"},
		"embedded-jwk.jwt":                {"Not checked", "Good now", "brings a key along"},
	} {
		report, err := Token(read(t, name), key, now)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if !strings.HasPrefix(report.Signature, want.signature) {
			t.Errorf("%s: the signature: %s, and not %s", name, report.Signature, want.signature)
		}
		if !strings.HasPrefix(report.Time, want.time) {
			t.Errorf("%s: its time: %s, and not %s", name, report.Time, want.time)
		}
		if said := strings.Join(report.Suspicious, "\n"); !strings.Contains(said, want.suspicious) {
			t.Errorf("%s: suspicious: %q, without %q", name, said, want.suspicious)
		}
	}
}

func TestToken_LooksCloser(t *testing.T) {
	now := time.Unix(1_000_000, 0)
	part := func(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }
	for _, test := range []struct{ header, claims, suspicious string }{
		{`{"alg":"HS256","crit":["b64"]}`, `{}`, "crit: [b64]"},
		{`{"alg":"HS256","kid":"../../dev/null"}`, `{}`, "looks like a path"},
		{`{"alg":"HS256","kid":7}`, `{}`, "kid is not a text"},
		{`{"alg":"HS256","jku":"https://example.com/"}`, `{}`, `brings a key along, in "jku"`},
		{`{}`, `{}`, "names no algorithm"},
		{`{"alg":"HS256"}`, `{"exp":"1000060"}`, "not a number of seconds"},
		{`{"alg":"HS256"}`, `{"exp":1700000000000}`, "milliseconds were taken for seconds"},
		{`{"alg":"HS256"}`, `{"iat":1000500}`, "It was issued in 8 minutes"},
		{`{"alg":"HS256"}`, `{"sub":"1","sub":"2"}`, `has "sub" twice`},
		{`{"alg":"HS256"}`, `{"Password":"x"}`, `a claim "Password"`},
	} {
		report, err := Token(part(test.header)+"."+part(test.claims)+".x", nil, now)
		if err != nil {
			t.Errorf("%s.%s: %v", test.header, test.claims, err)
			continue
		}
		if said := strings.Join(report.Suspicious, "\n"); !strings.Contains(said, test.suspicious) {
			t.Errorf("%s.%s: suspicious: %q, without %q", test.header, test.claims, said, test.suspicious)
		}
	}
	for token, want := range map[string]string{
		"": "three parts", "a.b": "three parts", "a.b.c.d.e": "encrypted", "%.%.%": "not base64url",
		part(`[]`) + ".e30.": "not a JSON object", part(`{}{}`) + ".e30.": "more than one", "e30." + part("\xff") + ".": "not text",
	} {
		if _, err := Token(token, nil, now); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: the error %v, without %q", token, err, want)
		}
	}
}

func FuzzToken(f *testing.F) {
	f.Add("eyJhbGciOiJIUzI1NiJ9.eyJleHAiOjF9.x", []byte("key"))
	f.Fuzz(func(t *testing.T, token string, key []byte) {
		_, _ = Token(token, key, time.Unix(1_000_000, 0)) // whatever it is, no panic
	})
}
