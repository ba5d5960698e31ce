package judges

import (
	"context"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"tokenauth.example/scripts/internal/launch"
	"tokenauth.example/scripts/internal/screen"
	"tokenauth.example/scripts/internal/session"
	"tokenauth.example/scripts/internal/steps"
)

// atSecond starts the reference server of the second track, with one user, and calls use with a
// client that trusts it.
func atSecond(t *testing.T, use func(running launch.Running, client *http.Client)) {
	t.Helper()
	workshop, err := steps.Open(".")
	if err != nil {
		t.Fatal(err)
	}
	servers, err := workshop.Servers()
	if err != nil || len(servers) < 2 {
		t.Fatalf("the second track has no server: %v", err)
	}
	t.Setenv("BCRYPT_COST", "10")
	s := &session.Session{Workshop: workshop, Screen: screen.Plain(io.Discard)}
	err = launch.Reference(t.Context(), s, servers[1], func(running launch.Running) error {
		client, err := running.Client()
		if err != nil {
			return err
		}
		defer client.CloseIdleConnections()
		answer, err := client.Post(running.URL+"/users", "application/json", strings.NewReader(`{"email":"ann@example.com","password":"correct-horse"}`))
		if err != nil {
			return err
		}
		answer.Body.Close()
		use(running, client)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// Go's own OAuth library logs in at the second server, and renews by itself, also when many
// ask at once. And go-oidc, which knows the server's metadata alone, verifies its tokens.
func TestSecondServer_IsUnderstoodByOthers(t *testing.T) {
	atSecond(t, func(running launch.Running, client *http.Client) { judgeSecond(t, running.URL, client) })
}

func judgeSecond(t *testing.T, base string, client *http.Client) {
	ctx := context.WithValue(t.Context(), oauth2.HTTPClient, client)
	config := oauth2.Config{ClientID: "tasks", Endpoint: oauth2.Endpoint{TokenURL: base + "/auth/token", AuthStyle: oauth2.AuthStyleInParams}, Scopes: []string{"tasks:read", "profile"}}

	if _, err := config.PasswordCredentialsToken(ctx, "ann@example.com", "wrong-horse"); err == nil || !strings.Contains(err.Error(), "invalid_grant") {
		t.Errorf("oauth2 understands a wrong password as %v", err)
	}
	token, err := config.PasswordCredentialsToken(ctx, "ann@example.com", "correct-horse")
	if err != nil {
		t.Fatal(err)
	}
	if token.Extra("scope") != "profile tasks:read" || token.RefreshToken == "" || time.Until(token.Expiry) > 5*time.Minute || time.Until(token.Expiry) < 4*time.Minute {
		t.Errorf("oauth2 reads the answer as a token that expires in %v, with the scope %v", time.Until(token.Expiry), token.Extra("scope"))
	}

	described := &oidc.ProviderConfig{IssuerURL: base, JWKSURL: base + "/.well-known/jwks.json", Algorithms: []string{"ES256"}}
	keys := described.NewProvider(oidc.ClientContext(ctx, client))
	verified, err := keys.Verifier(&oidc.Config{ClientID: "tasks"}).Verify(ctx, token.AccessToken)
	if err != nil {
		t.Fatalf("go-oidc does not take our token: %v", err)
	}
	if verified.Issuer != base || verified.Subject == "" {
		t.Errorf("go-oidc reads the issuer %q and the subject %q", verified.Issuer, verified.Subject)
	}
	if _, err := keys.Verifier(&oidc.Config{ClientID: "another"}).Verify(ctx, token.AccessToken); err == nil {
		t.Error("go-oidc takes our token for another audience")
	}

	token.Expiry = time.Now().Add(-time.Second) // as if five minutes had gone by
	renewing := config.Client(ctx, token)
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			answer, err := renewing.Get(base + "/auth/me")
			if err != nil {
				t.Error(err)
				return
			}
			defer answer.Body.Close()
			if answer.StatusCode != http.StatusOK {
				t.Errorf("with a client that renews by itself, GET /auth/me is answered %s", answer.Status)
			}
		})
	}
	all.Wait()
	if _, err := config.TokenSource(ctx, token).Token(); err == nil || !strings.Contains(err.Error(), "invalid_grant") {
		t.Errorf("the refresh token that was used renews again: %v", err)
	}
	answer, err := renewing.Get(base + "/auth/me")
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if answer.StatusCode != http.StatusUnauthorized {
		t.Errorf("after a second use of a refresh token, the session goes on: %s", answer.Status)
	}
}
