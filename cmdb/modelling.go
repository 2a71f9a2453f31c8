package cmdb

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/cabinetdesk/cabinet/cmdb/model"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/policies"
)

// ModelVersion is one version of the model as it is kept.
type ModelVersion struct {
	Version int64 `gorm:"primaryKey"`
	Body    string
	Note    string
	MadeBy  domain.UserID
	MadeAt  time.Time
}

// TableName names the table.
func (ModelVersion) TableName() string { return "cmdb_models" }

func (v ModelVersion) state() map[string]string {
	sum := sha256.Sum256([]byte(v.Body))
	return map[string]string{"sha256": hex.EncodeToString(sum[:])}
}

// Model is the model in use and its version; version 0 is the seed, which nobody has changed yet.
func (s *Service) Model(ctx context.Context) (model.Model, int64, error) {
	version, err := s.store.modelVersion(ctx)
	if err != nil {
		return model.Model{}, 0, err
	}
	if v := s.inUse.Load(); v != nil && v.version == version {
		return v.model, version, nil
	}
	v := &versioned{version: version, model: model.Seed()}
	if version > 0 {
		row, err := s.store.model(ctx, version)
		if err != nil {
			return model.Model{}, 0, err
		}
		v.model = model.Model{}
		if err := json.Unmarshal([]byte(row.Body), &v.model); err != nil {
			return model.Model{}, 0, fmt.Errorf("version %d of the model of the CMDB: %w", version, err)
		}
	}
	s.inUse.Store(v)
	return v.model, version, nil
}

// ModelAt is the model that was in use at an instant; the zero instant is now.
func (s *Service) ModelAt(ctx context.Context, known time.Time) (model.Model, error) {
	m, version, err := s.Model(ctx)
	if err != nil || version == 0 || known.IsZero() {
		return m, err
	}
	row, err := s.store.modelAsOf(ctx, known)
	switch {
	case domain.KindOf(err) == domain.NotFound:
		return model.Seed(), nil
	case err != nil:
		return m, err
	case row.Version == version:
		return m, nil
	}
	m = model.Model{}
	if err := json.Unmarshal([]byte(row.Body), &m); err != nil {
		return m, fmt.Errorf("version %d of the model of the CMDB: %w", row.Version, err)
	}
	return m, nil
}

// Breakage is what would not fit a model any more: so many items, some of them by number.
type Breakage struct {
	Difference model.Difference
	Items      int64
	Numbers    []string // up to ten
}

// Rehearse compares a model with the one in use and counts what exists and would not fit. Who may: cmdb.model. Errors: cmdb_model_invalid
// with all that is wrong.
func (s *Service) Rehearse(ctx context.Context, next model.Model) (differences []model.Difference, broken []Breakage, err error) {
	if err := s.gate.Check(ctx, "cmdb.model", policies.Object{}); err != nil {
		return nil, nil, err
	}
	if bad := next.Check(); len(bad) > 0 {
		e := ErrModel
		for _, text := range bad {
			e = e.With("body.model", text)
		}
		return nil, nil, e
	}
	old, _, err := s.Model(ctx)
	if err != nil {
		return nil, nil, err
	}
	differences = model.Compare(old, next)
	for _, d := range differences {
		if !d.Narrows {
			continue
		}
		b, err := s.breakage(ctx, old, next, d)
		if err != nil {
			return nil, nil, err
		}
		if b.Items > 0 {
			broken = append(broken, b)
		}
	}
	return differences, broken, nil
}

// breakage counts the items, or relations, that exist and would not fit.
func (s *Service) breakage(ctx context.Context, old, next model.Model, d model.Difference) (b Breakage, err error) {
	b.Difference = d
	note := func(number string) {
		if b.Items++; len(b.Numbers) < 10 {
			b.Numbers = append(b.Numbers, number)
		}
	}
	if d.What == "relation" {
		if _, stays := next.Relation(d.Where); !stays {
			b.Items, err = s.store.countRelations(ctx, d.Where)
		}
		return b, err
	}
	err = s.store.eachOf(ctx, old.Below(d.Class), func(page []CI) error {
		for _, c := range page {
			if !stillFits(next, d, c.Facts) {
				note(c.Number)
			}
		}
		return nil
	})
	return b, err
}

