package impact

import (
	"cmp"
	"context"
	"slices"

	"github.com/cabinetdesk/cabinet/domain"
)

// Direction is which way a walk goes.
type Direction string

// Down is towards what fails when an item fails, Up towards what it depends on.
const (
	Down Direction = "down"
	Up   Direction = "up"
)

// The caps of a walk.
const (
	MaxDepth = 20
	MaxItems = 20_000
)

// Tie is a relation as a failure sees it: Dependent suffers when Provider fails.
type Tie struct {
	Provider, Dependent domain.CIID
	Type                string
	// Forth tells that the relation reads from the provider to the dependent ("hosts"); otherwise it reads back ("runs on").
	Forth      bool
	Redundancy string
	Needed     int
}

// group is a set of ties that stand in for each other.
type group struct {
	dependent domain.CIID
	kind      string
	forth     bool
	name      string
}

func (t Tie) group() group { return group{t.Dependent, t.Type, t.Forth, t.Redundancy} }

// before orders ties, so that of several ways to an item it is always the same one that is told.
func (t Tie) before(o Tie) bool {
	return cmp.Or(cmp.Compare(t.Provider, o.Provider), cmp.Compare(t.Dependent, o.Dependent), cmp.Compare(t.Type, o.Type)) < 0
}

// Neighbours is what a walk asks about the graph. A list of ties may be cut: more then says how many of the items
// were not looked at, the last ones.
type Neighbours interface {
	// Dependents lists the ties whose provider is one of the items.
	Dependents(ctx context.Context, items []domain.CIID) (ties []Tie, more int, err error)
	// Providers lists the ties whose dependent is one of the items.
	Providers(ctx context.Context, items []domain.CIID) (ties []Tie, more int, err error)
	// Members lists the ties of which the items are the dependents and that are part of a redundancy.
	Members(ctx context.Context, items []domain.CIID) ([]Tie, error)
	// Idle tells which of the items are not in use: they stand in for nobody.
	Idle(ctx context.Context, items []domain.CIID) (map[domain.CIID]bool, error)
}

// Reached is an item that a walk came to: so many rounds from the start, by a tie to an item that was reached before.
type Reached struct {
	ID     domain.CIID
	Level  int
	AtRisk bool
	Via    Tie
}

// parent is the item from which this one was reached.
func (r Reached) parent() domain.CIID { return r.Via.Provider + r.Via.Dependent - r.ID }

// Why a walk was cut.
const (
	CutDepth     = "depth"     // at so many rounds
	CutItems     = "items"     // at so many items
	CutRelations = "relations" // a round had too many relations to read
)

// Cut says that a walk was cut, why, at which round, and at how many items whose other ties were not followed, or, for
// items, how many more it would have reached in that round.
type Cut struct {
	Why   string
	Level int
	Items int
}

// Walk is where a walk came to.
type Walk struct {
	Start []domain.CIID
	// Items are in the order of their rounds and keys.
	Items []Reached
	// Ties are those that were followed, in no particular order.
	Ties []Tie
	Cut  *Cut

	at map[domain.CIID]int // in Items; -1 for the start
}

// Item finds an item that was reached.
func (w *Walk) Item(id domain.CIID) (Reached, bool) {
	i, ok := w.at[id]
	if !ok || i < 0 {
		return Reached{}, false
	}
	return w.Items[i], true
}

// Path is the way from the start to an item that was reached, the item last.
func (w *Walk) Path(id domain.CIID) (out []Reached) {
	for {
		r, ok := w.Item(id)
		if !ok {
			slices.Reverse(out)
			return out
		}
		out = append(out, r)
		id = r.parent()
	}
}

// exactly is up to how many items at the last round a walk looks whether it would go on; of more it says that it does not know.
const exactly = 200

// Run walks from items in a direction, for at most depth rounds and to at most most items.
func Run(ctx context.Context, n Neighbours, start []domain.CIID, d Direction, depth, most int) (*Walk, error) {
	w := &walker{graph: n, up: d == Up, failed: map[domain.CIID]bool{}, risk: map[domain.CIID]Reached{}, groups: map[group]*members{}, known: map[domain.CIID]bool{}}
	w.Start = slices.Compact(slices.Sorted(slices.Values(start)))
	for _, id := range w.Start {
		w.failed[id] = true
	}
	frontier := w.Start
	for level := 1; len(frontier) > 0 && w.Cut == nil; level++ {
		if level > depth {
			return w.end(most), w.edge(ctx, frontier, level-1)
		}
		next, err := w.round(ctx, frontier, level)
		if err != nil {
			return nil, err
		}
		frontier = slices.Sorted(keys(next))
		if room := most - len(w.Items); len(frontier) > room {
			w.Cut = &Cut{CutItems, level, len(frontier) - room}
			frontier = frontier[:room]
		}
		for _, id := range frontier {
			w.failed[id] = true
			delete(w.risk, id)
			w.Items = append(w.Items, Reached{ID: id, Level: level, Via: next[id]})
		}
	}
	return w.end(most), nil
}

func keys[V any](m map[domain.CIID]V) func(yield func(domain.CIID) bool) {
	return func(yield func(domain.CIID) bool) {
		for id := range m {
			if !yield(id) {
				return
			}
		}
	}
}

