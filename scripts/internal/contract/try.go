package contract

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"tokenauth.example/scripts/internal/verdict"
)

// try is one run of a case.
type try struct {
	*suite
	ctx context.Context
	of  Case

	mu    sync.Mutex // cases send requests side by side
	words map[string]string
	log   []exchange
}

// exchange is a request and its answer, ready to be shown.
type exchange struct{ sent, answered string }

// user is somebody who has signed up and logged in.
type user struct{ id, email, password, token string }

// password is everybody's. It needs no escapes in JSON or in a form.
const password = "correct-horse-battery"

// newEmail returns an email that nobody has.
func newEmail() string { return "u" + strings.ToLower(rand.Text()) + "@contract.example" }

// fill replaces the names of things in a text by the things, which are made when they are
// asked for the first time:
//
//	{new}                             an email that nobody has, the same in all of a case
//	{id} {email} {password} {token}   Ann's, who is shared by all cases
//	{bob.id} {bob.email} {bob.token}  Bob's, who is too
//	{task}                            the id of a task of Ann's, made for this case
//	{bob.task}                        the id of one of Bob's
//	{no.task}                         an id of the same form that no task has
func (t *try) fill(text string) string {
	for name := range strings.SplitSeq("new id email password token bob.id bob.email bob.token task bob.task no.task", " ") {
		if !strings.Contains(text, "{"+name+"}") {
			continue
		}
		t.mu.Lock()
		value, ok := t.words[name]
		t.mu.Unlock()
		if !ok {
			value = t.thing(name)
			t.mu.Lock()
			t.words[name] = value
			t.mu.Unlock()
		}
		text = strings.ReplaceAll(text, "{"+name+"}", value)
	}
	return text
}

func (t *try) thing(name string) string {
	who, what, ofBob := strings.Cut(name, ".")
	switch name {
	case "new":
		return newEmail()
	case "task":
		return t.newTask(t.ann().token)
	case "bob.task":
		return t.newTask(t.bob().token)
	case "no.task":
		return unlike(t.fill("{task}"))
	}
	person := t.ann
	if ofBob && who == "bob" {
		person = t.bob
	} else {
		what = name
	}
	u := person()
	return map[string]string{"id": u.id, "email": u.email, "password": u.password, "token": u.token}[what]
}

// unlike returns an id of the same length and kind of letters.
func unlike(id string) string {
	change := func(r rune) rune {
		switch {
		case r >= '1' && r <= '8' || r >= 'a' && r <= 'e' || r >= 'A' && r <= 'Y':
			return r + 1
		case r == '9':
			return '7'
		}
		return r
	}
	if len(id) < 8 { // a number that is counted: one that will not be reached
		return "9" + strings.Repeat("0", 11) + id
	}
	return id[:len(id)-6] + strings.Map(change, id[len(id)-6:])
}

// ann and bob are shared: cases may add tasks to theirs, and must not count them.
func (t *try) ann() user { return t.person("ann") }
func (t *try) bob() user { return t.person("bob") }

func (t *try) person(name string) user {
	t.suite.mu.Lock()
	if t.people == nil {
		t.people = map[string]func() (user, error){}
	}
	if t.people[name] == nil {
		t.people[name] = sync.OnceValues(func() (user, error) {
			ctx, cancel := context.WithTimeout(t.suite.ctx, t.CaseTime)
			defer cancel()
			return t.suite.newUser(ctx, newEmail(), password)
		})
	}
	once := t.people[name]
	t.suite.mu.Unlock()
	u, err := once()
	if err != nil {
		t.needed(err)
	}
	return u
}

// newUser signs somebody up and logs them in.
func (t *try) newUser() user {
	u, err := t.suite.newUser(t.ctx, newEmail(), password)
	if err != nil {
		t.needed(err)
	}
	return u
}

// missing is that what a case stands on is not there.
type missing struct {
	exchange
	says string
}

func (m missing) Error() string { return m.says }

func (s *suite) newUser(ctx context.Context, email, password string) (user, error) {
	r := post("/users", fmt.Sprintf(`{"email":%s,"password":%s}`, quoted(email), quoted(password)))
	a, err := s.server.send(ctx, r)
	if err != nil || a.status != http.StatusCreated {
		return user{}, missing{s.exchange(r, a, err), "nobody can sign up, so this could not be asked"}
	}
	u := user{id: a.id(), email: email, password: password}
	r = form("grant_type=password&username=" + url.QueryEscape(email) + "&password=" + url.QueryEscape(password))
	a, err = s.server.send(ctx, r)
	if u.token = a.text("access_token"); err != nil || a.status != http.StatusOK || u.token == "" {
		return user{}, missing{s.exchange(r, a, err), "who has signed up cannot log in, so this could not be asked"}
	}
	return u, nil
}

