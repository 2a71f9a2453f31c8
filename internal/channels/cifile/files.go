package cifile

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/cabinetdesk/cabinet/internal/channels/textfile"
)

// records yields the rows of a file as they stand there. What kind of file it is shows in its first character.
func (r *reader) records(in Input, yield func(*record) error) error {
	if in.Table != nil {
		return r.table(in.Table.Each, yield)
	}
	if _, err := in.File.Seek(0, io.SeekStart); err != nil {
		return ErrFile.Because("The file cannot be read twice.").Wrap(err)
	}
	src := bufio.NewReaderSize(io.LimitReader(in.File, maxFile), 64<<10)
	if mark, err := src.Peek(3); err == nil && string(mark) == "\xef\xbb\xbf" {
		_, _ = src.Discard(3) // it has been read ahead
	}
	first, err := firstByte(src)
	switch {
	case errors.Is(err, io.EOF):
		return ErrFile.Because("The file is empty.")
	case err != nil:
		return ErrFile.Because("The file cannot be read.").Wrap(err)
	case first == '[' || first == '{' && r.m.File.Rows != "":
		return r.array(src, yield)
	case first == '{':
		return r.lines(src, yield)
	}
	return r.csv(src, yield)
}

// firstByte looks at the first byte that is not blank.
func firstByte(src *bufio.Reader) (byte, error) {
	for n := 1; n <= 4096; n++ {
		b, err := src.Peek(n)
		if len(b) < n {
			return 0, err
		}
		if !strings.ContainsRune(" \t\r\n", rune(b[n-1])) {
			return b[n-1], nil
		}
	}
	return ' ', nil
}

// csv reads delimited text; its first row is the header.
func (r *reader) csv(src *bufio.Reader, yield func(*record) error) error {
	delim := r.m.File.Delimiter
	if delim == "" {
		head, _ := src.Peek(16 << 10) // shorter at the end of a short file
		delim = delimiter(head)
	}
	rows := textfile.NewRows(src, delim)
	return r.table(func(yield func(int, []string) error) error {
		header := true
		for {
			fields, line, err := rows.Next()
			switch {
			case errors.Is(err, io.EOF):
				return nil
			case err != nil && !textfile.IsMalformed(err):
				return ErrFile.Because("The file cannot be read on after line %d.", line).Wrap(err)
			case err != nil && header:
				return ErrFile.Because("The header cannot be read: %s.", err)
			case err != nil:
				if err := yield(-line, []string{err.Error()}); err != nil {
					return err
				}
				continue
			}
			header = false
			if err := yield(line, fields); err != nil {
				return err
			}
		}
	}, yield)
}

// delimiter is what the first line has most of.
func delimiter(head []byte) string {
	line, _, _ := bytes.Cut(head, []byte{'\n'})
	best, most := ",", bytes.Count(line, []byte{','})
	for _, d := range []string{";", "\t", "|"} {
		if n := bytes.Count(line, []byte(d)); n > most {
			best, most = d, n
		}
	}
	return best
}

// table reads rows of cells under a header. A negative line is a row that cannot be split; its only cell says why.
func (r *reader) table(each func(yield func(line int, cells []string) error) error, yield func(*record) error) error {
	var header []string
	stream := ""
	err := each(func(line int, cells []string) error {
		if header == nil {
			header = make([]string, len(cells))
			for i, c := range cells {
				header[i] = strings.TrimSpace(strings.TrimPrefix(c, "\ufeff"))
			}
			var err error
			stream, err = r.m.streamOf(header)
			return err
		}
		rec := record{line: line, stream: stream}
		switch {
		case line < 0:
			rec.line, rec.bad = -line, &Problem{Reason: cells[0]}
		case len(cells) > len(header):
			rec.bad = &Problem{Reason: "the row has " + strconv.Itoa(len(cells)) + " columns and the header " + strconv.Itoa(len(header))}
		default:
			rec.fields = make(map[string]any, len(header))
			for i, name := range header {
				if _, twice := rec.fields[name]; name != "" && i < len(cells) && !twice {
					rec.fields[name] = cells[i]
				}
			}
			rec.key = r.scalar(rec.fields[r.m.File.Key])
		}
		return yield(&rec)
	})
	if err == nil && header == nil {
		err = ErrFile.Because("The file is empty.")
	}
	return err
}

// streamOf finds the kind of row that a header is of: the one most of whose columns it has, if it has them all.
func (m *Mapping) streamOf(header []string) (string, error) {
	best, most := "", -1
	for _, name := range slices.Sorted(maps.Keys(m.Streams)) {
		s := m.Streams[name]
		if len(s.Columns) == 0 && len(m.Streams) > 1 {
			continue
		}
		if !slices.ContainsFunc(s.Columns, func(c string) bool { return !slices.Contains(header, c) }) && len(s.Columns) > most {
			best, most = name, len(s.Columns)
		}
	}
	if most < 0 {
		return "", ErrFile.Because("No kind of row of the mapping has the columns of this header, which are %d.", len(header))
	}
	return best, nil
}

