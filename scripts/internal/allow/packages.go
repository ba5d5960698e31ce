package allow

import (
	"path"
	"slices"
	"strings"
)

// open are the packages of which everything may be used, in every step. A path that ends in
// "/..." means all below it, too.
var open = []string{
	"bufio", "bytes", "cmp", "container/...", "context", "crypto/...", "database/sql/driver",
	"encoding", "encoding/ascii85", "encoding/asn1", "encoding/base32", "encoding/base64", "encoding/binary", "encoding/csv", "encoding/hex", "encoding/json", "encoding/pem", "encoding/xml",
	"errors", "fmt", "hash/...", "html", "io", "iter", "maps", "math/...", "mime/multipart", "mime/quotedprintable",
	"net/http/httptest", "net/mail", "net/netip", "net/textproto", "net/url", "path", "regexp/...", "slices", "sort", "strconv", "strings", "sync/...", "time", "unicode/...", "unique",
}

// limited are packages that reach outside of a step, or can change what others use: of these
// just the names that are here may be used, in every step. A name that ends in "*" means all
// that begin so, and one with a "-" is left out of those.
var limited = map[string]string{
	"crypto": "* -RegisterHash",
	"database/sql": `ColumnType Conn DB DBStats Drivers Err* IsolationLevel Level* Named NamedArg Null* Open OpenDB Out RawBytes Result Row Rows Scanner
		Stmt Tx TxOptions`,
	"log": "Fatal* Flags L* New Panic* Prefix Print* SetFlags SetPrefix Writer",
	"log/slog": `Any* Attr Bool* Debug* Default DiscardHandler Duration* Error* Float64* Group* Handler HandlerOptions Info* Int* JSONHandler Kind* Level*
		Log LogAttrs LogValuer Logger MessageKey New NewJSONHandler NewLogLogger NewTextHandler SourceKey String* TextHandler Time* Uint64* Value Warn* With`,
	"mime": "FormatMediaType ParseMediaType TypeByExtension ExtensionsByType WordDecoder WordEncoder BEncoding QEncoding Err*",
	"net":  "* -DefaultResolver -File*",
	"net/http": `AllowQuerySemicolons CanonicalHeaderKey Client ConnState Cookie* CrossOriginProtection DefaultMaxHeaderBytes DetectContentType Err* Error Flusher
		Get HTTP2Config Handler HandlerFunc Head Header Hijacker ListenAndServe LocalAddrContextKey MaxBytes* Method* NewCrossOriginProtection NewRequest NewRequestWithContext
		NewResponseController NewServeMux NoBody NotFound NotFoundHandler Parse* Post* ProtocolError Protocols Pusher Redirect RedirectHandler Request
		Response ResponseController ResponseWriter RoundTripper SameSite* Serve ServeContent ServeMux Server ServerContextKey SetCookie State* Status*
		StripPrefix TimeFormat TimeoutHandler TrailerPrefix Transport`,
	"runtime": "GOMAXPROCS NumCPU",

	"github.com/golang-jwt/jwt/v5": "* -RegisterSigningMethod",
	"modernc.org/sqlite":           "Driver Error ErrorCodeString",
	"modernc.org/sqlite/lib":       "SQLITE_*", // the numbers of errors; the rest works on raw memory
}

// ending are the names that end the process. What a reference uses of them opens them in the
// function main of a program only, even if it uses them elsewhere.
var ending = map[string]string{"os": "Exit", "syscall": "Exit Kill", "runtime": "Goexit"}

