package tokeninfo

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"fmt"
	"hash"
	"maps"
	"slices"
	"strings"
	"time"
)

var hmacs = map[string]func() hash.Hash{"HS256": sha256.New, "HS384": sha512.New384, "HS512": sha512.New}

// checkSignature says whether the key made the signature.
func (r *Report) checkSignature(algorithm string, parts []string, key []byte) {
	newHash := hmacs[algorithm]
	switch {
	case parts[2] == "":
		r.Signature = "There is none."
		if !strings.EqualFold(algorithm, "none") {
			r.suspect("The signature was cut off: anybody can have written the rest.")
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
		r.suspect("The signature does not fit the key: the token was changed, or signed with another key.")
	}
}

// checkHeader looks for an algorithm, a key or an extension that the server did not choose.
func (r *Report) checkHeader(algorithm string, header map[string]any) {
	switch {
	case strings.EqualFold(algorithm, "none"):
		r.suspect("The algorithm is %q: nothing is signed, and anybody can have written it (CVE-2015-2951).", algorithm)
	case algorithm == "":
		r.suspect("The header names no algorithm.")
	case algorithm != "HS256":
		r.suspect("The algorithm is %q. A server that issues HS256 takes nothing else, whatever the key (RFC 8725, section 3.1).", algorithm)
	}
	for _, name := range []string{"jwk", "jku", "x5u", "x5c"} {
		if _, ok := header[name]; ok {
			r.suspect("The header brings a key along, in %q: the sender of the token chose it (CVE-2018-0114).", name)
		}
	}
	if crit, ok := header["crit"]; ok {
		r.suspect("The header says crit: %v. A verifier that does not know each of these must refuse the token (RFC 7515, section 4.1.11).", crit)
	}
	if kid, ok := header["kid"]; ok {
		text, isText := kid.(string)
		switch {
		case !isText:
			r.suspect("kid is not a text.")
		case strings.ContainsAny(text, "/\\'\";|$`") || strings.Contains(text, ".."):
			r.suspect("kid looks like a path or a command: %q. It is for looking a key up, in a list (RFC 8725, section 3.10).", text)
		}
	}
}

// longLife is how long a bearer token may be good before that is suspicious.
const longLife = 24 * time.Hour

// privateClaims are names of claims that nobody should put into what everybody can read.
var privateClaims = []string{"password", "passwd", "pass", "pwd", "hash", "secret", "api_key", "ssn", "credit_card"}

// checkClaims says whether the token is good now, and looks for claims that are missing, wrong
// or private.
func (r *Report) checkClaims(claims map[string]any, now time.Time) {
	r.Time = "Good now."
	exp, ok := instant(claims["exp"])
	switch value, there := claims["exp"]; {
	case !there || value == nil:
		r.Time = "Good forever."
		r.suspect("There is no exp: a stolen token would be good forever.")
	case !ok:
		r.Time = "Not to be told."
		r.suspect("exp is not a number of seconds: %v (RFC 7519, section 2).", value)
	case !now.Before(exp):
		r.Time = "Expired, " + distance(exp, now) + "."
	case exp.Year() > 9999:
		r.suspect("exp is in the year %d: milliseconds were taken for seconds.", exp.Year())
	case exp.Sub(now) > longLife:
		r.suspect("It is good for a long time: it ends %s.", distance(exp, now))
	}
	if nbf, ok := instant(claims["nbf"]); ok && now.Before(nbf) {
		r.Time = "Not good yet: " + distance(nbf, now) + "."
	}
	if iat, ok := instant(claims["iat"]); ok && iat.After(now.Add(time.Minute)) {
		r.suspect("It was issued %s: a clock is wrong, or somebody made it up.", distance(iat, now))
	}
	switch subject, there := claims["sub"]; {
	case !there || subject == "" || subject == nil:
		r.suspect("There is no subject: it says of nobody that it is theirs.")
	default:
		if _, ok := subject.(string); !ok {
			r.suspect("The subject is not a text: %v (RFC 7519, section 4.1.2).", subject)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(claims)) {
		if slices.Contains(privateClaims, strings.ToLower(name)) {
			r.suspect("It has a claim %q: a token is signed and not encrypted, so anyone who sees it can read that.", name)
		}
	}
}
