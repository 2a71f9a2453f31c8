package reconcile

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/cabinetdesk/cabinet/cmdb"
	"github.com/cabinetdesk/cabinet/cmdb/model"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/internal/channels/cifile"
)

func asDomain(err error, target **domain.Error) bool { return errors.As(err, target) }

func decimal(n int64) string { return strconv.FormatInt(n, 10) }

// otherOf writes how a tie names the other item; parseOther reads it again.
func otherOf(t cifile.Tie) string {
	for _, x := range [][2]string{{"key", t.Key}, {"number", t.Number}, {"serial", t.Serial}, {"asset_tag", t.Tag}} {
		if x[1] != "" {
			return x[0] + ":" + x[1]
		}
	}
	return "name:" + t.Class + ":" + t.Name
}

func groupKey(s string) string {
	out := strings.Trim(strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return '-'
	}, strings.ToLower(s)), "-")
	return strings.Trim(out[:min(len(out), 64)], "-")
}

// said is what a row says, in canonical texts.
type said struct {
	values map[string]string
	absent map[string]bool
	notes  []cifile.Problem
	bad    *cifile.Problem
}

// judge finds the item of each row and says what becomes of it.
func (p *proposer) judge(ctx context.Context, page []cifile.Row) ([]Item, error) {
	words, err := p.persons(ctx, page)
	if err != nil {
		return nil, err
	}
	out, all := make([]Item, len(page)), make([]said, len(page))
	for i, r := range page {
		out[i] = Item{Line: r.Line, Key: r.Key, Class: r.Class, Action: Fresh}
		switch {
		case r.Refused != nil:
			all[i].bad = r.Refused
		case r.Person != nil:
			out[i].Action, out[i].Name = APerson, r.Person.Name
			out[i].Proposal.Person = r.Person
			continue
		default:
			all[i] = p.say(r, words)
		}
		if bad := all[i].bad; bad != nil {
			out[i].Action, out[i].Proposal = Refused, Proposal{Column: bad.Column, Reason: bad.Reason}
			continue
		}
		v := all[i].values
		out[i].Name = v["name"]
		if !p.model.IsJunk(v["serial"]) {
			out[i].Serial = v["serial"]
		}
		if !p.model.IsJunk(v["asset_tag"]) {
			out[i].AssetTag = v["asset_tag"]
		}
	}
	return out, p.match(ctx, page, out, all)
}

// persons finds everybody whom the rows name.
func (p *proposer) persons(ctx context.Context, page []cifile.Row) (map[string]domain.UserID, error) {
	var words []string
	for _, r := range page {
		for _, v := range r.Values {
			if a, ok := p.model.Field(r.Class, v.Attribute); ok && a.Kind == model.Person && v.Text != "" {
				words = append(words, v.Text)
			}
		}
	}
	slices.Sort(words)
	return p.People.Named(ctx, slices.Compact(words))
}

// say reads the values of a row. A value that does not fit refuses the row; one that refers to nobody is left out and noted.
func (p *proposer) say(r cifile.Row, persons map[string]domain.UserID) said {
	out := said{values: map[string]string{}, absent: map[string]bool{}}
	refuse := func(column, reason string) said {
		out.bad = &cifile.Problem{Column: column, Reason: reason}
		return out
	}
	if k, known := p.model.Class(r.Class); !known || k.Abstract {
		return refuse("class", "there is no such class that items can be of")
	}
	if len(r.Problems) > 0 {
		return refuse(r.Problems[0].Column, r.Problems[0].Reason)
	}
	for _, v := range r.Values {
		a, known := p.model.Field(r.Class, v.Attribute)
		switch {
		case !known && v.Text == "":
			continue
		case !known:
			return refuse(v.Column, "items of this class have no attribute "+v.Attribute)
		case v.Text == "":
			out.absent[v.Attribute] = true
			continue
		}
		text, found := v.Text, true
		switch a.Kind {
		case model.Person:
			var id domain.UserID
			id, found = persons[v.Text]
			text = decimal(int64(id))
		case model.Team:
			var id domain.TeamID
			id, found = p.teams[strings.ToLower(v.Text)]
			text = decimal(int64(id))
		case model.Site:
			var id domain.SiteID
			id, found = p.sites[strings.ToLower(v.Text)]
			text = decimal(int64(id))
		}
		if !found {
			out.notes = append(out.notes, cifile.Problem{Column: v.Column, Reason: "there is nobody and nothing of that name: " + a.Label + " is left as it is"})
			continue
		}
		text, err := a.Canon(text)
		if err != nil {
			return refuse(v.Column, err.Error())
		}
		out.values[v.Attribute] = text
	}
	if out.values["name"] == "" {
		return refuse("name", "an item needs a name")
	}
	if r.Status != "" && cmdb.Flow.Knows(r.Status) != nil {
		return refuse("status", "a status is one of "+strings.Join(cmdb.Flow.StateNames(), ", "))
	}
	if len(r.Ties) > 1000 || len(r.Groups) > 100 {
		return refuse("", "the row has too many relations")
	}
	return out
}

