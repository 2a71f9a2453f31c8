package feed

import (
	"bytes"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"pgregory.net/rapid"
)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

// read is the other way: lines unfolded, values unescaped, by name.
func read(t interface{ Fatalf(string, ...any) }, stream []byte) (events []map[string]string) {
	if !utf8.Valid(stream) || !bytes.HasSuffix(stream, []byte("END:VCALENDAR\r\n")) {
		t.Fatalf("not a whole stream: %q", stream)
	}
	for _, l := range strings.Split(strings.TrimSuffix(string(stream), "\r\n"), "\r\n") {
		if len(l) > longest || strings.ContainsAny(l, "\r\n") || !utf8.ValidString(l) {
			t.Fatalf("a line of %d octets: %q", len(l), l)
		}
	}
	for _, l := range strings.Split(strings.ReplaceAll(string(stream), "\r\n ", ""), "\r\n") {
		name, value, _ := strings.Cut(l, ":")
		switch {
		case l == "BEGIN:VEVENT":
			events = append(events, map[string]string{})
		case len(events) > 0:
			if _, twice := events[len(events)-1][name]; twice && name != "END" {
				t.Fatalf("%s is given twice", name)
			}
			events[len(events)-1][name] = strings.NewReplacer(`\\`, `\`, `\;`, ";", `\,`, ",", `\n`, "\n").Replace(value)
		}
	}
	return events
}

// sayable is what of a text the format can say.
func sayable(s string) string {
	s = strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\r\n", "\n")
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\r':
			return '\n'
		case r != '\n' && r != '\t' && unicode.IsControl(r):
			return -1
		}
		return r
	}, s)
}

func TestWhateverIsInATitleTheStreamIsReadAgain(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := Event{UID: "CHG-000001.x@cabinet", Start: noon, End: noon.Add(time.Hour), Summary: rapid.String().Draw(t, "summary"), Description: rapid.String().Draw(t, "description"), URL: "https://desk.example.org/changes/CHG-000001"}
		events := read(t, Write(rapid.String().Draw(t, "name"), []Event{e, e}, noon))
		if len(events) != 2 || events[1]["SUMMARY"] != sayable(e.Summary) || events[1]["DESCRIPTION"] != sayable(e.Description) || events[1]["DTEND"] != "20260302T130000Z" || events[1]["URL"] != e.URL {
			t.Fatalf("%q, %q gives %q", e.Summary, e.Description, events)
		}
	})
}

func FuzzWrite(f *testing.F) {
	for _, s := range []string{"", "Patch; reboot, and \\ wait", "END:VEVENT\r\nBEGIN:VEVENT", strings.Repeat("ä", 200), "\xff\xfe", "a\r\n b", "\u2028"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		events := read(t, Write(s, []Event{{UID: s, Start: noon, End: noon, Summary: s, Description: s, URL: s, Category: s}}, noon))
		if len(events) != 1 || events[0]["SUMMARY"] != sayable(s) {
			t.Fatalf("%q gives %q", s, events)
		}
	})
}

func TestAnEventLooksLikeThis(t *testing.T) {
	got := string(Write("Changes", []Event{{UID: "CHG-000001.r@cabinet", Start: noon, End: noon.Add(90 * time.Minute), Summary: "CHG-000001 Patch; reboot", Tentative: true, Free: true, Category: "Change"}}, noon))
	for _, want := range []string{"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:", "\r\nDTSTAMP:20260302T120000Z\r\nDTSTART:20260302T120000Z\r\nDTEND:20260302T133000Z\r\nSUMMARY:CHG-000001 Patch\\; reboot\r\n", "\r\nSTATUS:TENTATIVE\r\nTRANSP:TRANSPARENT\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"} {
		if !strings.Contains(got, want) {
			t.Errorf("there is no %q in\n%s", want, got)
		}
	}
}