// newTask makes a task and returns its id.
func (t *try) newTask(token string) string {
	a, err := t.ask(post("/tasks", `{"title":"A task"}`).as(token))
	if err != nil || a.status != http.StatusCreated || a.id() == "" {
		t.needed(missing{t.last(), "no task can be made, so this could not be asked"})
	}
	return a.id()
}

// needed ends the case because of what it stands on.
func (t *try) needed(err error) {
	var m missing
	if !errors.As(err, &m) {
		m = missing{t.last(), err.Error()}
	}
	panic(stop{Outcome{Verdict: verdict.Fail, Cause: m.says, Sent: m.sent, Answered: m.answered, Want: "what the case needs first"}})
}

// keyFits returns why tokens that we sign say nothing about the server, or "".
func (s *suite) keyFits() string {
	s.mu.Lock()
	if s.proved == nil {
		s.proved = sync.OnceValue(func() string {
			ctx, cancel := context.WithTimeout(s.ctx, 2*s.CaseTime)
			defer cancel()
			u, err := s.newUser(ctx, newEmail(), password)
			if err != nil {
				return err.Error()
			}
			subject, _ := claims(u.token)["sub"].(string)
			a, err := s.server.send(ctx, get("/auth/me").as(hs256(s.Key, goodHeader, fmt.Sprintf(`{"sub":%s,"exp":%d}`, quoted(subject), s.now()+600))))
			if err != nil || a.status != http.StatusOK {
				return "a good token that is signed with -secret is refused, so refusing a bad one says nothing: see tokens/takes-a-token-signed-with-the-key"
			}
			return ""
		})
	}
	proved := s.proved
	s.mu.Unlock()
	return proved()
}

// ask sends a request and returns the answer, or why there is none.
func (t *try) ask(r request) (answer, error) {
	answers, err := t.askFor(r, 1)
	if len(answers) > 0 {
		return answers[0], err
	}
	return answer{to: r}, err
}

// askFor is ask for several answers.
func (t *try) askFor(r request, wanted int) ([]answer, error) {
	r.target, r.body, r.whole = t.fill(r.target), t.fill(r.body), t.fill(r.whole)
	r.lines = slices.Clone(r.lines)
	for i := range r.lines {
		r.lines[i] = t.fill(r.lines[i])
	}
	if strings.Contains(strings.Join(r.lines, ""), t.words["token"]) && t.words["token"] != "" {
		t.fill("{id}{email}") // whose token it is
	}
	r.filled = map[string]string{}
	t.mu.Lock()
	for name, value := range t.words {
		r.filled["{"+name+"}"] = value
	}
	t.mu.Unlock()
	answers, err := t.server.sendFor(t.ctx, r, wanted)
	var raw []string
	for i := range answers {
		answers[i].to = r
		raw = append(raw, answers[i].raw)
	}
	t.mu.Lock()
	t.log = append(t.log, t.suite.exchange(r, answer{raw: strings.Join(raw, "\n")}, err))
	t.mu.Unlock()
	return answers, err
}

func (s *suite) exchange(r request, a answer, err error) exchange {
	head, body := s.server.bytes(r)
	sent := shown(head + body)
	if r.endless > 1 {
		sent += fmt.Sprintf("\n[... and the body again, %d times in all ...]", r.endless)
	}
	answered := shown(a.raw)
	if err != nil {
		answered = strings.TrimSpace(answered + "\n[" + err.Error() + "]")
	}
	return exchange{sent, answered}
}

func (t *try) last() exchange {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.log) == 0 {
		return exchange{}
	}
	return t.log[len(t.log)-1]
}

// send is ask for a request that must be answered.
func (t *try) send(r request) answer {
	a, err := t.ask(r)
	if err != nil {
		t.broken(err)
	}
	return a
}

