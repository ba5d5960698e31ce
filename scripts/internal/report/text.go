package report

import (
	"fmt"
	"reflect"
	"strings"
	"unicode"
	"unicode/utf8"
)

// cleaned returns a copy in which every string is clean and no list is nil. A field
// called Name is a line.
func cleaned[T any](value T) T {
	original := reflect.ValueOf(&value).Elem()
	result := reflect.New(original.Type()).Elem()
	result.Set(cleanedValue(original))
	return result.Interface().(T)
}

func cleanedValue(value reflect.Value) reflect.Value {
	result := reflect.New(value.Type()).Elem()
	result.Set(value)
	switch value.Kind() {
	case reflect.String:
		result.SetString(clean(value.String()))
	case reflect.Slice:
		result.Set(reflect.MakeSlice(value.Type(), value.Len(), value.Len()))
		for i := range value.Len() {
			result.Index(i).Set(cleanedValue(value.Index(i)))
		}
	case reflect.Struct:
		for i := range value.NumField() {
			field := value.Type().Field(i)
			if !field.IsExported() {
				continue // time.Time's
			}
			result.Field(i).Set(cleanedValue(value.Field(i)))
			if field.Name == "Name" {
				result.Field(i).SetString(strings.NewReplacer("\n", ".", "\t", ".").Replace(result.Field(i).String()))
			}
		}
	}
	return result
}

// clean makes any bytes a text that every format may hold, XML 1.0 among them.
func clean(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case unicode.IsControl(r):
			return '.'
		case r == 0xFFFE || r == 0xFFFF: // the others that XML has not
			return utf8.RuneError
		}
		return r // RuneError for what is no UTF-8
	}, strings.ReplaceAll(text, "\r\n", "\n"))
}

// shorten returns a clean text's head and tail, no more than most bytes in all, and says
// how much is missing between them.
func shorten(text string, most int) string {
	if len(text) <= most {
		return text
	}
	room := most - len(leftOut(len(text)))
	head, tail := max(room/2, 0), len(text)-max(room/2, 0)
	for !utf8.RuneStart(text[head]) {
		head--
	}
	for tail < len(text) && !utf8.RuneStart(text[tail]) {
		tail++
	}
	mark := leftOut(tail - head)
	if head+len(mark)+len(text)-tail > most {
		return "" // no room for the mark
	}
	return text[:head] + mark + text[tail:]
}

func leftOut(bytes int) string { return fmt.Sprintf("\n[... %d bytes left out ...]\n", bytes) }
