package eventlog

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
	maxRowBytes = 1 << 20
	maxRowLines = 500
)

// records reads the rows of a CSV file (RFC 4180, with any delimiter, LF or CRLF). The reader of the
// standard library is not used because after a quote that is never closed it cannot go on with the next line,
// and because it bounds nothing.
type records struct {
	in    *bufio.Reader
	delim string
	line  int   // number of the line that was taken last, from 1
	bytes int64 // how much of the file has been taken
	ahead []rawLine
	out   []string
}

// rawLine is a line with its end. Of one that is too long only the beginning is kept, with errTooLong.
type rawLine struct {
	text []byte
	size int64
	err  error
}

func newRecords(r io.Reader, delim string) *records {
	return &records{in: bufio.NewReaderSize(r, 64<<10), delim: delim}
}

// malformed is why a row cannot be split.
type malformed string

func (m malformed) Error() string { return string(m) }

const (
	errTooLong  = malformed("the row is longer than 1 MiB")
	errOpen     = malformed("a quote is opened and not closed")
	errStray    = malformed("there is a quote where none may be: a value that holds quotes is quoted itself, and they are doubled")
	errEncoding = malformed("the text is not UTF-8")
	errNUL      = malformed("there is a NUL character")
)

// next returns the fields of the next row and the line on which it begins; the fields are valid until the
// next call. Empty lines are skipped. A row that cannot be split gives a malformed error, and the reader goes
// on with the line after it; io.EOF ends the file.
func (r *records) next() (fields []string, line int, err error) {
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
			return nil, line, errOpen
		}
	}
	switch {
	case !utf8.Valid(row):
		return nil, line, errEncoding
	case bytes.IndexByte(row, 0) >= 0:
		return nil, line, errNUL
	}
	fields, err = r.split(string(row))
	return fields, line, err
}

var quote = []byte{'"'}

// closed joins lines to the first one until its quotes are closed; nil when they never are, and then no further
// line has been taken: they are rows of their own.
func (r *records) closed(first []byte) []byte {
	row := bytes.Clone(first)
	for i := range maxRowLines {
		more := r.peek(i)
		if more.size == 0 || more.err != nil || len(row)+len(more.text) > maxRowBytes {
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
func (r *records) split(row string) ([]string, error) {
	row = strings.TrimSuffix(strings.TrimSuffix(row, "\n"), "\r")
	out := r.out[:0]
	for {
		var value string
		if strings.HasPrefix(row, `"`) {
			end := closing(row)
			if end < 0 {
				return nil, errOpen
			}
			value = strings.ReplaceAll(row[1:end], `""`, `"`)
			row = row[end+1:]
			if row != "" && !strings.HasPrefix(row, r.delim) {
				return nil, errStray
			}
		} else {
			end := strings.Index(row, r.delim)
			if end < 0 {
				end = len(row)
			}
			value, row = row[:end], row[end:]
			if strings.IndexByte(value, '"') >= 0 {
				return nil, errStray
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
func (r *records) take() ([]byte, error) {
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
func (r *records) peek(i int) rawLine {
	for len(r.ahead) <= i {
		l := r.fetch()
		if l.size == 0 {
			return l
		}
		r.ahead = append(r.ahead, l)
	}
	return r.ahead[i]
}

func (r *records) fetch() (l rawLine) {
	for {
		part, err := r.in.ReadSlice('\n')
		l.size += int64(len(part))
		if len(l.text) <= maxRowBytes {
			l.text = append(l.text, part...)
		}
		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}
		switch {
		case len(l.text) > maxRowBytes:
			l.err = errTooLong
		case err != nil && (!errors.Is(err, io.EOF) || l.size == 0):
			l.err = err
		}
		return l
	}
}
