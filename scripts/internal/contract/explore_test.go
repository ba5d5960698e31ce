package contract

import (
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"testing"

	"tokenauth.example/scripts/internal/launch"
	"tokenauth.example/scripts/internal/screen"
	"tokenauth.example/scripts/internal/session"
)

func TestExplore(t *testing.T) {
	b := newBench(t)
	servers, _ := b.workshop.Servers()
	t.Setenv("BCRYPT_COST", "10")
	s := &session.Session{Workshop: b.workshop, Screen: screen.Plain(io.Discard)}
	err := launch.Reference(t.Context(), s, servers[1], func(r launch.Running) error {
		pem, err := os.ReadFile(r.Certificate)
		if err != nil {
			return err
		}
		failed, ran := failures(t, Options{URL: r.URL, Authorities: pem})
		fmt.Println(ran, "ran")
		for _, name := range slices.Sorted(maps.Keys(failed)) {
			fmt.Printf("== %s\n%.420s\n", name, failed[name])
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
