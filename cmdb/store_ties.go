package cmdb

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/internal/db"
)

func (s store) addRelation(ctx context.Context, r *Relation) error {
	return s.db.Conn(ctx).Create(r).Error
}

// supersedeTie marks a row of a relation or membership as no longer held to be true.
func (s store) supersedeTie(ctx context.Context, table string, id int64, at time.Time) error {
	return db.One(s.db.Conn(ctx).Exec("update "+table+" set superseded_at = ? where id = ? and superseded_at is null", at, id))
}

func (s store) relationNow(ctx context.Context, from domain.CIID, kind string, to domain.CIID) (r Relation, err error) {
	err = s.db.Conn(ctx).Where("from_id = ? and type = ? and to_id = ? and valid_to is null and superseded_at is null", from, kind, to).Take(&r).Error
	return r, err
}

func (s store) relationByRef(ctx context.Context, ref string) (r Relation, err error) {
	if len(ref) > 100 {
		return r, domain.ErrNotFound
	}
	if err = s.db.Conn(ctx).Where("ref = ? and superseded_at is null", ref).Take(&r).Error; domain.KindOf(err) == domain.NotFound {
		err = domain.ErrNotFound.Because("There is no such relation.")
	}
	return r, err
}

// relationsByRef gives relations as they were recorded last, whether or not they still hold.
func (s store) relationsByRef(ctx context.Context, refs []string) (map[string]Relation, error) {
	out := map[string]Relation{}
	for page := range slices.Chunk(refs, 500) {
		var rows []Relation
		if err := s.db.Conn(ctx).Where("ref in ?", page).Order("version").Find(&rows).Error; err != nil {
			return nil, err
		}
		for _, r := range rows {
			out[r.Ref] = r
		}
	}
	return out, nil
}

// relationsFrom gives the present relations of items by what they join.
func (s store) relationsFrom(ctx context.Context, ids []domain.CIID) (map[tieKey]Relation, error) {
	out := map[tieKey]Relation{}
	for page := range slices.Chunk(ids, 1000) {
		var rows []Relation
		if err := s.db.Conn(ctx).Where("from_id in ? and valid_to is null and superseded_at is null", page).Find(&rows).Error; err != nil {
			return nil, err
		}
		for _, r := range rows {
			out[tieKey{r.FromID, r.Type, r.ToID}] = r
		}
	}
	return out, nil
}

// heldBy marks those of the items to which a relation of one of the types leads now.
func (s store) heldBy(ctx context.Context, kinds []string, ids []domain.CIID, held map[domain.CIID]bool) error {
	if len(kinds) == 0 {
		return nil
	}
	for page := range slices.Chunk(ids, 1000) {
		var rows []struct{ ToID domain.CIID }
		err := s.db.Conn(ctx).Raw("select distinct to_id from ci_relations where to_id in ? and type in ? and valid_to is null and superseded_at is null", page, kinds).Scan(&rows).Error
		if err != nil {
			return err
		}
		for _, r := range rows {
			held[r.ToID] = true
		}
	}
	return nil
}

// relationPast gives what is held to be true of a relation (nil when it was withdrawn), how it was when it was open
// last, and its highest version; a withdrawal makes a version without a row.
func (s store) relationPast(ctx context.Context, ref string) (last *Relation, open Relation, version int64, err error) {
	var rows []Relation
	if err := s.db.Conn(ctx).Where("ref = ?", ref).Order("id").Find(&rows).Error; err != nil {
		return nil, open, 0, err
	}
	if len(rows) == 0 {
		return nil, open, 0, domain.ErrNotFound.Because("There is no such relation.")
	}
	for i, r := range rows {
		version = max(version, r.Version)
		if r.ValidTo == nil {
			open = r
		}
		if r.SupersededAt == nil {
			last = &rows[i]
		}
	}
	if last == nil {
		version++
	}
	return last, open, version, nil
}

func (s store) relations(ctx context.Context, ci domain.CIID, m Moment) (out []Relation, err error) {
	cond, args := m.during("")
	// Two looks, each served by its index; "or" would be served by neither.
	for _, end := range []string{"from_id", "to_id"} {
		var rows []Relation
		if err := s.db.Conn(ctx).Where(end+" = ? and "+cond, append([]any{ci}, args...)...).Order("type, id").Limit(5000).Find(&rows).Error; err != nil {
			return nil, err
		}
		out = append(out, rows...)
	}
	return out, nil
}

func (s store) countRelations(ctx context.Context, kind string) (n int64, err error) {
	return n, s.db.Conn(ctx).Raw("select count(*) from ci_relations where type = ? and valid_to is null and superseded_at is null", kind).Scan(&n).Error
}

// reaches tells whether relations of a type lead from one item to another now.
func (s store) reaches(ctx context.Context, kind string, from, to domain.CIID) (bool, error) {
	var n int64
	err := s.db.Conn(ctx).Raw(`with recursive up (id) as (
			select cast(? as bigint) union
			select r.to_id from ci_relations r join up on r.from_id = up.id where r.type = ? and r.valid_to is null and r.superseded_at is null)
		select count(*) from up where id = ?`, from, kind, to).Scan(&n).Error
	return n > 0, err
}

