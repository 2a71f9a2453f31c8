package api_test

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cabinetdesk/cabinet/api/route"
	"github.com/cabinetdesk/cabinet/changes"
	"github.com/cabinetdesk/cabinet/changes/calendar"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/canned"
	"github.com/cabinetdesk/cabinet/domain/flow"
	"github.com/cabinetdesk/cabinet/domain/incident"
	"github.com/cabinetdesk/cabinet/domain/people"
	"github.com/cabinetdesk/cabinet/domain/problem"
	"github.com/cabinetdesk/cabinet/domain/request"
	"github.com/cabinetdesk/cabinet/domain/ticket"
	"github.com/cabinetdesk/cabinet/policies"
)

// matrix asks every route as every role about every kind of thing, and compares with what the policy says.
type matrix struct {
	*house
	objects map[string]string // kind, ownership and actor → number
	actors  map[string]domain.Actor
	// meetings counts those that were convened: no two begin at the same time.
	meetings int
}

// roles are the default roles; each but the requester is held in one team where the role allows that.
var roles = []string{policies.Requester, policies.Agent, policies.TeamLead, policies.ChangeManager, policies.CABMember, policies.CABChair, policies.CIOwner,
	policies.Auditor, policies.Admin, policies.Pipeline}

var machines = map[string]flow.Machine{"incident": incident.Flow, "request": request.Flow, "problem": problem.Flow, "change": changes.Flow}

func newMatrix(t *testing.T) *matrix {
	m := &matrix{house: one(t, nil), objects: map[string]string{}, actors: map[string]domain.Actor{}}
	for _, r := range policies.Roles() {
		login := "m." + r.Name
		p, err := m.People.Create(m.System(), people.CreateInput{Name: r.Label, Login: login, Site: "north"})
		m.must(err)
		scope := policies.All
		if slices.Contains(r.Scopes, policies.InTeam) {
			scope = "team:network"
		}
		if scope == "team:network" {
			m.must(m.People.EnsureMembers(m.System(), "network", []domain.UserID{p.ID}))
		}
		if len(r.Scopes) > 0 {
			_, err := m.Gate.Grant(m.System(), policies.GrantInput{User: p.ID, Role: r.Name, Scope: scope, Reason: "test"})
			m.must(err)
		}
		a, err := m.People.ActorFor(context.Background(), p.ID, domain.ViaAPI)
		m.must(err)
		m.actors[r.Name] = a
		_, secret, err := m.People.CreateToken(domain.WithActor(context.Background(), a), people.TokenInput{Name: "test", Rights: everything(), ExpiresAt: m.Clock.Now().Add(time.Hour)})
		m.must(err)
		m.tokens[login+" "] = secret
	}
	return m
}

func (m *matrix) must(err error) {
	m.t.Helper()
	if err != nil {
		m.t.Fatal(err)
	}
}

const missing = "missing"

var ownerships = []string{"own", "team", "other", missing}

// thing makes, or finds again, a record of a kind: the actor's own (they watch it), of their team, of another team.
func (m *matrix) thing(kind, owned, role string) string {
	m.t.Helper()
	if owned == missing {
		return domain.Number{Kind: domain.Kind(kind), N: 999_999}.String()
	}
	key := kind + " " + owned + " " + role
	if n := m.objects[key]; n != "" {
		return n
	}
	ctx, team := m.System(), m.Team("apps")
	if owned == "team" {
		team = m.Team("network")
	}
	var t ticket.Ticket
	switch kind {
	case "incident":
		i, err := m.Incidents.Report(ctx, incident.ReportInput{Title: key, Impact: 2, Urgency: 2, Team: team, Requester: m.ID("rolf")})
		m.must(err)
		t = i.Ticket
	case "request":
		r, err := m.Requests.Submit(ctx, request.SubmitInput{Title: key, Team: team, Requester: m.ID("rolf")})
		m.must(err)
		t = r.Ticket
	case "problem":
		p, err := m.Problems.Detect(ctx, problem.DetectInput{Title: key, Impact: 2, Urgency: 2, Team: team})
		m.must(err)
		t = p.Ticket
	case "change":
		c, err := m.Changes.Raise(ctx, changes.RaiseInput{Plan: m.Plan(key, "amir"), Team: team, Requester: m.ID("rolf")})
		m.must(err)
		t = c.Ticket
	}
	if owned == "own" {
		_, err := m.Tickets.Watch(ctx, t.Number, m.actors[role].User, true)
		m.must(err)
	}
	m.objects[key] = t.Number
	return t.Number
}

