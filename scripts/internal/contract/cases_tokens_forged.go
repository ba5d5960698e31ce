package contract

import (
	"context"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"fmt"
	"hash"
	"regexp"
	"slices"
	"strings"
	"time"
)

// forged are tokens that we sign, most of them with the server's key.
func forged() []Case {
	cases := slices.Concat(goodClaims(), timesOver(), timesToCome(), claimsThatAreOdd(), namesToTheLetter(), notUnderstood(), writtenOtherwise(), otherAlgorithms(), almostTheKey(), otherSubjects())
	byName(cases)
	return slices.Insert(cases, 0, theKey())
}

const (
	goodPayload = `{"sub":SUB,"exp":NOW+600}`
	byAlgorithm = "The sender of a token must not choose its algorithm (RFC 8725, section 3.1)"
	bySubject   = "A token of nobody must not become somebody's (RFC 8725, section 3.8)"
	byExp       = "RFC 7519, section 4.1.4: on or after exp it is not accepted"
	byNbf       = "RFC 7519, section 4.1.5"
	byNumber    = "RFC 7519, section 2: a NumericDate is a number"
)

var (
	noSubject = wants(badToken, detail("Missing subject claim"))
	nobody    = wants(badToken, detail("User not found"))
)

// claiming is a case: a token of this header and these claims, signed with HS256 and the
// server's key. In them, SUB becomes the subject of a user, and NOW+1 and the like times.
func claiming(name, header, payload, why string, wanted want) Case {
	return claimingFor(0, name, header, payload, why, wanted)
}

// claimingFor is claiming for a token that is good for no longer than the limit: an answer
// after that says nothing.
func claimingFor(limit time.Duration, name, header, payload, why string, wanted want) Case {
	return Case{Name: name, Key: true, Why: why, Asks: wanted.String() + " for the claims " + payload, Do: func(ctx context.Context, t *try) {
		header, payload := t.claims(header), t.claims(payload)
		t.expect(ctx, get("/auth/me").as(hs256(t.suite.Key, header, payload)).within(limit), wanted)
	}}
}

// theKey is the case that the others rely on.
func theKey() Case {
	return Case{Name: "takes-a-token-signed-with-the-key", Key: true, Twin: true, Asks: "200 for a good token that we sign with the key, as the server does", Why: "The key is used as it is, so that everybody else who has it can verify and sign (RFC 7518, section 3.2). Or is the key (-secret, or SECRET_KEY) not this server's?", Do: func(ctx context.Context, t *try) {
		t.expect(ctx, get("/auth/me").as(hs256(t.suite.Key, goodHeader, t.claims(goodPayload))), ok)
		header, payload, _, _ := parts(t.fill(ctx, "{token}"))
		if signed := hs256(t.suite.Key, unpart(header), unpart(payload)); signed != t.fill(ctx, "{token}") {
			t.fail("the server's own token has the signature that HMAC-SHA256 makes with the key: "+signed, "%s", t.fill(ctx, "{token}"))
		}
	}}
}

// goodClaims must be taken.
func goodClaims() []Case {
	return []Case{
		claiming("takes-a-header-without-typ", `{"alg":"HS256"}`, goodPayload, "RFC 7519, section 5.1: typ is optional", ok),
		claiming("takes-a-header-with-a-kid", `{"alg":"HS256","typ":"JWT","kid":"1"}`, goodPayload, "RFC 7515, section 4: what is not understood is ignored", ok),
		claiming("takes-a-header-with-spaces", "{ \"typ\" : \"JWT\",\r\n \"alg\" : \"HS256\" }", goodPayload, "RFC 7515, appendix A.1 has one", ok),
		claiming("takes-claims-that-it-does-not-know", goodHeader, `{"iss":"x","jti":"1","sub":SUB,"exp":NOW+600,"admin":true,"scope":"all","n":1e3}`, "RFC 7519, section 4: what is not understood is ignored", ok),
		claiming("takes-claims-in-any-order", goodHeader, `{"exp":NOW+600,"sub":SUB}`, theContract, ok),
		claiming("takes-a-token-for-a-year", goodHeader, `{"sub":SUB,"exp":NOW+31536000}`, theContract, ok),
		claimingFor(8*time.Second, "takes-a-token-that-is-good-for-a-few-seconds-more", goodHeader, `{"sub":SUB,"exp":NOW+9}`, byExp, ok),
		claiming("takes-an-iat-in-the-past", goodHeader, `{"sub":SUB,"exp":NOW+600,"iat":NOW-600}`, theContract, ok),
	}
}

