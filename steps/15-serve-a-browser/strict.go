package main

import "net/http"

// strict returns a handler that tells browsers to come over https alone for a year
// (Strict-Transport-Security, RFC 6797), to this host and to none below it, with whatever
// next answers. It's for a certificate that was configured: on localhost it would hold for
// every port, and lock out the other programs there.
func strict(next http.Handler) http.Handler {
	// TODO 9: tell browsers to stay with https.
	return next
}
