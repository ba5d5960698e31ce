package main

import "net/http"

// strict returns a handler that tells browsers to come over https alone for a year
// (Strict-Transport-Security, RFC 6797), to this host and to none below it, with whatever
// next answers. It's for a certificate that was configured: on localhost it would hold for
// every port, and lock out the other programs there.
//
//workshop:todo 9 tell browsers to stay with https.
//workshop:stub return next
func strict(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Strict-Transport-Security", "max-age=31536000")
		next.ServeHTTP(w, r)
	})
}
