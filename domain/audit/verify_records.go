package audit

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
)

// States calls yield for every present record of a kind, with its version and its state in the same canonical
// text as domain.Event.State of the event that made that version; the map is
// kept for a moment and must not be reused. Every record that ever was is there: the
// desk deletes none.
type States func(ctx context.Context, yield func(entity string, version int64, state map[string]string) error) error

type recordStates struct {
	kind   string
	states States
}

// Register makes Verify compare the rows of a kind of record (domain.Event.EntityKind) with their last events.
func (l *Log) Register(kind string, states States) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.states = append(l.states, recordStates{kind, states})
}

const (
	recordPage    = 500    // records whose last events are read together
	recordWorkers = 2      // that compare, beside the reading of rows
	recordPasses  = 3      // looks at a kind while there are findings
	recordLimit   = 100000 // findings that one look keeps
)

// record is one present row.
type record struct {
	entity  string
	version int64
	state   map[string]string
}

// verifyRecords: each record is what its last event says, and no record with events is gone. The desk goes on
// working, so a record may change between the reading of its row and of its event: only what is found in
// every one of several looks is a finding.
func (v *verification) verifyRecords(ctx context.Context) error {
	v.log.mu.Lock()
	kinds := slices.Clone(v.log.states)
	v.log.mu.Unlock()
	slices.SortFunc(kinds, func(a, b recordStates) int { return strings.Compare(a.kind, b.kind) })
	for _, k := range kinds {
		s := Step{Name: "record " + k.kind}
		found, err := v.lookAt(ctx, k, &s)
		for look := 1; err == nil && look < recordPasses && len(found) > 0; look++ {
			var again map[string]string
			again, err = v.lookAt(ctx, k, &s)
			maps.DeleteFunc(found, func(entity, _ string) bool { return again[entity] == "" })
		}
		if err != nil {
			return err
		}
		for _, entity := range slices.Sorted(maps.Keys(found)) {
			s.fail("%s %s %s", k.kind, entity, found[entity])
		}
		s.finish("%d records are what their last events say.", s.Checked)
		v.done(s)
	}
	return nil
}

