package rulebook

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/cabinetdesk/cabinet/changes/model"
	"github.com/cabinetdesk/cabinet/changes/policy"
	"github.com/cabinetdesk/cabinet/changes/risk"
	"github.com/cabinetdesk/cabinet/changes/when"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/internal/db"
	"github.com/cabinetdesk/cabinet/policies"
)

// The kinds of document. A model has one document per key; the others have the key "desk".
const (
	Model         = "model"
	Questionnaire = "questionnaire"
	Rules         = "risk_rules"
	Policy        = "approval_policy"
)

// Desk is the key of documents of which there is one.
const Desk = "desk"

// The error codes of this package.
var (
	ErrRule = domain.Code(domain.Invalid, "rule_unsound", "The rules do not make sense")
)

// Entry is one version of a document.
type Entry struct {
	ID      int64 `gorm:"primaryKey"`
	Kind    string
	Key     string
	Version int64
	Body    string // JSON
	Note    string
	SetBy   domain.UserID
	At      time.Time
}

// TableName names the table.
func (Entry) TableName() string { return "change_rules" }

func (e Entry) name() string { return e.Kind + ":" + e.Key }

// Fields is the document's state in the log.
func (e Entry) Fields() map[string]string { return map[string]string{"body": e.Body, "note": e.Note} }

// RuleSet is the fact that a document has a new version.
type RuleSet struct {
	Entry  Entry
	Before string
}

// Event implements domain.Fact. The seed is version 1 and has no event: the log counts from the first row.
func (f RuleSet) Event() domain.Event {
	e := f.Entry
	return domain.Event{Type: "rulebook.set", EntityKind: "rulebook", Entity: e.name(), Version: e.Version - 1, Visibility: domain.InternalV, State: e.Fields(),
		Fields: []domain.FieldChange{{Field: "body", Before: f.Before, After: e.Body}, {Field: "note", After: e.Note}}}
}

type authorizer interface {
	Check(ctx context.Context, action string, o policies.Object) error
}

// Service keeps the documents.
type Service struct {
	db     *db.DB
	gate   authorizer
	events []string // of the flow, which models choose from
	store  store
	known  sync.Map // documents by kind, key and version: they never alter
}

// New builds the service; events are those of the flow of changes.
func New(d *db.DB, gate authorizer, events []string) *Service {
	return &Service{db: d, gate: gate, events: events, store: store{d}}
}

// Model is a version of a model, 0 for the present one. Errors: domain.ErrNotFound.
func (s *Service) Model(ctx context.Context, key string, version int64) (model.Model, error) {
	if !slices.Contains(model.Keys, key) {
		return model.Model{}, domain.ErrNotFound.Because("There is no such change model.")
	}
	return load[model.Model](ctx, s, Model, key, version)
}

// Models lists the present models.
func (s *Service) Models(ctx context.Context) (out []model.Model, err error) {
	for _, key := range model.Keys {
		m, err := s.Model(ctx, key, 0)
		if err != nil {
			return nil, err
		}
		out = append(out, m)
	}
	return out, nil
}

// Questionnaire is a version of the questionnaire, 0 for the present one.
func (s *Service) Questionnaire(ctx context.Context, version int64) (risk.Questionnaire, error) {
	return load[risk.Questionnaire](ctx, s, Questionnaire, Desk, version)
}

// Rules are a version of the rules of risk, 0 for the present one.
func (s *Service) Rules(ctx context.Context, version int64) (risk.Rules, error) {
	return load[risk.Rules](ctx, s, Rules, Desk, version)
}

// Policy is a version of the approval policy, 0 for the present one.
func (s *Service) Policy(ctx context.Context, version int64) (policy.Table, error) {
	return load[policy.Table](ctx, s, Policy, Desk, version)
}

func seed(kind, key string) any {
	switch kind {
	case Model:
		m, _ := model.Seed(key)
		return m
	case Questionnaire:
		return risk.SeedQuestionnaire()
	case Rules:
		return risk.SeedRules()
	}
	return policy.Seed()
}

type name struct {
	kind, key string
	version   int64
}

func load[T any](ctx context.Context, s *Service, kind, key string, version int64) (out T, err error) {
	if version == 0 {
		if version, err = s.store.latest(ctx, kind, key); err != nil {
			return out, err
		}
	}
	if v, ok := s.known.Load(name{kind, key, version}); ok {
		return v.(T), nil
	}
	if version <= 1 {
		out, _ = seed(kind, key).(T)
		return out, nil
	}
	e, err := s.store.load(ctx, kind, key, version)
	if err != nil {
		return out, err
	}
	if err := json.Unmarshal([]byte(e.Body), &out); err != nil {
		return out, ErrRule.Wrap(err)
	}
	if _, _, unit := s.db.SQLTx(ctx); !unit { // what a unit reads may be its own, and rolled back
		s.known.Store(name{kind, key, version}, out)
	}
	return out, nil
}

// Versions lists the versions of a document, the newest first; the seed, which has no row, is not among them.
// Who may: rulebook.read.
func (s *Service) Versions(ctx context.Context, kind, key string) ([]Entry, error) {
	if err := s.gate.Check(ctx, "rulebook.read", policies.Object{}); err != nil {
		return nil, err
	}
	return s.store.versions(ctx, kind, key)
}

// SetInput is a new version of a document. Seen is the version that its author saw, 0 for any.
type SetInput struct {
	Kind string
	Key  string
	Seen int64
	Body []byte
	Note string
}

