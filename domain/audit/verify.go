package audit

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/cabinetdesk/cabinet/domain"
)

// waitLimit is how long an event may wait for its seal before that is a finding.
const waitLimit = 5 * time.Minute

// Options says how to verify.
type Options struct {
	// Progress, when not nil, is called now and then from one goroutine: which step, how far.
	Progress func(step string, done, total int64)
}

// Report is the result of a verification. OK is true only when every step is proved.
type Report struct {
	OK         bool
	Steps      []Step
	Size       int64 // sealed events that were verified
	Root       tlog.Hash
	Waiting    int64 // events that are not sealed yet
	Erased     int64 // values that were erased, with an event that says so
	StartedAt  time.Time
	FinishedAt time.Time
}

// Step is one thing that was checked.
type Step struct {
	// Name is stable: origins, leaves, tree, checkpoints, events, waiting, versions, values, anchors, and
	// "record " with each registered kind.
	Name   string
	OK     bool
	Detail string // a sentence
	// Checked is the number of things looked at.
	Checked int64
	// Problems are the first twenty findings; Failed is the number of all.
	Problems []string
	Failed   int64
}

// fail notes a finding.
func (s *Step) fail(format string, args ...any) {
	s.Failed++
	if len(s.Problems) < 20 {
		s.Problems = append(s.Problems, fmt.Sprintf(format, args...))
	}
}

// add takes up the findings of a part.
func (s *Step) add(part Step) {
	s.Checked += part.Checked
	s.Failed += part.Failed
	for _, p := range part.Problems {
		if len(s.Problems) < 20 {
			s.Problems = append(s.Problems, p)
		}
	}
}

// finish gives the step its verdict and, when nothing was found, its sentence.
func (s *Step) finish(format string, args ...any) {
	s.OK = s.Failed == 0
	if s.OK {
		s.Detail = fmt.Sprintf(format, args...)
		return
	}
	s.Detail = fmt.Sprintf("%d findings, the first: %s.", s.Failed, s.Problems[0])
}

// extent is what the database holds, seen at one moment.
type extent struct {
	size, leaves, events, waiting, nodes, nodesEnd, lastCheckpoint, signed int64
}

const extentQuery = `select (select coalesce(max(idx), -1) + 1 from audit_leaves), (select count(*) from audit_leaves),
 (select count(*) from audit_events),
 (select count(*) from audit_outbox o where not exists (select 1 from audit_leaves l where l.event_id = o.event_id)),
 (select count(*) from audit_nodes), (select coalesce(max(pos), -1) + 1 from audit_nodes),
 (select coalesce(max(id), 0) from audit_checkpoints), (select coalesce(max(size), 0) from audit_checkpoints)`

// verification is one run of Verify.
type verification struct {
	log     *Log
	opt     Options
	key     *Key // nil when this process has none
	origins []Origin
	extent  extent
	report  Report
	erased  int64 // values that are missing
}

// Verify recomputes everything: each leaf from its event, the tree from the leaves, the root of every
// checkpoint and its signature, each value from its commitment, and each registered record from its last
// event. It only reads, so it can run beside a working desk, also in a process that never opened the log;
// events of a later moment are left out. Findings are in the report; the error is for trouble in reading.
func (l *Log) Verify(ctx context.Context, opt Options) (Report, error) {
	v := &verification{log: l, opt: opt}
	v.report.StartedAt = l.db.Now(ctx)
	var err error
	if v.key, err = l.existingKey(); err != nil {
		return v.report, err
	}
	if v.origins, err = l.Origins(ctx); err != nil {
		return v.report, err
	}
	e := &v.extent
	if _, err := l.store.row(ctx, extentQuery, nil, &e.size, &e.leaves, &e.events, &e.waiting, &e.nodes, &e.nodesEnd, &e.lastCheckpoint, &e.signed); err != nil {
		return v.report, err
	}
	v.report.Size, v.report.Waiting = e.size, e.waiting
	for _, step := range []func(context.Context) error{
		v.verifyOrigins, v.verifyTree, v.verifyEvents, v.verifyWaiting, v.verifyVersions, v.verifyValues, v.verifyAnchors, v.verifyRecords,
	} {
		if err := step(ctx); err != nil {
			return v.report, err
		}
	}
	v.report.FinishedAt = l.db.Now(ctx)
	v.report.OK = true
	for _, s := range v.report.Steps {
		v.report.OK = v.report.OK && s.OK
	}
	return v.report, nil
}

