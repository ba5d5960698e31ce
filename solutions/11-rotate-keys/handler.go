package keys

import (
	"fmt"
	"net/http"

	"tokenauth.example/login/api"
)

// Handler serves GET /.well-known/jwks.json: 200 with {"keys": [...]}, the published
// keys, for anybody. Caches may keep it, and for half of the ring's lead at most, in
// whole seconds: a verifier with an old copy then gets a new one before a new key signs.
//
//workshop:todo 7 publish the keys, for as long as a cache may keep them.
//workshop:stub return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
//workshop:stub 	w.WriteHeader(http.StatusNotImplemented)
//workshop:stub })
func (r *Ring) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.well-known/jwks.json", func(w http.ResponseWriter, _ *http.Request) {
		cached := &caching{w, fmt.Sprintf("public, max-age=%d", int(r.lead.Seconds()/2))}
		api.Write(cached, http.StatusOK, struct {
			Keys []JWK `json:"keys"`
		}{r.Public()})
	})
	return mux
}

// caching is an answer that caches may keep, whatever api.Write says.
//
//workshop:solution
type caching struct {
	http.ResponseWriter
	control string
}

// WriteHeader sends the header off.
//
//workshop:solution
func (c *caching) WriteHeader(status int) {
	c.Header().Set("Cache-Control", c.control)
	c.ResponseWriter.WriteHeader(status)
}
