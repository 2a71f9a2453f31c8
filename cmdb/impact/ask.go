package impact

import (
	"context"
	"slices"
	"time"

	"github.com/cabinetdesk/cabinet/cmdb"
	"github.com/cabinetdesk/cabinet/cmdb/model"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/policies"
)

// State says whether an answer can be relied on.
type State string

// The states. Known is an answer; the others say why there is none.
const (
	Known         State = "known"
	NotConfigured State = "not_configured" // the item has relations, and none of their types spreads anything
	NoRelations   State = "no_relations"
)

// Item is what is shown of an item in a graph.
type Item struct {
	ID          domain.CIID
	Number      string
	Class       string
	Name        string
	Status      string
	Environment string
	Criticality int
	Site        domain.SiteID
	// SeenAt is when somebody or something confirmed the item last; nil for never.
	SeenAt *time.Time
}

// Query asks what fails when an item fails (Down), or what it depends on (Up).
type Query struct {
	Number    string
	Direction Direction // default Down
	Depth     int       // 1 to MaxDepth; default 6
	Moment    cmdb.Moment
	// Limit is how many of the items reached are shown; all are counted. Default 200.
	Limit int
}

// MaxShown is the most items that an answer shows.
const MaxShown = 2000

// mostServices is how many services an answer names; they are shown whatever the limit.
const mostServices = 500

// freshFor is for how long a confirmation of an item counts.
const freshFor = 90 * 24 * time.Hour

// Answer is what a walk reached, as far as the reader may see it.
type Answer struct {
	State State
	Start Item
	Walk  *Walk
	Model model.Model
	// Items are those shown and those on the ways to them, by key: whoever is not here is not to be named.
	Items map[domain.CIID]Item
	// Shown are the items reached that are shown, Services all services reached, each in the order of the walk.
	Shown, Services []Reached
	// Reached is how many items were reached and may be seen, Hidden how many may not, Failing and AtRisk all there are.
	Reached, Hidden, Failing, AtRisk int
	ByClass                          map[string]int
	// Unverified is how many of Reached nobody and nothing has confirmed for 90 days.
	Unverified int
	// Now is the instant from which ages are counted.
	Now time.Time
}

// Impact answers a query. Who may: ci.read on the item; of others only those are named that the actor may read.
// Errors: not_found also for an item that was not there at the moment, impact_query_malformed.
func (s *Service) Impact(ctx context.Context, q Query) (a Answer, err error) {
	if err := q.check(); err != nil {
		return a, err
	}
	// All of it in one view: a relation that ends meanwhile must not be half of a redundancy.
	err = s.db.Snapshot(ctx, func(ctx context.Context) error {
		a, err = s.impact(ctx, q)
		return err
	})
	return a, err
}

func (s *Service) impact(ctx context.Context, q Query) (a Answer, err error) {
	c, err := s.items.At(ctx, q.Number, q.Moment)
	if err != nil {
		return a, err
	}
	moment := s.moment(ctx, q.Moment)
	if a.Model, err = s.items.ModelAt(ctx, moment.Known); err != nil {
		return a, err
	}
	kinds, err := s.store.kinds(ctx, c.ID, moment)
	if err != nil {
		return a, err
	}
	a.Items, a.ByClass, a.Now = map[domain.CIID]Item{}, map[string]int{}, s.db.Now(ctx)
	if !moment.Now() {
		a.Now = moment.At
	}
	switch {
	case len(kinds) == 0:
		a.State = NoRelations
	case !a.Model.Spreads(kinds):
		a.State = NotConfigured
	default:
		a.State = Known
	}
	if a.Walk, err = Run(ctx, s.graph(a.Model, moment), []domain.CIID{c.ID}, q.Direction, q.Depth, MaxItems); err != nil {
		return a, err
	}
	for _, r := range a.Walk.Items {
		if r.AtRisk {
			a.AtRisk++
		} else {
			a.Failing++
		}
	}
	return a, s.show(ctx, &a, moment, q.Limit)
}

func (q *Query) check() error {
	if q.Direction == "" {
		q.Direction = Down
	}
	if q.Depth == 0 {
		q.Depth = 6
	}
	if q.Limit == 0 {
		q.Limit = 200
	}
	switch {
	case q.Direction != Down && q.Direction != Up:
		return ErrQuery.With("query.direction", "the direction is down or up")
	case q.Depth < 1 || q.Depth > MaxDepth:
		return ErrQuery.With("query.depth", "the depth is 1 to 20")
	case q.Limit < 1 || q.Limit > MaxShown:
		return ErrQuery.With("query.limit", "the limit is 1 to 2000")
	}
	return nil
}

