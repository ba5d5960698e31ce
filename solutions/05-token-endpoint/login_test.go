// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

package login_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tokenauth.example/login"
	"tokenauth.example/login/api"
	"tokenauth.example/login/apitest"
	"tokenauth.example/token"
	"tokenauth.example/token/forge"
	"tokenauth.example/users"
)

const (
	annsJSON = `{"email":"ann@example.com","password":"correct-horse"}`
	annsForm = "username=ann%40example.com&password=correct-horse"
)

// fixture is the handler under test, on a real store and a real issuer.
type fixture struct {
	http.Handler
	accounts apitest.Accounts
	log      *apitest.Log
}

func newFixture(t *testing.T) fixture {
	t.Helper()
	accounts := apitest.NewAccounts(t)
	log := &apitest.Log{}
	return fixture{login.New(accounts, newIssuer(t), log.Logger()), accounts, log}
}

func newIssuer(t *testing.T) *token.Issuer {
	t.Helper()
	return newIssuerFor(t, 30*time.Minute)
}

func newIssuerFor(t *testing.T, lifetime time.Duration) *token.Issuer {
	t.Helper()
	issuer, err := token.NewIssuer([]byte("for-tests-only-not-a-secret-at-all"), lifetime)
	require.NoError(t, err)
	return issuer
}

// wrapped is the fixture's handler again, on a store that says more about each error.
func (f fixture) wrapped(t *testing.T) http.Handler {
	t.Helper()
	return login.New(wrappingAccounts{f.accounts}, newIssuer(t), f.log.Logger())
}

type wrappingAccounts struct{ login.Accounts }

func (a wrappingAccounts) Create(ctx context.Context, email, plain string) (users.User, error) {
	user, err := a.Accounts.Create(ctx, email, plain)
	if err != nil {
		err = fmt.Errorf("sign up: %w", err)
	}
	return user, err
}

func (a wrappingAccounts) Authenticate(ctx context.Context, email, plain string) (users.User, error) {
	user, err := a.Accounts.Authenticate(ctx, email, plain)
	if err != nil {
		err = fmt.Errorf("log in: %w", err)
	}
	return user, err
}

// withAnn is a fixture in which Ann has an account, made past the handler.
func withAnn(t *testing.T) (fixture, users.User) {
	t.Helper()
	f := newFixture(t)
	ann, err := f.accounts.Create(t.Context(), "ann@example.com", "correct-horse")
	require.NoError(t, err)
	return f, ann
}

// logsIn shows that the form lets Ann in, before a form that must not.
func logsIn(t *testing.T, f fixture, form string) {
	t.Helper()
	answer := apitest.Do(t, f, apitest.Form("/auth/token", form))
	require.Equal(t, "200", answer.Outcome(), "before any bad request, its good twin must log in")
}

// 1. Signing up answers with the user.
func TestSignUp_CreatesAUser(t *testing.T) {
	f := newFixture(t)
	answer := apitest.Do(t, f, apitest.Request("POST", "/users", annsJSON))

	require.Equal(t, "201", answer.Outcome(), "signing up with an email and a password must answer 201: something was created")
	assert.Equal(t, "ann@example.com", answer.JSON()["email"], "the answer must hold the user's email")
	assert.NotContains(t, answer.Body, "correct-horse", "the answer must not hold the password: answers are logged and cached on their way")
	assert.Contains(t, answer.Header.Get("Content-Type"), "application/json", "the answer must say that it is JSON")
	ann, err := f.accounts.Authenticate(t.Context(), "ann@example.com", "correct-horse")
	require.NoError(t, err, "after signing up, email and password must be in the store")
	assert.Equal(t, ann.ID, answer.JSON()["id"], "the answer must hold the user's id, which the store has made")
}

// oddPassword is one that loses something when it is trimmed, decoded twice, escaped or
// written in lower case.
const oddPassword = ` Päss+word %41&<b>"\ `

