// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

package provider

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"log/slog"
	"net/http"
	"strings"

	"github.com/golang-jwt/jwt/v5"

	"tokenauth.example/auth"
	"tokenauth.example/login/api"
	"tokenauth.example/scopes"
	"tokenauth.example/users"
	"tokenauth.example/verifier"
)

// unguessable is new each time the program starts.
var unguessable = rand.Text()

// placeholder is an email for somebody whose own isn't known. As long as the program runs, it's
// always the same for one identity, and never that of anybody else. It ends in a domain that no
// mail reaches (RFC 2606). Nobody can work it out, and sign up with it before its owner comes.
func placeholder(identity Identity) string {
	hash := sha256.Sum256([]byte(unguessable + "\n" + identity.Issuer + "\n" + identity.Subject))
	return hex.EncodeToString(hash[:]) + "@identities.invalid"
}

// Authenticate lets requests through that carry a good token of the provider, with its
// user and its access in the context, as scopes.Authenticate does. Every other token is
// own's to judge.
func Authenticate(p *Provider, people *People, own func(http.Handler) http.Handler, log *slog.Logger) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		ours := own(next)
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			scheme, signed, _ := strings.Cut(r.Header.Get("Authorization"), " ")
			signed = strings.TrimSpace(signed)
			if !strings.EqualFold(scheme, "Bearer") || !p.claimed(signed) {
				ours.ServeHTTP(w, r)
				return
			}
			identity, err := p.Verify(r.Context(), signed)
			var user users.User
			if err == nil {
				user, err = people.User(r.Context(), identity)
			}
			switch {
			case err == nil:
				access := scopes.Access{Subject: user.ID, Scope: identity.Scope, Client: identity.Issuer}
				next.ServeHTTP(w, r.WithContext(scopes.WithAccess(auth.WithUser(r.Context(), user), access)))
			case errors.Is(err, ErrUnavailable): // nobody knows whether the token is good, so it's no 401
				api.ServerError(w, r, log, errors.Join(api.ErrOverloaded, err))
			case isRefusal(err):
				log.WarnContext(r.Context(), "refused", "reason", err.Error(), "method", r.Method, "path", r.URL.Path)
				w.Header().Set("WWW-Authenticate", `Bearer error="invalid_token"`)
				api.Fail(w, http.StatusUnauthorized, "invalid_token", "Invalid or expired token")
			default:
				api.ServerError(w, r, log, err)
			}
		})
	}
}

// claimed reports whether a token says that the provider has issued it. Anybody can write
// that: it only decides who judges it.
func (p *Provider) claimed(signed string) bool {
	var claims claims
	_, _, err := jwt.NewParser().ParseUnverified(signed, &claims)
	return err == nil && claims.Issuer == p.issuer
}

// isRefusal reports whether an error says that the token is not good enough.
func isRefusal(err error) bool {
	for _, refusal := range []error{
		ErrUnknownKey, scopes.ErrType, scopes.ErrIssuer, scopes.ErrAudience, users.ErrInactive, users.ErrNotFound,
		verifier.ErrMalformed, verifier.ErrAlgorithm, verifier.ErrSignature, verifier.ErrNoExpiry, verifier.ErrExpired, verifier.ErrNotYetValid, verifier.ErrNoSubject,
	} {
		if errors.Is(err, refusal) {
			return true
		}
	}
	return false
}
