package people

import (
	"context"
	"strings"

	"gorm.io/gorm"

	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/internal/db"
)

// store knows the tables of people, teams and sites; store_session.go those of signing in and of delegations.
type store struct{ db *db.DB }

var errNoTeam = domain.ErrNotFound.Because("There is no such team.")

// chunk is how many rows one statement writes or looks up: far below what either database takes.
const chunk = 500

func (s store) raw(ctx context.Context, query string, args ...any) *gorm.DB {
	return s.db.Conn(ctx).Raw(query, args...)
}

// scan reads the rows of a query into a slice, or the only value of one.
func scan[T any](q *gorm.DB) (T, error) {
	var out T
	err := q.Scan(&out).Error
	return out, err
}

func (s store) exec(ctx context.Context, query string, args ...any) error {
	return s.db.Conn(ctx).Exec(query, args...).Error
}

// one runs an update that must meet exactly one row: none means that another version is there.
func (s store) one(ctx context.Context, query string, args ...any) error {
	return db.One(s.db.Conn(ctx).Exec(query, args...))
}

// values writes the rows of an insert: n rows of "(?, ?)".
func values(n, columns int) string {
	row := "(" + strings.TrimSuffix(strings.Repeat("?, ", columns), ", ") + ")"
	return strings.TrimSuffix(strings.Repeat(row+", ", n), ", ")
}

// key passes what a caller calls something, and turns what no key can look like into one that nothing has.
func key(s string) string {
	if !isLine(s, 256) {
		return ""
	}
	return s
}

const personColumns = `select u.id, u.ref, u.login, u.name, u.email, u.site_id as site, coalesce(s.key, '') as site_key, u.time_zone,
	u.active, u.service, u.password_hash <> '' as has_password, u.version, u.created_at, u.updated_at
	from users u left join sites s on s.id = u.site_id `

// person loads one by "ref", "login" or "id".
func (s store) person(ctx context.Context, by string, value any) (Person, error) {
	return s.onePerson(ctx, by, value, "")
}

func (s store) onePerson(ctx context.Context, by string, value any, lock string) (Person, error) {
	if text, ok := value.(string); ok {
		value = key(text)
	}
	var out []Person
	if err := s.raw(ctx, personColumns+"where u."+by+" = ?"+lock, value).Scan(&out).Error; err != nil {
		return Person{}, err
	}
	if len(out) == 0 {
		return Person{}, errNoPerson
	}
	return out[0], nil
}

// lockPerson loads one whom nobody else may alter until the unit ends.
func (s store) lockPerson(ctx context.Context, ref string) (Person, error) {
	return s.onePerson(ctx, "ref", ref, s.forUpdate("u"))
}

func (s store) lockPersonByID(ctx context.Context, id domain.UserID) (Person, error) {
	return s.onePerson(ctx, "id", int64(id), s.forUpdate("u"))
}

// forUpdate is the clause that locks the rows of a table; SQLite's writer is alone already.
func (s store) forUpdate(table string) string {
	if s.db.IsPostgres() {
		return " for update of " + table
	}
	return ""
}

func (s store) byIDs(ctx context.Context, ids []domain.UserID) (map[domain.UserID]Person, error) {
	out := make(map[domain.UserID]Person, len(ids))
	for i := 0; i < len(ids); i += chunk {
		var page []Person
		if err := s.raw(ctx, personColumns+"where u.id in ?", ids[i:min(i+chunk, len(ids))]).Scan(&page).Error; err != nil {
			return nil, err
		}
		for _, p := range page {
			out[p.ID] = p
		}
	}
	return out, nil
}

func (s store) byRefs(ctx context.Context, refs []string) (map[string]Person, error) {
	out := make(map[string]Person, len(refs))
	for i := 0; i < len(refs); i += chunk {
		var page []Person
		if err := s.raw(ctx, personColumns+"where u.ref in ?", refs[i:min(i+chunk, len(refs))]).Scan(&page).Error; err != nil {
			return nil, err
		}
		for _, p := range page {
			out[p.Ref] = p
		}
	}
	return out, nil
}

func (s store) peopleAfter(ctx context.Context, id int64, limit int) ([]Person, error) {
	return scan[[]Person](s.raw(ctx, personColumns+"where u.id > ? order by u.id limit ?", id, limit))
}

// logins gives the keys of those who have one of these logins.
func (s store) logins(ctx context.Context, logins []string) (map[string]domain.UserID, error) {
	out := map[string]domain.UserID{}
	for i := 0; i < len(logins); i += chunk {
		var page []Person
		if err := s.raw(ctx, "select id, login from users where login in ?", logins[i:min(i+chunk, len(logins))]).Scan(&page).Error; err != nil {
			return nil, err
		}
		for _, p := range page {
			out[p.Login] = p.ID
		}
	}
	return out, nil
}