// show counts what was reached, picks what is shown, and loads it with the ways to it.
func (s *Service) show(ctx context.Context, a *Answer, moment cmdb.Moment, limit int) error {
	scope := s.gate.Scope(ctx, "ci.read")
	ids := make([]domain.CIID, len(a.Walk.Items))
	for i, r := range a.Walk.Items {
		ids[i] = r.ID
	}
	services, seen := map[domain.CIID]bool{}, map[domain.CIID]bool{}
	sum := summary{byClass: a.ByClass, named: services}
	below := a.Model.Below("service")
	for page := range slices.Chunk(ids, 5*chunk) {
		if err := s.store.sum(ctx, page, moment, scope, a.Now.Add(-freshFor), below, &sum); err != nil {
			return err
		}
	}
	a.Reached, a.Unverified, a.Hidden = sum.seen, sum.unverified, len(ids)-sum.seen
	if a.Hidden > 0 {
		for page := range slices.Chunk(ids, 5*chunk) {
			if err := s.store.seen(ctx, page, moment, scope, seen); err != nil {
				return err
			}
		}
	}
	for _, r := range a.Walk.Items {
		if len(a.Shown) < limit && (a.Hidden == 0 || seen[r.ID]) {
			a.Shown = append(a.Shown, r)
		}
		if services[r.ID] && len(a.Services) < mostServices {
			a.Services = append(a.Services, r)
		}
	}
	return s.loadWays(ctx, a, moment, scope)
}

// loadWays loads the items shown, the services, and everything on the ways to them.
func (s *Service) loadWays(ctx context.Context, a *Answer, moment cmdb.Moment, scope policies.Scope) error {
	need := map[domain.CIID]bool{}
	for _, id := range a.Walk.Start {
		need[id] = true
	}
	for _, list := range [][]Reached{a.Shown, a.Services} {
		for _, r := range list {
			for ok := true; ok && !need[r.ID]; r, ok = a.Walk.Item(r.parent()) {
				need[r.ID] = true
			}
		}
	}
	if err := s.load(ctx, need, moment, scope, a.Items); err != nil {
		return err
	}
	a.Start = a.Items[a.Walk.Start[0]]
	return nil
}

func (s *Service) load(ctx context.Context, need map[domain.CIID]bool, moment cmdb.Moment, scope policies.Scope, out map[domain.CIID]Item) error {
	for page := range slices.Chunk(slices.Sorted(keys(need)), chunk) {
		if err := s.store.items(ctx, page, moment, scope, out); err != nil {
			return err
		}
	}
	return nil
}

// ShownTies are the ties of the walk between items that are shown, the start among them, without repetitions.
func (a Answer) ShownTies() (out []Tie) {
	shown := map[domain.CIID]bool{}
	for _, id := range a.Walk.Start {
		shown[id] = true
	}
	for _, r := range slices.Concat(a.Shown, a.Services) {
		shown[r.ID] = true
	}
	for _, t := range a.Walk.Ties {
		if shown[t.Provider] && shown[t.Dependent] {
			out = append(out, t)
		}
	}
	slices.SortFunc(out, func(x, y Tie) int {
		switch {
		case x.before(y):
			return -1
		case y.before(x):
			return 1
		}
		return 0
	})
	return slices.Compact(out)
}

// StaleDays is for how many days nobody and nothing has confirmed an item; nil when it never was.
func (i Item) StaleDays(now time.Time) *int {
	if i.SeenAt == nil {
		return nil
	}
	days := max(0, int(now.Sub(*i.SeenAt)/(24*time.Hour)))
	return &days
}

// mostDependencies is how many items [Service.Dependencies] gives, the nearest.
const mostDependencies = 2000

// DependenciesOf lists an item and what it depends on, the nearest first, up to 2,000 items; cut tells that there are
// more. Who may: ci.read on the item.
func (s *Service) DependenciesOf(ctx context.Context, number string) (ids []domain.CIID, cut bool, err error) {
	c, err := s.items.At(ctx, number, cmdb.Moment{})
	if err != nil {
		return nil, false, err
	}
	m, err := s.items.ModelAt(ctx, time.Time{})
	if err != nil {
		return nil, false, err
	}
	w, err := Run(ctx, s.graph(m, cmdb.Moment{}), []domain.CIID{c.ID}, Up, MaxDepth, mostDependencies)
	if err != nil {
		return nil, false, err
	}
	ids = append(ids, c.ID)
	for _, r := range w.Items {
		ids = append(ids, r.ID)
	}
	return ids, w.Cut != nil, nil
}

// Dependencies implements ticket.Items.
func (s *Service) Dependencies(ctx context.Context, number string) ([]domain.CIID, error) {
	ids, _, err := s.DependenciesOf(ctx, number)
	if err != nil {
		return nil, err
	}
	return s.items.Including(ctx, ids)
}

// Including implements ticket.Items.
func (s *Service) Including(ctx context.Context, items []domain.CIID) ([]domain.CIID, error) {
	return s.items.Including(ctx, items)
}

// ItemByNumber implements ticket.Items. An item that was merged is the one that it lives on in, if the actor may read that.
func (s *Service) ItemByNumber(ctx context.Context, number string) (domain.CIID, string, error) {
	c, err := s.items.At(ctx, number, cmdb.Moment{})
	if err != nil || c.Facts.Presence != cmdb.Merged {
		return c.ID, c.Number, err
	}
	on, err := s.items.LivingOn(ctx, []domain.CIID{c.ID})
	if err != nil {
		return 0, "", err
	}
	c, err = s.items.At(ctx, on[c.ID].Number, cmdb.Moment{})
	return c.ID, c.Number, err
}
