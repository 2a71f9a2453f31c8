package cifile

import (
	"io"
	"maps"
	"slices"
)

// How much is read. What is longer is refused, never cut.
const (
	maxFile    = 1 << 30   // bytes
	maxRecord  = 1 << 20   // bytes of one row of JSON lines
	maxKey     = 200       // bytes of a key
	maxRows    = 2_000_000 // of one file
	maxLookups = 2_000_000 // rows, ends and counts that are kept because the mapping refers to them
	maxTies    = 200       // of one row
)

// Input is what to read. It is read twice, since rows refer to each other in any order.
type Input struct {
	Name string
	File io.ReadSeeker
	// Table is there instead of File for a sheet: it yields the rows with their line, the header first.
	Table Table
}

// Table is a sheet.
type Table interface {
	Each(yield func(line int, cells []string) error) error
}

// Row is one row of the file, translated. Texts are as the file has them, trimmed.
type Row struct {
	Line   int
	Stream string
	Key    string // with its stream: "dcim.device/7"
	Class  string
	Status string // empty: the file does not say
	Values []Value
	Ties   []Tie
	Groups []Group
	Person *Person
	// Refused is why the whole row cannot be taken; Problems are values that cannot.
	Refused  *Problem
	Problems []Problem
}

// Value is what a row says of an attribute; an empty text says that there is none.
type Value struct{ Attribute, Text, Column string }

// Tie says to what the item is related. One of the names of the other is given.
type Tie struct {
	Type    string
	Inverse bool
	Key     string // of a row, of this file or of an earlier one of the source
	Number  string
	Serial  string
	Tag     string
	Name    string
	Class   string // of what is looked for by name
}

// Group is a group that the item is in.
type Group struct{ Key, Name string }

// Person is somebody whom the file lists.
type Person struct {
	Login, Name, Email string
	Active             bool
}

// Problem says what was not taken and why. It never repeats the value.
type Problem struct {
	Column string
	Reason string
}

// Skipped are rows that are no items.
type Skipped struct {
	Stream string `json:"stream"`
	Reason string `json:"reason"`
	Rows   int    `json:"rows"`
}

// Summary is what became of all rows of a file.
type Summary struct {
	Rows    int // all of them
	Skipped []Skipped
}

// record is a row as it stands in the file.
type record struct {
	line   int
	stream string
	key    string
	fields map[string]any
	bad    *Problem
}

// tally counts skipped rows.
type tally map[[2]string]int

func (t tally) list() (out []Skipped) {
	for _, k := range slices.SortedFunc(maps.Keys(t), func(a, b [2]string) int {
		if a[0] != b[0] {
			if a[0] < b[0] {
				return -1
			}
			return 1
		}
		return 0
	}) {
		out = append(out, Skipped{Stream: k[0], Reason: k[1], Rows: t[k]})
	}
	return out
}
