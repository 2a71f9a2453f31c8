package reports

import (
	"errors"
	"io"

	"github.com/xuri/excelize/v2"

	"github.com/cabinetdesk/cabinet/domain"
)

// ErrSheet means that a workbook could not be read.
var ErrSheet = domain.Code(domain.Invalid, "malformed_workbook", "The file is not a workbook that can be read")

// How much of a foreign workbook is taken. A sheet is unpacked into a file beyond the smaller bound.
const (
	maxUnpacked   = 1 << 30
	maxInMemory   = 16 << 20
	maxSheetCells = 500 // of one row
)

// ReadSheet yields the rows of the first sheet of a workbook, one at a time, with their number; a row without cells is left out. Values are
// as they are kept, dates and numbers without their format. It fails with [ErrSheet], and with what yield fails with.
func ReadSheet(r io.Reader, yield func(row int, cells []string) error) (err error) {
	defer func() {
		if p := recover(); p != nil { // a hostile file has made the library panic before
			err = ErrSheet
		}
	}()
	book, err := excelize.OpenReader(r, excelize.Options{UnzipSizeLimit: maxUnpacked, UnzipXMLSizeLimit: maxInMemory, RawCellValue: true})
	if err != nil {
		return ErrSheet.Wrap(err)
	}
	defer func() { err = errors.Join(err, book.Close()) }()
	sheets := book.GetSheetList()
	if len(sheets) == 0 {
		return ErrSheet.Because("The workbook has no sheet.")
	}
	rows, err := book.Rows(sheets[0])
	if err != nil {
		return ErrSheet.Wrap(err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for n := 1; rows.Next(); n++ {
		cells, err := rows.Columns(excelize.Options{RawCellValue: true})
		if err != nil {
			return ErrSheet.Because("The workbook cannot be read on after row %d.", n).Wrap(err)
		}
		if len(cells) > maxSheetCells {
			return ErrSheet.Because("Row %d has more than %d cells.", n, maxSheetCells)
		}
		if len(cells) == 0 {
			continue
		}
		if err := yield(n, cells); err != nil {
			return err
		}
	}
	if err := rows.Error(); err != nil {
		return ErrSheet.Wrap(err)
	}
	return nil
}
