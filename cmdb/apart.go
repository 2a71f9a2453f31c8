package cmdb

import (
	"context"
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/cabinetdesk/cabinet/cmdb/model"
	"github.com/cabinetdesk/cabinet/domain"
)

// Apart is what somebody has said of two items that look alike: they are not one. It stands until it is taken back, and
// answers for what the two had in common then: what they come to have in common later asks the question anew.
type Apart struct {
	ID       int64 `gorm:"primaryKey"`
	Ref      string
	AID      domain.CIID // the smaller key
	BID      domain.CIID
	Stands   bool
	Evidence Evidence
	Reason   string
	ByID     domain.UserID
	At       time.Time
	Version  int64
}

// TableName names the table.
func (Apart) TableName() string { return "ci_apart" }

// Likeness is something that two items have in common.
type Likeness struct {
	By   string `json:"by"` // serial, asset_tag or name
	Text string `json:"text"`
}

// Evidence is all that two items have in common.
type Evidence []Likeness

// Value implements driver.Valuer.
func (e Evidence) Value() (driver.Value, error) {
	b, err := json.Marshal(e)
	return string(b), err
}

// Scan implements sql.Scanner.
func (e *Evidence) Scan(src any) error {
	switch s := src.(type) {
	case string:
		return json.Unmarshal([]byte(s), e)
	case []byte:
		return json.Unmarshal(s, e)
	}
	return fmt.Errorf("evidence cannot be read from %T", src)
}

// Covers tells whether the items were told apart in spite of this.
func (a Apart) Covers(l Likeness) bool { return a.Stands && slices.Contains(a.Evidence, l) }

// Pair names two items, in either order.
func Pair(a, b domain.CIID) [2]domain.CIID { return [2]domain.CIID{min(a, b), max(a, b)} }

// Alike lists what two items have in common that identifies: a serial number or asset tag on one branch of the tree, or a
// name within one class.
func Alike(m model.Model, a, b Facts) (out Evidence) {
	for _, l := range []struct {
		by, a, b string
		fits     bool
	}{
		{"serial", a.Serial, b.Serial, m.SameBranch(a.Class, b.Class)},
		{"asset_tag", a.AssetTag, b.AssetTag, m.SameBranch(a.Class, b.Class)},
		{"name", a.Name, b.Name, a.Class == b.Class},
	} {
		if l.fits && l.a != "" && l.a == l.b && !m.IsJunk(l.a) {
			out = append(out, Likeness{l.by, l.a})
		}
	}
	return out
}

func (a Apart) state() map[string]string {
	text, _ := a.Evidence.Value() //nolint:errcheck // texts always marshal
	return map[string]string{"a": id(a.AID), "b": id(a.BID), "stands": strconv.FormatBool(a.Stands), "evidence": fmt.Sprint(text), "reason": a.Reason}
}

// ToldApart is the fact that two items were told apart ("told"), or that this was taken back ("taken_back").
type ToldApart struct {
	Apart  Apart
	What   string
	Before map[string]string
	// Numbers are those of the two items.
	Numbers [2]string
	Reason  string
}

// Event implements domain.Fact.
func (f ToldApart) Event() domain.Event {
	e := domain.Event{Type: kindApart + "." + f.What, EntityKind: kindApart, Entity: f.Apart.Ref, Version: f.Apart.Version, Visibility: domain.InternalV, State: f.Apart.state(), Fields: diff(f.Before, f.Apart.state())}
	e.Fields = append(e.Fields, domain.FieldChange{Field: "items", After: f.Numbers[0] + " " + f.Numbers[1]})
	if f.What == "taken_back" && f.Reason != "" {
		e.Fields = append(e.Fields, domain.FieldChange{Field: "why", After: f.Reason})
	}
	return e
}

var errNoMerge = domain.ErrForbidden.Because("Your roles do not let you merge items.")

// mostTold is how many items are told apart from each other at once.
const mostTold = 10

// TellApart says of 2 to 10 items that no two of them are one, in spite of what they have in common. Pairs that have nothing in common
// are left out, and those of which it was said already stay. Who may: ci.merge on each. Facts: ToldApart. Errors: ci_not_alike,
// ci_not_present, reason_required.
func (s *Service) TellApart(ctx context.Context, numbers []string, reason string) (out []Apart, err error) {
	if reason, err = domain.CleanText("body.reason", reason, 4000); err != nil {
		return nil, err
	}
	if reason == "" {
		return nil, domain.ErrMissing.With("body.reason", "say why they are not one")
	}
	if s.gate.Scope(ctx, "ci.merge").None() {
		return nil, errNoMerge
	}
	if len(numbers) < 2 || len(numbers) > mostTold {
		return nil, ErrNotAlike.With("body.items", "name 2 to 10 items")
	}
	err = s.db.Do(ctx, func(ctx context.Context) error {
		m, _, err := s.Model(ctx)
		if err != nil {
			return err
		}
		out = nil
		var items []CI
		for _, n := range numbers {
			c, err := s.lock(ctx, n, 0, "merge")
			if err != nil {
				return err
			}
			if err := present(c); err != nil {
				return err
			}
			items = append(items, c)
		}
		alike := false
		for i, a := range items {
			for _, b := range items[i+1:] {
				evidence := Alike(m, a.Facts, b.Facts)
				if a.ID == b.ID || len(evidence) == 0 {
					continue
				}
				alike = true
				told, err := s.tell(ctx, a, b, evidence, reason)
				if err != nil {
					return err
				}
				out = append(out, told)
			}
		}
		if !alike {
			return ErrNotAlike.Because("They have no serial number, asset tag, or name and class in common.")
		}
		return nil
	})
	return out, err
}

