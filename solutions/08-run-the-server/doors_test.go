// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

package main

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"tokenauth.example/login/apitest"
)

// keys are ways in which people have tried to open doors like these without a good token.
// ANN stands for the good token, ID for Ann's id.
var keys = []struct {
	name    string
	query   string
	headers []string
}{
	{name: "nothing"},
	{name: "her token as the password of Basic", headers: []string{"Authorization", "Basic ANN"}},
	{name: "her token without the word Bearer", headers: []string{"Authorization", "ANN"}},
	{name: "her token in another header", headers: []string{"X-Access-Token", "ANN", "X-Auth-Token", "ANN", "X-Api-Key", "ANN", "X-Forwarded-Authorization", "Bearer ANN", "Proxy-Authorization", "Bearer ANN", "Token", "ANN"}},
	{name: "her token in the query", query: "?access_token=ANN&token=ANN&jwt=ANN&authorization=Bearer%20ANN"},
	{name: "her token in a cookie", headers: []string{"Cookie", "access_token=ANN; token=ANN; jwt=ANN; session=ANN"}},
	{name: "her token as a WebSocket's protocol", headers: []string{"Connection", "Upgrade", "Upgrade", "websocket", "Sec-WebSocket-Version", "13", "Sec-WebSocket-Protocol", "ANN"}},
	{name: "a header that names her", headers: []string{"X-User", "ID", "X-User-Id", "ID", "X-Forwarded-User", "ID", "X-Remote-User", "ID", "Remote-User", "ID", "X-Auth-Request-User", "ID", "X-Subject", "ID"}},
	{name: "a header that says it comes from inside", headers: []string{"X-Internal", "true", "X-Internal-Request", "1", "X-Admin", "true", "X-Debug", "true", "X-Skip-Auth", "true", "X-Forwarded-For", "127.0.0.1", "X-Real-Ip", "127.0.0.1", "Forwarded", "for=127.0.0.1", "X-Forwarded-Host", "localhost"}},
	{name: "the name of a health checker", headers: []string{"User-Agent", "kube-probe/1.33", "X-Health-Check", "1"}},
	{name: "the name of another health checker", headers: []string{"User-Agent", "ELB-HealthChecker/2.0"}},
	{name: "another method in a header", query: "?_method=DELETE", headers: []string{"X-Http-Method-Override", "DELETE", "X-Http-Method", "DELETE", "X-Method-Override", "DELETE"}},
	{name: "another path in a header", headers: []string{"X-Original-Url", "/healthz", "X-Rewrite-Url", "/healthz"}},
	{name: "a link on the server's own page", headers: []string{"Referer", "http://127.0.0.1:8000/docs", "Sec-Fetch-Site", "same-origin"}},
	{name: "her token, spoilt", headers: []string{"Authorization", "Bearer ANNx"}},
	{name: "the words null and undefined for a token", headers: []string{"Authorization", "Bearer undefined"}},
}

// fill puts Ann's token and id where a text names them.
func (ann person) fill(text string) string {
	return strings.NewReplacer("ANN", ann.token, "ID", ann.id).Replace(text)
}

// 4. Nothing is open that should not be: every route, with every method, and every key
// but the right one.
func TestServer_GuardsEveryRoute(t *testing.T) {
	p := shared(t)
	ann := p.user(t, "ann")
	created := p.do(t, "POST", "/tasks", ann.token, `{"title":"Write report"}`)
	require.Equal(t, "201", created.Outcome(), "with a good token, POST /tasks must make a task")
	task := created.Header.Get("Location")
	hers := func() string { return p.do(t, "GET", "/tasks", ann.token, "").Body }
	before := hers()

	for _, key := range keys {
		headers := slices.Clone(key.headers)
		for i := range headers {
			headers[i] = ann.fill(headers[i])
		}
		for _, method := range []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "QUERY", "get"} {
			for _, path := range []string{"/auth/me", "/tasks", task, "/tasks/1"} {
				story := fmt.Sprintf("somebody sends %s %s with %s", method, path, key.name)
				answer, err := p.ask(t, regular, method, path+ann.fill(key.query), `{"title":"Not Ann's"}`, headers...)
				require.NoError(t, err, "%s, and must be answered", story)
				require.NotContains(t, answer.Body, "Write report", "%s, and reads Ann's task (CWE-306)", story)
				require.NotContains(t, answer.Body, ann.email, "%s, and learns who Ann is (CWE-306)", story)
				if method != "OPTIONS" { // which may say what browsers may ask, as CORS wants
					checkRefusal(t, story, method, path, answer)
				}
			}
		}
		require.Equal(t, before, hers(), "somebody came with %s instead of a good token, was refused, and Ann's tasks have changed all the same (CWE-306)", key.name)
	}
}

