// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

package main

import "time"

// These are variables so that tests needn't wait as long as clients may have to.
var (
	// hashingWait is how long a request may wait for its turn to hash a password.
	hashingWait = 5 * time.Second
	// answerTime is how long a request may take in all. Then its context ends, and with it
	// what is asked of the database, such as one that another program keeps locked.
	answerTime = 20 * time.Second
	// restTime is how long the rest of a body may take when its request has been refused.
	restTime = time.Second
	// shutdownTime is how long requests may still run after the server was told to stop.
	shutdownTime = 10 * time.Second
)
