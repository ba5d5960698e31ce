package scopes

import (
	"crypto/rand"
	"errors"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"tokenauth.example/verifier"
)

// Why an access token is refused, beside what package verifier has. The texts are short,
// because they become the reason in the server's log.
var (
	// ErrType: it's a token, and no access token. ID tokens and others look alike.
	ErrType = errors.New("not an access token")
	// ErrIssuer: somebody else has issued it.
	ErrIssuer = errors.New("another issuer")
	// ErrAudience: it was issued for another server.
	ErrAudience = errors.New("another audience")
	// ErrIncomplete: a claim that every access token has is missing or empty.
	ErrIncomplete = errors.New("incomplete")
)

// Access is what a token gives access to.
type Access struct {
	Subject string // whose token it is: the user's id (sub)
	Scope   Set    // what it may be used for (scope)
	Client  string // the program that it was issued to (client_id)
	Session string // the session that it belongs to (sid), or "": sessions are step 10
	ID      string // no other token has it (jti)
}

// Issuer issues access tokens (RFC 9068), and verifies them. Many requests may use it at the
// same time.
type Issuer struct {
	Name     string        // the issuer (iss): the URL of the server that issues tokens
	Audience string        // whom they are for (aud): the server that takes them
	Lifetime time.Duration // a second or more
	Keys     Keys
}

// Issue returns a signed token for access, with a new ID in place of the one in access,
// and how long it will live.
//
// Its type, in the header, is "at+jwt". It has all claims that RFC 9068, section 2.2,
// asks for: iss, aud, sub, client_id, iat, exp and jti; scope, and sid if there is a
// session. Without a subject or a client Issue returns "" and ErrIncomplete.
//
//workshop:todo 4 make the claims, and have the Keys sign them.
//workshop:stub return "", 0, errors.New("Issue is not written yet")
func (i *Issuer) Issue(access Access) (signed string, lifetime time.Duration, err error) {
	if access.Subject == "" || access.Client == "" {
		return "", 0, ErrIncomplete
	}
	now := time.Now()
	signed, err = i.Keys.Sign("at+jwt", Claims{
		RegisteredClaims: jwt.RegisteredClaims{
			Issuer:    i.Name,
			Subject:   access.Subject,
			Audience:  jwt.ClaimStrings{i.Audience},
			ExpiresAt: jwt.NewNumericDate(now.Add(i.Lifetime)),
			IssuedAt:  jwt.NewNumericDate(now),
			ID:        rand.Text(),
		},
		Client:  access.Client,
		Scope:   access.Scope.String(),
		Session: access.Session,
	})
	if err != nil {
		return "", 0, err
	}
	return signed, i.Lifetime, nil
}

// Verify returns what a token gives access to, if it can be trusted now. For any other it
// returns the zero Access, and the one error of this package or of package verifier that
// says why.
//
// Trusted is a token that Issue could have made: written as in step 03 and without crit,
// of the type "at+jwt" or "application/at+jwt" in upper or lower case, signed with the
// key that our Keys give, from our issuer (ErrIssuer), for our audience, alone or among others
// (ErrAudience), now between nbf and exp, with a subject (verifier.ErrNoSubject), and
// with client_id, iat and jti (ErrIncomplete). A scope that Parse can't read makes it
// malformed.
//
//workshop:todo 5 verify form, signature, issuer, audience and times, and name what is wrong.
//workshop:todo 6 take access tokens alone, and only complete ones.
//workshop:stub return Access{}, errors.New("Verify is not written yet")
func (i *Issuer) Verify(signed string) (Access, error) {
	if strings.ContainsAny(signed, "\r\n") {
		return Access{}, verifier.ErrMalformed
	}
	var claims Claims
	t, err := jwt.ParseWithClaims(signed, &claims, i.keyFor, jwt.WithStrictDecoding(), jwt.WithExpirationRequired(),
		jwt.WithIssuer(i.Name), jwt.WithAudience(i.Audience))
	if err != nil {
		return Access{}, reason(err, claims)
	}
	typ, _ := t.Header["typ"].(string)
	if typ = strings.ToLower(typ); typ != "at+jwt" && typ != "application/at+jwt" {
		return Access{}, ErrType
	}
	if claims.Subject == "" {
		return Access{}, verifier.ErrNoSubject
	}
	if claims.Client == "" || claims.IssuedAt == nil || claims.ID == "" {
		return Access{}, ErrIncomplete
	}
	scope, err := Parse(claims.Scope)
	if err != nil {
		return Access{}, verifier.ErrMalformed
	}
	return Access{claims.Subject, scope, claims.Client, claims.Session, claims.ID}, nil
}

// keyFor refuses what demands that we understand more than we do (RFC 7515, section
// 4.1.11), and leaves the rest to the Keys.
//
//workshop:solution
func (i *Issuer) keyFor(t *jwt.Token) (any, error) {
	if _, ok := t.Header["crit"]; ok {
		return nil, verifier.ErrMalformed
	}
	return i.Keys.Key(t)
}

// reason says in our words why the library refused a token.
//
//workshop:solution
func reason(err error, claims Claims) error {
	for _, r := range []struct{ theirs, ours error }{
		{verifier.ErrMalformed, verifier.ErrMalformed},
		{jwt.ErrTokenUnverifiable, verifier.ErrAlgorithm},
		{jwt.ErrTokenSignatureInvalid, verifier.ErrSignature},
		{jwt.ErrTokenInvalidIssuer, ErrIssuer},
		{jwt.ErrTokenInvalidAudience, ErrAudience},
		{jwt.ErrTokenExpired, verifier.ErrExpired},
		{jwt.ErrTokenNotValidYet, verifier.ErrNotYetValid},
	} {
		if errors.Is(err, r.theirs) {
			return r.ours
		}
	}
	switch {
	case !errors.Is(err, jwt.ErrTokenRequiredClaimMissing):
		return verifier.ErrMalformed
	case claims.ExpiresAt == nil:
		return verifier.ErrNoExpiry
	case claims.Issuer == "":
		return ErrIssuer
	}
	return ErrAudience
}
