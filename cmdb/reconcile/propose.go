package reconcile

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"path/filepath"
	"strings"
	"time"

	"github.com/cabinetdesk/cabinet/cmdb/model"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/internal/channels/cifile"
)

// ProposeInput is what to read.
type ProposeInput struct {
	Source  string
	Name    string // of the file
	File    io.ReadSeeker
	Mapping *cifile.Mapping
	// Part says that the file does not list everything that the source has: nothing is missing from it.
	Part bool
	// ObservedAt is when the source saw what it says; zero: now.
	ObservedAt time.Time
	// Progress, when not nil, is told after every batch how many rows have been read.
	Progress func(rows int)
}

// batch is how many items are worked on in one unit of work.
const batch = 500

// lease is after how long a run that nobody works on no longer holds its source.
const lease = 15 * time.Minute

// Propose reads a file and says what would become of every row; nothing is changed. Who may: cmdb.import. Errors: ci_source_busy, and
// those of package cifile, after which there is a failed run.
func (s *Service) Propose(ctx context.Context, in ProposeInput) (Run, error) {
	if err := s.mayImport(ctx); err != nil {
		return Run{}, err
	}
	digest := sha256.New()
	if _, err := in.File.Seek(0, io.SeekStart); err != nil {
		return Run{}, cifile.ErrFile.Because("The file cannot be read twice.").Wrap(err)
	}
	if _, err := io.Copy(digest, in.File); err != nil {
		return Run{}, cifile.ErrFile.Because("The file cannot be read.").Wrap(err)
	}
	feed := cifile.Input{Name: in.Name, File: in.File}
	if strings.EqualFold(filepath.Ext(in.Name), ".xlsx") {
		var err error
		if feed.Table, err = s.Sheet(in.File); err != nil {
			return Run{}, err
		}
	}
	r := Run{State: Reading, Whole: !in.Part, File: fileName(in.Name), SHA256: hex.EncodeToString(digest.Sum(nil)), Mapping: in.Mapping.Name() + " " + in.Mapping.Digest(), ObservedAt: in.ObservedAt}
	source, err := s.begin(ctx, &r, in.Source)
	if err != nil {
		return r, err
	}
	return s.read(ctx, r, source, in.Mapping, func(yield func(cifile.Row) error) (cifile.Summary, error) {
		return cifile.Read(feed, in.Mapping, yield)
	}, in.Progress)
}

func fileName(path string) string {
	name := strings.ToValidUTF8(filepath.Base(path), "")
	name = strings.Map(func(c rune) rune {
		if c < ' ' || c == 0x7f {
			return -1
		}
		return c
	}, name)
	return name[:min(len(name), 200)]
}

// begin makes the row of a run, unless another run has the source.
func (s *Service) begin(ctx context.Context, r *Run, key string) (source Source, err error) {
	err = s.DB.Do(ctx, func(ctx context.Context) error {
		if source, err = s.store.source(ctx, key); err != nil {
			return err
		}
		if r.State == Reading {
			if err := s.free(ctx, *r, source); err != nil {
				return err
			}
		}
		a, now := domain.ActorFrom(ctx), s.DB.Now(ctx)
		r.Ref, r.SourceID, r.ByID, r.ByRef, r.MadeAt, r.TouchedAt = s.Random(), source.ID, a.User, a.Ref, now, now
		if r.ObservedAt = domain.Instant(r.ObservedAt); r.ObservedAt.Year() < 1970 || r.ObservedAt.After(now) {
			r.ObservedAt = now
		}
		return s.store.addRun(ctx, r)
	})
	return source, err
}

// free refuses while another run is at work on the source.
func (s *Service) free(ctx context.Context, r Run, source Source) error {
	other, err := s.store.busy(ctx, source.ID, r.ID, s.DB.Now(ctx).Add(-lease))
	if domain.KindOf(err) == domain.NotFound {
		return nil
	}
	if err == nil {
		err = ErrBusy.Because("The run %s is %s; this one can begin when it is done.", other.Ref, other.State)
	}
	return err
}

type feed func(yield func(cifile.Row) error) (cifile.Summary, error)

// read proposes what becomes of every row of a feed. A run that fails says why.
func (s *Service) read(ctx context.Context, r Run, source Source, m *cifile.Mapping, rows feed, progress func(int)) (Run, error) {
	p, err := s.proposer(ctx, r, source, m)
	if err == nil {
		err = p.all(ctx, rows, progress)
	}
	if err != nil {
		return s.fail(ctx, p, r, source, err)
	}
	return p.run, s.next(ctx, source)
}

