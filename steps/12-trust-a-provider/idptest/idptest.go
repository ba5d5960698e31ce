// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

// Package idptest is an identity provider for tests, which can lie in every way. It speaks
// HTTP, over connections in memory, so that package testing/synctest can move its clock.
package idptest

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"maps"
	"math/big"
	"net"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// Issuer and Audience are those of the provider's tokens.
const (
	Issuer   = "https://id.example"
	Audience = "https://tasks.example"
)

// The addresses that a provider has.
const (
	MetadataPath = "/.well-known/openid-configuration"
	KeysPath     = "/keys"
)

// Provider is an identity provider. Its fields may be changed between requests.
type Provider struct {
	// Metadata and Keys are what it answers at MetadataPath and KeysPath.
	Metadata map[string]any
	Keys     []map[string]any
	// Answer, if it isn't nil, answers in place of the provider, and reports whether it has.
	Answer func(w http.ResponseWriter, r *http.Request) bool

	mu      sync.Mutex
	private map[string]crypto.Signer
	asked   map[string]int
	dial    chan net.Conn
}

// keys are made once: an RSA key takes a while.
var (
	rsaKey  = sync.OnceValue(func() *rsa.PrivateKey { return must(rsa.GenerateKey(rand.Reader, 2048)) })
	nextRSA = sync.OnceValue(func() *rsa.PrivateKey { return must(rsa.GenerateKey(rand.Reader, 2048)) })
)

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

// New starts a provider with an RSA key "r" and an EC key "e".
func New(t testing.TB) *Provider {
	t.Helper()
	p := &Provider{
		Metadata: map[string]any{"issuer": Issuer, "jwks_uri": Issuer + KeysPath},
		private:  map[string]crypto.Signer{}, asked: map[string]int{}, dial: make(chan net.Conn),
	}
	p.Publish("r", rsaKey())
	p.Publish("e", must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader)))
	server := &http.Server{Handler: http.HandlerFunc(p.serve)}
	go func() { _ = server.Serve(listener{p.dial, make(chan struct{}), new(sync.Once)}) }()
	t.Cleanup(func() { server.Close() })
	return p
}

// NewRSA returns an RSA key that the provider doesn't have yet.
func NewRSA() *rsa.PrivateKey { return nextRSA() }

// Client returns a client all of whose requests reach the provider, wherever they are sent.
func (p *Provider) Client() *http.Client {
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		here, there := net.Pipe()
		select {
		case p.dial <- there:
			return here, nil
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	// TLS belongs to the network, which isn't there: DialTLSContext stands for both.
	return &http.Client{Transport: &http.Transport{DialContext: dial, DialTLSContext: dial, DisableKeepAlives: true}}
}

// Publish adds a key to those that the provider signs with, and to the list of its public
// keys.
func (p *Provider) Publish(kid string, key crypto.Signer) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.private[kid] = key
	p.Keys = append(p.Keys, JWK(kid, key.Public()))
}

// JWK returns a public key as JSON.
func JWK(kid string, public crypto.PublicKey) map[string]any {
	text := base64.RawURLEncoding.EncodeToString
	switch key := public.(type) {
	case *rsa.PublicKey:
		return map[string]any{"kty": "RSA", "kid": kid, "use": "sig", "alg": "RS256", "n": text(key.N.Bytes()), "e": text(big.NewInt(int64(key.E)).Bytes())}
	case *ecdsa.PublicKey:
		point := must(key.Bytes())
		return map[string]any{"kty": "EC", "kid": kid, "use": "sig", "alg": "ES256", "crv": "P-256", "x": text(point[1:33]), "y": text(point[33:])}
	}
	panic("a key of another kind")
}

// Asked returns how often a path was asked for.
func (p *Provider) Asked(path string) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.asked[path]
}

// Claims are those of a good access token for "ann". Changes are put over them; a change
// to nil takes a claim away.
func Claims(changes map[string]any) map[string]any {
	now := time.Now().Unix()
	all := map[string]any{"iss": Issuer, "aud": Audience, "sub": "ann", "client_id": "portal", "scope": "tasks:read", "jti": "1", "iat": now, "exp": now + 300}
	maps.Copy(all, changes)
	maps.DeleteFunc(all, func(_ string, value any) bool { return value == nil })
	return all
}

// Token returns a token that is signed with the provider's key of this kid. Its header is
// that of an access token, with the changes put over it; nil takes a member away.
func (p *Provider) Token(kid string, header, claims map[string]any) string {
	p.mu.Lock()
	key := p.private[kid]
	p.mu.Unlock()
	return Sign(key, kid, header, claims)
}

// Sign returns a token that is signed with a key.
func Sign(key crypto.Signer, kid string, header, claims map[string]any) string {
	var method jwt.SigningMethod = jwt.SigningMethodES256
	if _, ok := key.(*rsa.PrivateKey); ok {
		method = jwt.SigningMethodRS256
	}
	t := jwt.NewWithClaims(method, jwt.MapClaims(claims))
	t.Header["typ"], t.Header["kid"] = "at+jwt", kid
	maps.Copy(t.Header, header)
	maps.DeleteFunc(t.Header, func(_ string, value any) bool { return value == nil })
	return must(t.SignedString(key))
}

func (p *Provider) serve(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	p.asked[r.URL.Path]++
	answer, metadata, keys := p.Answer, maps.Clone(p.Metadata), p.Keys
	p.mu.Unlock()
	if answer != nil && answer(w, r) {
		return
	}
	w.Header().Set("Content-Type", "application/json")
	switch r.URL.Path {
	case MetadataPath:
		_ = json.NewEncoder(w).Encode(metadata)
	case KeysPath:
		_ = json.NewEncoder(w).Encode(map[string]any{"keys": keys})
	default:
		http.NotFound(w, r)
	}
}

// listener accepts connections from a channel.
type listener struct {
	dial   chan net.Conn
	closed chan struct{}
	once   *sync.Once
}

func (l listener) Accept() (net.Conn, error) {
	select {
	case conn := <-l.dial:
		return conn, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l listener) Close() error {
	l.once.Do(func() { close(l.closed) })
	return nil
}

func (l listener) Addr() net.Addr { return &net.UnixAddr{Name: "memory", Net: "unix"} }
