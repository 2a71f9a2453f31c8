package reconcile

import (
	"context"
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/cabinetdesk/cabinet/cmdb"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/internal/channels/cifile"
	"github.com/cabinetdesk/cabinet/policies"
)

// Run is one reading of a source.
type Run struct {
	ID          int64 `gorm:"primaryKey"`
	Ref         string
	SourceID    int64
	State       string
	Whole       bool // it lists everything that the source has
	File        string
	FileKey     string
	SHA256      string `gorm:"column:sha256"`
	Mapping     string // name and digest
	MappingBody string // for a run that is read by a job
	ByID        domain.UserID
	ByRef       string
	Summary     Summary
	Position    int64
	Events      int64
	Problem     string
	MadeAt      time.Time
	TouchedAt   time.Time
	ObservedAt  time.Time
	ProposedAt  *time.Time
	AppliedAt   *time.Time
	UndoneAt    *time.Time
}

// TableName names the table.
func (Run) TableName() string { return "ci_runs" }

// The states of a run.
const (
	Waiting   = "waiting"
	Reading   = "reading"
	Proposed  = "proposed"
	Applying  = "applying"
	Applied   = "applied"
	Undoing   = "undoing"
	Undone    = "undone"
	Discarded = "discarded"
	Failed    = "failed"
)

// The actions of a proposal.
const (
	Fresh       = "new"
	Changed     = "changed"
	Unchanged   = "unchanged"
	Outranked   = "outranked"
	Conflicting = "conflicting"
	Refused     = "refused"
	APerson     = "person"
	Retired     = "retired"
	Gone        = "gone"
	Ended       = "ended"
	Unresolved  = "unresolved"
)

// Summary counts what a run says and did. Rows is the sum of the actions (without retired and gone) and of what was skipped.
type Summary struct {
	Rows    int              `json:"rows"`
	Items   map[string]int64 `json:"items"`
	Ties    map[string]int64 `json:"ties"`              // relations and memberships
	Members map[string]int64 `json:"members,omitempty"` // memberships alone
	Skipped []cifile.Skipped `json:"skipped,omitempty"`
	// Known is how many items the source had shown before, and Missing how many of them it no longer shows; more than its share asks.
	Known   int64 `json:"known"`
	Missing int64 `json:"missing"`
	Asks    bool  `json:"asks"`
	// Noted are items some of whose values were not taken: what they refer to is not there.
	Noted  int64 `json:"noted"`
	Failed int64 `json:"failed"` // what was accepted and could not be done
	Kept   int64 `json:"kept"`   // what an undo left, since somebody had changed it
}

// Value implements driver.Valuer.
func (s Summary) Value() (driver.Value, error) { return asJSON(s) }

// Scan implements sql.Scanner.
func (s *Summary) Scan(src any) error { return fromJSON(src, s) }

// Value implements driver.Valuer.
func (p Proposal) Value() (driver.Value, error) { return asJSON(p) }

// Scan implements sql.Scanner.
func (p *Proposal) Scan(src any) error { return fromJSON(src, p) }

// Value implements driver.Valuer.
func (o Outcome) Value() (driver.Value, error) { return asJSON(o) }

// Scan implements sql.Scanner.
func (o *Outcome) Scan(src any) error { return fromJSON(src, o) }

func asJSON(v any) (driver.Value, error) {
	b, err := json.Marshal(v)
	return string(b), err
}

func fromJSON(src, dst any) error {
	switch v := src.(type) {
	case string:
		if v == "" {
			return nil
		}
		return json.Unmarshal([]byte(v), dst)
	case []byte:
		return fromJSON(string(v), dst)
	}
	return fmt.Errorf("a JSON column cannot be read from %T", src)
}

// Item is what a run says of one item.
type Item struct {
	RunID    int64
	Seq      int64
	Line     int
	Key      string
	Class    string
	Name     string
	Serial   string
	AssetTag string
	CIID     domain.CIID
	Version  int64  // of the item when it was proposed
	Matched  string // by key, serial, asset_tag or name
	Action   string
	Done     int
	Proposal Proposal
	Outcome  Outcome
}

// How far an item or a tie of a run has come.
const (
	isProposed = iota
	isApplied
	isUndone
	isKept
	isFailed
	isSettled // a person has decided whose row it is
)

// Proposal is what is to become of an item.
type Proposal struct {
	Status    string            `json:"status,omitempty"` // to bring it to
	Reported  string            `json:"reported,omitempty"`
	Values    map[string]string `json:"values,omitempty"` // canonical; empty texts are taken away
	Changes   []Change          `json:"changes,omitempty"`
	Kept      []Change          `json:"kept,omitempty"` // another source has precedence: After is what was offered
	Notes     []cifile.Problem  `json:"notes,omitempty"`
	Reason    string            `json:"reason,omitempty"`
	Column    string            `json:"column,omitempty"`
	Others    []string          `json:"others,omitempty"` // numbers and lines that it conflicts with
	Reinstate bool              `json:"reinstate,omitempty"`
	Person    *cifile.Person    `json:"person,omitempty"`
}

// Change is a value that differs: where it is from and who recorded it.
type Change struct {
	Field  string        `json:"field"`
	Before string        `json:"before,omitempty"`
	After  string        `json:"after,omitempty"`
	Source string        `json:"source,omitempty"` // of the value before
	By     domain.UserID `json:"by,omitempty"`
	At     time.Time     `json:"at,omitzero"`
}

