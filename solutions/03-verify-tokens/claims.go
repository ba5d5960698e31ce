// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

package verifier

import (
	"encoding/json"
	"errors"

	"github.com/golang-jwt/jwt/v5"
)

// Claims are the claims of a token, for jwt.ParseWithClaims. They are jwt.RegisteredClaims,
// read more strictly: names are matched to the letter, so "SUB" is not "sub", and a time
// must be a number, so "1767225600" in quotes is not one.
type Claims struct {
	jwt.RegisteredClaims
}

// UnmarshalJSON reads sub, exp and nbf. Nothing else that a token says is of use to us.
func (c *Claims) UnmarshalJSON(text []byte) error {
	*c = Claims{}
	var all map[string]json.RawMessage // a map knows nothing of upper and lower case
	if err := json.Unmarshal(text, &all); err != nil {
		return err
	}
	if sub, ok := all["sub"]; ok {
		if err := json.Unmarshal(sub, &c.Subject); err != nil {
			return err
		}
	}
	for name, at := range map[string]**jwt.NumericDate{"exp": &c.ExpiresAt, "nbf": &c.NotBefore} {
		number, ok := all[name]
		if !ok {
			continue
		}
		if number[0] == '"' {
			return errors.New(name + " is text and not a number")
		}
		if err := json.Unmarshal(number, at); err != nil {
			return err
		}
	}
	return nil
}
