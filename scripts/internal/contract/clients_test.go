package contract

import (
	"encoding/json"
	"errors"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/oauth2"
)

// A client that many programs use logs in at the reference server, whichever way it tries,
// and calls it.
func TestAnOAuth2ClientLogsIn(t *testing.T) {
	if testing.Short() {
		t.Skip("it compiles the server")
	}
	url := serve(t, []string{newBench(t).build(t, nil)}).URL
	at, err := newPlace(url, nil)
	if err != nil {
		t.Fatal(err)
	}
	s := &suite{at: at, pace: newPace(0, 0, 0)}
	ann, _ := s.newPerson(t.Context())
	if ann.err != nil {
		t.Fatal(ann.err)
	}
	for name, style := range map[string]oauth2.AuthStyle{"in the form": oauth2.AuthStyleInParams, "in a header": oauth2.AuthStyleInHeader, "found out": oauth2.AuthStyleAutoDetect} {
		config := oauth2.Config{ClientID: "cli", ClientSecret: "none", Scopes: []string{"tasks"}, Endpoint: oauth2.Endpoint{TokenURL: url + "/auth/token", AuthStyle: style}}
		token, err := config.PasswordCredentialsToken(t.Context(), ann.email, ann.password)
		if err != nil {
			t.Errorf("client credentials %s: %v", name, err)
			continue
		}
		if left := time.Until(token.Expiry); !strings.EqualFold(token.Type(), "bearer") || left < 29*time.Minute || left > 31*time.Minute {
			t.Errorf("client credentials %s: a token of type %s for %v, and it must be Bearer for 30 minutes", name, token.Type(), left)
		}
		response, err := config.Client(t.Context(), token).Get(url + "/auth/me")
		if err != nil {
			t.Errorf("client credentials %s: %v", name, err)
			continue
		}
		var me struct{ ID, Email string }
		err = json.NewDecoder(response.Body).Decode(&me)
		response.Body.Close()
		if err != nil || response.StatusCode != http.StatusOK || me.ID != ann.id || me.Email != ann.email {
			t.Errorf("client credentials %s: GET /auth/me: %s, %+v, %v", name, response.Status, me, err)
		}
	}
	config := oauth2.Config{Endpoint: oauth2.Endpoint{TokenURL: url + "/auth/token"}}
	_, err = config.PasswordCredentialsToken(t.Context(), ann.email, "wrong-horse")
	var refused *oauth2.RetrieveError
	if !errors.As(err, &refused) || refused.ErrorCode != "invalid_grant" {
		t.Errorf("with a wrong password the client says: %v, and it must find the code invalid_grant", err)
	}
}

// A server in another language, by somebody who knew the contract alone, is judged by it
// and by nothing else.
func TestAServerInNode(t *testing.T) {
	at := serve(t, []string{node(t), filepath.Join("testdata", "server.mjs")}).URL
	failed, ran := failures(t, Options{URL: at, Key: key})
	t.Logf("%d cases", ran)
	for name, story := range failed {
		t.Errorf("%s: %s", name, story)
	}
}
