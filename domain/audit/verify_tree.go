package audit

import (
	"context"
	"database/sql"
	"strconv"
	"sync"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/cabinetdesk/cabinet/domain/audit/merkle"
)

// verifyPage is the number of leaves that are read, checked and forgotten together.
const verifyPage = 4000

// page is a run of leaves with their events, values and nodes, read and checked by itself.
type page struct {
	from, to int64 // indices, to excluded
	hashes   []tlog.Hash
	nodes    map[int64]tlog.Hash
	leaves   Step
	values   Step
	missing  int64 // values that are committed to and not there
	err      error
}

// verifyTree reads the log once, in leaf order, a few pages at a time: leaves, values, tree, checkpoints.
func (v *verification) verifyTree(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	size := v.extent.size
	pages := make(chan chan page, 2) // pages in work beside the one being put together: one for each core
	var work sync.WaitGroup
	defer work.Wait()
	work.Go(func() {
		defer close(pages)
		for from := int64(0); from < size && ctx.Err() == nil; from += verifyPage {
			p := page{from: from, to: min(from+verifyPage, size)}
			result := make(chan page, 1)
			select {
			case pages <- result:
			case <-ctx.Done():
				return
			}
			work.Go(func() {
				p.err = v.read(ctx, &p)
				result <- p
			})
		}
	})
	leaves, tree, signed, values := Step{Name: "leaves"}, Step{Name: "tree"}, Step{Name: "checkpoints"}, Step{Name: "values"}
	cps := &checkpoints{v: v, step: &signed}
	var f merkle.Frontier
	if err := cps.reach(ctx, 0, f.Root); err != nil {
		return err
	}
	pos := int64(0)
	for result := range pages {
		p := <-result
		if p.err != nil {
			cancel()
			for rest := range pages {
				<-rest
			}
			return p.err
		}
		leaves.add(p.leaves)
		values.add(p.values)
		v.erased += p.missing
		for _, h := range p.hashes {
			leaf := int64(f.Size())
			f.Append(h, func(node [merkle.HashSize]byte) {
				if stored, ok := p.nodes[pos]; !ok {
					tree.fail("the node at %d, under leaf %d, is missing", pos, leaf)
				} else if stored != node {
					tree.fail("the node at %d, made by leaf %d, is not the hash of what is below it", pos, leaf)
				}
				pos++
			})
			if err := cps.reach(ctx, int64(f.Size()), f.Root); err != nil {
				return err
			}
		}
		v.progress("leaves", p.to, size)
	}
	tree.Checked = pos
	if v.extent.nodes != pos || v.extent.nodesEnd != pos {
		tree.fail("%d nodes are stored, up to %d; %d leaves make %d", v.extent.nodes, v.extent.nodesEnd, size, pos)
	}
	if v.extent.signed != size {
		signed.fail("%d leaves are signed, the log has %d", v.extent.signed, size)
	}
	v.report.Root = f.Root()
	leaves.finish("%d events are what their leaves say, byte by byte.", leaves.Checked)
	tree.finish("%d nodes recomputed; the root is %s.", tree.Checked, v.report.Root)
	signed.finish("%d checkpoints: each root recomputed, each signature valid.", signed.Checked)
	v.done(leaves)
	v.done(tree)
	v.done(signed)
	v.report.Steps = append(v.report.Steps, values) // verifyValues gives the verdict
	return ctx.Err()
}

// run is the leaves between two indices, as the table l. PostgreSQL would start workers for each page, on cores that
// have pages of their own; what is materialised it reads by itself.
func (s store) run() string {
	const between = "select * from audit_leaves where idx >= ? and idx < ?"
	if s.d.IsPostgres() {
		return "(with run as materialized (" + between + ") select * from run) l"
	}
	return "(" + between + ") l"
}

