// Given: this file is the same for everybody, and grading uses the original in solutions/.
// "make stubs" writes the copy in steps/.

package main

import (
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// secretKey is for tests only. It looks random, so that no part of it can be in a text by
// chance.
const secretKey = "Kq7Zx-Wv3Jp9_Rt5Yb8-Nm2Hd6_Lf4Gs1z"

// decoys are in the environment of the test program. Nobody is to find them there, for
// loadSettings is given an environment of its own.
var decoys = map[string]string{
	"SECRET_KEY": "decoy-decoy-decoy-decoy-decoy-decoy", "ACCESS_TOKEN_EXPIRE_MINUTES": "777",
	"DATABASE": "decoy.db", "ADDR": "127.0.0.7:777", "BCRYPT_COST": "15",
}

// load calls loadSettings with an environment that has a good key and the variables, each
// "NAME=value".
func load(t *testing.T, variables ...string) (settings, error) {
	t.Helper()
	for name, value := range decoys {
		t.Setenv(name, value)
	}
	values := map[string]string{"SECRET_KEY": secretKey}
	for _, variable := range variables {
		name, value, _ := strings.Cut(variable, "=")
		values[name] = value
	}
	s, err := loadSettings(func(name string) string { return values[name] })
	if err == nil {
		found := string(s.key) == decoys["SECRET_KEY"] || s.lifetime == 777*time.Minute || s.database == decoys["DATABASE"] || s.address == decoys["ADDR"] || s.bcryptCost == 15
		require.False(t, found, "loadSettings must ask getenv, its argument, and not os.Getenv: a test brings an environment of its own, and so may the next program that uses it")
	}
	return s, err
}

// nonsense are texts that are no number from least to most. Some are one after all in a
// program that makes a number narrower before it looks: 268 in a byte is 12.
func nonsense(least, most int) []string {
	texts := []string{
		"soon", "x", "1.5", fmt.Sprint(least) + "m", fmt.Sprint(most) + " or so", "-" + fmt.Sprint(least), "99999999999999999999", "50%d",
		fmt.Sprint(least - 1), fmt.Sprint(most + 1),
	}
	for _, bits := range []uint{8, 16, 32, 63, 64} {
		for _, fits := range []int{least, (least + most) / 2, most} {
			wide := new(big.Int).Lsh(big.NewInt(1), bits)
			if wide.Add(wide, big.NewInt(int64(fits))).Cmp(big.NewInt(int64(most))) > 0 {
				texts = append(texts, wide.String())
			}
		}
	}
	return texts
}

// printable fails the test if a text for people shows that fmt didn't know what to do.
func printable(t *testing.T, text, why string) {
	t.Helper()
	assert.NotContains(t, text, "%!", "%s: %%! is how package fmt says that a verb and its value don't fit, or that an error is nil", why)
}

// 1. Without a key the server does not start.
func TestSettings_NeedAKey(t *testing.T) {
	// The last has fewer than 32 letters, and as many bytes.
	for _, long := range []string{secretKey, secretKey[:32], " " + secretKey + "\n", "Kq7Zx-éüß-Wv3-€€€-Rt5Yb8"} {
		s, err := load(t, "SECRET_KEY="+long)
		require.NoError(t, err, "a key of %d bytes is long enough", len(long))
		require.Equal(t, long, string(s.key), "the key must be the bytes of SECRET_KEY, as they are: other programs that know it must be able to check the tokens")
	}

	for _, short := range []string{"", "Wv3Jp9", secretKey[:16], secretKey[:31]} {
		_, err := load(t, "SECRET_KEY="+short)
		require.Error(t, err, "with a key of %d bytes the server must refuse to start: a default key is known to everybody who can read the code (CVE-2025-30206), and a short one can be guessed", len(short))
		assert.ErrorContains(t, err, "SECRET_KEY", "the refusal must name SECRET_KEY: it's the variable that has to be set")
		assert.ErrorContains(t, err, "rand", "the refusal must print the command that makes a key: openssl rand -hex 32")
		assert.Empty(t, leaked(err.Error(), short), "the refusal must not repeat any part of the key: it may be one letter short of the real one, and it ends up in a log")
		printable(t, err.Error(), "the refusal is for people")
	}
}

// 1. The environment is all that counts.
func TestSettings_ComeFromTheEnvironmentAlone(t *testing.T) {
	_, err := load(t)
	require.NoError(t, err, "a key of %d bytes is long enough", len(secretKey))

	folder := filepath.Join(t.TempDir(), "server")
	require.NoError(t, os.Mkdir(folder, 0o700))
	for _, name := range []string{".env", ".env.local", "../.env"} {
		require.NoError(t, os.WriteFile(filepath.Join(folder, name), []byte("SECRET_KEY="+decoys["SECRET_KEY"]+"\n"), 0o600))
	}
	t.Log("sent: the server is started without SECRET_KEY, in a folder with a file .env that has one")
	p := spawn(t, folder, freeAddress(t), "SECRET_KEY=")
	p.endsWith(t)
	p.ready(t)
	require.False(t, p.runs(), "without SECRET_KEY in its environment the server must refuse to start, whatever files are there: with a key from whatever folder it was started in, a forgotten setting goes unnoticed (CWE-426)")
	assert.NotZero(t, p.cmd.ProcessState.ExitCode(), "a server that did not start must exit with a code other than 0: that's how whatever started it notices")
	assert.Contains(t, p.output.String(), "SECRET_KEY", "the refusal must be printed: somebody has to read that SECRET_KEY is missing")
}

// 2. What is not set has its default.
func TestSettings_HaveDefaults(t *testing.T) {
	s, err := load(t)
	require.NoError(t, err, "SECRET_KEY alone must be enough: everything else has a default")

	assert.Equal(t, 30*time.Minute, s.lifetime, "without ACCESS_TOKEN_EXPIRE_MINUTES a token must live for 30 minutes: a stolen one can be used as long as it lives")
	assert.Equal(t, "tasks.db", s.database, "without DATABASE the file must be tasks.db: another name looks as if everything were lost")
	assert.Equal(t, "127.0.0.1:8000", s.address, "without ADDR only this machine must be served, at 127.0.0.1:8000: with :8000 the whole network is (CWE-1327)")
	assert.Equal(t, 12, s.bcryptCost, "without BCRYPT_COST the cost must be 12: each step down, a thief of the database guesses twice as fast (CWE-916)")
}

// 2. What is set is taken as it is.
func TestSettings_TakeWhatIsSet(t *testing.T) {
	s, err := load(t, "ACCESS_TOKEN_EXPIRE_MINUTES=5", "DATABASE=/data/50% of #3?.db", "ADDR=[::1]:0", "BCRYPT_COST=13")
	require.NoError(t, err, "four good settings must be taken")

	assert.Equal(t, 5*time.Minute, s.lifetime, "with ACCESS_TOKEN_EXPIRE_MINUTES=5 a token must live for five minutes")
	assert.Equal(t, "/data/50% of #3?.db", s.database, "DATABASE is a path, to the letter: any other file than the one that was named looks as if everything were lost")
	assert.Equal(t, "[::1]:0", s.address, "ADDR must be taken as it is: with any other address, somebody is served who shouldn't be, or nobody")
	assert.Equal(t, 13, s.bcryptCost, "with BCRYPT_COST=13 the cost must be 13")
}

// 2. A setting that makes no sense stops the start.
func TestSettings_RefuseNonsense(t *testing.T) {
	for _, test := range []struct {
		name        string
		least, most int
		why         string
	}{
		{"ACCESS_TOKEN_EXPIRE_MINUTES", 1, 1440, "a token that lives for longer than a day is as good as a password to its thief"},
		{"BCRYPT_COST", 10, 16, "below 10 a thief of the database guesses too fast, and above 16 a login takes seconds"},
	} {
		for _, good := range []string{fmt.Sprint(test.least), fmt.Sprint(test.most), ""} {
			_, err := load(t, test.name+"="+good)
			require.NoError(t, err, "%s=%s is a good setting; an empty one has its default", test.name, good)
		}

		refusals := map[string]error{}
		for _, bad := range nonsense(test.least, test.most) {
			_, err := load(t, test.name+"="+bad)
			require.Error(t, err, "with %s=%s the server must refuse to start: %s, and any other value than the one that was set would surprise somebody, months later", test.name, bad, test.why)
			refusals[bad] = err
		}
		for _, bad := range nonsense(test.least, test.most) {
			err := refusals[bad]
			printable(t, err.Error(), "the refusal is for people")
			for _, want := range []string{test.name, fmt.Sprint(test.least), fmt.Sprint(test.most), bad} {
				assert.ErrorContains(t, err, want, "the refusal of %s=%s must name the variable, what it needs (%d to %d), and what it was: somebody has to correct it from this line alone", test.name, bad, test.least, test.most)
			}
		}
	}
}
