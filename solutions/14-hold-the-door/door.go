package door

import (
	"net/http"
	"strconv"
	"time"

	"tokenauth.example/login/api"
)

// Protect lets attempts to log in through to next, as long as neither their address nor
// their account has failed too often. Account returns which account a request is about, or ""
// if it's about none, as a refresh token is.
//
// An address or account that has failed too often is refused with 429 too_many_requests, by
// api.Fail, which is logged with reason, method and path. Retry-After says in how many whole
// seconds the one that refuses goes on, rounded up. What is refused doesn't reach next, and
// counts for nobody: not for an account, if its address refuses, and not for an address, if the
// account refuses. So strangers with one address can't use up somebody's attempts after that.
//
// How it went is seen from what next answers, see outcomeOf. A failure counts for both; a
// success counts for neither, and the account begins anew, but not the address, which may
// have guessed others' passwords; what is neither counts for neither, and so does a panic.
//
//workshop:todo 6 refuse who has failed too often.
//workshop:todo 7 settle what an attempt counts for.
//workshop:stub return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNotImplemented) })
func (d *Door) Protect(next http.Handler, account func(r *http.Request) string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		address, retry, ok := d.Addresses.Try(addressKey(d.Trusted.Caller(r)))
		if !ok {
			d.refuse(w, r, "too many failures from an address", retry)
			return
		}
		undo := []func(){func() { d.Addresses.Undo(address) }}
		name := accountKey(account(r))
		if name != "" {
			attempt, retry, ok := d.Accounts.Try(name)
			if !ok {
				d.Addresses.Undo(address)
				d.refuse(w, r, "too many failures of an account", retry)
				return
			}
			undo = append(undo, func() { d.Accounts.Undo(attempt) })
		}
		outcome := neither
		defer func() {
			if outcome == failed {
				return
			}
			for _, undo := range undo {
				undo()
			}
			if outcome == succeeded && name != "" {
				d.Accounts.Reset(name)
			}
		}()
		answer := &recorder{ResponseWriter: w}
		next.ServeHTTP(answer, r)
		outcome = outcomeOf(answer)
	})
}

// refuse answers 429.
//
//workshop:solution
func (d *Door) refuse(w http.ResponseWriter, r *http.Request, reason string, retry time.Duration) {
	d.Log.WarnContext(r.Context(), "refused", "reason", reason, "method", r.Method, "path", r.URL.Path)
	seconds := (retry + time.Second - 1) / time.Second
	w.Header().Set("Retry-After", strconv.Itoa(int(seconds)))
	api.Fail(w, http.StatusTooManyRequests, "too_many_requests", "Too many attempts have failed: try again later")
}
