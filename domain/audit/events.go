package audit

import (
	"context"
	"database/sql"
	"maps"
	"slices"
	"strconv"
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
	EntityKind string
	Entity     string
	// Among, by kind, adds the entities of which an event may be: the history of something that is kept in several.
	// It stands in place of EntityKind and Entity.
	Among        map[string][]string
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

// eventFields are what scanEvent reads; eventSelect is all events, sealedSelect those with a leaf.
const (
	eventFields = `e.id, e.type, e.entity_kind, e.entity, e.entity_version, e.actor, e.on_behalf_of, e.via,
 e.state_from, e.state_to, e.visibility, e.occurred_at, e.recorded_at, e.leaf, l.idx`
	eventSelect  = "select " + eventFields + " from audit_events e left join audit_leaves l on l.event_id = e.id"
	sealedSelect = "select " + eventFields + " from audit_leaves l join audit_events e on l.event_id = e.id"
)

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
	if len(f.Among) > 0 {
		// Asked for kind by kind, so that the index over entities serves whatever the order is.
		var each []string
		var of []any
		for _, kind := range slices.Sorted(maps.Keys(f.Among)) {
			list, values := in(f.Among[kind])
			each, of = append(each, "select id from audit_events where entity_kind = ? and entity in "+list), append(append(of, kind), values...)
		}
		and("e.id in ("+strings.Join(each, " union all ")+")", of...)
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

// erasedType is the event that says how many values of a person were erased.
const erasedType = "log.erased"

// valuesErased is the fact that values about a person were erased.
type valuesErased struct {
	ref, subject, reason string
	rows                 int64
}

// Event names the person by opaque reference and counts the rows, both in the leaf: Verify holds what is
// missing against it.
func (v valuesErased) Event() domain.Event {
	return domain.Event{Type: erasedType, EntityKind: "erasure", Entity: v.ref, Version: 1, Visibility: domain.Restricted,
		Scope:  []string{"subject:" + v.subject, erasedPrefix + strconv.FormatInt(v.rows, 10)},
		Fields: []domain.FieldChange{{Field: "reason", After: v.reason}}}
}

const erasedPrefix = "rows:"

// erasedRows is how many rows an event of erasure accounts for.
func erasedRows(l Leaf) int64 {
	for _, tag := range l.Scope {
		if n, ok := strings.CutPrefix(tag, erasedPrefix); ok {
			rows, err := strconv.ParseInt(n, 10, 64)
			if err == nil && rows > 0 {
				return rows
			}
		}
	}
	return 0
}

// Erase deletes the values of the log that are about a person, by their opaque reference: with each value
// its salt, so that its commitment can no longer be guessed, and with them the salts of the older states of
// the records concerned. Leaves, proofs and the order of events stay. It returns the reference of the
// erasure and how many rows it took; none is no error. Who may, and whether a legal hold forbids it, is for the caller to ask.
// It emits log.erased and fails with [ErrReason] without a reason.
func (l *Log) Erase(ctx context.Context, subject, reason string) (ref string, rows int64, err error) {
	switch {
	case subject == "":
		return "", 0, domain.ErrInvalid.With("subject", "Say whose values are to be erased.")
	case reason == "":
		return "", 0, ErrReason.Because("Say why the values are erased: the log keeps it.")
	}
	err = l.db.Do(ctx, func(ctx context.Context) error {
		// Only the salt of a record's present state stays: that state is in its row as well.
		states, err := l.store.exec(ctx, `delete from audit_private where field = '`+stateField+`' and event_id in (
 select e.id from audit_events e join (
  select t.entity_kind, t.entity from audit_private p join audit_events t on t.id = p.event_id where p.subject = ? group by 1, 2) touched
   on touched.entity_kind = e.entity_kind and touched.entity = e.entity
 where exists (select 1 from audit_events newer where newer.entity_kind = e.entity_kind and newer.entity = e.entity
   and newer.entity_version > e.entity_version))`, subject)
		if err != nil {
			return err
		}
		values, err := l.store.exec(ctx, "delete from audit_private where subject = ?", subject)
		if err != nil {
			return err
		}
		rows = states + values
		ref = NewID(l.db.Now(ctx))
		return l.db.Emit(ctx, valuesErased{ref: ref, subject: subject, reason: reason, rows: rows})
	})
	return ref, rows, err
}
