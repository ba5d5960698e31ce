package intake_test

import (
	"archive/tar"
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"tokenauth.example/scripts/internal/intake"
	"tokenauth.example/scripts/internal/steps"
)

// reader reads submissions of a workshop with a step 01-one, whose one.go is the learner's,
// and whose one_test.go is not.
func reader(t *testing.T) *intake.Reader {
	t.Helper()
	root := t.TempDir()
	write(t, root, "solutions/01-one/one.go", "package one\n\n//workshop:todo 1 do it.\n//workshop:stub return 0\nfunc One() int {\n\treturn 1\n}\n")
	write(t, root, "solutions/01-one/one_test.go", "package one_test\n")
	write(t, root, "steps/01-one/README.md", "# One\n")
	workshop, err := steps.Open(root)
	if err != nil {
		t.Fatal(err)
	}
	list, err := workshop.Steps()
	if err != nil {
		t.Fatal(err)
	}
	r, err := intake.NewReader(list)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func write(t *testing.T, root, name, text string) {
	t.Helper()
	file := filepath.Join(root, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// taken are the files that were taken, with their first words.
func taken(s *intake.Submission) string {
	var lines []string
	for step, files := range s.Files {
		for name, text := range files {
			lines = append(lines, fmt.Sprintf("%s/%s=%s", step, name, text))
		}
	}
	for step, files := range s.Refused {
		for name, why := range files {
			lines = append(lines, fmt.Sprintf("%s/%s refused: %s", step, name, why))
		}
	}
	for step, files := range s.Differs {
		lines = append(lines, fmt.Sprintf("%s differs: %s", step, files))
	}
	if s.Problem != "" {
		lines = append(lines, s.Problem)
	}
	slices.Sort(lines)
	return strings.Join(lines, "; ")
}

// The ways in which people hand in the same, as a folder and as an archive. The entries of
// an archive may come in any order.
func TestRead_Layouts(t *testing.T) {
	r := reader(t)
	const tooMany = "it has two that differ, and which one counts?"
	for _, test := range []struct {
		name  string
		files []string // NAME=TEXT
		want  string
	}{
		{"a clone", []string{"steps/01-one/one.go=mine", "solutions/01-one/one.go=theirs", "README.md=x", "scripts/01-one/one.go=theirs"}, "01-one/one.go=mine"},
		{"a clone in folders", []string{"a/b c/steps/01-one/one.go=mine"}, "01-one/one.go=mine"},
		{"the steps alone", []string{"01-one/one.go=mine"}, "01-one/one.go=mine"},
		{"what systems add", []string{"steps/01-one/one.go=mine", "__MACOSX/steps/01-one/._one.go=x", "steps/01-one/._one.go=x", "steps/01-one/.DS_Store=x", ".git/01-one/one.go=x"}, "01-one/one.go=mine"},
		{"a deeper copy", []string{"old/steps/01-one/one.go=old", "steps/01-one/one.go=mine", "a/b/c/01-one/one.go=older"}, "01-one/one.go=mine"},
		{"a copy beside steps/", []string{"backup/01-one/one.go=old", "steps/01-one/one.go=mine"}, "01-one/one.go=mine"},
		{"the same twice", []string{"a/steps/01-one/one.go=mine", "b/steps/01-one/one.go=mine"}, "01-one/one.go=mine"},
		{"two learners", []string{"a/steps/01-one/one.go=mine", "b/steps/01-one/one.go=hers"}, tooMany},
		{"two learners, and a better place", []string{"a/steps/01-one/one.go=mine", "b/steps/01-one/one.go=hers", "steps/01-one/one.go=ours"}, "01-one/one.go=ours"},
		{"more files", []string{"01-one/one.go=mine", "01-one/Two-3_4.go=too", "01-one/two_test.go=x", "01-one/sub/three.go=x", "01-one/notes.md=x"}, "01-one/Two-3_4.go=too; 01-one/one.go=mine"},
		{"bad names", []string{"01-one/o ne.go=x", "01-one/ONE.go=x", "01-one/ö.go=x"},
			"01-one/ONE.go refused: its name is one.go but for capital letters: rename it; 01-one/o ne.go refused: its name: rename it, with nothing but letters, digits, - and _; " +
				"01-one/ö.go refused: its name: rename it, with nothing but letters, digits, - and _"},
		{"names that Go does not compile", []string{"01-one/one.go=mine", "01-one/_x.go=x", "01-one/.x.go=x", "01-one/X_TEST.go=x"}, "01-one/one.go=mine"},
		{"an edited test", []string{"01-one/one.go=mine", "01-one/one_test.go=package x"}, "01-one differs: [one_test.go]; 01-one/one.go=mine"},
		{"a test with CRLF", []string{"01-one/one.go=mine", "01-one/one_test.go=package one_test\r\n"}, "01-one/one.go=mine"},
		{"an empty file", []string{"01-one/one.go="}, "01-one/one.go="},
		{"a large file", []string{"01-one/one.go=" + strings.Repeat("x", 1<<20+1)}, "01-one/one.go refused: it has 1048577 bytes, and 1048576 is the most"},
		{"a name like a step's", []string{"01-one.old/one.go=x", "01-One/one.go=x", "x01-one/one.go=x"}, ""},
		{"nothing", []string{"README.md=x"}, ""},
	} {
		for _, reversed := range []bool{false, true} {
			files := slices.Clone(test.files)
			if reversed {
				slices.Reverse(files)
			}
			var archive bytes.Buffer
			writer := tar.NewWriter(&archive)
			folder := t.TempDir()
			for _, file := range files {
				name, text, _ := strings.Cut(file, "=")
				write(t, folder, name, text)
				if err := writer.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: int64(len(text))}); err != nil {
					t.Fatal(err)
				}
				fmt.Fprint(writer, text)
			}
			writer.Close()
			write(t, folder+"-archive", "eve.tar", archive.String())
			for _, source := range []string{folder, filepath.Join(folder+"-archive", "eve.tar")} {
				got := taken(r.Read(source))
				if test.want == tooMany && strings.HasPrefix(got, tooMany) {
					continue
				}
				if got != test.want {
					t.Errorf("%s, %s: %.300q, not %q", test.name, filepath.Base(source), got, test.want)
				}
			}
		}
	}
}

// A submission may be the folder of one step.
func TestRead_OneStep(t *testing.T) {
	r := reader(t)
	folder := filepath.Join(t.TempDir(), "01-one")
	write(t, folder, "one.go", "mine")
	if got := taken(r.Read(folder)); got != "01-one/one.go=mine" {
		t.Errorf("got %q", got)
	}
}

// What cannot be read is named as what it is, and told from what is refused.
func TestRead_Unreadable(t *testing.T) {
	r := reader(t)
	for _, test := range []struct{ name, text, want string }{
		{"a.7z", "7z\xbc\xaf'\x1c", "it is a 7-Zip archive, which is not read"},
		{"a.rar", "Rar!\x1a\x07\x00", "it is a RAR archive, which is not read"},
		{"a.tar.xz", "\xfd7zXZ\x00", "it is compressed with xz, which is not read"},
		{"a.tar.bz2", "BZh9", "it is compressed with bzip2, which is not read"},
		{"a.rar", "of nobody knows what", "it is a RAR archive, which is not read"},
		{"a.rar", "7z\xbc\xaf'\x1c", "it is a 7-Zip archive, which is not read"},
		{"a.exe", "MZ\x90", "it is a program for Windows, which is not read"},
		{"a.txt", "hello", "it is no archive that can be read"},
		{"a.zip", "", "it is empty: it has 0 bytes"},
		{"a.7z", "", "it is empty: it has 0 bytes"},
		{"a.zip", "hello", "it is no zip archive, or a broken one"},
		{"a.zip", "PK\x03\x04", "it is no zip archive, or a broken one"},
		{"a.zip", "Rar!\x1a\x07\x00", "it is a RAR archive with the name of another"},
		{"a.tgz", "PK\x03\x04", "it is a zip archive with the name of another"},
		{"a.tar", "hello", "it is no tar archive, or a broken one"},
	} {
		folder := t.TempDir()
		write(t, folder, test.name, test.text)
		s := r.Read(filepath.Join(folder, test.name))
		if !s.Unreadable || !strings.HasPrefix(s.Problem, test.want) || strings.TrimSuffix(s.Name, ".txt") != "a" {
			t.Errorf("%s: %s: %v, %q, not %q", s.Name, test.name, s.Unreadable, s.Problem, test.want)
		}
	}
	var archive bytes.Buffer
	writer := tar.NewWriter(&archive)
	if err := writer.WriteHeader(&tar.Header{Name: "../01-one/one.go", Mode: 0o644}); err != nil {
		t.Fatal(err)
	}
	writer.Close()
	folder := t.TempDir()
	write(t, folder, "a.tar", archive.String())
	if s := r.Read(filepath.Join(folder, "a.tar")); s.Unreadable || s.Problem == "" {
		t.Errorf("what leads out is refused, and not unreadable: %v, %q", s.Unreadable, s.Problem)
	}
}

// What stands in a class is one submission each, whether it can be read or not.
func TestFind(t *testing.T) {
	r := reader(t)
	class := t.TempDir()
	for _, name := range []string{"ann/steps/01-one/one.go", "bob.zip", "cho.TAR.GZ", "dan.rar", "eve.7z", "notes.txt", "grades.csv", ".git/HEAD", "__MACOSX/ann/x", "Thumbs.db"} {
		write(t, class, name, "x")
	}
	want := []string{"ann", "bob.zip", "cho.TAR.GZ", "dan.rar", "eve.7z"}
	if runtime.GOOS != "windows" {
		if err := os.Symlink("ann", filepath.Join(class, "fay")); err != nil {
			t.Fatal(err)
		}
		want = append(want, "fay")
	}
	paths, err := r.Find(class)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, path := range paths {
		names = append(names, filepath.Base(path))
	}
	if !slices.Equal(names, want) {
		t.Errorf("found %q, not %q", names, want)
	}
	for _, alone := range []string{"ann", "ann/steps", "ann/steps/01-one", "bob.zip"} {
		path := filepath.Join(class, filepath.FromSlash(alone))
		if paths, err := r.Find(path); err != nil || !slices.Equal(paths, []string{path}) {
			t.Errorf("%s is found as %q, %v", alone, paths, err)
		}
	}
}

// A file of a submission that is not needed is not read, however large it is, and of those
// that are, no more than a file may have.
func TestRead_LoadsNoMoreThanItMay(t *testing.T) {
	r := reader(t)
	folder := t.TempDir()
	write(t, folder, "01-one/one.go", "mine")
	for _, name := range []string{"01-one/two.go", "01-one/video.mp4", "one.go"} {
		write(t, folder, name, "")
		if err := os.Truncate(filepath.Join(folder, filepath.FromSlash(name)), 1<<40); err != nil {
			t.Skip("no such large files here: ", err)
		}
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	got := taken(r.Read(folder))
	runtime.ReadMemStats(&after)
	if want := "01-one/one.go=mine; 01-one/two.go refused: it has 1099511627776 bytes, and 1048576 is the most"; got != want {
		t.Errorf("got %q", got)
	}
	if grown := after.TotalAlloc - before.TotalAlloc; grown > 1<<20 {
		t.Errorf("%d bytes were needed", grown)
	}
}