// array reads a JSON array of objects, alone or in the field of an object.
func (r *reader) array(src io.Reader, yield func(*record) error) error {
	lines := &lineCounter{src: src}
	dec := json.NewDecoder(lines)
	dec.UseNumber()
	broken := func(err error) error {
		return ErrFile.Because("It is not well-formed JSON at or after line %d.", lines.at(dec.InputOffset())).Wrap(err)
	}
	tok, err := dec.Token()
	if err != nil {
		return broken(err)
	}
	if tok == json.Delim('{') {
		if err := enter(dec, r.m.File.Rows); err != nil {
			return broken(err)
		}
	}
	for dec.More() {
		var raw json.RawMessage
		if err := dec.Decode(&raw); err != nil {
			return broken(err)
		}
		if err := yield(r.object(raw, lines.at(dec.InputOffset()))); err != nil {
			return err
		}
	}
	if _, err := dec.Token(); err != nil {
		return broken(err)
	}
	return nil
}

// enter goes to the array that is the value of a field of the object that was opened.
func enter(dec *json.Decoder, field string) error {
	for dec.More() {
		name, err := dec.Token()
		if err != nil {
			return err
		}
		if name == field {
			if tok, err := dec.Token(); err != nil || tok != json.Delim('[') {
				return errors.Join(err, errors.New("the field of the rows is no array"))
			}
			return nil
		}
		var skip json.RawMessage
		if err := dec.Decode(&skip); err != nil {
			return err
		}
	}
	return errors.New("the field of the rows is not there")
}

// lines reads one JSON object a line: a broken line is refused alone.
func (r *reader) lines(src *bufio.Reader, yield func(*record) error) error {
	for line := 1; ; line++ {
		var text []byte
		var long bool
		for {
			part, err := src.ReadSlice('\n')
			if long = long || len(text)+len(part) > maxRecord; !long {
				text = append(text, part...)
			}
			if errors.Is(err, bufio.ErrBufferFull) {
				continue
			}
			if err != nil && !errors.Is(err, io.EOF) {
				return ErrFile.Because("The file cannot be read on after line %d.", line).Wrap(err)
			}
			if err != nil && len(part) == 0 && len(text) == 0 && !long {
				return nil
			}
			break
		}
		if len(bytes.TrimSpace(text)) == 0 && !long {
			continue
		}
		rec := &record{line: line, bad: &Problem{Reason: "the line is longer than 1 MiB"}}
		if !long {
			rec = r.object(text, line)
		}
		if err := yield(rec); err != nil {
			return err
		}
	}
}

// object makes a record of one JSON object.
func (r *reader) object(raw []byte, line int) *record {
	rec := &record{line: line}
	if len(raw) > maxRecord {
		rec.bad = &Problem{Reason: "the row is longer than 1 MiB"}
		return rec
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	var top map[string]any
	if err := dec.Decode(&top); err != nil || top == nil || !utf8.Valid(raw) {
		rec.bad = &Problem{Reason: "the row is not a JSON object"}
		return rec
	}
	rec.fields = top
	if f := r.m.File.Stream; f != "" {
		rec.stream = r.scalar(top[f])
	} else if len(r.m.Streams) == 1 {
		for name := range r.m.Streams {
			rec.stream = name
		}
	}
	rec.key = r.scalar(top[r.m.File.Key])
	if f := r.m.File.Fields; f != "" {
		inner, ok := top[f].(map[string]any)
		if !ok {
			rec.bad = &Problem{Column: f, Reason: "the row has no fields"}
		}
		rec.fields = inner
	}
	return rec
}

// scalar is the text of a value: a list of texts is joined by blanks, an object has none.
func (r *reader) scalar(v any) string {
	var s string
	switch v := v.(type) {
	case string:
		s = strings.TrimSpace(v)
	case json.Number:
		s = v.String()
	case bool:
		s = strconv.FormatBool(v)
	case []any:
		var parts []string
		for _, one := range v {
			if t := r.scalar(one); t != "" {
				parts = append(parts, t)
			}
		}
		s = strings.Join(parts, " ")
	}
	if r.missing[s] {
		return ""
	}
	return s
}

// lineCounter remembers where lines end, as far as the decoder has not passed them.
type lineCounter struct {
	src    io.Reader
	offset int64
	ends   []int64
	passed int
}

func (l *lineCounter) Read(p []byte) (int, error) {
	n, err := l.src.Read(p)
	for i, b := range p[:n] {
		if b == '\n' {
			l.ends = append(l.ends, l.offset+int64(i))
		}
	}
	l.offset += int64(n)
	return n, err
}

// at is the line of an offset; offsets only grow.
func (l *lineCounter) at(offset int64) int {
	n := 0
	for n < len(l.ends) && l.ends[n] < offset {
		n++
	}
	l.ends = append(l.ends[:0], l.ends[n:]...)
	l.passed += n
	return l.passed + 1
}
