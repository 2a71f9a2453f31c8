package imports

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"github.com/cabinetdesk/cabinet/changes"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/incident"
	"github.com/cabinetdesk/cabinet/domain/people"
	"github.com/cabinetdesk/cabinet/domain/problem"
	"github.com/cabinetdesk/cabinet/domain/ticket"
	"github.com/cabinetdesk/cabinet/internal/channels/eventlog"
)

func decimal(n int64) string { return strconv.FormatInt(n, 10) }

// person is somebody whom the tool names.
type person struct {
	id  domain.UserID
	ref string
}

// record is a problem or change that the tool names.
type record struct {
	id     domain.TicketID
	number string
}

type refKey struct{ kind, key string }

// names remembers who and what the tool's names are here. What a batch adds counts once the batch is committed.
type names struct {
	people, newPeople   map[string]person
	teams, newTeams     map[string]domain.TeamID
	records, newRecords map[refKey]record
}

func newNames() *names {
	n := &names{people: map[string]person{}, teams: map[string]domain.TeamID{}, records: map[refKey]record{}}
	n.restart()
	return n
}

func (n *names) restart() {
	n.newPeople, n.newTeams, n.newRecords = map[string]person{}, map[string]domain.TeamID{}, map[refKey]record{}
}

func (n *names) keep() {
	for k, v := range n.newPeople {
		n.people[k] = v
	}
	for k, v := range n.newTeams {
		n.teams[k] = v
	}
	for k, v := range n.newRecords {
		n.records[k] = v
	}
	n.restart()
}

func (n *names) person(name string) person {
	if p, ok := n.people[name]; ok {
		return p
	}
	return n.newPeople[name]
}

func (n *names) team(name string) domain.TeamID {
	if t, ok := n.teams[name]; ok {
		return t
	}
	return n.newTeams[name]
}

func (n *names) record(k refKey) (record, bool) {
	if r, ok := n.records[k]; ok {
		return r, true
	}
	r, ok := n.newRecords[k]
	return r, ok
}

// translate makes whom and what the rows name, and turns the rows into incidents with their snapshots.
func (r *runner) translate(ctx context.Context, batch []eventlog.Row) ([]incident.Imported, error) {
	var persons, teams []string
	references := map[refKey]time.Time{}
	var order []refKey
	for _, row := range batch {
		for _, name := range row.People() {
			if r.names.person(name).id == 0 {
				persons = append(persons, name)
			}
		}
		if row.Team != "" && r.names.team(row.Team) == 0 {
			teams = append(teams, row.Team)
		}
		for _, ref := range row.References {
			k := refKey{ref.Kind, ref.Key}
			if _, met := references[k]; met {
				continue
			}
			if _, known := r.names.record(k); !known {
				references[k] = row.At
				order = append(order, k)
			}
		}
	}
	if err := r.meetPeople(ctx, distinct(persons)); err != nil {
		return nil, err
	}
	if err := r.meetTeams(ctx, distinct(teams)); err != nil {
		return nil, err
	}
	if err := r.meetRecords(ctx, order, references); err != nil {
		return nil, err
	}
	var out []incident.Imported
	at := map[string]int{}
	for _, row := range batch {
		i, ok := at[row.Number]
		if !ok {
			i = len(out)
			at[row.Number] = i
			out = append(out, incident.Imported{Key: row.Number})
		}
		out[i].Snapshots = append(out[i].Snapshots, r.snapshot(row))
	}
	if r.src.Mapping.Order == "time" {
		for _, t := range out {
			slices.SortStableFunc(t.Snapshots, func(a, b incident.Snapshot) int { return a.At.Compare(b.At) })
		}
	}
	return out, nil
}

func distinct(list []string) []string {
	slices.Sort(list)
	return slices.Compact(list)
}

func (r *runner) snapshot(row eventlog.Row) incident.Snapshot {
	resolver := r.names.person(row.ResolvedBy)
	sn := incident.Snapshot{Line: row.Line, Hash: row.Hash, At: row.At, ByRef: r.names.person(row.By).ref,
		Title: row.Title, Description: row.Description, State: row.State.State, PendingOn: row.State.On, PendingReason: row.State.Reason,
		Impact: row.Impact, Urgency: row.Urgency, Priority: row.Priority,
		Requester: r.names.person(row.Requester).id, OpenedBy: r.names.person(row.OpenedBy).id, Assignee: r.names.person(row.Assignee).id,
		People: strings.TrimSpace(row.Requester + " " + row.Assignee), Team: r.names.team(row.Team), Service: row.Service, ContactType: row.ContactType,
		Classification: row.Classification, Subclassification: row.Subclassification, OpenedAt: row.OpenedAt, ResolvedAt: some(row.ResolvedAt), ClosedAt: some(row.ClosedAt),
		ResolvedBy: row.ResolvedBy, ResolvedByRef: resolver.ref, CloseCode: row.CloseCode, Resolution: row.Resolution,
		ReassignCount: row.ReassignCount, ReopenCount: row.ReopenCount, MadeSLA: row.MadeSLA, Labels: incident.Labels(row.Labels)}
	for _, ref := range row.References {
		if to, ok := r.names.record(refKey{ref.Kind, ref.Key}); ok {
			sn.Links = append(sn.Links, incident.ImportedLink{Kind: ticket.LinkKind(ref.Link), To: to.id, Number: to.number})
		}
	}
	return sn
}

