package oversight

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/cabinetdesk/cabinet/changes"
	"github.com/cabinetdesk/cabinet/changes/policy"
	"github.com/cabinetdesk/cabinet/changes/rulebook"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/approval"
	"github.com/cabinetdesk/cabinet/domain/ticket"
	"github.com/cabinetdesk/cabinet/internal/db"
	"github.com/cabinetdesk/cabinet/policies"
)

type authorizer interface {
	Check(ctx context.Context, action string, o policies.Object) error
	Scope(ctx context.Context, action string) policies.Scope
}

// People answers what a check must know of teams.
type People interface {
	MembersOf(ctx context.Context, team domain.TeamID) ([]domain.UserID, error)
	// TeamKeys lists the names of all teams.
	TeamKeys(ctx context.Context) (map[domain.TeamID]string, error)
}

// Service looks at policies.
type Service struct {
	db        *db.DB
	changes   *changes.Service
	rules     *rulebook.Service
	approvals *approval.Service
	gate      authorizer
	people    People
	store     store
}

// New builds the service.
func New(d *db.DB, c *changes.Service, rules *rulebook.Service, approvals *approval.Service, gate authorizer, people People) *Service {
	return &Service{db: d, changes: c, rules: rules, approvals: approvals, gate: gate, people: people, store: store{d}}
}

// Finding is one approval that could stall.
type Finding struct {
	Row     string // of the policy
	Label   string
	Slot    string
	Team    string // for which team, where it depends on one
	Trouble string // with the way out
}

// Report is what a check of the policy has found.
type Report struct {
	Version  int64
	Slots    int // how many approvals were tried
	Findings []Finding
	At       time.Time
}

// Check tries every approval that a policy can ask for, with nobody having a hand in the change: what stalls then, stalls
// always. Approvals that depend on a team are tried for every team. Who may: rulebook.read.
func (s *Service) Check(ctx context.Context) (r Report, err error) {
	if err := s.gate.Check(ctx, "rulebook.read", policies.Object{}); err != nil {
		return r, err
	}
	table, err := s.rules.Policy(ctx, 0)
	if err != nil {
		return r, err
	}
	return s.check(ctx, table)
}

func (s *Service) check(ctx context.Context, table policy.Table) (r Report, err error) {
	r = Report{Version: table.Version, At: s.db.Now(ctx)}
	teams, err := s.people.TeamKeys(ctx)
	if err != nil {
		return r, err
	}
	for _, row := range table.Rows {
		for _, slot := range row.Slots {
			if slot.Kind == policy.Owner { // whose items they will be, nobody knows
				continue
			}
			for _, c := range samples(row, slot, teams) {
				r.Slots++
				asked, err := s.changes.Ask(ctx, c, policy.Table{Rows: []policy.Row{{ID: row.ID, Slots: []policy.Slot{slot}}}})
				if err != nil {
					return r, err
				}
				trouble := asked.Trouble[0]
				if t := asked.Ballots[0].Tally(c.Subject()); trouble == "" && slot.Kind == policy.Peer && len(t.Eligible) < t.Needed+1 {
					trouble = "Everybody of the team is needed: whoever writes the plan cannot vote, so that too few are left. Add a member to the team."
				}
				if trouble != "" {
					r.Findings = append(r.Findings, Finding{Row: row.ID, Label: row.Label, Slot: slot.Label, Team: teams[c.Ticket.TeamID], Trouble: trouble})
				}
			}
		}
	}
	return r, nil
}

// samples are changes without anybody's hand in them, as the row asks for them: for each team where the people depend on it.
func samples(row policy.Row, slot policy.Slot, teams map[domain.TeamID]string) (out []changes.Change) {
	c := changes.Change{Ticket: ticket.Ticket{State: changes.StateAuthorize}, Facet: changes.Facet{Model: changes.Normal, Risk: changes.High, Revision: 1, Digest: "sample"}}
	for _, w := range row.When {
		v, _ := w.Value.(string)
		switch {
		case w.Fact == "risk" && w.Is != "is_not":
			c.Facet.Risk = changes.Risk(v)
		case w.Fact == "model" && w.Is == "is":
			c.Facet.Model = changes.Model(v)
		}
	}
	if slot.Kind != policy.Peer {
		return []changes.Change{c}
	}
	for id := range teams {
		c.Ticket.TeamID = id
		out = append(out, c)
	}
	slices.SortFunc(out, func(a, b changes.Change) int { return cmp.Compare(a.Ticket.TeamID, b.Ticket.TeamID) })
	return out
}

