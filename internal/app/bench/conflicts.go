package bench

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"time"

	"github.com/cabinetdesk/cabinet/changes/calendar"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/internal/db"
)

// What the calendar holds while it is measured.
const (
	mostBooked    = 10_000
	scheduleCount = 40
)

// conflicts asks what stands against a new change among those of a year, and when there is a free time for it.
func (s *Session) conflicts(ctx context.Context) ([]Row, error) {
	last, err := itemCount(ctx, s.DB)
	if err != nil || last == 0 {
		return nil, err
	}
	booked, err := s.book(asSystem(ctx))
	if err != nil {
		return nil, fmt.Errorf("the changes of a year: %w", err)
	}
	rng := rand.New(rand.NewPCG(uint64(last), 7))
	now := s.DB.Now(ctx).Truncate(time.Hour)
	plan := func() string {
		return fmt.Sprintf(`"model":"normal","cis":[%q]`, domain.Number{Kind: domain.KindCI, N: max(1, min(last, hubCount+1+rng.Int64N(max(1, last-hubCount))))})
	}
	ask := func(path string, body func() string, bar time.Duration, what string) (Row, error) {
		var got []sample
		for i := range 20 + s.Rounds*5 {
			b := body()
			_, took, err := s.all.do(ctx, http.MethodPost, path, b)
			if err != nil {
				return Row{}, err
			}
			if i >= 20 {
				got = append(got, sample{took, b})
			}
		}
		return times(what, got, bar), nil
	}
	found, err := ask("/changes/conflicts", func() string {
		start := now.Add(time.Duration(rng.IntN(300*24)) * time.Hour)
		return fmt.Sprintf(`{%s,"start":%q,"end":%q}`, plan(), start.Format(time.RFC3339), start.Add(4*time.Hour).Format(time.RFC3339))
	}, 50*time.Millisecond, fmt.Sprintf("conflicts of a new change with %d of a year", booked))
	if err != nil {
		return nil, err
	}
	free, err := ask("/changes/free-slots", func() string { return fmt.Sprintf(`{%s,"minutes":60,"days":366,"count":3}`, plan()) }, 250*time.Millisecond, "three free times within a year")
	if err != nil {
		return nil, err
	}
	return []Row{found, free}, nil
}

// book plans changes over the coming year, where none are: each for an item with what depends on it, and a person.
func (s *Session) book(ctx context.Context) (n int, err error) {
	if n, err = bookings(ctx, s.DB); err != nil || n > 0 {
		return n, err
	}
	tickets, err := changeKeys(ctx, s.DB, mostBooked)
	if err != nil {
		return 0, err
	}
	items, err := presentItems(ctx, s.DB)
	if err != nil || len(items) == 0 {
		return 0, err
	}
	rng := rand.New(rand.NewPCG(uint64(len(tickets)), 9))
	now := s.DB.Now(ctx)
	for at := 0; at < len(tickets); at += batch {
		part := tickets[at:min(len(tickets), at+batch)]
		err := s.DB.Do(ctx, func(ctx context.Context) error {
			var spans, touched [][]any
			for _, t := range part {
				start := now.Add(time.Duration(rng.IntN(365*24*4)) * 15 * time.Minute)
				spans = append(spans, []any{t, start, start.Add(time.Duration(1+rng.IntN(8)) * time.Hour), true, "normal", "[]"})
				touched = append(touched, []any{t, items[rng.IntN(len(items))], 0})
			}
			if err := s.DB.InsertMany(ctx, "change_bookings", []string{"ticket_id", "starts_at", "ends_at", "live", "model", "items"}, spans, ""); err != nil {
				return err
			}
			return s.DB.InsertMany(ctx, "change_booking_items", []string{"ticket_id", "ci_id", "depth"}, touched, "")
		})
		if err != nil {
			return 0, err
		}
	}
	for depth := 1; depth <= 2; depth++ {
		if err := s.DB.Do(ctx, func(ctx context.Context) error { return spread(ctx, s.DB, depth) }); err != nil {
			return 0, err
		}
	}
	for i := range scheduleCount {
		sc := calendar.Schedule{Kind: calendar.Window, Name: fmt.Sprintf("Window %d", i), Zone: "Europe/Vienna", Starts: now.Format("2006-01-02") + "T22:00", Minutes: 360, Rule: "FREQ=DAILY", Scope: calendar.Scope{Tags: []string{fmt.Sprintf("tag%d", i)}}}
		if i%2 == 0 {
			sc.Kind, sc.Name, sc.Rule, sc.Scope = calendar.Freeze, fmt.Sprintf("Freeze %d", i), "FREQ=MONTHLY", calendar.Scope{Classes: []string{itemClasses[i%len(itemClasses)]}}
		}
		if _, err := s.Calendar.Make(ctx, sc); err != nil {
			return 0, err
		}
	}
	return len(tickets), analyze(ctx, s.DB)
}

// bookings counts what is planned already.
func bookings(ctx context.Context, d *db.DB) (n int, err error) {
	return n, d.Reader().QueryRowContext(ctx, "select count(*) from change_bookings").Scan(&n)
}
