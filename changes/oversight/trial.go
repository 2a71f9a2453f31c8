package oversight

import (
	"cmp"
	"context"
	"slices"

	"github.com/cabinetdesk/cabinet/changes"
	"github.com/cabinetdesk/cabinet/changes/model"
	"github.com/cabinetdesk/cabinet/changes/risk"
	"github.com/cabinetdesk/cabinet/changes/rulebook"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/policies"
)

// Trial is what other rules would have made of the changes of some days, compared with the rules that are in force now.
type Trial struct {
	Days     int
	Looked   int
	Same     int
	Complete bool // false: there were more changes than a trial looks at
	// Unanswered is how many have no answer to a question of the draft: they count as medium at least.
	Unanswered int
	Shifts     []Shift // of risk, the most frequent first
	Lacking    []Lack  // of plans, by what they would have lacked
	Changes    []Tried // those that differ
}

// Shift is how many changes would have gone from one band of risk to another.
type Shift struct {
	From, To risk.Band
	Changes  int
}

// Lack is how many plans would have lacked something that they do not lack now.
type Lack struct {
	What    string
	Changes int
}

// Tried is one change that would have been judged differently.
type Tried struct {
	Change        changes.Change
	Before, After risk.Band // empty for a model
	Why           []string
}

// Try runs a questionnaire, rules of risk or a model over the changes of the last days that the reader may see: over the
// answers, facts and plans that were kept. Nothing is computed anew that the world may have changed since. Who may:
// rulebook.rehearse. Errors: rule_unsound.
func (s *Service) Try(ctx context.Context, kind, key string, body []byte, days int) (t Trial, err error) {
	if err := s.gate.Check(ctx, "rulebook.rehearse", policies.Object{}); err != nil {
		return t, err
	}
	if days < 1 || days > MaxDays {
		return t, domain.ErrInvalid.With("body.days", "rehearse over 1 to 366 days")
	}
	judge, of, err := s.judge(ctx, kind, key, body)
	if err != nil {
		return t, err
	}
	ids, err := s.store.judged(ctx, s.gate.Scope(ctx, "change.read"), of, s.db.Now(ctx).AddDate(0, 0, -days), maxChanges+1)
	if err != nil {
		return t, err
	}
	t = Trial{Days: days, Complete: len(ids) <= maxChanges}
	list, err := s.changes.Batch(ctx, ids[:min(len(ids), maxChanges)])
	if err != nil {
		return t, err
	}
	for _, c := range list {
		t.Looked++
		if one, differs := judge(c, &t); differs {
			t.Changes = append(t.Changes, one)
		} else {
			t.Same++
		}
	}
	slices.SortStableFunc(t.Shifts, func(a, b Shift) int { return cmp.Compare(b.Changes, a.Changes) })
	slices.SortStableFunc(t.Lacking, func(a, b Lack) int { return cmp.Compare(b.Changes, a.Changes) })
	return t, nil
}

// judge is how one change is compared, and of which model they all are, empty for all models.
func (s *Service) judge(ctx context.Context, kind, key string, body []byte) (judge func(changes.Change, *Trial) (Tried, bool), of string, err error) {
	if kind == rulebook.Model {
		judge, err = s.models(ctx, key, body)
		return judge, key, err
	}
	q, err := s.rules.Questionnaire(ctx, 0)
	if err != nil {
		return nil, "", err
	}
	r, err := s.rules.Rules(ctx, 0)
	if err != nil {
		return nil, "", err
	}
	nq, nr := q, r
	switch kind {
	case rulebook.Questionnaire:
		nq, err = rulebook.Try[risk.Questionnaire](ctx, s.rules, kind, key, body)
	case rulebook.Rules:
		nr, err = rulebook.Try[risk.Rules](ctx, s.rules, kind, key, body)
	default:
		err = domain.ErrNotFound.Because("Only a questionnaire, rules of risk and models are rehearsed here.")
	}
	return func(c changes.Change, t *Trial) (Tried, bool) {
		before, ok := c.Facet.Rate(q, r)
		after, _ := c.Facet.Rate(nq, nr)
		if len(after.Missing) > len(before.Missing) {
			t.Unanswered++
		}
		if !ok || before.Band == after.Band {
			return Tried{}, false
		}
		i := slices.IndexFunc(t.Shifts, func(x Shift) bool { return x.From == before.Band && x.To == after.Band })
		if i < 0 {
			i, t.Shifts = len(t.Shifts), append(t.Shifts, Shift{From: before.Band, To: after.Band})
		}
		t.Shifts[i].Changes++
		return Tried{Change: c, Before: before.Band, After: after.Band, Why: []string{after.Because()}}, true
	}, "", err
}

func (s *Service) models(ctx context.Context, key string, body []byte) (func(changes.Change, *Trial) (Tried, bool), error) {
	present, err := s.rules.Model(ctx, key, 0)
	if err != nil {
		return nil, err
	}
	draft, err := rulebook.Try[model.Model](ctx, s.rules, rulebook.Model, key, body)
	return func(c changes.Change, t *Trial) (Tried, bool) {
		one, had := Tried{Change: c}, c.Lacks(present)
		for _, f := range c.Lacks(draft) {
			if slices.ContainsFunc(had, func(x domain.Field) bool { return x.Location == f.Location }) {
				continue
			}
			one.Why = append(one.Why, f.Message)
			i := slices.IndexFunc(t.Lacking, func(x Lack) bool { return x.What == f.Message })
			if i < 0 {
				i, t.Lacking = len(t.Lacking), append(t.Lacking, Lack{What: f.Message})
			}
			t.Lacking[i].Changes++
		}
		return one, len(one.Why) > 0
	}, err
}