// calledBy finds whoever has one of the words as login, mail address, reference or name.
func (s store) calledBy(ctx context.Context, words []string) (out []Person, err error) {
	low := make([]string, len(words))
	for i, w := range words {
		low[i] = strings.ToLower(strings.TrimSpace(w))
	}
	for i := 0; i < len(words); i += chunk {
		var page []Person
		as, exact := low[i:min(i+chunk, len(low))], words[i:min(i+chunk, len(words))]
		err := s.raw(ctx, `select id, login, ref, email, name from users where login in ? or lower(name) in ? or lower(email) in ? or ref in ?`, as, as, as, exact).Scan(&page).Error
		if err != nil {
			return nil, err
		}
		out = append(out, page...)
	}
	return out, nil
}

func (s store) insertPeople(ctx context.Context, people []Person, hash string) error {
	for i := 0; i < len(people); i += chunk {
		page := people[i:min(i+chunk, len(people))]
		var args []any
		for _, p := range page {
			args = append(args, p.Ref, p.Login, p.Name, p.Email, p.Site, p.TimeZone, p.Active, p.Service, hash, p.Version, p.CreatedAt, p.UpdatedAt)
		}
		err := s.exec(ctx, "insert into users (ref, login, name, email, site_id, time_zone, active, service, password_hash, version, created_at, updated_at) values "+values(len(page), 12), args...)
		if err != nil {
			return err
		}
	}
	return nil
}

// updatePerson writes a row whose version was one less before, and a new password hash if there is one.
func (s store) updatePerson(ctx context.Context, p Person) error {
	return s.one(ctx, `update users set name = ?, email = ?, site_id = ?, time_zone = ?, active = ?, version = ?, updated_at = ?,
		password_hash = case when ? <> '' then ? else password_hash end where id = ? and version = ?`,
		p.Name, p.Email, p.Site, p.TimeZone, p.Active, p.Version, p.UpdatedAt, p.newHash, p.newHash, p.ID, p.Version-1)
}

// search lists one person more than the page holds, and the names as the database folds them.
func (s store) search(ctx context.Context, q Query, after position) ([]Person, []string, error) {
	where, args := []string{"true"}, []any{}
	and := func(cond string, a ...any) { where, args = append(where, cond), append(args, a...) }
	if after.ID > 0 {
		and("(lower(u.name), u.id) > (?, ?)", after.Name, after.ID)
	}
	if q.Text != "" {
		like := "%" + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(q.Text) + "%"
		and(`(lower(u.name) like lower(?) escape '\' or u.login like lower(?) escape '\' or lower(u.email) like lower(?) escape '\')`, like, like, like)
	}
	if q.Team != "" {
		and("exists (select 1 from team_members m join teams t on t.id = m.team_id where m.user_id = u.id and t.key = ?)", q.Team)
	}
	if q.Active != nil {
		and("u.active = ?", *q.Active)
	}
	if q.Only != nil {
		and("u.id in ?", q.Only)
	}
	var rows []struct {
		Person
		Folded string
	}
	query := strings.Replace(personColumns, "u.updated_at", "u.updated_at, lower(u.name) as folded", 1) +
		"where " + strings.Join(where, " and ") + " order by lower(u.name), u.id limit ?"
	if err := s.raw(ctx, query, append(args, q.Limit+1)...).Scan(&rows).Error; err != nil {
		return nil, nil, err
	}
	people, names := make([]Person, 0, len(rows)), make([]string, 0, len(rows))
	for _, r := range rows {
		people, names = append(people, r.Person), append(names, r.Folded)
	}
	return people, names, nil
}

type teamRow struct {
	ID      domain.TeamID
	Key     string
	Name    string
	Version int64
	LeadID  domain.UserID
	LeadRef string
	Lead    string
}

type memberRow struct {
	TeamID domain.TeamID
	ID     domain.UserID
	Ref    string
	Name   string
}

// teams loads teams with their members, all or those with these keys, by name.
func (s store) teams(ctx context.Context, keys []string) ([]Team, error) {
	return s.loadTeams(ctx, keys, "")
}

// lockTeam loads one that nobody else may alter until the unit ends.
func (s store) lockTeam(ctx context.Context, key string) (Team, error) {
	list, err := s.loadTeams(ctx, []string{key}, s.forUpdate("t"))
	if err != nil {
		return Team{}, err
	}
	if len(list) == 0 {
		return Team{}, errNoTeam
	}
	return list[0], nil
}

