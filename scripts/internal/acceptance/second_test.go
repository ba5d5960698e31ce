package acceptance

import (
	"encoding/json"
	"net/http"
	"net/url"
	"testing"

	"tokenauth.example/scripts/internal/launch"
)

// second starts the reference server of the second track, with settings of the form
// NAME=value, and calls use with a client that trusts it.
func second(t *testing.T, use func(running launch.Running, client *http.Client), settings ...[2]string) {
	t.Helper()
	s := here(t)
	servers, err := s.Workshop.Servers()
	if err != nil || len(servers) < 2 {
		t.Fatalf("the second track has no server: %v", err)
	}
	for _, setting := range settings {
		t.Setenv(setting[0], setting[1])
	}
	err = launch.Reference(t.Context(), s, servers[1], func(running launch.Running) error {
		client, err := running.Client()
		if err != nil {
			return err
		}
		defer client.CloseIdleConnections()
		use(running, client)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// The same client at the second server, as a member and as an admin.
func TestOpenAPI_DescribesTheSecondServer(t *testing.T) {
	second(t, func(running launch.Running, client *http.Client) {
		d := describe(t, client, running.URL)
		call := d.call
		logIn := func(form url.Values) (refresh string) {
			t.Helper()
			var granted struct {
				Access  string `json:"access_token"`
				Refresh string `json:"refresh_token"`
			}
			if err := json.Unmarshal([]byte(call("logIn", form.Encode(), 200)), &granted); err != nil {
				t.Fatal(err)
			}
			d.token = granted.Access
			return granted.Refresh
		}
		password := func(email, password, scope string) url.Values {
			return url.Values{"grant_type": {"password"}, "username": {email}, "password": {password}, "scope": {scope}}
		}

		call("health", "", 200)
		call("metadata", "", 200)
		call("keys", "", 200)
		call("signUp", "", 201) // ann@example.com, the first admin
		call("signUp", "", 409)
		call("signUp", "{", 400)
		call("signUp", `{"email":"x","password":"y"}`, 422)
		var bob struct{ ID string }
		if err := json.Unmarshal([]byte(call("signUp", `{"email":"bob@example.com","password":"correct-horse"}`, 201)), &bob); err != nil {
			t.Fatal(err)
		}

		call("me", "", 401)
		call("logIn", "username=ann", 400)
		call("logIn", password("ann@example.com", "wrong-horse", "").Encode(), 400)
		call("logIn", password("ann@example.com", "correct-horse", "everything").Encode(), 400)
		refresh := logIn(password("ann@example.com", "correct-horse", "tasks:read"))
		call("listTasks", "", 200)
		call("createTask", "", 403)
		call("me", "", 403)
		call("listUsers", "", 403)
		call("changePassword", `{"old":"correct-horse","new":"correct-staple"}`, 403)
		next := logIn(url.Values{"grant_type": {"refresh_token"}, "refresh_token": {refresh}})
		call("logIn", url.Values{"grant_type": {"refresh_token"}, "refresh_token": {refresh}}.Encode(), 400)
		call("logIn", url.Values{"grant_type": {"refresh_token"}, "refresh_token": {next}}.Encode(), 400) // its family has ended
		call("listTasks", "", 401)

		logIn(password("ann@example.com", "correct-horse", ""))
		call("me", "", 200)
		var task struct{ ID string }
		if err := json.Unmarshal([]byte(call("createTask", "", 201)), &task); err != nil {
			t.Fatal(err)
		}
		d.id = task.ID
		call("getTask", "", 200)
		call("deleteTask", "", 204)
		call("getTask", "", 404)
		call("listUsers", "", 200)
		d.id = "nobody"
		call("setRole", `{"role":"member"}`, 404)
		call("deactivate", "", 404)
		d.id = bob.ID
		call("setRole", `{"role":"king"}`, 422)
		call("setRole", `{"role":"admin"}`, 204)
		call("setRole", `{"role":"member"}`, 204)
		call("deactivate", "", 204)
		var me struct{ ID string }
		if err := json.Unmarshal([]byte(call("me", "", 200)), &me); err != nil {
			t.Fatal(err)
		}
		d.id = me.ID
		call("setRole", `{"role":"member"}`, 409)
		call("deactivate", "", 409)
		call("changePassword", `{"old":"wrong-horse","new":"correct-staple"}`, 403)
		call("changePassword", `{"old":"correct-horse","new":"short"}`, 422)
		call("changePassword", `{"old":"correct-horse","new":"correct-staple"}`, 204)
		call("revoke", "", 400)
		call("revoke", "token=whatever", 200)
		call("logOut", "", 204)
		call("logOut", "", 401)
		for range 10 {
			call("logIn", password("eve@example.com", "wrong-horse", "").Encode(), 400)
		}
		call("logIn", password("eve@example.com", "wrong-horse", "").Encode(), 429)
	}, [2]string{"FIRST_ADMIN", "ann@example.com"}, [2]string{"BCRYPT_COST", "10"})
}
