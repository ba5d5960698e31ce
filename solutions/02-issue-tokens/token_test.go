// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

package token_test

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tokenauth.example/token"
	"tokenauth.example/token/forge"
)

const secret = "for-tests-only-not-a-secret-at-all"

func newIssuer(t *testing.T, lifetime time.Duration) *token.Issuer {
	t.Helper()
	return newIssuerWith(t, secret, lifetime)
}

// newIssuerWith hands over a copy of the key, so that no Issuer can change another's.
func newIssuerWith(t *testing.T, key string, lifetime time.Duration) *token.Issuer {
	t.Helper()
	issuer, err := token.NewIssuer([]byte(key), lifetime)
	require.NoError(t, err, "NewIssuer must take a key of %d bytes and a lifetime of %v", len(key), lifetime)
	require.NotNil(t, issuer, "NewIssuer must return an Issuer when it returns no error")
	return issuer
}

func issue(t *testing.T, issuer *token.Issuer, subject string) string {
	t.Helper()
	signed, _, err := issuer.Issue(subject)
	require.NoError(t, err, "Issue must issue a token for an ordinary subject: %q", subject)
	return signed
}

// decode takes a token apart.
func decode(t *testing.T, signed string) (header, claims map[string]any, signature []byte) {
	t.Helper()
	header, claims, signature, err := forge.Decode(signed)
	require.NoError(t, err, "what Issue returns must be a token: three parts of base64url, and the first two are JSON: %q", signed)
	require.Regexp(t, `^[\w.-]+$`, signed, "what Issue returns must be a token and nothing else: a space or a newline does not pass through a header")
	return header, claims, signature
}

// claimsOf returns what the token says. The numbers are json.Number.
func claimsOf(t *testing.T, signed string) map[string]any {
	t.Helper()
	_, claims, _ := decode(t, signed)
	return claims
}

// secondsOf returns a claim that is a time, in seconds since 1970.
func secondsOf(t *testing.T, claims map[string]any, name string) float64 {
	t.Helper()
	number, ok := claims[name].(json.Number)
	require.True(t, ok, "%s must be a JSON number (RFC 7519, section 2), and it is %T: %v", name, claims[name], claims[name])
	seconds, err := number.Float64()
	require.NoError(t, err)
	return seconds
}

// abroad moves this machine to another time zone, for one test.
func abroad(t *testing.T) {
	home := time.Local
	t.Cleanup(func() { time.Local = home })
	time.Local = time.FixedZone("UTC+9", 9*60*60)
}

// printed returns what do writes to the terminal and to the log.
func printed(t *testing.T, do func()) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "printed")
	file, err := os.Create(name)
	require.NoError(t, err)
	defer file.Close()

	stdout, stderr, logged := os.Stdout, os.Stderr, log.Writer()
	defer func() {
		os.Stdout, os.Stderr = stdout, stderr
		log.SetOutput(logged)
	}()
	os.Stdout, os.Stderr = file, file
	log.SetOutput(file) // and slog's, which goes there too
	do()

	text, err := os.ReadFile(name)
	require.NoError(t, err)
	return string(text)
}

// partOf returns eight letters of key that stand in text, as they are or written as
// hex, as base64 or as a list of numbers. It returns "" if there are none.
func partOf(text, key string) string {
	list := fmt.Sprint([]byte(key))
	for _, form := range []string{
		key, hex.EncodeToString([]byte(key)), strings.ToUpper(hex.EncodeToString([]byte(key))),
		base64.RawStdEncoding.EncodeToString([]byte(key)), base64.RawURLEncoding.EncodeToString([]byte(key)), list[1 : len(list)-1],
	} {
		for i := range len(form) - 7 {
			if strings.Contains(text, form[i:i+8]) {
				return form[i : i+8]
			}
		}
	}
	return ""
}

// 1. A key under 32 bytes is refused.
func TestNewIssuer_RefusesAShortKey(t *testing.T) {
	_, err := token.NewIssuer([]byte(secret[:32]), time.Minute)
	require.NoError(t, err, "a key of 32 bytes is long enough")

	for _, short := range [][]byte{nil, {}, []byte("change-me"), []byte(secret[:31])} {
		_, err := token.NewIssuer(short, time.Minute)
		assert.ErrorIs(t, err, token.ErrShortKey,
			"a key of %d bytes must be refused: whoever finds it by trying can sign tokens for everybody (RFC 7518, section 3.2)", len(short))
	}
}

// 1. Neither an error nor the log repeats the key.
func TestNewIssuer_KeepsTheKeyOutOfErrorsAndLogs(t *testing.T) {
	newIssuer(t, time.Minute)

	said := printed(t, func() {
		for _, key := range []string{secret, secret[:31]} {
			for _, lifetime := range []time.Duration{time.Minute, 0} {
				_, err := token.NewIssuer([]byte(key), lifetime)
				fmt.Println(err)
			}
		}
	})
	assert.Empty(t, partOf(said, secret),
		"neither an error nor the log must repeat the key, not even a part of it: whoever reads it can sign tokens for everybody (CWE-532): %s", said)
}

