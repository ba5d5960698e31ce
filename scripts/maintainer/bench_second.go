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
	"net/http"
	"os"
	"path/filepath"
	"time"

	"tokenauth.example/scripts/internal/launch"
)

// secondRows measures the server of the second track, over TLS, beside servers that do less, and
// with a crowd while its key rotates.
func (b *bencher) secondRows(ctx context.Context) error {
	servers, err := b.copy.Servers()
	if err != nil || len(servers) < 2 {
		return errors.Join(err, errors.New("the second track has no server"))
	}
	program, cleanUp, err := launch.Build(ctx, b.session, servers[1].SolutionDir(), "off")
	if err != nil {
		return err
	}
	defer cleanUp()
	floors, err := b.buildFloor(ctx)
	if err != nil {
		return err
	}
	for _, r := range []struct{ what, route, beside, floor string }{
		{"`GET /auth/me` of the second server", "GET /auth/me", "a handler that verifies ES256 and reads a row", "es256"},
		{"renewal", renewal, "a handler with an insert and an update", "renew"},
	} {
		b.screen.Progress("putting %s under load ...", r.route)
		ours, err := b.underLoad(ctx, target{program: program, route: r.route, tls: true})
		if err != nil {
			return fmt.Errorf("%s: %w", r.what, err)
		}
		floor, err := b.underLoad(ctx, target{program: floors, args: []string{r.floor}, route: r.route, tls: true})
		if err != nil {
			return fmt.Errorf("%s: %w", r.beside, err)
		}
		b.row(fmt.Sprintf("%s: processor time (%.0f a second)", r.what, ours.rate), ours.each, fmt.Sprintf("%s (%.0f a second)", r.beside, floor.rate), floor.each)
	}
	return b.rotatingRow(ctx, program)
}

// rotatingRow keeps the crowd busy while one key after the other takes over.
func (b *bencher) rotatingRow(ctx context.Context, program string) error {
	keys, err := os.MkdirTemp(b.dir, "keys-*")
	if err != nil {
		return err
	}
	running, err := b.start(ctx, target{program: program, tls: true}, "BCRYPT_COST=10", "KEYS="+keys, "ACCESS_TOKEN_EXPIRE_MINUTES=60")
	if err != nil {
		return err
	}
	defer running.Kill()
	first := &http.Client{Transport: &http.Transport{TLSClientConfig: anyCertificate}}
	tokens, err := signUp(ctx, first, running.URL, accounts)
	if err != nil {
		return err
	}
	first.CloseIdleConnections()
	const rotations = 4
	rotated := make(chan error, 1)
	go func() {
		for n := range rotations {
			select {
			case <-time.After(b.load / (rotations + 1)):
			case <-ctx.Done():
			}
			if err := takeOver(keys, n); err != nil {
				rotated <- err
				return
			}
		}
		rotated <- nil
	}()
	while := fmt.Sprintf("while the key of the second server rotates %d times, ", rotations)
	if err := b.serveCrowd(ctx, while, running.URL, tokens, crowdOf()); err != nil {
		return err
	}
	return <-rotated
}

// takeOver adds a key to a folder that is dated so that it signs at once: a key signs some time
// after its date, and among those that may, the youngest does.
func takeOver(folder string, n int) error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	name := filepath.Join(folder, fmt.Sprint("next-", n))
	dated := time.Now().Add(-20*time.Minute + time.Duration(n)*time.Second)
	return errors.Join(
		os.WriteFile(name, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), 0o600),
		os.Chtimes(name, dated, dated),
		os.Rename(name, name+".pem"),
	)
}
