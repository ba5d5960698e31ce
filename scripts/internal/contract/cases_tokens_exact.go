package contract

import (
	"context"
	"crypto/sha256"
	"strings"
)

// namesToTheLetter are claims whose names are almost those that count.
func namesToTheLetter() []Case {
	const exact = "The contract: names of claims are matched to the letter (RFC 7519, section 10.1.1). encoding/json of Go takes SUB for sub"
	cases := []Case{
		claiming("refuses-SUB-for-sub", goodHeader, `{"SUB":SUB,"exp":NOW+600}`, exact, noSubject),
		claiming("refuses-Sub-for-sub", goodHeader, `{"Sub":SUB,"exp":NOW+600}`, exact, noSubject),
		claiming("refuses-EXP-for-exp", goodHeader, `{"sub":SUB,"EXP":NOW+600}`, exact, badToken),
		claiming("refuses-Exp-for-exp", goodHeader, `{"sub":SUB,"Exp":NOW+600}`, exact, badToken),
		claiming("refuses-an-expired-token-with-another-EXP", goodHeader, `{"sub":SUB,"exp":NOW-60,"EXP":NOW+600}`, exact, badToken),
		claiming("refuses-an-expired-token-with-another-EXP-before-it", goodHeader, `{"EXP":NOW+600,"sub":SUB,"exp":NOW-60}`, exact, badToken),
		claiming("takes-a-token-with-an-EXP-that-is-over", goodHeader, `{"sub":SUB,"exp":NOW+600,"EXP":NOW-60}`, exact, ok),
		claiming("takes-a-token-with-an-NBF-to-come", goodHeader, `{"sub":SUB,"exp":NOW+600,"NBF":NOW+300}`, exact, ok),
		claiming("refuses-ALG-for-alg", `{"ALG":"HS256","typ":"JWT"}`, goodPayload, exact, badToken),
		claiming("refuses-another-alg-with-ALG-beside-it", `{"alg":"HS512","ALG":"HS256"}`, goodPayload, exact, badToken),
	}
	for name, payload := range map[string]string{
		"SUB-behind-it": `{"sub":SUB,"SUB":BOB,"exp":NOW+600}`, "SUB-before-it": `{"SUB":BOB,"sub":SUB,"exp":NOW+600}`, "Sub-behind-it": `{"sub":SUB,"exp":NOW+600,"Sub":BOB}`, "a-long-s-behind-it": `{"sub":SUB,"exp":NOW+600,"ſub":BOB}`, "a-space-in-the-name": `{"sub":SUB,"exp":NOW+600,"sub ":BOB," sub":BOB}`,
	} {
		cases = append(cases, Case{Name: "takes-sub-with-" + name, Key: true, Why: exact, Asks: "the user whom sub names, for the claims " + payload, Do: func(ctx context.Context, t *try) {
			bob, _ := claims(t.bob().token)["sub"].(string)
			a := t.expect(ctx, get("/auth/me").as(hs256(t.suite.Key, goodHeader, t.claims(strings.ReplaceAll(payload, "BOB", quoted(bob))))), ok)
			if a.id() != t.ann().id {
				t.fail(`"id" is `+t.ann().id+", as sub says", "%s", a.id())
			}
		}})
	}
	return cases
}

// notUnderstood are headers with crit.
func notUnderstood() (cases []Case) {
	for name, header := range map[string]string{
		"a-name-that-nobody-knows": `{"alg":"HS256","typ":"JWT","crit":["x"],"x":1}`, "b64": `{"alg":"HS256","typ":"JWT","crit":["b64"],"b64":false}`, "exp": `{"alg":"HS256","typ":"JWT","crit":["exp"],"exp":1}`, "nothing-in-it": `{"alg":"HS256","typ":"JWT","crit":[]}`, "text": `{"alg":"HS256","typ":"JWT","crit":"x","x":1}`,
	} {
		cases = append(cases, claiming("refuses-crit-with-"+name, header, goodPayload, "The contract: a crit header is refused. It says that what it names must be understood, and nothing of it is (RFC 7515, section 4.1.11)", badToken))
	}
	return cases
}

