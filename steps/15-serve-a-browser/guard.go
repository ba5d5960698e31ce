package main

import "net/http"

// policy is what a page of ours may do (CSP Level 3): show our styles, and send forms to us.
// It has no script, and runs none that somebody smuggles in. No other page can show it in a
// frame, and take clicks that were meant for something else.
const policy = "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// guard returns a handler that goes around all pages. Browsers send our cookie with whatever
// is sent to us, whichever site has made them send it. So what comes from another site, and would
// change something, is p.foreign, and next isn't reached: a POST, or another method that
// isn't GET, HEAD or OPTIONS, whose Sec-Fetch-Site is neither same-origin nor none, or, from
// a browser that doesn't send that, whose Origin is another one than ours. Somebody who sends
// neither is no browser, and nobody is driving them.
//
// Every answer says what its page may do: Content-Security-Policy is policy. It's kept in
// no cache. And the addresses of our pages are told to nobody else (Referrer-Policy:
// same-origin; with no-referrer, browsers would send our own forms with Origin: null).
func (p *pages) guard(next http.Handler) http.Handler {
	// TODO 7: keep other sites out.
	// TODO 8: say what a page may do.
	return next
}
