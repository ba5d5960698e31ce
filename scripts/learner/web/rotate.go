package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"tokenauth.example/scripts/internal/command"
	"tokenauth.example/scripts/internal/session"
)

// rotate puts a new private key into the folder from which the learner's servers with keys (steps
// 11 and 15) take theirs.
func rotate(_ context.Context, s *session.Session, _ *command.Input) (int, error) {
	folder := setting(s, "KEYS", filepath.Join(filepath.Dir(setting(s, "DATABASE", "tasks.db")), "keys"))
	if !filepath.IsAbs(folder) {
		folder = s.Workshop.Path(folder) // run starts servers there
	}
	if _, err := os.Stat(folder); err != nil {
		return command.Trouble, session.WayOut(fmt.Errorf("there are no keys to rotate: %w", err), "A server that signs with keys makes the first one when it starts: %s", s.Command("run", nil))
	}
	name := filepath.Join(folder, time.Now().UTC().Format("20060102-150405")+".pem")
	if err := writeKey(name); err != nil {
		return command.Trouble, session.WayOut(fmt.Errorf("make a key: %w", err), "Look whether you may write into %s.", folder)
	}
	s.Screen.Wrap("", "A new key is in "+name+".")
	s.Screen.Wrap("", "A server that runs publishes it within a second or two. It signs when others have had the time to fetch it: in step 15 that's after ten minutes. What the old key has signed stays good until it expires.")
	s.Screen.Wrap("", "If a key is stolen, delete its file: what it has signed is refused a second or two later.")
	return command.Done, nil
}

// writeKey writes a new private key of P-256 into a file that only its user can read.
func writeKey(name string) error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	file, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	return errors.Join(pem.Encode(file, &pem.Block{Type: "PRIVATE KEY", Bytes: der}), file.Close())
}