// 1. The password is taken letter for letter.
func TestSignUp_TakesThePasswordAsItIs(t *testing.T) {
	f := newFixture(t)
	body, err := json.Marshal(map[string]string{"email": "ann@example.com", "password": oddPassword})
	require.NoError(t, err)
	require.Equal(t, "201", apitest.Do(t, f, apitest.Request("POST", "/users", string(body))).Outcome(), "a password of odd letters must be taken")

	_, err = f.accounts.Authenticate(t.Context(), "ann@example.com", oddPassword)
	assert.NoError(t, err, "the password must reach the store as it was sent, spaces and all: nobody can log in with one that was changed on its way")
}

// 1. What standard clients send is understood.
func TestSignUp_ServesStandardClients(t *testing.T) {
	f := newFixture(t)
	for i, contentType := range []string{"application/json", "application/json;charset=utf-8", "Application/JSON; charset=UTF-8"} {
		body := fmt.Sprintf("\r\n {\"password\": \"correct-horse\",\n\t\"email\": \"ann%d\\u0040example.com\"}\n", i)
		r := apitest.Request("POST", "/users", body, "Content-Type", contentType)
		assert.Equal(t, "201", apitest.Do(t, f, r).Outcome(), "JSON must be taken as JSON allows it to be written, and with a charset: many clients add one")
	}
}

// 1. What the client may not decide is ignored.
func TestSignUp_IgnoresOtherFields(t *testing.T) {
	f := newFixture(t)
	body := strings.Replace(annsJSON, "{", `{"id":"chosen-by-client","ID":"chosen-by-client","role":"admin",`, 1)
	answer := apitest.Do(t, f, apitest.Request("POST", "/users", body))

	require.Equal(t, "201", answer.Outcome(), "a field that the server does not know must be ignored: next year's clients will send more than this year's")
	assert.NotContains(t, answer.Body, "chosen-by-client", "the id must be the store's own, whatever the client sends (CWE-915)")
}

// 1. What is not JSON is refused.
func TestSignUp_RefusesWhatIsNotJSON(t *testing.T) {
	f := newFixture(t)
	for _, good := range []string{annsJSON, `{"email":"zo\u00eb@example.com","password":"\ud83d\udc34 \\ud83d horse"}`} {
		require.Equal(t, "201", apitest.Do(t, f, apitest.Request("POST", "/users", good)).Outcome(), "before any bad body, a good one must be taken")
	}

	for _, body := range []string{"", "email=bob%40example.com", `{"email":"bob@example.com"`,
		`{"email":"bob@example.com","password":"correct-horse"} and more`,
		`{"email":"bob@example.com","password":"correct-horse"}{}`,
		`{"email":"bob@example.com","password":"correct-horse"}}`,
		"{\"email\":\"bob@example.com\",\"password\":\"correct-\xff\xfe-horse\"}",
		`{"email":"bob@example.com","password":"correct-\ud83d-horse"}`, `{"email":"bob@example.com","password":"\\\udc34-correct-horse"}`} {
		answer := apitest.Do(t, f, apitest.Request("POST", "/users", body, "Content-Type", "application/json"))
		assert.Equal(t, "400 invalid_request", answer.Outcome(),
			"a body that is not exactly one JSON value must be refused: the next program that reads it may see something else: %q", body)
	}
}

// 1. A field of the wrong type is refused.
func TestSignUp_RefusesAFieldOfTheWrongType(t *testing.T) {
	f := newFixture(t)
	require.Equal(t, "201", apitest.Do(t, f, apitest.Request("POST", "/users", annsJSON)).Outcome(), "before any bad body, a good one must be taken")

	for _, body := range []string{`{"email":1,"password":"correct-horse"}`, `{"email":"bob@example.com","password":12345678}`,
		`{"email":["bob@example.com"],"password":"correct-horse"}`} {
		answer := apitest.Do(t, f, apitest.Request("POST", "/users", body))
		assert.Equal(t, "422 invalid_request", answer.Outcome(), "JSON with a field of the wrong type must be refused: %s", body)
	}
}

