package reconcile

import (
	"context"
	"database/sql/driver"
	"fmt"
	"io"
	"regexp"
	"strconv"

	"github.com/cabinetdesk/cabinet/cmdb"
	"github.com/cabinetdesk/cabinet/cmdb/model"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/audit"
	"github.com/cabinetdesk/cabinet/internal/channels/cifile"
	"github.com/cabinetdesk/cabinet/internal/db"
	"github.com/cabinetdesk/cabinet/internal/jobs"
	"github.com/cabinetdesk/cabinet/policies"
)

// Source is a tool that items come from.
type Source struct {
	ID         int64 `gorm:"primaryKey"`
	Key        string
	Name       string
	Kind       string // file or push
	Rank       int    // 1 the most trusted … 100
	Precedence Precedence
	StaleDays  int    // after so many days an item that it no longer shows is stale
	Missing    string // keep or retire: what becomes of items that it no longer shows
	// RetireShare is how many per cent of its items may be missing before somebody is asked.
	RetireShare int
	AccountID   domain.UserID // who may push
	Version     int64
}

// TableName names the table.
func (Source) TableName() string { return "ci_sources" }

// The kinds of source, and what becomes of items that one no longer shows.
const (
	File   = "file"
	Push   = "push"
	Keep   = "keep"
	Retire = "retire"
)

// Precedence are ranks for some classes and attributes; the most particular one counts.
type Precedence []Rule

// Rule is the rank of a source for what it says of an attribute, of items of a class and those below it. Empty is any. Rank 0 also
// overwrites what was written by hand.
type Rule struct {
	Class     string `json:"class,omitempty"`
	Attribute string `json:"attribute,omitempty"`
	Rank      int    `json:"rank"`
}

// Value implements driver.Valuer.
func (p Precedence) Value() (driver.Value, error) {
	if p == nil {
		p = Precedence{}
	}
	return asJSON([]Rule(p))
}

// Scan implements sql.Scanner.
func (p *Precedence) Scan(src any) error { return fromJSON(src, (*[]Rule)(p)) }

// rank is how much what the source says of an attribute counts: the smaller, the more.
func (s Source) rank(m model.Model, class, attribute string) int {
	rank, most := s.Rank, 0
	for _, r := range s.Precedence {
		weight := 1
		if r.Class != "" {
			if !m.IsA(class, r.Class) {
				continue
			}
			weight++
		}
		if r.Attribute != "" {
			if r.Attribute != attribute {
				continue
			}
			weight += 2
		}
		if weight > most {
			rank, most = r.Rank, weight
		}
	}
	return rank
}

func (s Source) state() map[string]string {
	p, _ := s.Precedence.Value() //nolint:errcheck // texts and numbers always marshal
	out := map[string]string{"name": s.Name, "kind": s.Kind, "rank": strconv.Itoa(s.Rank), "precedence": fmt.Sprint(p), "stale_days": strconv.Itoa(s.StaleDays),
		"missing": s.Missing, "retire_share": strconv.Itoa(s.RetireShare)}
	if s.AccountID != 0 {
		out["account"] = strconv.FormatInt(int64(s.AccountID), 10)
	}
	return out
}

// SourceSet is the fact that a source was set up, or set otherwise.
type SourceSet struct {
	Source Source
	Before map[string]string
}

// Event implements domain.Fact.
func (f SourceSet) Event() domain.Event {
	e := domain.Event{Type: "ci_source.set", EntityKind: "ci_source", Entity: f.Source.Key, Version: f.Source.Version, Visibility: domain.InternalV, State: f.Source.state()}
	for _, k := range []string{"account", "kind", "missing", "name", "precedence", "rank", "retire_share", "stale_days"} {
		if a, b := f.Before[k], e.State[k]; a != b {
			e.Fields = append(e.Fields, domain.FieldChange{Field: k, Before: a, After: b})
		}
	}
	return e
}

// Authorizer is the gate (policies.Engine).
type Authorizer interface {
	Check(ctx context.Context, action string, o policies.Object) error
	Scope(ctx context.Context, action string) policies.Scope
}

// People answers what a file says about persons, teams and sites.
type People interface {
	// Named finds persons by login, mail address, reference or a name that only one of them has; the keys are the words that were given.
	Named(ctx context.Context, words []string) (map[string]domain.UserID, error)
	// Ensure makes a person who is not there yet.
	Ensure(ctx context.Context, p cifile.Person) error
	// Places gives teams and sites by key and by name, in lower case.
	Places(ctx context.Context) (teams map[string]domain.TeamID, sites map[string]domain.SiteID, err error)
}

// Files keeps uploads (the same as for attachments).
type Files interface {
	Open(key string) (io.ReadSeekCloser, error)
}

// Queue runs jobs.
type Queue interface {
	Enqueue(ctx context.Context, args jobs.Args) error
}

// Deps is what the service needs.
type Deps struct {
	DB     *db.DB
	Gate   Authorizer
	CMDB   *cmdb.Service
	People People
	Files  Files
	Queue  Queue
	// Sheet opens a workbook.
	Sheet  func(f io.ReadSeeker) (cifile.Table, error)
	Random func() string
}