// read fills a page from the database and checks what can be checked by itself.
func (v *verification) read(ctx context.Context, p *page) error {
	s := v.log.store
	n := int(p.to - p.from)
	events := make([]Event, n)
	p.hashes = make([]tlog.Hash, n)
	p.nodes = make(map[int64]tlog.Hash, 2*n+64)
	p.leaves.Checked = int64(n)
	bounds := []any{p.from, p.to}
	err := s.rows(ctx, "select "+eventFields+", l.event_id, l.leaf_hash from "+s.run()+" join audit_events e on l.event_id = e.id order by l.idx", bounds, func(r *sql.Rows) error {
		var id string
		var stored []byte
		e, err := scanEvent(r, &id, &stored)
		if err != nil {
			return err
		}
		i := e.Index - p.from
		events[i] = e
		p.hashes[i] = merkle.LeafHash(e.Leaf)
		if string(stored) != string(p.hashes[i][:]) {
			p.leaves.fail("leaf %d, event %s: its bytes are not the ones that were sealed", e.Index, id)
		}
		return nil
	})
	if err != nil {
		return err
	}
	c := newContents(events)
	for i := range events {
		if events[i].ID == "" {
			p.leaves.fail("leaf %d, or its event, is missing", p.from+int64(i))
			continue
		}
		c.check(i, &p.leaves)
	}
	err = s.rows(ctx, "select pos, hash from audit_nodes where pos >= ? and pos < ?",
		[]any{tlog.StoredHashCount(p.from), tlog.StoredHashCount(p.to)}, func(r *sql.Rows) error {
			var pos int64
			var raw sql.RawBytes
			if err := r.Scan(&pos, &raw); err != nil {
				return err
			}
			var h tlog.Hash
			if len(raw) == len(h) {
				copy(h[:], raw)
				p.nodes[pos] = h
			}
			return nil
		})
	if err != nil {
		return err
	}
	err = s.rows(ctx, "select p.event_id, p.field, p.salt, p.value from "+s.run()+" join audit_private p on p.event_id = l.event_id", bounds,
		func(r *sql.Rows) error { return c.value(r, &p.values) })
	p.missing = c.missing()
	return err
}

// contents are events with their leaves, and which of their values are there.
type contents struct {
	events []Event
	leaves []Leaf
	at     map[string]int
	values []int
}

func newContents(events []Event) *contents {
	c := &contents{events: events, leaves: make([]Leaf, len(events)), at: make(map[string]int, len(events)), values: make([]int, len(events))}
	for i := range events {
		c.at[events[i].ID] = i
	}
	return c
}

// check compares the columns of an event with its leaf.
func (c *contents) check(i int, s *Step) {
	e := &c.events[i]
	l, err := ParseLeaf(e.Leaf)
	if err != nil {
		s.fail("event %s: %v", e.ID, err)
		return
	}
	c.leaves[i] = l
	for _, col := range [...]struct {
		name string
		same bool
	}{
		{"identifier", e.ID == l.ID}, {"type", e.Type == l.Type}, {"record", e.EntityKind == l.Kind && e.Entity == l.Entity},
		{"version", e.Version == l.EntityVersion}, {"actor", e.Actor == l.Actor && e.OnBehalfOf == l.OnBehalfOf}, {"way in", e.Via == l.Via},
		{"state", e.StateFrom == l.StateFrom && e.StateTo == l.StateTo}, {"visibility", e.Visibility == l.Visibility},
		{"time of recording", e.RecordedAt.Equal(l.At)}, {"time of occurrence", e.OccurredAt.Equal(l.OccurredAt())},
	} {
		if !col.same {
			s.fail("event %s of %s %s: the %s is not the one in its leaf", e.ID, e.EntityKind, e.Entity, col.name)
		}
	}
}

