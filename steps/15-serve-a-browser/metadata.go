// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

package main

import (
	"net/http"

	"tokenauth.example/login/api"
)

// metadata serves GET /.well-known/oauth-authorization-server (RFC 8414): what a client has to
// know of this server, so that it needs to be told its issuer alone.
func metadata(issuer string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		api.Write(w, http.StatusOK, struct {
			Issuer        string   `json:"issuer"`
			Token         string   `json:"token_endpoint"`
			Revocation    string   `json:"revocation_endpoint"`
			Keys          string   `json:"jwks_uri"`
			Scopes        []string `json:"scopes_supported"`
			ResponseTypes []string `json:"response_types_supported"` // none: there's no authorization endpoint
			Grants        []string `json:"grant_types_supported"`
			ClientAuth    []string `json:"token_endpoint_auth_methods_supported"`
			RevokeAuth    []string `json:"revocation_endpoint_auth_methods_supported"`
		}{
			issuer, issuer + "/auth/token", issuer + "/auth/revoke", issuer + "/.well-known/jwks.json",
			[]string{"tasks:read", "tasks:write", "profile", "users:read", "users:write"},
			[]string{}, []string{"password", "refresh_token"}, []string{"none"}, []string{"none"},
		})
	})
}