// 1. A lifetime under a second is refused.
func TestNewIssuer_RefusesAShortLifetime(t *testing.T) {
	_, err := token.NewIssuer([]byte(secret), time.Second)
	require.NoError(t, err, "a lifetime of a second is long enough")

	for _, short := range []time.Duration{0, -time.Minute, 30, 999 * time.Millisecond} {
		_, err := token.NewIssuer([]byte(secret), short)
		assert.ErrorIs(t, err, token.ErrShortLifetime,
			"a lifetime of %v must be refused: its tokens would be born dead, and nobody could log in", short)
	}
}

// 2. The token says whose it is.
func TestIssue_NamesTheSubject(t *testing.T) {
	issuer := newIssuer(t, time.Minute)
	for _, subject := range []string{"user-1", "1000000", "007", "9007199254740993", "true", " Ann ", "ann@example.com", "<Zoë> \"Z\" & 王\n", "???", strings.Repeat("a-long-id-", 30)} {
		assert.Equal(t, subject, claimsOf(t, issue(t, issuer, subject))["sub"],
			"sub must be the subject to the letter, and a JSON string: it is how the server finds the user again")
	}
}

// 2. The token says when it was issued.
func TestIssue_SaysWhenItWasIssued(t *testing.T) {
	abroad(t)
	synctest.Test(t, func(t *testing.T) {
		issuer := newIssuer(t, time.Minute)
		time.Sleep(83*time.Minute + 20*time.Second)
		claims := claimsOf(t, issue(t, issuer, "user-1"))

		assert.Equal(t, time.Now().Unix(), int64(secondsOf(t, claims, "iat")),
			"iat must be now, in seconds since 1970: without it, nobody can say which tokens are older than a theft")
	})
}

// 2. The token says when it ends.
func TestIssue_ExpiresAfterTheLifetime(t *testing.T) {
	abroad(t)
	for _, lifetime := range []time.Duration{time.Second, 30 * time.Minute, 400 * 24 * time.Hour} {
		synctest.Test(t, func(t *testing.T) {
			issuer := newIssuer(t, lifetime)
			issue(t, issuer, "user-1")
			time.Sleep(83*time.Minute + 20*time.Second) // not from here, where the server was started and a token was issued
			claims := claimsOf(t, issue(t, issuer, "user-1"))

			assert.Equal(t, time.Now().Add(lifetime).Unix(), int64(secondsOf(t, claims, "exp")),
				"exp must be now plus the lifetime of %v, in seconds since 1970: in any other unit, a stolen token works for ever or never", lifetime)
		})
	}
}

// 2. The token can be used at once.
func TestIssue_IsValidAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		issuer := newIssuer(t, time.Minute)
		time.Sleep(700 * time.Millisecond) // clocks seldom show a whole second
		claims := claimsOf(t, issue(t, issuer, "user-1"))

		now := float64(time.Now().UnixMilli()) / 1000
		for _, name := range []string{"iat", "nbf"} {
			if claims[name] != nil {
				assert.LessOrEqual(t, secondsOf(t, claims, name), now,
					"%s must not lie ahead: the token would be refused until then, so the first requests after a login fail (RFC 7519, section 4.1.5)", name)
			}
		}
	})
}

// 2. The header says HS256.
func TestIssue_SaysHS256(t *testing.T) {
	header, _, _ := decode(t, issue(t, newIssuer(t, time.Minute), "user-1"))

	assert.Equal(t, "HS256", header["alg"],
		"the header must say HS256: it is the one algorithm that the verifier of step 03 takes")
}

// 2. The signature is an HMAC-SHA256 under the key.
func TestIssue_SignsWithTheKey(t *testing.T) {
	keys := []string{
		secret,
		hex.EncodeToString([]byte(secret)),
		base64.StdEncoding.EncodeToString([]byte(secret)),
		"\n\x00\xff " + secret + strings.Repeat(" long", 20) + "\n",
	}
	var issuers []*token.Issuer // all are made before the first is used: they must share nothing
	for _, key := range keys {
		issuers = append(issuers, newIssuerWith(t, key, time.Minute))
	}
	for i, key := range keys {
		signed := issue(t, issuers[i], "user-1")
		_, _, signature := decode(t, signed)

		text := signed[:strings.LastIndex(signed, ".")]
		assert.Equal(t, hex.EncodeToString(forge.MAC(sha256.New, []byte(key), text)), hex.EncodeToString(signature),
			"the signature must be the HMAC-SHA256 of the first two parts under the Issuer's own key, every byte of it as it came: only that shows that we issued it: %q", key)
	}
}