// probe is one request with what the policy says about it.
type probe struct {
	name, kind, owned string
	path              string
	body              any
	allowed, visible  bool
	vague             bool // it names something inside the record that need not exist
}

var soundTemplate = map[string]any{"title": "x", "implementation_plan": "Do it.", "backout_plan": "Undo it.", "minutes": 30, "max_risk": "low"}

var oneDigest = "sha256:" + strings.Repeat("a1", 32)

var bodies = map[string]any{
	"comment": map[string]any{"body": "Hello"}, "assign": map[string]any{"assignee": nil}, "link": map[string]any{"kind": "related", "to": "INC-000001"},
	"create-incident": map[string]any{"title": "x", "impact": 1, "urgency": 1}, "create-request": map[string]any{"title": "x"},
	"create-problem": map[string]any{"title": "x", "impact": 1, "urgency": 1}, "create-change": map[string]any{"title": "x"},
	"override-priority": map[string]any{"priority": 1, "reason": "x"}, "declare-major": map[string]any{"reason": "x"}, "add-task": map[string]any{"title": "x"},
	"hold-change": map[string]any{"reason": "x"}, "decide": map[string]any{"slot_id": "x", "decision": "approve", "digest": "x"},
	"recuse": map[string]any{"slot_id": "x", "reason": "x"}, "preview-change": map[string]any{"title": "x"}, "detect-change": map[string]any{"title": "x"},
	"review-plan": map[string]any{"digest": "x"}, "lower-risk": map[string]any{"risk": "low", "reason": "x"}, "meet-condition": map[string]any{"evidence": "a mail to the plant"},
	"override-advice": map[string]any{"slot_id": "x", "reason": "x"}, "enter-duty": map[string]any{"person": "x", "from": "2026-03-02T09:00:00Z", "until": "2026-03-03T09:00:00Z"},
	"back-out-change": map[string]any{"reason": "x"}, "add-change-task": map[string]any{"kind": "build", "title": "x"}, "move-change-task": map[string]any{},
	"tick-change-task": map[string]any{"done": true}, "show-evidence": map[string]any{"file": "x"}, "correct-task-times": map[string]any{"reason": "x"},
	"conduct-review": map[string]any{"objectives": "met", "lessons": "x", "cmdb": "nothing"}, "say-cause": map[string]any{"incident": "INC-999999", "confidence": "suspected"},
	"draft-template": map[string]any{"key": "x", "template": soundTemplate}, "amend-template": map[string]any{"template": soundTemplate},
	"raise-standard-change": map[string]any{"start": "2026-03-03T09:00:00Z"}, "propose-template": map[string]any{"evidence": []string{"CHG-999999"}},
	"withdraw-template": map[string]any{"reason": "x"}, "decide-template": map[string]any{"decision": "approve", "digest": "x"}, "manage-template": map[string]any{"reason": "x"},
	"check-change-rules": map[string]any{"document": map[string]any{}}, "try-change-rules": map[string]any{"document": map[string]any{}},
	"set-change-rules": map[string]any{"document": map[string]any{}, "note": "x"}, "rehearse-approval-policies": map[string]any{"document": map[string]any{}}, "confirm": map[string]any{"password": "x"},
	"make-schedule":  map[string]any{"kind": "freeze", "name": "x", "zone": "UTC", "starts": "2026-12-18T18:00", "minutes": 60, "scope": map[string]any{"everything": true}},
	"amend-schedule": map[string]any{"purpose": "x"}, "free-slots": map[string]any{"minutes": 60}, "foresee-conflicts": map[string]any{"start": "2026-03-02T22:00:00Z", "end": "2026-03-02T23:00:00Z"},
	"preview-schedule": map[string]any{"zone": "UTC", "starts": "2026-12-18T18:00", "minutes": 60}, "accept-conflict": map[string]any{"reason": "x"}, "override-freeze": map[string]any{"reason": "x"}, "resolve-conflict": map[string]any{"reason": "x"},
	"tell-run": map[string]any{"run": "x#1", "environment": "test", "artifacts": []any{map[string]any{"digest": oneDigest}}}, "show-run": map[string]any{"evidence": []any{}},
	"start-deployment": map[string]any{"environment": "production", "artifact": oneDigest}, "report-deployment": map[string]any{"environment": "production", "artifact": oneDigest},
	"finish-deployment": map[string]any{"status": "failed"}, "register-pipeline": map[string]any{"key": "some-shop", "name": "x"}, "amend-pipeline": map[string]any{"name": "x"}, "issue-pipeline-token": map[string]any{"name": "x"},
	"set-up-webhook": map[string]any{"name": "x", "url": "https://hooks.example.org/x", "events": []string{"change.authorized"}}, "amend-webhook": map[string]any{"name": "x"},
	"set-board":          map[string]any{"name": "X", "rule": "any", "members": []string{}},
	"foresee-delegation": map[string]any{"to": "x"},
	"delegate":           map[string]any{"to": "x", "until": "2026-03-09", "reason": "x"}, "create-person": map[string]any{"name": "X", "login": "x.y"},
	"move-person": map[string]any{"reason": "x"}, "set-password": map[string]any{"password": "x"}, "revoke-grant": map[string]any{"reason": "x"},
	"grant":       map[string]any{"role": "agent", "scope": "all", "reason": "x"},
	"create-team": map[string]any{"key": "x", "name": "X"}, "set-members": map[string]any{"members": []string{}},
	"start-export": map[string]any{"kind": "incidents", "format": "csv", "query": "state=new"},
	"save-view":    map[string]any{"name": "x", "query": "queue=mine"}, "save-draft": map[string]any{"body": map[string]any{}},
	"make-my-calendar-feed": map[string]any{"name": "x"},
	"create-my-token":       map[string]any{"name": "x", "rights": []string{"incident.read"}, "expires_at": "2026-04-01T00:00:00Z"},
	"change-my-password":    map[string]any{"current": "x", "new": "y"}, "my-preferences": map[string]any{},
	"write-canned": map[string]any{"name": "x", "body": "x"}, "amend-canned": map[string]any{"name": "Hi"},
	"create-ci": map[string]any{"class": "server", "values": map[string]string{"name": "x"}}, "amend-ci": map[string]any{"values": map[string]string{"description": "x"}},
	"relate-ci": map[string]any{"type": "runs_on", "to": "CI-999999"}, "bulk-cis": map[string]any{"numbers": []string{"CI-999999"}, "action": "attest"},
	"set-ci-group": map[string]any{"name": "X"}, "join-ci-group": map[string]any{"number": "CI-999999"},
	"bulk": map[string]any{"numbers": []string{"INC-999999"}, "action": "assign", "assignee": "me"},
}

