// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

package scopes_test

import (
	"fmt"

	"tokenauth.example/scopes"
)

func Example() {
	granted, err := scopes.Grant(scopes.Member, "tasks:read users:read")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("granted:", granted)
	fmt.Println("may read tasks:", granted.And(scopes.Member.Allows()).Has(scopes.TasksRead))
	// Output:
	// granted: tasks:read
	// may read tasks: true
}