func some(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// meetPeople makes those whom this tool has not named before: inactive, without a password, to be referred to.
func (r *runner) meetPeople(ctx context.Context, list []string) error {
	ids, err := r.store.known(ctx, r.run.System, "person", list)
	if err != nil {
		return err
	}
	logins := make(map[string]string, len(list)) // name → login
	for _, name := range list {
		if _, ok := ids[name]; !ok {
			logins[name] = r.run.System + "." + slug(name, 80)
		}
	}
	if err := r.unique(ctx, logins); err != nil {
		return err
	}
	if len(logins) > 0 {
		want := make([]people.NewPerson, 0, len(logins))
		for _, name := range list {
			if login, fresh := logins[name]; fresh {
				want = append(want, people.NewPerson{Login: login, Name: name, Inactive: true})
			}
		}
		made, err := r.People.EnsurePeople(ctx, want)
		if err != nil {
			return err
		}
		met := map[string]int64{}
		for name, login := range logins {
			ids[name] = int64(made[login])
			met[name] = ids[name]
		}
		if err := r.store.remember(ctx, r.run.System, "person", met); err != nil {
			return err
		}
	}
	refs, err := r.store.refs(ctx, ids)
	for name, id := range ids {
		r.names.newPeople[name] = person{id: domain.UserID(id), ref: refs[id]}
	}
	return err
}

// unique gives those whose login somebody else has, or wants, another one: names that differ are different people.
func (r *runner) unique(ctx context.Context, logins map[string]string) error {
	list := make([]string, 0, len(logins))
	count := map[string]int{}
	for _, login := range logins {
		list = append(list, login)
		count[login]++
	}
	taken, err := r.store.logins(ctx, list)
	if err != nil {
		return err
	}
	for name, login := range logins {
		if taken[login] || count[login] > 1 {
			sum := sha256.Sum256([]byte(name))
			logins[name] = login + "-" + hex.EncodeToString(sum[:5])
		}
	}
	return nil
}

func (r *runner) meetTeams(ctx context.Context, list []string) error {
	if len(list) == 0 {
		return nil
	}
	ids, err := r.store.known(ctx, r.run.System, "team", list)
	if err != nil {
		return err
	}
	keys := map[string]string{} // name → key
	used, err := r.store.teamKeys(ctx)
	if err != nil {
		return err
	}
	var want []people.NewTeam
	for _, name := range list {
		if _, ok := ids[name]; ok {
			continue
		}
		key := slug(r.run.System+"."+name, 48)
		if used[key] {
			sum := sha256.Sum256([]byte(name))
			key += "-" + hex.EncodeToString(sum[:5])
		}
		used[key], keys[name] = true, key
		want = append(want, people.NewTeam{Key: key, Name: name})
	}
	if len(want) > 0 {
		made, err := r.People.EnsureTeams(ctx, want)
		if err != nil {
			return err
		}
		met := map[string]int64{}
		for name, key := range keys {
			ids[name] = int64(made[key])
			met[name] = ids[name]
		}
		if err := r.store.remember(ctx, r.run.System, "team", met); err != nil {
			return err
		}
	}
	for name, id := range ids {
		r.names.newTeams[name] = domain.TeamID(id)
	}
	return nil
}

// meetRecords finds or makes the problems and changes that incidents are tied to.
func (r *runner) meetRecords(ctx context.Context, list []refKey, first map[refKey]time.Time) error {
	for _, kind := range []domain.Kind{domain.KindProblem, domain.KindChange} {
		var keys []string
		for _, k := range list {
			if k.kind == string(kind) {
				keys = append(keys, k.key)
			}
		}
		if len(keys) == 0 {
			continue
		}
		known, err := r.store.records(ctx, r.run.System, string(kind), keys)
		if err != nil {
			return err
		}
		met := map[string]int64{}
		for _, key := range keys {
			k := refKey{string(kind), key}
			rec, ok := known[key]
			if !ok {
				t, err := r.reference(ctx, kind, key, first[k])
				if err != nil {
					return err
				}
				rec = record{t.ID, t.Number}
				met[key] = int64(t.ID)
			}
			r.names.newRecords[k] = rec
		}
		if err := r.store.remember(ctx, r.run.System, string(kind), met); err != nil {
			return err
		}
	}
	return nil
}

func (r *runner) reference(ctx context.Context, kind domain.Kind, key string, at time.Time) (ticket.Ticket, error) {
	if kind == domain.KindProblem {
		return r.Problems.ImportReference(ctx, problem.ReferenceInput{System: r.run.System, Key: key, Run: r.run.Ref, At: at})
	}
	return r.Changes.ImportReference(ctx, changes.ReferenceInput{System: r.run.System, Key: key, Run: r.run.Ref, At: at})
}

// slug writes a name with the letters of logins and keys: "Caller 1904" is caller-1904, "Zoë" is zoe.
func slug(name string, limit int) string {
	var b strings.Builder
	gap := false
	for _, c := range norm.NFD.String(strings.ToLower(name)) {
		switch {
		case c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '.':
			if gap && b.Len() > 0 {
				b.WriteByte('-')
			}
			gap = false
			b.WriteRune(c)
		case unicode.Is(unicode.Mn, c): // the mark of a letter that has been written
		default:
			gap = true
		}
		if b.Len() >= limit {
			break
		}
	}
	s := strings.Trim(b.String(), ".-")
	if s == "" || len(s) >= limit-1 { // nothing was left, or something was cut: the name itself must tell
		sum := sha256.Sum256([]byte(name))
		s = strings.Trim(s[:min(len(s), limit-12)]+"-"+hex.EncodeToString(sum[:5]), ".-")
	}
	return s
}