// 1. A huge body is refused.
func TestSignUp_RefusesAHugeBody(t *testing.T) {
	f := newFixture(t)
	require.Equal(t, "201", apitest.Do(t, f, apitest.Request("POST", "/users", annsJSON)).Outcome(), "before any bad body, a good one must be taken")

	body := &endless{}
	r := apitest.Request("POST", "/users", "", "Content-Type", "application/json")
	r.Body, r.ContentLength = body, -1
	assert.Equal(t, "413 invalid_request", apitest.Do(t, f, r).Outcome(), "a body that never ends must be cut off")
	assert.LessOrEqual(t, body.read, 2*api.MaxBody, "no more than the limit may be read: memory is for everybody (CWE-770)")
}

// endless is a body that never ends. It notes how much of it was read.
type endless struct{ read int }

func (e *endless) Read(p []byte) (int, error) {
	if e.read > 64<<20 {
		return 0, errors.New("the test gives up: 64 MiB were read")
	}
	for i := range p {
		p[i] = 'x'
	}
	e.read += len(p)
	return len(p), nil
}

func (e *endless) Close() error { return nil }

// 2. An email signs up once.
func TestSignUp_RefusesATakenEmail(t *testing.T) {
	f := newFixture(t)
	require.Equal(t, "201", apitest.Do(t, f, apitest.Request("POST", "/users", annsJSON)).Outcome(), "the first sign-up must succeed")

	answer := apitest.Do(t, f, apitest.Request("POST", "/users", strings.Replace(annsJSON, "ann@", "ANN@", 1)))
	assert.Equal(t, "409 email_taken", answer.Outcome(), "an email that has signed up, in any case, must get 409: the client can say so, where a 500 leaves people guessing")
	answer = apitest.Do(t, f.wrapped(t), apitest.Request("POST", "/users", annsJSON))
	assert.Equal(t, "409 email_taken", answer.Outcome(), "an error with more words around it must be known, too: ask errors.Is, not == and not its text")
}

// 2. An email or a password that is not fit is refused.
func TestSignUp_RefusesAnUnfitEmailOrPassword(t *testing.T) {
	f := newFixture(t)
	for _, body := range []string{
		annsJSON, `{"email":"cid@example.com","password":"8 bytes."}`, `{"email":"dot@example.com","password":"` + strings.Repeat("é", 36) + `"}`,
	} {
		require.Equal(t, "201", apitest.Do(t, f, apitest.Request("POST", "/users", body, "Content-Type", "application/json")).Outcome(), "before any bad body, a good one must be taken")
	}

	for _, body := range []string{
		`{}`, `null`, `{"email":"bob@example.com"}`, `{"password":"correct-horse"}`, `{"email":"bob@example.com","password":null}`,
		`{"email":"","password":"correct-horse"}`, `{"email":"bob","password":"correct-horse"}`,
		`{"email":"bob@example.com","password":"7 bytes"}`,
		`{"email":"bob@example.com","password":"` + strings.Repeat("x", 73) + `"}`,
		`{"email":"bob@example.com","password":"` + strings.Repeat("é", 37) + `"}`,
		`{"email":"bob@example.com","password":"correct\u0000horse"}`,
	} {
		answer := apitest.Do(t, f, apitest.Request("POST", "/users", body, "Content-Type", "application/json"))
		assert.Equal(t, "422 invalid_request", answer.Outcome(),
			"an email without @, or a password that cannot be hashed, is the client's mistake and must get 422: %s", body)
		answer = apitest.Do(t, f.wrapped(t), apitest.Request("POST", "/users", body, "Content-Type", "application/json"))
		assert.Equal(t, "422 invalid_request", answer.Outcome(), "an error with more words around it must be known, too: ask errors.Is, not == and not its text: %s", body)
	}
}

