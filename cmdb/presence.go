package cmdb

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"time"

	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/policies"
)

// PresenceInput withdraws an item or reinstates it.
type PresenceInput struct {
	Number  string
	Version int64
	Reason  string
	Run     string // the import run, if one is undone or repeated
}

// Withdraw takes an item back that should never have been recorded: it is in no list, at no time, and its number stays taken. Who may:
// ci.merge or cmdb.import. Facts: Changed "withdrawn". Errors: ci_not_present, ci_still_tied while it has relations or is in groups.
func (s *Service) Withdraw(ctx context.Context, in PresenceInput) (CI, error) {
	return s.shift(ctx, in, Present, Withdrawn, "withdrawn", func(ctx context.Context, c CI) error {
		relations, members, err := s.store.tiesOf(ctx, c.ID, s.db.Now(ctx))
		if err == nil && len(relations)+len(members) > 0 {
			err = ErrTied.Because("%s has %d relations and is in %d groups; end them first.", c.Number, len(relations), len(members))
		}
		return err
	})
}

// Reinstate brings an item back that was withdrawn, as it was, at all times. Who may: ci.merge or cmdb.import. Facts: Changed "reinstated".
// Errors: ci_present.
func (s *Service) Reinstate(ctx context.Context, in PresenceInput) (CI, error) {
	return s.shift(ctx, in, Withdrawn, Present, "reinstated", func(context.Context, CI) error { return nil })
}

func (s *Service) shift(ctx context.Context, in PresenceInput, from, to Presence, what string, check func(context.Context, CI) error) (c CI, err error) {
	if in.Reason, err = domain.CleanText("body.reason", in.Reason, 4000); err != nil {
		return c, err
	}
	err = s.db.Do(ctx, func(ctx context.Context) error {
		m, _, err := s.Model(ctx)
		if err != nil {
			return err
		}
		if c, err = s.lockEither(ctx, in.Number, in.Version); err != nil {
			return err
		}
		if c.Facts.Presence != from {
			if from == Present {
				return present(c)
			}
			return ErrPresent.Because("%s has not been withdrawn.", c.Number)
		}
		if err := check(ctx, c); err != nil {
			return err
		}
		known, err := s.store.known(ctx, c.ID)
		if err != nil {
			return err
		}
		origin := Origin{Run: in.Run, Effective: known[0].ValidFrom}
		return s.alter(ctx, m, &c, Changed{What: what, Reason: in.Reason, Run: in.Run, Effective: origin.Effective}, origin, func(f *Facts) error {
			f.Presence = to
			return nil
		})
	})
	return c, err
}

// mayImport asks for the right to bring items in.
func (s *Service) mayImport(ctx context.Context) error {
	return s.gate.Check(ctx, "cmdb.import", policies.Object{})
}

// lockEither locks an item for whoever may merge it, or import.
func (s *Service) lockEither(ctx context.Context, number string, version int64) (CI, error) {
	c, err := s.lock(ctx, number, version, "merge")
	if domain.KindOf(err) == domain.Forbidden {
		if s.mayImport(ctx) == nil {
			return s.lock(ctx, number, version, "read")
		}
	}
	return c, err
}

// Replaced is a value that an import wrote, and what was there before; an empty text is none.
type Replaced struct{ Is, Was Value }

// PutBackInput undoes what an import wrote into an item.
type PutBackInput struct {
	Number string
	Run    string
	// Since is when it was written: what was held true of the time since is put right, too.
	Since  time.Time
	Values map[string]Replaced
	Status [2]string // is, was; empty: not touched
}

// Same tells whether two values are the same text from the same source, observed at the same time by the same person.
func (v Value) Same(o Value) bool {
	return v.Text == o.Text && v.Source == o.Source && v.By == o.By && v.ObservedAt.Equal(o.ObservedAt)
}

