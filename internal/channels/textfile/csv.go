package textfile

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strings"
	"unicode/utf8"
)

// The largest row that is read, in bytes and in lines of the file; a longer one is refused. The bounds keep
// one quote that is never closed from swallowing the rest of the file.
const (
	MaxRowBytes = 1 << 20
	maxRowLines = 500
)

// Rows reads the rows of a CSV file (RFC 4180, with any delimiter, LF or CRLF). The reader of the
// standard library is not used because after a quote that is never closed it cannot go on with the next line,
// and because it bounds nothing.
type Rows struct {
	in    *bufio.Reader
	delim string
	line  int   // number of the line that was taken last, from 1
	bytes int64 // how much of the file has been taken
	ahead []rawLine
	out   []string
}

// rawLine is a line with its end. Of one that is too long only the beginning is kept, with ErrTooLong.
type rawLine struct {
	text []byte
	size int64
	err  error
}

// NewRows reads r, whose fields are parted by one character.
func NewRows(r io.Reader, delim string) *Rows {
	return &Rows{in: bufio.NewReaderSize(r, 64<<10), delim: delim}
}

// Line is the number of the line that was taken last, from 1.
func (r *Rows) Line() int { return r.line }

// Bytes is how much of the file has been taken.
func (r *Rows) Bytes() int64 { return r.bytes }

// Malformed is why a row cannot be split.
type Malformed string

func (m Malformed) Error() string { return string(m) }

// IsMalformed tells whether an error is about one row, after which the next one can be read.
func IsMalformed(err error) bool {
	var m Malformed
	return errors.As(err, &m)
}

// What can be wrong with a row.
const (
	ErrTooLong  = Malformed("the row is longer than 1 MiB")
	ErrOpen     = Malformed("a quote is opened and not closed")
	ErrStray    = Malformed("there is a quote where none may be: a value that holds quotes is quoted itself, and they are doubled")
	ErrEncoding = Malformed("the text is not UTF-8")
	ErrNUL      = Malformed("there is a NUL character")
)

// Next returns the fields of the next row and the line on which it begins; the fields are valid until the
// next call. Empty lines are skipped. A row that cannot be split gives a Malformed error, and the reader goes
// on with the line after it; io.EOF ends the file.
func (r *Rows) Next() (fields []string, line int, err error) {
	first, err := r.take()
	for err == nil && len(bytes.TrimRight(first, "\r\n")) == 0 {
		first, err = r.take()
	}
	line = r.line
	if err != nil {
		return nil, line, err
	}
	if line == 1 {
		first = bytes.TrimPrefix(first, []byte("\xef\xbb\xbf"))
	}
	row := first
	if bytes.Count(row, quote)%2 == 1 { // a value goes on in the next line
		if row = r.closed(first); row == nil {
			return nil, line, ErrOpen
		}
	}
	switch {
	case !utf8.Valid(row):
		return nil, line, ErrEncoding
	case bytes.IndexByte(row, 0) >= 0:
		return nil, line, ErrNUL
	}
	fields, err = r.split(string(row))
	return fields, line, err
}

var quote = []byte{'"'}

// closed joins lines to the first one until its quotes are closed; nil when they never are, and then no further
// line has been taken: they are rows of their own.
func (r *Rows) closed(first []byte) []byte {
	row := bytes.Clone(first)
	for i := range maxRowLines {
		more := r.peek(i)
		if more.size == 0 || more.err != nil || len(row)+len(more.text) > MaxRowBytes {
			return nil
		}
		row = append(row, more.text...)
		if bytes.Count(more.text, quote)%2 == 1 {
			for range i + 1 {
				_, _ = r.take() // they have been read ahead: this cannot fail
			}
			return row
		}
	}
	return nil
}

// split takes a row apart.
func (r *Rows) split(row string) ([]string, error) {
	row = strings.TrimSuffix(strings.TrimSuffix(row, "\n"), "\r")
	out := r.out[:0]
	for {
		var value string
		if strings.HasPrefix(row, `"`) {
			end := closing(row)
			if end < 0 {
				return nil, ErrOpen
			}
			value = strings.ReplaceAll(row[1:end], `""`, `"`)
			row = row[end+1:]
			if row != "" && !strings.HasPrefix(row, r.delim) {
				return nil, ErrStray
			}
		} else {
			end := strings.Index(row, r.delim)
			if end < 0 {
				end = len(row)
			}
			value, row = row[:end], row[end:]
			if strings.IndexByte(value, '"') >= 0 {
				return nil, ErrStray
			}
		}
		out = append(out, value)
		if row == "" {
			r.out = out
			return out, nil
		}
		row = row[len(r.delim):]
	}
}

// closing finds the quote that closes the value which row begins with; -1 when there is none.
func closing(row string) int {
	for i := 1; i < len(row); i++ {
		if row[i] != '"' {
			continue
		}
		if i+1 < len(row) && row[i+1] == '"' {
			i++
			continue
		}
		return i
	}
	return -1
}

// take takes the next line, with its line end.
func (r *Rows) take() ([]byte, error) {
	l := r.peek(0)
	if l.size == 0 {
		return nil, l.err
	}
	r.ahead = r.ahead[1:]
	r.line++
	r.bytes += l.size
	return l.text, l.err
}

// peek looks at a line without taking it. At the end of the file its size is 0 and its error io.EOF.
func (r *Rows) peek(i int) rawLine {
	for len(r.ahead) <= i {
		l := r.fetch()
		if l.size == 0 {
			return l
		}
		r.ahead = append(r.ahead, l)
	}
	return r.ahead[i]
}

func (r *Rows) fetch() (l rawLine) {
	for {
		part, err := r.in.ReadSlice('\n')
		l.size += int64(len(part))
		if len(l.text) <= MaxRowBytes {
			l.text = append(l.text, part...)
		}
		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}
		switch {
		case len(l.text) > MaxRowBytes:
			l.err = ErrTooLong
		case err != nil && (!errors.Is(err, io.EOF) || l.size == 0):
			l.err = err
		}
		return l
	}
}
