// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// trial is a provider to try the server with. It gives anybody a token for anybody, at
// /token?sub=ann&email=ann@example.com, so it's for this machine and for nothing else.
func trial(issuer, audience string) (http.Handler, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	point, err := key.PublicKey.Bytes()
	if err != nil {
		return nil, err
	}
	text := base64.RawURLEncoding.EncodeToString
	answer := func(value any) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			_ = json.NewEncoder(w).Encode(value)
		}
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.well-known/openid-configuration", answer(map[string]any{"issuer": issuer, "jwks_uri": issuer + "/keys"}))
	mux.HandleFunc("GET /keys", answer(map[string]any{"keys": []any{map[string]any{
		"kty": "EC", "crv": "P-256", "kid": "trial", "use": "sig", "alg": "ES256", "x": text(point[1:33]), "y": text(point[33:]),
	}}}))
	mux.HandleFunc("GET /token", func(w http.ResponseWriter, r *http.Request) {
		now := time.Now().Unix()
		t := jwt.NewWithClaims(jwt.SigningMethodES256, jwt.MapClaims{
			"iss": issuer, "aud": audience, "sub": r.FormValue("sub"), "email": r.FormValue("email"), "email_verified": true,
			"client_id": "trial", "scope": "profile tasks:read tasks:write", "jti": rand.Text(), "iat": now, "exp": now + 300,
		})
		t.Header["typ"], t.Header["kid"] = "at+jwt", "trial"
		signed, err := t.SignedString(key)
		if err != nil {
			http.Error(w, "no token", http.StatusInternalServerError)
			return
		}
		_, _ = w.Write([]byte(signed))
	})
	return mux, nil
}
