package browser

import (
	"archive/tar"
	"bytes"
	"cmp"
	"compress/gzip"
	"context"
	"crypto/sha512"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// axe-core judges pages as people with a screen reader or without a mouse would. This is the
// archive in which npm has it, and its hash as npm writes it.
const (
	axeArchive = "/axe-core/-/axe-core-4.10.3.tgz"
	axeHash    = "sha512-Xm7bpRXnDSX2YE2YFfBk2FnF0ep6tmG7xPh8iHee8MIcrgq762Nkce856dYtJYLkuIoYZvGfTs/PbZhideTcEg=="
)

// Axe returns the program of axe-core. It's fetched once from npm's registry, or the one in
// npm_config_registry, and kept with Go's caches. Without a network the test is skipped; in CI it
// fails.
func Axe(t *testing.T) string {
	t.Helper()
	program, err := fetchAxe(t.Context())
	if err != nil && os.Getenv("CI") == "" {
		t.Skipf("axe-core can't be fetched: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	return program
}

func fetchAxe(ctx context.Context) (string, error) {
	folder, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	kept := filepath.Join(folder, "token-auth-workshop", filepath.Base(axeArchive))
	archive, err := os.ReadFile(kept)
	if err != nil || hashOf(archive) != axeHash {
		if archive, err = download(ctx, strings.TrimSuffix(cmp.Or(os.Getenv("npm_config_registry"), "https://registry.npmjs.org"), "/")+axeArchive); err != nil {
			return "", err
		}
		if err := errors.Join(os.MkdirAll(filepath.Dir(kept), 0o755), os.WriteFile(kept, archive, 0o644)); err != nil {
			return "", err
		}
	}
	if got := hashOf(archive); got != axeHash {
		return "", fmt.Errorf("%s has the hash %s, and not %s", axeArchive, got, axeHash)
	}
	unpacked, err := gzip.NewReader(bytes.NewReader(archive))
	if err != nil {
		return "", err
	}
	for files := tar.NewReader(unpacked); ; {
		file, err := files.Next()
		if err != nil {
			return "", fmt.Errorf("axe.min.js in %s: %w", axeArchive, err)
		}
		if file.Name == "package/axe.min.js" {
			program, err := io.ReadAll(files)
			return string(program), err
		}
	}
}

func hashOf(archive []byte) string {
	hash := sha512.Sum512(archive)
	return "sha512-" + base64.StdEncoding.EncodeToString(hash[:])
}

func download(ctx context.Context, url string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s is answered %s", axeArchive, answer.Status)
	}
	return io.ReadAll(io.LimitReader(answer.Body, 10<<20))
}

// Violation is what axe-core finds wrong with a page.
type Violation struct {
	ID    string `json:"id"`
	Help  string `json:"help"`
	Nodes []struct {
		HTML string `json:"html"`
	} `json:"nodes"`
}

// Violations asks axe-core about the page that the browser shows. Its program comes by the
// debugger, so the page's Content-Security-Policy is none to it.
func Violations(ctx context.Context, axe string) ([]Violation, error) {
	if _, err := chromedp.Run(ctx, chromedp.Evaluate[chromedp.Void](axe)); err != nil {
		return nil, err
	}
	return chromedp.Run(ctx, chromedp.Evaluate[[]Violation](`axe.run().then(result => result.violations)`, chromedp.EvalAwaitPromise))
}
