// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

// Package forge makes tokens by hand, from base64 and HMAC alone, and takes them
// apart again. The workshop's tests use it to judge your code: a test that asked
// the same library as you would share its mistakes.
//
// It signs whatever it is told to. Never use it outside a test.
package forge

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"hash"
	"strings"
)

// Header is the header of an ordinary token.
const Header = `{"alg":"HS256","typ":"JWT"}`

// HS256 returns a token of the header Header and the payload, which is JSON,
// rightly signed with key.
func HS256(key []byte, payload string) string {
	return Sign(sha256.New, key, Header, payload)
}

// Sign returns a token of header and payload, signed with key by an HMAC over the
// given hash. It does not care what the header says about that.
func Sign(newHash func() hash.Hash, key []byte, header, payload string) string {
	signed := Part(header) + "." + Part(payload)
	return signed + "." + Part(string(MAC(newHash, key, signed)))
}

// Unsigned returns a token of header and payload with an empty signature.
func Unsigned(header, payload string) string {
	return Part(header) + "." + Part(payload) + "."
}

// MAC returns the HMAC of text under key, over the given hash.
func MAC(newHash func() hash.Hash, key []byte, text string) []byte {
	mac := hmac.New(newHash, key)
	mac.Write([]byte(text))
	return mac.Sum(nil)
}

// Part encodes one of a token's three parts: base64url without padding (RFC 7515,
// section 2).
func Part(text string) string {
	return base64.RawURLEncoding.EncodeToString([]byte(text))
}

// Decode takes a token apart, without checking anything but its shape. The numbers
// in header and claims are json.Number.
func Decode(token string) (header, claims map[string]any, signature []byte, err error) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return nil, nil, nil, fmt.Errorf("a token has 3 parts with a dot between them, this has %d", len(parts))
	}
	header, err = decodeObject(parts[0])
	if err != nil {
		return nil, nil, nil, fmt.Errorf("header: %w", err)
	}
	claims, err = decodeObject(parts[1])
	if err != nil {
		return nil, nil, nil, fmt.Errorf("payload: %w", err)
	}
	signature, err = base64.RawURLEncoding.DecodeString(parts[2])
	if err != nil {
		return nil, nil, nil, fmt.Errorf("signature: %w", err)
	}
	return header, claims, signature, nil
}

func decodeObject(part string) (map[string]any, error) {
	raw, err := base64.RawURLEncoding.DecodeString(part)
	if err != nil {
		return nil, err
	}
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	var object map[string]any
	if err := decoder.Decode(&object); err != nil {
		return nil, err
	}
	return object, nil
}