var sourceBodies = map[string]any{
	"rehearse-cmdb-model": map[string]any{"model": map[string]any{"classes": []any{}, "relations": []any{}, "junk": []any{}}}, "set-cmdb-model": map[string]any{"version": 9, "model": map[string]any{"classes": []any{}, "relations": []any{}, "junk": []any{}}},
	"set-ci-source": map[string]any{"name": "X"}, "push-cis": map[string]any{"items": []any{map[string]any{"key": "1", "class": "server", "values": map[string]any{"name": "x"}}}},
	"apply-ci-run": map[string]any{}, "undo-ci-run": map[string]any{}, "merge-ci": map[string]any{"into": "CI-000001", "reason": "x"}, "unmerge-ci": map[string]any{}, "settle-ci-row": map[string]any{"item": "CI-999999"}, "tell-cis-apart": map[string]any{"items": []string{"CI-999998", "CI-999999"}, "reason": "x"}, "withdraw-ci": map[string]any{}, "reinstate-ci": map[string]any{},
	"upload-cis": []byte("--x\r\nContent-Disposition: form-data; name=\"mapping\"\r\n\r\nnetbox\r\n--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.json\"\r\n\r\n[]\r\n--x--\r\n"),
}

var queries = map[string]string{"changes-behind": "?figure=failed&all=true", "change-calendar": "?from=2026-03-01T00:00:00Z&to=2026-04-01T00:00:00Z", "compare-ci": "?from=2026-01-01", "compare-ci-group": "?from=2026-01-01", "search": "?q=mail", "suggest-tickets": "?q=mail"}

func (m *matrix) decide(role, action string, o policies.Object) bool {
	return m.Gate.Decide(context.Background(), m.actors[role], action, o).Allowed
}