// 2. Trouble of ours is not shown.
func TestSignUp_HidesTroubleOfOurs(t *testing.T) {
	var log apitest.Log
	handler := login.New(brokenAccounts{}, newIssuer(t), log.Logger())
	answer := apitest.Do(t, handler, apitest.Request("POST", "/users", annsJSON))

	assert.Equal(t, "500 server_error", answer.Outcome(), "when the store fails, that is not the client's mistake")
	assert.NotContains(t, answer.Body, "tasks.db", "the store's error must not be shown: it tells an attacker what the server is made of (CWE-209)")
	assert.Contains(t, log.String(), "tasks.db", "the store's error must be in the log: somebody has to mend it")
	assert.Regexp(t, "POST /users$", strings.Join(log.Lines(), "\n"), "the line in the log must have a reason, the method and the path")
	assert.NotContains(t, log.String(), "correct-horse", "the log must not hold the password (CWE-532)")
}

var errStore = errors.New("disk full: tasks.db")

type brokenAccounts struct{}

func (brokenAccounts) Create(context.Context, string, string) (users.User, error) {
	return users.User{}, errStore
}

func (brokenAccounts) Authenticate(context.Context, string, string) (users.User, error) {
	return users.User{}, errStore
}

// 3. The right password gets a token.
func TestToken_LogsIn(t *testing.T) {
	f, ann := withAnn(t)
	answer := apitest.Do(t, f, apitest.Form("/auth/token", annsForm))

	require.Equal(t, "200", answer.Outcome(), "the right username and password must log in")
	assert.Contains(t, answer.Header.Get("Content-Type"), "application/json", "the answer must say that it is JSON (RFC 6749, section 5.1)")
	kind, _ := answer.JSON()["token_type"].(string)
	assert.Equal(t, "bearer", strings.ToLower(kind), "token_type must be bearer: it says how to use the token")
	signed, _ := answer.JSON()["access_token"].(string)
	_, claims, _, err := forge.Decode(signed)
	require.NoError(t, err, "access_token must be the issuer's token")
	assert.Equal(t, ann.ID, claims["sub"], "the token must be for the user's ID: an email can change hands, and the token would with it")
}

// 3. The token stands in the body, and nowhere else.
func TestToken_StandsInTheBodyAlone(t *testing.T) {
	f, _ := withAnn(t)
	answer := apitest.Do(t, f, apitest.Form("/auth/token", annsForm))

	require.Equal(t, "200", answer.Outcome(), "the right username and password must log in")
	signed, _ := answer.JSON()["access_token"].(string)
	require.NotEmpty(t, signed, "the answer must hold the token")
	assert.NotContains(t, fmt.Sprint(answer.Header), signed,
		"the token must not stand in a header: a cookie goes along with requests that other pages make (CWE-352), and proxies log headers")
}

// 3. The client learns how long the token lives.
func TestToken_TellsTheLifetime(t *testing.T) {
	f, _ := withAnn(t)
	for _, lifetime := range []time.Duration{30 * time.Minute, 90 * time.Second} {
		handler := login.New(f.accounts, newIssuerFor(t, lifetime), f.log.Logger())
		answer := apitest.Do(t, handler, apitest.Form("/auth/token", annsForm))

		require.Equal(t, "200", answer.Outcome(), "the right username and password must log in")
		assert.Equal(t, lifetime.Seconds(), answer.JSON()["expires_in"],
			"expires_in must be the issuer's lifetime as a number of seconds: clients ask for a new token when that is over (RFC 6749, section 5.1)")
	}
}

// 3. Username and password are taken letter for letter.
func TestToken_TakesThePasswordAsItIs(t *testing.T) {
	f := newFixture(t)
	_, err := f.accounts.Create(t.Context(), "ann+tasks@example.com", oddPassword)
	require.NoError(t, err)

	form := url.Values{"username": {"ann+tasks@example.com"}, "password": {oddPassword}}.Encode()
	assert.Equal(t, "200", apitest.Do(t, f, apitest.Form("/auth/token", form)).Outcome(),
		"username and password must reach the store as they were sent, decoded once and changed in nothing: people with such a password could never log in")
}

