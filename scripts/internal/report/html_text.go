package report

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"tokenauth.example/scripts/internal/text"
)

// htmlNumber returns a number with two decimals at most.
func htmlNumber(f float64) string {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return "?"
	}
	return strconv.FormatFloat(math.Round(f*100)/100, 'f', -1, 64)
}

// htmlTenths returns a number with one decimal at most.
func htmlTenths(f float64) string { return htmlNumber(math.Round(f*10) / 10) }

func htmlPlural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return strconv.Itoa(n) + " " + what + "s"
}

func htmlSeconds(s float64) string {
	switch {
	case math.IsNaN(s) || s < 0 || s > 1e7:
		return "an unknown time"
	case s < 10:
		return strconv.FormatFloat(s, 'f', 1, 64) + " s"
	case s < 120:
		return strconv.Itoa(int(math.Round(s))) + " s"
	}
	return fmt.Sprintf("%d min %d s", int(s)/60, int(s)%60)
}

// htmlName returns a name that can be seen, whatever it is.
func htmlName(s string) string {
	if s = strings.TrimSpace(htmlLine(s, 60)); s != "" {
		return s
	}
	return "(no name)"
}

// htmlLines returns short texts, and not too many.
func htmlLines(texts []string) []string {
	var lines []string
	for i, s := range texts {
		if i == 40 {
			return append(lines, fmt.Sprintf("and %d more", len(texts)-i))
		}
		if line := htmlSentence(s, 600); line != "" {
			lines = append(lines, line)
		}
	}
	return lines
}

// htmlSentence is htmlText on one line, wherever its lines ended.
func htmlSentence(s string, limit int) string {
	return htmlText(strings.Join(strings.Fields(s), " "), limit)
}

// htmlLine is htmlText on one line, and shows where its lines ended.
func htmlLine(s string, limit int) string {
	return strings.NewReplacer("\n", `\n`, "\t", `\t`).Replace(htmlText(s, limit))
}

// htmlText returns no more than limit of a text's bytes, head and tail, and shows what would
// be hidden. The template escapes the rest.
func htmlText(s string, limit int) string {
	if limit == 0 {
		return ""
	}
	if len(s) <= limit {
		return text.Visible(s)
	}
	head, tail := limit*2/3, len(s)-limit/3
	for range utf8.UTFMax - 1 { // no letter is cut in two
		if head > 0 && !utf8.RuneStart(s[head]) {
			head--
		}
		if tail < len(s) && !utf8.RuneStart(s[tail]) {
			tail++
		}
	}
	gap := " … "
	if limit > 100 {
		gap = fmt.Sprintf(" [… %d bytes left out …] ", tail-head)
	}
	return text.Visible(s[:head]) + gap + text.Visible(s[tail:])
}