// eachRelation yields what is held to be true of each relation, and of withdrawn ones their last row.
func (s store) eachRelation(ctx context.Context, yield func(r Relation, withdrawn bool, version int64) error) error {
	var after int64
	for {
		var page []Relation
		if err := s.db.Conn(ctx).Where("id > ?", after).Order("id").Limit(1000).Find(&page).Error; err != nil || len(page) == 0 {
			return err
		}
		for _, r := range page {
			after = r.ID
			if r.SupersededAt == nil {
				if err := yield(r, false, r.Version); err != nil {
					return err
				}
				continue
			}
			last, _, version, err := s.relationPast(ctx, r.Ref)
			if err != nil {
				return err
			}
			if last == nil && r.Version == version-1 {
				if err := yield(r, true, version); err != nil {
					return err
				}
			}
		}
	}
}

func (s store) group(ctx context.Context, key string) (g Group, err error) {
	if len(key) > 100 {
		return g, domain.ErrNotFound
	}
	if err = s.db.Conn(ctx).Where("key = ?", key).Take(&g).Error; domain.KindOf(err) == domain.NotFound {
		err = domain.ErrNotFound.Because("There is no such group.")
	}
	return g, err
}

func (s store) groups(ctx context.Context) (out []Group, err error) {
	return out, s.db.Conn(ctx).Order("name, id").Find(&out).Error
}

func (s store) saveGroup(ctx context.Context, g *Group) error {
	if g.Version == 1 {
		return s.db.Conn(ctx).Create(g).Error
	}
	return db.One(s.db.Conn(ctx).Model(&Group{}).Where("id = ? and version = ?", g.ID, g.Version-1).Select("name", "purpose", "version").Updates(g))
}

func (s store) addMembership(ctx context.Context, m *Membership) error {
	return s.db.Conn(ctx).Create(m).Error
}

const membershipSelect = "select m.*, g.key as \"group\" from ci_memberships m join ci_groups g on g.id = m.group_id "

// memberships lists what is held to be true of a group, of one item or, with 0, of all.
func (s store) memberships(ctx context.Context, group int64, ci domain.CIID) (out []Membership, err error) {
	q, args := membershipSelect+"where m.group_id = ? and m.superseded_at is null", []any{group}
	if ci != 0 {
		q, args = q+" and m.ci_id = ?", append(args, ci)
	}
	return out, s.db.Conn(ctx).Raw(q+" order by m.valid_from, m.id", args...).Scan(&out).Error
}

func (s store) groupsOf(ctx context.Context, ids []domain.CIID, m Moment) (out []Membership, err error) {
	cond, args := m.during("m")
	return out, s.db.Conn(ctx).Raw(membershipSelect+"where m.ci_id in ? and "+cond+" order by g.name, m.id", append([]any{ids}, args...)...).Scan(&out).Error
}

func (s store) members(ctx context.Context, group int64, m Moment) (out []domain.CIID, err error) {
	cond, args := m.during("m")
	var rows []struct{ CIID domain.CIID }
	err = s.db.Conn(ctx).Raw("select distinct m.ci_id from ci_memberships m where m.group_id = ? and "+cond+" order by m.ci_id", append([]any{group}, args...)...).Scan(&rows).Error
	for _, r := range rows {
		out = append(out, r.CIID)
	}
	return out, err
}

// membershipPast is relationPast for a membership.
func (s store) membershipPast(ctx context.Context, ref string) (last *Membership, open Membership, version int64, err error) {
	var rows []Membership
	if err := s.db.Conn(ctx).Raw(membershipSelect+"where m.ref = ? order by m.id", ref).Scan(&rows).Error; err != nil {
		return nil, open, 0, err
	}
	if len(rows) == 0 {
		return nil, open, 0, domain.ErrNotFound.Because("There is no such membership.")
	}
	for i, r := range rows {
		version = max(version, r.Version)
		if r.ValidTo == nil || open.ID == 0 {
			open = r
		}
		if r.SupersededAt == nil {
			last = &rows[i]
		}
	}
	if last == nil {
		version++
	}
	return last, open, version, nil
}

// membershipBefore gives what is held to be true of a membership, nil when it was withdrawn, and how it was a version before.
func (s store) membershipBefore(ctx context.Context, ref string) (last, before *Membership, err error) {
	var rows []Membership
	if err := s.db.Conn(ctx).Raw(membershipSelect+"where m.ref = ? order by m.id", ref).Scan(&rows).Error; err != nil {
		return nil, nil, err
	}
	for i, r := range rows {
		if r.SupersededAt == nil {
			last = &rows[i]
		}
	}
	for i, r := range rows {
		if last != nil && r.Version == last.Version-1 {
			before = &rows[i]
		}
	}
	return last, before, nil
}