// 3. The token is kept out of caches.
func TestToken_IsNotCached(t *testing.T) {
	f, _ := withAnn(t)
	answer := apitest.Do(t, f, apitest.Form("/auth/token", annsForm))

	require.Equal(t, "200", answer.Outcome(), "the right username and password must log in")
	assert.Contains(t, strings.ToLower(answer.Header.Get("Cache-Control")), "no-store",
		"the answer must say Cache-Control: no-store: a cache would hand the token to the next who asks (RFC 6749, section 5.1)")
}

// 3. What standard clients send is understood.
func TestToken_ServesStandardClients(t *testing.T) {
	f, _ := withAnn(t)
	for _, r := range []*http.Request{
		apitest.Form("/auth/token", "grant_type=password&scope=&client_id=app&client_secret=none&"+annsForm),
		apitest.Request("POST", "/auth/token", annsForm, "Content-Type", "application/x-www-form-urlencoded; charset=UTF-8"),
		apitest.Request("POST", "/auth/token", annsForm, "Content-Type", "Application/X-WWW-Form-Urlencoded"),
		apitest.Request("POST", "/auth/token", "grant_type=password&"+annsForm, "Content-Type", "application/x-www-form-urlencoded", "Authorization", "Basic YXBwOm5vbmU="),
	} {
		assert.Equal(t, "200", apitest.Do(t, f, r).Outcome(),
			"standard OAuth2 clients must be able to log in: what the server does not know it ignores (RFC 6749, section 3.2)")
	}
}

// 3. A login ends with its request.
func TestToken_EndsWithItsRequest(t *testing.T) {
	accounts := &waitingAccounts{}
	ctx, hangUp := context.WithCancel(t.Context())
	r := apitest.Form("/auth/token", annsForm).WithContext(ctx)
	hangUp()
	apitest.Do(t, login.New(accounts, newIssuer(t), new(apitest.Log).Logger()), r)

	require.NotNil(t, accounts.asked, "the store must be asked")
	assert.ErrorIs(t, accounts.asked.Err(), context.Canceled,
		"the store must get the request's context: otherwise it goes on hashing for clients that have hung up, and whoever attacks hangs up at once")
}

// waitingAccounts keeps the context in which it was asked.
type waitingAccounts struct {
	brokenAccounts
	asked context.Context
}

func (a *waitingAccounts) Authenticate(ctx context.Context, _, _ string) (users.User, error) {
	a.asked = ctx
	return users.User{}, ctx.Err()
}

// 4. A wrong password gets 401.
func TestToken_RefusesAWrongPassword(t *testing.T) {
	f, _ := withAnn(t)
	logsIn(t, f, annsForm)

	answer := apitest.Do(t, f, apitest.Form("/auth/token", "username=ann%40example.com&password=wrong-horse"))
	assert.Equal(t, "401 invalid_grant", answer.Outcome(), "a wrong password must get 401 invalid_grant")
	assert.Equal(t, "invalid credentials", answer.Detail(), "the detail must say no more than this")
	assert.Equal(t, "bearer", answer.Challenge(), "a 401 must have the header WWW-Authenticate: Bearer, set before the answer is (RFC 9110, section 15.5.2)")
	answer = apitest.Do(t, f.wrapped(t), apitest.Form("/auth/token", "username=ann%40example.com&password=wrong-horse"))
	assert.Equal(t, "401 invalid_grant", answer.Outcome(), "an error with more words around it must be known, too: ask errors.Is, not == and not its text")
}