// value checks a private row against the commitment in the leaf.
func (c *contents) value(r *sql.Rows, s *Step) error {
	var id, field, value string
	var salt sql.RawBytes
	if err := r.Scan(&id, &field, &salt, &value); err != nil {
		return err
	}
	s.Checked++
	i, ok := c.at[id]
	if !ok {
		return nil // its event is missing: that is a finding already
	}
	l := &c.leaves[i]
	if field == stateField {
		if l.StateHash == "" || len(salt) != saltSize {
			s.fail("event %s of %s %s: the salt of its state belongs to no state", id, l.Kind, l.Entity)
			return nil
		}
	} else if want, ok := l.Commitments[field]; !ok || want != Commit(salt, field, value) {
		s.fail("event %s of %s %s: the value of %s is not the one that was sealed", id, l.Kind, l.Entity, field)
		return nil
	}
	c.values[i]++
	return nil
}

func (c *contents) missing() int64 {
	n := 0
	for i, l := range c.leaves {
		want := len(l.Commitments)
		if l.StateHash != "" {
			want++
		}
		n += max(want-c.values[i], 0)
	}
	return int64(n)
}

// checkpoints walks the signed checkpoints in the order of their sizes, beside the tree that grows.
type checkpoints struct {
	v       *verification
	step    *Step
	pending []signedRow
	size    int64 // keyset of the next page
	id      int64
	end     bool
}

type signedRow struct {
	id int64
	Checkpoint
	problem string
}

// reach compares all checkpoints of a size with the root of the tree at that size.
func (c *checkpoints) reach(ctx context.Context, size int64, root func() [merkle.HashSize]byte) error {
	for {
		if len(c.pending) == 0 {
			if c.end {
				return nil
			}
			if err := c.load(ctx); err != nil {
				return err
			}
			continue
		}
		next := c.pending[0]
		if next.Size > size {
			return nil
		}
		c.pending = c.pending[1:]
		c.step.Checked++
		if next.problem != "" {
			c.step.fail("checkpoint %d of %s leaves: %s", next.id, strconv.FormatInt(next.Size, 10), next.problem)
		}
		if next.Size < size || tlog.Hash(root()) != next.Root {
			c.step.fail("checkpoint %d of %d leaves: the leaves have another root", next.id, next.Size)
		}
	}
}

// load reads the next checkpoints and checks their signatures, on all cores.
func (c *checkpoints) load(ctx context.Context) error {
	err := c.v.log.store.rows(ctx, "select id, origin, size, root, note from audit_checkpoints where id <= ? and (size > ? or size = ? and id > ?) order by size, id limit 1000",
		[]any{c.v.extent.lastCheckpoint, c.size, c.size, c.id}, func(r *sql.Rows) error {
			var row signedRow
			var root []byte
			if err := r.Scan(&row.id, &row.Origin, &row.Size, &root, &row.Note); err != nil {
				return err
			}
			if len(root) == tlog.HashSize {
				row.Root = tlog.Hash(root)
			}
			c.pending = append(c.pending, row)
			return nil
		})
	if err != nil {
		return err
	}
	n := len(c.pending)
	c.end = n < 1000
	if n == 0 {
		return nil
	}
	c.size, c.id = c.pending[n-1].Size, c.pending[n-1].id
	keys := map[string]string{}
	for _, o := range c.v.origins {
		keys[o.Name] = o.VerifierKey
	}
	var wg sync.WaitGroup
	for _, half := range [][]signedRow{c.pending[:n/2], c.pending[n/2:]} {
		wg.Go(func() {
			for i := range half {
				half[i].problem = half[i].signature(keys[half[i].Origin])
			}
		})
	}
	wg.Wait()
	return nil
}

// signature says what is wrong with the note of a checkpoint, nothing when it is right.
func (r signedRow) signature(verifierKey string) string {
	if verifierKey == "" {
		return "it is of an unknown origin"
	}
	signed, err := OpenCheckpoint(r.Note, verifierKey)
	if err != nil {
		return err.Error()
	}
	if signed.Size != r.Size || signed.Root != r.Root {
		return "its columns are not what was signed"
	}
	return ""
}
