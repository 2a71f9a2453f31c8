package reconcile

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/cabinetdesk/cabinet/cmdb"
	"github.com/cabinetdesk/cabinet/cmdb/model"
	"github.com/cabinetdesk/cabinet/domain"
)

// DuplicateSet are present items that may be one: they share a serial number, an asset tag, or a name and class.
type DuplicateSet struct {
	By      string // serial, asset_tag or name
	Text    string
	Class   string // where it is the name
	Numbers []string
	// Told is what somebody has said of pairs among them. A pair stands here again when what it has in common is not what it was told
	// apart in spite of; otherwise it is here for the sake of a third item.
	Told []Told
}

// Told is what somebody has said of two items of a set.
type Told struct {
	Numbers [2]string
	Apart   cmdb.Apart
	Again   bool // this has come to be since
}

// DuplicatePage is one page of the queue and the marker of the next.
type DuplicatePage struct {
	Sets []DuplicateSet
	Next string
}

// Duplicates lists items that may be one, those with one serial number first. What identifies nothing is left out, and so are items of
// one name that one source tells apart, or that somebody has. Who may: ci.merge; items outside their scope are left out.
func (s *Service) Duplicates(ctx context.Context, after string, limit int) (out DuplicatePage, err error) {
	scope := s.Gate.Scope(ctx, "ci.merge")
	if scope.None() {
		return out, domain.ErrForbidden.Because("Your roles do not let you merge items.")
	}
	m, _, err := s.CMDB.Model(ctx)
	if err != nil {
		return out, err
	}
	by, rest, _ := strings.Cut(after, ":")
	kinds := []string{"serial", "asset_tag", "name"}
	for _, kind := range kinds {
		if by != "" && kind != by {
			continue
		}
		from := ""
		if by == kind {
			from, by = rest, ""
		}
		for {
			rows, err := s.store.alike(ctx, kind, from, limit)
			if err != nil {
				return out, err
			}
			for _, r := range rows {
				from = r.Text
				set, err := s.duplicates(ctx, m, kind, r)
				if err != nil {
					return out, err
				}
				for _, x := range set {
					kept := x.Numbers[:0]
					items, err := s.CMDB.ByNumbers(ctx, x.Numbers)
					if err != nil {
						return out, err
					}
					for _, n := range x.Numbers {
						if c, ok := items[n]; ok && scope.Covers(c.Object()) {
							kept = append(kept, n)
						}
					}
					x.Told = slices.DeleteFunc(x.Told, func(t Told) bool { return !slices.Contains(kept, t.Numbers[0]) || !slices.Contains(kept, t.Numbers[1]) })
					if x.Numbers = kept; len(kept) > 1 {
						out.Sets = append(out.Sets, x)
					}
				}
				if len(out.Sets) >= limit {
					out.Next = kind + ":" + from
					return out, nil
				}
			}
			if len(rows) < limit {
				break
			}
		}
	}
	return out, nil
}

// duplicates parts items that share a text into sets that may be one.
func (s *Service) duplicates(ctx context.Context, m model.Model, kind string, r alike) (out []DuplicateSet, err error) {
	if m.IsJunk(r.Text) {
		return nil, nil
	}
	found, err := s.store.identified(ctx, kind, []string{r.Text})
	if err != nil {
		return nil, err
	}
	sets := map[string][]cmdb.CI{}
	var order []string
	for _, c := range found[r.Text] {
		branch := c.Facts.Class
		if path := m.Path(c.Facts.Class); kind != "name" && len(path) > 0 {
			branch = path[len(path)-1].Key
		}
		if _, there := sets[branch]; !there {
			order = append(order, branch)
		}
		sets[branch] = append(sets[branch], c)
	}
	for _, branch := range order {
		list := sets[branch]
		if kind == "name" {
			if list, err = s.store.toldApart(ctx, list); err != nil {
				return nil, err
			}
		}
		if len(list) < 2 {
			continue
		}
		set := DuplicateSet{By: kind, Text: r.Text}
		if kind == "name" {
			set.Class = branch
		}
		if err := s.open(ctx, &set, list[:min(len(list), mostAlike)]); err != nil {
			return nil, err
		}
		if len(set.Numbers) > 1 {
			out = append(out, set)
		}
	}
	return out, nil
}

// mostAlike is how many items a set shows; of some hundred with one name, a person looks at a few.
const mostAlike = 50

