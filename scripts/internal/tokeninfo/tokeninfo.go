// Package tokeninfo takes a token apart for a person: what it says, whether its time is
// over, whether its signature fits, and what about it is suspicious. It does not decide whether
// the token is accepted, which only a verifier does.
package tokeninfo

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// Report is what a token says, and what is to be said about it.
type Report struct {
	Header, Claims []Field
	Signature      string   // in a sentence
	Time           string   // whether it is good now, in a sentence
	Suspicious     []string // in sentences, the worst first
}

// Field is a name and its value, as JSON, and what that means if it is a time.
type Field struct{ Name, Value, Means string }

// Token returns what a token in the compact form of RFC 7515, section 7.1, says at a time.
// "Bearer " may be before it. Without a key the signature is not checked. An error means that it
// cannot be taken apart.
func Token(token string, key []byte, now time.Time) (*Report, error) {
	token = strings.TrimSpace(token)
	if rest, ok := strings.CutPrefix(token, "Bearer "); ok {
		token = strings.TrimSpace(rest)
	}
	parts := strings.Split(token, ".")
	if len(parts) == 5 {
		return nil, errors.New("five parts: this is an encrypted token (JWE, RFC 7516), and what it says cannot be read")
	}
	if len(parts) != 3 {
		return nil, fmt.Errorf("a token has three parts separated by dots, and this has %d", len(parts))
	}
	r := &Report{}
	header, err := r.object(parts[0], "header")
	if err != nil {
		return nil, err
	}
	claims, err := r.object(parts[1], "payload")
	if err != nil {
		return nil, err
	}
	r.Header, r.Claims = fields(header, now, false), fields(claims, now, true)
	algorithm, _ := header["alg"].(string)
	r.checkSignature(algorithm, parts, key)
	r.checkHeader(algorithm, header)
	r.checkClaims(claims, now)
	return r, nil
}

// suspect adds a sentence about what is suspicious.
func (r *Report) suspect(format string, args ...any) {
	r.Suspicious = append(r.Suspicious, fmt.Sprintf(format, args...))
}

// object decodes a part that must be a JSON object.
func (r *Report) object(part, name string) (map[string]any, error) {
	text, err := base64.RawURLEncoding.DecodeString(part)
	if err != nil {
		if text, err = base64.URLEncoding.DecodeString(part); err != nil {
			if text, err = base64.StdEncoding.DecodeString(part); err != nil {
				return nil, fmt.Errorf("the %s is not base64url: %w", name, err)
			}
		}
		r.suspect("The %s is in another base64 than the standard's, which is base64url without =: verifiers refuse it.", name)
	}
	if !utf8.Valid(text) {
		return nil, fmt.Errorf("the %s is not text", name)
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var object map[string]any
	if err := decoder.Decode(&object); err != nil || object == nil {
		return nil, fmt.Errorf("the %s is not a JSON object: %.100q", name, text)
	}
	if decoder.More() {
		return nil, fmt.Errorf("the %s is more than one JSON object: %.100q", name, text)
	}
	for _, repeated := range repeatedNames(text) {
		r.suspect("The %s has %q twice: one program reads the first, another the last.", name, repeated)
	}
	return object, nil
}

// repeatedNames returns the names that are more than once at the top of a JSON object.
func repeatedNames(text []byte) []string {
	decoder := json.NewDecoder(bytes.NewReader(text))
	seen := map[string]int{}
	if _, err := decoder.Token(); err != nil {
		return nil
	}
	for decoder.More() {
		name, err := decoder.Token()
		if err != nil {
			return nil
		}
		var value json.RawMessage
		if decoder.Decode(&value) != nil {
			return nil
		}
		if text, ok := name.(string); ok {
			seen[text]++
		}
	}
	var names []string
	for name, n := range seen {
		if n > 1 {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}
