// Package tokens_test checks the fixed tokens in testdata/tokens against the
// table in their README and against the script that makes them.
//
// It reads tokens with the standard library alone: checked with the JWT library
// that the workshop's servers use, a mistake of that library would go unseen.
package tokens_test

import (
	"bytes"
	"crypto"
	"crypto/hmac"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"hash"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const dir = "../../../testdata/tokens"

// token is a token taken apart, with nothing checked but its shape.
type token struct {
	header struct {
		Alg string
		JWK struct{ N, E string }
	}
	// Pointers tell a claim that is missing or null from one that is 0.
	claims struct {
		Sub string
		Exp *int64
		Nbf *int64
	}
	signed    []byte // the first two parts, as they stand in the token
	signature []byte
}

// parse returns what it could read together with the error, as a malformed
// token can still have a readable header.
func parse(raw string) (token, error) {
	var t token
	parts := strings.Split(raw, ".")
	if len(parts) != 3 {
		return t, fmt.Errorf("%d parts, not 3", len(parts))
	}
	t.signed = []byte(parts[0] + "." + parts[1])
	if err := decodeJSON(parts[0], &t.header); err != nil {
		return t, fmt.Errorf("header: %w", err)
	}
	if err := decodeJSON(parts[1], &t.claims); err != nil {
		return t, fmt.Errorf("payload: %w", err)
	}
	var err error
	if t.signature, err = decode(parts[2]); err != nil {
		return t, fmt.Errorf("signature: %w", err)
	}
	return t, nil
}

func decode(part string) ([]byte, error) {
	// The decoder skips line ends; a token has none.
	if strings.ContainsAny(part, "\r\n") {
		return nil, errors.New("contains a line end")
	}
	return base64.RawURLEncoding.Strict().DecodeString(part)
}

func decodeJSON(part string, v any) error {
	data, err := decode(part)
	if err != nil {
		return err
	}
	return json.Unmarshal(data, v)
}

// answer is what a verifier that uses HS256 with key must say about raw.
func answer(raw string, key []byte, now time.Time) string {
	t, err := parse(raw)
	switch {
	case err != nil:
		return "malformed"
	case t.header.Alg != "HS256":
		return "algorithm"
	case !t.hasHMAC(sha256.New, key):
		return "signature"
	case t.claims.Exp == nil:
		return "no expiry"
	case now.Unix() >= *t.claims.Exp:
		return "expired"
	case t.claims.Nbf != nil && now.Unix() < *t.claims.Nbf:
		return "not yet valid"
	case t.claims.Sub == "":
		return "no subject"
	}
	return "accept"
}

func (t token) hasHMAC(h func() hash.Hash, key []byte) bool {
	mac := hmac.New(h, key)
	mac.Write(t.signed)
	return hmac.Equal(mac.Sum(nil), t.signature)
}

func (t token) hasRSA(key *rsa.PublicKey) bool {
	sum := sha256.Sum256(t.signed)
	return rsa.VerifyPKCS1v15(key, crypto.SHA256, sum[:], t.signature) == nil
}

// row is a row of the README's table.
type row struct{ file, alg, answer string }

func readTable(t *testing.T) []row {
	t.Helper()
	var rows []row
	for line := range strings.Lines(string(read(t, "README.md"))) {
		if !strings.HasPrefix(line, "| `") {
			continue
		}
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
		for i := range cells {
			cells[i] = strings.Trim(cells[i], " `")
		}
		// The README has a table of keys too.
		if !strings.HasSuffix(cells[0], ".jwt") {
			continue
		}
		if len(cells) != 4 {
			t.Fatalf("README.md: the row of %s has %d cells: write it with 4, and no | inside a cell", cells[0], len(cells))
		}
		rows = append(rows, row{file: cells[0], alg: cells[1], answer: cells[3]})
	}
	if len(rows) == 0 {
		t.Fatal("README.md: found no row for a .jwt file: each must begin with \"| `NAME.jwt` |\"")
	}
	return rows
}

func read(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatalf("%v: run `sh testdata/tokens/make.sh`, or take the file back from git", err)
	}
	return data
}

func hmacKey(t *testing.T) []byte {
	t.Helper()
	// Editors like to add a newline; it is not part of the key.
	key := bytes.TrimRight(read(t, "hmac-key-for-tests-only.txt"), "\r\n")
	if len(key) < sha256.Size {
		t.Fatalf("the HMAC key has %d bytes: RFC 7518, section 3.2, asks for at least %d; take it back from git", len(key), sha256.Size)
	}
	return key
}

func TestTable(t *testing.T) {
	key, now := hmacKey(t), time.Now()
	hasRow := map[string]bool{}
	for _, row := range readTable(t) {
		if hasRow[row.file] {
			t.Errorf("README.md: %s has two rows: remove one", row.file)
		}
		hasRow[row.file] = true
		t.Run(row.file, func(t *testing.T) {
			raw := string(read(t, row.file))
			parsed, err := parse(raw)
			if parsed.header.Alg != row.alg {
				t.Errorf("the header's alg is %q, the README's table says %q: correct the table, or run make.sh", parsed.header.Alg, row.alg)
			}
			if got := answer(raw, key, now); got != row.answer {
				t.Errorf("the token deserves the answer %q, the README's table says %q (error in its shape: %v): correct the table, or run make.sh", got, row.answer, err)
			}
		})
	}
	for file := range readTokens(t, dir) {
		if !hasRow[file] {
			t.Errorf("%s has no row in README.md: add one, or remove the file", file)
		}
	}
}

