package contract

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"
)

// tokenRules are the rows about what is in a token. Those without Key change tokens that
// the server itself has issued; those with it sign their own, with the server's key.
func tokenRules() []Case {
	return append(append(issued(), tampered()...), forged()...)
}

// issued are about the server's own tokens.
func issued() []Case {
	return []Case{
		{Name: "are-signed-with-HS256", Asks: `three parts, and "alg" is "HS256"`, Why: "The contract: any algorithm but HS256 is refused", Do: func(ctx context.Context, t *try) {
			token := t.fill(ctx, "{token}")
			header, _, signature, ok := parts(token)
			if !ok || object(unpart(header))["alg"] != "HS256" || len(unpart(signature)) != 32 {
				t.fail("a header with alg HS256 and a signature of 32 bytes", "%s", token)
			}
		}},
		{Name: "expire", Asks: `"exp", a number of seconds in the future`, Why: "RFC 7519, section 4.1.4", Do: func(ctx context.Context, t *try) {
			exp, ok := claims(t.fill(ctx, "{token}"))["exp"].(json.Number)
			if at, err := exp.Float64(); !ok || err != nil || at <= float64(t.suite.now()) || at > float64(t.suite.now()+25*3600) {
				t.fail("exp in seconds since 1970, within a day from now", "claims %v", claims(t.fill(ctx, "{token}")))
			}
		}},
		{Name: "name-a-subject-that-is-no-email", Asks: `"sub", a text, and not the email`, Why: "The next owner of the email would get the account, too (ASVS 5.0, 10.3.3)", Do: func(ctx context.Context, t *try) {
			subject, _ := claims(t.fill(ctx, "{token}"))["sub"].(string)
			if subject == "" || strings.Contains(strings.ToLower(subject), "@") {
				t.fail("sub, a text that is no email", "claims %v", claims(t.fill(ctx, "{token}")))
			}
		}},
		{Name: "name-each-user-in-their-own-way", Asks: "two users have two subjects, and one user the same one again", Why: "RFC 7519, section 4.1.2", Do: func(ctx context.Context, t *try) {
			first, second := claims(t.ann().token)["sub"], claims(t.bob().token)["sub"]
			again := claims(t.send(ctx, login(t.ann().email, password)).text("access_token"))["sub"]
			if first == second || first != again {
				t.fail("one subject for each user", "%v and %v for one user, %v for the other", first, again, second)
			}
		}},
		{Name: "hold-no-secret", Asks: "neither the password, nor its hash, nor a key", Why: "A payload is only base64 (CWE-522)", Do: func(ctx context.Context, t *try) {
			header, payload, _, _ := parts(t.fill(ctx, "{token}"))
			for _, text := range []string{unpart(header), unpart(payload)} {
				for _, secret := range []string{password, "$2a$", "$2b$", "$2y$", "$argon2", beginning(t.suite.Key), beginning(hex.EncodeToString([]byte(t.suite.Key))), beginning(base64.StdEncoding.EncodeToString([]byte(t.suite.Key)))} {
					if secret != "" && strings.Contains(text, secret) {
						t.fail("no secret in header and payload", "%s", readable(text))
					}
				}
			}
		}},
	}
}

// beginning is enough of a key, however it is written, to know it by.
func beginning(key string) string { return key[:min(len(key), 8)] }

// byName orders what comes out of a map, so that every run shows the same.
func byName(cases []Case) {
	slices.SortStableFunc(cases, func(a, b Case) int { return strings.Compare(a.Name, b.Name) })
}
