package contract

import (
	"context"
	"net"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
)

// tampered are tokens that the server has issued, changed.
func tampered() []Case {
	cases := slices.Concat([]Case{everyByte()}, otherSignatures(), otherSpellings(), otherShapes(), withoutSignature(), otherParts(), noTokens(), otherKeys(), keysBroughtAlong())
	byName(cases)
	return cases
}

const (
	macReason   = "The signature is there to be checked (RFC 8725, section 3.3; CWE-347)"
	noneReason  = "Anybody can write a token without a signature (CVE-2015-2951, RFC 8725, section 3.2)"
	shapeReason = "What is no token is no server's fault: 401, and never 500"
)

// changed is a case: the token is good as it was, and refused as it is changed.
func changed(name, why string, change func(header, payload, signature, other string) string) Case {
	return Case{Name: name, Why: why, Asks: "401 invalid_token, after the token as it was has been taken", Do: func(ctx context.Context, t *try) {
		token := t.fill(ctx, "{token}")
		t.expect(ctx, get("/auth/me").as(token), status(200))
		header, payload, signature, ok := parts(token)
		if !ok {
			t.fail("a token of three parts", "%s", token)
		}
		changed := change(header, payload, signature, t.bob().token)
		if changed == token {
			t.fail("a token that can be changed", "%s", token)
		}
		t.expect(ctx, get("/auth/me").as(changed), badToken)
	}}
}

// otherSignatures are not the one that the server made for the token.
func otherSignatures() []Case {
	return []Case{
		changed("refuses-another-user-under-the-same-signature", macReason, func(h, p, s, other string) string {
			_, theirs, _, _ := parts(other)
			return h + "." + theirs + "." + s
		}),
		changed("refuses-a-later-exp-under-the-same-signature", macReason, func(h, p, s, _ string) string {
			return h + "." + part(expClaim.ReplaceAllString(unpart(p), "${0}1")) + "." + s
		}),
		changed("refuses-a-payload-written-anew", "What is signed are the bytes, not what they mean (RFC 7515, section 5.2)", func(h, p, s, _ string) string {
			return h + "." + part(unpart(p)+" ") + "." + s
		}),
		changed("refuses-a-header-written-anew", "What is signed are the bytes, not what they mean (RFC 7515, section 5.2)", func(h, p, s, _ string) string {
			return part(unpart(h)+" ") + "." + p + "." + s
		}),
		changed("refuses-a-signature-that-differs-at-its-beginning", macReason, func(h, p, s, _ string) string { return h + "." + p + "." + flip(s, 0) }),
		changed("refuses-a-signature-that-differs-in-its-middle", macReason, func(h, p, s, _ string) string { return h + "." + p + "." + flip(s, 16) }),
		changed("refuses-a-signature-that-differs-at-its-end", macReason, func(h, p, s, _ string) string { return h + "." + p + "." + flip(s, 31) }),
		changed("refuses-an-empty-signature", "CVE-2020-28042", func(h, p, _, _ string) string { return h + "." + p + "." }),
		changed("refuses-a-missing-signature", shapeReason, func(h, p, _, _ string) string { return h + "." + p }),
		changed("refuses-half-a-signature", "Code that compares as much as there is takes an empty one, too (CWE-187)", func(h, p, s, _ string) string { return h + "." + p + "." + s[:len(s)/2/4*4] }),
		changed("refuses-a-signature-and-more", macReason, func(h, p, s, _ string) string { return h + "." + p + "." + part(unpart(s)+"more") }),
		changed("refuses-the-signature-of-another-token", macReason, func(h, p, _, other string) string {
			_, _, theirs, _ := parts(other)
			return h + "." + p + "." + theirs
		}),
		changed("refuses-a-signature-of-zeros", macReason, func(h, p, _, _ string) string { return h + "." + p + "." + part(string(make([]byte, 32))) }),
		changed("refuses-a-token-in-lower-case", "base64 has a case", func(h, p, s, _ string) string { return strings.ToLower(h + "." + p + "." + s) }),
	}
}

var expClaim = regexp.MustCompile(`"exp"\s*:\s*`)

