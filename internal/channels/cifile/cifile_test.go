package cifile

import (
	"errors"
	"strings"
	"testing"
)

func parsed(t testing.TB, text string) *Mapping {
	t.Helper()
	m, err := ParseMapping("test", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func read(t testing.TB, m *Mapping, file string) ([]Row, Summary) {
	t.Helper()
	var rows []Row
	sum, err := Read(Input{File: strings.NewReader(file)}, m, func(r Row) error { rows = append(rows, r); return nil })
	if err != nil {
		t.Fatal(err)
	}
	return rows, sum
}

func (r Row) value(key string) string {
	for _, v := range r.Values {
		if v.Attribute == key {
			return v.Text
		}
	}
	return ""
}

const plain = `
streams:
  machines:
    columns: [Name, SN]
    key: SN
    class: {from: Type, table: {srv: server}, other: =workstation}
    values: {name: Name, serial: SN, description: "{Room} {Shelf}", warranty_until: {from: Until, dates: [d/M/yyyy]}}
    relations: [{type: located_in, to: [{name: Room, class: facility}]}]
`

func TestABrokenRowIsRefusedAlone(t *testing.T) {
	t.Parallel()
	file := "\xef\xbb\xbfName,SN,Type,Room,Shelf,Until\r\na,1,srv,\"two\nlines\",,31/12/2027\nb,2,srv,x,\"open\nc,3,x,,,1.1.2027\nd,4,a,b,c,d,e\ne,,srv,,,\nf,5,\xff,,,\n"
	rows, sum := read(t, parsed(t, plain), file)
	if sum.Rows != 6 || len(rows) != 6 {
		t.Fatalf("%+v", rows)
	}
	if r := rows[0]; r.Class != "server" || r.value("description") != "two\nlines" || r.value("warranty_until") != "2027-12-31" || r.Key != "machines/1" || r.Ties[0].Name != "two\nlines" {
		t.Errorf("%+v", r)
	}
	for i, want := range []string{"", "quote is opened", "", "7 columns and the header 6", "no key", "not UTF-8"} {
		if got := rows[i].Refused; (got == nil) != (want == "") || got != nil && !strings.Contains(got.Reason, want) {
			t.Errorf("row %d: %+v", i, got)
		}
	}
	if r := rows[2]; r.Class != "workstation" || len(r.Problems) != 1 || r.Problems[0].Column != "Until" || r.Line != 5 {
		t.Errorf("%+v", r)
	}
}

const graph = `
file: {stream: model, key: pk, fields: fields}
references: {dev: {type: devtype}, devtype: {maker: maker}}
streams:
  dev:
    class: =server
    values: {name: name, manufacturer: type.maker.name, model: type.name, disk_gb: {count: port, by: dev}}
    relations: [{type: located_in, to: [{row: rack, key: rack}, {row: room, key: room}]}]
    groups: [{key: "t-{tenant}", name: tenant}]
  port: {skip: part of its device, joins: [{name: net, by: cable, side: end, row: dev, item: dev, type: connects_to}]}
`

func TestRowsReferToEachOtherInAnyOrder(t *testing.T) {
	t.Parallel()
	file := `[{"model":"dev","pk":1,"fields":{"name":"a","type":7,"rack":null,"room":3,"tenant":"x"}},
	{"model":"dev","pk":2,"fields":{"name":"b","type":99,"rack":4,"room":3}},
	{"model":"port","pk":1,"fields":{"dev":2,"cable":5,"end":"B"}},{"model":"port","pk":2,"fields":{"dev":1,"cable":5,"end":"A"}},
	{"model":"port","pk":3,"fields":{"dev":1,"cable":6,"end":"A"}},{"model":"port","pk":4,"fields":{"dev":1,"cable":6,"end":"B"}},
	7, {"model":"dev","pk":5}, {"model":"other","pk":1,"fields":{}},
	{"model":"devtype","pk":7,"fields":{"name":"X1","maker":8}},{"model":"maker","pk":8,"fields":{"name":"ACME"}}]`
	rows, sum := read(t, parsed(t, graph), file)
	if len(rows) != 4 || sum.Rows != 11 || len(sum.Skipped) != 4 {
		t.Fatalf("%+v %+v", rows, sum)
	}
	a, b := rows[0], rows[1]
	if a.value("manufacturer") != "ACME" || a.value("model") != "X1" || a.value("disk_gb") != "3" || b.value("model") != "" || len(a.Groups) != 1 || len(b.Groups) != 0 {
		t.Errorf("%+v %+v", a, b)
	}
	if len(a.Ties) != 2 || a.Ties[0].Key != "room/3" || a.Ties[1].Key != "dev/2" || a.Ties[1].Type != "connects_to" || b.Ties[0].Key != "rack/4" {
		t.Errorf("%+v %+v", a.Ties, b.Ties)
	}
	if rows[2].Refused == nil || rows[3].Refused == nil || rows[2].Line != 5 {
		t.Errorf("%+v", rows[2:])
	}
}

func TestLinesOfJSONAndWrappedArrays(t *testing.T) {
	t.Parallel()
	text := "streams: {'': {key: id, class: =server, values: {name: host.name}}}"
	rows, _ := read(t, parsed(t, text), `{"id":1,"host":{"name":"a"}}`+"\nnonsense\n\n"+`{"id":2,"host":{"name":["b","c"]}}`)
	if len(rows) != 3 || rows[1].Refused == nil || rows[1].Line != 2 || rows[2].value("name") != "b c" || rows[2].Line != 4 {
		t.Errorf("%+v", rows)
	}
	rows, _ = read(t, parsed(t, text+"\nfile: {rows: results}"), `{"count": 1, "results": [{"id":1,"host":{"name":"a"}}], "next": null}`)
	if len(rows) != 1 || rows[0].value("name") != "a" {
		t.Errorf("%+v", rows)
	}
}

func TestAFileThatDoesNotFitIsRefusedWhole(t *testing.T) {
	t.Parallel()
	for _, file := range []string{"", "  ", "a,b\n1,2\n", `[{"a":1},`, "\"open\n", `{"results": 3}`} {
		m := parsed(t, plain)
		if strings.HasPrefix(file, "{") {
			m.File.Rows = "results"
		}
		if _, err := Read(Input{File: strings.NewReader(file)}, m, func(Row) error { return nil }); !errors.Is(err, ErrFile) {
			t.Errorf("%q: %v", file, err)
		}
	}
}

func TestAMappingThatCannotBeUsedIsRefused(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"nothing": "", "no streams": "file: {key: a}", "an unknown key": "streams: {a: {key: b, class: =c, colour: red}}",
		"class and skip": "streams: {a: {key: b, class: =c, skip: no}}", "no key": "streams: {a: {class: =c}}", "an alias": "streams: &a {b: *a}",
		"braces": "streams: {a: {key: '{b', class: =c}}", "a bare number": "streams: {a: {key: 7, class: =c}}",
		"a date pattern": "streams: {a: {key: b, class: =c, values: {x: {from: y, dates: [QQ]}}}}", "half a count": "streams: {a: {key: b, class: =c, values: {x: {count: y}}}}",
		"two targets": "streams: {a: {key: b, class: =c, relations: [{type: t, to: [{row: x, key: y, name: z}]}]}}", "a join without": "streams: {a: {skip: s, joins: [{name: n}]}}",
		"a delimiter": "file: {delimiter: ab}\nstreams: {a: {key: b, class: =c}}", "deep": "streams: {a: {key: b, class: [[[[[[[c]]]]]]]}}",
	} {
		if _, err := ParseMapping("test", []byte(text)); !errors.Is(err, ErrMapping) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, name := range Builtin() {
		if _, err := Named(name); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := Named("../netbox"); !errors.Is(err, ErrMapping) {
		t.Error(err)
	}
}

func FuzzAFileNeverBreaksTheReader(f *testing.F) {
	for _, s := range []string{"Name,SN\na,1\n", `[{"model":"dev","pk":1,"fields":{"type":7}}]`, `{"id":1}` + "\n{", "a;b\n\"", "[[[[", "{\"a\":{\"b\":[null]}}", "\xef\xbb\xbf[1]"} {
		f.Add(s)
	}
	m, g := parsed(f, plain), parsed(f, graph)
	f.Fuzz(func(t *testing.T, file string) {
		for _, m := range []*Mapping{m, g} {
			rows := 0
			sum, err := Read(Input{File: strings.NewReader(file)}, m, func(r Row) error {
				rows++
				if r.Refused == nil && r.Person == nil && (r.Key == "" || r.Class == "") {
					t.Errorf("a row without key or class: %+v", r)
				}
				return nil
			})
			for _, s := range sum.Skipped {
				rows += s.Rows
			}
			if err == nil && rows != sum.Rows {
				t.Errorf("%d rows, %d accounted for", sum.Rows, rows)
			}
		}
	})
}

func FuzzAMappingIsUsableOrRefused(f *testing.F) {
	for _, s := range []string{plain, graph, "streams: {a: {key: b, class: =c}}", "a: &b [*b]", "{", "streams: {'': {key: '{a}{b}', class: [a, =b]}}"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		m, err := ParseMapping("fuzz", []byte(text))
		if err != nil {
			if !errors.Is(err, ErrMapping) {
				t.Errorf("%v", err)
			}
			return
		}
		_, _ = Read(Input{File: strings.NewReader("a,b\n1,2\n")}, m, func(Row) error { return nil })
	})
}
