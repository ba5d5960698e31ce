// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"tokenauth.example/elsewhere"
)

// trial is a provider to try the server with. It asks nobody for a password: everybody is
// ann@work.example. So it's for this machine and for nothing else.
type trial struct {
	issuer string
	client *elsewhere.Client
	key    *ecdsa.PrivateKey

	mu    sync.Mutex
	codes map[string]url.Values // what was asked for, by the code that was given
}

func newTrial(issuer string, client *elsewhere.Client) (http.Handler, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	if client.Secret == "" {
		client.Secret = rand.Text()
	}
	p := &trial{issuer: issuer, client: client, key: key, codes: map[string]url.Values{}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, http.StatusOK, map[string]any{
			"issuer": issuer, "jwks_uri": issuer + "/keys", "authorization_endpoint": issuer + "/authorize", "token_endpoint": issuer + "/token",
			"authorization_response_iss_parameter_supported": true,
		})
	})
	mux.HandleFunc("GET /keys", p.keys)
	mux.HandleFunc("GET /authorize", p.authorize)
	mux.HandleFunc("POST /token", p.token)
	return mux, nil
}

func answer(w http.ResponseWriter, status int, value any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(value)
}

func (p *trial) keys(w http.ResponseWriter, _ *http.Request) {
	point, err := p.key.PublicKey.Bytes()
	if err != nil {
		answer(w, http.StatusInternalServerError, nil)
		return
	}
	text := base64.RawURLEncoding.EncodeToString
	answer(w, http.StatusOK, map[string]any{"keys": []any{map[string]any{
		"kty": "EC", "crv": "P-256", "kid": "trial", "use": "sig", "alg": "ES256", "x": text(point[1:33]), "y": text(point[33:]),
	}}})
}

// authorize is where the browser comes to log in. It sends it back with a code.
func (p *trial) authorize(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	if query.Get("client_id") != p.client.ID || query.Get("redirect_uri") != p.client.Redirect {
		answer(w, http.StatusBadRequest, map[string]any{"error": "unauthorized_client"}) // and nobody is sent anywhere
		return
	}
	back := url.Values{"state": {query.Get("state")}, "iss": {p.issuer}}
	if query.Get("response_type") == "code" && query.Get("code_challenge_method") == "S256" && query.Get("code_challenge") != "" {
		code := rand.Text()
		p.mu.Lock()
		p.codes[code] = query
		p.mu.Unlock()
		back.Set("code", code)
	} else {
		back.Set("error", "invalid_request")
	}
	http.Redirect(w, r, p.client.Redirect+"?"+back.Encode(), http.StatusFound)
}

// token gives an ID token for a code, once, to who has the verifier.
func (p *trial) token(w http.ResponseWriter, r *http.Request) {
	code := r.PostFormValue("code")
	p.mu.Lock()
	asked, ok := p.codes[code]
	delete(p.codes, code)
	p.mu.Unlock()
	hash := sha256.Sum256([]byte(r.PostFormValue("code_verifier")))
	switch {
	case r.PostFormValue("client_id") != p.client.ID || r.PostFormValue("client_secret") != p.client.Secret:
		answer(w, http.StatusUnauthorized, map[string]any{"error": "invalid_client"})
		return
	case !ok || r.PostFormValue("grant_type") != "authorization_code" || r.PostFormValue("redirect_uri") != p.client.Redirect ||
		asked.Get("code_challenge") != base64.RawURLEncoding.EncodeToString(hash[:]):
		answer(w, http.StatusBadRequest, map[string]any{"error": "invalid_grant"})
		return
	}
	now := time.Now().Unix()
	t := jwt.NewWithClaims(jwt.SigningMethodES256, jwt.MapClaims{
		"iss": p.issuer, "aud": p.client.ID, "sub": "ann-7", "email": "ann@work.example", "email_verified": true,
		"nonce": asked.Get("nonce"), "iat": now, "exp": now + 300,
	})
	t.Header["kid"] = "trial"
	signed, err := t.SignedString(p.key)
	if err != nil {
		answer(w, http.StatusInternalServerError, nil)
		return
	}
	answer(w, http.StatusOK, map[string]any{"access_token": rand.Text(), "token_type": "Bearer", "id_token": signed})
}