// probes lists the requests of a row, as a role.
func (m *matrix) probes(row route.Row, role string) []probe {
	switch row.Object {
	case "incident", "request", "problem", "change":
		return m.recordProbes(row, role, row.Object)
	case "ticket":
		var out []probe
		for kind := range machines {
			out = append(out, m.recordProbes(row, role, kind)...)
		}
		return out
	case "task", "attachment":
		return m.childProbes(row, role)
	case "ci":
		return m.itemProbes(row, role)
	case "person":
		return m.personProbes(row, role)
	case "meeting":
		return m.meetingProbes(row, role)
	}
	me := m.actors[role]
	if row.Object == "ci-group" {
		return m.groupProbes(row, role)
	}
	p := probe{name: row.ID, path: strings.NewReplacer("{id}", "nothing", "{key}", "nothing", "{edition}", "1", "{seq}", "1", "{step}", "publish", "{event}", "pause", "{delivery}", "nothing", "{kind}", "approval_policy", "{version}", "1").Replace(row.Path) + queries[row.ID], body: bodies[row.ID], visible: true}
	switch {
	case row.ID == "bulk-cis":
		p.allowed = m.Gate.May(domain.WithActor(context.Background(), me), "ci.attest")
	case row.Action == "ci.read": // of something, somewhere
		p.allowed = m.Gate.May(domain.WithActor(context.Background(), me), row.Action)
	case row.ID == "create-ci":
		p.allowed = m.decide(role, row.Action, policies.Object{Class: "ci"})
	case row.ID == "start-export":
		p.allowed = m.Gate.May(domain.WithActor(context.Background(), me), "incident.export")
	case row.Action == route.Own || strings.HasPrefix(row.Action, "{kind}"):
		p.allowed = true
	case row.Action == "ci.merge": // of something, somewhere
		p.allowed = m.Gate.May(domain.WithActor(context.Background(), me), row.Action)
	case row.ID == "explain":
		rolf, err := m.People.ByID(context.Background(), m.ID("rolf"))
		m.must(err)
		p.path += "?action=incident.read&person=" + rolf.Ref
		p.visible = m.decide(role, "person.read", policies.Object{Class: "person", Site: rolf.Site, Participants: []domain.UserID{rolf.ID}})
		p.allowed = p.visible && m.decide(role, row.Action, policies.Object{})
	case row.ID == "list-duties", row.ID == "enter-duty":
		board, err := m.Approvals.Board(context.Background(), "cab")
		m.must(err)
		p.path = strings.ReplaceAll(row.Path, "{key}", "cab")
		p.allowed = m.decide(role, row.Action, policies.Object{Class: "board", Number: "cab", Board: board.ID})
	case row.Action == "meeting.read" || row.Action == "meeting.lead": // of the board
		p.path, p.body = strings.ReplaceAll(row.Path, "{key}", "cab"), meetingBodies[row.ID]
		p.allowed = m.decide(role, row.Action, policies.Object{Class: "meeting"})
	case row.ID == "end-duty":
		p.allowed = true // there is none: not found for everybody
	case row.ID == "revoke-delegation":
		p.allowed = true // there is none: not found for everybody
	case row.Object == "schedule":
		p.path = strings.NewReplacer("{id}", m.schedule(), "{event}", "resume").Replace(row.Path)
		p.visible = m.decide(role, "calendar.read", policies.Object{})
		p.allowed = m.decide(role, row.Action, policies.Object{Class: "calendar"})
	case row.Object == "canned":
		p.path = strings.NewReplacer("{id}", m.canned(), "{event}", "retire").Replace(row.Path)
		p.visible = m.decide(role, "canned.read", policies.Object{})
		p.allowed = m.decide(role, row.Action, policies.Object{Class: "canned", Team: m.Team("network")})
	case row.Object == "run", row.Object == "deployment": // there is none: not found for everybody
		p.visible = false
		p.allowed = m.decide(role, row.Action, policies.Object{Participants: []domain.UserID{me.User}})
	case row.Object == "team":
		network := people.Team{ID: m.Team("network"), Key: "network"}
		p.path = strings.ReplaceAll(row.Path, "{key}", "network")
		p.allowed = m.decide(role, row.Action, policies.Object{Class: "team", Number: "network", Team: network.ID})
	default:
		p.allowed = m.decide(role, row.Action, policies.Object{Participants: []domain.UserID{me.User}})
		if row.ID == "create-person" || row.ID == "grant" || row.Ask || row.ID == "create-team" || row.ID == "set-board" || row.ID == "revoke-grant" || row.ID == "list-sites" || row.ID == "list-teams" {
			p.allowed = m.decide(role, row.Action, policies.Object{})
		}
	}
	return []probe{p}
}

// canned makes, or finds again, a canned text of the network team.
func (m *matrix) canned() string {
	m.t.Helper()
	if m.objects["canned"] == "" {
		text, err := m.Canned.Write(m.System(), canned.WriteInput{Name: "Hello", Body: "Hello", Team: m.Team("network")})
		m.must(err)
		m.objects["canned"] = text.Ref
	}
	return m.objects["canned"]
}

