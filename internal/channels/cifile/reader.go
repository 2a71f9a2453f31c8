package cifile

import (
	"maps"
	"slices"
	"strings"
)

// counting names how many rows of a stream have a value in a field.
type counting struct{ stream, field, value string }

// end is one end of what two rows share.
type end struct{ side, role, item string }

// reader is one reading of one file.
type reader struct {
	m       *Mapping
	missing map[string]bool
	lookups map[string]map[string]map[string]any // stream → key → the fields that the mapping refers to
	counted map[counting]int
	ends    map[string]map[string][]end // join → shared value → ends
	ties    map[string][]Tie            // key of the first row → its joins
	kept    int
}

// Read yields every row of a file that is an item, a person or refused, in the order of the file, and counts the rest. It fails with
// [ErrFile] for what cannot be read, and with whatever yield fails with.
func Read(in Input, m *Mapping, yield func(Row) error) (Summary, error) {
	r := &reader{m: m, missing: map[string]bool{"": true}, lookups: map[string]map[string]map[string]any{}, counted: map[counting]int{},
		ends: map[string]map[string][]end{}, ties: map[string][]Tie{}}
	for _, mark := range m.File.Missing {
		r.missing[mark] = true
	}
	if len(m.needed) > 0 || len(m.counts) > 0 || len(m.joins) > 0 {
		if err := r.records(in, r.keep); err != nil {
			return Summary{}, err
		}
		r.join()
	}
	var sum Summary
	skipped := tally{}
	err := r.records(in, func(rec *record) error {
		if sum.Rows++; sum.Rows > maxRows {
			return ErrFile.Because("The file has more than %d rows.", maxRows)
		}
		if rec.bad != nil {
			return yield(Row{Line: rec.line, Stream: rec.stream, Refused: rec.bad})
		}
		s, known := m.Streams[rec.stream]
		switch {
		case !known:
			skipped[[2]string{clip(rec.stream), m.Other}]++
			return nil
		case s.Skip != "":
			skipped[[2]string{rec.stream, s.Skip}]++
			return nil
		}
		return yield(r.translate(rec, s))
	})
	sum.Skipped = skipped.list()
	return sum, err
}

// plan finds out which fields of which streams the mapping refers to.
func (m *Mapping) plan() {
	m.needed, m.counts = map[string]map[string]bool{}, map[string]map[string]bool{}
	for name, s := range m.Streams {
		s.each(func(x Expr) {
			x.paths(func(path string) { m.planPath(name, path, 0) })
			x.counts(func(stream, by string) {
				if m.counts[stream] == nil {
					m.counts[stream] = map[string]bool{}
				}
				m.counts[stream][by] = true
			})
		})
	}
}

// maxHops is through how many references a path may go.
const maxHops = 6

func (m *Mapping) planPath(stream, path string, hops int) {
	head, rest, more := strings.Cut(path, ".")
	to, refers := m.References[stream][head]
	if !more || !refers || hops == maxHops {
		return
	}
	if m.needed[to] == nil {
		m.needed[to] = map[string]bool{}
	}
	field, _, _ := strings.Cut(rest, ".")
	m.needed[to][field], m.needed[to][rest] = true, true
	m.planPath(to, rest, hops+1)
}

func (x Expr) counts(yield func(stream, by string)) {
	if x.count != "" {
		yield(x.count, x.by)
	}
	for _, e := range x.first {
		e.counts(yield)
	}
	for _, e := range []*Expr{x.from, x.other} {
		if e != nil {
			e.counts(yield)
		}
	}
}

// each calls yield for every expression of a stream.
func (s Stream) each(yield func(Expr)) {
	for _, x := range []Expr{s.Key, s.Class, s.Status} {
		yield(x)
	}
	for _, x := range s.Values {
		yield(x)
	}
	for _, values := range s.ByClass {
		for _, x := range values {
			yield(x)
		}
	}
	for _, r := range s.Relations {
		for _, t := range r.To {
			for _, x := range []Expr{t.Key, t.Number, t.Serial, t.AssetTag, t.Name} {
				yield(x)
			}
		}
	}
	for _, g := range s.Groups {
		yield(g.Key)
		yield(g.Name)
	}
	if p := s.Person; p != nil {
		for _, x := range []Expr{p.Login, p.Name, p.Email, p.Active} {
			yield(x)
		}
	}
}

// keep is the first look at a row: what others refer to is kept.
func (r *reader) keep(rec *record) error {
	if rec.bad != nil {
		return nil
	}
	if fields := r.m.needed[rec.stream]; fields != nil && rec.key != "" {
		kept := make(map[string]any, len(fields))
		for f := range fields {
			if v, ok := rec.fields[f]; ok {
				kept[f] = v
			}
		}
		if r.lookups[rec.stream] == nil {
			r.lookups[rec.stream] = map[string]map[string]any{}
		}
		r.lookups[rec.stream][rec.key] = kept
		r.kept++
	}
	for by := range r.m.counts[rec.stream] {
		if v := r.scalar(rec.fields[by]); v != "" {
			r.counted[counting{rec.stream, by, v}]++
			r.kept++
		}
	}
	for _, j := range r.m.Streams[rec.stream].Joins {
		shared := r.text(rec, j.By)
		item, err := j.Item.eval(r, rec)
		if err != nil || shared == "" || item == "" {
			continue
		}
		if r.ends[j.Name] == nil {
			r.ends[j.Name] = map[string][]end{}
		}
		e := end{role: j.Role, item: j.Row + "/" + item}
		if j.Side != "" {
			e.side = r.text(rec, j.Side)
		}
		r.ends[j.Name][shared] = append(r.ends[j.Name][shared], e)
		r.kept++
	}
	if r.kept > maxLookups {
		return ErrFile.Because("Its rows refer to more than %d others: import it in parts.", maxLookups)
	}
	return nil
}