// match finds the items that rows are about: by the key of the source, then by what identifies.
func (p *proposer) match(ctx context.Context, page []cifile.Row, out []Item, all []said) error {
	var keys, serials, tags, named []string
	for _, i := range out {
		if i.Action == Fresh {
			keys = append(keys, i.Key)
		}
	}
	seen, err := p.sightings(ctx, p.source.Key, keys)
	if err != nil {
		return err
	}
	for _, i := range out {
		if _, known := seen[i.Key]; i.Action == Fresh && !known {
			serials, tags, named = append(serials, i.Serial), append(tags, i.AssetTag), append(named, i.Name)
		}
	}
	found := map[string]map[string][]cmdb.CI{}
	for column, texts := range map[string][]string{"serial": serials, "asset_tag": tags, "name": named} {
		if found[column], err = p.store.identified(ctx, column, texts); err != nil {
			return err
		}
	}
	chosen := make([]*cmdb.CI, len(out))
	var ids []domain.CIID
	for i := range out {
		if out[i].Action != Fresh {
			continue
		}
		if g, known := seen[out[i].Key]; known {
			chosen[i], out[i].Matched = &g.CI, "key"
		} else if err := p.identify(ctx, &out[i], found, &chosen[i]); err != nil {
			return err
		}
		if c := chosen[i]; c != nil {
			ids = append(ids, c.ID)
		}
	}
	last, err := p.store.lastSeen(ctx, ids)
	if err != nil {
		return err
	}
	for i := range out {
		if out[i].Action != Fresh {
			continue
		}
		if c := chosen[i]; c != nil {
			p.compare(*c, page[i], all[i], &out[i], seen[out[i].Key].Status, last)
			continue
		}
		p.fresh(page[i], all[i], &out[i])
	}
	return nil
}

// sightings finds what a source calls by keys. An item that was merged is the one that it lives on in.
func (s *Service) sightings(ctx context.Context, source string, keys []string) (map[string]seenItem, error) {
	rows, err := s.store.sightings(ctx, source, keys)
	if err != nil {
		return nil, err
	}
	ids := make([]domain.CIID, len(rows))
	for i, r := range rows {
		ids[i] = r.CIID
	}
	items, err := s.CMDB.LivingOn(ctx, unique(ids))
	out := make(map[string]seenItem, len(rows))
	for _, r := range rows {
		out[r.Key] = seenItem{CI: items[r.CIID], Status: r.Status}
	}
	return out, err
}

// identify finds the item of a row that the source shows for the first time. Meaningless values have been left out.
func (p *proposer) identify(ctx context.Context, i *Item, found map[string]map[string][]cmdb.CI, chosen **cmdb.CI) error {
	for _, by := range []struct{ column, text string }{{"serial", i.Serial}, {"asset_tag", i.AssetTag}, {"name", i.Name}} {
		if by.text == "" || p.model.IsJunk(by.text) {
			continue
		}
		var fit []cmdb.CI
		for _, c := range found[by.column][by.text] {
			if by.column == "name" && c.Facts.Class != i.Class || !p.model.SameBranch(c.Facts.Class, i.Class) {
				continue
			}
			if by.column == "name" {
				// Two things of one name, which the source itself tells apart, are two; and a serial number that differs says so, too.
				own, err := p.store.sightedAs(ctx, p.source.Key, c.ID)
				if err != nil {
					return err
				}
				if own || differs(c.Facts.Serial, i.Serial) || differs(c.Facts.AssetTag, i.AssetTag) {
					continue
				}
			}
			fit = append(fit, c)
		}
		switch len(fit) {
		case 0:
			continue
		case 1:
			*chosen, i.Matched = &fit[0], by.column
			return nil
		}
		i.Action, i.Matched = Conflicting, by.column
		i.Proposal.Reason = "Several items have this " + map[string]string{"serial": "serial number", "asset_tag": "asset tag", "name": "name and class"}[by.column] + "."
		for _, c := range fit[:min(len(fit), 10)] {
			i.Proposal.Others = append(i.Proposal.Others, c.Number)
		}
		return nil
	}
	return nil
}

