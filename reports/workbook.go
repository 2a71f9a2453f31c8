package reports

import (
	"encoding/csv"
	"io"
	"strconv"
	"time"

	"github.com/xuri/excelize/v2"
)

// sink takes the rows of an export, one after the other.
type sink interface {
	row(values []any) error
	// beside takes a row of a sheet beside the first one, by its place among those that the sink was made with.
	beside(sheet int, values []any) error
	// close ends the export; what was written before is not whole without it.
	close() error
}

// fact is one line of the cover sheet.
type fact struct{ name, text string }

// csvSink writes comma-separated values (RFC 4180), UTF-8, without a cover.
type csvSink struct {
	w     *csv.Writer
	cells []string
}

func newCSV(out io.Writer, columns []column) (*csvSink, error) {
	s := &csvSink{w: csv.NewWriter(out), cells: make([]string, len(columns))}
	s.w.UseCRLF = true
	for i, c := range columns {
		s.cells[i] = c.name
	}
	return s, s.w.Write(s.cells)
}

func (s *csvSink) row(values []any) error {
	for i, v := range values {
		switch v := v.(type) {
		case nil:
			s.cells[i] = ""
		case int64:
			s.cells[i] = strconv.FormatInt(v, 10)
		case time.Time:
			s.cells[i] = instant(&v)
		case string:
			s.cells[i] = neutral(clean(v))
		}
	}
	return s.w.Write(s.cells)
}

// beside leaves a row out: a file of comma-separated values is one sheet.
func (*csvSink) beside(int, []any) error { return nil }

func (s *csvSink) close() error {
	s.w.Flush()
	return s.w.Error()
}

// maxSheetRows is how many rows a sheet of a workbook holds, its header included.
const maxSheetRows = 1_048_576

// table is a sheet of a workbook, or several with the same columns when it is long.
type table struct {
	name    string // of the first sheet; a second one is called "name 2"
	holds   string
	columns []column
	sheets  int
	sheet   *excelize.StreamWriter
	at      int // the last row written on the sheet
	cells   []any
}

// workbook writes a cover and as many sheets of data as it takes. Rows go to the disk as they come.
type workbook struct {
	out                     io.Writer
	file                    *excelize.File
	tables                  []*table
	perSheet                int
	date, bold, wrap, title int
}

const coverSheet = "About this export"

// newWorkbook writes the cover. name is the name of the data sheet; beside it there may be others.
func newWorkbook(out io.Writer, name string, columns []column, cover []fact, perSheet int, others ...table) (_ *workbook, err error) {
	b := &workbook{out: out, file: excelize.NewFile(), perSheet: perSheet, tables: []*table{{name: name, columns: columns}}}
	for i := range others {
		b.tables = append(b.tables, &others[i])
	}
	defer func() {
		if err != nil {
			_ = b.file.Close()
		}
	}()
	dates := "yyyy-mm-dd hh:mm:ss"
	for _, st := range []struct {
		id    *int
		style excelize.Style
	}{
		{&b.date, excelize.Style{CustomNumFmt: &dates}},
		{&b.bold, excelize.Style{Font: &excelize.Font{Bold: true}, Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"E8ECF3"}}}},
		{&b.wrap, excelize.Style{Alignment: &excelize.Alignment{WrapText: true, Vertical: "top"}}},
		{&b.title, excelize.Style{Font: &excelize.Font{Bold: true, Size: 14}}},
	} {
		if *st.id, err = b.file.NewStyle(&st.style); err != nil {
			return nil, err
		}
	}
	if err := b.file.SetSheetName("Sheet1", coverSheet); err != nil {
		return nil, err
	}
	if err := b.cover(cover); err != nil || len(others) == 0 {
		return b, err
	}
	for _, t := range b.tables { // so that they stand in their order
		if err := b.next(t); err != nil {
			return b, err
		}
	}
	return b, nil
}