// otherShapes are a good token that is written in another way.
func otherShapes() []Case {
	return []Case{
		changed("refuses-a-fourth-part", shapeReason, func(h, p, s, _ string) string { return h + "." + p + "." + s + "." + s }),
		changed("refuses-a-dot-behind-it", shapeReason, func(h, p, s, _ string) string { return h + "." + p + "." + s + "." }),
		changed("refuses-a-dot-before-it", shapeReason, func(h, p, s, _ string) string { return "." + h + "." + p + "." + s }),
		changed("refuses-parts-in-another-order", shapeReason, func(h, p, s, _ string) string { return p + "." + h + "." + s }),
		changed("refuses-a-token-with-its-quotes", shapeReason, func(h, p, s, _ string) string { return `"` + h + "." + p + "." + s + `"` }),
		changed("refuses-an-escaped-token", shapeReason, func(h, p, s, _ string) string { return h + "%2E" + p + "%2E" + s }),
	}
}

// withoutSignature are tokens that say that they need none.
func withoutSignature() (cases []Case) {
	for _, alg := range []string{"none", "None", "NONE", "nOnE", "nonE"} {
		header := part(`{"alg":"` + alg + `","typ":"JWT"}`)
		cases = append(cases, changed("refuses-alg-"+alg+"-without-a-signature", noneReason, func(_, p, _, _ string) string { return header + "." + p + "." }))
	}
	noneHeader := part(`{"alg":"none"}`)
	cases = append(cases,
		changed("refuses-alg-none-with-a-signature", noneReason, func(_, p, s, _ string) string { return noneHeader + "." + p + "." + s }),
		changed("refuses-alg-none-in-two-parts", noneReason, func(_, p, _, _ string) string { return noneHeader + "." + p }),
		changed("refuses-alg-none-for-another-user", noneReason, func(_, _, _, other string) string {
			_, theirs, _, _ := parts(other)
			return noneHeader + "." + theirs + "."
		}),
	)
	return cases
}

// otherParts are headers and payloads in the place of good ones.
func otherParts() (cases []Case) {
	for name, header := range map[string]string{
		"an-empty-alg": `{"alg":"","typ":"JWT"}`, "no-alg": `{"typ":"JWT"}`, "alg-null": `{"alg":null}`, "alg-256": `{"alg":256}`, "a-list-of-algs": `{"alg":["none"]}`,
		"an-empty-header": `{}`, "a-header-that-is-null": `null`, "a-header-that-is-a-list": `[]`, "a-header-that-is-text": `"HS256"`, "a-header-that-is-no-json": `HS256`,
	} {
		cases = append(cases, changed("refuses-"+name, shapeReason, func(_, p, s, _ string) string { return part(header) + "." + p + "." + s }))
	}
	for name, payload := range map[string]string{"null": `null`, "a-list": `[]`, "a-number": `17`, "no-json": `sub=ann`, "empty": ``, "half-an-object": `{"sub":"a"`, "broken-utf-8": "{\"sub\":\"\xff\"}"} {
		cases = append(cases, changed("refuses-a-payload-that-is-"+name, shapeReason, func(h, _, s, _ string) string { return h + "." + part(payload) + "." + s }))
	}
	return cases
}

// noTokens were never issued by anybody.
func noTokens() (cases []Case) {
	for name, token := range map[string]string{
		"a-word": "nonsense", "two-words": "non.sense", "three-words": "this.is.nonsense", "a-dot": ".", "two-dots": "..", "ten-dots": "..........",
		"4-KB": strings.Repeat("a", 4096), "4-KB-in-three-parts": strings.Repeat("a", 1365) + "." + strings.Repeat("b", 1365) + "." + strings.Repeat("c", 1365),
		"base64-of-the-other-kind": "+/+/.+/+/.+/+/", "padding": "e30=.e30=.e30=", "JSON": `{"alg":"HS256"}`, "JWE": "a.b.c.d.e",
		"null": "null", "undefined": "undefined", "SQL": "'OR'1'='1", "a-path": "../../etc/passwd",
	} {
		cases = append(cases, Case{Name: "refuses-" + name, Send: get("/auth/me").as(token), Want: badToken, Why: shapeReason})
	}
	// A server may refuse these before it looks for a token in them.
	for name, token := range map[string]string{"ten-thousand-dots": strings.Repeat(".", 10_000), "bytes-that-are-no-text": "\xff\xfe.\x80.\xc0", "other-letters": "мой.токен.тут"} {
		cases = append(cases, Case{Name: "refuses-" + name, Send: get("/auth/me").as(token), Want: status(400, 401, 431), Why: "CVE-2025-30204 was about dots; " + shapeReason})
	}
	return cases
}

