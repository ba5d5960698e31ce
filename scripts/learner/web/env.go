package main

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"tokenauth.example/scripts/internal/dotenv"
	"tokenauth.example/scripts/internal/launch"
	"tokenauth.example/scripts/internal/session"
)

// settings returns the environment with what .env adds to it. A variable that is set
// already stays as it is. Without a .env, one is made, with a new key. What the server does
// not read, whose reference is in dir, is mentioned.
func settings(s *session.Session, dir string) ([]string, error) {
	name := s.Workshop.Path(".env")
	if _, err := os.Stat(name); errors.Is(err, os.ErrNotExist) {
		content := "# Settings of your server. Git ignores this file: the key in it is secret.\nSECRET_KEY=" + launch.NewKey() + "\n"
		if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
			return nil, err
		}
		s.Screen.Printf("There was no .env, so one was made, with a new SECRET_KEY.")
	}
	variables, err := dotenv.Read(name)
	if err != nil {
		return nil, session.WayOut(fmt.Errorf(".env cannot be read: %w", err), "Each line of it is NAME=value. Or delete it, and a new one is made.")
	}
	known, err := readBy(dir)
	if err != nil {
		return nil, err
	}
	env := os.Environ()
	for _, v := range variables {
		if _, set := os.LookupEnv(v.Name); !set {
			env = append(env, v.Name+"="+v.Value)
		}
		if len(known) > 0 && !slices.Contains(known, v.Name) && v.Name != "SECRET_KEY" { // which the first server reads
			s.Screen.Wrap("", fmt.Sprintf("Note: line %d of .env sets %s, which the server does not read. It reads: %s", v.Line, v.Name, strings.Join(known, ", ")))
		}
	}
	return env, nil
}

var asked = regexp.MustCompile(`(?:getenv(?:, |\()|\b(?:text|number|minutes)\()"([A-Z_]+)"`)

// readBy returns the names of the variables that the reference server in dir reads.
func readBy(dir string) ([]string, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return nil, err
	}
	var names []string
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		source, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		for _, match := range asked.FindAllSubmatch(source, -1) {
			names = append(names, string(match[1]))
		}
	}
	slices.Sort(names)
	return slices.Compact(names), nil
}

// setting is the value that run would give the server for a variable, or fallback.
func setting(s *session.Session, name, fallback string) string {
	variables, _ := dotenv.Read(s.Workshop.Path(".env")) // run says what is wrong with it
	written := ""
	for _, v := range variables {
		if v.Name == name {
			written = v.Value
		}
	}
	return cmp.Or(os.Getenv(name), written, fallback)
}