// join turns ends that share a value into relations of the first one's item.
func (r *reader) join() {
	seen := map[[3]string]bool{}
	for _, name := range slices.Sorted(maps.Keys(r.ends)) {
		kind := r.m.joins[name].kind
		for _, shared := range slices.Sorted(maps.Keys(r.ends[name])) {
			firsts, seconds := sides(r.ends[name][shared])
			for _, a := range firsts {
				for _, b := range seconds {
					if k := [3]string{a.item, kind, b.item}; a.item != b.item && !seen[k] && len(r.ties[a.item]) < maxTies {
						seen[k] = true
						r.ties[a.item] = append(r.ties[a.item], Tie{Type: kind, Key: b.item})
					}
				}
			}
		}
	}
	r.ends = nil
}

// sides parts ends into first and second ones: by their role where one is given, by their side otherwise.
func sides(ends []end) (firsts, seconds []end) {
	role := map[string]bool{}
	for _, e := range ends {
		role[e.role] = true
	}
	low := ends[0].side
	for _, e := range ends {
		low = min(low, e.side)
	}
	for _, e := range ends {
		first := e.side == low
		switch {
		case e.role != "":
			first = e.role == "first"
		case role["first"]:
			first = false
		case role["second"]:
			first = true
		}
		if first {
			firsts = append(firsts, e)
		} else {
			seconds = append(seconds, e)
		}
	}
	return firsts, seconds
}

// text gives what stands at a path of a row; "#key" is its own key.
func (r *reader) text(rec *record, path string) string {
	if path == "#key" {
		return rec.key
	}
	return r.follow(rec.stream, rec.fields, path, 0)
}

func (r *reader) follow(stream string, fields map[string]any, path string, hops int) string {
	if v, ok := fields[path]; ok {
		return r.scalar(v)
	}
	head, rest, more := strings.Cut(path, ".")
	if !more || hops == maxHops {
		return ""
	}
	v, ok := fields[head]
	if !ok {
		return ""
	}
	if to, refers := r.m.References[stream][head]; refers {
		key := r.scalar(v)
		if rest == "#key" {
			return key
		}
		return r.follow(to, r.lookups[to][key], rest, hops+1)
	}
	if nested, ok := v.(map[string]any); ok {
		return r.follow("", nested, rest, hops+1)
	}
	return ""
}

// translate makes a row of a record.
func (r *reader) translate(rec *record, s Stream) Row {
	row := Row{Line: rec.line, Stream: rec.stream}
	refuse := func(column, reason string) Row {
		row.Refused = &Problem{Column: column, Reason: reason}
		return row
	}
	problem := func(x Expr, err error) {
		row.Problems = append(row.Problems, Problem{Column: x.column(), Reason: err.Error()})
	}
	get := func(x Expr) string {
		text, err := x.eval(r, rec)
		if err != nil {
			problem(x, err)
		}
		return text
	}
	if p := s.Person; p != nil {
		row.Person = &Person{Login: get(p.Login), Name: get(p.Name), Email: get(p.Email), Active: p.Active.empty() || yes(get(p.Active))}
		if row.Person.Login == "" || row.Person.Name == "" {
			return refuse(p.Login.column(), "a person needs a login and a name")
		}
		row.Key = rec.stream + "/" + row.Person.Login
		return row
	}
	key := rec.key
	if !s.Key.empty() {
		key = get(s.Key)
	}
	switch {
	case key == "":
		return refuse(s.Key.column(), "the row has no key, by which it would be known again")
	case len(key) > maxKey || strings.ContainsAny(key, "\x00\n\r"):
		return refuse(s.Key.column(), "the key is longer than 200 bytes or has several lines")
	}
	row.Key = rec.stream + "/" + key
	var err error
	if row.Class, err = s.Class.eval(r, rec); err != nil || row.Class == "" {
		return refuse(s.Class.column(), "the mapping does not say of which class this is")
	}
	row.Status = get(s.Status)
	for _, set := range []map[string]Expr{s.Values, s.ByClass[row.Class]} {
		for _, attribute := range slices.Sorted(maps.Keys(set)) {
			x := set[attribute]
			text, err := x.eval(r, rec)
			if err != nil {
				problem(x, err)
				continue
			}
			row.Values = append(row.Values, Value{Attribute: attribute, Text: text, Column: x.column()})
		}
	}
	r.relate(rec, s, &row, get)
	return row
}

func (r *reader) relate(_ *record, s Stream, row *Row, get func(Expr) string) {
	for _, rel := range s.Relations {
		for _, t := range rel.To {
			tie := Tie{Type: rel.Type, Inverse: rel.Inverse, Class: t.Class, Number: get(t.Number), Serial: get(t.Serial), Tag: get(t.AssetTag), Name: get(t.Name)}
			if key := get(t.Key); key != "" {
				tie.Key = t.Row + "/" + key
			}
			if tie.Key+tie.Number+tie.Serial+tie.Tag+tie.Name != "" {
				row.Ties = append(row.Ties, tie)
				break
			}
		}
	}
	row.Ties = append(row.Ties, r.ties[row.Key]...)
	for _, g := range s.Groups {
		if key := get(g.Key); key != "" {
			row.Groups = append(row.Groups, Group{Key: key, Name: get(g.Name)})
		}
	}
}

func yes(s string) bool {
	switch strings.ToLower(s) {
	case "true", "yes", "y", "1", "on", "active":
		return true
	}
	return false
}
