// Package judges asks programs that nobody here wrote what they think of the second track's
// tokens, and the second track what it thinks of theirs.
package judges

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/oauth2-proxy/mockoidc"

	"tokenauth.example/scripts/internal/launch"
	"tokenauth.example/scripts/internal/screen"
	"tokenauth.example/scripts/internal/server"
	"tokenauth.example/scripts/internal/session"
	"tokenauth.example/scripts/internal/steps"
)

// serve runs the reference server of a step with more settings, and returns its URL.
func serve(t *testing.T, number string, settings ...string) (base string) {
	t.Helper()
	workshop, err := steps.Open(".")
	if err != nil {
		t.Fatal(err)
	}
	step, err := workshop.Find(number)
	if err != nil {
		t.Fatal(err)
	}
	folder, err := step.ServerFolder()
	if err != nil {
		t.Fatal(err)
	}
	s := &session.Session{Workshop: workshop, Screen: screen.Plain(io.Discard)}
	binary, cleanUp, err := launch.Build(t.Context(), s, filepath.Join(step.SolutionDir(), folder), "off")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cleanUp)
	address, err := server.FreeAddress()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(binary)
	cmd.Env = append(append(os.Environ(), "ADDR="+address, "DATABASE="+filepath.Join(t.TempDir(), "judges.db")), settings...)
	running, err := server.Start(t.Context(), cmd, address, 30*time.Second)
	if running != nil {
		t.Cleanup(running.Kill)
	}
	if err != nil {
		t.Fatal(err)
	}
	return "http://" + address
}

// ask sends a request, and returns the status and the JSON of the answer.
func ask(t *testing.T, method, target, contentType, body, token string) (status int, answer map[string]any) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, target, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if contentType != "" {
		request.Header.Set("Content-Type", contentType)
	}
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	response, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	answer = map[string]any{"location": response.Header.Get("Location")}
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil && !errors.Is(err, io.EOF) {
		answer["error"] = err.Error()
	}
	return response.StatusCode, answer
}

const form = "application/x-www-form-urlencoded"

// go-oidc verifies the access tokens of step 11's server by its published keys, and refuses
// one that was changed.
func TestGoOIDC_VerifiesOurTokens(t *testing.T) {
	base := serve(t, "11")
	ask(t, "POST", base+"/users", "application/json", `{"email":"ann@example.com","password":"correct-horse"}`, "")
	status, answer := ask(t, "POST", base+"/auth/token", form, "username=ann@example.com&password=correct-horse", "")
	signed, _ := answer["access_token"].(string)
	if status != http.StatusOK || signed == "" {
		t.Fatalf("logging in: %d %v", status, answer)
	}
	config := oidc.ProviderConfig{IssuerURL: base, JWKSURL: base + "/.well-known/jwks.json", Algorithms: []string{"ES256"}}
	verifier := config.NewProvider(t.Context()).Verifier(&oidc.Config{ClientID: "tasks", SupportedSigningAlgs: []string{"ES256"}})
	token, err := verifier.Verify(t.Context(), signed)
	if err != nil {
		t.Fatalf("go-oidc refuses a token of ours: %v", err)
	}
	if status, me := ask(t, "GET", base+"/auth/me", "", "", signed); status != http.StatusOK || me["id"] != token.Subject {
		t.Errorf("go-oidc takes it for %q's, and the server for %v's", token.Subject, me["id"])
	}
	last := len(signed) - 20
	changed := signed[:last] + map[bool]string{true: "B", false: "A"}[signed[last] == 'A'] + signed[last+1:]
	if _, err := verifier.Verify(t.Context(), changed); err == nil {
		t.Error("go-oidc takes a token whose signature was changed")
	}
}

// Step 12's server takes the access tokens of mockoidc, which have no scope and so are good for
// nothing, and no ID token.
func TestOurVerifier_TakesTokensOfMockOIDC(t *testing.T) {
	idp, err := mockoidc.Run()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = idp.Shutdown() }()
	base := serve(t, "12", "PROVIDER_ISSUER="+idp.Issuer(), "PROVIDER_AUDIENCE="+idp.Config().ClientID, "PROVIDER_TYPED=off")
	for _, subject := range []string{"ann", "bob", "ann"} {
		idp.QueueUser(&mockoidc.MockUser{Subject: subject, Email: subject + "@example.com", EmailVerified: true})
		tokens := logIn(t, idp)
		access, _ := tokens["access_token"].(string)
		status, me := ask(t, "GET", base+"/auth/me", "", "", access)
		if status != http.StatusForbidden || me["error"] != "insufficient_scope" {
			t.Errorf("a token of mockoidc for %s: %d %v", subject, status, me)
		}
		id, _ := tokens["id_token"].(string)
		if status, answer := ask(t, "GET", base+"/auth/me", "", "", id); status != http.StatusUnauthorized {
			t.Errorf("an ID token of mockoidc is not refused: %d %v", status, answer)
		}
	}
}

// logIn goes through the authorization code grant of a provider, as a client does.
func logIn(t *testing.T, idp *mockoidc.MockOIDC) map[string]any {
	t.Helper()
	config := idp.Config()
	query := url.Values{"client_id": {config.ClientID}, "redirect_uri": {"http://127.0.0.1/callback"}, "response_type": {"code"}, "scope": {"openid email profile"}, "state": {"s"}, "nonce": {"n"}}
	status, answer := ask(t, "GET", idp.AuthorizationEndpoint()+"?"+query.Encode(), "", "", "")
	location, _ := answer["location"].(string)
	if location == "" {
		t.Fatalf("mockoidc gives no code: %d %v", status, answer)
	}
	return exchange(t, idp.TokenEndpoint(), location, config.ClientID, config.ClientSecret, "http://127.0.0.1/callback")
}

// exchange gets tokens for the code that a provider has sent back.
func exchange(t *testing.T, endpoint, location, client, secret, back string) map[string]any {
	t.Helper()
	callback, err := url.Parse(location)
	if err != nil || callback.Query().Get("code") == "" {
		t.Fatalf("there is no code in %q", location)
	}
	grant := url.Values{"grant_type": {"authorization_code"}, "code": {callback.Query().Get("code")}, "client_id": {client}, "client_secret": {secret}, "redirect_uri": {back}}
	status, answer := ask(t, "POST", endpoint, form, grant.Encode(), "")
	if status != http.StatusOK {
		t.Fatalf("there are no tokens for the code: %d %v", status, answer)
	}
	return answer
}
