package feed

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Event is one entry of an iCalendar stream.
type Event struct {
	UID         string
	Start, End  time.Time
	Summary     string
	Description string
	URL         string
	Category    string
	Tentative   bool // not approved yet
	Free        bool // it takes up nobody's time
}

const stampForm = "20060102T150405Z"

// longest is how many octets a line has at most, before its end.
const longest = 75

// Write writes events as one iCalendar object.
func Write(name string, events []Event, now time.Time) []byte {
	var b strings.Builder
	line := func(property, value string) { fold(&b, property+":"+value) }
	line("BEGIN", "VCALENDAR")
	line("VERSION", "2.0")
	line("PRODID", "-//Cabinet//Change calendar//EN")
	line("CALSCALE", "GREGORIAN")
	line("METHOD", "PUBLISH")
	line("X-WR-CALNAME", text(name))
	line("REFRESH-INTERVAL;VALUE=DURATION", "PT15M")
	line("X-PUBLISHED-TTL", "PT15M")
	for _, e := range events {
		line("BEGIN", "VEVENT")
		line("UID", text(e.UID))
		line("DTSTAMP", now.UTC().Format(stampForm))
		line("DTSTART", e.Start.UTC().Format(stampForm))
		line("DTEND", e.End.UTC().Format(stampForm))
		line("SUMMARY", text(e.Summary))
		if e.Description != "" {
			line("DESCRIPTION", text(e.Description))
		}
		if e.URL != "" {
			line("URL", uri(e.URL))
		}
		if e.Category != "" {
			line("CATEGORIES", text(e.Category))
		}
		line("STATUS", map[bool]string{true: "TENTATIVE", false: "CONFIRMED"}[e.Tentative])
		line("TRANSP", map[bool]string{true: "TRANSPARENT", false: "OPAQUE"}[e.Free])
		line("END", "VEVENT")
	}
	line("END", "VCALENDAR")
	return []byte(b.String())
}

// text escapes a value of the type TEXT. Control characters, which the format cannot say, are left out.
func text(s string) string {
	var b strings.Builder
	for _, r := range strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\r\n", "\n") {
		switch {
		case r == '\n' || r == '\r':
			b.WriteString(`\n`)
		case r == '\\' || r == ';' || r == ',':
			b.WriteRune('\\')
			b.WriteRune(r)
		case r == '\t' || !unicode.IsControl(r):
			b.WriteRune(r)
		}
	}
	return b.String()
}

// uri leaves out of an address what would end its line.
func uri(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
}

// fold writes a line, broken where it is too long, and never within a character.
func fold(b *strings.Builder, line string) {
	for room := longest; len(line) > room; room = longest - 1 { // the blank before the rest counts
		cut := room
		for cut > 0 && !utf8.RuneStart(line[cut]) {
			cut--
		}
		b.WriteString(line[:cut] + "\r\n ")
		line = line[cut:]
	}
	b.WriteString(line + "\r\n")
}