func (v *verification) done(s Step) { v.report.Steps = append(v.report.Steps, s) }

func (v *verification) progress(step string, done, total int64) {
	if v.opt.Progress != nil {
		v.opt.Progress(step, done, total)
	}
}

// existingKey is the key of this process, or the one in its folder; it makes none.
func (l *Log) existingKey() (*Key, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.key != nil || l.cfg.Dir == "" {
		return l.key, nil
	}
	if _, err := os.Stat(filepath.Join(l.cfg.Dir, KeyFile)); err != nil {
		return nil, nil
	}
	return LoadKey(l.cfg.Dir)
}

// verifyOrigins: every origin began with an event that seals its public key, and the present one has ours.
func (v *verification) verifyOrigins(ctx context.Context) error {
	s := Step{Name: "origins", Checked: int64(len(v.origins))}
	if len(v.origins) == 0 {
		s.fail("the database has no log")
	}
	for i, o := range v.origins {
		e, err := v.log.Find(ctx, "log", o.Name, 1)
		if domain.KindOf(err) == domain.NotFound || asLeaf(err) {
			s.fail("the event that started %s is missing or malformed", o.Name)
			continue
		}
		if err != nil {
			return err
		}
		leaf, err := ParseLeaf(e.Leaf)
		sum := sha256.Sum256([]byte(o.VerifierKey))
		want := "log.recovered"
		if i == 0 {
			want = "log.started"
		}
		switch {
		case err != nil || leaf.Digest != hex.EncodeToString(sum[:]):
			s.fail("the public key of %s is not the one that its first event seals", o.Name)
		case leaf.Type != want && !(i == 0 && leaf.Type == "log.recovered"): // the database before the first may be lost
			s.fail("%s began with %s", o.Name, leaf.Type)
		case e.Index < 0:
			s.fail("the event that started %s is not sealed", o.Name)
		}
	}
	switch n := len(v.origins); {
	case v.key == nil:
		s.fail("the key of the log is not at hand, so the public keys in the database could be anybody's")
	case n > 0:
		own, err := v.key.VerifierKey(v.origins[n-1].Name)
		if err != nil {
			return err
		}
		if own != v.origins[n-1].VerifierKey {
			s.fail("the key in the folder of the log is not the one that signs %s", v.origins[n-1].Name)
		}
	}
	s.finish("%d origins, the present one under the key in the folder of the log.", len(v.origins))
	v.done(s)
	return nil
}

// verifyEvents: every event has one leaf, or waits for it.
func (v *verification) verifyEvents(ctx context.Context) error {
	s := Step{Name: "events", Checked: v.extent.events}
	e := v.extent
	if e.leaves != e.size {
		s.fail("%d leaves are numbered up to %d", e.leaves, e.size)
	}
	if e.events != e.leaves+e.waiting {
		ids, err := v.log.strings(ctx, `select e.id from audit_events e where not exists (select 1 from audit_leaves l where l.event_id = e.id)
 and not exists (select 1 from audit_outbox o where o.event_id = e.id) order by e.id limit 20`)
		if err != nil {
			return err
		}
		for _, id := range ids {
			s.fail("the event %s is neither sealed nor waiting", id)
		}
		if len(ids) == 0 {
			s.fail("%d events have %d leaves, %d wait", e.events, e.leaves, e.waiting)
		}
	}
	s.finish("%d events, each with one leaf or waiting for it.", e.events)
	v.done(s)
	return nil
}

// verifyVersions: the versions of a record begin at 1 and have no gap.
func (v *verification) verifyVersions(ctx context.Context) error {
	v.progress("versions", 0, 1)
	s := Step{Name: "versions", Checked: v.extent.events}
	list, err := v.log.strings(ctx, `select entity_kind || ' ' || entity || ' has ' || count(*) || ' events for the versions ' || min(entity_version) || ' to ' || max(entity_version)
 from audit_events group by entity_kind, entity having min(entity_version) <> 1 or max(entity_version) <> count(*) limit 20`)
	if err != nil {
		return err
	}
	for _, text := range list {
		s.fail("%s", text)
	}
	s.finish("The versions of every record follow one another from 1.")
	v.done(s)
	v.progress("versions", 1, 1)
	return nil
}
