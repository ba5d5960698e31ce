package judges

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/oauth2-proxy/mockoidc"
	"github.com/zitadel/oidc/v3/example/server/exampleop"
	"github.com/zitadel/oidc/v3/example/server/storage"
)

// browser is a client that keeps cookies and follows redirects.
func browser(t *testing.T) *http.Client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &http.Client{Jar: jar}
}

// welcomed asserts that a browser has come back to step 13's server, and that somebody was let
// in who wanted to see their tasks, and whose email ends like this.
func welcomed(t *testing.T, response *http.Response, err error, email string) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	var user struct{ ID, Email, Next string }
	if err := json.Unmarshal(body, &user); err != nil || user.ID == "" || !strings.HasSuffix(user.Email, email) || user.Next != "/tasks" {
		t.Errorf("at %s: %d %s", response.Request.URL.Path, response.StatusCode, body)
	}
}

// Step 13's server logs people in at mockoidc, which checks the client, the code and the
// verifier.
func TestOurClient_LogsInAtMockOIDC(t *testing.T) {
	idp, err := mockoidc.Run()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = idp.Shutdown() }()
	base := serve(t, "13", "PROVIDER_ISSUER="+idp.Issuer(), "PROVIDER_CLIENT_ID="+idp.Config().ClientID, "PROVIDER_CLIENT_SECRET="+idp.Config().ClientSecret)
	for _, name := range []string{"ann", "bob", "ann"} {
		idp.QueueUser(&mockoidc.MockUser{Subject: name, Email: name + "@example.com", EmailVerified: true})
		response, err := browser(t).Get(base + "/login/provider?next=/tasks")
		welcomed(t, response, err, name+"@example.com")
	}
}

// Step 13's server logs somebody in at zitadel's example provider, who types a password there.
func TestOurClient_LogsInAtZitadel(t *testing.T) {
	var provider http.Handler
	idp := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { provider.ServeHTTP(w, r) }))
	defer idp.Close()
	provider = exampleop.SetupServer(idp.URL, storage.NewStorage(storage.NewUserStore(idp.URL)), nil, false)
	const client, secret = "tasks-server", "secret"
	base := serve(t, "13", "PROVIDER_ISSUER="+idp.URL, "PROVIDER_CLIENT_ID="+client, "PROVIDER_CLIENT_SECRET="+secret)
	storage.RegisterClients(storage.WebClient(client, secret, base+"/login/callback"))

	anns := browser(t)
	page, err := anns.Get(base + "/login/provider?next=/tasks")
	if err != nil {
		t.Fatal(err)
	}
	page.Body.Close()
	id := page.Request.URL.Query().Get("authRequestID")
	response, err := anns.PostForm(idp.URL+"/login/username", url.Values{"id": {id}, "username": {"test-user@127.0.0.1"}, "password": {"verysecure"}})
	welcomed(t, response, err, "@identities.invalid") // its ID tokens have no email
}
