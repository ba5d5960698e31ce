package contract

import (
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash"
	"net"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
)

// tokenRules are the rows about what is in a token. Those without Key change tokens that
// the server itself has issued; those with it sign their own, with the server's key.
func tokenRules() []Case {
	return append(append(issued(), tampered()...), forged()...)
}

// issued are about the server's own tokens.
func issued() []Case {
	return []Case{
		{Name: "are-signed-with-HS256", Asks: `three parts, and "alg" is "HS256"`, Why: "The contract: any algorithm but HS256 is refused", Do: func(t *try) {
			token := t.fill("{token}")
			header, _, signature, ok := parts(token)
			if !ok || object(unpart(header))["alg"] != "HS256" || len(unpart(signature)) != 32 {
				t.fail("a header with alg HS256 and a signature of 32 bytes", "%s", token)
			}
		}},
		{Name: "expire", Asks: `"exp", a number of seconds in the future`, Why: "RFC 7519, section 4.1.4", Do: func(t *try) {
			exp, ok := claims(t.fill("{token}"))["exp"].(json.Number)
			if at, err := exp.Float64(); !ok || err != nil || at <= float64(t.now()) || at > float64(t.now()+2*366*24*3600) {
				t.fail("exp in seconds since 1970, within a year or so from now", "claims %v", claims(t.fill("{token}")))
			}
		}},
		{Name: "name-a-subject-that-is-no-email", Asks: `"sub", a text, and not the email`, Why: "Who gets an email next would get the account with it (ASVS 5.0, 10.3.3)", Do: func(t *try) {
			subject, _ := claims(t.fill("{token}"))["sub"].(string)
			if subject == "" || strings.Contains(strings.ToLower(subject), "@") {
				t.fail("sub, a text that is no email", "claims %v", claims(t.fill("{token}")))
			}
		}},
		{Name: "name-each-user-in-their-own-way", Asks: "two users have two subjects, and one user the same one again", Why: "RFC 7519, section 4.1.2", Do: func(t *try) {
			first, second := claims(t.ann().token)["sub"], claims(t.bob().token)["sub"]
			again := claims(t.send(login(t.ann().email, password)).text("access_token"))["sub"]
			if first == second || first != again {
				t.fail("one subject for each user", "%v and %v for one user, %v for the other", first, again, second)
			}
		}},
		{Name: "hold-no-secret", Asks: "neither the password, nor its hash, nor a key", Why: "A payload is only base64 (CWE-522)", Do: func(t *try) {
			header, payload, _, _ := parts(t.fill("{token}"))
			for _, text := range []string{unpart(header), unpart(payload)} {
				for _, secret := range []string{password, "$2a$", "$2b$", "$2y$", "$argon2", beginning(t.Key), beginning(hex.EncodeToString([]byte(t.Key))), beginning(base64.StdEncoding.EncodeToString([]byte(t.Key)))} {
					if secret != "" && strings.Contains(text, secret) {
						t.fail("no secret in header and payload", "%s", shown(text))
					}
				}
			}
		}},
	}
}

// beginning is enough of a key, however it is written, to know it by.
func beginning(key string) string { return key[:min(len(key), 8)] }