// writtenOtherwise are good tokens, rightly signed, whose parts are not written as base64url
// is: one token would have many spellings, and a list of those that are blocked would miss most.
func writtenOtherwise() (cases []Case) {
	const canonical = "The contract: base64 that is not canonical is malformed (RFC 7515, section 2; RFC 4648, section 3.5). One token must not have two spellings"
	spelt := func(name string, spell func(header, payload string) (string, string)) {
		cases = append(cases, Case{Name: "refuses-" + name, Key: true, Why: canonical, Asks: "401 invalid_token, after the same claims have been taken as they should be written", Do: func(ctx context.Context, t *try) {
			payload := t.claims(`{"sub":SUB,"exp":NOW+600,"x":"??>>??>>~~"}`)
			for len(payload)%3 != 1 { // so that the last letter has bits to spare
				payload += " "
			}
			t.expect(ctx, get("/auth/me").as(hs256(t.suite.Key, goodHeader+" ", payload)), ok)
			header, body := spell(part(goodHeader+" "), part(payload))
			t.expect(ctx, get("/auth/me").as(signedAs(sha256.New, t.suite.Key, header+"."+body)), badToken)
		}})
	}
	spelt("a-payload-with-padding", func(h, p string) (string, string) { return h, p + "==" })
	spelt("a-header-with-padding", func(h, p string) (string, string) { return h + strings.Repeat("=", (4-len(h)%4)%4), p })
	spelt("a-payload-in-the-other-alphabet", func(h, p string) (string, string) {
		return h, strings.NewReplacer("-", "+", "_", "/").Replace(p)
	})
	spelt("a-payload-with-bits-to-spare", func(h, p string) (string, string) { return h, spare(p) })
	spelt("a-header-with-bits-to-spare", func(h, p string) (string, string) { return spare(h), p })
	for name, junk := range map[string]string{"an-exclamation-mark": "!", "a-star": "*", "a-percent-sign": "%", "an-equals-sign": "=", "a-dollar-sign": "$", "a-tilde": "~"} {
		spelt("a-payload-with-"+name+"-in-it", func(h, p string) (string, string) { return h, p[:8] + junk + p[8:] })
		spelt("a-header-with-"+name+"-in-it", func(h, p string) (string, string) { return h[:8] + junk + h[8:], p })
	}
	return cases
}

// otherSpellings are the server's own token, with its signature written in another way.
func otherSpellings() (cases []Case) {
	const canonical = "The contract: base64 that is not canonical is malformed (RFC 4648, section 3.5). One token must not have two spellings: a list of blocked ones would miss the other"
	for name, junk := range map[string]string{"an-exclamation-mark": "!", "a-star": "*", "a-percent-sign": "%", "an-equals-sign": "=", "a-dollar-sign": "$", "a-tilde": "~"} {
		for where, at := range map[string]func(string) int{"before": func(string) int { return 0 }, "in": func(s string) int { return len(s) / 2 }, "behind": func(s string) int { return len(s) }} {
			cases = append(cases, changed("refuses-a-signature-with-"+name+"-"+where+"-it", canonical, func(h, p, s, _ string) string {
				return h + "." + p + "." + s[:at(s)] + junk + s[at(s):]
			}))
		}
	}
	return append(cases,
		changed("refuses-a-signature-with-bits-to-spare", canonical, func(h, p, s, _ string) string { return h + "." + p + "." + spare(s) }),
		changed("refuses-a-header-with-junk-in-it", canonical, func(h, p, s, _ string) string { return h[:4] + "!" + h[4:] + "." + p + "." + s }),
		changed("refuses-a-payload-with-junk-in-it", canonical, func(h, p, s, _ string) string { return h + "." + p[:4] + "!" + p[4:] + "." + s }),
		changed("refuses-a-payload-with-junk-behind-it", canonical, func(h, p, s, _ string) string { return h + "." + p + "!." + s }),
	)
}

// everyByte is a case: the signature is compared to its end, whatever is changed in it.
func everyByte() Case {
	return Case{Name: "refuses-a-signature-whichever-byte-differs", Why: "If only a part of a signature is compared, that part is all that an attacker must guess (CWE-187)", Asks: "401 invalid_token for each of 32 bytes that is changed, after the token as it was has been taken", Do: func(ctx context.Context, t *try) {
		header, payload, signature, ok := parts(t.fill(ctx, "{token}"))
		if !ok {
			t.fail("a token of three parts", "%s", t.fill(ctx, "{token}"))
		}
		t.expect(ctx, get("/auth/me").as("{token}"), status(200))
		for at := range len(unpart(signature)) {
			t.expect(ctx, get("/auth/me").as(header+"."+payload+"."+flip(signature, at)), badToken)
		}
		for length := 1; length < len(unpart(signature)); length += 5 {
			t.expect(ctx, get("/auth/me").as(header+"."+payload+"."+part(unpart(signature)[:length])), badToken)
		}
	}}
}

// spare changes a bit of the last letter that means nothing, so that what is decoded stays as
// it was. Of a text that has none it returns one with padding.
func spare(encoded string) string {
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	if len(encoded)%4 < 2 {
		return encoded + "="
	}
	last := strings.IndexByte(letters, encoded[len(encoded)-1])
	return encoded[:len(encoded)-1] + letters[last^1:last^1+1]
}