// 4. A password that is nearly right is wrong.
func TestToken_ComparesTheWholePassword(t *testing.T) {
	f, _ := withAnn(t)
	logsIn(t, f, annsForm)
	long := strings.Repeat("x", 72)
	_, err := f.accounts.Create(t.Context(), "bob@example.com", long)
	require.NoError(t, err)
	logsIn(t, f, "username=bob%40example.com&password="+long)

	for _, form := range []string{
		annsForm + "+", annsForm + "%0A", annsForm + "%00", annsForm + "%00correct-horse", annsForm + "%FF", annsForm + "%E2%80%8B",
		"username=ann%40example.com&password=+correct-horse", "username=ann%40example.com&password=Correct-Horse",
		"username=ann%40example.com&password=correct-hors", "username=bob%40example.com&password=" + long + "y",
	} {
		assert.Equal(t, "401 invalid_grant", apitest.Do(t, f, apitest.Form("/auth/token", form)).Outcome(),
			"a password that is nearly right must be refused: do not trim it, cut it or clean it, or several passwords open one account: %q", form)
	}
}

// 4. The answer does not tell why.
func TestToken_DoesNotTellWhy(t *testing.T) {
	f, _ := withAnn(t)
	bob, err := f.accounts.Create(t.Context(), "bob@example.com", "correct-horse")
	require.NoError(t, err)
	logsIn(t, f, strings.Replace(annsForm, "ann", "bob", 1))
	require.NoError(t, f.accounts.Deactivate(t.Context(), bob.ID))

	want := apitest.Do(t, f, apitest.Form("/auth/token", "username=ann%40example.com&password=wrong-horse"))
	require.Equal(t, "401 invalid_grant", want.Outcome(), "a wrong password must get 401 invalid_grant")
	for _, test := range []struct{ name, form string }{
		{"an unknown user", "username=nobody%40example.com&password=correct-horse"},
		{"a deactivated user", "username=bob%40example.com&password=correct-horse"},
		{"a deactivated user with a wrong password", "username=bob%40example.com&password=wrong-horse"},
		{"a username without an @", "username=ann&password=correct-horse"},
		{"a password of one letter", "username=ann%40example.com&password=x"},
		{"an over-long password", "username=ann%40example.com&password=" + strings.Repeat("x", 1000)},
		{"a password with a NUL", "username=ann%40example.com&password=correct-horse%00"},
	} {
		answer := apitest.Do(t, f, apitest.Form("/auth/token", test.form))
		assert.Equal(t, want, answer, "%s must get the same status, headers and body as a wrong password: any difference tells who has an account (CWE-204)", test.name)
	}
}

// 4. A refused login is logged, with its reason.
func TestToken_LogsARefusal(t *testing.T) {
	f, _ := withAnn(t)
	apitest.Do(t, f, apitest.Form("/auth/token", "username=ann%40example.com&password=wrong-horse"))

	assert.Equal(t, []string{"bad credentials POST /auth/token"}, f.log.Lines(),
		"a refused login must be one line in the log, with reason, method and path: it is how guessing is noticed")
}

// 4. The log holds no secret.
func TestToken_LogsNoSecret(t *testing.T) {
	f, _ := withAnn(t)
	answer := apitest.Do(t, f, apitest.Form("/auth/token", annsForm))
	require.Equal(t, "200", answer.Outcome(), "the right username and password must log in")
	apitest.Do(t, f, apitest.Form("/auth/token?state=from-the-url", "username=typed-by-mistake&password=wrong-horse"))
	apitest.Do(t, f, apitest.Form("/auth/token", "username=typed-by-mistake&password=wrong-horse"))
	apitest.Do(t, f, apitest.Form("/auth/token?password=from-the-url", annsForm))
	apitest.Do(t, f, apitest.Form("/auth/token", annsForm+"&password=other-horse"))
	apitest.Do(t, f, apitest.Request("POST", "/users", `{"email":"bob@example.com","password":"correct-horse"}`))

	log := f.log.String()
	assert.NotContains(t, log, "horse", "the log must not hold a password: the wrong one is nearly the right one, and many people can read logs (CWE-532)")
	assert.NotContains(t, log, "from-the-url", "the log must not hold what stands behind the ? in a URL: log the path alone (CWE-532)")
	assert.NotContains(t, log, "typed-by-mistake", "the log must not hold what was typed as the username: sooner or later somebody types the password there (CWE-532)")
	signed, _ := answer.JSON()["access_token"].(string)
	require.NotEmpty(t, signed, "the answer must hold the token")
	assert.NotContains(t, log, signed, "the log must not hold the token: whoever reads it could use it (CWE-532)")
}

