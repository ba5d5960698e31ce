// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

package users_test

import (
	"context"
	"errors"
	"fmt"
	"log"

	"tokenauth.example/password"
	"tokenauth.example/users"
)

func Example() {
	db, err := users.OpenDatabase("tasks.db")
	if err != nil {
		log.Fatal(err)
	}
	defer db.Close()
	store, err := users.New(db, password.Hasher{Cost: 12})
	if err != nil {
		log.Fatal(err)
	}

	ctx := context.Background()
	if _, err := store.Create(ctx, "ann@example.com", "correct-horse"); errors.Is(err, users.ErrEmailTaken) {
		fmt.Println("Ann has an account already.")
	}
	user, err := store.Authenticate(ctx, "Ann@example.com", "correct-horse")
	fmt.Println(user.Email, err)
}
