package keys

import (
	"net/http"
)

// Handler serves GET /.well-known/jwks.json: 200 with {"keys": [...]}, the published
// keys, for anybody. Caches may keep it, and for half of the ring's lead at most, in
// whole seconds: a verifier with an old copy then gets a new one before a new key signs.
func (r *Ring) Handler() http.Handler {
	// TODO 7: publish the keys, for as long as a cache may keep them.
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusNotImplemented)
	})
}
