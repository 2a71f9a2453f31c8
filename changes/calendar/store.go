package calendar

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/internal/db"
	"github.com/cabinetdesk/cabinet/policies"
)

type store struct{ db *db.DB }

func (s store) all(ctx context.Context) (out []Schedule, err error) {
	return out, s.db.Conn(ctx).Order("kind, name, id").Limit(5000).Find(&out).Error
}

func (s store) used(ctx context.Context) (out []Schedule, err error) {
	return out, s.db.Conn(ctx).Where("not retired").Order("kind, name, id").Find(&out).Error
}

func (s store) lock(ctx context.Context, ref string) (Schedule, error) {
	var found []Schedule
	if err := s.db.ForUpdate(s.db.Conn(ctx)).Where("ref = ?", ref).Limit(1).Find(&found).Error; err != nil {
		return Schedule{}, err
	}
	if len(found) == 0 {
		return Schedule{}, errGone
	}
	return found[0], nil
}

func (s store) insertSchedule(ctx context.Context, sc *Schedule) error {
	return s.db.Conn(ctx).Create(sc).Error
}

func (s store) updateSchedule(ctx context.Context, sc Schedule) error {
	res := s.db.Conn(ctx).Model(&Schedule{}).Where("id = ? and version = ?", sc.ID, sc.Version-1).Select("*").Omit("id", "ref", "kind").Updates(&sc)
	return one(res.Error, res.RowsAffected)
}

func one(err error, rows int64) error {
	if err == nil && rows != 1 {
		return domain.ErrStale
	}
	return err
}

// unbook forgets what a change takes up.
func (s store) unbook(ctx context.Context, change domain.TicketID) error {
	for _, table := range []string{"change_booking_items", "change_booking_ties", "change_booking_people", "change_bookings"} {
		if err := s.db.Conn(ctx).Exec("delete from "+table+" where ticket_id = ?", int64(change)).Error; err != nil {
			return err
		}
	}
	return nil
}

// rebook keeps what a change takes up now.
func (s store) rebook(ctx context.Context, p Plan, b Booking) error {
	if err := s.unbook(ctx, p.Change); err != nil {
		return err
	}
	numbers, err := json.Marshal(append([]string{}, p.Items...))
	if err != nil {
		return err
	}
	if err := s.db.Conn(ctx).Exec("insert into change_bookings (ticket_id, starts_at, ends_at, live, model, items) values (?, ?, ?, ?, ?, ?)",
		int64(p.Change), b.Span.Start, b.Span.End, p.Live, p.Model, string(numbers)).Error; err != nil {
		return err
	}
	var items, ties, people [][]any
	for ci, depth := range b.Touches {
		items = append(items, []any{int64(p.Change), int64(ci), depth})
	}
	for tie, cis := range b.Ties {
		for _, ci := range cis {
			ties = append(ties, []any{int64(p.Change), tie, int64(ci)})
		}
	}
	for _, u := range slices.Compact(slices.Sorted(slices.Values(b.People))) {
		people = append(people, []any{int64(p.Change), int64(u)})
	}
	for _, t := range []struct {
		table, column string
		more          []string
		rows          [][]any
	}{{"change_booking_items", "ci_id", []string{"depth"}, items}, {"change_booking_ties", "tie", []string{"ci_id"}, ties}, {"change_booking_people", "user_id", nil, people}} {
		if err := s.db.InsertMany(ctx, t.table, append([]string{"ticket_id", t.column}, t.more...), t.rows, ""); err != nil {
			return err
		}
	}
	return nil
}

// part is a row of what a booking shares with another one.
type part struct {
	TicketID domain.TicketID
	StartsAt time.Time
	EndsAt   time.Time
	CIID     domain.CIID `gorm:"column:ci_id"`
	Depth    int
	Tie      string
	UserID   domain.UserID
}

// chunk is how many keys one question names, longTime from when on what is touched selects better than the time.
const (
	chunk    = 1000
	longTime = 14 * 24 * time.Hour
)