// Rehearsed is what a policy would have asked of one change.
type Rehearsed struct {
	Change  changes.Change
	Had     []string // labels of the slots that it had, in its last round
	Would   []string // labels of the slots that it would have had
	Trouble []string // why one could not have been filled
	Barred  []domain.UserID
	Added   bool // it would have asked for more, or others
}

// Rehearsal is a policy run over the changes of some days.
type Rehearsal struct {
	Days     int
	Looked   int // how many changes
	Same     int
	Differ   int
	Stalled  int // how many could not have been approved
	Before   int // approvals that were asked for
	After    int // approvals that would be asked for
	Changes  []Rehearsed
	Complete bool // false: there were more changes than a rehearsal looks at
	Check    Report
}

// Limits of a rehearsal.
const (
	MaxDays    = 366
	maxChanges = 2000
)

// Rehearse runs a policy over the real changes of the last days that the reader may see: what it would have required, and
// who would have been unable to vote. Who may: rulebook.rehearse. Errors: rule_unsound.
func (s *Service) Rehearse(ctx context.Context, body []byte, days int) (r Rehearsal, err error) {
	if err := s.gate.Check(ctx, "rulebook.rehearse", policies.Object{}); err != nil {
		return r, err
	}
	if days < 1 || days > MaxDays {
		return r, domain.ErrInvalid.With("body.days", "rehearse over 1 to 366 days")
	}
	table, err := s.rules.Draft(ctx, body)
	if err != nil {
		return r, err
	}
	ids, err := s.store.recent(ctx, s.gate.Scope(ctx, "change.read"), s.db.Now(ctx).AddDate(0, 0, -days), maxChanges+1)
	if err != nil {
		return r, err
	}
	r = Rehearsal{Days: days, Complete: len(ids) <= maxChanges}
	for _, id := range ids[:min(len(ids), maxChanges)] {
		c, err := s.changes.ByID(ctx, id)
		if err != nil {
			return r, err
		}
		one, err := s.rehearse(ctx, c, table)
		if err != nil {
			return r, err
		}
		r.Looked++
		r.Before, r.After = r.Before+len(one.Had), r.After+len(one.Would)
		if len(one.Trouble) > 0 {
			r.Stalled++
		}
		if slices.Equal(one.Had, one.Would) && len(one.Trouble) == 0 {
			r.Same++
			continue
		}
		r.Differ++
		r.Changes = append(r.Changes, one)
	}
	r.Check, err = s.check(ctx, table)
	return r, err
}

func (s *Service) rehearse(ctx context.Context, c changes.Change, table policy.Table) (one Rehearsed, err error) {
	one.Change = c
	last := int64(0)
	for _, b := range c.Ballots {
		last = max(last, b.Slot.Revision)
	}
	for _, b := range c.Ballots {
		if b.Slot.Revision == last && !slices.Contains(one.Had, b.Slot.Label) {
			one.Had = append(one.Had, b.Slot.Label)
		}
	}
	asked, err := s.changes.Ask(ctx, c, table)
	if err != nil {
		return one, err
	}
	if len(asked.Ballots) == 0 {
		one.Trouble = []string{"No row of the policy says who decides on it."}
	}
	for i, b := range asked.Ballots {
		one.Would = append(one.Would, b.Slot.Label)
		if t := asked.Trouble[i]; t != "" {
			one.Trouble = append(one.Trouble, fmt.Sprintf("%s: %s", b.Slot.Label, t))
		}
		for _, e := range b.Electors {
			if barred := len(b.Interest(e.UserID, c.Subject())) > 0 || !s.changes.Able(ctx, c, b.Slot, e.UserID); barred && !slices.Contains(one.Barred, e.UserID) {
				one.Barred = append(one.Barred, e.UserID)
			}
		}
	}
	slices.Sort(one.Had)
	slices.Sort(one.Would)
	return one, nil
}
