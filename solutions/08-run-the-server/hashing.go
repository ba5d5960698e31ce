package main

import (
	"runtime"

	"tokenauth.example/users"
)

// hashing has a place for each password that may be hashed at a time. One processor is
// left to everything else: a flood of logins must not keep out people with a token.
var hashing = make(chan struct{}, max(1, runtime.GOMAXPROCS(0)-1))

// limited hashes with another Hasher when there is a place, and waits for it.
type limited struct{ users.Hasher }

func (l limited) Hash(plain string) (string, error) {
	hashing <- struct{}{}
	defer func() { <-hashing }()
	return l.Hasher.Hash(plain)
}

func (l limited) Verify(hash, plain string) error {
	hashing <- struct{}{}
	defer func() { <-hashing }()
	return l.Hasher.Verify(hash, plain)
}