// timesOver are tokens that have expired, or never would.
func timesOver() (cases []Case) {
	cases = append(cases,
		claiming("refuses-a-token-that-expired-a-second-ago", goodHeader, `{"sub":SUB,"exp":NOW-1}`, byExp, badToken),
		claiming("refuses-a-token-in-the-second-of-its-exp", goodHeader, `{"sub":SUB,"exp":NOW+0}`, byExp, badToken),
		claiming("refuses-a-token-that-expired-half-a-minute-ago", goodHeader, `{"sub":SUB,"exp":NOW-30}`, "One clock issues and verifies: there is no leeway to give", badToken),
		claiming("refuses-a-token-that-expired-ten-minutes-ago", goodHeader, `{"sub":SUB,"exp":NOW-600}`, byExp, badToken),
		claiming("refuses-a-token-that-expired-last-year", goodHeader, `{"sub":SUB,"exp":NOW-31536000}`, byExp, badToken),
		claiming("refuses-exp-0", goodHeader, `{"sub":SUB,"exp":0}`, byExp+" (golang-jwt/jwt#509)", badToken),
		claiming("refuses-a-negative-exp", goodHeader, `{"sub":SUB,"exp":-1}`, byExp, badToken),
		claiming("refuses-an-exp-before-half-a-second", goodHeader, `{"sub":SUB,"exp":NOW-1.5}`, byNumber, badToken),
		claiming("refuses-a-token-without-exp", goodHeader, `{"sub":SUB}`, "It would be good forever (livekit/protocol#1706; CWE-613)", badToken),
		claiming("refuses-a-token-with-iat-alone", goodHeader, `{"sub":SUB,"iat":NOW+0}`, "It would be good forever (CWE-613)", badToken),
	)
	for _, wrong := range []string{"null", "true", `"tomorrow"`, `""`, "[]", `{"in":600}`} {
		name := map[string]string{`"tomorrow"`: "text", `""`: "an-empty-text"}[wrong]
		if name == "" {
			name = kind(wrong)
		}
		cases = append(cases, claiming("refuses-an-exp-that-is-"+name, goodHeader, `{"sub":SUB,"exp":`+wrong+`}`, byNumber, badToken))
	}
	return cases
}

// timesToCome are about nbf and iat.
func timesToCome() []Case {
	return []Case{
		claiming("refuses-an-nbf-in-the-future", goodHeader, `{"sub":SUB,"exp":NOW+600,"nbf":NOW+300}`, byNbf, badToken),
		claiming("takes-an-nbf-in-the-past", goodHeader, `{"sub":SUB,"exp":NOW+600,"nbf":NOW-1}`, byNbf, ok),
		claiming("takes-a-token-in-the-second-of-its-nbf", goodHeader, `{"sub":SUB,"exp":NOW+600,"nbf":NOW+0}`, byNbf, ok),
		claiming("refuses-an-nbf-in-the-future-with-a-fraction", goodHeader, `{"sub":SUB,"exp":NOW+600,"nbf":NOW+300.5}`, byNbf, badToken),
		claiming("refuses-an-nbf-in-the-future-with-an-exponent", goodHeader, `{"sub":SUB,"exp":NOW+600,"nbf":4.1e9}`, byNbf, badToken),
		claiming("refuses-an-nbf-beyond-all-time", goodHeader, `{"sub":SUB,"exp":NOW+600,"nbf":1e300}`, byNbf+" (CWE-190)", badToken),
		claiming("refuses-an-nbf-that-is-text", goodHeader, `{"sub":SUB,"exp":NOW+600,"nbf":"tomorrow"}`, byNumber, badToken),
		claiming("refuses-an-nbf-in-quotes", goodHeader, `{"sub":SUB,"exp":NOW+600,"nbf":"1"}`, byNumber, badToken),
		claiming("refuses-an-nbf-that-is-true", goodHeader, `{"sub":SUB,"exp":NOW+600,"nbf":true}`, byNumber, badToken),
		claiming("refuses-an-nbf-that-is-a-list", goodHeader, `{"sub":SUB,"exp":NOW+600,"nbf":[1]}`, byNumber, badToken),
		claiming("refuses-an-nbf-that-is-an-object", goodHeader, `{"sub":SUB,"exp":NOW+600,"nbf":{"at":1}}`, byNumber, badToken),
		claiming("survives-an-nbf-that-is-null", goodHeader, `{"sub":SUB,"exp":NOW+600,"nbf":null}`, "Libraries differ; nothing may break", okOrNot),
		claiming("takes-an-nbf-in-the-past-with-a-fraction", goodHeader, `{"sub":SUB,"exp":NOW+600,"nbf":NOW-2.5}`, byNbf, ok),
		claiming("survives-an-iat-in-the-future", goodHeader, `{"sub":SUB,"exp":NOW+600,"iat":NOW+300}`, "RFC 7519, section 4.1.6, leaves it open", okOrNot),
		claiming("survives-a-foreign-audience", goodHeader, `{"sub":SUB,"exp":NOW+600,"aud":["https://other.example"]}`, "The contract names no audience", okOrNot),
	}
}

