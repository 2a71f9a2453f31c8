package cmdb

import (
	"context"
	"encoding/json"
	"time"

	"github.com/cabinetdesk/cabinet/domain"
)

// Merge is one item that lives on in another one, with what was moved for that. It can be undone.
type Merge struct {
	ID       int64 `gorm:"primaryKey"`
	FromID   domain.CIID
	IntoID   domain.CIID
	Version  int64 // of the merged item
	Moved    string
	Reason   string
	ByID     domain.UserID
	MergedAt time.Time
	UndoneAt *time.Time
}

// TableName names the table.
func (Merge) TableName() string { return "ci_merges" }

// moved is a tie that was ended, and the one that took its place: references, empty for none.
type moved struct {
	Kind    string `json:"kind"`
	Ended   string `json:"ended"`
	Created string `json:"created,omitempty"`
}

// MergeInput merges one item into another.
type MergeInput struct {
	Number  string // this one goes
	Version int64
	Into    string
	Reason  string
}

// Merge lets an item live on in another one: its relations and groups go over, records that name it are found by the other one, and
// sources that know it see the other one from now on. The values of the other one stay as they are. Who may: ci.merge on both.
// Facts: Changed "merged", Tied for what moves. Errors: ci_merge_not_possible, ci_not_present, reason_required.
func (s *Service) Merge(ctx context.Context, in MergeInput) (c CI, err error) {
	if in.Reason, err = domain.CleanText("body.reason", in.Reason, 4000); err != nil {
		return c, err
	}
	if in.Reason == "" {
		return c, domain.ErrMissing.With("body.reason", "say why the two are one")
	}
	err = s.db.Do(ctx, func(ctx context.Context) error {
		m, _, err := s.Model(ctx)
		if err != nil {
			return err
		}
		if c, err = s.lock(ctx, in.Number, in.Version, "merge"); err != nil {
			return err
		}
		into, err := s.lock(ctx, in.Into, 0, "merge")
		if err != nil {
			return err
		}
		for _, x := range []CI{c, into} {
			if err := present(x); err != nil {
				return err
			}
		}
		switch {
		case c.ID == into.ID:
			return ErrMerge.Because("An item is not merged into itself.")
		case !m.IsA(c.Facts.Class, into.Facts.Class) && !m.IsA(into.Facts.Class, c.Facts.Class):
			return ErrMerge.Because("Items of different classes are different things; change the class of one first.")
		}
		now := s.db.Now(ctx)
		ties, err := s.moveTies(ctx, c, into, now)
		if err != nil {
			return err
		}
		err = s.alter(ctx, m, &c, Changed{What: "merged", Reason: in.Reason}, Origin{}, func(f *Facts) error {
			f.Presence, f.MergedInto = Merged, into.ID
			return nil
		})
		if err != nil {
			return err
		}
		body, err := json.Marshal(ties)
		if err != nil {
			return err
		}
		return s.store.addMerge(ctx, &Merge{FromID: c.ID, IntoID: into.ID, Version: c.Version, Moved: string(body), Reason: in.Reason, ByID: domain.ActorFrom(ctx).User, MergedAt: now})
	})
	return c, err
}

func (s *Service) moveTies(ctx context.Context, c, into CI, now time.Time) (out []moved, err error) {
	relations, members, err := s.store.tiesOf(ctx, c.ID, now)
	if err != nil {
		return nil, err
	}
	others := make([]domain.CIID, 0, len(relations))
	for _, r := range relations {
		others = append(others, r.FromID+r.ToID-c.ID)
	}
	items, err := s.store.byIDs(ctx, others)
	if err != nil {
		return nil, err
	}
	why := "merged into " + into.Number
	for i, r := range relations {
		move := moved{Kind: kindRelation, Ended: r.Ref}
		if err := s.end(ctx, r, now, why, ""); err != nil {
			return nil, err
		}
		from, to := into.Number, items[others[i]].Number
		if r.ToID == c.ID {
			from, to = to, from
		}
		if others[i] != into.ID {
			a, b := into.ID, others[i]
			if r.ToID == c.ID {
				a, b = b, a
			}
			was, err := s.store.relationNow(ctx, a, r.Type, b)
			if domain.KindOf(err) == domain.NotFound {
				was, err = s.Relate(ctx, RelateInput{From: from, Type: r.Type, To: to, Redundancy: r.Redundancy, Needed: r.Needed, Origin: Origin{Source: r.Source}})
				switch {
				case err == nil:
					move.Created = was.Ref
				case domain.KindOf(err) == domain.Conflict: // it would close a loop
				default:
					return nil, err
				}
			} else if err != nil {
				return nil, err
			}
		}
		out = append(out, move)
	}
	for _, g := range members {
		move := moved{Kind: kindMembership, Ended: g.Ref}
		if err := s.withdrawMember(ctx, g.Ref, why, ""); err != nil {
			return nil, err
		}
		joined, err := s.Join(ctx, MemberInput{Group: g.Group, Number: into.Number, From: g.ValidFrom, Until: until(g.ValidTo), Reason: why})
		switch {
		case err == nil:
			move.Created = joined.Ref
		case domain.KindOf(err) == domain.Conflict: // it is in the group already
		default:
			return nil, err
		}
		out = append(out, move)
	}
	return out, nil
}

func until(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return *t
}

// Unmerge parts an item from the one that it was merged into: it is there again as it was, with its relations and groups; what moved
// and still stands is taken back. Who may: ci.merge on both. Facts: Changed "unmerged", Tied. Errors: ci_present.
func (s *Service) Unmerge(ctx context.Context, number string, version int64, reason string) (c CI, err error) {
	if reason, err = domain.CleanText("body.reason", reason, 4000); err != nil {
		return c, err
	}
	err = s.db.Do(ctx, func(ctx context.Context) error {
		m, _, err := s.Model(ctx)
		if err != nil {
			return err
		}
		if c, err = s.lock(ctx, number, version, "merge"); err != nil {
			return err
		}
		if c.Facts.Presence != Merged {
			return ErrPresent.Because("%s has not been merged.", c.Number)
		}
		merge, err := s.store.openMerge(ctx, c.ID)
		if err != nil {
			return err
		}
		err = s.alter(ctx, m, &c, Changed{What: "unmerged", Reason: reason, Effective: merge.MergedAt}, Origin{Effective: merge.MergedAt}, func(f *Facts) error {
			if f.Presence == Merged {
				f.Presence, f.MergedInto = Present, 0
			}
			return nil
		})
		if err != nil {
			return err
		}
		var ties []moved
		if err := json.Unmarshal([]byte(merge.Moved), &ties); err != nil {
			return err
		}
		for _, t := range ties {
			if err := s.moveBack(ctx, t, "parted from another item"); err != nil {
				return err
			}
		}
		return s.store.closeMerge(ctx, merge.ID, s.db.Now(ctx))
	})
	return c, err
}

func (s *Service) moveBack(ctx context.Context, t moved, why string) error {
	take, give := s.WithdrawRelation, s.ReinstateRelation
	if t.Kind == kindMembership {
		take, give = s.withdrawMember, s.reinstateMember
	}
	if t.Created != "" {
		// What somebody has ended meanwhile stays ended.
		if err := take(ctx, t.Created, why, ""); err != nil && domain.KindOf(err) != domain.NotFound {
			return err
		}
	}
	return give(ctx, t.Ended, why, "")
}
