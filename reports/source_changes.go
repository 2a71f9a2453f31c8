package reports

import (
	"context"

	"github.com/cabinetdesk/cabinet/domain/ticket"
	"github.com/cabinetdesk/cabinet/reports/evidence"
)

// changeSource is a list of changes with their whole life: a sheet for each thing that a change has, what departs from the
// rules, and what was looked for.
type changeSource struct {
	ticketSource
	found map[string]int64 // exceptions by rule
	rows  []int64          // of the sheets beside that of the changes
}

// rulesSheet and totalsSheet stand after those of the life.
var (
	rulesSheet  = len(evidence.Sheets)
	totalsSheet = rulesSheet + 1
)

func (s *changeSource) beside() (out []table) {
	for _, sh := range evidence.Sheets {
		out = append(out, table{name: sh.Name, holds: sh.Holds, columns: headed(sh.Columns)})
	}
	return append(out, table{name: "Rules", holds: "What was looked for, of every change, and how often it was found", columns: headed(evidence.RuleColumns)},
		table{name: "Totals", holds: "How many rows each sheet has", columns: []column{{"Sheet", "Its name", 20, nil}, {"Rows", "Without the header", 10, nil}}})
}

func headed(columns []evidence.Column) (out []column) {
	for _, c := range columns {
		out = append(out, column{name: c.Name, meaning: c.Meaning, width: c.Width})
	}
	return out
}

func (s *changeSource) columns(ctx context.Context) ([]column, error) {
	own, err := s.ticketSource.columns(ctx)
	return append(own, headed(evidence.SummaryColumns)...), err
}

func (s *changeSource) each(ctx context.Context, yield func(values []any) error, beside func(sheet int, values []any) error, paged func() error) error {
	columns, reader := columnsOf(s.q.Filter.Kind), evidence.NewReader(s.e.DB, s.e.Models)
	var known names
	s.found, s.rows = map[string]int64{}, make([]int64, len(evidence.Sheets))
	changes := int64(0)
	err := s.e.Tickets.Each(ctx, s.q.Filter, s.e.Names, func(page []ticket.Ticket) error {
		for len(page) > 0 { // a life is much: a few at a time
			some := page[:min(len(page), lives)]
			page = page[len(some):]
			told, err := reader.Read(ctx, some)
			if err != nil {
				return err
			}
			records, err := s.e.store.records(ctx, s.q.Filter.Kind, some, told, &known)
			if err != nil {
				return err
			}
			for i := range records {
				values := make([]any, 0, len(columns)+len(evidence.SummaryColumns))
				for _, c := range columns {
					values = append(values, c.value(&records[i]))
				}
				if err := yield(append(values, told[i].Summary()...)); err != nil {
					return err
				}
				changes++
				if err := s.tell(&told[i], beside); err != nil {
					return err
				}
			}
		}
		return paged()
	})
	if err != nil {
		return err
	}
	for _, r := range evidence.Rules {
		if err := beside(rulesSheet, []any{r.ID, string(r.Severity), r.Title, r.Words, s.found[r.ID]}); err != nil {
			return err
		}
	}
	if err := beside(totalsSheet, []any{"Changes", changes}); err != nil {
		return err
	}
	for i, sh := range evidence.Sheets {
		if err := beside(totalsSheet, []any{sh.Name, s.rows[i]}); err != nil {
			return err
		}
	}
	return nil
}

// lives is how many are read at once.
const lives = 200

// tell writes the rows of one change on the sheets beside.
func (s *changeSource) tell(l *evidence.Life, beside func(sheet int, values []any) error) error {
	for i, sh := range evidence.Sheets {
		for _, values := range sh.Rows(l) {
			s.rows[i]++
			if err := beside(i, values); err != nil {
				return err
			}
		}
	}
	for _, e := range l.Exceptions() {
		s.found[e.Rule.ID]++
	}
	return nil
}
