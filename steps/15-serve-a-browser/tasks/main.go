// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

// Command tasks is a client of the server for the command line:
//
//	tasks login ann@example.com
//	tasks add Write the report
//	tasks list
//	tasks logout
//
// TASKS_SERVER is the server, by default https://127.0.0.1:8000, and TASKS_CA a file with a
// certificate to trust beside the system's, by default localhost-cert.pem in this folder.
package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"strings"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "tasks:", err)
		os.Exit(1)
	}
}

var errUsage = errors.New("use it like this: tasks login EMAIL, tasks add TITLE, tasks list, tasks logout")

func run(ctx context.Context, args []string) error {
	if len(args) == 0 {
		return errUsage
	}
	c, err := newClient()
	if err != nil {
		return err
	}
	verb, rest := args[0], args[1:]
	switch {
	case verb == "login" && len(rest) == 1:
		password, err := readPassword()
		if err != nil {
			return err
		}
		return c.logIn(ctx, rest[0], password)
	case verb == "add" && len(rest) > 0:
		return c.add(ctx, strings.Join(rest, " "))
	case verb == "list" && len(rest) == 0:
		titles, err := c.list(ctx)
		for _, title := range titles {
			fmt.Println(title)
		}
		return err
	case verb == "logout" && len(rest) == 0:
		return c.logOut(ctx)
	}
	return errUsage
}

// readPassword reads a line. On a terminal it asks for it, and has what is typed not shown where
// there's stty.
func readPassword() (string, error) {
	if info, err := os.Stdin.Stat(); err == nil && info.Mode()&os.ModeCharDevice != 0 {
		if stty("-echo") == nil {
			defer func() { _ = stty("echo"); fmt.Fprintln(os.Stderr) }()
			fmt.Fprint(os.Stderr, "Password: ")
		} else {
			fmt.Fprint(os.Stderr, "Password (it's shown as you type): ")
		}
	}
	line, err := bufio.NewReader(os.Stdin).ReadString('\n')
	if err != nil && (!errors.Is(err, io.EOF) || line == "") {
		return "", fmt.Errorf("read the password: %w", err)
	}
	return strings.TrimRight(line, "\r\n"), nil
}

func stty(setting string) error {
	cmd := exec.Command("stty", setting)
	cmd.Stdin = os.Stdin
	return cmd.Run()
}