// members are the providers of a redundancy and how many of them it takes.
type members struct {
	providers map[domain.CIID]bool // value: in use
	needed    int
}

type walker struct {
	Walk
	graph  Neighbours
	up     bool
	failed map[domain.CIID]bool // reached, with the start
	risk   map[domain.CIID]Reached
	groups map[group]*members
	known  map[domain.CIID]bool // dependents whose groups are loaded
}

func (w *walker) ties(ctx context.Context, frontier []domain.CIID) ([]Tie, int, error) {
	if w.up {
		return w.graph.Providers(ctx, frontier)
	}
	return w.graph.Dependents(ctx, frontier)
}

func (w *walker) far(t Tie) domain.CIID {
	if w.up {
		return t.Provider
	}
	return t.Dependent
}

// round finds what the items of one round reach.
func (w *walker) round(ctx context.Context, frontier []domain.CIID, level int) (map[domain.CIID]Tie, error) {
	ties, more, err := w.ties(ctx, frontier)
	if err != nil {
		return nil, err
	}
	if more > 0 {
		w.Cut = &Cut{CutRelations, level, more}
	}
	w.Ties = append(w.Ties, ties...)
	next, shared := map[domain.CIID]Tie{}, map[group]Tie{}
	for _, t := range ties {
		id := w.far(t)
		switch {
		case w.failed[id]:
		case t.Redundancy == "" || w.up:
			if old, ok := next[id]; !ok || t.before(old) {
				next[id] = t
			}
		default:
			if old, ok := shared[t.group()]; !ok || t.before(old) {
				shared[t.group()] = t
			}
		}
	}
	if err := w.load(ctx, shared); err != nil {
		return nil, err
	}
	down := map[domain.CIID]Tie{} // by the loss of a redundancy; a plain tie is told first
	for g, t := range shared {
		if _, fails := next[g.dependent]; fails {
			continue
		}
		if w.works(g) {
			if old, ok := w.risk[g.dependent]; !ok || old.Level == level && t.before(old.Via) {
				w.risk[g.dependent] = Reached{ID: g.dependent, Level: level, AtRisk: true, Via: t}
			}
		} else if old, ok := down[g.dependent]; !ok || t.before(old) {
			down[g.dependent] = t
		}
	}
	for id, t := range down {
		next[id] = t
	}
	return next, nil
}

// works tells whether enough members of a redundancy are left.
func (w *walker) works(g group) bool {
	m, left := w.groups[g], 0
	if m == nil {
		return false // it ended between two looks: nothing stands in
	}
	for id, inUse := range m.providers {
		if inUse && !w.failed[id] {
			left++
		}
	}
	return left >= m.needed
}

// load reads the members of redundancies that the walk has not met before.
func (w *walker) load(ctx context.Context, shared map[group]Tie) error {
	ask := map[domain.CIID]bool{}
	for g := range shared {
		if !w.known[g.dependent] {
			ask[g.dependent], w.known[g.dependent] = true, true
		}
	}
	if len(ask) == 0 {
		return nil
	}
	ties, err := w.graph.Members(ctx, slices.Sorted(keys(ask)))
	if err != nil {
		return err
	}
	all := map[domain.CIID]bool{}
	for _, t := range ties {
		m := w.groups[t.group()]
		if m == nil {
			m = &members{providers: map[domain.CIID]bool{}, needed: 1}
			w.groups[t.group()] = m
		}
		m.providers[t.Provider], m.needed = true, max(m.needed, t.Needed)
		all[t.Provider] = true
	}
	idle, err := w.graph.Idle(ctx, slices.Sorted(keys(all)))
	if err != nil {
		return err
	}
	for _, m := range w.groups {
		for id := range m.providers {
			if idle[id] {
				m.providers[id] = false
			}
		}
	}
	return nil
}

// edge finds out whether the walk would have gone on.
func (w *walker) edge(ctx context.Context, frontier []domain.CIID, level int) error {
	if len(frontier) > exactly {
		w.Cut = &Cut{CutDepth, level, len(frontier)}
		return nil
	}
	ties, _, err := w.ties(ctx, frontier)
	if err != nil {
		return err
	}
	open := map[domain.CIID]bool{}
	for _, t := range ties {
		if id := w.far(t); !w.failed[id] {
			open[t.Provider+t.Dependent-id] = true
		}
	}
	if len(open) > 0 {
		w.Cut = &Cut{CutDepth, level, len(open)}
	}
	return nil
}

// end puts what is at risk among what fails, in the order of rounds.
func (w *walker) end(most int) *Walk {
	for _, id := range slices.Sorted(keys(w.risk)) {
		if len(w.Items) >= most {
			if w.Cut == nil {
				w.Cut = &Cut{CutItems, w.risk[id].Level, 0}
			}
			break
		}
		w.Items = append(w.Items, w.risk[id])
	}
	slices.SortFunc(w.Items, func(a, b Reached) int {
		return cmp.Or(cmp.Compare(a.Level, b.Level), cmp.Compare(a.ID, b.ID))
	})
	w.at = make(map[domain.CIID]int, len(w.Items)+len(w.Start))
	for _, id := range w.Start {
		w.at[id] = -1
	}
	for i, r := range w.Items {
		w.at[r.ID] = i
	}
	return &w.Walk
}