// schedule makes, or finds again, a freeze.
func (m *matrix) schedule() string {
	m.t.Helper()
	if m.objects["schedule"] == "" {
		s, err := m.Calendar.Make(m.System(), calendar.Schedule{Kind: calendar.Freeze, Name: "Year end", Zone: "UTC", Starts: "2026-12-18T18:00", Minutes: 60, Scope: calendar.Scope{Everything: true}})
		m.must(err)
		m.objects["schedule"] = s.Ref
	}
	return m.objects["schedule"]
}

func (m *matrix) recordProbes(row route.Row, role, kind string) []probe {
	type variant struct{ event, action string }
	variants := []variant{{"", strings.ReplaceAll(row.Action, "{kind}", kind)}}
	if strings.Contains(row.Path, "{event}") {
		variants = nil
		for _, event := range machines[kind].Events() {
			if mv, _ := machines[kind].Event(event); !mv.Automatic {
				variants = append(variants, variant{event, mv.Action})
			}
		}
	}
	var out []probe
	for _, v := range variants {
		for _, owned := range ownerships {
			n := m.thing(kind, owned, role)
			p := probe{name: row.ID + " " + v.event, kind: kind, owned: owned, body: bodies[row.ID],
				path: strings.NewReplacer("{number}", n, "{event}", v.event, "{id}", "me", "{step}", "start", "{line}", "1").Replace(row.Path)}
			if owned != missing {
				p.visible = m.decide(role, kind+".read", m.object(n, "read"))
				action := v.action
				if action == "change.decide" { // whether somebody is asked is not the roles' answer: the verb says
					action = "change.read"
				}
				p.allowed = m.decide(role, action, m.object(n, action[strings.Index(action, ".")+1:]))
			}
			if row.ID == "add-ci" {
				p.body = map[string]any{"ci": m.item("own", role).Number}
			}
			p.vague = slices.Contains([]string{"unlink", "remove-ci", "decide", "recuse", "meet-condition", "override-advice", "accept-conflict", "override-freeze", "resolve-conflict", "move-change-task", "tick-change-task", "show-evidence", "correct-task-times"}, row.ID)
			if row.ID == "link" {
				p.body = map[string]any{"kind": "related", "to": m.thing("incident", "team", role)}
			}
			if row.Stream {
				p.body = []byte("--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\r\nhello\r\n--x--\r\n")
			}
			out = append(out, p)
			if row.ID == "comment" {
				note := p
				note.name, note.body = "note", map[string]any{"body": "Hello", "internal": true}
				note.allowed = owned != missing && m.decide(role, kind+".note", m.object(n, "note"))
				out = append(out, note)
			}
		}
	}
	return out
}

func (m *matrix) object(number, action string) policies.Object {
	t, err := m.Tickets.Get(m.System(), number)
	m.must(err)
	roles, err := m.Tickets.Participants(m.System(), t)
	m.must(err)
	return t.ObjectFor(action, roles)
}

// childProbes ask about a task and an attachment, which are as visible as what they belong to.
func (m *matrix) childProbes(row route.Row, role string) []probe {
	var out []probe
	for _, owned := range ownerships {
		p := probe{name: row.ID, kind: "request", owned: owned, path: strings.NewReplacer("{number}", "TSK-999999", "{event}", "start", "{key}", "nothingnothingnothing").Replace(row.Path)}
		if owned != missing {
			n := m.thing("request", owned, role)
			p.visible = m.decide(role, "request.read", m.object(n, "read"))
			if row.Object == "task" {
				task, err := m.Requests.AddTask(m.System(), request.TaskInput{Number: n, Title: "x"})
				m.must(err)
				p.path = strings.NewReplacer("{number}", task.Number, "{event}", "start").Replace(row.Path)
				p.allowed = m.decide(role, "request.amend", m.object(n, "amend"))
			} else {
				a, err := m.Tickets.Attach(m.System(), ticket.AttachInput{Number: n, Name: "a.txt", Body: strings.NewReader("hello")})
				m.must(err)
				p.path = strings.ReplaceAll(row.Path, "{key}", a.Key)
				p.allowed = p.visible
			}
		}
		out = append(out, p)
	}
	return out
}

