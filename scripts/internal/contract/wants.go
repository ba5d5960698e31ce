package contract

import (
	"fmt"
	"slices"
	"strings"
)

// check is something that an answer must be.
type check struct {
	wants string
	// wrong says what the answer is in place of that, or "".
	wrong func(answer) string
	track int // the track whose server must be like that; 0 is either
}

// want is all that an answer must be.
type want []check

func (w want) String() string {
	var words []string
	for _, c := range w {
		words = append(words, c.wants)
	}
	return strings.Join(words, ", ")
}

func wants(parts ...want) want { return slices.Concat(parts...) }

// in is what one track's server alone must do.
func in(track int, w want) want {
	w = slices.Clone(w)
	for i := range w {
		w[i].track = track
	}
	return w
}

// of returns what a track's server must do.
func (w want) of(track int) want {
	return slices.DeleteFunc(slices.Clone(w), func(c check) bool { return c.track != 0 && c.track != track })
}

// that is a check of one's own.
func that(wants string, wrong func(answer) string) want { return want{{wants: wants, wrong: wrong}} }

// ok is for what must be taken, and okOrNot for what the standards leave to the server.
var (
	ok      = status(200)
	okOrNot = wants(status(200, 401), calm)
)

func status(statuses ...int) want {
	var words []string
	for _, s := range statuses {
		words = append(words, fmt.Sprint(s))
	}
	return that("status "+strings.Join(words, " or "), func(a answer) string {
		if slices.Contains(statuses, a.status) {
			return ""
		}
		return fmt.Sprintf("status %d", a.status)
	})
}

// isProblem is the form that every error has.
var isProblem = that(`application/json with {"error", "detail"}`, func(a answer) string {
	switch {
	case !a.isJSON():
		return fmt.Sprintf("Content-Type %q", a.header.Get("Content-Type"))
	case a.json() == nil:
		return "no JSON object, or more than one"
	case a.text("error") == "":
		return `no text in "error"`
	case a.text("detail") == "":
		return `no text in "detail"`
	}
	return ""
})

// problem is an error of the contract: one code, and one of the statuses.
func problem(code string, statuses ...int) want {
	return wants(status(statuses...), isProblem, that(`"error" is "`+code+`"`, func(a answer) string {
		if got := a.text("error"); got != code {
			return fmt.Sprintf("%q", got)
		}
		return ""
	}))
}

// invalid is the error about a request that is not what it should be.
func invalid(statuses ...int) want { return problem("invalid_request", statuses...) }

func detail(text string) want {
	return that(`"detail" is "`+text+`"`, func(a answer) string {
		if got := a.text("detail"); got != text {
			return fmt.Sprintf("%q", got)
		}
		return ""
	})
}

// bearer is a Bearer challenge, whatever else is in the header.
var bearer = that("WWW-Authenticate: Bearer", func(a answer) string {
	if _, ok := a.challenge(); !ok {
		return fmt.Sprintf("WWW-Authenticate: %q", a.header.Values("WWW-Authenticate"))
	}
	return ""
})

// noToken is the answer to who has shown no token.
var noToken = wants(problem("not_authenticated", 401), bearer, that("no error in WWW-Authenticate", func(a answer) string {
	if parameters, _ := a.challenge(); parameters["error"] != "" {
		return fmt.Sprintf("WWW-Authenticate: %s", a.header.Get("WWW-Authenticate"))
	}
	return ""
}))

// badToken is the answer to who has shown a token that is no good.
var badToken = wants(problem("invalid_token", 401), bearer, that(`WWW-Authenticate: Bearer error="invalid_token"`, func(a answer) string {
	if parameters, _ := a.challenge(); parameters["error"] != "invalid_token" {
		return fmt.Sprintf("WWW-Authenticate: %s", a.header.Get("WWW-Authenticate"))
	}
	return ""
}))

// either is one of the two, where what was sent may be taken for a token or for none.
var either = wants(status(401), that("not_authenticated or invalid_token, with the header that goes with it", func(a answer) string {
	of := badToken
	if a.text("error") == "not_authenticated" {
		of = noToken
	}
	for _, c := range of {
		if got := c.wrong(a); got != "" {
			return got
		}
	}
	return ""
}))

// badLogin is the answer to a wrong password, and to what must look like one. The first server
// answers as its tutorial does, the second as RFC 6749, section 5.2, wants it.
var badLogin = wants(in(1, wants(problem("invalid_grant", 401), bearer)), in(2, problem("invalid_grant", 400)))

// calm is any answer that does not say that the server broke. It may say that it does not
// know a method, an encoding (501) or a version of HTTP (505).
var calm = that("any status below 500", func(a answer) string {
	if a.status >= 500 && a.status != 501 && a.status != 505 {
		return fmt.Sprintf("status %d", a.status)
	}
	return ""
})

// field is a field of the object in the answer.
func field(name, value string) want {
	return that(fmt.Sprintf("%q is %q", name, value), func(a answer) string {
		if got := a.json()[name]; got != value {
			return fmt.Sprintf("%v", got)
		}
		return ""
	})
}

// header is a header of the answer that has a token in it, as Cache-Control has.
func header(name, value string) want {
	return that(name+": "+value, func(a answer) string {
		for part := range strings.SplitSeq(strings.Join(a.header.Values(name), ","), ",") {
			if strings.EqualFold(strings.TrimSpace(part), value) {
				return ""
			}
		}
		return fmt.Sprintf("%s: %q", name, a.header.Values(name))
	})
}

var inJSON = that("application/json", func(a answer) string {
	if !a.isJSON() {
		return fmt.Sprintf("Content-Type %q", a.header.Get("Content-Type"))
	}
	if a.json() == nil {
		if _, ok := a.list(); !ok {
			return "a body that is neither a JSON object nor a list of them"
		}
	}
	return ""
})

// lacks is that some text is nowhere in the answer.
func lacks(wants, text string) want {
	return that(wants, func(a answer) string {
		if strings.Contains(a.raw, text) {
			return "an answer with " + readable(text) + " in it"
		}
		return ""
	})
}
