// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

package scopes

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/golang-jwt/jwt/v5"

	"tokenauth.example/verifier"
)

// Claims are those of an access token (RFC 9068, section 2.2), for Keys.Sign and Keys.Parse.
// They are read strictly: names are matched to the letter, and what must be text is text.
type Claims struct {
	jwt.RegisteredClaims        // iss, sub, aud, exp, nbf, iat, jti
	Client               string `json:"client_id"`
	Scope                string `json:"scope,omitempty"`
	Session              string `json:"sid,omitempty"`
}

// UnmarshalJSON reads the claims that we know. What else a token says is of no use to us.
func (c *Claims) UnmarshalJSON(text []byte) error {
	*c = Claims{}
	var all map[string]json.RawMessage // a map knows nothing of upper and lower case
	if err := json.Unmarshal(text, &all); err != nil {
		return err
	}
	for name, target := range map[string]any{
		"iss": &c.Issuer, "sub": &c.Subject, "aud": &c.Audience, "exp": &c.ExpiresAt, "nbf": &c.NotBefore, "iat": &c.IssuedAt, "jti": &c.ID,
		"client_id": &c.Client, "scope": &c.Scope, "sid": &c.Session,
	} {
		value, ok := all[name]
		if !ok {
			continue
		}
		_, isTime := target.(**jwt.NumericDate)
		if bytes.Equal(value, []byte("null")) || isTime && value[0] == '"' {
			return errors.New(name + " has the wrong type")
		}
		if err := json.Unmarshal(value, target); err != nil {
			return err
		}
	}
	return nil
}

// Keys sign tokens, and know which key a token must be signed with. Secret is one of them;
// step 11 makes better ones.
type Keys interface {
	// Sign returns a token with the claims, and with typ in its header.
	Sign(typ string, claims jwt.Claims) (signed string, err error)
	// Key returns what the token must be verified with. It's a jwt.Keyfunc, and trusts
	// nothing in the token's header.
	Key(t *jwt.Token) (any, error)
}

// Secret is Keys with one secret, of token.MinKeyBytes bytes or more, for HS256: who
// verifies can also sign.
type Secret []byte

// Sign is that of Keys.
func (s Secret) Sign(typ string, claims jwt.Claims) (string, error) {
	t := jwt.NewWithClaims(jwt.SigningMethodHS256, claims)
	t.Header["typ"] = typ
	signed, err := t.SignedString([]byte(s))
	if err != nil {
		return "", fmt.Errorf("sign token: %w", err)
	}
	return signed, nil
}

// Key is that of Keys.
func (s Secret) Key(t *jwt.Token) (any, error) {
	if t.Method != jwt.SigningMethodHS256 {
		return nil, verifier.ErrAlgorithm
	}
	return []byte(s), nil
}
