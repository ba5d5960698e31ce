package judges

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/zitadel/oidc/v3/example/server/exampleop"
	"github.com/zitadel/oidc/v3/example/server/storage"
	"github.com/zitadel/oidc/v3/pkg/op"
)

// withJWTs is the storage of zitadel's example provider, set up as somebody would whose APIs
// take JWTs: the example's own clients get tokens that mean nothing to others.
type withJWTs struct{ *storage.Storage }

func (s withJWTs) GetClientByClientID(ctx context.Context, id string) (op.Client, error) {
	client, err := s.Storage.GetClientByClientID(ctx, id)
	return clientWithJWTs{client}, err
}

func (withJWTs) GetPrivateClaimsFromScopes(_ context.Context, _, _ string, scopes []string) (map[string]any, error) {
	return map[string]any{"scope": strings.Join(scopes, " ")}, nil
}

type clientWithJWTs struct{ op.Client }

func (clientWithJWTs) AccessTokenType() op.AccessTokenType { return op.AccessTokenTypeJWT }
func (clientWithJWTs) IsScopeAllowed(string) bool          { return true }

// RestrictAdditionalAccessTokenScopes lets all scopes into an access token.
func (clientWithJWTs) RestrictAdditionalAccessTokenScopes() func([]string) []string {
	return func(scopes []string) []string { return scopes }
}

// Step 12's server takes the access tokens of zitadel's example provider, as far as their scopes
// go, and no ID token.
func TestOurVerifier_TakesTokensOfZitadel(t *testing.T) {
	var provider http.Handler
	idp := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { provider.ServeHTTP(w, r) }))
	defer idp.Close()
	const client, secret, back = "tasks-page", "secret", "http://127.0.0.1/callback"
	storage.RegisterClients(storage.WebClient(client, secret, back))
	provider = exampleop.SetupServer(idp.URL, withJWTs{storage.NewStorage(storage.NewUserStore(idp.URL))}, nil, false)
	base := serve(t, "12", "PROVIDER_ISSUER="+idp.URL, "PROVIDER_AUDIENCE="+client, "PROVIDER_TYPED=off")

	query := url.Values{"client_id": {client}, "redirect_uri": {back}, "response_type": {"code"}, "scope": {"openid email tasks:read tasks:write"}, "state": {"s"}, "nonce": {"n"}}
	_, login := ask(t, "GET", idp.URL+"/auth?"+query.Encode(), "", "", "")
	page, err := url.Parse(login["location"].(string))
	if err != nil {
		t.Fatal(err)
	}
	credentials := url.Values{"id": {page.Query().Get("authRequestID")}, "username": {"test-user@127.0.0.1"}, "password": {"verysecure"}}
	_, loggedIn := ask(t, "POST", idp.URL+"/login/username", form, credentials.Encode(), "")
	_, callback := ask(t, "GET", loggedIn["location"].(string), "", "", "")
	tokens := exchange(t, idp.URL+"/oauth/token", callback["location"].(string), client, secret, back)

	access, _ := tokens["access_token"].(string)
	if status, list := ask(t, "GET", base+"/tasks", "", "", access); status != http.StatusOK {
		t.Errorf("a token of zitadel's for reading tasks: %d %v", status, list)
	}
	if status, me := ask(t, "GET", base+"/auth/me", "", "", access); status != http.StatusForbidden || me["error"] != "insufficient_scope" {
		t.Errorf("a token of zitadel's without the scope profile: %d %v", status, me)
	}
	id, _ := tokens["id_token"].(string)
	if status, answer := ask(t, "GET", base+"/tasks", "", "", id); status != http.StatusUnauthorized {
		t.Errorf("an ID token of zitadel's is not refused: %d %v", status, answer)
	}
}