// Outcome is what was done to an item, and what it replaced.
type Outcome struct {
	Number   string                   `json:"number,omitempty"`
	Version  int64                    `json:"version,omitempty"` // of the item afterwards
	Created  bool                     `json:"created,omitempty"` // or reinstated
	Since    time.Time                `json:"since,omitzero"`
	Replaced map[string]cmdb.Replaced `json:"replaced,omitempty"`
	Status   [2]string                `json:"status,omitzero"`    // is, was
	Reported string                   `json:"reported,omitempty"` // what the source had reported before
	Reason   string                   `json:"reason,omitempty"`   // why it failed, or was kept
}

// Tie is what a run says of a relation or membership.
type Tie struct {
	RunID   int64
	Seq     int64
	Line    int
	Kind    string // relation or member
	Key     string // of the row that says so
	Type    string
	Inverse bool
	Other   string
	FromID  domain.CIID
	ToID    domain.CIID
	Ref     string
	Action  string
	Done    int
	Reason  string
}

// runFact is the fact that a run changed something: what it began, and how it ended.
type runFact struct {
	run    Run
	source string
	what   string
	more   []domain.FieldChange
}

// Event implements domain.Fact.
func (f runFact) Event() domain.Event {
	e := domain.Event{Type: "ci_run." + f.what, EntityKind: "ci_run", Entity: f.run.Ref, Version: f.run.Events, StateTo: f.run.State, Visibility: domain.Restricted, Scope: []string{"import:" + f.run.Ref}}
	say := func(field, text string) { e.Fields = append(e.Fields, domain.FieldChange{Field: field, After: text}) }
	say("source", f.source)
	say("file", f.run.File)
	say("sha256", f.run.SHA256)
	say("mapping", f.run.Mapping)
	for _, k := range []string{Fresh, Changed, Unchanged, Outranked, Conflicting, Refused, Retired} {
		say("items_"+k, strconv.FormatInt(f.run.Summary.Items[k], 10))
	}
	for _, k := range []string{Fresh, Ended, Unresolved} {
		say("ties_"+k, strconv.FormatInt(f.run.Summary.Ties[k], 10))
	}
	say("failed", strconv.FormatInt(f.run.Summary.Failed, 10))
	say("kept", strconv.FormatInt(f.run.Summary.Kept, 10))
	e.Fields = append(e.Fields, f.more...)
	return e
}

// note emits a fact of a run, in the unit of work open in ctx.
func (s *Service) note(ctx context.Context, r *Run, source Source, what string, more ...domain.FieldChange) error {
	r.Events++
	return s.DB.Emit(ctx, runFact{*r, source.Key, what, more})
}

// Runs lists runs, newest first: of one source, or of all with an empty key. Who may: cmdb.sources.
func (s *Service) Runs(ctx context.Context, source string, after int64, limit int) ([]Run, error) {
	if err := s.maySee(ctx); err != nil {
		return nil, err
	}
	var id int64
	if source != "" {
		src, err := s.store.source(ctx, source)
		if err != nil {
			return nil, err
		}
		id = src.ID
	}
	return s.store.runs(ctx, id, after, limit)
}

// RunByRef finds a run with its source. Who may: cmdb.sources.
func (s *Service) RunByRef(ctx context.Context, ref string) (Run, Source, error) {
	if err := s.maySee(ctx); err != nil {
		return Run{}, Source{}, err
	}
	return s.find(ctx, ref)
}

func (s *Service) find(ctx context.Context, ref string) (Run, Source, error) {
	r, err := s.store.run(ctx, ref)
	if err != nil {
		return r, Source{}, err
	}
	src, err := s.store.sourceByID(ctx, r.SourceID)
	return r, src, err
}

// Items lists what a run says of items, a page at a time; action narrows it down. Who may: cmdb.sources, whose roles all read the
// whole CMDB.
func (s *Service) Items(ctx context.Context, ref, action string, after int64, limit int) ([]Item, error) {
	r, _, err := s.RunByRef(ctx, ref)
	if err != nil {
		return nil, err
	}
	return s.store.items(ctx, r.ID, action, after, limit)
}

// Ties lists what a run says of relations and memberships, of both or of one kind ("relation", "member"). Who may: cmdb.sources.
func (s *Service) Ties(ctx context.Context, ref, kind, action string, after int64, limit int) ([]Tie, error) {
	r, _, err := s.RunByRef(ctx, ref)
	if err != nil {
		return nil, err
	}
	return s.store.ties(ctx, r.ID, kind, action, after, limit)
}

// Discard puts a proposal aside. Who may: cmdb.import. Errors: ci_run_state.
func (s *Service) Discard(ctx context.Context, ref string) (r Run, err error) {
	err = s.DB.Do(ctx, func(ctx context.Context) error {
		if err := s.mayImport(ctx); err != nil {
			return err
		}
		if r, _, err = s.find(ctx, ref); err != nil {
			return err
		}
		if r.State != Proposed && r.State != Waiting && (r.State != Failed || r.Events > 0) {
			return ErrState.Because("The run is %s: only a proposal is discarded.", r.State)
		}
		from := r.State
		r.State = Discarded
		return s.store.saveRun(ctx, &r, from)
	})
	return r, err
}

// MayImport asks for the right to bring items in.
func (s *Service) MayImport(ctx context.Context) error { return s.mayImport(ctx) }

func (s *Service) mayImport(ctx context.Context) error {
	return s.Gate.Check(ctx, "cmdb.import", policies.Object{})
}

// acting is the context in which a run changes items: the right to import is enough, and who had it stands in the log.
func (s *Service) acting(ctx context.Context, r Run, source Source) context.Context {
	a := domain.ActorFrom(ctx)
	if a.User == 0 {
		a.User, a.Ref = r.ByID, r.ByRef // a job, on behalf of who asked for it
	}
	a.Kind, a.Via, a.Origin, a.Narrowed = domain.System, domain.ViaImport, source.Key, nil
	return domain.WithActor(ctx, a)
}