// bookings loads, of the other live changes in a stretch of time, what they share with a booking: only that, and of items
// only what they touch up to a depth.
func (s store) bookings(ctx context.Context, b Booking, in Span, depth int) ([]Booking, error) {
	found := map[domain.TicketID]*Booking{}
	collect := func(from, cond string, args ...any) error {
		var rows []part
		// In a short time there are few bookings, in a long one few that touch this; SQLite keeps to the order of a cross join.
		join := "change_bookings b cross join " + from + " x"
		if in.End.Sub(in.Start) > longTime {
			join = from + " x cross join change_bookings b"
		}
		q := "select b.ticket_id, b.starts_at, b.ends_at, x.* from " + join + " where x.ticket_id = b.ticket_id and b.live and b.ends_at > ? and b.starts_at < ? and b.ticket_id <> ? and " + cond
		if err := s.db.Conn(ctx).Raw(q, append([]any{in.Start, in.End, int64(b.Change)}, args...)...).Scan(&rows).Error; err != nil {
			return err
		}
		for _, r := range rows {
			o := found[r.TicketID]
			if o == nil {
				o = &Booking{Change: r.TicketID, Span: Span{Start: r.StartsAt.UTC(), End: r.EndsAt.UTC()}, Touches: map[domain.CIID]int{}, Ties: map[string][]domain.CIID{}}
				found[r.TicketID] = o
			}
			switch {
			case r.UserID != 0:
				o.People = append(o.People, r.UserID)
			case r.Tie != "":
				o.Ties[r.Tie] = append(o.Ties[r.Tie], r.CIID)
			default:
				o.Touches[r.CIID] = r.Depth
			}
		}
		return nil
	}
	items := make([]domain.CIID, 0, len(b.Touches))
	for ci := range b.Touches {
		items = append(items, ci)
	}
	slices.Sort(items)
	for page := range slices.Chunk(items, chunk) {
		if err := collect("change_booking_items", "x.ci_id in ? and x.depth <= ?", page, depth); err != nil {
			return nil, err
		}
	}
	if len(b.Ties) > 0 {
		names := make([]string, 0, len(b.Ties))
		for name := range b.Ties {
			names = append(names, name)
		}
		if err := collect("change_booking_ties", "x.tie in ?", names); err != nil {
			return nil, err
		}
	}
	if len(b.People) > 0 {
		if err := collect("change_booking_people", "x.user_id in ?", b.People); err != nil {
			return nil, err
		}
	}
	out := make([]Booking, 0, len(found))
	for _, o := range found {
		out = append(out, *o)
	}
	slices.SortFunc(out, func(a, b Booking) int { return int(a.Change - b.Change) })
	return out, nil
}

// row is a booking as it is kept, with what its change is called.
type row struct {
	TicketID domain.TicketID
	Number   string
	StartsAt time.Time
	EndsAt   time.Time
	Live     bool
	Model    string
	Items    Names
}

func (s store) rows(ctx context.Context, cond string, args ...any) (out []row, err error) {
	return out, s.db.Conn(ctx).Raw("select b.ticket_id, t.number, b.starts_at, b.ends_at, b.live, b.model, b.items from change_bookings b join tickets t on t.id = b.ticket_id where "+cond, args...).Scan(&out).Error
}

// planned lists the plans that are live and not over, after a key.
func (s store) planned(ctx context.Context, after domain.TicketID, limit int) (out []Plan, err error) {
	rows, err := s.rows(ctx, "b.live and b.ticket_id > ? and b.ends_at > ? order by b.ticket_id limit ?", int64(after), s.db.Now(ctx), limit)
	for _, r := range rows {
		out = append(out, r.plan(nil))
	}
	return out, err
}

func (r row) plan(people []domain.UserID) Plan {
	return Plan{Change: r.TicketID, Number: r.Number, Model: r.Model, Start: &r.StartsAt, End: &r.EndsAt, Items: r.Items, People: people, Live: r.Live}
}

// plan loads the plan of a change that books something; nil when it does not.
func (s store) plan(ctx context.Context, change domain.TicketID) (*Plan, error) {
	rows, err := s.rows(ctx, "b.ticket_id = ?", int64(change))
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	var people []domain.UserID
	err = s.db.Conn(ctx).Raw("select user_id from change_booking_people where ticket_id = ? order by user_id", int64(change)).Scan(&people).Error
	p := rows[0].plan(people)
	return &p, err
}

func (s store) insertConflict(ctx context.Context, c *Conflict) error {
	return s.db.Conn(ctx).Create(c).Error
}

func (s store) updateConflict(ctx context.Context, c Conflict) error {
	res := s.db.Conn(ctx).Model(&Conflict{}).Where("id = ? and version = ?", c.ID, c.Version-1).
		Select("ci_id", "user_id", "basis", "state", "accepted_by", "resolved_by", "reason", "until", "found_at", "settled_at", "version").Updates(&c)
	return one(res.Error, res.RowsAffected)
}

// unsettled lists the conflicts of a change that are not resolved, and those that somebody said are none: they come back when
// something else is found.
func (s store) unsettled(ctx context.Context, change domain.TicketID) (out []Conflict, err error) {
	return out, s.db.Conn(ctx).Where("(ticket_id = ? or other_id = ?) and (state <> 'resolved' or resolved_by is not null)", int64(change), int64(change)).Order("id").Find(&out).Error
}

