package textfile

import (
	"errors"
	"strconv"
	"strings"
	"time"
)

// Layout reads times of one form.
type Layout struct {
	unix bool
	form string // for package time
}

// letters are the runs of a pattern and what they are for package time. They are those of Unicode's date
// field symbols (UTS 35, part 4), which spreadsheets and most tools speak.
var letters = map[string]string{
	"yyyy": "2006", "yy": "06", "MMMM": "January", "MMM": "Jan", "MM": "01", "M": "1", "dd": "02", "d": "2",
	"EEEE": "Monday", "EEE": "Mon", "HH": "15", "H": "15", "hh": "03", "h": "3", "mm": "04", "m": "4", "ss": "05", "s": "5",
	"SSSSSS": "000000", "SSS": "000", "a": "PM", "XXX": "Z07:00", "XX": "Z0700", "X": "Z07", "z": "MST",
}

// ParseLayout reads a pattern; text between apostrophes stands for itself.
func ParseLayout(pattern string) (Layout, error) {
	switch pattern {
	case "unix":
		return Layout{unix: true}, nil
	case "rfc3339":
		return Layout{form: time.RFC3339Nano}, nil
	}
	if len(pattern) > 100 {
		return Layout{}, errPattern
	}
	var b strings.Builder
	seen := false
	for i := 0; i < len(pattern); {
		c := pattern[i]
		switch {
		case c == '\'':
			end := strings.IndexByte(pattern[i+1:], '\'')
			if end < 0 {
				return Layout{}, errPattern
			}
			if strings.Trim(pattern[i+1:i+1+end], "TZ at,") != "" { // anything else could be a field for package time
				return Layout{}, errPattern
			}
			b.WriteString(pattern[i+1 : i+1+end])
			i += end + 2
		case c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z':
			j := i
			for j < len(pattern) && pattern[j] == c {
				j++
			}
			form, ok := letters[pattern[i:j]]
			if !ok || strings.HasPrefix(form, "000") && !strings.HasSuffix(b.String(), ".") && !strings.HasSuffix(b.String(), ",") {
				return Layout{}, errPattern
			}
			b.WriteString(form)
			seen = true
			i = j
		case strings.IndexByte(" /.-:,", c) >= 0:
			b.WriteByte(c)
			i++
		default:
			return Layout{}, errPattern
		}
	}
	if !seen {
		return Layout{}, errPattern
	}
	return Layout{form: b.String()}, nil
}

// Parse reads a time; ok is false when it is not of this form. A clock time that a zone skips or repeats in
// spring or autumn is taken as package time takes it.
func (l Layout) Parse(s string, zone *time.Location) (t time.Time, ok bool) {
	if l.unix {
		n, err := strconv.ParseFloat(s, 64)
		if err != nil || n < -62135596800 || n > 253402300799 {
			return t, false
		}
		return time.UnixMicro(int64(n * 1e6)).UTC(), true
	}
	t, err := time.ParseInLocation(l.form, s, zone)
	if err != nil || t.Year() < 1900 || t.Year() > 9999 {
		return t, false
	}
	return t.UTC(), true
}

var errPattern = errors.New("a pattern is made of yyyy MM dd HH mm ss, as in d/M/yyyy HH:mm")
