package reports

import (
	"bytes"
	"encoding/csv"
	"errors"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/xuri/excelize/v2"
)

// payloads are texts that spreadsheets have taken for formulas, or choked on.
var payloads = []string{
	"=1+1", "=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(1)", "\t=1", "\r=1", "\x00=1", "  =1", "\ufeff=1", "\u00a0=1", "＝1+1", "＋1", "－1", "＠x", "\n=1",
	"=HYPERLINK(\"http://x\",\"y\")", "-", "'=1", "a=1", "1-2", "\"=1\"", "=1\r\n=2", "\x01\x02ok", "line\nbreak", "<b>&amp;</b>", "_x0041_", "日本語 🙂", "\xff\xfe", "\ufffe", "",
	" leading and trailing ", "12345678901234567890", "0012", "TRUE", "1e5",
}

func TestNoCellOfACSVFileBeginsLikeAFormulaAndTheTextComesBack(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	columns := []column{{name: "A"}, {name: "B"}}
	s, err := newCSV(&out, columns)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range payloads {
		if err := s.row([]any{p, "end"}); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.close(); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(&out).ReadAll()
	if err != nil || len(rows) != len(payloads)+1 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	for i, row := range rows[1:] {
		first := strings.TrimLeft(row[0], " \n\ufeff\u00a0")
		if first != "" && strings.ContainsRune("=+-@\t\r\x00＝＋－＠", []rune(first)[0]) {
			t.Errorf("%q begins like a formula", row[0])
		}
		back := row[0]
		if strings.HasPrefix(back, "'") && neutral(clean(payloads[i])) != clean(payloads[i]) {
			back = back[1:]
		}
		if want := clean(payloads[i]); back != want {
			t.Errorf("%q came back as %q", want, back)
		}
	}
}

func TestAWorkbookHasTextAsTextAndNoFormula(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	at := time.Date(2026, 3, 2, 9, 30, 15, 500, time.FixedZone("x", 7200))
	columns := []column{{name: "Text", width: 10}, {name: "Number", width: 10}, {name: "Time", width: 20}}
	b, err := newWorkbook(&out, "Data", columns, []fact{{"Holds", "=1+1"}}, maxSheetRows)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range payloads {
		if err := b.row([]any{p, int64(7), at}); err != nil {
			t.Fatal(err)
		}
	}
	if err := b.close(); err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(bytes.NewReader(out.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	for i, p := range payloads {
		cell := "A" + strconv.Itoa(i+2)
		if formula, err := f.GetCellFormula("Data", cell); err != nil || formula != "" {
			t.Errorf("%q is the formula %q, %v", p, formula, err)
		}
		if got, err := f.GetCellValue("Data", cell); err != nil || got != clean(p) {
			t.Errorf("%q came back as %q, %v", clean(p), got, err)
		}
	}
	if got, _ := f.GetCellValue("Data", "C2"); got != "2026-03-02 07:30:15" {
		t.Errorf("the time is %q", got)
	}
	if got, _ := f.GetCellValue("Data", "C2", excelize.Options{RawCellValue: true}); !strings.HasPrefix(got, "46083.3126") {
		t.Errorf("the time is no date for a spreadsheet: %q", got)
	}
	if kind, _ := f.GetCellType("Data", "B2"); kind != excelize.CellTypeUnset && kind != excelize.CellTypeNumber {
		t.Errorf("the number has the type %v", kind)
	}
	if panes, err := f.GetPanes("Data"); err != nil || !panes.Freeze || panes.YSplit != 1 {
		t.Errorf("panes %+v, %v", panes, err)
	}
	if w, err := f.GetColWidth("Data", "C"); err != nil || w != 20 {
		t.Errorf("width %v, %v", w, err)
	}
	if names := f.GetDefinedName(); len(names) != 1 || !strings.Contains(names[0].RefersTo, "$A$1:$C$"+strconv.Itoa(len(payloads)+1)) {
		t.Errorf("the filter is %+v", names)
	}
}

func TestSheetsRollOver(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	b, err := newWorkbook(&out, "Data", []column{{name: "N", width: 9}}, nil, 4)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 7 {
		if err := b.row([]any{int64(i)}); err != nil {
			t.Fatal(err)
		}
	}
	if err := b.close(); err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(bytes.NewReader(out.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	if got := strings.Join(f.GetSheetList(), "|"); got != "About this export|Data|Data 2|Data 3" {
		t.Errorf("sheets %s", got)
	}
	for sheet, want := range map[string]string{"Data": "N 0 1 2", "Data 2": "N 3 4 5", "Data 3": "N 6"} {
		rows, err := f.GetRows(sheet)
		var got []string
		for _, r := range rows {
			got = append(got, r...)
		}
		if err != nil || strings.Join(got, " ") != want {
			t.Errorf("%s holds %v, %v", sheet, got, err)
		}
	}
}

func TestATextThatIsTooLongForACellIsCutVisibly(t *testing.T) {
	t.Parallel()
	for _, s := range []string{strings.Repeat("x", 40_000), strings.Repeat("🙂", 17_000), strings.Repeat("é", 32_768)} {
		got := clean(s)
		if n := len(utf16.Encode([]rune(got))); n > maxCell || !strings.Contains(got, "… [cut here: the text has ") {
			t.Errorf("%d units, ends in %q", n, got[len(got)-60:])
		}
	}
	if s := strings.Repeat("é", 32_767); clean(s) != s {
		t.Error("a text that fits is cut")
	}
}

// full is a disk without room.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no space left on device") }

func TestAFullDiskFailsTheExport(t *testing.T) {
	t.Parallel()
	s, err := newCSV(full{}, []column{{name: "A"}})
	if err != nil {
		t.Fatal(err)
	}
	for range 10_000 {
		if err = s.row([]any{"x"}); err != nil {
			break
		}
	}
	if err == nil {
		err = s.close()
	}
	if err == nil {
		t.Error("nothing was written and nobody noticed")
	}
}
