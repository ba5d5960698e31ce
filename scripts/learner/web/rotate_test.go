package main

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/x509"
	"encoding/pem"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"tokenauth.example/scripts/internal/command"
	"tokenauth.example/scripts/internal/screen"
	"tokenauth.example/scripts/internal/session"
	"tokenauth.example/scripts/internal/steps"
)

// A key comes into the folder that .env names, for its user alone, and no secret is shown.
// Without a folder there's nothing to rotate.
func TestRotate(t *testing.T) {
	root := t.TempDir()
	var printed bytes.Buffer
	s := &session.Session{Workshop: &steps.Workshop{Root: root}, Screen: screen.Plain(&printed)}
	if exit, err := rotate(t.Context(), s, nil); exit != command.Trouble || err == nil || !strings.Contains(err.Error(), "no keys to rotate") {
		t.Errorf("without a folder it's %d, %v", exit, err)
	}
	if err := os.WriteFile(filepath.Join(root, ".env"), []byte("KEYS=my keys\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join(root, "my keys")
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	if exit, err := rotate(t.Context(), s, nil); exit != command.Done || err != nil {
		t.Fatalf("it's %d, %v", exit, err)
	}
	names, err := filepath.Glob(filepath.Join(folder, "*.pem"))
	if err != nil || len(names) != 1 {
		t.Fatalf("there are %q, %v", names, err)
	}
	info, err := os.Stat(names[0])
	if err != nil {
		t.Fatal(err)
	}
	if mode := info.Mode().Perm(); runtime.GOOS != "windows" && mode != 0o600 {
		t.Errorf("others can read the key: %v", mode)
	}
	key, err := os.ReadFile(names[0])
	if err != nil {
		t.Fatal(err)
	}
	block, _ := pem.Decode(key)
	if block == nil || block.Type != "PRIVATE KEY" {
		t.Fatalf("the file begins with %.30q", key)
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if private, ok := parsed.(*ecdsa.PrivateKey); err != nil || !ok || private.Curve != elliptic.P256() {
		t.Errorf("the file has a %T, %v", parsed, err)
	}
	if strings.Contains(printed.String(), strings.Split(string(key), "\n")[1]) {
		t.Errorf("the key is printed: %s", printed.String())
	}
}