// 5. Trouble of ours is not a wrong password.
func TestToken_TellsTroubleFromAWrongPassword(t *testing.T) {
	f, _ := withAnn(t)
	for _, test := range []struct {
		name     string
		accounts login.Accounts
		issuer   login.Issuer
	}{
		{"the store", brokenAccounts{}, newIssuer(t)},
		{"the issuer", f.accounts, brokenIssuer{}},
	} {
		var log apitest.Log
		answer := apitest.Do(t, login.New(test.accounts, test.issuer, log.Logger()), apitest.Form("/auth/token", annsForm))
		assert.Equal(t, "500 server_error", answer.Outcome(), "when %s fails, the password is not wrong: people would reset it, and nobody would look at the server", test.name)
		assert.NotContains(t, answer.Body, "tasks.db", "the error of %s must not be shown (CWE-209)", test.name)
		assert.NotContains(t, answer.Body, "access_token", "when %s fails, there must be no token", test.name)
		assert.Contains(t, log.String(), "tasks.db", "the error of %s must be in the log: somebody has to mend it", test.name)
		assert.NotContains(t, log.String(), "horse", "the log must not hold the password (CWE-532)")
		assert.Regexp(t, "POST /auth/token$", strings.Join(log.Lines(), "\n"), "the line in the log must have a reason, the method and the path")
	}
}

type brokenIssuer struct{}

func (brokenIssuer) Issue(string) (string, time.Duration, error) { return "", 0, errStore }

// 6. Only a form is taken.
func TestToken_TakesOnlyAForm(t *testing.T) {
	f, _ := withAnn(t)
	logsIn(t, f, annsForm)

	multipart := "--b\r\nContent-Disposition: form-data; name=\"username\"\r\n\r\nann@example.com\r\n" +
		"--b\r\nContent-Disposition: form-data; name=\"password\"\r\n\r\ncorrect-horse\r\n--b--\r\n"
	for _, r := range []*http.Request{
		apitest.Request("POST", "/auth/token", `{"username":"ann@example.com","password":"correct-horse"}`),
		apitest.Request("POST", "/auth/token", annsForm, "Content-Type", "application/json"),
		apitest.Request("POST", "/auth/token", annsForm, "Content-Type", "text/plain"),
		apitest.Request("POST", "/auth/token", annsForm),
		apitest.Request("POST", "/auth/token", multipart, "Content-Type", "multipart/form-data; boundary=b"),
	} {
		assert.Equal(t, "400 invalid_request", apitest.Do(t, f, r).Outcome(),
			"anything but application/x-www-form-urlencoded must be refused, and this is %q (RFC 6749, section 4.3.2)", r.Header.Get("Content-Type"))
	}
}

// 6. A form that cannot be decoded is refused.
func TestToken_RefusesABrokenEncoding(t *testing.T) {
	f, _ := withAnn(t)
	logsIn(t, f, annsForm)

	for _, form := range []string{annsForm + "%zz", annsForm + "&scope=%", annsForm + ";scope=x"} {
		assert.Equal(t, "400 invalid_request", apitest.Do(t, f, apitest.Form("/auth/token", form)).Outcome(),
			"a form that cannot be decoded must be refused as a whole: check the error of ParseForm, which keeps what it could read")
	}
}

