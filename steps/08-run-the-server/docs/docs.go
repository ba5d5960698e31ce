// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

// Package docs serves the description of the API, and a page on which it can be tried.
// It is given.
package docs

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/swaggest/swgui/v5/static" // Swagger UI's files, most of them compressed

	"tokenauth.example/login/api"
)

//go:embed page.html page.js
var own embed.FS

// policy lets the page load what this server serves, and nothing else: no program of
// somebody else's sees the password that is typed there (CSP Level 3). Swagger UI brings
// pictures and styles of its own along in its code.
const policy = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; " +
	"connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"

//go:embed openapi.json
var openapi []byte

// AddTo adds GET /openapi.json (OpenAPI 3.1), GET /docs, and what that page loads.
func AddTo(mux *http.ServeMux) { Add(mux, openapi) }

// Add is AddTo with the description of another API.
func Add(mux *http.ServeMux, openapi []byte) {
	mux.HandleFunc("GET /openapi.json", func(w http.ResponseWriter, r *http.Request) {
		send(w, r, "application/json", openapi)
	})
	mux.HandleFunc("GET /docs", func(w http.ResponseWriter, r *http.Request) { serve(w, r, "page.html") })
	mux.HandleFunc("GET /docs/{file}", func(w http.ResponseWriter, r *http.Request) { serve(w, r, r.PathValue("file")) })
}

// served are the files that may be asked for, and what they are.
var served = map[string]string{
	"page.html":            "text/html; charset=utf-8",
	"page.js":              "text/javascript; charset=utf-8",
	"swagger-ui-bundle.js": "text/javascript; charset=utf-8",
	"swagger-ui.css":       "text/css; charset=utf-8",
	"favicon-32x32.png":    "image/png",
}

// serve answers with one of our files, or one of Swagger UI's. What is embedded compressed
// is sent like that to everybody who can read it.
func serve(w http.ResponseWriter, r *http.Request, name string) {
	content, compressed, err := find(name)
	if served[name] == "" || err != nil {
		api.Fail(w, http.StatusNotFound, "not_found", "There is nothing here")
		return
	}
	if compressed {
		w.Header().Set("Vary", "Accept-Encoding")
		if readsGzip(r) {
			w.Header().Set("Content-Encoding", "gzip")
		} else if content, err = unpack(content); err != nil {
			api.Fail(w, http.StatusNotFound, "not_found", "There is nothing here")
			return
		}
	}
	send(w, r, served[name], content)
}

// send answers with content of a media type. A browser that has it already is told so, by
// its ETag.
func send(w http.ResponseWriter, r *http.Request, mediaType string, content []byte) {
	sum := sha256.Sum256(content)
	w.Header().Set("ETag", `"`+hex.EncodeToString(sum[:16])+`"`)
	w.Header().Set("Cache-Control", "no-cache") // it may be kept, and is asked about each time
	w.Header().Set("Content-Type", mediaType)
	w.Header().Set("Content-Security-Policy", policy)
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Referrer-Policy", "no-referrer")
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(content))
}

// find returns a file of ours, or else one of Swagger UI's, and whether it's compressed.
func find(name string) (content []byte, compressed bool, err error) {
	if content, err = own.ReadFile(name); err == nil {
		return content, false, nil
	}
	if content, err = static.FS.ReadFile(name); err == nil {
		return content, false, nil
	}
	content, err = static.FS.ReadFile(name + ".gz")
	return content, true, err
}

// readsGzip reports whether the client says that it can read gzip, and doesn't say that
// it would rather not (RFC 9110, section 12.5.3).
func readsGzip(r *http.Request) bool {
	for coding := range strings.SplitSeq(r.Header.Get("Accept-Encoding"), ",") {
		name, quality, _ := strings.Cut(strings.ToLower(strings.ReplaceAll(coding, " ", "")), ";")
		if name == "gzip" {
			return strings.Trim(quality, "q=0.") != "" || quality == ""
		}
	}
	return false
}

func unpack(compressed []byte) ([]byte, error) {
	reader, err := gzip.NewReader(bytes.NewReader(compressed))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(reader)
}
