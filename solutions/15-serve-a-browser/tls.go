package main

import (
	"crypto/tls"
	"net/http"
)

// tlsConfig returns how this server speaks TLS, with its certificate: in version 1.2 or
// newer (RFC 8996 ends the older ones; ASVS 12.1.1), and HTTP in version 2 if the client can.
//
//workshop:todo 9 say which versions may be spoken.
//workshop:stub return &tls.Config{Certificates: []tls.Certificate{certificate}}
func tlsConfig(certificate tls.Certificate) *tls.Config {
	return &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12, NextProtos: []string{"h2", "http/1.1"}}
}

// strict returns a handler that tells browsers to come over https alone for a year, to this
// host and to none below it (HSTS, RFC 6797). It's for a certificate that was configured: on
// localhost it would hold for every port, and lock out the other programs there.
//
//workshop:todo 9 tell browsers to stay with https.
//workshop:stub return next
func strict(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Strict-Transport-Security", "max-age=31536000")
		next.ServeHTTP(w, r)
	})
}
