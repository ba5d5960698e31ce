package contract

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"math/big"
	"slices"
	"strconv"
	"strings"
)

// claimsOfAccess are those that RFC 9068, section 2.2, wants in an access token, and the session's.
var claimsOfAccess = strings.Fields("iss sub aud exp iat jti client_id scope sid")

// publicKeys fetches the keys that the server publishes.
func (t *try) publicKeys(ctx context.Context) []map[string]any {
	a := t.expect(ctx, get("/.well-known/jwks.json"), status(200), that(`JSON with a list of "keys"`, func(a answer) string {
		if list, ok := a.json()["keys"].([]any); !ok || len(list) == 0 {
			return fmt.Sprintf("%.80s", a.body)
		}
		return ""
	}))
	var keys []map[string]any
	for _, key := range a.json()["keys"].([]any) {
		object, _ := key.(map[string]any)
		keys = append(keys, object)
	}
	return keys
}

// textOf is a member of an object that is a text, or "".
func textOf(object map[string]any, name string) string {
	text, _ := object[name].(string)
	return text
}

// es256 returns a token signed with a key of P-256.
func es256(key *ecdsa.PrivateKey, header, payload string) string {
	text := part(header) + "." + part(payload)
	digest := sha256.Sum256([]byte(text))
	r, s, err := ecdsa.Sign(rand.Reader, key, digest[:])
	if err != nil {
		return ""
	}
	return text + "." + part(string(append(r.FillBytes(make([]byte, 32)), s.FillBytes(make([]byte, 32))...)))
}

// publishedKeys are about the keys, the metadata, and tokens that nobody who has the private key
// has made.
func publishedKeys() []Case {
	cases := []Case{
		{Name: "verify-the-server-s-tokens", Why: "RFC 7515, section 5.2; RFC 7518, section 3.4", Asks: "alg ES256, and a signature by the published key that kid names", Do: func(ctx context.Context, t *try) {
			token := t.fill(ctx, "{token}")
			h, p, s, ok := parts(token)
			head := object(unpart(h))
			if !ok || textOf(head, "alg") != "ES256" || !strings.EqualFold(textOf(head, "typ"), "at+jwt") || textOf(head, "kid") == "" {
				t.fail(`a header with "alg" ES256, "typ" at+jwt and a "kid"`, "%s", unpart(h))
			}
			keys := t.publicKeys(ctx)
			i := slices.IndexFunc(keys, func(key map[string]any) bool { return textOf(key, "kid") == textOf(head, "kid") })
			if i < 0 {
				t.fail("a published key with the token's kid", "none, of %d", len(keys))
			}
			x, y := unpart(textOf(keys[i], "x")), unpart(textOf(keys[i], "y"))
			public, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), []byte("\x04"+x+y))
			if err != nil {
				t.fail("x and y of a point of P-256, 32 bytes each", "%v", keys[i])
			}
			digest, signature := sha256.Sum256([]byte(h+"."+p)), unpart(s)
			if len(signature) != 64 || !ecdsa.Verify(public, digest[:], new(big.Int).SetBytes([]byte(signature[:32])), new(big.Int).SetBytes([]byte(signature[32:]))) {
				t.fail("a signature that the published key verifies", "%s", token)
			}
		}},
		{Name: "are-public-alone", Why: "Anybody with a private key can be anybody (CWE-522)", Asks: "kty EC, crv P-256, kid, x and y, and nothing of a private key", Do: func(ctx context.Context, t *try) {
			for _, key := range t.publicKeys(ctx) {
				if textOf(key, "kty") != "EC" || textOf(key, "crv") != "P-256" || textOf(key, "kid") == "" {
					t.fail("kty EC, crv P-256 and a kid", "%v", key)
				}
				for _, private := range strings.Fields("d p q dp dq qi k oth") {
					if _, ok := key[private]; ok {
						t.fail("no "+private+" in a public key", "%v", key)
					}
				}
			}
		}},
		{Name: "may-be-kept-for-a-while", Send: get("/.well-known/jwks.json"), Want: wants(status(200), inJSON, that("Cache-Control with a max-age of a second or more", func(a answer) string {
			for part := range strings.SplitSeq(strings.Join(a.header.Values("Cache-Control"), ","), ",") {
				if age, ok := strings.CutPrefix(strings.TrimSpace(strings.ToLower(part)), "max-age="); ok {
					if n, err := strconv.Atoi(age); err == nil && n > 0 {
						return ""
					}
				}
			}
			return fmt.Sprintf("Cache-Control: %q", a.header.Values("Cache-Control"))
		})), Why: "Others fetch them, and must know for how long they are good"},
		{Name: "are-nothing-to-change", Send: post("/.well-known/jwks.json", `{"keys":[]}`), Want: status(400, 401, 404, 405), Why: "CWE-306"},
		{Name: "come-with-claims-that-say-what-the-token-is-for", Why: "RFC 9068, section 2.2", Asks: strings.Join(claimsOfAccess, ", ") + " in the token", Do: func(ctx context.Context, t *try) {
			found := claims(t.fill(ctx, "{token}"))
			for _, name := range claimsOfAccess {
				if found[name] == nil || found[name] == "" {
					t.fail("the claim "+name, "%v", found)
				}
			}
			if found["client_id"] != "tasks" {
				t.fail("the client_id tasks", "%v", found["client_id"])
			}
		}},
		{Name: "are-where-the-metadata-says", Why: "RFC 8414, sections 2 and 3.3", Asks: "metadata whose issuer is the token's, with what the server has", Do: func(ctx context.Context, t *try) {
			a := t.expect(ctx, get("/.well-known/oauth-authorization-server"), status(200), inJSON)
			found, issuer := a.json(), textOf(claims(t.fill(ctx, "{token}")), "iss")
			if textOf(found, "issuer") != issuer || issuer == "" {
				t.fail("the issuer of the tokens, "+issuer, "%v", found["issuer"])
			}
			for name, path := range map[string]string{"token_endpoint": "/auth/token", "revocation_endpoint": "/auth/revoke", "jwks_uri": "/.well-known/jwks.json"} {
				if !strings.HasSuffix(textOf(found, name), path) {
					t.fail(name+", a URL that ends with "+path, "%v", found[name])
				}
			}
			for name, members := range map[string]string{"grant_types_supported": "password refresh_token", "token_endpoint_auth_methods_supported": "none", "scopes_supported": "tasks:read tasks:write profile users:read users:write"} {
				list, _ := found[name].([]any)
				for member := range strings.FieldsSeq(members) {
					if !slices.Contains(list, any(member)) {
						t.fail(name+" with "+member+" in it", "%v", found[name])
					}
				}
			}
			if list, ok := found["response_types_supported"].([]any); !ok || len(list) != 0 {
				t.fail("response_types_supported, an empty list", "%v", found["response_types_supported"])
			}
		}},
	}
	return append(cases, forgedWithoutTheKey()...)
}

