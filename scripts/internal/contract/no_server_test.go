package contract

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"

	"tokenauth.example/scripts/internal/server"
)

// Where there is no server, or another one, it says so.
func TestNoServer(t *testing.T) {
	closed, err := server.FreeAddress()
	if err != nil {
		t.Fatal(err)
	}
	talker, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer talker.Close()
	go func() {
		for {
			connection, err := talker.Accept()
			if err != nil {
				return
			}
			fmt.Fprint(connection, "220 mail.example ESMTP\r\n")
			connection.Close()
		}
	}()
	other := &http.Server{Addr: "127.0.0.1:0", Handler: http.NotFoundHandler()}
	elsewhere, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = other.Serve(elsewhere) }()
	defer other.Close()
	for _, test := range []struct{ url, says string }{
		{"http://" + closed, "nobody answers"},
		{"http://" + talker.Addr().String(), "does not answer as a server does"},
		{"http://" + elsewhere.Addr().String(), "is not the one"},
		{"ftp://127.0.0.1", "is not the URL"},
		{"127.0.0.1:8000", "is not the URL"},
	} {
		_, err := Run(t.Context(), Options{URL: test.url})
		if !errors.As(err, new(NoServer)) || !strings.Contains(err.Error(), test.says) {
			t.Errorf("Run on %s: %v, and it must be a NoServer that says %q", test.url, err, test.says)
		}
	}
}
