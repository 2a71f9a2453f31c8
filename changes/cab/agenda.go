package cab

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/cabinetdesk/cabinet/changes"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/ticket"
)

// The sections of an agenda, in the order in which they come.
const (
	SectionFailed    = "failed"    // failed, backed out, and emergencies since the meeting before
	SectionReviews   = "reviews"   // done, and their review is still to be finished
	SectionHighRisk  = "high_risk" // of high risk, for decision
	SectionConflicts = "conflicts" // for decision, with a conflict in their way
	SectionDecisions = "decisions" // the others for decision
	SectionTemplates = "templates" // editions of templates for decision
	SectionForward   = "forward"   // what is scheduled
	SectionOther     = "other"     // put there by hand
)

// Sections lists those that a rule fills.
var Sections = changes.Texts{SectionFailed, SectionReviews, SectionHighRisk, SectionConflicts, SectionDecisions, SectionTemplates, SectionForward}

// SectionLabels says what they are called.
var SectionLabels = map[string]string{SectionFailed: "Failed, backed out and emergencies", SectionReviews: "Reviews due", SectionHighRisk: "High risk", SectionConflicts: "Conflicts",
	SectionDecisions: "For decision", SectionTemplates: "Templates of standard changes", SectionForward: "Forward schedule", SectionOther: "Other points"}

func rank(section string) int {
	if i := slices.Index(Sections, section); i >= 0 {
		return i
	}
	return len(Sections)
}

// most is how many points an agenda has.
const most = 60

// Merge brings what the rule finds into an agenda: what is new goes to the end of its section, and so does what moves to another; what the rule does not find any
// more is dropped unless it has been talked about, and comes back when it is found again. What a person put there, moved or struck
// stays as they left it (invariant 3). Once a meeting sits, nothing is dropped.
func Merge(have, found []Item, sits bool) []Item {
	out := slices.Clone(have)
	seen := map[string]bool{}
	var moved []Item
	for i := range out {
		x := &out[i]
		key := x.what()
		at := slices.IndexFunc(found, func(f Item) bool { return key != "" && f.what() == key })
		if key != "" {
			seen[key] = true
		}
		switch {
		case !x.Ruled:
		case at < 0 && x.State == ItemOpen && !sits:
			x.State = ItemDropped
		case at >= 0 && (x.State == ItemDropped || x.State == ItemOpen && !sits):
			x.State = ItemOpen
			if to := found[at].Section; x.Section != to {
				x.Section = to
				moved = append(moved, *x)
			}
		}
	}
	for _, x := range moved { // not where it stood among points of another kind
		out = slices.DeleteFunc(out, func(o Item) bool { return o.what() == x.what() })
		out = slices.Insert(out, after(out, x.Section), x)
	}
	for _, f := range found {
		if seen[f.what()] || len(out) >= most {
			continue
		}
		seen[f.what()] = true
		f.Ruled, f.State = true, ItemOpen
		out = slices.Insert(out, after(out, f.Section), f)
	}
	for i := range out {
		out[i].Position = i + 1
	}
	return out
}

// after is the place of the end of a section: after its last point, wherever somebody has put it, or before the first point of a
// section that comes later.
func after(list []Item, section string) int {
	for i := len(list) - 1; i >= 0; i-- {
		if list[i].Section == section {
			return i + 1
		}
	}
	if i := slices.IndexFunc(list, func(x Item) bool { return rank(x.Section) > rank(section) }); i >= 0 {
		return i
	}
	return len(list)
}

// review is how far back a first meeting looks, and forward how far ahead every meeting does.
const (
	review  = 14 * 24 * time.Hour
	Forward = 14 * 24 * time.Hour
)