// Service reconciles sources with the CMDB.
type Service struct {
	Deps
	store store
}

// New builds the service.
func New(d Deps) *Service { return &Service{Deps: d, store: store{d.DB}} }

// RegisterStates tells the log how to find the present state of sources.
func (s *Service) RegisterStates(register func(kind string, states audit.States)) {
	register("ci_source", func(ctx context.Context, yield func(string, int64, map[string]string) error) error {
		list, err := s.store.sources(ctx)
		for _, x := range list {
			if err := yield(x.Key, x.Version, x.state()); err != nil {
				return err
			}
		}
		return err
	})
}

var sourceKey = regexp.MustCompile(`^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$`)

// SetSource sets a source up, or sets it otherwise. Version is the one that the caller saw, 0 for a new one. Who may: cmdb.source.
// Facts: SourceSet, unless nothing differs. Errors: ci_source_invalid, stale_version.
func (s *Service) SetSource(ctx context.Context, in Source) (out Source, err error) {
	if in.Name, err = domain.CleanLine("body.name", in.Name, 200); err != nil {
		return out, err
	}
	if err := in.check(); err != nil {
		return out, err
	}
	err = s.DB.Do(ctx, func(ctx context.Context) error {
		if err := s.Gate.Check(ctx, "cmdb.source", policies.Object{}); err != nil {
			return err
		}
		m, _, err := s.CMDB.Model(ctx)
		if err != nil {
			return err
		}
		for _, r := range in.Precedence {
			if _, known := m.Class(r.Class); r.Class != "" && !known {
				return ErrSource.With("body.precedence", "a rule names a class of the model, or none")
			}
			if _, known := m.AnyField(r.Attribute); r.Attribute != "" && !known {
				return ErrSource.With("body.precedence", "a rule names an attribute of the model, or none")
			}
		}
		old, err := s.store.source(ctx, in.Key)
		fresh := domain.KindOf(err) == domain.NotFound
		if err != nil && !fresh {
			return err
		}
		if in.Version != old.Version {
			return domain.ErrStale.Because("The source is at version %d now; you saw %d.", old.Version, in.Version)
		}
		out = in
		out.ID, out.Version = old.ID, old.Version+1
		fact := SourceSet{Source: out}
		if !fresh {
			if fact.Before = old.state(); len(fact.Event().Fields) == 0 {
				out = old
				return nil
			}
		}
		if err := s.DB.Emit(ctx, fact); err != nil {
			return err
		}
		return s.store.saveSource(ctx, &out)
	})
	return out, err
}

func (s *Source) check() error {
	bad := ErrSource
	if !sourceKey.MatchString(s.Key) {
		bad = bad.With("body.key", "a key has small letters, digits and -, 40 at most")
	}
	if s.Name == "" {
		bad = bad.With("body.name", "a source needs a name")
	}
	if s.Kind == "" {
		s.Kind = File
	}
	if s.Kind != File && s.Kind != Push {
		bad = bad.With("body.kind", "file or push")
	}
	if s.Missing == "" {
		s.Missing = Keep
	}
	if s.Missing != Keep && s.Missing != Retire {
		bad = bad.With("body.missing", "keep or retire")
	}
	if s.Rank == 0 {
		s.Rank = 50
	}
	if s.StaleDays == 0 {
		s.StaleDays = 30
	}
	if s.Rank < 1 || s.Rank > 100 || s.StaleDays < 1 || s.StaleDays > 3650 || s.RetireShare < 0 || s.RetireShare > 100 {
		bad = bad.With("body", "rank is 1 to 100, stale_days 1 to 3650, retire_share 0 to 100")
	}
	if (s.AccountID != 0) != (s.Kind == Push) {
		bad = bad.With("body.account", "a source that pushes, and only such a one, has a service account")
	}
	if len(s.Precedence) > 200 {
		bad = bad.With("body.precedence", "at most 200 rules")
	}
	for _, r := range s.Precedence {
		if r.Rank < 0 || r.Rank > 100 || r.Class == "" && r.Attribute == "" {
			bad = bad.With("body.precedence", "a rule names a class or an attribute, and a rank of 0 to 100")
			break
		}
	}
	if len(bad.Fields) > 0 {
		return bad
	}
	return nil
}

// Sources lists the sources. Who may: cmdb.sources.
func (s *Service) Sources(ctx context.Context) ([]Source, error) {
	if err := s.maySee(ctx); err != nil {
		return nil, err
	}
	return s.store.sources(ctx)
}

// SourceByKey finds a source. Who may: cmdb.sources.
func (s *Service) SourceByKey(ctx context.Context, key string) (Source, error) {
	if err := s.maySee(ctx); err != nil {
		return Source{}, err
	}
	return s.store.source(ctx, key)
}

func (s *Service) maySee(ctx context.Context) error {
	return s.Gate.Check(ctx, "cmdb.sources", policies.Object{})
}

// MaySet asks for the right to set sources up.
func (s *Service) MaySet(ctx context.Context) error {
	return s.Gate.Check(ctx, "cmdb.source", policies.Object{})
}