func (s *Service) fail(ctx context.Context, _ *proposer, r Run, source Source, cause error) (Run, error) {
	ctx = context.WithoutCancel(ctx)
	from := r.State
	r.State, r.Problem = Failed, plainly(cause)
	if err := s.DB.Do(ctx, func(ctx context.Context) error { return s.store.saveRun(ctx, &r, from) }); err != nil && domain.KindOf(err) != domain.Stale {
		return r, err
	}
	_ = s.next(ctx, source) // whoever waits is tried again by the next run
	return r, cause
}

// plainly is what a run says of its failure: words of the desk only.
func plainly(err error) string {
	var e *domain.Error
	if asDomain(err, &e) && e.Kind != domain.Internal {
		if e.Detail != "" {
			return e.Detail
		}
		return e.Title + "."
	}
	return "Something went wrong on our side."
}

// proposer is one reading.
type proposer struct {
	*Service
	run     Run
	source  Source
	sources map[string]Source
	mapping *cifile.Mapping
	model   model.Model
	teams   map[string]domain.TeamID
	sites   map[string]domain.SiteID
	seq     int64
	ties    int64
	rows    int
}

func (s *Service) proposer(ctx context.Context, r Run, source Source, m *cifile.Mapping) (*proposer, error) {
	p := &proposer{Service: s, run: r, source: source, mapping: m, sources: map[string]Source{}}
	all, err := s.store.sources(ctx)
	if err != nil {
		return p, err
	}
	for _, x := range all {
		p.sources[x.Key] = x
	}
	if p.model, _, err = s.CMDB.Model(ctx); err != nil {
		return p, err
	}
	if p.teams, p.sites, err = s.People.Places(ctx); err != nil {
		return p, err
	}
	return p, p.fits()
}

// fits refuses a mapping that names what the model does not have.
func (p *proposer) fits() error {
	relations, classes := p.mapping.Uses()
	for _, r := range relations {
		if _, known := p.model.Relation(r); !known {
			return cifile.ErrMapping.Because("The model has no relation %q.", r)
		}
	}
	for _, c := range classes {
		if k, known := p.model.Class(c); !known || k.Abstract {
			return cifile.ErrMapping.Because("The model has no class %q that items can be of.", c)
		}
	}
	for a := range p.mapping.Defaults {
		if _, known := p.model.AnyField(a); !known {
			return cifile.ErrMapping.Because("The model has no attribute %q.", a)
		}
	}
	return nil
}

func (p *proposer) all(ctx context.Context, rows feed, progress func(int)) error {
	var page []cifile.Row
	flush := func() error {
		if len(page) == 0 {
			return nil
		}
		err := p.DB.Do(ctx, func(ctx context.Context) error {
			// A unit may run again: what it counts begins anew.
			seq, ties := p.seq, p.ties
			err := p.batch(ctx, page)
			if err != nil {
				p.seq, p.ties = seq, ties
			}
			return err
		})
		p.rows += len(page)
		page = page[:0]
		if progress != nil && err == nil {
			progress(p.rows)
		}
		return err
	}
	sum, err := rows(func(r cifile.Row) error {
		if page = append(page, r); len(page) < batch {
			return nil
		}
		return flush()
	})
	if err == nil {
		err = flush()
	}
	if err != nil {
		return err
	}
	return p.conclude(ctx, sum)
}

// batch proposes what becomes of some rows, and keeps it.
func (p *proposer) batch(ctx context.Context, page []cifile.Row) error {
	items, err := p.judge(ctx, page)
	if err != nil {
		return err
	}
	var ties []Tie
	for i := range items {
		p.seq++
		items[i].RunID, items[i].Seq = p.run.ID, p.seq
		if items[i].Action == Refused || items[i].Action == APerson {
			continue
		}
		for _, t := range page[i].Ties {
			p.ties++
			ties = append(ties, Tie{RunID: p.run.ID, Seq: p.ties, Line: page[i].Line, Kind: "relation", Key: page[i].Key, Type: t.Type, Inverse: t.Inverse, Other: otherOf(t), Action: Fresh})
		}
		for _, g := range page[i].Groups {
			p.ties++
			ties = append(ties, Tie{RunID: p.run.ID, Seq: p.ties, Line: page[i].Line, Kind: "member", Key: page[i].Key, Type: g.Name, Other: groupKey(g.Key), Action: Fresh})
		}
	}
	if err := p.store.addItems(ctx, items); err != nil {
		return err
	}
	if err := p.store.addTies(ctx, ties); err != nil {
		return err
	}
	return p.store.touch(ctx, &p.run)
}
