// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

package elsewhere

import (
	"bytes"
	"encoding/json"
	"errors"

	"github.com/golang-jwt/jwt/v5"
)

// claims are those of an ID token that we look at (OpenID Connect Core 1.0, section 2). They
// are read strictly: names are matched to the letter, and what must be text is text.
type claims struct {
	jwt.RegisteredClaims
	Nonce         string
	Party         string // azp: the one client that it's for, if aud has several
	Email         string
	EmailVerified bool // email_verified is true, and not "true" or 1
}

// UnmarshalJSON reads the claims.
func (c *claims) UnmarshalJSON(text []byte) error {
	*c = claims{}
	var all map[string]json.RawMessage // a map knows nothing of upper and lower case
	if err := json.Unmarshal(text, &all); err != nil {
		return err
	}
	c.EmailVerified = bytes.Equal(all["email_verified"], []byte("true"))
	for name, target := range map[string]any{
		"iss": &c.Issuer, "sub": &c.Subject, "aud": &c.Audience, "exp": &c.ExpiresAt, "nbf": &c.NotBefore,
		"nonce": &c.Nonce, "azp": &c.Party, "email": &c.Email,
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
