package contract

import (
	"crypto"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"hash"
	"math/big"
	"strings"
)

// Tokens are made here of base64 and HMAC alone. A library would refuse to make most of
// them, and a suite that asked one would share its mistakes.

const goodHeader = `{"alg":"HS256","typ":"JWT"}`

// part encodes one of a token's parts: base64url without padding (RFC 7515, section 2).
func part(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }

// unpart decodes one. What cannot be decoded is empty.
func unpart(text string) string {
	decoded, _ := base64.RawURLEncoding.DecodeString(text)
	return string(decoded)
}

// hs256 returns a token that is rightly signed, whatever is in it.
func hs256(key, header, payload string) string { return signed(sha256.New, key, header, payload) }

func signed(newHash func() hash.Hash, key, header, payload string) string {
	return signedAs(newHash, key, part(header)+"."+part(payload))
}

// signedAs signs header and payload as they are written.
func signedAs(newHash func() hash.Hash, key, text string) string {
	mac := hmac.New(newHash, []byte(key))
	mac.Write([]byte(text))
	return text + "." + part(string(mac.Sum(nil)))
}

// rs256 returns a token signed with a new RSA key, which is in its own header. A server
// that believes it believes anybody (CVE-2018-0114).
func rs256(payload string) (string, error) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return "", err
	}
	header := fmt.Sprintf(`{"alg":"RS256","typ":"JWT","jwk":{"kty":"RSA","n":%q,"e":%q}}`,
		part(string(key.N.Bytes())), part(string(big.NewInt(int64(key.E)).Bytes())))
	text := part(header) + "." + part(payload)
	digest := sha256.Sum256([]byte(text))
	signature, err := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, digest[:])
	return text + "." + part(string(signature)), err
}

// parts are those of a token: header, payload and signature, still encoded.
func parts(token string) (header, payload, signature string, ok bool) {
	list := strings.Split(token, ".")
	if len(list) != 3 {
		return "", "", "", false
	}
	return list[0], list[1], list[2], true
}

// claims are those of a token, unchecked, or nil.
func claims(token string) map[string]any {
	_, payload, _, _ := parts(token)
	return object(unpart(payload))
}

func object(text string) map[string]any {
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	var found map[string]any
	if decoder.Decode(&found) != nil {
		return nil
	}
	return found
}

// quoted is a text as JSON.
func quoted(text string) string {
	encoded, _ := json.Marshal(text)
	return string(encoded)
}