// reasons say of what learners may come upon why it is refused.
var reasons = map[string]string{
	"C":                  "cgo needs a C compiler, and C can do anything",
	"embed":              "a step has no files to embed",
	"encoding/gob":       "what it registers counts for the whole program; write JSON",
	"expvar":             "what it publishes counts for the whole program",
	"flag":               "it reads the flags of the tests; settings come from elsewhere",
	"html/template":      "a step has no pages; write JSON with encoding/json",
	"modernc.org/libc":   "it works on raw memory",
	"modernc.org/memory": "it works on raw memory",
	"os":                 "a step never needs the system: settings, clock and log are handed in",
	"os/exec":            "a step starts no programs",
	"os/signal":          "a step waits for no signals: main does",
	"plugin":             "a step loads no code",
	"reflect":            "it reaches into the tests that judge the step",
	"runtime/debug":      "it reaches into the process that judges the step",
	"syscall":            "a step never needs the system: settings, clock and log are handed in",
	"testing":            "code that asks whether it is being tested answers for the tests alone",
	"text/template":      "a template can call whatever a value has; use fmt",
	"unsafe":             "it reaches into the memory of the tests that judge the step",
}

// instead says of a name that learners may come upon what to do in its place.
var instead = map[string]string{
	"crypto.RegisterHash":                                "it changes the hash for everybody",
	"database/sql.Register":                              "the driver registers itself: import it with a blank name",
	"github.com/golang-jwt/jwt/v5.RegisterSigningMethod": "it changes the method for everybody, the tests among them",
	"log.Default":                                        "make a logger of your own with log.New",
	"log.SetOutput":                                      "it changes the log for everybody; make a logger of your own with log.New",
	"log/slog.SetDefault":                                "it changes the log for everybody; pass the *slog.Logger on",
	"net/http.DefaultClient":                             "it is everybody's; make one of your own: &http.Client{}",
	"net/http.DefaultServeMux":                           "it is everybody's; make one of your own with http.NewServeMux",
	"net/http.DefaultTransport":                          "it is everybody's; make one of your own: &http.Transport{}",
	"net/http.Handle":                                    "it changes the routes of everybody; make a mux of your own with http.NewServeMux",
	"net/http.HandleFunc":                                "it changes the routes of everybody; make a mux of your own with http.NewServeMux",
	"os.Exit":                                            "return an error in its place",
	"os.Getenv":                                          "take what is needed as a parameter",
}

// packageName returns the name by which a file calls an imported package that it gives no
// name, and reports whether that is certain: the last part of a path is no more than a
// custom.
func packageName(importPath string) (name string, certain bool) {
	if known, ok := map[string]string{
		"github.com/golang-jwt/jwt/v5": "jwt",
		"math/rand/v2":                 "rand",
		"modernc.org/sqlite/lib":       "sqlite3",
	}[importPath]; ok {
		return known, true
	}
	first, _, _ := strings.Cut(importPath, "/")
	ours := first == "tokenauth.example" || strings.HasPrefix(importPath, "golang.org/x/crypto/") || importPath == "modernc.org/sqlite"
	return path.Base(importPath), ours || !strings.Contains(first, ".")
}

// names are those of a package that may be used: patterns, as in limited.
type names []string

// has reports whether a name may be used.
func (n names) has(name string) bool {
	ok := false
	for _, pattern := range n {
		pattern, without := strings.CutPrefix(pattern, "-")
		if !matches(pattern, name) {
			continue
		}
		if without {
			return false
		}
		ok = true
	}
	return ok
}

// said lists the names for somebody who wants to know what there is, or is "" if they are
// too many.
func (n names) said() string {
	list := slices.Compact(slices.Sorted(slices.Values(n)))
	if len(list) > 8 || slices.Contains(list, "*") {
		return ""
	}
	return strings.Join(list, ", ")
}

// matches reports whether a name is one of those that a pattern means.
func matches(pattern, name string) bool {
	begin, all := strings.CutSuffix(pattern, "*")
	return name == pattern || all && strings.HasPrefix(name, begin)
}

func allows(paths []string, path string) bool {
	return slices.ContainsFunc(paths, func(allowed string) bool {
		parent, all := strings.CutSuffix(allowed, "/...")
		return path == parent || all && strings.HasPrefix(path, parent+"/")
	})
}
