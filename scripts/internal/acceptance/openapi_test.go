package acceptance

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/pb33f/libopenapi"
	validator "github.com/pb33f/libopenapi-validator"
)

// description is what a client needs of openapi.json.
type description struct {
	Paths      map[string]map[string]json.RawMessage
	Components struct {
		SecuritySchemes map[string]struct {
			Flows struct{ Password struct{ TokenURL string } }
		}
	}
}

type operation struct {
	OperationID string
	Security    []map[string][]string
	RequestBody struct {
		Content map[string]struct {
			Example json.RawMessage
		}
	}
}

// A client that knows nothing but /openapi.json signs up, logs in, and uses every
// operation; a validator compares each request and answer with the description.
func TestOpenAPI_DescribesTheServer(t *testing.T) {
	s := serve(t, referenceServer(t), filepath.Join(t.TempDir(), "tasks.db"))
	answer, err := http.Get(s.URL + "/openapi.json")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	document, err := libopenapi.NewDocument(text)
	if err != nil {
		t.Fatal(err)
	}
	v, failures := validator.NewValidator(document)
	if len(failures) > 0 {
		t.Fatal(failures)
	}
	if valid, failures := v.ValidateDocument(); !valid {
		for _, failure := range failures {
			t.Errorf("openapi.json: %s: %s", failure.Message, failure.Reason)
		}
	}
	var d description
	if err := json.Unmarshal(text, &d); err != nil {
		t.Fatal(err)
	}

	token, id := "", ""
	// call does the operation as it is described. A body that is not given is the example.
	call := func(operationID, body string, want int) string {
		t.Helper()
		for path, methods := range d.Paths {
			for method, raw := range methods {
				var o operation
				if slices.Contains([]string{"get", "post", "delete"}, method) {
					if err := json.Unmarshal(raw, &o); err != nil {
						t.Fatal(err)
					}
				}
				if o.OperationID != operationID {
					continue
				}
				kind := ""
				for mediaType, content := range o.RequestBody.Content {
					kind = mediaType
					if body == "" {
						body = string(content.Example)
					}
				}
				send := func() *http.Request {
					r, err := http.NewRequest(strings.ToUpper(method), s.URL+strings.ReplaceAll(path, "{id}", id), strings.NewReader(body))
					if err != nil {
						t.Fatal(err)
					}
					if kind != "" {
						r.Header.Set("Content-Type", kind)
					}
					if len(o.Security) > 0 && token != "" {
						r.Header.Set("Authorization", "Bearer "+token)
					}
					return r
				}
				if valid, failures := v.ValidateHttpRequest(send()); !valid && want < 300 {
					t.Errorf("%s: the request does not fit its description: %v", operationID, failures[0])
				}
				r := send()
				answer, err := http.DefaultClient.Do(r)
				if err != nil {
					t.Fatal(err)
				}
				defer answer.Body.Close()
				text, err := io.ReadAll(answer.Body)
				if err != nil {
					t.Fatal(err)
				}
				if answer.StatusCode != want {
					t.Fatalf("%s: %s %s", operationID, answer.Status, text)
				}
				answer.Body = io.NopCloser(strings.NewReader(string(text)))
				if valid, failures := v.ValidateHttpResponse(r, answer); !valid {
					t.Errorf("%s: the answer %d %s does not fit its description: %v", operationID, answer.StatusCode, text, failures[0])
				}
				return string(text)
			}
		}
		t.Fatalf("there is no operation %s", operationID)
		return ""
	}

	call("health", "", 200)
	call("signUp", "", 201)
	call("signUp", "", 409)
	call("signUp", "{", 400)
	call("signUp", `{"email":"x","password":"y"}`, 422)
	call("signUp", `{"email":"bob@example.com","password":"sunshine"}`, 422)
	call("signUp", strings.Repeat(" ", 70_000), 413)
	if path := d.Components.SecuritySchemes["password"].Flows.Password.TokenURL; d.Paths[path]["post"] == nil {
		t.Fatalf("the password flow's tokenUrl is %q, where nothing is described", path)
	}
	form := url.Values{"grant_type": {"password"}, "username": {"ann@example.com"}, "password": {"correct-horse"}}
	call("me", "", 401)
	call("logIn", "username=ann", 400)
	call("logIn", "grant_type=client_credentials&"+form.Encode(), 400)
	call("logIn", "username="+strings.Repeat("x", 70_000), 400)
	form.Set("password", "wrong-horse")
	call("logIn", form.Encode(), 401)
	form.Set("password", "correct-horse")
	var granted struct {
		AccessToken string `json:"access_token"`
	}
	if err := json.Unmarshal([]byte(call("logIn", form.Encode(), 200)), &granted); err != nil {
		t.Fatal(err)
	}
	token = granted.AccessToken
	call("me", "", 200)
	call("listTasks", "", 200)
	var task struct{ ID string }
	if err := json.Unmarshal([]byte(call("createTask", "", 201)), &task); err != nil {
		t.Fatal(err)
	}
	call("createTask", `{"title":""}`, 422)
	call("createTask", `{"title":"`+strings.Repeat("x", 501)+`"}`, 422)
	call("createTask", strings.Repeat(" ", 70_000), 413)
	call("listTasks", "", 200)
	id = task.ID
	call("getTask", "", 200)
	call("deleteTask", "", 204)
	call("getTask", "", 404)
	call("deleteTask", "", 404)
	token = "nonsense"
	call("listTasks", "", 401)
}
