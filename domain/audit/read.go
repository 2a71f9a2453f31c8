package audit

import (
	"context"
	"database/sql"
	"slices"
	"strings"
	"time"

	"github.com/cabinetdesk/cabinet/domain"
)

// Event is one event of the log, with the values behind its commitments.
type Event struct {
	ID         string
	Type       string
	EntityKind string
	Entity     string
	Version    int64
	Actor      string // opaque reference
	OnBehalfOf string
	Via        string
	StateFrom  string
	StateTo    string
	Visibility domain.Visibility
	OccurredAt time.Time
	RecordedAt time.Time
	// Leaf holds the exact bytes that are hashed; see [ParseLeaf].
	Leaf []byte
	// Index is the place in the tree, -1 until the event is sealed.
	Index   int64
	Changes []Change
}

// Change is one value that an event changed, sorted by field. When the value has been erased, only the
// commitment in the leaf is left.
type Change struct {
	Field   string
	Before  string
	After   string
	Subject string
	Erased  bool
}

// Filter selects events. Empty fields select all. To and From bound the time of recording, From
// included, To excluded.
type Filter struct {
	EntityKind   string
	Entity       string
	Type         string
	Actor        string
	From, To     time.Time
	Visibilities []domain.Visibility
	// After is the ID of the last event of the page before.
	After string
	// OldestFirst turns the order round; the default is newest first.
	OldestFirst bool
	// Limit is the size of a page, 1 to 1000; 0 means 100.
	Limit int
}

const eventSelect = `select e.id, e.type, e.entity_kind, e.entity, e.entity_version, e.actor, e.on_behalf_of, e.via,
 e.state_from, e.state_to, e.visibility, e.occurred_at, e.recorded_at, e.leaf, l.idx
 from audit_events e left join audit_leaves l on l.event_id = e.id`

// Events lists a page of the log. The history of one record (EntityKind and Entity given) is in the
// order of its versions; everything else in the order of identifiers, which is that of recording
// except that instances whose clocks differ mix. Who may see what is for the caller to put into
// Visibilities.
func (l *Log) Events(ctx context.Context, f Filter) ([]Event, error) {
	var where []string
	var args []any
	and := func(cond string, v ...any) {
		where = append(where, cond)
		args = append(args, v...)
	}
	oneRecord := f.EntityKind != "" && f.Entity != ""
	if f.EntityKind != "" {
		and("e.entity_kind = ?", f.EntityKind)
	}
	if f.Entity != "" {
		and("e.entity = ?", f.Entity)
	}
	if f.Type != "" {
		and("e.type = ?", f.Type)
	}
	if f.Actor != "" {
		and("e.actor = ?", f.Actor)
	}
	low, high := idBounds(f.From, f.To)
	if !f.From.IsZero() {
		and("e.recorded_at >= ?", f.From)
		if !oneRecord {
			and("e.id >= ?", low)
		}
	}
	if !f.To.IsZero() {
		and("e.recorded_at < ?", f.To)
		if !oneRecord {
			and("e.id <= ?", high)
		}
	}
	if len(f.Visibilities) > 0 {
		list, values := in(f.Visibilities)
		for i := range values {
			values[i] = string(f.Visibilities[i])
		}
		and("e.visibility in "+list, values...)
	}
	sign, dir := "<", " desc"
	if f.OldestFirst {
		sign, dir = ">", ""
	}
	order := "e.id"
	if oneRecord {
		order = "e.entity_version"
	}
	if f.After != "" {
		if oneRecord {
			and("e.entity_version "+sign+" (select entity_version from audit_events where id = ?)", f.After)
		} else {
			and("e.id "+sign+" ?", f.After)
		}
	}
	q := eventSelect
	if len(where) > 0 {
		q += " where " + strings.Join(where, " and ")
	}
	limit := f.Limit
	if limit <= 0 {
		limit = 100
	}
	args = append(args, min(limit, 1000))
	return l.events(ctx, q+" order by "+order+dir+" limit ?", args)
}

// Event returns one event. It fails with domain.ErrNotFound.
func (l *Log) Event(ctx context.Context, id string) (Event, error) {
	return l.one(ctx, eventSelect+" where e.id = ?", id)
}

// Find returns the event that made a version of a record. It fails with domain.ErrNotFound.
func (l *Log) Find(ctx context.Context, kind, entity string, version int64) (Event, error) {
	return l.one(ctx, eventSelect+" where e.entity_kind = ? and e.entity = ? and e.entity_version = ?", kind, entity, version)
}

func (l *Log) one(ctx context.Context, q string, args ...any) (Event, error) {
	list, err := l.events(ctx, q, args)
	if err != nil {
		return Event{}, err
	}
	if len(list) == 0 {
		return Event{}, domain.ErrNotFound
	}
	return list[0], nil
}

// events runs a query that starts with eventSelect and reads the values of what it finds.
func (l *Log) events(ctx context.Context, q string, args []any) ([]Event, error) {
	var list []Event
	err := l.store.rows(ctx, q, args, func(r *sql.Rows) error {
		e, err := scanEvent(r)
		list = append(list, e)
		return err
	})
	if err != nil {
		return nil, err
	}
	return list, l.attachChanges(ctx, list)
}

func scanEvent(r *sql.Rows, more ...any) (Event, error) {
	var e Event
	var idx sql.NullInt64
	err := r.Scan(append([]any{&e.ID, &e.Type, &e.EntityKind, &e.Entity, &e.Version, &e.Actor, &e.OnBehalfOf, &e.Via,
		&e.StateFrom, &e.StateTo, (*string)(&e.Visibility), &e.OccurredAt, &e.RecordedAt, &e.Leaf, &idx}, more...)...)
	e.Index = -1
	if idx.Valid {
		e.Index = idx.Int64
	}
	return e, err
}

// attachChanges fills Changes: a field that the leaf commits to and that has no row has been erased.
func (l *Log) attachChanges(ctx context.Context, list []Event) error {
	const page = 500
	for batch := range slices.Chunk(list, page) {
		ids := make([]string, len(batch))
		at := make(map[string]*Event, len(batch))
		for i := range batch {
			ids[i] = batch[i].ID
			at[batch[i].ID] = &batch[i]
		}
		set, args := in(ids)
		kept := make(map[string]map[string]Change, len(batch))
		err := l.store.rows(ctx, "select event_id, field, value, subject from audit_private where field <> '"+stateField+"' and event_id in "+set, args,
			func(r *sql.Rows) error {
				var id, value string
				var c Change
				if err := r.Scan(&id, &c.Field, &value, &c.Subject); err != nil {
					return err
				}
				var err error
				if c.Before, c.After, err = ParseValue(value); err != nil {
					return err
				}
				if kept[id] == nil {
					kept[id] = map[string]Change{}
				}
				kept[id][c.Field] = c
				return nil
			})
		if err != nil {
			return err
		}
		for id, e := range at {
			leaf, err := ParseLeaf(e.Leaf)
			if err != nil {
				return err
			}
			for field := range leaf.Commitments {
				c, ok := kept[id][field]
				if !ok {
					c = Change{Field: field, Erased: true}
				}
				e.Changes = append(e.Changes, c)
			}
			slices.SortFunc(e.Changes, func(a, b Change) int { return strings.Compare(a.Field, b.Field) })
		}
	}
	return nil
}