// 6. A huge form is refused.
func TestToken_RefusesAHugeForm(t *testing.T) {
	f, _ := withAnn(t)
	logsIn(t, f, annsForm)

	const refused = "400 or 413 invalid_request"
	outcome := func(answer apitest.Answer) string {
		if outcome := answer.Outcome(); outcome != "400 invalid_request" && outcome != "413 invalid_request" {
			return outcome
		}
		return refused
	}
	padded := annsForm + "&scope="
	padded += strings.Repeat("x", 64<<10-len(padded))
	logsIn(t, f, padded) // 64 KiB, and no more
	assert.Equal(t, refused, outcome(apitest.Do(t, f, apitest.Form("/auth/token", padded+"x"))), "a form of more than 64 KiB must be refused, right as it is")

	body := &endless{}
	r := apitest.Form("/auth/token", "")
	r.Body, r.ContentLength = body, -1
	assert.Equal(t, refused, outcome(apitest.Do(t, f, r)), "a form that never ends must be cut off")
	assert.LessOrEqual(t, body.read, 128<<10, "no more than the limit may be read: memory is for everybody (CWE-770)")
}

// 7. Missing parameters are the client's mistake.
func TestToken_RefusesMissingParameters(t *testing.T) {
	f, _ := withAnn(t)
	logsIn(t, f, annsForm)

	for _, form := range []string{"", "username=ann%40example.com", "password=correct-horse",
		"username=&password=correct-horse", "username=ann%40example.com&password=",
		"email=ann%40example.com&password=correct-horse", "Username=ann%40example.com&Password=correct-horse"} {
		assert.Equal(t, "400 invalid_request", apitest.Do(t, f, apitest.Form("/auth/token", form)).Outcome(),
			"without a username and a password there is nothing to check: that is a bad request, not a wrong password: %q", form)
	}
}

// 7. A parameter may stand there once.
func TestToken_RefusesRepeatedParameters(t *testing.T) {
	f, _ := withAnn(t)
	logsIn(t, f, annsForm)

	for _, form := range []string{annsForm + "&password=other", annsForm + "&username=bob%40example.com", annsForm + "&password=correct-horse"} {
		assert.Equal(t, "400 invalid_request", apitest.Do(t, f, apitest.Form("/auth/token", form)).Outcome(),
			"a repeated parameter must be refused: a filter in front of the server may have looked at the other one (RFC 6749, section 3.2): %q", form)
	}
}

// 7. Nothing is taken from the URL.
func TestToken_RefusesParametersInTheURL(t *testing.T) {
	f, _ := withAnn(t)
	logsIn(t, f, annsForm)

	for _, test := range []struct{ query, form string }{
		{annsForm, ""},
		{"password=correct-horse", "username=ann%40example.com"},
		{"username=ann%40example.com", "password=correct-horse"},
		{"password=again", annsForm},
		{"pass%77ord=again", annsForm},
		{"grant_type=password", annsForm},
	} {
		r := apitest.Form("/auth/token?"+test.query, test.form)
		assert.Equal(t, "400 invalid_request", apitest.Do(t, f, r).Outcome(),
			"a parameter in the URL must be refused, so that no client makes a habit of it: URLs stand in every log on the way (CWE-598)")
	}
}

// 8. There is one grant, and no other.
func TestToken_RefusesOtherGrants(t *testing.T) {
	f, _ := withAnn(t)
	for _, form := range []string{annsForm, annsForm + "&grant_type=password", annsForm + "&grant_type="} {
		logsIn(t, f, form)
	}

	for _, grant := range []string{"client_credentials", "refresh_token", "Password", "password " + url.QueryEscape("é")} {
		answer := apitest.Do(t, f, apitest.Form("/auth/token", annsForm+"&grant_type="+url.QueryEscape(grant)))
		assert.Equal(t, "400 unsupported_grant_type", answer.Outcome(), "the client asked for the grant %q, and must not be given another one (RFC 6749, section 5.2)", grant)
	}
	answer := apitest.Do(t, f, apitest.Form("/auth/token", annsForm+"&grant_type=password&grant_type=password"))
	assert.Equal(t, "400 invalid_request", answer.Outcome(), "a repeated grant_type must be refused like any other repeated parameter")
}
