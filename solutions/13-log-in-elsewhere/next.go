package elsewhere

import (
	"net/url"
	"strings"
)

// pathHere returns next if it leads to a page of ours, as "/tasks?done=1" does, and "/" if
// it doesn't: another host, or anything that a browser might take for one. Browsers take
// \ for /, and leave tabs and line ends out (https://url.spec.whatwg.org).
//
//workshop:todo 4 send nobody to another site.
//workshop:stub return ""
func pathHere(next string) string {
	unclear := func(r rune) bool { return r == '\\' || r < ' ' || r == 0x7f }
	address, err := url.Parse(next)
	if err != nil || address.IsAbs() || address.Host != "" || strings.ContainsFunc(next, unclear) ||
		!strings.HasPrefix(next, "/") || strings.HasPrefix(next, "//") {
		return "/"
	}
	return next
}