// eachMembership yields what is held to be true of each membership, and of withdrawn ones their last row.
func (s store) eachMembership(ctx context.Context, yield func(m Membership, withdrawn bool, version int64) error) error {
	var after int64
	for {
		var page []Membership
		if err := s.db.Conn(ctx).Raw(membershipSelect+"where m.id > ? order by m.id limit 1000", after).Scan(&page).Error; err != nil || len(page) == 0 {
			return err
		}
		for _, m := range page {
			after = m.ID
			if m.SupersededAt == nil {
				if err := yield(m, false, m.Version); err != nil {
					return err
				}
				continue
			}
			last, _, version, err := s.membershipPast(ctx, m.Ref)
			if err != nil {
				return err
			}
			if last == nil && m.Version == version-1 {
				if err := yield(m, true, version); err != nil {
					return err
				}
			}
		}
	}
}

// tiesOf lists the present relations of items and the memberships that hold, at both ends.
func (s store) tiesOf(ctx context.Context, ci domain.CIID, now time.Time) (relations []Relation, members []Membership, err error) {
	if err := s.db.Conn(ctx).Where("(from_id = ? or to_id = ?) and valid_to is null and superseded_at is null", ci, ci).Order("id").Find(&relations).Error; err != nil {
		return nil, nil, err
	}
	err = s.db.Conn(ctx).Raw(membershipSelect+"where m.ci_id = ? and m.superseded_at is null and (m.valid_to is null or m.valid_to > ?) order by m.id", ci, now).Scan(&members).Error
	return relations, members, err
}

// digest feeds what is present into a hash, in an order that depends on nothing but the content.
func (s store) digest(ctx context.Context, now time.Time, line func(parts ...string)) error {
	err := s.walk(ctx, "presence = 'present'", nil, func(page []CI) error {
		for _, c := range page {
			line("item", c.Number, c.Facts.state()["provenance"], c.Facts.Class, c.Facts.Status, c.Facts.Fields()["verified_at"], c.Facts.Fields()["verified_by"])
		}
		return nil
	})
	if err != nil {
		return err
	}
	var after tieKey
	for {
		var page []Relation
		err := s.db.Conn(ctx).Where("(from_id, type, to_id) > (?, ?, ?) and valid_to is null and superseded_at is null", after.from, after.kind, after.to).
			Order("from_id, type, to_id").Limit(1000).Find(&page).Error
		if err != nil {
			return err
		}
		if len(page) == 0 {
			break
		}
		for _, r := range page {
			state := r.state()
			line("relation", state["from"], r.Type, state["to"], state["redundancy"], state["needed"], r.Source, state["by"], state["valid_from"])
			after = tieKey{r.FromID, r.Type, r.ToID}
		}
	}
	var last int64
	for {
		var page []Membership
		err := s.db.Conn(ctx).Raw(membershipSelect+"where m.ci_id > ? and m.superseded_at is null and (m.valid_to is null or m.valid_to > ?) order by m.ci_id, g.key, m.valid_from limit 1000", last, now).Scan(&page).Error
		if err != nil || len(page) == 0 {
			return err
		}
		// A page ends with a whole item; an item is in fewer groups than a page has rows.
		if len(page) == 1000 {
			end := page[len(page)-1].CIID
			for len(page) > 1 && page[len(page)-1].CIID == end {
				page = page[:len(page)-1]
			}
		}
		for _, m := range page {
			line("member", m.state()["ci"], m.Group, m.state()["valid_from"], m.state()["valid_to"], m.Source)
			last = int64(m.CIID)
		}
	}
}

// refs lists, by kind, the references of all relations, memberships and tellings apart that an item ever had, the latest first.
func (s store) refs(ctx context.Context, ci domain.CIID) (out map[string][]string, err error) {
	const most = 500
	var relations, memberships, apart []string
	if err := s.db.Conn(ctx).Raw("select ref from ci_relations where from_id = ? or to_id = ? group by ref order by max(id) desc limit ?", ci, ci, most).Scan(&relations).Error; err != nil {
		return nil, err
	}
	if err := s.db.Conn(ctx).Raw("select ref from ci_memberships where ci_id = ? group by ref order by max(id) desc limit ?", ci, most).Scan(&memberships).Error; err != nil {
		return nil, err
	}
	err = s.db.Conn(ctx).Raw("select ref from ci_apart where a_id = ? or b_id = ? order by id desc limit ?", ci, ci, most).Scan(&apart).Error
	out = map[string][]string{kindRelation: relations, kindMembership: memberships, kindApart: apart}
	maps.DeleteFunc(out, func(_ string, refs []string) bool { return len(refs) == 0 })
	return out, err
}

// ties lists the relations that items have now, each once, by key.
func (s store) ties(ctx context.Context, ids []domain.CIID) (out []Relation, err error) {
	seen := map[int64]bool{}
	for _, end := range []string{"from_id", "to_id"} {
		for page := range slices.Chunk(ids, 1000) {
			var rows []Relation
			if err := s.db.Conn(ctx).Where(end+" in ? and valid_to is null and superseded_at is null", page).Order("id").Find(&rows).Error; err != nil {
				return nil, err
			}
			for _, r := range rows {
				if !seen[r.ID] {
					seen[r.ID] = true
					out = append(out, r)
				}
			}
		}
	}
	return out, nil
}
