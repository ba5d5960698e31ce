// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

package password_test

import (
	"errors"
	"fmt"

	"tokenauth.example/password"
)

func Example() {
	h := password.Hasher{Cost: 12}
	hash, err := h.Hash("correct horse battery staple")
	if err != nil {
		fmt.Println("choose another password:", err)
		return
	}
	// hash goes into the database. Later, when somebody logs in:
	switch err := h.Verify(hash, "wrong horse"); {
	case err == nil:
		fmt.Println("welcome")
	case errors.Is(err, password.ErrMismatch):
		fmt.Println("wrong password")
	default:
		fmt.Println("the server has a problem:", err)
	}
}
