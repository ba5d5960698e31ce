// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

// Package docs serves the description of the API, and a page on which it can be tried.
// It is given.
package docs

import (
	"compress/gzip"
	"embed"
	"io"
	"net/http"

	"github.com/swaggest/swgui/v5/static" // Swagger UI's files, compressed

	"tokenauth.example/login/api"
)

//go:embed openapi.json page.html page.js
var own embed.FS

// policy lets the page load what this server serves, and nothing else: no program of
// somebody else's sees the password that is typed there (CSP Level 3). Swagger UI brings
// pictures and styles of its own along in its code.
const policy = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; " +
	"connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"

// AddTo adds GET /openapi.json (OpenAPI 3.1), GET /docs, and what that page loads.
func AddTo(mux *http.ServeMux) {
	mux.HandleFunc("GET /openapi.json", func(w http.ResponseWriter, _ *http.Request) { serve(w, "openapi.json") })
	mux.HandleFunc("GET /docs", func(w http.ResponseWriter, _ *http.Request) { serve(w, "page.html") })
	mux.HandleFunc("GET /docs/{file}", func(w http.ResponseWriter, r *http.Request) { serve(w, r.PathValue("file")) })
}

// served are the files that may be asked for, and what they are.
var served = map[string]string{
	"openapi.json":         "application/json",
	"page.html":            "text/html; charset=utf-8",
	"page.js":              "text/javascript; charset=utf-8",
	"swagger-ui-bundle.js": "text/javascript; charset=utf-8",
	"swagger-ui.css":       "text/css; charset=utf-8",
	"favicon-32x32.png":    "image/png",
}

// serve answers with one of our files, or one of Swagger UI's.
func serve(w http.ResponseWriter, name string) {
	content, err := open(name)
	if served[name] == "" || err != nil {
		api.Fail(w, http.StatusNotFound, "not_found", "There is nothing here")
		return
	}
	defer content.Close()
	w.Header().Set("Content-Type", served[name])
	w.Header().Set("Content-Security-Policy", policy)
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Referrer-Policy", "no-referrer")
	_, _ = io.Copy(w, content) // a client that has gone needs no answer
}

// open opens a file of ours, or else one of Swagger UI's, most of which are compressed.
func open(name string) (io.ReadCloser, error) {
	for _, files := range []embed.FS{own, static.FS} {
		if file, err := files.Open(name); err == nil {
			return file, nil
		}
	}
	file, err := static.FS.Open(name + ".gz")
	if err != nil {
		return nil, err
	}
	return gzip.NewReader(file)
}
