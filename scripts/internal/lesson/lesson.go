// Package lesson reads what is written for learners: a step's README.md and HINTS.md, and the
// blocks of other pages.
package lesson

import (
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

// Lesson is a README.md.
type Lesson struct {
	Title   string // after the first #
	Minutes string // how long it takes, with two ends: "25–40"
	Words   int    // without code and pictures
	Before  int    // the words of all that is read before the first check, code and pictures too
	Tasks   []int  // the numbers of its tasks, in order
	// Commands are the blocks that show a command and what it prints: ```console
	Commands []Command
	Built    string // what the learner has built, in a paragraph
	Text     string
}

// Command is a command in a lesson and what it prints.
type Command struct {
	Line   string // after "$ "
	Output string
	Before bool // it comes before the first check, and so before what the step builds is there
}

var (
	minutes = regexp.MustCompile(`(?m)^([0-9]+(?:–[0-9]+)?) minutes`)
	task    = regexp.MustCompile(`(?m)^([0-9]+)\. `)
	fenced  = regexp.MustCompile("(?ms)^```([a-z]*)\n(.*?)^```$")
	word    = regexp.MustCompile(`[\pL\pN]`)
)

// Read reads the README.md in dir.
func Read(dir string) (Lesson, error) {
	raw, err := os.ReadFile(filepath.Join(dir, "README.md"))
	if err != nil {
		return Lesson{}, err
	}
	lesson := Lesson{Text: strings.ReplaceAll(string(raw), "\r\n", "\n")}
	before, _, _ := strings.Cut(lesson.Text, "\n## Check yourself\n")
	lesson.Before = len(strings.Fields(before))
	for _, match := range fenced.FindAllStringSubmatchIndex(lesson.Text, -1) {
		if lesson.Text[match[2]:match[3]] != "console" {
			continue
		}
		for _, command := range Commands(lesson.Text[match[4]:match[5]]) {
			command.Before = match[0] < len(before)
			lesson.Commands = append(lesson.Commands, command)
		}
	}
	prose := fenced.ReplaceAllString(lesson.Text, "")
	first, _, _ := strings.Cut(prose, "\n")
	lesson.Title = strings.TrimPrefix(first, "# ")
	if match := minutes.FindStringSubmatch(prose); match != nil {
		lesson.Minutes = match[1]
	}
	for field := range strings.FieldsSeq(prose) {
		if word.MatchString(field) {
			lesson.Words++
		}
	}
	if _, tasks, ok := strings.Cut(prose, "\n## Your tasks\n"); ok {
		tasks, _, _ = strings.Cut(tasks, "\n## ")
		for _, match := range task.FindAllStringSubmatch(tasks, -1) {
			number, _ := strconv.Atoi(match[1])
			lesson.Tasks = append(lesson.Tasks, number)
		}
	}
	if _, built, ok := strings.Cut(prose, "\n## What you have built\n"); ok {
		built, _, _ = strings.Cut(strings.TrimSpace(built), "\n\n")
		built, _, _ = strings.Cut(built, "\n## ")
		lesson.Built = strings.ReplaceAll(strings.Join(strings.Fields(built), " "), "**", "")
	}
	return lesson, nil
}

// Blocks returns the fenced blocks of a page that are in a language, such as "console".
func Blocks(page, language string) []string {
	var blocks []string
	for _, match := range fenced.FindAllStringSubmatch(strings.ReplaceAll(page, "\r\n", "\n"), -1) {
		if match[1] == language {
			blocks = append(blocks, match[2])
		}
	}
	return blocks
}

// Commands returns the commands in a block, each with the lines after it.
func Commands(block string) []Command {
	var list []Command
	for line := range strings.Lines(block) {
		if command, ok := strings.CutPrefix(line, "$ "); ok {
			list = append(list, Command{Line: strings.TrimSpace(command)})
		} else if len(list) > 0 {
			list[len(list)-1].Output += line
		}
	}
	return list
}