// tampered are tokens that the server has issued, changed.
func tampered() []Case {
	var cases []Case
	add := func(name, why string, change func(header, payload, signature, other string) string) {
		cases = append(cases, Case{Name: name, Why: why, Asks: "401 invalid_token, after the token as it was has been taken", Do: func(t *try) {
			token := t.fill("{token}")
			t.want(t.send(get("/auth/me").as(token)), status(200)...)
			header, payload, signature, ok := parts(token)
			if !ok {
				t.fail("a token of three parts", "%s", token)
			}
			changed := change(header, payload, signature, t.bob().token)
			if changed == token {
				t.fail("a token that can be changed", "%s", token)
			}
			t.want(t.send(get("/auth/me").as(changed)), badToken...)
		}})
	}
	const (
		mac   = "The signature is there to be checked (RFC 8725, section 3.3; CWE-347)"
		none  = "Anybody can write a token without a signature (CVE-2015-2951, RFC 8725, section 3.2)"
		shape = "What is no token is no server's fault: 401, and never 500"
	)
	add("refuses-another-user-under-the-same-signature", mac, func(h, p, s, other string) string {
		_, theirs, _, _ := parts(other)
		return h + "." + theirs + "." + s
	})
	add("refuses-a-later-exp-under-the-same-signature", mac, func(h, p, s, _ string) string {
		return h + "." + part(strings.Replace(unpart(p), `"exp":`, `"exp":1`, 1)) + "." + s
	})
	add("refuses-a-payload-written-anew", "What is signed are the bytes, not what they mean (RFC 7515, section 5.2)", func(h, p, s, _ string) string {
		return h + "." + part(unpart(p)+" ") + "." + s
	})
	add("refuses-a-header-written-anew", "What is signed are the bytes, not what they mean (RFC 7515, section 5.2)", func(h, p, s, _ string) string {
		return part(unpart(h)+" ") + "." + p + "." + s
	})
	add("refuses-a-signature-that-differs-at-its-beginning", mac, func(h, p, s, _ string) string { return h + "." + p + "." + flip(s, 0) })
	add("refuses-a-signature-that-differs-in-its-middle", mac, func(h, p, s, _ string) string { return h + "." + p + "." + flip(s, len(s)/2) })
	add("refuses-an-empty-signature", "CVE-2020-28042", func(h, p, _, _ string) string { return h + "." + p + "." })
	add("refuses-a-missing-signature", shape, func(h, p, _, _ string) string { return h + "." + p })
	add("refuses-half-a-signature", "Who compares as much as there is takes the empty one too (CWE-187)", func(h, p, s, _ string) string { return h + "." + p + "." + s[:len(s)/2/4*4] })
	add("refuses-a-signature-and-more", mac, func(h, p, s, _ string) string { return h + "." + p + "." + part(unpart(s)+"more") })
	add("refuses-the-signature-of-another-token", mac, func(h, p, _, other string) string {
		_, _, theirs, _ := parts(other)
		return h + "." + p + "." + theirs
	})
	add("refuses-a-signature-of-zeros", mac, func(h, p, _, _ string) string { return h + "." + p + "." + part(string(make([]byte, 32))) })
	add("refuses-a-token-in-lower-case", "base64 has a case", func(h, p, s, _ string) string { return strings.ToLower(h + "." + p + "." + s) })
	add("refuses-a-fourth-part", shape, func(h, p, s, _ string) string { return h + "." + p + "." + s + "." + s })
	add("refuses-a-dot-behind-it", shape, func(h, p, s, _ string) string { return h + "." + p + "." + s + "." })
	add("refuses-a-dot-before-it", shape, func(h, p, s, _ string) string { return "." + h + "." + p + "." + s })
	add("refuses-parts-in-another-order", shape, func(h, p, s, _ string) string { return p + "." + h + "." + s })
	add("refuses-a-token-with-its-quotes", shape, func(h, p, s, _ string) string { return `"` + h + "." + p + "." + s + `"` })
	add("refuses-an-escaped-token", shape, func(h, p, s, _ string) string { return h + "%2E" + p + "%2E" + s })
	for _, alg := range []string{"none", "None", "NONE", "nOnE", "nonE"} {
		header := part(`{"alg":"` + alg + `","typ":"JWT"}`)
		add("refuses-alg-"+alg+"-without-a-signature", none, func(_, p, _, _ string) string { return header + "." + p + "." })
	}
	noneHeader := part(`{"alg":"none"}`)
	add("refuses-alg-none-with-a-signature", none, func(_, p, s, _ string) string { return noneHeader + "." + p + "." + s })
	add("refuses-alg-none-in-two-parts", none, func(_, p, _, _ string) string { return noneHeader + "." + p })
	add("refuses-alg-none-for-another-user", none, func(_, _, _, other string) string {
		_, theirs, _, _ := parts(other)
		return noneHeader + "." + theirs + "."
	})
	for name, header := range map[string]string{
		"an-empty-alg": `{"alg":"","typ":"JWT"}`, "no-alg": `{"typ":"JWT"}`, "alg-null": `{"alg":null}`, "alg-256": `{"alg":256}`, "a-list-of-algs": `{"alg":["none"]}`,
		"an-empty-header": `{}`, "a-header-that-is-null": `null`, "a-header-that-is-a-list": `[]`, "a-header-that-is-text": `"HS256"`, "a-header-that-is-no-json": `HS256`,
	} {
		add("refuses-"+name, shape, func(_, p, s, _ string) string { return part(header) + "." + p + "." + s })
	}
	for name, payload := range map[string]string{"null": `null`, "a-list": `[]`, "a-number": `17`, "no-json": `sub=ann`, "empty": ``, "half-an-object": `{"sub":"a"`, "broken-utf-8": "{\"sub\":\"\xff\"}"} {
		add("refuses-a-payload-that-is-"+name, shape, func(h, _, s, _ string) string { return h + "." + part(payload) + "." + s })
	}
	for name, token := range map[string]string{
		"a-word": "nonsense", "two-words": "non.sense", "three-words": "this.is.nonsense", "a-dot": ".", "two-dots": "..", "ten-dots": "..........",
		"4-KB": strings.Repeat("a", 4096), "4-KB-in-three-parts": strings.Repeat("a", 1365) + "." + strings.Repeat("b", 1365) + "." + strings.Repeat("c", 1365),
		"base64-of-the-other-kind": "+/+/.+/+/.+/+/", "padding": "e30=.e30=.e30=", "JSON": `{"alg":"HS256"}`, "JWE": "a.b.c.d.e",
		"null": "null", "undefined": "undefined", "SQL": "'OR'1'='1", "a-path": "../../etc/passwd",
	} {
		cases = append(cases, Case{Name: "refuses-" + name, Send: get("/auth/me").as(token), Want: badToken, Why: shape})
	}
	// A server may refuse these before it looks for a token in them.
	for name, token := range map[string]string{"ten-thousand-dots": strings.Repeat(".", 10_000), "bytes-that-are-no-text": "\xff\xfe.\x80.\xc0", "other-letters": "мой.токен.тут"} {
		cases = append(cases, Case{Name: "refuses-" + name, Send: get("/auth/me").as(token), Want: status(400, 401, 431), Why: "CVE-2025-30204 was about dots; " + shape})
	}
	// Tokens that are signed, with keys that anybody could guess or bring along.
	for name, key := range map[string]string{
		"an-empty-key": "", "a-NUL-for-a-key": "\x00", "the-key-secret": "secret", "the-key-change-me": "change-me", "the-key-dev": "dev", "the-key-your-256-bit-secret": "your-256-bit-secret",
		"32-zeros-for-a-key": strings.Repeat("0", 32), "32-NULs-for-a-key": strings.Repeat("\x00", 32), "the-key-of-the-demo": "change-me-to-a-long-random-string", "the-word-none-for-a-key": "none",
	} {
		add("refuses-"+name, "Keys that everybody can guess are tried first (CVE-2019-20933, CVE-2025-30206, CWE-798)", func(_, p, _, _ string) string { return hs256(key, goodHeader, unpart(p)) })
	}
	for name, kid := range map[string]string{"a-kid-that-is-dev-null": "../../../../dev/null", "a-kid-with-SQL": "x' UNION SELECT 'k' --", "a-kid-that-is-empty": ""} {
		add("refuses-"+name, "A kid is the sender's to choose: it must lead to no file and no query (RFC 8725, section 3.10)", func(_, p, _, _ string) string {
			key := ""
			if strings.Contains(kid, "SELECT") {
				key = "k"
			}
			return hs256(key, `{"alg":"HS256","typ":"JWT","kid":`+quoted(kid)+`}`, unpart(p))
		})
	}
	add("refuses-a-secret-that-the-token-brings-along", "Whoever sends the token would choose the key (CVE-2018-0114)", func(_, p, _, _ string) string {
		return hs256("brought-along-brought-along-12345", `{"alg":"HS256","typ":"JWT","jwk":{"kty":"oct","k":"`+part("brought-along-brought-along-12345")+`"},"k":"`+part("brought-along-brought-along-12345")+`","secret":"brought-along-brought-along-12345"}`, unpart(p))
	})
	cases = append(cases, Case{Name: "refuses-an-RSA-key-that-the-token-brings-along", Asks: "401 invalid_token", Why: "Whoever sends the token would choose the key (CVE-2018-0114)", Do: func(t *try) {
		_, payload, _, _ := parts(t.fill("{token}"))
		token, err := rs256(unpart(payload))
		if err != nil {
			t.fail("a key", "%v", err)
		}
		t.want(t.send(get("/auth/me").as(token)), badToken...)
	}}, Case{Name: "fetches-no-key-from-where-the-token-says", Asks: "401 invalid_token, and no request to the URL in jku and x5u", Why: "The server would become the attacker's client (CWE-918; RFC 8725, section 3.10)", Do: func(t *try) {
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
			_, payload, _, _ := parts(t.fill("{token}"))
			at := quoted("http://" + listener.Addr().String() + "/keys.json")
			t.want(t.send(get("/auth/me").as(hs256("k", `{"alg":"HS256","kid":"1","jku":`+at+`,"x5u":`+at+`}`, unpart(payload)))), badToken...)
			t.want(t.send(get("/auth/me").as(hs256("k", `{"alg":"RS256","kid":"1","jku":`+at+`,"x5u":`+at+`}`, unpart(payload)))), badToken...)
		}
		if visits.Load() > 0 {
			t.fail("no request to where jku says", "%d", visits.Load())
		}
	}})
	byName(cases)
	return cases
}