func (b *workbook) cover(facts []fact) error {
	w, err := b.file.NewStreamWriter(coverSheet)
	if err != nil {
		return err
	}
	for i, width := range []float64{24, 110} {
		if err := w.SetColWidth(i+1, i+1, width); err != nil {
			return err
		}
	}
	rows := [][]any{{excelize.Cell{StyleID: b.title, Value: coverSheet}}, {}}
	for _, f := range facts {
		rows = append(rows, []any{excelize.Cell{StyleID: b.bold, Value: f.name}, excelize.Cell{StyleID: b.wrap, Value: clean(f.text)}})
	}
	for i, t := range b.tables {
		rows = append(rows, []any{})
		if i > 0 {
			rows = append(rows, []any{excelize.Cell{StyleID: b.bold, Value: "Sheet " + t.name}, excelize.Cell{StyleID: b.wrap, Value: t.holds}})
		}
		rows = append(rows, []any{excelize.Cell{StyleID: b.bold, Value: "Column"}, excelize.Cell{StyleID: b.bold, Value: "Meaning"}})
		for _, c := range t.columns {
			rows = append(rows, []any{c.name, c.meaning})
		}
	}
	for i, cells := range rows {
		if err := w.SetRow("A"+strconv.Itoa(i+1), cells); err != nil {
			return err
		}
	}
	return w.Flush()
}

// next begins a sheet. Widths and the frozen header come before the first row: later they would be lost.
func (b *workbook) next(t *table) (err error) {
	t.sheets++
	name := t.name
	if t.sheets > 1 {
		name += " " + strconv.Itoa(t.sheets)
	}
	if _, err := b.file.NewSheet(name); err != nil {
		return err
	}
	if t.sheet, err = b.file.NewStreamWriter(name); err != nil {
		return err
	}
	for i, c := range t.columns {
		if err := t.sheet.SetColWidth(i+1, i+1, c.width); err != nil {
			return err
		}
	}
	if err := t.sheet.SetPanes(&excelize.Panes{Freeze: true, XSplit: 1, YSplit: 1, TopLeftCell: "B2", ActivePane: "bottomRight"}); err != nil {
		return err
	}
	t.cells = make([]any, len(t.columns))
	for i, c := range t.columns {
		t.cells[i] = excelize.Cell{StyleID: b.bold, Value: c.name}
	}
	t.at = 1
	return t.sheet.SetRow("A1", t.cells)
}

// end finishes a sheet. The filter is set before the flush: after it, it would be dropped without an error.
func (b *workbook) end(t *table) error {
	last, err := excelize.CoordinatesToCellName(len(t.columns), t.at)
	if err != nil {
		return err
	}
	if err := b.file.AutoFilter(t.sheet.Sheet, "A1:"+last, nil); err != nil {
		return err
	}
	return t.sheet.Flush()
}

func (b *workbook) row(values []any) error { return b.put(b.tables[0], values) }

func (b *workbook) beside(sheet int, values []any) error { return b.put(b.tables[sheet+1], values) }

func (b *workbook) put(t *table, values []any) error {
	if t.sheet == nil || t.at >= b.perSheet {
		if t.sheet != nil {
			if err := b.end(t); err != nil {
				return err
			}
		}
		if err := b.next(t); err != nil {
			return err
		}
	}
	for i, v := range values {
		switch v := v.(type) {
		case time.Time:
			t.cells[i] = excelize.Cell{StyleID: b.date, Value: v.UTC().Truncate(time.Second)}
		case string:
			if v == "" {
				t.cells[i] = nil
			} else {
				t.cells[i] = clean(v) // an inline string, never a formula
			}
		default:
			t.cells[i] = v
		}
	}
	t.at++
	return t.sheet.SetRow("A"+strconv.Itoa(t.at), t.cells)
}

func (b *workbook) close() error {
	defer func() { _ = b.file.Close() }() // it removes its temporary files
	for _, t := range b.tables {
		if t.sheet == nil {
			if err := b.next(t); err != nil {
				return err
			}
		}
		if err := b.end(t); err != nil {
			return err
		}
	}
	_, err := b.file.WriteTo(b.out)
	return err
}

// abandon removes the temporary files of a workbook that will not be written.
func (b *workbook) abandon() { _ = b.file.Close() }