// find lists what the rule of a rhythm puts on the agenda of a meeting. It asks nobody: the agenda does not depend on who looks.
func (s *Service) find(ctx context.Context, r Rhythm, m Meeting) (out []Item, err error) {
	add := func(section string, x Item) {
		if slices.Contains(r.Sections, section) {
			x.Section, x.Minutes = section, r.ItemMinutes
			out = append(out, x)
		}
	}
	since := m.StartsAt.Add(-review)
	if last, ok, err := s.store.last(ctx, m.BoardID, m.StartsAt); err != nil {
		return nil, err
	} else if ok {
		since = last
	}
	ended, err := s.store.ended(ctx, since, most)
	if err != nil {
		return nil, err
	}
	grave := map[domain.TicketID]bool{}
	for _, c := range ended {
		if c.Grave() {
			grave[c.TicketID] = true
			add(SectionFailed, Item{TicketID: c.TicketID})
		}
	}
	due, err := s.Reviews.Open(ctx)
	if err != nil {
		return nil, err
	}
	for _, id := range due {
		if !grave[id] {
			add(SectionReviews, Item{TicketID: id})
		}
	}
	slots, err := s.Approvals.Asked(ctx, m.BoardID, most)
	if err != nil {
		return nil, err
	}
	ids := make([]domain.TicketID, len(slots))
	for i, slot := range slots {
		ids[i] = slot.TicketID
	}
	asking, err := s.store.asking(ctx, ids)
	if err != nil {
		return nil, err
	}
	for _, c := range asking {
		switch {
		case c.Risk == changes.Low && !r.LowRisk:
		case c.Risk == changes.High:
			add(SectionHighRisk, Item{TicketID: c.TicketID})
		case c.Conflicts > 0:
			add(SectionConflicts, Item{TicketID: c.TicketID})
		default:
			add(SectionDecisions, Item{TicketID: c.TicketID})
		}
	}
	editions, err := s.store.proposed(ctx, m.BoardID)
	if err != nil {
		return nil, err
	}
	for _, name := range editions {
		add(SectionTemplates, Item{Template: name})
	}
	add(SectionForward, Item{})
	slices.SortStableFunc(out, func(a, b Item) int { return rank(a.Section) - rank(b.Section) })
	return out, nil
}

// fill brings the agenda up to date; it tells whether anything altered.
func (s *Service) fill(ctx context.Context, m *Meeting) error {
	r, err := s.rhythm(ctx, m.BoardID)
	if err != nil {
		return err
	}
	found, err := s.find(ctx, r, *m)
	if err != nil {
		return err
	}
	m.Items = Merge(m.Items, found, m.State == InProgress)
	for i := range m.Items {
		if m.Items[i].Ref == "" {
			m.Items[i].Ref = s.Random()
		}
	}
	return nil
}

// Refresh brings the agenda up to date with the rule. Who may: meeting.lead. While it is planned or sits. Facts: Happened as
// "agenda_refreshed". Errors: meeting_not_now.
func (s *Service) Refresh(ctx context.Context, ref string) (Meeting, error) {
	return s.alter(ctx, ref, "meeting.lead", func(ctx context.Context, m *Meeting) (Happened, error) {
		if err := m.open(); err != nil {
			return Happened{}, err
		}
		return Happened{What: "agenda_refreshed"}, s.fill(ctx, m)
	})
}

// open refuses a meeting that is over.
func (m Meeting) open() error {
	if m.State != Planned && m.State != InProgress {
		return ErrNotNow.Because("It is %s.", strings.ToLower(stateLabel(m.State)))
	}
	return nil
}

// sits refuses a meeting that does not sit now.
func (m Meeting) sits() error {
	if m.State != InProgress {
		return ErrNotNow.Because("It is %s.", strings.ToLower(stateLabel(m.State)))
	}
	return nil
}

func stateLabel(state string) string {
	st, _ := Flow.State(state)
	return st.Label
}

// PutInput is a point that somebody puts on an agenda: a change, or a title.
type PutInput struct {
	Meeting string
	Change  string
	Title   string
	Minutes int // 0: as the rhythm says
}

// Put puts a point on the agenda by hand, at its end. Who may: meeting.lead, and change.read for a change. Facts: Happened as
// "point_added". Errors: agenda_unsound, on_agenda_already, agenda_full, meeting_not_now.
func (s *Service) Put(ctx context.Context, in PutInput) (Meeting, error) {
	var err error
	if in.Title, err = ticket.Line("body.title", in.Title, ticket.MaxTitle); err != nil {
		return Meeting{}, err
	}
	in.Title = strings.TrimSpace(in.Title)
	switch {
	case (in.Change == "") == (in.Title == ""):
		return Meeting{}, ErrItem.With("body.title", "name a change, or say in a line what it is about")
	case in.Minutes < 0 || in.Minutes > 120:
		return Meeting{}, ErrItem.With("body.minutes", "a point takes a minute to two hours")
	}
	return s.alter(ctx, in.Meeting, "meeting.lead", func(ctx context.Context, m *Meeting) (Happened, error) {
		if err := m.open(); err != nil {
			return Happened{}, err
		}
		if len(m.Items) >= most {
			return Happened{}, ErrAgendaCut
		}
		r, err := s.rhythm(ctx, m.BoardID)
		if err != nil {
			return Happened{}, err
		}
		x := Item{Ref: s.Random(), Position: len(m.Items) + 1, Section: SectionOther, Title: in.Title, State: ItemOpen, Minutes: r.ItemMinutes}
		if in.Minutes > 0 {
			x.Minutes = in.Minutes
		}
		var about []string
		if in.Change != "" {
			c, err := s.Changes.Get(ctx, in.Change)
			switch {
			case err != nil:
				return Happened{}, ErrItem.With("body.change", "there is no such change, or you may not see it")
			case c.Facet.Model == changes.Standard:
				return Happened{}, ErrItem.With("body.change", "a standard change takes no meeting")
			}
			x.TicketID, about = c.Ticket.ID, []string{c.Ticket.Number}
			if i := slices.IndexFunc(m.Items, func(o Item) bool { return o.TicketID == x.TicketID }); i >= 0 {
				if m.Items[i].Listed() {
					return Happened{}, ErrListed
				}
				m.Items[i].State, m.Items[i].Ruled = ItemOpen, false
				return Happened{What: "point_added", About: about}, nil
			}
		}
		m.Items = append(m.Items, x)
		return Happened{What: "point_added", About: about}, nil
	})
}