func (s store) loadTeams(ctx context.Context, keys []string, lock string) ([]Team, error) {
	where, args := "", []any{}
	if keys != nil {
		clean := make([]string, len(keys))
		for i, k := range keys {
			clean[i] = key(k)
		}
		where, args = "where t.key in ? ", []any{clean}
	}
	var rows []teamRow
	err := s.raw(ctx, `select t.id, t.key, t.name, t.version, t.lead_id, coalesce(l.ref, '') as lead_ref, coalesce(l.name, '') as lead
		from teams t left join users l on l.id = t.lead_id `+where+"order by lower(t.name), t.id"+lock, args...).Scan(&rows).Error
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	var members []memberRow
	if err := s.raw(ctx, `select m.team_id, u.id, u.ref, u.name from team_members m join users u on u.id = m.user_id
		join teams t on t.id = m.team_id `+where+"order by lower(u.name), u.id", args...).Scan(&members).Error; err != nil {
		return nil, err
	}
	at := map[domain.TeamID]int{}
	out := make([]Team, 0, len(rows))
	for i, r := range rows {
		at[r.ID] = i
		out = append(out, Team{ID: r.ID, Key: r.Key, Name: r.Name, Version: r.Version, Lead: Member{r.LeadID, r.LeadRef, r.Lead}})
	}
	for _, m := range members {
		if i, ok := at[m.TeamID]; ok {
			out[i].Members = append(out[i].Members, Member{m.ID, m.Ref, m.Name})
		}
	}
	return out, nil
}

func (s store) insertTeams(ctx context.Context, teams []Team) error {
	for i := 0; i < len(teams); i += chunk {
		page := teams[i:min(i+chunk, len(teams))]
		var args []any
		for _, t := range page {
			args = append(args, t.Key, t.Name, t.Version)
		}
		if err := s.exec(ctx, "insert into teams (key, name, version) values "+values(len(page), 3), args...); err != nil {
			return err
		}
	}
	return nil
}

func (s store) updateTeam(ctx context.Context, t Team) error {
	return s.one(ctx, "update teams set name = ?, lead_id = ?, version = ? where id = ? and version = ?", t.Name, t.Lead.ID, t.Version, t.ID, t.Version-1)
}

// members loads those who exist of these users.
func (s store) members(ctx context.Context, ids []domain.UserID) ([]Member, error) {
	people, err := s.byIDs(ctx, ids)
	if err != nil {
		return nil, err
	}
	var out []Member
	for _, id := range ids {
		p, ok := people[id]
		if !ok {
			return nil, errNoPerson
		}
		out = append(out, p.member())
	}
	return out, nil
}

func (s store) replaceMembers(ctx context.Context, team domain.TeamID, ids []domain.UserID) error {
	if err := s.exec(ctx, "delete from team_members where team_id = ?", team); err != nil {
		return err
	}
	for i := 0; i < len(ids); i += chunk {
		page := ids[i:min(i+chunk, len(ids))]
		var args []any
		for _, id := range page {
			args = append(args, team, id)
		}
		if err := s.exec(ctx, "insert into team_members (team_id, user_id) values "+values(len(page), 2), args...); err != nil {
			return err
		}
	}
	return nil
}

func (s store) teamsOf(ctx context.Context, user domain.UserID) ([]domain.TeamID, error) {
	return scan[[]domain.TeamID](s.raw(ctx, "select team_id from team_members where user_id = ? order by team_id", user))
}

func (s store) memberOf(ctx context.Context, user domain.UserID, team domain.TeamID) (active, member bool, err error) {
	var out []struct{ Active, Member bool }
	err = s.raw(ctx, `select u.active, exists (select 1 from team_members m where m.user_id = u.id and m.team_id = ?) as member
		from users u where u.id = ?`, team, user).Scan(&out).Error
	if err == nil && len(out) == 0 {
		err = errNoPerson
	}
	if err != nil {
		return false, false, err
	}
	return out[0].Active, out[0].Member, nil
}

func (s store) site(ctx context.Context, name string) (Site, error) {
	var out []Site
	if err := s.raw(ctx, "select id, key, name, time_zone from sites where key = ?", key(name)).Scan(&out).Error; err != nil {
		return Site{}, err
	}
	if len(out) == 0 {
		return Site{}, domain.ErrNotFound.Because("There is no such site.")
	}
	return out[0], nil
}

func (s store) sites(ctx context.Context) ([]Site, error) {
	return scan[[]Site](s.raw(ctx, "select id, key, name, time_zone from sites order by lower(name), id"))
}

func (s store) insertSite(ctx context.Context, x Site) error {
	return s.exec(ctx, "insert into sites (key, name, time_zone) values (?, ?, ?)", x.Key, x.Name, x.TimeZone)
}

func (s store) boardID(ctx context.Context, name string) (domain.BoardID, error) {
	var out []domain.BoardID
	if err := s.raw(ctx, "select id from boards where key = ?", key(name)).Scan(&out).Error; err != nil {
		return 0, err
	}
	if len(out) == 0 {
		return 0, domain.ErrNotFound
	}
	return out[0], nil
}