// sendAll sends requests side by side, and returns the answers in the same order.
func (t *try) sendAll(list ...request) []answer {
	answers, errs := make([]answer, len(list)), make([]error, len(list))
	for i := range list { // fill may end the case, which a goroutine of its own could not
		t.fill(list[i].target + list[i].body + strings.Join(list[i].lines, ""))
	}
	var group sync.WaitGroup
	for i, r := range list {
		group.Go(func() { answers[i], errs[i] = t.ask(r) })
	}
	group.Wait()
	if err := errors.Join(errs...); err != nil {
		for _, e := range errs {
			if e != nil {
				t.broken(e)
			}
		}
	}
	return answers
}

// broken ends the case because there was no answer to speak of.
func (t *try) broken(err error) {
	o := t.failed(t.of.asks(), err.Error())
	o.Unreached = errors.Is(err, errUnreachable)
	if errors.Is(err, errLate) {
		o.Verdict = verdict.TimedOut
		o.Got = "nothing, for as long as a client waits"
	}
	for _, e := range slices.Backward(t.log) { // of requests side by side, the one that it is about
		if strings.HasSuffix(e.answered, "["+err.Error()+"]") {
			o.Sent, o.Answered = e.sent, e.answered
			break
		}
	}
	panic(stop{o})
}

// failed is the outcome of a failure.
func (t *try) failed(wanted, got string) Outcome {
	last := t.last()
	o := Outcome{Verdict: verdict.Fail, Cause: t.of.says() + ". " + t.of.Why, Sent: last.sent, Answered: last.answered, Got: got, Want: wanted}
	t.mu.Lock()
	defer t.mu.Unlock()
	var before []string
	for i, e := range t.log {
		if i < len(t.log)-1 && len(before) < 12 {
			before = append(before, e.sent+"\n\n"+e.answered)
		}
	}
	o.Before = strings.Join(before, "\n\n")
	return o
}

// fail ends the case.
func (t *try) fail(wanted, format string, args ...any) {
	panic(stop{t.failed(wanted, fmt.Sprintf(format, args...))})
}

// want ends the case unless an answer is what it should be.
func (t *try) want(a answer, checks ...check) {
	for _, c := range checks {
		if got := c.wrong(a); got != "" {
			o := t.failed(t.fill(c.wants), got)
			if a.to.method != "" || a.to.whole != "" { // not always the last one
				shownAgain := t.suite.exchange(a.to, a, nil)
				o.Sent, o.Answered = shownAgain.sent, shownAgain.answered
			}
			panic(stop{o})
		}
	}
}

// check is something that an answer must be.
type check struct {
	wants string
	// wrong says what the answer is in place of that, or "".
	wrong func(answer) string
}

// want is all that an answer must be.
type want []check

func (w want) String() string {
	var words []string
	for _, c := range w {
		words = append(words, c.wants)
	}
	return strings.Join(words, ", ")
}

func wants(parts ...want) want { return slices.Concat(parts...) }

// that is a check of one's own.
func that(wants string, wrong func(answer) string) want { return want{{wants, wrong}} }

func status(statuses ...int) want {
	var words []string
	for _, s := range statuses {
		words = append(words, fmt.Sprint(s))
	}
	return that("status "+strings.Join(words, " or "), func(a answer) string {
		if slices.Contains(statuses, a.status) {
			return ""
		}
		return fmt.Sprintf("status %d", a.status)
	})
}

// isProblem is the form that every error has.
var isProblem = that(`application/json with {"error", "detail"}`, func(a answer) string {
	switch {
	case !a.isJSON():
		return fmt.Sprintf("Content-Type %q", a.header.Get("Content-Type"))
	case a.json() == nil:
		return "no JSON object, or more than one"
	case a.text("error") == "":
		return `no text in "error"`
	case a.text("detail") == "":
		return `no text in "detail"`
	}
	return ""
})

// problem is an error of the contract: one code, and one of the statuses.
func problem(code string, statuses ...int) want {
	return wants(status(statuses...), isProblem, that(`"error" is "`+code+`"`, func(a answer) string {
		if got := a.text("error"); got != code {
			return fmt.Sprintf("%q", got)
		}
		return ""
	}))
}

func detail(text string) want {
	return that(`"detail" is "`+text+`"`, func(a answer) string {
		if got := a.text("detail"); got != text {
			return fmt.Sprintf("%q", got)
		}
		return ""
	})
}

// bearer is a Bearer challenge, whatever else is in the header.
var bearer = that("WWW-Authenticate: Bearer", func(a answer) string {
	if _, ok := a.challenge(); !ok {
		return fmt.Sprintf("WWW-Authenticate: %q", a.header.Values("WWW-Authenticate"))
	}
	return ""
})

