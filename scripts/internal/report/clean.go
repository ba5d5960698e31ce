package report

import (
	"reflect"

	"tokenauth.example/scripts/internal/text"
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
		result.SetString(text.Clean(value.String()))
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
				result.Field(i).SetString(text.Line(value.Field(i).String()))
			}
		}
	}
	return result
}