// TestSignatures checks who made the signature under each token that is refused
// for something else. An attack must be a real one, which a careless verifier
// accepts: with a garbled signature it would be refused by any verifier.
func TestSignatures(t *testing.T) {
	key := hmacKey(t)
	publicPEM := read(t, "rsa-public-for-tests-only.pem")
	block, _ := pem.Decode(publicPEM)
	if block == nil {
		t.Fatal("rsa-public-for-tests-only.pem is not PEM: take it back from git")
	}
	parsedKey, err := x509.ParsePKIXPublicKey(block.Bytes)
	if err != nil {
		t.Fatalf("rsa-public-for-tests-only.pem: %v: take it back from git", err)
	}
	public, ok := parsedKey.(*rsa.PublicKey)
	if !ok {
		t.Fatalf("rsa-public-for-tests-only.pem holds a %T, not an RSA key: take it back from git", parsedKey)
	}

	empty := func(tok token) bool { return len(tok.signature) == 0 }
	byRSA := func(tok token) bool { return tok.hasRSA(public) }
	byHMAC := func(h func() hash.Hash, key []byte) func(token) bool {
		return func(tok token) bool { return tok.hasHMAC(h, key) }
	}
	sameAs := func(file string) func(token) bool {
		other, err := parse(string(read(t, file)))
		if err != nil {
			t.Fatalf("%s: %v: run make.sh", file, err)
		}
		return func(tok token) bool { return bytes.Equal(tok.signature, other.signature) }
	}
	byOwnJWK := func(tok token) bool {
		n, errN := decode(tok.header.JWK.N)
		e, errE := decode(tok.header.JWK.E)
		if errN != nil || errE != nil {
			return false
		}
		own := &rsa.PublicKey{N: new(big.Int).SetBytes(n), E: int(new(big.Int).SetBytes(e).Int64())}
		// Signed with the server's own key it would be no attack.
		return !own.Equal(public) && tok.hasRSA(own)
	}

	for _, test := range []struct {
		file, want string
		holds      func(token) bool
	}{
		{"none-lower.jwt", "empty", empty},
		{"none-capital.jwt", "empty", empty},
		{"none-upper.jwt", "empty", empty},
		{"none-mixed.jwt", "empty", empty},
		{"signature-stripped.jwt", "empty", empty},
		{"none-with-signature.jwt", "HMAC-SHA256 with the right key", byHMAC(sha256.New, key)},
		{"hs384.jwt", "HMAC-SHA384 with the right key", byHMAC(sha512.New384, key)},
		{"hs512.jwt", "HMAC-SHA512 with the right key", byHMAC(sha512.New, key)},
		{"rs256.jwt", "RSA with the private key", byRSA},
		{"rs256-signature-under-hs256.jwt", "RSA with the private key", byRSA},
		{"rs256-as-hs256.jwt", "HMAC-SHA256 with the RSA public key's file as key", byHMAC(sha256.New, publicPEM)},
		{"embedded-jwk.jwt", "RSA with the attacker's key in its header", byOwnJWK},
		{"tampered.jwt", "the one of valid.jwt", sameAs("valid.jwt")},
		{"expired-and-tampered.jwt", "the one of expired.jwt", sameAs("expired.jwt")},
	} {
		t.Run(test.file, func(t *testing.T) {
			parsed, err := parse(string(read(t, test.file)))
			if err != nil {
				t.Fatalf("%v: run make.sh", err)
			}
			if !test.holds(parsed) {
				t.Errorf("the signature is not what it should be (%s): run make.sh; if that changes nothing, make.sh or a key is wrong", test.want)
			}
		})
	}
}

// TestMake makes all tokens anew in a copy of the folder, without the old ones,
// so that one that make.sh forgets is missed.
func TestMake(t *testing.T) {
	for _, tool := range []string{"sh", "openssl"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("cannot run make.sh without %s: install it to check that make.sh makes the same tokens again", tool)
		}
	}
	want := readTokens(t, dir)

	tmp := t.TempDir()
	if err := os.CopyFS(tmp, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	for file := range want {
		if err := os.Remove(filepath.Join(tmp, file)); err != nil {
			t.Fatal(err)
		}
	}
	// Started from here and not from tmp: make.sh must find its own folder.
	out, err := exec.CommandContext(t.Context(), "sh", filepath.Join(tmp, "make.sh")).CombinedOutput()
	if err != nil {
		t.Fatalf("make.sh: %v\n%s", err, out)
	}

	got := readTokens(t, tmp)
	for file := range want {
		if _, ok := got[file]; !ok {
			t.Errorf("make.sh does not make %s: add it to make.sh, or remove the file", file)
		} else if got[file] != want[file] {
			t.Errorf("make.sh makes another %s: run it and look at `git diff`\nfolder:  %s\nmake.sh: %s", file, want[file], got[file])
		}
	}
	for file := range got {
		if _, ok := want[file]; !ok {
			t.Errorf("make.sh makes %s, which is not in the folder: run it and keep the new file", file)
		}
	}
}

func readTokens(t *testing.T, dir string) map[string]string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, "*.jwt"))
	if err != nil {
		t.Fatal(err)
	}
	tokens := map[string]string{}
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		tokens[filepath.Base(path)] = string(data)
	}
	return tokens
}
