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

// described is a server, and what its /openapi.json says about it.
type described struct {
	t      *testing.T
	client *http.Client
	url    string
	validator.Validator
	description
	token, id string // what is sent as Bearer, and in place of {id}
}

// describe reads the description of a server, which must be a good one.
func describe(t *testing.T, client *http.Client, url string) *described {
	t.Helper()
	answer, err := client.Get(url + "/openapi.json")
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
	d := &described{t: t, client: client, url: url, Validator: v}
	if err := json.Unmarshal(text, &d.description); err != nil {
		t.Fatal(err)
	}
	if path := d.Components.SecuritySchemes["password"].Flows.Password.TokenURL; d.Paths[path]["post"] == nil {
		t.Fatalf("the password flow's tokenUrl is %q, where nothing is described", path)
	}
	return d
}

// find returns where an operation is, and what is described of it.
func (d *described) find(operationID string) (method, path string, o operation) {
	d.t.Helper()
	for path, methods := range d.Paths {
		for method, raw := range methods {
			if !slices.Contains([]string{"get", "post", "put", "delete"}, method) {
				continue
			}
			var o operation
			if err := json.Unmarshal(raw, &o); err != nil {
				d.t.Fatal(err)
			}
			if o.OperationID == operationID {
				return method, path, o
			}
		}
	}
	d.t.Fatalf("there is no operation %s", operationID)
	return "", "", operation{}
}

// call does an operation as it's described, and compares the request and the answer with
// the description. A body that is not given is the example.
func (d *described) call(operationID, body string, want int) string {
	d.t.Helper()
	method, path, o := d.find(operationID)
	kind := ""
	for mediaType, content := range o.RequestBody.Content {
		kind = mediaType
		if body == "" {
			body = string(content.Example)
		}
	}
	send := func() *http.Request {
		r, err := http.NewRequest(strings.ToUpper(method), d.url+strings.ReplaceAll(path, "{id}", d.id), strings.NewReader(body))
		if err != nil {
			d.t.Fatal(err)
		}
		if kind != "" {
			r.Header.Set("Content-Type", kind)
		}
		if len(o.Security) > 0 && d.token != "" {
			r.Header.Set("Authorization", "Bearer "+d.token)
		}
		return r
	}
	if valid, failures := d.ValidateHttpRequest(send()); !valid && want < 300 {
		d.t.Errorf("%s: the request does not fit its description: %v", operationID, failures[0])
	}
	r := send()
	answer, err := d.client.Do(r)
	if err != nil {
		d.t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		d.t.Fatal(err)
	}
	if answer.StatusCode != want {
		d.t.Fatalf("%s: %s %s", operationID, answer.Status, text)
	}
	answer.Body = io.NopCloser(strings.NewReader(string(text)))
	if valid, failures := d.ValidateHttpResponse(r, answer); !valid {
		d.t.Errorf("%s: the answer %d %s does not fit its description: %v", operationID, answer.StatusCode, text, failures[0])
	}
	return string(text)
}

// A client that knows nothing but /openapi.json signs up, logs in, and uses every
// operation; a validator compares each request and answer with the description.
func TestOpenAPI_DescribesTheServer(t *testing.T) {
	s := serve(t, referenceServer(t), filepath.Join(t.TempDir(), "tasks.db"))
	d := describe(t, http.DefaultClient, s.URL)
	call := d.call

	call("health", "", 200)
	call("signUp", "", 201)
	call("signUp", "", 409)
	call("signUp", "{", 400)
	call("signUp", `{"email":"x","password":"y"}`, 422)
	call("signUp", `{"email":"bob@example.com","password":"sunshine"}`, 422)
	call("signUp", strings.Repeat(" ", 70_000), 413)
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
	d.token = granted.AccessToken
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
	d.id = task.ID
	call("getTask", "", 200)
	call("deleteTask", "", 204)
	call("getTask", "", 404)
	call("deleteTask", "", 404)
	d.token = "nonsense"
	call("listTasks", "", 401)
}