// Set keeps a new version. Who may: rulebook.manage. Facts: RuleSet. Errors: rule_unsound, stale_version, missing_input
// without a note.
func (s *Service) Set(ctx context.Context, in SetInput) (e Entry, err error) {
	in.Note = strings.TrimSpace(in.Note)
	if in.Note == "" || len(in.Note) > 2000 {
		return e, domain.ErrMissing.With("body.note", "say in a few words what is new, and why")
	}
	err = s.db.Do(ctx, func(ctx context.Context) error {
		if err := s.gate.Check(ctx, "rulebook.manage", policies.Object{Class: "rulebook", Number: in.Kind}); err != nil {
			return err
		}
		latest, err := s.store.latest(ctx, in.Kind, in.Key)
		if err != nil {
			return err
		}
		if in.Seen != 0 && in.Seen != latest {
			return domain.ErrStale.Because("The present version is %d; you saw %d.", latest, in.Seen)
		}
		before, err := s.body(ctx, in.Kind, in.Key, latest)
		if err != nil {
			return err
		}
		body, err := s.Sound(in.Kind, in.Key, in.Body, latest+1)
		if err != nil {
			return err
		}
		e = Entry{Kind: in.Kind, Key: in.Key, Version: latest + 1, Body: body, Note: in.Note, SetBy: domain.ActorFrom(ctx).User, At: s.db.Now(ctx)}
		if err := s.db.Emit(ctx, RuleSet{e, before}); err != nil {
			return err
		}
		return s.store.insert(ctx, &e)
	})
	return e, err
}

func (s *Service) body(ctx context.Context, kind, key string, version int64) (string, error) {
	if version <= 1 {
		b, err := json.Marshal(seed(kind, key))
		return string(b), err
	}
	e, err := s.store.load(ctx, kind, key, version)
	return e.Body, err
}

// Sound reads a document and writes it as it would be kept under a version. Errors: rule_unsound, with every place that is
// wrong.
func (s *Service) Sound(kind, key string, body []byte, version int64) (string, error) {
	var doc any
	var err error
	switch {
	case kind == Model && slices.Contains(model.Keys, key):
		m, e := read[model.Model](body)
		m.Version = version
		if err = cmp.Or(e, m.Check(s.events)); err == nil && m.Key != key {
			err = when.Faults{{At: "key", Text: "the key of a model does not change"}}
		}
		doc = m
	case kind == Questionnaire && key == Desk:
		q, e := read[risk.Questionnaire](body)
		q.Version, err = version, cmp.Or(e, q.Check())
		doc = q
	case kind == Rules && key == Desk:
		r, e := read[risk.Rules](body)
		r.Version, err = version, cmp.Or(e, r.Check())
		doc = r
	case kind == Policy && key == Desk:
		t, e := read[policy.Table](body)
		t.Version, err = version, cmp.Or(e, t.Check(), roles(t))
		doc = t
	default:
		return "", domain.ErrNotFound.Because("There are no such rules.")
	}
	if err != nil {
		return "", unsound(err)
	}
	b, err := json.Marshal(doc)
	return string(b), err
}

// maxFaults is how many places an answer names: whoever has more begins with these.
const maxFaults = 50

const inBody = "body.document"

// Place is the place within a document that an error names.
func Place(location string) string {
	return strings.TrimPrefix(strings.TrimPrefix(location, inBody), ".")
}

func unsound(err error) error {
	var faults when.Faults
	if !errors.As(err, &faults) {
		return ErrRule.With(inBody, err.Error())
	}
	out := ErrRule.Because("%s", faults[0].Text)
	for _, f := range faults[:min(len(faults), maxFaults)] {
		out = out.With(inBody+"."+f.At, f.Text)
	}
	return out
}

// Draft reads an approval policy that is not kept yet. Errors: rule_unsound.
func (s *Service) Draft(ctx context.Context, body []byte) (policy.Table, error) {
	return Try[policy.Table](ctx, s, Policy, Desk, body)
}

// Try reads a document that is not kept yet, as its next version. Errors: rule_unsound, domain.ErrNotFound.
func Try[T any](ctx context.Context, s *Service, kind, key string, body []byte) (out T, err error) {
	present, err := s.store.latest(ctx, kind, key)
	if err != nil {
		return out, err
	}
	sound, err := s.Sound(kind, key, body, present+1)
	if err != nil {
		return out, err
	}
	return read[T]([]byte(sound))
}

func read[T any](body []byte) (out T, err error) {
	var own *json.SyntaxError
	var sort *json.UnmarshalTypeError
	switch err := json.Unmarshal(body, &out); {
	case errors.As(err, &own):
		return out, errors.New("this is not JSON")
	case errors.As(err, &sort) && sort.Field != "":
		return out, errors.New("the document has not the shape that it needs: look at " + sort.Field)
	case err != nil:
		return out, errors.New("the document has not the shape that it needs")
	}
	return out, nil
}

// roles refuses a role that there is not; whether a board or a person exists is asked when the policy is checked.
func roles(t policy.Table) error {
	var out when.Faults
	for i, row := range t.Rows {
		for j, sl := range row.Slots {
			if sl.Kind == policy.Role && !slices.ContainsFunc(policies.Roles(), func(r policies.Role) bool { return r.Name == sl.Of && len(r.Scopes) > 0 }) {
				out.Add(fmt.Sprintf("rows[%d].slots[%d].of", i, j), "there is no such role")
			}
		}
	}
	return out.Err()
}

// States yields the newest version of every document, for the verification of the log.
func (s *Service) States(ctx context.Context, yield func(entity string, version int64, state map[string]string) error) error {
	entries, err := s.store.newest(ctx)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if err := yield(e.name(), e.Version-1, e.Fields()); err != nil {
			return err
		}
	}
	return nil
}