// 2. The caller's key stays as it is.
func TestIssue_LeavesTheCallersKeyAlone(t *testing.T) {
	settings := []byte(secret + "and the next setting behind it")
	issuer, err := token.NewIssuer(settings[:len(secret)], time.Minute)
	require.NoError(t, err, "NewIssuer must take a key of %d bytes", len(secret))
	issue(t, issuer, "user-1")

	assert.Equal(t, secret+"and the next setting behind it", string(settings),
		"the caller's bytes must stay as they are: the same key goes to the verifier, and with another one it refuses every token")
}

// 2. The lifetime is told.
func TestIssue_ReturnsTheLifetime(t *testing.T) {
	lifetimes := []time.Duration{30 * time.Minute, 90 * time.Second, 36 * time.Hour}
	var issuers []*token.Issuer
	for _, lifetime := range lifetimes {
		issuers = append(issuers, newIssuer(t, lifetime))
	}
	for i, want := range lifetimes {
		_, lifetime, err := issuers[i].Issue("user-1")
		require.NoError(t, err, "Issue must issue a token for an ordinary subject")

		assert.Equal(t, want, lifetime,
			"Issue must return the whole lifetime: clients are told it, and log in again when it is over")
	}
}

// 2. The token does not hold the key.
func TestIssue_KeepsTheKeyOutOfTheToken(t *testing.T) {
	signed := issue(t, newIssuer(t, time.Minute), "user-1")
	claimsOf(t, signed)

	for part := range strings.SplitSeq(signed, ".") {
		text, err := base64.RawURLEncoding.DecodeString(part)
		require.NoError(t, err, "every part must be base64url without padding")
		assert.Empty(t, partOf(string(text), secret),
			"the key must not stand in the token, not even a part of it: everybody who has one can read it, it is only base64: %s", text)
	}
}

// 2. Neither an error nor the log repeats the token or the key.
func TestIssue_KeepsTokenAndKeyOutOfErrorsAndLogs(t *testing.T) {
	issuer := newIssuer(t, time.Minute)
	signed := ""
	said := printed(t, func() {
		signed = issue(t, issuer, "user-1")
		_, _, err := issuer.Issue("")
		fmt.Println(err)
	})
	claimsOf(t, signed)

	assert.NotContains(t, said, signed[:strings.LastIndex(signed, ".")],
		"neither an error nor the log must repeat the token: whoever reads it is taken for its subject (CWE-532)")
	assert.Empty(t, partOf(said, secret),
		"neither an error nor the log must repeat the key, not even a part of it: whoever reads it can sign tokens for everybody (CWE-532): %s", said)
}

// 2. One Issuer serves many requests at once.
func TestIssue_KeepsSubjectsApart(t *testing.T) {
	issuer := newIssuer(t, time.Minute)
	issue(t, issuer, "user-1")

	// Many threads and many collections of garbage: the requests meet, on one processor too.
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(8))
	defer debug.SetGCPercent(debug.SetGCPercent(1))

	var issued [8][250]string // by request, and how often it was sent
	start := make(chan struct{})
	var group sync.WaitGroup
	for i := range issued {
		group.Go(func() {
			<-start
			for n := range issued[i] {
				issued[i][n], _, _ = issuer.Issue(fmt.Sprint("user-", i))
			}
		})
	}
	close(start)
	group.Wait()

	for i := range issued {
		for _, signed := range issued[i] {
			require.Equal(t, fmt.Sprint("user-", i), claimsOf(t, signed)["sub"],
				"tokens issued at the same moment must each have their own subject: with shared claims, people get each other's tokens")
		}
	}
}

// 2. The Issuer has a key of its own.
func TestIssue_SignsWithItsOwnCopyOfTheKey(t *testing.T) {
	callers := []byte(secret)
	issuer, err := token.NewIssuer(callers, time.Minute)
	require.NoError(t, err, "NewIssuer must take a key of %d bytes", len(callers))
	isRight := func() bool {
		signed := issue(t, issuer, "user-1")
		_, _, signature := decode(t, signed)
		return string(signature) == string(forge.MAC(sha256.New, []byte(secret), signed[:strings.LastIndex(signed, ".")]))
	}
	require.True(t, isRight(), "first, a token must be signed with the key")

	clear(callers) // as a careful caller does
	assert.True(t, isRight(), "the Issuer must have a copy of the key: its caller cleared the slice, and now tokens are signed with zeros, which anybody can do")
}

// 3. Without a subject there is no token.
func TestIssue_RefusesAnEmptySubject(t *testing.T) {
	issuer := newIssuer(t, time.Minute)
	issue(t, issuer, "user-1")

	signed, _, err := issuer.Issue("")
	assert.ErrorIs(t, err, token.ErrNoSubject, "a token for nobody must not be issued: nothing good can be done with it")
	assert.Empty(t, signed, "with an error there must be no token")
}