func (m *matrix) personProbes(row route.Row, role string) []probe {
	var out []probe
	for _, owned := range []string{"own", "other", missing} {
		id := m.actors[role].User
		if owned == "other" {
			id = m.ID("rolf")
		}
		p := probe{name: row.ID, kind: "person", owned: owned, body: bodies[row.ID]}
		ref := "nobody"
		if owned != missing {
			who, err := m.People.ByID(context.Background(), id)
			m.must(err)
			ref = who.Ref
			o := policies.Object{Class: "person", Number: ref, Site: who.Site, Participants: []domain.UserID{id}}
			p.visible = owned == "own" || m.decide(role, "person.read", o)
			p.allowed = m.decide(role, row.Action, o)
			switch row.ID {
			case "get-person":
				p.allowed = p.visible
			case "list-grants":
				p.allowed = p.visible && (owned == "own" || m.decide(role, "person.sessions", policies.Object{}) || m.decide(role, "person.grant", policies.Object{}))
			case "grant":
				p.allowed = p.visible && m.decide(role, "person.grant", policies.Object{})
			case "amend-person": // with nothing to change but, possibly, one's own time zone
				p.allowed = p.allowed || owned == "own"
			}
		}
		p.path = strings.NewReplacer("{id}", ref, "{event}", "disable").Replace(row.Path)
		out = append(out, p)
	}
	return out
}

func (m *matrix) ask(row route.Row, by string, p probe) answer {
	a := ask{by: by, method: row.Method, path: p.path, body: p.body}
	if row.Stream {
		a.header = map[string]string{"Content-Type": "multipart/form-data; boundary=x"}
	}
	if row.ID == "events" {
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		return m.doInto(ctx, a, &firstWord{httptest.NewRecorder(), cancel}) // the stream begins, and need not go on
	}
	return m.do(a)
}

// TestThePolicyIsWhatEveryRouteSays is the matrix of routes, roles and ownership: whoever is not signed in is told
// so; what the policy allows is not refused; what it does not is forbidden, or does not exist for who may not see it.
func TestThePolicyIsWhatEveryRouteSays(t *testing.T) {
	m := newMatrix(t)
	maps.Copy(bodies, sourceBodies)
	asked := 0
	for _, row := range route.Table {
		if row.Action == route.Public {
			continue
		}
		for _, p := range m.probes(row, policies.Requester) {
			if got := m.ask(row, "", p); got.status != http.StatusUnauthorized {
				t.Errorf("nobody: %s %s answered %d", row.Method, p.path, got.status)
			}
		}
		for _, role := range roles {
			for _, p := range m.probes(row, role) {
				asked++
				got := m.ask(row, "m."+role, p)
				if why := disagrees(p, got); why != "" {
					t.Errorf("%s: %s %s (%s, %s) answered %d %v %v: %s", role, row.Method, p.path, p.name, p.owned, got.status, got.json["code"], got.json["detail"], why)
				}
				if got.status < 300 && row.Method != http.MethodGet {
					delete(m.objects, p.kind+" "+p.owned+" "+role)
					m.restore(row.ID)
				}
			}
		}
	}
	if asked < 2000 {
		t.Errorf("only %d questions were asked", asked)
	}
}

func disagrees(p probe, got answer) string {
	code := fmt.Sprint(got.json["code"])
	switch {
	case got.status == http.StatusUnauthorized:
		return "they are signed in"
	case got.status >= 500:
		return "it must not fail"
	case p.owned == missing:
		if got.status != http.StatusNotFound && !(got.status == http.StatusForbidden && p.kind == "") {
			return "it does not exist"
		}
	case p.allowed:
		if code == "not_permitted" || got.status == http.StatusNotFound && p.kind != "" && !p.vague {
			return "the policy allows it"
		}
	case !p.visible:
		if got.status != http.StatusNotFound {
			return "they may not see it"
		}
	default:
		if got.status != http.StatusForbidden || code != "not_permitted" && code != "full_session_needed" {
			return "the policy does not allow it"
		}
	}
	return ""
}

// restore puts back what an allowed act changed for the questions that follow.
func (m *matrix) restore(id string) {
	if id == "move-person" {
		rolf, err := m.People.ByID(context.Background(), m.ID("rolf"))
		m.must(err)
		if !rolf.Active {
			_, err = m.People.Enable(m.System(), people.MoveInput{Ref: rolf.Ref, Reason: "test"})
			m.must(err)
		}
	}
}

// firstWord ends a request as soon as its answer begins.
type firstWord struct {
	*httptest.ResponseRecorder
	end context.CancelFunc
}

func (w *firstWord) Write(p []byte) (int, error) {
	defer w.end()
	return w.ResponseRecorder.Write(p)
}
