// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

package sessions_test

import (
	"context"
	"fmt"
	"log"
	"time"

	"tokenauth.example/scopes"
	"tokenauth.example/sessions"
	"tokenauth.example/users"
)

func Example() {
	db, err := users.OpenDatabase("tasks.db") // where users.New has made its table
	if err != nil {
		log.Fatal(err)
	}
	defer db.Close()
	store, err := sessions.New(db, 14*24*time.Hour, 90*24*time.Hour)
	if err != nil {
		log.Fatal(err)
	}

	session, refresh, err := store.Start(context.Background(), "a user's id", scopes.SetOf("profile"))
	if err != nil {
		log.Fatal(err)
	}
	session, refresh, err = store.Renew(context.Background(), refresh, "")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(session.ID, refresh)
}
