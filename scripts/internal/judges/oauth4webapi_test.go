package judges

import (
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"tokenauth.example/scripts/internal/launch"
	"tokenauth.example/scripts/internal/npm"
)

// oauth4webapi is a client in JavaScript that takes standards to the letter. It needs no other
// package.
var oauth4webapi = npm.Archive{
	Path: "/oauth4webapi/-/oauth4webapi-3.8.8.tgz",
	Hash: "sha512-8N28E+a/oxfXWBgOMt+ZP/JUf/XR+IFbvkAEPP3gznXOMv9BpAAwiIj0TFNz3tGTPc0ZQ8zmWBNgN1nAys0gng==",
}

// It finds the second server's endpoints by its metadata, logs in, verifies the access token by
// the published keys, renews, revokes, and understands each refusal.
func TestSecondServer_IsUnderstoodInJavaScript(t *testing.T) {
	node, err := exec.LookPath("node")
	if err != nil && os.Getenv("CI") == "" {
		t.Skip("there is no node on this machine")
	}
	if err != nil {
		t.Fatal(err)
	}
	library := filepath.Join(t.TempDir(), "oauth4webapi.mjs")
	if err := os.WriteFile(library, oauth4webapi.File(t, "package/build/index.js"), 0o600); err != nil {
		t.Fatal(err)
	}
	atSecond(t, func(running launch.Running, _ *http.Client) {
		cmd := exec.CommandContext(t.Context(), node, filepath.Join("testdata", "oauth4webapi.mjs"), library, running.URL)
		cmd.Env = append(os.Environ(), "NODE_EXTRA_CA_CERTS="+running.Certificate)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("oauth4webapi: %v\n%s", err, out)
		}
	})
}