// noToken is the answer to who has shown no token.
var noToken = wants(problem("not_authenticated", 401), bearer, that("no error in WWW-Authenticate", func(a answer) string {
	if parameters, _ := a.challenge(); parameters["error"] != "" {
		return fmt.Sprintf("WWW-Authenticate: %s", a.header.Get("WWW-Authenticate"))
	}
	return ""
}))

// badToken is the answer to who has shown a token that is no good.
var badToken = wants(problem("invalid_token", 401), bearer, that(`WWW-Authenticate: Bearer error="invalid_token"`, func(a answer) string {
	if parameters, _ := a.challenge(); parameters["error"] != "invalid_token" {
		return fmt.Sprintf("WWW-Authenticate: %s", a.header.Get("WWW-Authenticate"))
	}
	return ""
}))

// either is one of the two, where what was sent may be taken for a token or for none.
var either = wants(status(401), that("not_authenticated or invalid_token, with the header that goes with it", func(a answer) string {
	of := badToken
	if a.text("error") == "not_authenticated" {
		of = noToken
	}
	for _, c := range of {
		if got := c.wrong(a); got != "" {
			return got
		}
	}
	return ""
}))

// badLogin is the answer to a wrong password, and to what must look like one.
var badLogin = wants(problem("invalid_grant", 401), bearer)

// calm is any answer that does not say that the server broke. It may say that it does not
// know a method, an encoding (501) or a version of HTTP (505).
var calm = that("any status below 500", func(a answer) string {
	if a.status >= 500 && a.status != 501 && a.status != 505 {
		return fmt.Sprintf("status %d", a.status)
	}
	return ""
})

// holds is a field of the object in the answer.
func holds(field, value string) want {
	return that(fmt.Sprintf("%q is %q", field, value), func(a answer) string {
		if got := a.json()[field]; got != value {
			return fmt.Sprintf("%v", got)
		}
		return ""
	})
}

// header is a header of the answer that has a token in it, as Cache-Control has.
func header(name, value string) want {
	return that(name+": "+value, func(a answer) string {
		for part := range strings.SplitSeq(strings.Join(a.header.Values(name), ","), ",") {
			if strings.EqualFold(strings.TrimSpace(part), value) {
				return ""
			}
		}
		return fmt.Sprintf("%s: %q", name, a.header.Values(name))
	})
}

var inJSON = that("application/json", func(a answer) string {
	if !a.isJSON() {
		return fmt.Sprintf("Content-Type %q", a.header.Get("Content-Type"))
	}
	if a.json() == nil {
		if _, ok := a.list(); !ok {
			return "a body that is neither a JSON object nor a list of them"
		}
	}
	return ""
})

// lacks is that some text is nowhere in the answer.
func lacks(wants, text string) want {
	return that(wants, func(a answer) string {
		if strings.Contains(a.raw, text) {
			return "an answer with " + shown(text) + " in it"
		}
		return ""
	})
}

// alike ends the case unless two answers are the same: status, body, and all headers that
// do not change by themselves. noise is a third answer, to the same request as the first.
// Each is first rid of the id that it is about, should it repeat that.
func (t *try) alike(first, noise, second answer, firstID, secondID string) {
	wanted := "the same answer, to the byte, headers but Date included"
	plain := func(text, id string) string {
		if id == "" {
			return text
		}
		return strings.ReplaceAll(text, id, "{id}")
	}
	if first.status != second.status {
		t.fail(wanted, "status %d, and %d for the other", second.status, first.status)
	}
	if got, other := plain(string(second.body), secondID), plain(string(first.body), firstID); got != other {
		t.fail(wanted, "%s and %s for the other", shown(got), shown(other))
	}
	for _, name := range slices.Sorted(maps.Keys(joined(first.header, second.header))) {
		if name == "Date" || !slices.Equal(first.header[name], noise.header[name]) {
			continue
		}
		if got, other := plain(strings.Join(second.header[name], ", "), secondID), plain(strings.Join(first.header[name], ", "), firstID); got != other {
			t.fail(wanted, "%s: %s, and %q for the other", name, got, other)
		}
	}
}

func joined(a, b http.Header) http.Header {
	all := maps.Clone(a)
	maps.Copy(all, b)
	return all
}

// soon is how long an answer may take that must not wait for anything.
const soon = 5 * time.Second