// claimsThatAreOdd may be taken or not.
func claimsThatAreOdd() []Case {
	return []Case{
		claiming("refuses-an-exp-in-quotes", goodHeader, `{"sub":SUB,"exp":"9999999999"}`, byNumber, badToken),
		claiming("refuses-an-exp-in-quotes-with-a-fraction", goodHeader, `{"sub":SUB,"exp":"9999999999.5"}`, byNumber, badToken),
		claiming("refuses-an-exp-that-is-a-list-of-a-number", goodHeader, `{"sub":SUB,"exp":[9999999999]}`, byNumber, badToken),
		claiming("survives-a-huge-exp", goodHeader, `{"sub":SUB,"exp":1e300}`, "Libraries differ; nothing may break (CWE-190)", okOrNot),
		claiming("takes-an-exp-with-a-fraction", goodHeader, `{"sub":SUB,"exp":NOW+600.5}`, "RFC 7519, section 2, allows it", ok),
		claiming("survives-a-claim-that-stands-twice", goodHeader, `{"sub":"nobody","sub":SUB,"exp":NOW+600}`, "RFC 7519, section 4: the token is refused, or the last one counts; nothing may break", okOrNot),
		claiming("survives-deep-claims", goodHeader, `{"sub":SUB,"exp":NOW+600,"x":`+strings.Repeat("[", 500)+strings.Repeat("]", 500)+`}`, "CWE-674", okOrNot),
	}
}

// otherAlgorithms are told, or used, with the right key.
func otherAlgorithms() (cases []Case) {
	for _, alg := range []string{"none", "None", "HS512", "HS384", "hs256", "Hs256", "HS256 ", "RS256", "ES256", "PS256", "EdDSA", "HMACSHA256", ""} {
		name := strings.TrimRight(strings.ReplaceAll(alg, " ", "-and-a-space"), "-")
		if alg == "" {
			name = "an-empty-alg"
		}
		cases = append(cases, claiming("refuses-a-right-signature-that-is-called-"+name, `{"alg":`+quoted(alg)+`,"typ":"JWT"}`, goodPayload, byAlgorithm, badToken))
	}
	cases = append(cases,
		claiming("refuses-a-right-signature-without-alg", `{"typ":"JWT"}`, goodPayload, byAlgorithm, badToken),
		claiming("refuses-a-right-signature-with-alg-null", `{"alg":null}`, goodPayload, byAlgorithm, badToken),
		claiming("refuses-a-right-signature-with-a-list-of-algs", `{"alg":["HS256"]}`, goodPayload, byAlgorithm, badToken),
	)
	for name, of := range map[string]func() hash.Hash{"HS384": sha512.New384, "HS512": sha512.New} {
		cases = append(cases,
			Case{Name: "refuses-" + name + "-with-the-right-key", Key: true, Why: byAlgorithm, Asks: "401 invalid_token", Do: func(ctx context.Context, t *try) {
				t.expect(ctx, get("/auth/me").as(signed(of, t.suite.Key, `{"alg":"`+name+`","typ":"JWT"}`, t.claims(goodPayload))), badToken)
			}},
			Case{Name: "refuses-" + name + "-that-is-called-HS256", Key: true, Why: byAlgorithm, Asks: "401 invalid_token", Do: func(ctx context.Context, t *try) {
				t.expect(ctx, get("/auth/me").as(signed(of, t.suite.Key, goodHeader, t.claims(goodPayload))), badToken)
			}})
	}
	return cases
}

// almostTheKey are keys that are near to it.
func almostTheKey() (cases []Case) {
	for name, change := range map[string]func(string) string{
		"and-a-newline": func(k string) string { return k + "\n" }, "and-a-space": func(k string) string { return k + " " },
		"but-its-last-byte":   func(k string) string { return k[:len(k)-1] },
		"but-its-first-bytes": func(k string) string { return k[:len(k)/2] },
		"hashed": func(k string) string {
			sum := sha256.Sum256([]byte(k))
			if len(k) > sha256.BlockSize { // HMAC itself hashes such a key: these are one
				return hex.EncodeToString(sum[:])
			}
			return string(sum[:])
		},
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
		cases = append(cases, Case{Name: "refuses-the-key-" + name, Key: true, Why: "The key is all of its bytes, as they are (CWE-331)", Asks: "401 invalid_token", Do: func(ctx context.Context, t *try) {
			t.expect(ctx, get("/auth/me").as(hs256(change(t.suite.Key), goodHeader, t.claims(goodPayload))), badToken)
		}})
	}
	return cases
}

