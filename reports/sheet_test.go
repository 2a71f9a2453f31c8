package reports_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"github.com/cabinetdesk/cabinet/reports"
)

// book makes a workbook of rows.
func book(t testing.TB, rows [][]any) []byte {
	t.Helper()
	f := excelize.NewFile()
	for i, r := range rows {
		cell, err := excelize.CoordinatesToCellName(1, i+1)
		if err != nil {
			t.Fatal(err)
		}
		if err := f.SetSheetRow("Sheet1", cell, &r); err != nil {
			t.Fatal(err)
		}
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestASheetIsReadRowByRow(t *testing.T) {
	t.Parallel()
	raw := book(t, [][]any{{"Key", "Name", "Memory"}, {"1", "a\nb", 64}, nil, {"2", "=1+1", 1.5}})
	var got []string
	err := reports.ReadSheet(bytes.NewReader(raw), func(row int, cells []string) error {
		got = append(got, strings.Join(cells, "|"))
		return nil
	})
	if want := []string{"Key|Name|Memory", "1|a\nb|64", "2|=1+1|1.5"}; err != nil || strings.Join(got, ";") != strings.Join(want, ";") {
		t.Errorf("%q, %v", got, err)
	}
	stop := errors.New("stop")
	if err := reports.ReadSheet(bytes.NewReader(raw), func(int, []string) error { return stop }); !errors.Is(err, stop) {
		t.Error(err)
	}
	for _, bad := range [][]byte{nil, []byte("PK"), []byte("a,b\n1,2\n"), raw[:len(raw)/2]} {
		if err := reports.ReadSheet(bytes.NewReader(bad), func(int, []string) error { return nil }); !errors.Is(err, reports.ErrSheet) {
			t.Errorf("%d bytes: %v", len(bad), err)
		}
	}
}

func FuzzAHostileWorkbookIsRefusedOrRead(f *testing.F) {
	f.Add(book(f, [][]any{{"a", "b"}, {1, 2}}))
	f.Add([]byte("PK\x03\x04"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		err := reports.ReadSheet(bytes.NewReader(raw), func(_ int, cells []string) error {
			if len(cells) == 0 {
				t.Error("a row without cells")
			}
			return nil
		})
		if err != nil && !errors.Is(err, reports.ErrSheet) {
			t.Error(err)
		}
	})
}
