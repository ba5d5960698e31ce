// Package dotenv reads a .env file: a NAME=value in each line. It says what is wrong with a
// line by its number and never quotes it, because there may be a key in it.
package dotenv

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"regexp"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// Variable is a line of the file.
type Variable struct {
	Name, Value string
	Line        int // from 1
}

// LineError is that a line is not NAME=value.
type LineError struct {
	Line int // from 1
	Says string
}

func (e *LineError) Error() string { return fmt.Sprintf("line %d: %s", e.Line, e.Says) }

// Read reads a file. Empty lines and those that begin with # are left out, "export " before a
// name is too, and so are quotes around a value; nothing else in a value is special, so a $
// is a $. The file may be UTF-8, with or without a byte order mark, or UTF-16 with one, as
// editors on Windows write it. The error is a LineError if a line is wrong.
func Read(file string) ([]Variable, error) {
	content, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	content, err = decoded(content)
	if err != nil {
		return nil, err
	}
	var variables []Variable
	number := 0
	for line := range strings.Lines(string(content)) {
		number++
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		v, says := parse(line)
		if says != "" {
			return nil, &LineError{number, says}
		}
		v.Line = number
		variables = append(variables, v)
	}
	return variables, nil
}

var goodName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// parse reads one line, or says what is wrong with it.
func parse(line string) (v Variable, wrong string) {
	name, value, ok := strings.Cut(strings.TrimPrefix(line, "export "), "=")
	if !ok {
		return v, "there is no = in it. A line is NAME=value"
	}
	name, value = strings.TrimSpace(name), strings.TrimSpace(value)
	if !goodName.MatchString(name) {
		return v, "what is before the = is not the name of a variable: letters, digits and _"
	}
	if quote := strings.IndexAny(value, `"'`); quote == 0 {
		if len(value) < 2 || value[len(value)-1] != value[0] {
			return v, "the value begins with a quote, and does not end with one"
		}
		value = value[1 : len(value)-1]
	}
	if strings.ContainsRune(value, 0) {
		return v, "there is a NUL byte in the value"
	}
	return Variable{Name: name, Value: value}, ""
}

// decoded returns the content as UTF-8, without a byte order mark.
func decoded(content []byte) ([]byte, error) {
	var order binary.ByteOrder
	switch {
	case bytes.HasPrefix(content, []byte{0xFF, 0xFE}):
		order = binary.LittleEndian
	case bytes.HasPrefix(content, []byte{0xFE, 0xFF}):
		order = binary.BigEndian
	default:
		content = bytes.TrimPrefix(content, []byte("\uFEFF"))
		if !utf8.Valid(content) {
			return nil, fmt.Errorf("it is neither UTF-8 nor UTF-16: save it as UTF-8")
		}
		return content, nil
	}
	var units []uint16
	for i := 2; i+1 < len(content); i += 2 {
		units = append(units, order.Uint16(content[i:]))
	}
	return []byte(string(utf16.Decode(units))), nil
}