// The steps that are made with a point.
const (
	StepUp      = "promote"
	StepDown    = "demote"
	StepPutOff  = "put_off"
	StepStrike  = "strike"
	StepRestore = "restore"
)

var stepped = map[string]string{StepUp: "point_promoted", StepDown: "point_demoted", StepPutOff: "point_put_off", StepStrike: "point_struck", StepRestore: "point_restored"}

// Step promotes a point or demotes it by one, puts it off to the next meeting, strikes it, or restores one that was done, put
// off, or struck. Who may: meeting.lead. While the meeting is planned or sits. Facts: Happened, named after the step. Errors:
// meeting_not_now.
func (s *Service) Step(ctx context.Context, ref, item, step, reason string) (Meeting, error) {
	if err := ticket.Texts(map[string]*string{"reason": &reason}, ticket.MaxShort); err != nil {
		return Meeting{}, err
	}
	if stepped[step] == "" {
		return Meeting{}, domain.ErrMove.Because("There is no such step.")
	}
	return s.onItem(ctx, ref, item, "meeting.lead", func(ctx context.Context, m *Meeting, x *Item) (Happened, error) {
		if err := m.open(); err != nil {
			return Happened{}, err
		}
		switch step {
		case StepUp, StepDown:
			return Happened{What: stepped[step]}, m.shift(x.Ref, step == StepDown)
		case StepRestore:
			if x.State == ItemOpen || x.State == ItemCurrent {
				return Happened{}, ErrNotNow.Because("It stands on the agenda.")
			}
			x.State, x.Result = ItemOpen, ""
		default:
			if x.State != ItemOpen && x.State != ItemCurrent {
				return Happened{}, ErrNotNow.Because("It is over.")
			}
			m.stop(x, s.DB.Now(ctx))
			if x.State, x.Result = ItemPutOff, reason; step == StepStrike {
				x.State = ItemStruck
			}
		}
		return Happened{What: stepped[step], Details: ticket.Detail("reason", reason, "")}, nil
	})
}

// shift swaps a point with its neighbour among those that stand on the agenda and are still to come.
func (m *Meeting) shift(ref string, down bool) error {
	var order []int
	at := -1
	for i, x := range m.Items {
		if x.State == ItemOpen || x.Ref == ref {
			if x.Ref == ref {
				at = len(order)
			}
			order = append(order, i)
		}
	}
	to := at - 1
	if down {
		to = at + 1
	}
	switch {
	case m.Items[order[at]].State != ItemOpen:
		return ErrNotNow.Because("Only what is still to come has an order.")
	case to < 0 || to >= len(order):
		return ErrNotNow.Because("It is there already.")
	}
	a, b := &m.Items[order[at]], &m.Items[order[to]]
	a.Position, b.Position = b.Position, a.Position
	m.Items[order[at]], m.Items[order[to]] = m.Items[order[to]], m.Items[order[at]]
	return nil
}

// onItem runs a verb on one point; the event says about which change it is.
func (s *Service) onItem(ctx context.Context, ref, item, action string, verb func(ctx context.Context, m *Meeting, x *Item) (Happened, error)) (Meeting, error) {
	return s.alter(ctx, ref, action, func(ctx context.Context, m *Meeting) (Happened, error) {
		x := m.Item(item)
		if x == nil {
			return Happened{}, domain.ErrNotFound.Because("There is no such point.")
		}
		id := x.TicketID
		h, err := verb(ctx, m, x)
		if err != nil || id == 0 {
			return h, err
		}
		numbers, err := s.store.numbers(ctx, []domain.TicketID{id})
		h.About = append(h.About, numbers[id])
		return h, err
	})
}
