package cifile

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/cabinetdesk/cabinet/internal/channels/textfile"
)

// Expr says where a text stands. In YAML it is one of
//
//	name                     a path: a field, or through references
//	=rack                    a constant
//	"{manufacturer} {model}" a template: paths between braces, nothing else
//	[a, b]                   the first that gives something
//	{from: …, table: {…}, other: …, dates: […]}   translated by a table, or read as a date
//	{count: stream, by: field}                     how many rows of a stream name this one
type Expr struct {
	constant string
	path     string
	parts    []part
	first    []Expr
	from     *Expr
	table    map[string]string
	other    *Expr
	dates    []textfile.Layout
	count    string
	by       string
	given    bool
}

// part is a piece of a template: a text or a path.
type part struct{ text, path string }

func (x Expr) empty() bool { return !x.given }

var hole = regexp.MustCompile(`\{([^{}]*)\}`)

// maxDepth is how deep expressions may be nested.
const maxDepth = 5

// UnmarshalYAML implements yaml.InterfaceUnmarshaler.
func (x *Expr) UnmarshalYAML(unmarshal func(any) error) error {
	var raw any
	if err := unmarshal(&raw); err != nil {
		return err
	}
	parsed, err := parseExpr(raw, 0)
	*x = parsed
	return err
}

func parseExpr(raw any, depth int) (x Expr, err error) {
	if depth > maxDepth {
		return x, errors.New("the expression is nested too deeply")
	}
	switch v := raw.(type) {
	case nil:
		return x, nil
	case string:
		return parseText(v)
	case bool, int, int64, uint64, float64:
		return Expr{}, fmt.Errorf("a constant is written with = in front, such as \"=%v\"", v)
	case []any:
		x.given = true
		for _, one := range v {
			e, err := parseExpr(one, depth+1)
			if err != nil {
				return x, err
			}
			x.first = append(x.first, e)
		}
		return x, nil
	case map[string]any:
		return parseMap(v, depth)
	}
	return x, errors.New("an expression is a path, a =constant, a {template}, a list, or a mapping")
}

func parseText(s string) (x Expr, err error) {
	if s = strings.TrimSpace(s); s == "" {
		return x, nil
	}
	x.given = true
	if text, ok := strings.CutPrefix(s, "="); ok {
		x.constant = text
		return x, nil
	}
	if !strings.ContainsAny(s, "{}") {
		x.path = s
		return x, nil
	}
	at := 0
	for _, m := range hole.FindAllStringSubmatchIndex(s, -1) {
		if text := s[at:m[0]]; text != "" {
			x.parts = append(x.parts, part{text: text})
		}
		path := strings.TrimSpace(s[m[2]:m[3]])
		if path == "" {
			return x, errors.New("a template has a path between its braces")
		}
		x.parts = append(x.parts, part{path: path})
		at = m[1]
	}
	if rest := s[at:]; rest != "" {
		x.parts = append(x.parts, part{text: rest})
	}
	for _, p := range x.parts {
		if strings.ContainsAny(p.text, "{}") {
			return x, errors.New("the braces of a template do not match")
		}
	}
	return x, nil
}

func parseMap(v map[string]any, depth int) (x Expr, err error) {
	x.given = true
	for key, raw := range v {
		switch key {
		case "from":
			e, err := parseExpr(raw, depth+1)
			if err != nil {
				return x, err
			}
			x.from = &e
		case "other":
			e, err := parseExpr(raw, depth+1)
			if err != nil {
				return x, err
			}
			x.other = &e
		case "table":
			entries, ok := raw.(map[string]any)
			if !ok {
				return x, errors.New("a table is a mapping of texts")
			}
			x.table = map[string]string{}
			for label, to := range entries {
				x.table[strings.ToLower(label)] = fmt.Sprint(to)
			}
		case "dates":
			list, ok := raw.([]any)
			if !ok {
				return x, errors.New("dates is a list of patterns such as M/d/yy")
			}
			for _, pattern := range list {
				l, err := textfile.ParseLayout(fmt.Sprint(pattern))
				if err != nil {
					return x, err
				}
				x.dates = append(x.dates, l)
			}
		case "count":
			x.count = fmt.Sprint(raw)
		case "by":
			x.by = fmt.Sprint(raw)
		default:
			return x, fmt.Errorf("an expression has no %q: there are from, table, other, dates, count, by", clip(key))
		}
	}
	if (x.count == "") != (x.by == "") || (x.count == "") == (x.from == nil) {
		return x, errors.New("an expression has either from, or count and by")
	}
	return x, nil
}

func clip(s string) string {
	if len(s) > 40 {
		return strings.ToValidUTF8(s[:40], "") + "…"
	}
	return s
}

// constants collects the texts that an expression may give whatever the file says.
func (x Expr) constants(into map[string]bool) {
	into[x.constant] = true
	for _, e := range x.first {
		e.constants(into)
	}
	for _, to := range x.table {
		into[to] = true
	}
	if x.other != nil {
		x.other.constants(into)
	}
	if x.from != nil && x.table == nil {
		x.from.constants(into)
	}
}

// paths calls yield for every path that an expression reads.
func (x Expr) paths(yield func(path string)) {
	if x.path != "" {
		yield(x.path)
	}
	for _, p := range x.parts {
		if p.path != "" {
			yield(p.path)
		}
	}
	for _, e := range x.first {
		e.paths(yield)
	}
	for _, e := range []*Expr{x.from, x.other} {
		if e != nil {
			e.paths(yield)
		}
	}
}

// errLabel is why a value that a table lacks cannot be taken.
var (
	errLabel = errors.New("the mapping's table has no entry for this value")
	errDate  = errors.New("the date is not written as the mapping says")
)

// column names the field that an expression reads first, for refusals.
func (x Expr) column() (out string) {
	x.paths(func(path string) {
		if out == "" {
			out = path
		}
	})
	return out
}

// eval gives the text of an expression for a row; "" for none.
func (x Expr) eval(r *reader, rec *record) (string, error) {
	switch {
	case x.constant != "":
		return x.constant, nil
	case x.path != "":
		return r.text(rec, x.path), nil
	case x.parts != nil:
		var b strings.Builder
		any := false
		for _, p := range x.parts {
			b.WriteString(p.text)
			if p.path != "" {
				text := r.text(rec, p.path)
				any = any || text != ""
				b.WriteString(text)
			}
		}
		if !any {
			return "", nil
		}
		return strings.TrimSpace(b.String()), nil
	case x.first != nil:
		for _, e := range x.first {
			if text, err := e.eval(r, rec); err != nil || text != "" {
				return text, err
			}
		}
		return "", nil
	case x.count != "":
		n := r.counted[counting{x.count, x.by, rec.key}]
		return strconv.Itoa(n), nil
	case x.from != nil:
		text, err := x.from.eval(r, rec)
		if err != nil {
			return "", err
		}
		return x.translate(r, rec, text)
	}
	return "", nil
}

func (x Expr) translate(r *reader, rec *record, text string) (string, error) {
	if x.table != nil {
		if to, ok := x.table[strings.ToLower(text)]; ok {
			return to, nil
		}
		switch {
		case x.other != nil:
			return x.other.eval(r, rec)
		case text == "":
			return "", nil
		}
		return "", errLabel
	}
	if text == "" && x.other != nil {
		return x.other.eval(r, rec)
	}
	if x.dates != nil && text != "" {
		for _, l := range x.dates {
			if t, ok := l.Parse(text, time.UTC); ok {
				return t.Format("2006-01-02"), nil
			}
		}
		return "", errDate
	}
	return text, nil
}