// otherSubjects are of nobody, or of somebody else.
func otherSubjects() (cases []Case) {
	cases = append(cases,
		Case{Name: "refuses-what-is-expired-and-tampered", Key: true, Why: "GHSA-29wx-vh33-7x7r", Asks: "401 invalid_token", Do: func(ctx context.Context, t *try) {
			h, p, s, _ := parts(hs256(t.suite.Key, goodHeader, t.claims(`{"sub":SUB,"exp":NOW-600}`)))
			t.expect(ctx, get("/auth/me").as(h+"."+p+"."+flip(s, 3)), badToken)
		}},
		Case{Name: "reaches-whom-the-subject-names", Key: true, Why: "The contract: sub is opaque", Asks: "Ann's subject gives Ann, Bob's gives Bob", Do: func(ctx context.Context, t *try) {
			for _, u := range []user{t.ann(), t.bob()} {
				subject, _ := claims(u.token)["sub"].(string)
				a := t.expect(ctx, get("/auth/me").as(hs256(t.suite.Key, goodHeader, fmt.Sprintf(`{"sub":%s,"exp":%d}`, quoted(subject), t.suite.now()+60))), ok)
				if a.id() != u.id {
					t.fail(`"id" is `+u.id, "%s", a.id())
				}
			}
		}})

	cases = append(cases,
		claiming("refuses-a-token-without-a-subject", goodHeader, `{"exp":NOW+600}`, bySubject, noSubject),
		claiming("refuses-a-token-with-an-empty-subject", goodHeader, `{"sub":"","exp":NOW+600}`, bySubject, noSubject),
		claiming("refuses-a-token-whose-subject-is-null", goodHeader, `{"sub":null,"exp":NOW+600}`, bySubject, badToken),
		claiming("refuses-a-token-with-another-name-for-its-subject", goodHeader, `{"email":EMAIL,"user_id":SUB,"id":SUB,"username":EMAIL,"exp":NOW+600}`, bySubject, badToken),
	)
	for _, wrong := range []string{"true", "17", "1e6", "[]", "[SUB]", `{"id":SUB}`} {
		name := map[string]string{"[SUB]": "a-list-with-a-good-one", `{"id":SUB}`: "an-object-with-a-good-one", "1e6": "a-number-with-an-exponent"}[wrong]
		if name == "" {
			name = kind(wrong)
		}
		cases = append(cases, claiming("refuses-a-subject-that-is-"+name, goodHeader, `{"sub":`+wrong+`,"exp":NOW+600}`, "RFC 7519, section 4.1.2: sub is a text. Code that takes it for granted panics on anything else (dgrijalva/jwt-go#186)", badToken))
	}
	for name, subject := range map[string]string{
		"nobody": `"nobody"`, "minus-one": `"-1"`, "zero": `"0"`, "a-huge-number": `"99999999999999999999999999"`, "a-wildcard": `"%"`, "SQL": `"' OR '1'='1"`,
		"an-email": `EMAIL`, "a-NUL": `"\u0000"`, "4-KB": `"` + strings.Repeat("x", 4096) + `"`, "a-path": `"../../etc/passwd"`, "true-in-quotes": `"true"`,
	} {
		cases = append(cases, claiming("knows-no-subject-that-is-"+name, goodHeader, `{"sub":`+subject+`,"exp":NOW+600}`, "A subject is compared as text (CWE-89, CWE-155)", nobody))
	}
	for name, change := range map[string]func(string) string{
		"and-a-space": func(s string) string { return s + " " }, "behind-a-space": func(s string) string { return " " + s },
		"and-a-letter": func(s string) string { return s + "x" }, "and-a-NUL": func(s string) string { return s + "\x00" },
	} {
		cases = append(cases, Case{Name: "knows-no-subject-" + name, Key: true, Why: "A subject is compared as text, all of it (CWE-178, CWE-187)", Asks: nobody.String(), Do: func(ctx context.Context, t *try) {
			subject, _ := claims(t.ann().token)["sub"].(string)
			t.expect(ctx, get("/auth/me").as(hs256(t.suite.Key, goodHeader, fmt.Sprintf(`{"sub":%s,"exp":%d}`, quoted(change(subject)), t.suite.now()+60))), nobody)
		}})
	}
	return cases
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
			return fmt.Sprint(t.suite.now() + int64(off))
		}
		return fmt.Sprintf("%.1f", float64(t.suite.now())+off)
	})
}