// flip changes a letter, so that the bytes it stands for change too.
func flip(text string, at int) string {
	letter := byte('A')
	if text[at] == 'A' {
		letter = 'Q'
	}
	return text[:at] + string(letter) + text[at+1:]
}

// forged are tokens that we sign, most of them with the server's key.
func forged() []Case {
	var cases []Case
	// add adds a case: a token of this header and these claims, signed with HS256 and the
	// server's key. In them, SUB stands for the subject of a user, and NOW+1 and the like
	// for times.
	add := func(name, header, payload, why string, wanted ...check) {
		cases = append(cases, Case{Name: name, Key: true, Why: why, Asks: want(wanted).String() + " for the claims " + payload, Do: func(t *try) {
			header, payload := t.claims(header), t.claims(payload)
			t.want(t.send(get("/auth/me").as(hs256(t.Key, header, payload))), wanted...)
		}})
	}
	const (
		good     = `{"sub":SUB,"exp":NOW+600}`
		exp      = "RFC 7519, section 4.1.4: on or after exp it is not accepted"
		number   = "RFC 7519, section 2: a NumericDate is a number"
		nbf      = "RFC 7519, section 4.1.5"
		alg      = "Whoever sends the token must not choose the algorithm (RFC 8725, section 3.1)"
		sub      = "A token of nobody must not become somebody's (RFC 8725, section 3.8)"
		contract = "The contract"
	)
	ok := status(200)
	free := wants(status(200, 401), calm)
	noSubject := wants(badToken, detail("Missing subject claim"))
	unknown := wants(badToken, detail("User not found"))

	cases = append(cases, Case{Name: "takes-a-token-signed-with-the-key", Key: true, Twin: true, Asks: "200 for a good token that we sign with the key, as the server does", Why: "The key is used as it is: whoever else has it can verify and sign (RFC 7518, section 3.2). Or is -secret not this server's SECRET_KEY?", Do: func(t *try) {
		t.want(t.send(get("/auth/me").as(hs256(t.Key, goodHeader, t.claims(good)))), ok...)
		header, payload, _, _ := parts(t.fill("{token}"))
		if signed := hs256(t.Key, unpart(header), unpart(payload)); signed != t.fill("{token}") {
			t.fail("the server's own token has the signature that HMAC-SHA256 makes with the key: "+signed, "%s", t.fill("{token}"))
		}
	}})
	add("takes-a-header-without-typ", `{"alg":"HS256"}`, good, "RFC 7519, section 5.1: typ is optional", ok...)
	add("takes-a-header-with-a-kid", `{"alg":"HS256","typ":"JWT","kid":"1"}`, good, "RFC 7515, section 4: what is not understood is ignored", ok...)
	add("takes-a-header-with-spaces", "{ \"typ\" : \"JWT\",\r\n \"alg\" : \"HS256\" }", good, "RFC 7515, appendix A.1 has one", ok...)
	add("takes-claims-that-it-does-not-know", goodHeader, `{"iss":"x","jti":"1","sub":SUB,"exp":NOW+600,"admin":true,"scope":"all","n":1e3}`, "RFC 7519, section 4: what is not understood is ignored", ok...)
	add("takes-claims-in-any-order", goodHeader, `{"exp":NOW+600,"sub":SUB}`, contract, ok...)
	add("takes-a-token-for-a-year", goodHeader, `{"sub":SUB,"exp":NOW+31536000}`, contract, ok...)
	add("takes-a-token-that-is-good-for-a-few-seconds-more", goodHeader, `{"sub":SUB,"exp":NOW+9}`, exp, ok...)
	add("takes-an-iat-in-the-past", goodHeader, `{"sub":SUB,"exp":NOW+600,"iat":NOW-600}`, contract, ok...)

	add("refuses-a-token-that-expired-a-second-ago", goodHeader, `{"sub":SUB,"exp":NOW-1}`, exp, badToken...)
	add("refuses-a-token-in-the-second-of-its-exp", goodHeader, `{"sub":SUB,"exp":NOW+0}`, exp, badToken...)
	add("refuses-a-token-that-expired-half-a-minute-ago", goodHeader, `{"sub":SUB,"exp":NOW-30}`, "One clock issues and verifies: there is no leeway to give", badToken...)
	add("refuses-a-token-that-expired-ten-minutes-ago", goodHeader, `{"sub":SUB,"exp":NOW-600}`, exp, badToken...)
	add("refuses-a-token-that-expired-last-year", goodHeader, `{"sub":SUB,"exp":NOW-31536000}`, exp, badToken...)
	add("refuses-exp-0", goodHeader, `{"sub":SUB,"exp":0}`, exp+" (golang-jwt/jwt#509)", badToken...)
	add("refuses-a-negative-exp", goodHeader, `{"sub":SUB,"exp":-1}`, exp, badToken...)
	add("refuses-an-exp-before-half-a-second", goodHeader, `{"sub":SUB,"exp":NOW-1.5}`, number, badToken...)
	add("refuses-a-token-without-exp", goodHeader, `{"sub":SUB}`, "It would be good for ever (livekit/protocol#1706; CWE-613)", badToken...)
	add("refuses-a-token-with-iat-alone", goodHeader, `{"sub":SUB,"iat":NOW+0}`, "It would be good for ever (CWE-613)", badToken...)
	for _, wrong := range []string{"null", "true", `"tomorrow"`, `""`, "[]", `{"in":600}`} {
		name := map[string]string{`"tomorrow"`: "text", `""`: "an-empty-text"}[wrong]
		if name == "" {
			name = kind(wrong)
		}
		add("refuses-an-exp-that-is-"+name, goodHeader, `{"sub":SUB,"exp":`+wrong+`}`, number, badToken...)
	}
	add("survives-an-exp-in-quotes", goodHeader, `{"sub":SUB,"exp":"9999999999"}`, "Libraries differ; nothing may break", free...)
	add("survives-a-huge-exp", goodHeader, `{"sub":SUB,"exp":1e300}`, "Libraries differ; nothing may break (CWE-190)", free...)
	add("survives-an-exp-with-a-fraction", goodHeader, `{"sub":SUB,"exp":NOW+600.5}`, "RFC 7519, section 2, allows it, and libraries differ", free...)
	add("survives-a-claim-that-stands-twice", goodHeader, `{"sub":"nobody","sub":SUB,"exp":NOW+600}`, "RFC 7519, section 4, leaves it to the reader; nothing may break", free...)
	add("survives-claims-in-upper-case", goodHeader, `{"SUB":SUB,"EXP":NOW+600}`, "Libraries differ; nothing may break", free...)
	add("survives-deep-claims", goodHeader, `{"sub":SUB,"exp":NOW+600,"x":`+strings.Repeat("[", 500)+strings.Repeat("]", 500)+`}`, "CWE-674", free...)

	add("refuses-an-nbf-in-the-future", goodHeader, `{"sub":SUB,"exp":NOW+600,"nbf":NOW+300}`, nbf, badToken...)
	add("takes-an-nbf-in-the-past", goodHeader, `{"sub":SUB,"exp":NOW+600,"nbf":NOW-1}`, nbf, ok...)
	add("takes-a-token-in-the-second-of-its-nbf", goodHeader, `{"sub":SUB,"exp":NOW+600,"nbf":NOW+0}`, nbf, ok...)
	add("survives-an-nbf-that-is-text", goodHeader, `{"sub":SUB,"exp":NOW+600,"nbf":"tomorrow"}`, "Libraries differ; nothing may break", free...)
	add("survives-an-iat-in-the-future", goodHeader, `{"sub":SUB,"exp":NOW+600,"iat":NOW+300}`, "RFC 7519, section 4.1.6, leaves it open", free...)
	add("survives-a-foreign-audience", goodHeader, `{"sub":SUB,"exp":NOW+600,"aud":["https://other.example"]}`, "The contract names no audience", free...)
	add("survives-crit", `{"alg":"HS256","typ":"JWT","crit":["x"],"x":1}`, good, "RFC 7515, section 4.1.11, asks to refuse it, and most libraries do not", free...)
	add("survives-b64-false", `{"alg":"HS256","typ":"JWT","crit":["b64"],"b64":false}`, good, "RFC 7797; most libraries do not know it", free...)

	for _, alg_ := range []string{"none", "None", "HS512", "HS384", "hs256", "Hs256", "HS256 ", "RS256", "ES256", "PS256", "EdDSA", "HMACSHA256", ""} {
		name := strings.TrimRight(strings.ReplaceAll(alg_, " ", "-and-a-space"), "-")
		if alg_ == "" {
			name = "an-empty-alg"
		}
		add("refuses-a-right-signature-that-is-called-"+name, `{"alg":`+quoted(alg_)+`,"typ":"JWT"}`, good, alg, badToken...)
	}
	add("refuses-a-right-signature-without-alg", `{"typ":"JWT"}`, good, alg, badToken...)
	add("refuses-a-right-signature-with-alg-null", `{"alg":null}`, good, alg, badToken...)
	add("refuses-a-right-signature-with-a-list-of-algs", `{"alg":["HS256"]}`, good, alg, badToken...)
	for name, of := range map[string]func() hash.Hash{"HS384": sha512.New384, "HS512": sha512.New} {
		cases = append(cases,
			Case{Name: "refuses-" + name + "-with-the-right-key", Key: true, Why: alg, Asks: "401 invalid_token", Do: func(t *try) {
				t.want(t.send(get("/auth/me").as(signed(of, t.Key, `{"alg":"`+name+`","typ":"JWT"}`, t.claims(good)))), badToken...)
			}},
			Case{Name: "refuses-" + name + "-that-is-called-HS256", Key: true, Why: alg, Asks: "401 invalid_token", Do: func(t *try) {
				t.want(t.send(get("/auth/me").as(signed(of, t.Key, goodHeader, t.claims(good)))), badToken...)
			}})
	}
	for name, change := range map[string]func(string) string{
		"and-a-newline": func(k string) string { return k + "\n" }, "and-a-space": func(k string) string { return k + " " },
		"but-its-last-byte":   func(k string) string { return k[:len(k)-1] },
		"but-its-first-bytes": func(k string) string { return k[:len(k)/2] },
		"hashed":              func(k string) string { sum := sha256.Sum256([]byte(k)); return string(sum[:]) },
		"decoded-from-hex": func(k string) string {
			if decoded, err := hex.DecodeString(k); err == nil {
				return string(decoded)
			}
			return k + "\x01"
		},
		"in-another-case": func(k string) string {
			if upper := strings.ToUpper(k); upper != k {
				return upper
			}
			return strings.ToLower(k) + "\x01"
		},
	} {
		cases = append(cases, Case{Name: "refuses-the-key-" + name, Key: true, Why: "The key is all of its bytes, as they are (CWE-331)", Asks: "401 invalid_token", Do: func(t *try) {
			t.want(t.send(get("/auth/me").as(hs256(change(t.Key), goodHeader, t.claims(good)))), badToken...)
		}})
	}
	cases = append(cases,
		Case{Name: "refuses-what-is-expired-and-tampered", Key: true, Why: "GHSA-29wx-vh33-7x7r", Asks: "401 invalid_token", Do: func(t *try) {
			h, p, s, _ := parts(hs256(t.Key, goodHeader, t.claims(`{"sub":SUB,"exp":NOW-600}`)))
			t.want(t.send(get("/auth/me").as(h+"."+p+"."+flip(s, 3))), badToken...)
		}},
		Case{Name: "reaches-whom-the-subject-names", Key: true, Why: "The contract: sub is opaque", Asks: "Ann's subject gives Ann, Bob's gives Bob", Do: func(t *try) {
			for _, u := range []user{t.ann(), t.bob()} {
				subject, _ := claims(u.token)["sub"].(string)
				a := t.send(get("/auth/me").as(hs256(t.Key, goodHeader, fmt.Sprintf(`{"sub":%s,"exp":%d}`, quoted(subject), t.now()+60))))
				t.want(a, ok...)
				if a.id() != u.id {
					t.fail(`"id" is `+u.id, "%s", a.id())
				}
			}
		}})

	add("refuses-a-token-without-a-subject", goodHeader, `{"exp":NOW+600}`, sub, noSubject...)
	add("refuses-a-token-with-an-empty-subject", goodHeader, `{"sub":"","exp":NOW+600}`, sub, noSubject...)
	add("refuses-a-token-whose-subject-is-null", goodHeader, `{"sub":null,"exp":NOW+600}`, sub, badToken...)
	add("refuses-a-token-with-another-name-for-its-subject", goodHeader, `{"email":EMAIL,"user_id":SUB,"id":SUB,"username":EMAIL,"exp":NOW+600}`, sub, badToken...)
	for _, wrong := range []string{"true", "17", "1e6", "[]", "[SUB]", `{"id":SUB}`} {
		name := map[string]string{"[SUB]": "a-list-with-a-good-one", `{"id":SUB}`: "an-object-with-a-good-one", "1e6": "a-number-with-an-exponent"}[wrong]
		if name == "" {
			name = kind(wrong)
		}
		add("refuses-a-subject-that-is-"+name, goodHeader, `{"sub":`+wrong+`,"exp":NOW+600}`, "RFC 7519, section 4.1.2: sub is a text; whoever takes it for one panics on the rest (dgrijalva/jwt-go#186)", badToken...)
	}
	for name, subject := range map[string]string{
		"nobody": `"nobody"`, "minus-one": `"-1"`, "zero": `"0"`, "a-huge-number": `"99999999999999999999999999"`, "a-wildcard": `"%"`, "SQL": `"' OR '1'='1"`,
		"an-email": `EMAIL`, "a-NUL": `"\u0000"`, "4-KB": `"` + strings.Repeat("x", 4096) + `"`, "a-path": `"../../etc/passwd"`, "true-in-quotes": `"true"`,
	} {
		add("knows-no-subject-that-is-"+name, goodHeader, `{"sub":`+subject+`,"exp":NOW+600}`, "A subject is compared as text (CWE-89, CWE-155)", unknown...)
	}
	for name, change := range map[string]func(string) string{
		"and-a-space": func(s string) string { return s + " " }, "behind-a-space": func(s string) string { return " " + s },
		"and-a-letter": func(s string) string { return s + "x" }, "and-a-NUL": func(s string) string { return s + "\x00" },
	} {
		cases = append(cases, Case{Name: "knows-no-subject-" + name, Key: true, Why: "A subject is compared as text, all of it (CWE-178, CWE-187)", Asks: unknown.String(), Do: func(t *try) {
			subject, _ := claims(t.ann().token)["sub"].(string)
			t.want(t.send(get("/auth/me").as(hs256(t.Key, goodHeader, fmt.Sprintf(`{"sub":%s,"exp":%d}`, quoted(change(subject)), t.now()+60)))), unknown...)
		}})
	}
	byName(cases[1:])
	return cases
}

// byName orders what comes out of a map, so that every run shows the same.
func byName(cases []Case) {
	slices.SortStableFunc(cases, func(a, b Case) int { return strings.Compare(a.Name, b.Name) })
}

var nowIn = regexp.MustCompile(`NOW[-+][0-9.]+`)

// claims puts a user's subject and email, and times, into a text that names them.
func (t *try) claims(text string) string {
	subject, _ := claims(t.ann().token)["sub"].(string)
	text = strings.NewReplacer(`"SUB"`, `"SUB"`, "EMAIL", quoted(t.ann().email), "SUB", quoted(subject)).Replace(text)
	return nowIn.ReplaceAllStringFunc(text, func(at string) string {
		var off float64
		_, _ = fmt.Sscanf(at, "NOW%g", &off)
		if off == float64(int64(off)) {
			return fmt.Sprint(t.now() + int64(off))
		}
		return fmt.Sprintf("%.1f", float64(t.now())+off)
	})
}