// open fills a set with the items of which it is still open whether they are one with another of the set.
func (s *Service) open(ctx context.Context, set *DuplicateSet, list []cmdb.CI) error {
	ids := make([]domain.CIID, len(list))
	for i, c := range list {
		ids[i] = c.ID
	}
	told, err := s.CMDB.ApartAmong(ctx, ids)
	if err != nil {
		return err
	}
	likeness, stays := cmdb.Likeness{By: set.By, Text: set.Text}, map[domain.CIID]bool{}
	for i, a := range list {
		for _, b := range list[i+1:] {
			x, said := told[cmdb.Pair(a.ID, b.ID)]
			if said {
				set.Told = append(set.Told, Told{[2]string{a.Number, b.Number}, x, !x.Covers(likeness)})
			}
			if !said || !x.Covers(likeness) {
				stays[a.ID], stays[b.ID] = true, true
			}
		}
	}
	for _, c := range list {
		if stays[c.ID] {
			set.Numbers = append(set.Numbers, c.Number)
		}
	}
	return nil
}

// StaleItem is an item that a source has not shown for longer than it should.
type StaleItem struct {
	ID       int64
	Number   string
	Name     string
	Class    string
	Source   string
	Key      string
	LastSeen time.Time
}

// Stale lists present items that a source has not shown for its number of days, the longest first; after is the marker of the page before.
// Who may: cmdb.sources, and what may not be read of the CMDB is left out.
func (s *Service) Stale(ctx context.Context, key string, after string, limit int) (out []StaleItem, next string, err error) {
	source, err := s.SourceByKey(ctx, key)
	if err != nil {
		return nil, "", err
	}
	scope := s.Gate.Scope(ctx, "ci.read")
	if scope.None() {
		return nil, "", domain.ErrForbidden
	}
	var from time.Time
	var id int64
	if after != "" {
		at, n, ok := strings.Cut(after, "_")
		us, err := strconv.ParseInt(at, 10, 64)
		if err != nil || !ok {
			return nil, "", domain.ErrCursor
		}
		if id, err = strconv.ParseInt(n, 10, 64); err != nil {
			return nil, "", domain.ErrCursor
		}
		from = time.UnixMicro(us).UTC()
	}
	out, err = s.store.stale(ctx, source.Key, s.DB.Now(ctx).AddDate(0, 0, -source.StaleDays), from, id, scope, limit+1)
	if err == nil && len(out) > limit {
		out = out[:limit]
		last := out[limit-1]
		next = decimal(last.LastSeen.UnixMicro()) + "_" + decimal(last.ID)
	}
	return out, next, err
}

// Quality are figures of a class or a source.
type Quality struct {
	Key   string // of the class or source
	Items int64
	// Complete is how many have all that is wanted of their class; Fresh how many were confirmed in time; Orphans have no relation.
	Complete, Fresh, Orphans int64
	Missing                  map[string]int64 // wanted attributes without a value
}

// QualityReport says how far the CMDB can be trusted.
type QualityReport struct {
	Days             int // how old may be what is fresh
	Classes, Sources []Quality
}

// Quality counts, by class and by source, how complete, fresh and connected the items are that the actor may read. Who may: ci.read.
func (s *Service) Quality(ctx context.Context, days int) (out QualityReport, err error) {
	scope := s.Gate.Scope(ctx, "ci.read")
	if scope.None() {
		return out, domain.ErrForbidden
	}
	m, _, err := s.CMDB.Model(ctx)
	if err != nil {
		return out, err
	}
	out.Days = days
	since := s.DB.Now(ctx).AddDate(0, 0, -days)
	classes, sources := map[string]*Quality{}, map[string]*Quality{}
	err = s.DB.Snapshot(ctx, func(ctx context.Context) error {
		return s.store.measure(ctx, scope, since, func(c cmdb.CI, fresh, tied bool, by []string) {
			var lacks []string
			for _, a := range m.Fields(c.Facts.Class) {
				if a.Wanted && c.Facts.Text(a.Key) == "" {
					lacks = append(lacks, a.Key)
				}
			}
			count(classes, c.Facts.Class, lacks, fresh, tied)
			if len(by) == 0 {
				by = []string{""}
			}
			for _, source := range by {
				count(sources, source, lacks, fresh, tied)
			}
		})
	})
	for _, k := range sorted(classes) {
		out.Classes = append(out.Classes, *classes[k])
	}
	for _, k := range sorted(sources) {
		out.Sources = append(out.Sources, *sources[k])
	}
	return out, err
}

func count(into map[string]*Quality, key string, lacks []string, fresh, tied bool) {
	q := into[key]
	if q == nil {
		q = &Quality{Key: key, Missing: map[string]int64{}}
		into[key] = q
	}
	q.Items++
	if len(lacks) == 0 {
		q.Complete++
	}
	if fresh {
		q.Fresh++
	}
	if !tied {
		q.Orphans++
	}
	for _, a := range lacks {
		q.Missing[a]++
	}
}
