// Package tokeninfo takes a token apart for a person: what it says, whether its time is
// over, whether its signature fits, and what about it is suspicious. It decides nothing:
// deciding is what a verifier does.
package tokeninfo

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"maps"
	"math/big"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// Report is what there is to say about a token.
type Report struct {
	Header, Claims []Field
	Signature      string   // in a sentence
	Time           string   // whether it is its time, in a sentence
	Suspicious     []string // in sentences, the worst first
}

// Field is a name and its value, as JSON, and what that means if it is a time.
type Field struct{ Name, Value, Means string }

// Token inspects a token in the compact form of RFC 7515, section 7.1. Without a key the
// signature is not checked. An error means that it cannot be taken apart.
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
		return nil, fmt.Errorf("a token has three parts with a point between them, and this has %d", len(parts))
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

// object decodes a part that must be a JSON object.
func (r *Report) object(part, name string) (map[string]any, error) {
	text, err := base64.RawURLEncoding.DecodeString(part)
	if err != nil {
		if text, err = base64.URLEncoding.DecodeString(part); err != nil {
			if text, err = base64.StdEncoding.DecodeString(part); err != nil {
				return nil, fmt.Errorf("the %s is not base64url: %w", name, err)
			}
		}
		r.Suspicious = append(r.Suspicious, fmt.Sprintf("The %s is in another base64 than the standard's, which is base64url without =: verifiers refuse it.", name))
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
	for _, twice := range doubled(text) {
		r.Suspicious = append(r.Suspicious, fmt.Sprintf("The %s has %q twice: one program reads the first, another the last.", name, twice))
	}
	return object, nil
}

// doubled are the names that stand more than once at the top of a JSON object.
func doubled(text []byte) []string {
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

// timeClaims are the claims that are times (RFC 7519, section 4.1).
var timeClaims = []string{"exp", "nbf", "iat", "auth_time"}

func fields(object map[string]any, now time.Time, times bool) []Field {
	var list []Field
	for _, name := range slices.Sorted(maps.Keys(object)) {
		value, err := json.Marshal(object[name])
		if err != nil {
			value = fmt.Append(nil, object[name])
		}
		field := Field{Name: name, Value: string(value)}
		if at, ok := instant(object[name]); ok && times && slices.Contains(timeClaims, name) {
			field.Means = fmt.Sprintf("%s, %s", at.UTC().Format("2006-01-02 15:04:05 UTC"), away(at, now))
		}
		list = append(list, field)
	}
	return list
}

// instant reads a NumericDate: seconds since 1970, perhaps with a fraction (RFC 7519,
// section 2).
func instant(value any) (time.Time, bool) {
	number, ok := value.(json.Number)
	if !ok {
		return time.Time{}, false
	}
	seconds, ok := new(big.Float).SetString(number.String())
	if !ok || seconds.Cmp(big.NewFloat(-1e15)) < 0 || seconds.Cmp(big.NewFloat(1e15)) > 0 {
		return time.Time{}, false
	}
	whole, _ := seconds.Int64()
	return time.Unix(whole, 0), true
}

// away says how far an instant is from now: "in 29 minutes", "3 days ago".
func away(at, now time.Time) string {
	d := at.Sub(now).Abs()
	text := ""
	for _, unit := range []struct {
		name string
		size time.Duration
	}{{"year", 365 * 24 * time.Hour}, {"day", 24 * time.Hour}, {"hour", time.Hour}, {"minute", time.Minute}, {"second", time.Second}} {
		if n := int64(d / unit.size); n > 0 {
			text = fmt.Sprintf("%d %s", n, unit.name)
			if n > 1 {
				text += "s"
			}
			break
		}
	}
	switch {
	case text == "":
		return "now"
	case d == 1<<63-1: // Sub goes no further
		return "hundreds of years away"
	case at.After(now):
		return "in " + text
	}
	return text + " ago"
}

var hmacs = map[string]func() hash.Hash{"HS256": sha256.New, "HS384": sha512.New384, "HS512": sha512.New}

func (r *Report) checkSignature(algorithm string, parts []string, key []byte) {
	newHash := hmacs[algorithm]
	switch {
	case parts[2] == "":
		r.Signature = "There is none."
		if !strings.EqualFold(algorithm, "none") {
			r.Suspicious = append(r.Suspicious, "The signature was cut off: anybody can have written the rest.")
		}
	case newHash == nil:
		r.Signature = fmt.Sprintf("Not checked: only HS256, HS384 and HS512 can be, and the header says %q.", algorithm)
	case key == nil:
		r.Signature = "Not checked: there is no key. Set SECRET_KEY, or name a file with -key."
	default:
		mac := hmac.New(newHash, key)
		mac.Write([]byte(parts[0] + "." + parts[1]))
		signature, err := base64.RawURLEncoding.DecodeString(parts[2])
		if err == nil && hmac.Equal(signature, mac.Sum(nil)) {
			r.Signature = fmt.Sprintf("Right: the key makes this very signature, with %s.", algorithm)
			return
		}
		r.Signature = "Wrong: the key makes another one."
		r.Suspicious = append(r.Suspicious, "The signature does not fit the key: the token was changed, or signed with another key.")
	}
}

func (r *Report) checkHeader(algorithm string, header map[string]any) {
	suspect := func(format string, args ...any) {
		r.Suspicious = append(r.Suspicious, fmt.Sprintf(format, args...))
	}
	switch {
	case strings.EqualFold(algorithm, "none"):
		suspect("The algorithm is %q: nothing is signed, and anybody can have written it (CVE-2015-2951).", algorithm)
	case algorithm == "":
		suspect("The header names no algorithm.")
	case algorithm != "HS256":
		suspect("The algorithm is %q. A server that issues HS256 takes nothing else, whatever the key (RFC 8725, section 3.1).", algorithm)
	}
	for _, name := range []string{"jwk", "jku", "x5u", "x5c"} {
		if _, ok := header[name]; ok {
			suspect("The header brings a key along, in %q: whoever wrote the token chose it (CVE-2018-0114).", name)
		}
	}
	if crit, ok := header["crit"]; ok {
		suspect("The header says crit: %v. A verifier that does not know each of these must refuse the token (RFC 7515, section 4.1.11).", crit)
	}
	if kid, ok := header["kid"]; ok {
		text, isText := kid.(string)
		switch {
		case !isText:
			suspect("kid is not a text.")
		case strings.ContainsAny(text, "/\\'\";|$`") || strings.Contains(text, ".."):
			suspect("kid looks like a path or a command: %q. It is for looking a key up, in a list (RFC 8725, section 3.10).", text)
		}
	}
}

// far is how long a bearer token may live before that is remarkable.
const far = 24 * time.Hour

// private are names of claims that everybody who sees the token can read.
var private = []string{"password", "passwd", "pass", "pwd", "hash", "secret", "api_key", "ssn", "credit_card"}

func (r *Report) checkClaims(claims map[string]any, now time.Time) {
	suspect := func(format string, args ...any) {
		r.Suspicious = append(r.Suspicious, fmt.Sprintf(format, args...))
	}
	r.Time = "Good now."
	exp, ok := instant(claims["exp"])
	switch value, there := claims["exp"]; {
	case !there || value == nil:
		r.Time = "Good for ever."
		suspect("There is no exp: a stolen token would be good for ever.")
	case !ok:
		r.Time = "Not to be told."
		suspect("exp is not a number of seconds: %v (RFC 7519, section 2).", value)
	case !now.Before(exp):
		r.Time = "Expired, " + away(exp, now) + "."
	case exp.Year() > 9999:
		suspect("exp is in the year %d: milliseconds were taken for seconds.", exp.Year())
	case exp.Sub(now) > far:
		suspect("It is good for a long time: it ends %s.", away(exp, now))
	}
	if nbf, ok := instant(claims["nbf"]); ok && now.Before(nbf) {
		r.Time = "Not good yet: " + away(nbf, now) + "."
	}
	if iat, ok := instant(claims["iat"]); ok && iat.After(now.Add(time.Minute)) {
		suspect("It was issued %s: a clock is wrong, or somebody made it up.", away(iat, now))
	}
	switch subject, there := claims["sub"]; {
	case !there || subject == "" || subject == nil:
		suspect("There is no subject: it says of nobody that it is theirs.")
	default:
		if _, ok := subject.(string); !ok {
			suspect("The subject is not a text: %v (RFC 7519, section 4.1.2).", subject)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(claims)) {
		if slices.Contains(private, strings.ToLower(name)) {
			suspect("It has a claim %q: a token is signed and not encrypted, so whoever sees it can read that.", name)
		}
	}
}