// checkRefusal asks that a request without a good token was refused as the contract says.
func checkRefusal(t *testing.T, story, method, path string, answer apitest.Answer) {
	t.Helper()
	if answer.Status == http.StatusMethodNotAllowed {
		require.NotEmpty(t, answer.Header.Get("Allow"), "%s: a 405 must say in Allow which methods there are (RFC 9110, section 15.5.6)", story)
		known := map[string]bool{"GET": true, "HEAD": true, "POST": path == "/tasks", "DELETE": strings.HasPrefix(path, "/tasks/")}
		require.False(t, known[method], "%s: that's a request which exists, so without a good token it must get 401, and not 405", story)
		return
	}
	require.Equal(t, http.StatusUnauthorized, answer.Status, "%s: it must get 401, because one way in that was forgotten is open to everybody (CWE-306)", story)
	require.Equal(t, "bearer", strings.Split(answer.Challenge(), " ")[0], "%s: every 401 must say in WWW-Authenticate which scheme it wants (RFC 6750, section 3)", story)
	if method != "HEAD" {
		require.Contains(t, []string{"401 not_authenticated", "401 invalid_token"}, answer.Outcome(), "%s: it must be refused as auth.Require does it", story)
	}
}

// 4. A path is what it is: no spelling of it leads past the guard, or to somewhere else.
func TestServer_KnowsItsPathsToTheLetter(t *testing.T) {
	p := shared(t)
	ann := p.user(t, "ann")
	created := p.do(t, "POST", "/tasks", ann.token, `{"title":"Write report"}`)
	require.Equal(t, "201", created.Outcome(), "with a good token, POST /tasks must make a task")
	task := created.Header.Get("Location")
	id := strings.TrimPrefix(task, "/tasks/")
	require.Equal(t, "200", p.do(t, "GET", task, ann.token, "").Outcome(), "Ann must see her task")

	for _, path := range []string{
		"/tasks/", "//tasks", "/tasks//", "/tasks//" + id, "/./tasks", "/tasks/.", "/tasks/../tasks", "/healthz/../tasks", "/docs/..%2ftasks", "/docs/../tasks/" + id,
		"/auth/token/../../tasks", "/TASKS", "/Tasks/" + id, "/tasks;x=1", "/tasks.json", "/tasks%20", "/tasks%00", "/tasks%2f" + id, "/tasks/" + id + "/", "/tasks/" + id + "/edit",
		"/tasks/not/there/" + id, "/tasks/x/../" + id, "/auth/me/", "/auth//me", "/AUTH/me", "/auth/me/x", "/users/" + ann.id, "/users/", "/api/tasks", "/v1/tasks",
		"/debug/pprof/", "/debug/vars", "/metrics", "/tasks.db", "/docs/tasks.db", "/docs/%2e%2e%2ftasks.db", "/.env", "/main.go", "/nothing", "/",
	} {
		for _, who := range []struct{ name, signed string }{{"nobody", ""}, {"Ann", ann.token}} {
			for _, method := range []string{"GET", "DELETE"} {
				story := fmt.Sprintf("%s asks for %s %s", who.name, method, strings.ReplaceAll(path, id, "ID"))
				answer := p.do(t, method, path, who.signed, "")
				require.NotContains(t, answer.Body, "Write report", "%s, which is the path of nothing, and reads Ann's task: a guard that compares paths sees another one than what answers (CWE-436)", story)
				require.True(t, answer.Status >= 300, "%s, which is the path of nothing, and gets %d: what nobody knows to be there is there (CWE-489)", story, answer.Status)
				require.Less(t, answer.Status, 500, "%s, which must be refused, and not fail", story)
			}
		}
	}
	require.Equal(t, "200", p.do(t, "GET", task, ann.token, "").Outcome(), "after all those paths Ann must still have her task: one of them has deleted it")
}