// PutBack gives an item the values back that an import replaced, with the origin that they had. A status is put back without a
// move: the one that is undone should not have been made. Who may: cmdb.import. Facts: Changed "put_back". Errors:
// ci_changed_since when something is not as the import left it, ci_not_present.
func (s *Service) PutBack(ctx context.Context, in PutBackInput) (c CI, err error) {
	err = s.db.Do(ctx, func(ctx context.Context) error {
		if err := s.mayImport(ctx); err != nil {
			return err
		}
		m, _, err := s.Model(ctx)
		if err != nil {
			return err
		}
		if c, err = s.lock(ctx, in.Number, 0, "read"); err != nil {
			return err
		}
		if err := present(c); err != nil {
			return err
		}
		if err := c.Stands(in); err != nil {
			return err
		}
		from := c.Facts.Status
		o := Origin{Run: in.Run, Effective: in.Since}
		fact := Changed{What: "put_back", Run: in.Run, Effective: in.Since}
		if in.Status[1] != "" {
			fact.From = from
		}
		return s.alter(ctx, m, &c, fact, o, func(f *Facts) error {
			for key, v := range in.Values {
				if f.Values[key].Same(v.Is) {
					f.put(key, v.Was)
				}
			}
			if in.Status[1] != "" && f.Status == in.Status[0] {
				f.Status = in.Status[1]
			}
			return nil
		})
	})
	return c, err
}

// Stands tells whether an item is still as an import left it; it fails with ErrSince, naming what is not.
func (c CI) Stands(in PutBackInput) error {
	f, bad := c.Facts, ErrSince
	for key, v := range in.Values {
		if !f.Values[key].Same(v.Is) {
			bad = bad.With("body.values."+key, "somebody has changed this since")
		}
	}
	if in.Status[1] != "" && f.Status != in.Status[0] {
		bad = bad.With("body.status", "somebody has moved the item since")
	}
	if len(bad.Fields) > 0 {
		return bad
	}
	return nil
}

// WithdrawMembership takes a membership back that should never have been recorded. Who may: ci.group. Facts: Tied "withdrawn".
func (s *Service) WithdrawMembership(ctx context.Context, ref, reason, run string) error {
	return s.withdrawMember(ctx, ref, reason, run)
}

func (s *Service) withdrawMember(ctx context.Context, ref, reason, run string) error {
	return s.db.Do(ctx, func(ctx context.Context) error {
		last, _, _, err := s.store.membershipPast(ctx, ref)
		if err != nil {
			return err
		}
		if last == nil {
			return domain.ErrNotFound.Because("The membership has been withdrawn already.")
		}
		if err := s.mayGroup(ctx, last.CIID); err != nil {
			return err
		}
		fact := Tied{Kind: kindMembership, Ref: ref, Version: last.Version + 1, What: "withdrawn", State: map[string]string{"withdrawn": "true"}, Before: last.state(), Reason: reason, Run: run}
		if err := s.db.Emit(ctx, fact); err != nil {
			return err
		}
		return s.store.supersedeTie(ctx, "ci_memberships", last.ID, s.db.Now(ctx))
	})
}

func (s *Service) reinstateMember(ctx context.Context, ref, reason, run string) error {
	return s.db.Do(ctx, func(ctx context.Context) error {
		last, open, version, err := s.store.membershipPast(ctx, ref)
		if err != nil || last != nil {
			return err
		}
		if err := s.mayGroup(ctx, open.CIID); err != nil {
			return err
		}
		open.Version, open.RecordedAt, open.SupersededAt = version+1, s.db.Now(ctx), nil
		return s.tieMember(ctx, &open, nil, "reinstated", reason, run)
	})
}

func (s *Service) mayGroup(ctx context.Context, ci domain.CIID) error {
	items, err := s.store.byIDs(ctx, []domain.CIID{ci})
	if err != nil {
		return err
	}
	_, err = s.lock(ctx, items[ci].Number, 0, "group")
	return err
}

// StateHash is one hash over all that is present: items with the source and time of every value, relations and memberships. Two equal
// hashes are two equal databases, as far as the desk shows them; versions and numbers that were given out do not count. For tests and
// for the proof that an undo left nothing behind.
func (s *Service) StateHash(ctx context.Context) (string, error) {
	if s.gate.Scope(ctx, "ci.read").None() {
		return "", domain.ErrForbidden
	}
	h := sha256.New()
	err := s.db.Snapshot(ctx, func(ctx context.Context) error {
		return s.store.digest(ctx, s.db.Now(ctx), func(parts ...string) {
			for _, p := range parts {
				_, _ = fmt.Fprintf(h, "%d:", len(p)) // a hash takes everything
				_, _ = io.WriteString(h, p)
			}
			_, _ = h.Write([]byte{'\n'})
		})
	})
	return hex.EncodeToString(h.Sum(nil)), err
}
