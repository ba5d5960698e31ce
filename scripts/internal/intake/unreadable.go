package intake

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// unreadable is an error that says why a submission cannot be read, by nobody's choice: it
// has no grade.
type unreadable string

func (u unreadable) Error() string { return string(u) }

// kinds are what people hand in that is not read, by its first bytes.
var kinds = []struct{ begin, name string }{
	{"7z\xbc\xaf", "a 7-Zip archive"},
	{"Rar!", "a RAR archive"},
	{"\xfd7zX", "compressed with xz"},
	{"BZh", "compressed with bzip2"},
	{"\x28\xb5\x2f\xfd", "compressed with Zstandard"},
	{"PK\x03\x04", "a zip archive"},
	{"PK\x05\x06", "a zip archive"},
	{"\x1f\x8b", "compressed with gzip"},
	{"%PDF", "a PDF"},
	{"MZ", "a program for Windows"},
}

// endings say the same of a file by its name.
var endings = map[string]string{
	".7z": "a 7-Zip archive", ".rar": "a RAR archive", ".xz": "compressed with xz", ".txz": "compressed with xz",
	".bz2": "compressed with bzip2", ".tbz": "compressed with bzip2", ".tbz2": "compressed with bzip2",
	".zst": "compressed with Zstandard", ".gz": "compressed with gzip", ".exe": "a program for Windows",
}

// notRead is the error of a file that is no archive of a kind that is read. It says what the
// file is, as far as that is known: its first bytes count for more than its name.
func notRead(source string) error {
	is := endings[strings.ToLower(filepath.Ext(source))]
	head := firstBytes(source)
	for _, kind := range kinds {
		if bytes.HasPrefix(head, []byte(kind.begin)) {
			is = kind.name
		}
	}
	if is == "" {
		return unreadable("it is no archive that can be read: make a .zip, .tar or .tar.gz")
	}
	return unreadable(fmt.Sprintf("it is %s, which is not read: make a .zip, .tar or .tar.gz", is))
}

// broken is the error of a file whose name is that of an archive that is read, and that does
// not read.
func broken(source, name string) error {
	head := firstBytes(source)
	for _, kind := range kinds {
		if bytes.HasPrefix(head, []byte(kind.begin)) && kind.name != name {
			return unreadable(fmt.Sprintf("it is %s with the name of another: make a .zip, .tar or .tar.gz", kind.name))
		}
	}
	return unreadable("it is no " + strings.TrimPrefix(name, "a ") + ", or a broken one")
}

func firstBytes(source string) []byte {
	file, err := os.Open(source)
	if err != nil {
		return nil
	}
	defer file.Close()
	head := make([]byte, 8)
	n, _ := io.ReadFull(file, head)
	return head[:n]
}