// lookAt compares all rows of a kind and returns what is wrong, by entity. Rows are read on while the ones before are
// compared, on each core.
func (v *verification) lookAt(ctx context.Context, k recordStates, s *Step) (map[string]string, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var mu sync.Mutex
	found := map[string]string{}
	note := func(entity, problem string) {
		mu.Lock()
		defer mu.Unlock()
		if len(found) < recordLimit {
			found[entity] = problem
		}
	}
	var rows int64
	var batch []record
	var work sync.WaitGroup
	batches := make(chan []record)
	for range recordWorkers {
		work.Go(func() {
			for b := range batches {
				if err := v.compareRecords(ctx, k.kind, b, note); err != nil {
					cancel(err)
				}
			}
		})
	}
	flush := func() error {
		v.progress(s.Name, rows, 0)
		select {
		case batches <- batch:
			batch = make([]record, 0, recordPage)
			return nil
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	err := k.states(ctx, func(entity string, version int64, state map[string]string) error {
		rows++
		batch = append(batch, record{entity, version, state})
		if len(batch) < recordPage {
			return nil
		}
		return flush()
	})
	if err == nil && len(batch) > 0 {
		err = flush()
	}
	close(batches)
	work.Wait()
	s.Checked = rows
	if cause := context.Cause(ctx); cause != nil { // of what was cancelled, why
		err = cause
	}
	if err != nil {
		return nil, err
	}
	return found, v.goneRecords(ctx, k, rows, note)
}

func (v *verification) compareRecords(ctx context.Context, kind string, batch []record, note func(entity, problem string)) error {
	type lastEvent struct {
		version    int64
		leaf, salt []byte
	}
	names := make([]string, len(batch))
	for i, r := range batch {
		names[i] = r.entity
	}
	set, args := in(names)
	last := make(map[string]lastEvent, len(batch))
	err := v.log.store.rows(ctx, `select e.entity, e.entity_version, e.leaf, p.salt from audit_events e
 left join audit_private p on p.event_id = e.id and p.field = '`+stateField+`'
 where e.entity_kind = ? and e.entity in `+set+` and e.entity_version =
 (select max(x.entity_version) from audit_events x where x.entity_kind = e.entity_kind and x.entity = e.entity)`,
		append([]any{kind}, args...), func(r *sql.Rows) error {
			var entity string
			var e lastEvent
			if err := r.Scan(&entity, &e.version, &e.leaf, &e.salt); err != nil {
				return err
			}
			last[entity] = e
			return nil
		})
	if err != nil {
		return err
	}
	for _, r := range batch {
		e, ok := last[r.entity]
		leaf, err := ParseLeaf(e.leaf)
		switch {
		case !ok:
			note(r.entity, "has no event")
		case e.version != r.version:
			note(r.entity, fmt.Sprintf("is at version %d, its last event made version %d", r.version, e.version))
		case err != nil:
			note(r.entity, "has a malformed last event")
		case leaf.StateHash == "" || e.salt == nil:
			note(r.entity, "has a last event that does not say what state it left")
		case leaf.StateHash != HashState(e.salt, r.state):
			note(r.entity, "is not what its last event left: it was changed behind the desk's back")
		}
	}
	return nil
}

// goneRecords: every record that has events has a row. The rows are counted first, and named only when some
// are missing.
func (v *verification) goneRecords(ctx context.Context, k recordStates, rows int64, note func(entity, problem string)) error {
	const known = "from audit_events where entity_kind = ?"
	var n int64
	if _, err := v.log.store.row(ctx, "select count(*) from (select entity "+known+" group by entity) x", []any{k.kind}, &n); err != nil {
		return err
	}
	if n <= rows {
		return nil
	}
	there := map[string]bool{}
	if err := k.states(ctx, func(entity string, _ int64, _ map[string]string) error {
		there[entity] = true
		return nil
	}); err != nil {
		return err
	}
	return v.log.store.rows(ctx, "select distinct entity "+known, []any{k.kind}, func(r *sql.Rows) error {
		var entity string
		if err := r.Scan(&entity); err != nil {
			return err
		}
		if !there[entity] {
			note(entity, "has events, but is gone")
		}
		return nil
	})
}

// verifyAnchors: the checkpoints that were copied outside the database are of this tree.
func (v *verification) verifyAnchors(ctx context.Context) error {
	s := Step{Name: "anchors"}
	keys, present := map[string]string{}, ""
	for _, o := range v.origins {
		keys[o.Name], present = o.VerifierKey, o.Name
	}
	known, err := v.log.acknowledged(ctx)
	if err != nil {
		return err
	}
	tree := v.log.nodes(ctx)
	var size, former int64
	size, err = v.log.size(ctx) // now: a checkpoint may have been copied since the verification began
	if err != nil {
		return err
	}
	unreadable, err := v.log.anchors.each(func(c Checkpoint) error {
		s.Checked++
		if keys[c.Origin] == "" && known[c.Origin] {
			former++
			return nil
		}
		if keys[c.Origin] == "" {
			s.fail("a checkpoint of %s with %d leaves is of a log that the database does not know", c.Origin, c.Size)
			return nil
		}
		if _, err := OpenCheckpoint(c.Note, keys[c.Origin]); err != nil {
			s.fail("the copy of the checkpoint of %d leaves is not signed by the key of %s", c.Size, c.Origin)
			return nil
		}
		var root []byte
		found, err := v.log.store.row(ctx, "select root from audit_checkpoints where size = ? and origin = ?", []any{c.Size, c.Origin}, &root)
		if err != nil {
			return err
		}
		same := found && string(root) == string(c.Root[:])
		if !found && c.Size <= size {
			r, err := tree.root(c.Size)
			if err != nil && !asInconsistent(err) {
				return err
			}
			same = err == nil && r == c.Root
		}
		switch {
		case same:
		case c.Origin != present:
			former++ // what the restore lost: the first event of the present origin says so
		default:
			s.fail("the log was signed with %d leaves, and is not the one that was signed: it was rewound or rewritten", c.Size)
		}
		return nil
	})
	if err != nil {
		return err
	}
	if s.Checked == 0 {
		s.fail("no checkpoint is kept outside the database, so a log that was rewound could not be told")
	}
	if unreadable > 1 { // a crash can cut short one line
		s.fail("%d lines of the copy cannot be read", unreadable)
	}
	detail := ""
	if former > 0 {
		detail = fmt.Sprintf(" Of former logs, %d checkpoints go beyond what was restored, as the first event of the present one says.", former)
	}
	s.finish("%d checkpoints outside the database are of this log.%s", s.Checked, detail)
	v.done(s)
	return nil
}

// verifyWaiting: what is not sealed yet was written by the desk, and not long ago.
func (v *verification) verifyWaiting(ctx context.Context) error {
	s := Step{Name: "waiting"}
	const from = ` from audit_outbox o join audit_events e on e.id = o.event_id left join audit_leaves l on l.event_id = e.id
 where l.idx is null and o.event_id > ? order by o.event_id limit 1000`
	late := v.report.StartedAt.Add(-waitLimit)
	for after := ""; ; {
		var events []Event
		err := v.log.store.rows(ctx, "select "+eventFields+from, []any{after}, func(r *sql.Rows) error {
			e, err := scanEvent(r)
			events = append(events, e)
			return err
		})
		if err != nil {
			return err
		}
		if len(events) == 0 {
			break
		}
		after = events[len(events)-1].ID
		c := newContents(events)
		for i, e := range events {
			s.Checked++
			c.check(i, &s)
			if v.key != nil && !c.leaves[i].authentic(v.key.mac) {
				s.fail("event %s of %s %s was not written by the desk", e.ID, e.EntityKind, e.Entity)
			}
			if e.RecordedAt.Before(late) {
				s.fail("event %s of %s %s waits for its seal since %s", e.ID, e.EntityKind, e.Entity, e.RecordedAt.Format(leafTime))
			}
		}
		values := &v.report.Steps[v.stepAt("values")]
		ids := make([]string, len(events))
		for i := range events {
			ids[i] = events[i].ID
		}
		set, args := in(ids)
		if err := v.log.store.rows(ctx, "select event_id, field, salt, value from audit_private where event_id in "+set, args,
			func(r *sql.Rows) error { return c.value(r, values) }); err != nil {
			return err
		}
		v.erased += c.missing()
	}
	s.finish("%d events wait for their seal, none for long.", s.Checked)
	v.done(s)
	return nil
}

func (v *verification) stepAt(name string) int {
	for i, s := range v.report.Steps {
		if s.Name == name {
			return i
		}
	}
	return -1
}

// verifyValues: as many values are missing as the events of erasure say, not more.
func (v *verification) verifyValues(ctx context.Context) error {
	s := &v.report.Steps[v.stepAt("values")]
	declared := int64(0)
	err := v.log.store.rows(ctx, "select leaf from audit_events where type = ?", []any{erasedType}, func(r *sql.Rows) error {
		var raw []byte
		if err := r.Scan(&raw); err != nil {
			return err
		}
		if l, err := ParseLeaf(raw); err == nil {
			declared += erasedRows(l)
		}
		return nil
	})
	if err != nil {
		return err
	}
	if v.erased > declared {
		s.fail("%d values are missing; erasures account for %d", v.erased, declared)
	}
	v.report.Erased = v.erased
	s.finish("%d values are the ones that were sealed; %d were erased, as the log says.", s.Checked, v.erased)
	return nil
}

func asLeaf(err error) bool { return errors.Is(err, ErrLeaf) }