func differs(a, b string) bool { return a != "" && b != "" && a != b }

// fresh proposes a new item.
func (p *proposer) fresh(r cifile.Row, s said, i *Item) {
	values := s.values
	for key, text := range p.mapping.Defaults {
		if a, known := p.model.Field(r.Class, key); known && values[key] == "" {
			if canon, err := a.Canon(text); err == nil {
				values[key] = canon
			}
		}
	}
	i.Proposal = Proposal{Status: r.Status, Reported: r.Status, Values: values, Notes: s.notes}
	if i.Proposal.Status == "" {
		i.Proposal.Status = cmdb.Live // it is found in use
	}
}

// compare proposes what changes of an item that is there.
func (p *proposer) compare(c cmdb.CI, r cifile.Row, s said, i *Item, reported string, last map[sighting]sightedAt) {
	i.CIID, i.Version = c.ID, c.Version
	pr := Proposal{Values: map[string]string{}, Notes: s.notes, Reported: r.Status, Reinstate: c.Facts.Presence == cmdb.Withdrawn}
	if c.Facts.Class != r.Class {
		pr.Notes = append(pr.Notes, cifile.Problem{Column: "class", Reason: "the source takes it for another class; the item stays of its own"})
	}
	var keys []string
	for key := range s.values {
		keys = append(keys, key)
	}
	for key := range s.absent {
		if c.Facts.Values[key].Source == p.source.Key && c.Facts.Text(key) != "" && key != "name" {
			keys = append(keys, key) // what it said before, it says no longer
		}
	}
	for key, text := range p.mapping.Defaults {
		if a, known := p.model.Field(c.Facts.Class, key); known && s.values[key] == "" && c.Facts.Text(key) == "" {
			if canon, err := a.Canon(text); err == nil {
				s.values[key] = canon
				keys = append(keys, key)
			}
		}
	}
	slices.Sort(keys)
	for _, key := range keys {
		if _, known := p.model.Field(c.Facts.Class, key); !known {
			continue
		}
		was, now := c.Facts.Values[key], s.values[key]
		if was.Text == now {
			continue
		}
		ch := Change{Field: key, Before: was.Text, After: now, Source: was.Source, By: was.By, At: was.ObservedAt}
		if p.outranked(c, key, was, last) {
			pr.Kept = append(pr.Kept, ch)
			continue
		}
		pr.Values[key] = now
		pr.Changes = append(pr.Changes, ch)
	}
	if r.Status != "" && r.Status != c.Facts.Status && r.Status != reported {
		pr.Status = r.Status
		pr.Changes = append(pr.Changes, Change{Field: "status", Before: c.Facts.Status, After: r.Status})
	}
	switch {
	case pr.Reinstate:
		i.Action = Fresh
	case len(pr.Changes) > 0:
		i.Action = Changed
	case len(pr.Kept) > 0:
		i.Action = Outranked
	default:
		i.Action = Unchanged
	}
	i.Proposal = pr
}

// outranked tells whether what an item has of an attribute counts more than what this source says: it is from a source that ranks
// before it and has seen the item lately, or somebody wrote it.
func (p *proposer) outranked(c cmdb.CI, key string, was cmdb.Value, last map[sighting]sightedAt) bool {
	if was.Text == "" || was.Source == p.source.Key {
		return false
	}
	mine := p.source.rank(p.model, c.Facts.Class, key)
	if was.Source == "" {
		return mine > 0
	}
	other, known := p.sources[was.Source]
	if !known {
		return false
	}
	seen := last[sighting{was.Source, c.ID}].at
	if seen.IsZero() {
		seen = was.ObservedAt
	}
	if seen.Before(p.run.ObservedAt.AddDate(0, 0, -other.StaleDays)) {
		return false
	}
	return other.rank(p.model, c.Facts.Class, key) < mine
}