// forgedWithoutTheKey are tokens that somebody makes who knows all that is public.
func forgedWithoutTheKey() (cases []Case) {
	forge := func(name, why string, make func(t *try, key map[string]any, header map[string]any, payload string) string) {
		cases = append(cases, Case{Name: "verify-no-" + name, Why: why, Asks: "401 invalid_token", Do: func(ctx context.Context, t *try) {
			token := t.fill(ctx, "{token}")
			h, p, _, _ := parts(token)
			t.expect(ctx, get("/auth/me").as(token), status(200))
			forged := make(t, t.publicKeys(ctx)[0], object(unpart(h)), unpart(p))
			t.expect(ctx, get("/auth/me").as(forged), badToken)
		}})
	}
	const confusion = "The sender of a token must not choose its algorithm: what is public must not become a secret (CVE-2016-10555; RFC 8725, section 3.1)"
	own := func() *ecdsa.PrivateKey {
		key, _ := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		return key
	}
	with := func(header map[string]any, name string, value any) string {
		header[name] = value
		text, _ := json.Marshal(header)
		return string(text)
	}
	forge("signature-of-another-key", "The kid is a name, and no proof (RFC 7515, section 4.1.4)", func(_ *try, _, header map[string]any, payload string) string {
		return es256(own(), with(header, "alg", "ES256"), payload)
	})
	forge("signature-of-a-key-with-a-name-of-its-own", "CWE-347", func(_ *try, _, header map[string]any, payload string) string {
		return es256(own(), with(header, "kid", "mine"), payload)
	})
	forge("signature-of-a-key-without-a-name", "CWE-347", func(_ *try, _, header map[string]any, payload string) string {
		delete(header, "kid")
		return es256(own(), with(header, "alg", "ES256"), payload)
	})
	forge("key-that-the-token-brings-along", "The sender would choose the key (CVE-2018-0114)", func(_ *try, _, header map[string]any, payload string) string {
		key := own()
		point, _ := key.PublicKey.Bytes()
		return es256(key, with(header, "jwk", map[string]any{"kty": "EC", "crv": "P-256", "x": part(string(point[1:33])), "y": part(string(point[33:]))}), payload)
	})
	for _, secret := range []struct {
		name string
		of   func(key map[string]any) string
	}{
		{"x-for-a-secret", func(key map[string]any) string { return textOf(key, "x") }},
		{"the-point-for-a-secret", func(key map[string]any) string {
			return "\x04" + unpart(textOf(key, "x")) + unpart(textOf(key, "y"))
		}},
		{"the-kid-for-a-secret", func(key map[string]any) string { return textOf(key, "kid") }},
		{"the-key-as-json-for-a-secret", func(key map[string]any) string { text, _ := json.Marshal(key); return string(text) }},
		{"nothing-for-a-secret", func(map[string]any) string { return "" }},
	} {
		forge("HS256-with-"+secret.name, confusion, func(_ *try, key, header map[string]any, payload string) string {
			return hs256(secret.of(key), with(header, "alg", "HS256"), payload)
		})
	}
	for _, alg := range []string{"none", "None", "NONE", "HS256", "ES384", "RS256", "PS256", "EdDSA", "es256", ""} {
		name := alg
		if alg == "" {
			name = "an-empty-alg"
		}
		forge("right-signature-that-is-called-"+name, confusion, func(t *try, _, header map[string]any, payload string) string {
			_, _, signature, _ := parts(t.ann().token)
			return part(with(header, "alg", alg)) + "." + part(payload) + "." + signature
		})
	}
	for _, alg := range []string{"none", "None", "nOnE"} {
		forge("unsigned-token-that-says-"+alg, "Anybody can write a token without a signature (CVE-2015-2951)", func(_ *try, _, header map[string]any, payload string) string {
			return part(with(header, "alg", alg)) + "." + part(payload) + "."
		})
	}
	forge("signature-of-zeros", "CVE-2022-21449 took r and s of 0 for any token", func(_ *try, _, header map[string]any, payload string) string {
		return part(with(header, "alg", "ES256")) + "." + part(payload) + "." + part(string(make([]byte, 64)))
	})
	return cases
}