func (s *Service) tell(ctx context.Context, a, b CI, evidence Evidence, reason string) (Apart, error) {
	if a.ID > b.ID {
		a, b = b, a
	}
	old, err := s.store.apartBetween(ctx, []domain.CIID{a.ID}, []domain.CIID{b.ID}, false)
	if err != nil {
		return Apart{}, err
	}
	next := Apart{Ref: s.random(), AID: a.ID, BID: b.ID}
	fact := ToldApart{What: "told", Numbers: [2]string{a.Number, b.Number}}
	if len(old) > 0 {
		next, fact.Before = old[0], old[0].state()
		if next.Stands {
			for _, l := range next.Evidence {
				if !slices.Contains(evidence, l) {
					evidence = append(evidence, l) // what it answered for before, it still does
				}
			}
			if len(evidence) == len(next.Evidence) {
				return next, nil
			}
		}
	}
	next.Stands, next.Evidence, next.Reason, next.ByID, next.At = true, evidence, reason, domain.ActorFrom(ctx).User, s.db.Now(ctx)
	next.Version++
	fact.Apart = next
	if err := s.db.Emit(ctx, fact); err != nil {
		return next, err
	}
	return next, s.store.saveApart(ctx, &next)
}

// TakeBack takes back that two items were told apart: they may be one again. Who may: ci.merge on both. Facts: ToldApart
// "taken_back".
func (s *Service) TakeBack(ctx context.Context, ref, reason string) (a Apart, err error) {
	if reason, err = domain.CleanText("body.reason", reason, 4000); err != nil {
		return a, err
	}
	if s.gate.Scope(ctx, "ci.merge").None() {
		return a, errNoMerge
	}
	err = s.db.Do(ctx, func(ctx context.Context) error {
		if a, err = s.store.apart(ctx, ref); err != nil {
			return err
		}
		items, err := s.store.byIDs(ctx, []domain.CIID{a.AID, a.BID})
		if err != nil {
			return err
		}
		for _, id := range []domain.CIID{a.AID, a.BID} {
			if _, err := s.lock(ctx, items[id].Number, 0, "merge"); err != nil {
				return err
			}
		}
		if a, err = s.store.apart(ctx, ref); err != nil { // again, now that nobody else is at it
			return err
		}
		return s.takeBack(ctx, &a, [2]string{items[a.AID].Number, items[a.BID].Number}, reason)
	})
	return a, err
}

func (s *Service) takeBack(ctx context.Context, a *Apart, numbers [2]string, reason string) error {
	if !a.Stands {
		return domain.ErrNotFound.Because("That has been taken back already.")
	}
	fact := ToldApart{What: "taken_back", Before: a.state(), Numbers: numbers, Reason: reason}
	a.Stands = false
	a.Version++
	fact.Apart = *a
	if err := s.db.Emit(ctx, fact); err != nil {
		return err
	}
	return s.store.saveApart(ctx, a)
}

// ApartAmong gives what was said of pairs among items and stands, without asking who may see them: for composition.
func (s *Service) ApartAmong(ctx context.Context, ids []domain.CIID) (map[[2]domain.CIID]Apart, error) {
	list, err := s.store.apartBetween(ctx, ids, ids, true)
	out := make(map[[2]domain.CIID]Apart, len(list))
	for _, a := range list {
		out[Pair(a.AID, a.BID)] = a
	}
	return out, err
}

// Told lists what was said of pairs and stands, the latest first; before is the key of the last one of the page before. Items come
// with it. Who may: ci.merge on both; others are left out.
func (s *Service) Told(ctx context.Context, before int64, limit int) (out []Apart, items map[domain.CIID]CI, err error) {
	scope := s.gate.Scope(ctx, "ci.merge")
	if scope.None() {
		return nil, nil, errNoMerge
	}
	items = map[domain.CIID]CI{}
	for len(out) < limit {
		page, err := s.store.told(ctx, before, limit)
		if err != nil || len(page) == 0 {
			return out, items, err
		}
		var ids []domain.CIID
		for _, a := range page {
			ids = append(ids, a.AID, a.BID)
		}
		found, err := s.store.byIDs(ctx, ids)
		if err != nil {
			return nil, nil, err
		}
		for _, a := range page {
			before = a.ID
			if len(out) < limit && scope.Covers(found[a.AID].Object()) && scope.Covers(found[a.BID].Object()) {
				out = append(out, a)
				items[a.AID], items[a.BID] = found[a.AID], found[a.BID]
			}
		}
	}
	return out, items, nil
}

// notApart refuses to make one of two items of which somebody has said that they are not, unless they have come to have something else
// in common since: then whoever merges them answers that.
func (s *Service) notApart(ctx context.Context, m model.Model, c, into CI) error {
	mine, err := s.Including(ctx, []domain.CIID{c.ID})
	if err != nil {
		return err
	}
	others, err := s.Including(ctx, []domain.CIID{into.ID})
	if err != nil {
		return err
	}
	told, err := s.store.apartBetween(ctx, mine, others, true)
	if err != nil || len(told) == 0 {
		return err
	}
	alike := Alike(m, c.Facts, into.Facts)
	for _, a := range told {
		if !slices.ContainsFunc(alike, func(l Likeness) bool { return !a.Covers(l) }) {
			return ErrApart.Because("Somebody has said that %s and %s are not one: %s. Take that back first.", c.Number, into.Number, a.Reason)
		}
	}
	items, err := s.store.byIDs(ctx, append(mine, others...))
	if err != nil {
		return err
	}
	for _, a := range told {
		if err := s.takeBack(ctx, &a, [2]string{items[a.AID].Number, items[a.BID].Number}, "merged: they have more in common now"); err != nil {
			return err
		}
	}
	return nil
}
