package contract

import (
	"bytes"
	"encoding/json"
	"io"
	"mime"
	"net/http"
	"strings"
)

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   []byte
	raw    string // as it came, cut after a while
	to     request
}

// json returns the body as a JSON object, or nil.
func (a answer) json() map[string]any {
	var object map[string]any
	if decoder := a.decoder(); decoder.Decode(&object) != nil || decoder.Decode(new(any)) != io.EOF {
		return nil
	}
	return object
}

// list returns the body as a list of JSON objects. ok is false if it is anything else,
// and for null.
func (a answer) list() (list []map[string]any, ok bool) {
	if decoder := a.decoder(); decoder.Decode(&list) != nil || decoder.Decode(new(any)) != io.EOF {
		return nil, false
	}
	return list, list != nil
}

func (a answer) decoder() *json.Decoder {
	decoder := json.NewDecoder(bytes.NewReader(a.body))
	decoder.UseNumber() // an id may be a number, and a long one
	return decoder
}

// text returns a field that is a text, or "".
func (a answer) text(field string) string {
	text, _ := a.json()[field].(string)
	return text
}

// id returns the field id as text, whether it is a text or a number, or "".
func (a answer) id() string { return idOf(a.json()) }

func idOf(object map[string]any) string {
	switch id := object["id"].(type) {
	case string:
		return id
	case json.Number:
		return id.String()
	}
	return ""
}

// isJSON reports whether the media type is JSON's, whatever its parameters.
func (a answer) isJSON() bool { return a.mediaType() == "application/json" }

func (a answer) mediaType() string {
	mediaType, _, _ := mime.ParseMediaType(a.header.Get("Content-Type"))
	return mediaType
}

// challenge returns the parameters of the Bearer challenge in WWW-Authenticate, by
// lower-case name. ok is false if there is none (RFC 9110, section 11.6.1).
func (a answer) challenge() (parameters map[string]string, ok bool) {
	for _, line := range a.header.Values("WWW-Authenticate") {
		rest := line
		for rest != "" {
			// A scheme, and then name=value pairs, up to a comma before the next scheme.
			rest = strings.TrimLeft(rest, " ,\t")
			end := strings.IndexAny(rest, " ,=")
			word := rest
			if end >= 0 {
				word = rest[:end]
			}
			if end >= 0 && rest[end] == '=' { // a parameter of the scheme before
				value, after := parameterValue(rest[end+1:])
				if parameters != nil {
					parameters[strings.ToLower(word)] = value
				}
				rest = after
				continue
			}
			if parameters != nil {
				return parameters, true
			}
			if strings.EqualFold(word, "Bearer") {
				parameters = map[string]string{}
			}
			rest = rest[len(word):]
		}
		if parameters != nil {
			return parameters, true
		}
	}
	return nil, false
}

// parameterValue splits the value of a parameter, quoted or not, from what follows.
func parameterValue(text string) (value, after string) {
	if !strings.HasPrefix(text, `"`) {
		end := strings.IndexAny(text, ", \t")
		if end < 0 {
			return text, ""
		}
		return text[:end], text[end:]
	}
	for i := 1; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '"':
			return strings.ReplaceAll(text[1:i], `\`, ""), text[i+1:]
		}
	}
	return text[1:], ""
}
