// Package npm fetches for tests what is published for JavaScript: programs of others that judge
// ours.
package npm

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
	"path"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Archive is a package in one version, as npm's registry has it.
type Archive struct {
	Path string // in the registry: "/axe-core/-/axe-core-4.10.3.tgz"
	Hash string // as npm writes it: "sha512-..."
}

// File returns a file of the archive, which is fetched once from npm's registry, or the one in
// npm_config_registry, and kept with Go's caches. Without a network the test is skipped; in CI it
// fails.
func (a Archive) File(t *testing.T, name string) []byte {
	t.Helper()
	text, err := a.fetch(t.Context(), name)
	if err != nil && os.Getenv("CI") == "" {
		t.Skipf("%s can't be fetched: %v", path.Base(a.Path), err)
	}
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func (a Archive) fetch(ctx context.Context, name string) ([]byte, error) {
	folder, err := os.UserCacheDir()
	if err != nil {
		return nil, err
	}
	kept := filepath.Join(folder, "token-auth-workshop", path.Base(a.Path))
	archive, err := os.ReadFile(kept)
	if err != nil || hashOf(archive) != a.Hash {
		if archive, err = a.download(ctx); err != nil {
			return nil, err
		}
		if err := errors.Join(os.MkdirAll(filepath.Dir(kept), 0o755), os.WriteFile(kept, archive, 0o644)); err != nil {
			return nil, err
		}
	}
	if got := hashOf(archive); got != a.Hash {
		return nil, fmt.Errorf("%s has the hash %s, and not %s", a.Path, got, a.Hash)
	}
	unpacked, err := gzip.NewReader(bytes.NewReader(archive))
	if err != nil {
		return nil, err
	}
	for files := tar.NewReader(unpacked); ; {
		file, err := files.Next()
		if err != nil {
			return nil, fmt.Errorf("%s in %s: %w", name, a.Path, err)
		}
		if file.Name == name {
			return io.ReadAll(files)
		}
	}
}

func hashOf(archive []byte) string {
	hash := sha512.Sum512(archive)
	return "sha512-" + base64.StdEncoding.EncodeToString(hash[:])
}

func (a Archive) download(ctx context.Context) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	registry := strings.TrimSuffix(cmp.Or(os.Getenv("npm_config_registry"), "https://registry.npmjs.org"), "/")
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, registry+a.Path, nil)
	if err != nil {
		return nil, err
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s is answered %s", a.Path, answer.Status)
	}
	return io.ReadAll(io.LimitReader(answer.Body, 10<<20))
}