// otherKeys sign a token with what anybody could guess.
func otherKeys() (cases []Case) {
	// Tokens that are signed, with keys that anybody could guess or bring along.
	for name, key := range map[string]string{
		"an-empty-key": "", "a-NUL-for-a-key": "\x00", "the-key-secret": "secret", "the-key-change-me": "change-me", "the-key-dev": "dev", "the-key-your-256-bit-secret": "your-256-bit-secret",
		"32-zeros-for-a-key": strings.Repeat("0", 32), "32-NULs-for-a-key": strings.Repeat("\x00", 32), "the-key-of-the-demo": "change-me-to-a-long-random-string", "the-word-none-for-a-key": "none",
	} {
		cases = append(cases, changed("refuses-"+name, "Keys that everybody can guess are tried first (CVE-2019-20933, CVE-2025-30206, CWE-798)", func(_, p, _, _ string) string { return hs256(key, goodHeader, unpart(p)) }))
	}
	for name, kid := range map[string]string{"a-kid-that-is-dev-null": "../../../../dev/null", "a-kid-with-SQL": "x' UNION SELECT 'k' --", "a-kid-that-is-empty": ""} {
		cases = append(cases, changed("refuses-"+name, "A kid is the sender's to choose: it must lead to no file and no query (RFC 8725, section 3.10)", func(_, p, _, _ string) string {
			key := ""
			if strings.Contains(kid, "SELECT") {
				key = "k"
			}
			return hs256(key, `{"alg":"HS256","typ":"JWT","kid":`+quoted(kid)+`}`, unpart(p))
		}))
	}
	cases = append(cases, changed("refuses-a-secret-that-the-token-brings-along", "The sender of the token would choose the key (CVE-2018-0114)", func(_, p, _, _ string) string {
		return hs256("brought-along-brought-along-12345", `{"alg":"HS256","typ":"JWT","jwk":{"kty":"oct","k":"`+part("brought-along-brought-along-12345")+`"},"k":"`+part("brought-along-brought-along-12345")+`","secret":"brought-along-brought-along-12345"}`, unpart(p))
	}))
	return cases
}

// keysBroughtAlong are where the token itself says.
func keysBroughtAlong() (cases []Case) {
	cases = append(cases, Case{Name: "refuses-an-RSA-key-that-the-token-brings-along", Asks: "401 invalid_token", Why: "The sender of the token would choose the key (CVE-2018-0114)", Do: func(ctx context.Context, t *try) {
		_, payload, _, _ := parts(t.fill(ctx, "{token}"))
		token, err := rs256(unpart(payload))
		if err != nil {
			t.fail("a key", "%v", err)
		}
		t.expect(ctx, get("/auth/me").as(token), badToken)
	}}, Case{Name: "fetches-no-key-from-where-the-token-says", Asks: "401 invalid_token, and no request to the URL in jku and x5u", Why: "The server would become the attacker's client (CWE-918; RFC 8725, section 3.10)", Do: func(ctx context.Context, t *try) {
		var visits atomic.Int32
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err == nil {
			defer listener.Close()
			go func() {
				for {
					c, err := listener.Accept()
					if err != nil {
						return
					}
					visits.Add(1)
					c.Close()
				}
			}()
			_, payload, _, _ := parts(t.fill(ctx, "{token}"))
			at := quoted("http://" + listener.Addr().String() + "/keys.json")
			t.expect(ctx, get("/auth/me").as(hs256("k", `{"alg":"HS256","kid":"1","jku":`+at+`,"x5u":`+at+`}`, unpart(payload))), badToken)
			t.expect(ctx, get("/auth/me").as(hs256("k", `{"alg":"RS256","kid":"1","jku":`+at+`,"x5u":`+at+`}`, unpart(payload))), badToken)
		}
		if visits.Load() > 0 {
			t.fail("no request to where jku says", "%d", visits.Load())
		}
	}})
	return cases
}

// flip changes one bit of a signature. It is a bit and no letter that is changed: a letter
// may be part of two bytes, and the last one has bits that mean nothing.
func flip(signature string, at int) string {
	bytes := []byte(unpart(signature))
	if at >= len(bytes) {
		return signature // it has another length than HMAC-SHA256: there are cases about that
	}
	bytes[at] ^= 1
	return part(string(bytes))
}