func stillFits(next model.Model, d model.Difference, f Facts) bool {
	if d.What == "class" {
		if placeable(next, f.Class) != nil {
			return false
		}
		return fits(next, f) == nil
	}
	text := f.Text(d.Attribute)
	if text == "" {
		return true
	}
	a, ok := next.Field(f.Class, d.Attribute)
	if !ok {
		return false
	}
	again, err := a.Canon(text)
	return err == nil && again == text
}

// SetModel brings a version of the model into use. version is the one that the caller saw. Who may: cmdb.model. Facts: ModelSet, unless
// nothing differs. Errors: cmdb_model_invalid, cmdb_model_orphans with what would not fit, stale_version.
func (s *Service) SetModel(ctx context.Context, version int64, next model.Model, note string) (int64, error) {
	note, err := domain.CleanText("body.note", note, 4000)
	if err != nil {
		return 0, err
	}
	var made int64
	err = s.db.Do(ctx, func(ctx context.Context) error {
		differences, broken, err := s.Rehearse(ctx, next)
		if err != nil {
			return err
		}
		_, made, err = s.Model(ctx)
		if err != nil {
			return err
		}
		if version != made {
			return domain.ErrStale.Because("The model is at version %d now; you saw %d.", made, version)
		}
		if len(broken) > 0 {
			e := ErrModelNarrows
			for _, b := range broken {
				e = e.With("body.model", fmt.Sprintf("%s %s: %d items would not fit, such as %s", b.Difference.Where, b.Difference.Text, b.Items, first(b.Numbers)))
			}
			return e
		}
		if len(differences) == 0 {
			return nil
		}
		body, err := json.Marshal(next)
		if err != nil {
			return err
		}
		row := ModelVersion{Version: made + 1, Body: string(body), Note: note, MadeBy: domain.ActorFrom(ctx).User, MadeAt: s.db.Now(ctx)}
		fact := ModelSet{Version: row.Version, Digest: row.state()["sha256"], Note: note}
		for _, d := range differences {
			if fact.Changes = append(fact.Changes, d.What+" "+d.Where+": "+d.Text); len(fact.Changes) == 200 {
				break
			}
		}
		if err := s.db.Emit(ctx, fact); err != nil {
			return err
		}
		made = row.Version
		return s.store.addModel(ctx, row)
	})
	return made, err
}

func first(numbers []string) string {
	if len(numbers) == 0 {
		return "relations of that type"
	}
	return numbers[0]
}

// ModelStep is one version of the model and in what it differs from the one before.
type ModelStep struct {
	Version     ModelVersion
	Differences []model.Difference
}

// ModelVersions lists the versions of the model, newest first, up to the seed, which is version 0 and nobody's. Who may: ci.read for anything.
func (s *Service) ModelVersions(ctx context.Context) (out []ModelStep, err error) {
	if s.gate.Scope(ctx, "ci.read").None() {
		return nil, domain.ErrForbidden
	}
	list, err := s.store.modelVersions(ctx)
	if err != nil {
		return nil, err
	}
	before := model.Seed()
	out = append(out, ModelStep{})
	for _, v := range slices.Backward(list) {
		var m model.Model
		if err := json.Unmarshal([]byte(v.Body), &m); err != nil {
			return nil, fmt.Errorf("version %d of the model of the CMDB: %w", v.Version, err)
		}
		out = append(out, ModelStep{v, model.Compare(before, m)})
		before = m
	}
	slices.Reverse(out)
	return out, nil
}

// ModelOf gives a version of the model; 0 is the seed. Who may: ci.read for anything.
func (s *Service) ModelOf(ctx context.Context, version int64) (m model.Model, err error) {
	if s.gate.Scope(ctx, "ci.read").None() {
		return m, domain.ErrForbidden
	}
	if version == 0 {
		return model.Seed(), nil
	}
	row, err := s.store.model(ctx, version)
	if domain.KindOf(err) == domain.NotFound {
		return m, domain.ErrNotFound.Because("There is no such version of the model.")
	}
	if err != nil {
		return m, err
	}
	return m, json.Unmarshal([]byte(row.Body), &m)
}

// ClassCounts counts the present items of each class that the actor may read; those of a class alone, without the classes below it. Who
// may: ci.read for anything.
func (s *Service) ClassCounts(ctx context.Context) (map[string]int64, error) {
	scope := s.gate.Scope(ctx, "ci.read")
	if scope.None() {
		return nil, domain.ErrForbidden
	}
	return s.store.countByClass(ctx, scope)
}
