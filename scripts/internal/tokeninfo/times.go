package tokeninfo

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"time"
)

// timeClaims are the claims that are times (RFC 7519, section 4.1).
var timeClaims = []string{"exp", "nbf", "iat", "auth_time"}

// fields returns what is in an object, by name, and what its times mean if it may have any.
func fields(object map[string]any, now time.Time, times bool) []Field {
	var list []Field
	for _, name := range slices.Sorted(maps.Keys(object)) {
		value, err := json.Marshal(object[name])
		if err != nil {
			value = fmt.Append(nil, object[name])
		}
		field := Field{Name: name, Value: string(value)}
		if at, ok := instant(object[name]); ok && times && slices.Contains(timeClaims, name) {
			field.Means = fmt.Sprintf("%s, %s", at.UTC().Format("2006-01-02 15:04:05 UTC"), distance(at, now))
		}
		list = append(list, field)
	}
	return list
}

// instant returns the time of a NumericDate, which is seconds since 1970, perhaps with a
// fraction (RFC 7519, section 2).
func instant(value any) (time.Time, bool) {
	number, ok := value.(json.Number)
	if !ok {
		return time.Time{}, false
	}
	seconds, ok := new(big.Float).SetString(number.String())
	if !ok || seconds.Cmp(big.NewFloat(-1e15)) < 0 || seconds.Cmp(big.NewFloat(1e15)) > 0 {
		return time.Time{}, false
	}
	whole, _ := seconds.Int64()
	return time.Unix(whole, 0), true
}

// distance returns how far a time is from now: "in 29 minutes", "3 days ago".
func distance(at, now time.Time) string {
	d := at.Sub(now).Abs()
	text := ""
	for _, unit := range []struct {
		name string
		size time.Duration
	}{{"year", 365 * 24 * time.Hour}, {"day", 24 * time.Hour}, {"hour", time.Hour}, {"minute", time.Minute}, {"second", time.Second}} {
		if n := int64(d / unit.size); n > 0 {
			text = fmt.Sprintf("%d %s", n, unit.name)
			if n > 1 {
				text += "s"
			}
			break
		}
	}
	switch {
	case text == "":
		return "now"
	case d == 1<<63-1: // Sub goes no further
		return "hundreds of years away"
	case at.After(now):
		return "in " + text
	}
	return text + " ago"
}
