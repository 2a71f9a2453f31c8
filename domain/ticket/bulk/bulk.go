// Package bulk writes new tickets by the hundred: for imports and for generated data. A verb that uses it
// builds the records in memory at their last version, emits the events of all their versions, and then hands
// the rows over; the guards of the database hold here as everywhere.
package bulk

import (
	"context"
	"regexp"

	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/ticket"
	"github.com/cabinetdesk/cabinet/internal/db"
)

// Row is a new ticket with what it is found by.
type Row struct {
	Ticket *ticket.Ticket
	People string // the names of its requester and assignee
	Said   string // its conversation, without internal notes
}

// Insert writes rows whose events have been emitted, with their participants and search documents, and sets
// their IDs.
func Insert(ctx context.Context, d *db.DB, rows []Row) error {
	s := store{d}
	if err := s.tickets(ctx, rows); err != nil {
		return err
	}
	if err := s.participants(ctx, rows); err != nil {
		return err
	}
	return s.documents(ctx, rows)
}

// Links ties records. A link that exists stays as it is.
func Links(ctx context.Context, d *db.DB, links []ticket.Link) error {
	return store{d}.links(ctx, links)
}

// Numbers gives out n numbers of a kind, in the unit of work open in ctx.
func Numbers(ctx context.Context, d *db.DB, kind domain.Kind, n int) ([]string, error) {
	if n == 0 {
		return nil, nil
	}
	last, err := store{d}.count(ctx, kind, n)
	out := make([]string, n)
	for i := range out {
		out[i] = domain.Number{Kind: kind, N: last - int64(n-1-i)}.String()
	}
	return out, err
}

// Taken tells which of the numbers some record has.
func Taken(ctx context.Context, d *db.DB, numbers []string) (map[string]bool, error) {
	return store{d}.taken(ctx, numbers)
}

var (
	foreign = regexp.MustCompile(`^[A-Z0-9_#-]{1,32}$`)
	digit   = regexp.MustCompile(`[0-9]`)
	own     = regexp.MustCompile(`^[A-Z]+-[0-9]+$`)
)

// KeepsNumber tells whether a record of another tool can keep its number here: it looks like a number, people can
// type it, and the desk itself will never give it out.
func KeepsNumber(number string) bool {
	if !foreign.MatchString(number) || !digit.MatchString(number) {
		return false
	}
	if _, err := domain.ParseNumber(number); err == nil && own.MatchString(number) {
		return false
	}
	return true
}