func (s store) conflicts(ctx context.Context, change domain.TicketID) (out []Conflict, err error) {
	return out, s.db.Conn(ctx).Where("ticket_id = ? or other_id = ?", int64(change), int64(change)).
		Order("case state when 'open' then 0 when 'accepted' then 1 else 2 end, case severity when 'hard' then 0 when 'high' then 1 else 2 end, id desc").Limit(100).Find(&out).Error
}

func (s store) conflict(ctx context.Context, ref string, change domain.TicketID) (Conflict, error) {
	var found []Conflict
	if err := s.db.ForUpdate(s.db.Conn(ctx)).Where("ref = ? and (ticket_id = ? or other_id = ?)", ref, int64(change), int64(change)).Limit(1).Find(&found).Error; err != nil {
		return Conflict{}, err
	}
	if len(found) == 0 {
		return Conflict{}, domain.ErrNotFound.Because("There is no such conflict.")
	}
	return found[0], nil
}

func (s store) eachConflict(ctx context.Context, yield func(Conflict) error) error {
	return db.Each(ctx, s.db, "id", func(c Conflict) int64 { return c.ID }, yield)
}

// nameOf is what a sentence calls the other side of a finding.
func (s store) nameOf(ctx context.Context, f Finding) (name string, err error) {
	q, arg := "select number from tickets where id = ?", int64(f.Other)
	if f.Schedule != 0 {
		q, arg = "select name from change_schedules where id = ?", f.Schedule
	}
	return name, s.db.Conn(ctx).Raw(q, arg).Scan(&name).Error
}

// shown lists the changes within a scope that are, or were, planned for a stretch of time, earliest first, with their open
// hard conflicts. What is over takes up no time any more, and is shown all the same.
func (s store) shown(ctx context.Context, scope policies.Scope, in Span, limit int) (out []Shown, err error) {
	cond, args := scope.Tickets()
	if cond == "" {
		return nil, nil
	}
	var rows []struct {
		TicketID                    domain.TicketID
		Number, Title, State, Model string
		SiteID                      *domain.SiteID
		PlannedStart, PlannedEnd    time.Time
		Hard                        int
	}
	q := `select c.ticket_id, t.number, t.title, t.state, t.site_id, c.model, c.planned_start, c.planned_end,
		(select count(*) from change_conflicts x where (x.ticket_id = t.id or x.other_id = t.id) and x.state = 'open' and x.severity = 'hard') as hard
		from changes c join tickets t on t.id = c.ticket_id where c.planned_end > ? and c.planned_start < ? and t.state <> 'cancelled' and (` + cond + `) order by c.planned_start, c.ticket_id limit ?`
	err = s.db.Conn(ctx).Raw(q, append(append([]any{in.Start, in.End}, args...), limit)...).Scan(&rows).Error
	for _, r := range rows {
		c := Shown{TicketID: r.TicketID, Number: r.Number, Title: r.Title, State: r.State, Model: r.Model, Span: Span{Start: r.PlannedStart.UTC(), End: r.PlannedEnd.UTC()}, Hard: r.Hard}
		if r.SiteID != nil {
			c.Site = *r.SiteID
		}
		out = append(out, c)
	}
	return out, err
}

// outages lists the changes of a stretch of time that interrupt something and that nobody can refuse any more.
func (s store) outages(ctx context.Context, in Span, limit int) (out []Outage, err error) {
	var rows []struct {
		Title, State, Service    string
		Model, Category          string
		ReasonCode, Security     string
		AffectedServices         Names
		OutageMinutes            int64
		PlannedStart, PlannedEnd time.Time
	}
	err = s.db.Conn(ctx).Raw(`select t.title, t.state, t.service, c.model, c.category, c.reason_code, c.security_touched as security, c.affected_services, c.outage_minutes, c.planned_start, c.planned_end from changes c join tickets t on t.id = c.ticket_id
		where c.planned_end > ? and c.planned_start < ? and c.outage = 'yes' and t.state in ('scheduled', 'implementing') order by c.planned_start, c.ticket_id limit ?`, in.Start, in.End, limit).Scan(&rows).Error
	for _, r := range rows {
		o := Outage{Title: r.Title, Services: r.AffectedServices, Span: Span{Start: r.PlannedStart.UTC(), End: r.PlannedEnd.UTC()}, Minutes: r.OutageMinutes, Begun: r.State == "implementing"}
		if r.Model == "emergency" || r.Category == "security" || r.ReasonCode == "security" || r.Security == "yes" {
			o.Title = "" // what is being mended is nobody's business before it is
		}
		if len(o.Services) == 0 && r.Service != "" {
			o.Services = []string{r.Service}
		}
		out = append(out, o)
	}
	return out, err
}
