package api_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/cabinetdesk/cabinet/api/route"
	"github.com/cabinetdesk/cabinet/cmdb"
	"github.com/cabinetdesk/cabinet/policies"
)

// item makes, or finds again, an item: the actor's own (they use it), of their team, of another team.
func (m *matrix) item(owned, role string) cmdb.CI {
	m.t.Helper()
	key := "ci " + owned + " " + role
	if n := m.objects[key]; n != "" {
		c, err := m.CMDB.Get(m.System(), n)
		m.must(err)
		return c
	}
	values := map[string]string{"name": key, "team": key64(int64(m.Team("apps")))}
	switch owned {
	case "team":
		values["team"] = key64(int64(m.Team("network")))
	case "own":
		values["used_by"] = key64(int64(m.actors[role].User))
	}
	c, err := m.CMDB.Register(m.System(), cmdb.RegisterInput{Class: "server", Values: values})
	m.must(err)
	m.objects[key] = c.Number
	return c
}

// itemProbes are the requests about one configuration item.
func (m *matrix) itemProbes(row route.Row, role string) []probe {
	type variant struct{ event, action string }
	variants := []variant{{"", row.Action}}
	if strings.Contains(row.Path, "{event}") {
		variants = nil
		for _, event := range cmdb.Flow.Events() {
			mv, _ := cmdb.Flow.Event(event)
			variants = append(variants, variant{event, mv.Action})
		}
	}
	var out []probe
	for _, v := range variants {
		for _, owned := range ownerships {
			n := "CI-999999"
			p := probe{name: row.ID + " " + v.event, kind: "ci", owned: owned, body: bodies[row.ID]}
			if owned != missing {
				c := m.item(owned, role)
				n = c.Number
				p.visible, p.allowed = m.decide(role, "ci.read", c.Object()), m.decide(role, v.action, c.Object())
			}
			p.vague = row.ID == "relate-ci" || row.ID == "unrelate-ci" || row.ID == "merge-ci"
			if row.ID == "merge-ci" {
				p.body = map[string]any{"into": m.item("team", role).Number, "reason": "x"}
			}
			if row.ID == "withdraw-ci" || row.ID == "reinstate-ci" { // whoever brings items in takes them back
				p.allowed = p.allowed || p.visible && m.decide(role, "cmdb.import", policies.Object{})
			}
			p.path = strings.NewReplacer("{number}", n, "{event}", v.event, "{id}", "nothing").Replace(row.Path) + queries[row.ID]
			out = append(out, p)
		}
	}
	return out
}

// groupProbes are the requests about a group of items.
func (m *matrix) groupProbes(row route.Row, role string) []probe {
	if m.objects["group"] == "" {
		_, err := m.CMDB.SetGroup(m.System(), cmdb.Group{Key: "things", Name: "Things"})
		m.must(err)
		m.objects["group"] = "things"
	}
	c := m.item("other", role)
	p := probe{name: row.ID, kind: "ci", body: bodies[row.ID], visible: true, allowed: m.decide(role, row.Action, policies.Object{Class: "ci"}),
		path: strings.NewReplacer("{key}", "things", "{number}", c.Number).Replace(row.Path) + queries[row.ID]}
	switch row.ID {
	case "get-ci-group", "compare-ci-group": // whoever sees any item, if only their own, sees groups with what they may see of them
		p.allowed = true
	case "join-ci-group", "leave-ci-group":
		p.visible, p.allowed, p.vague = m.decide(role, "ci.read", c.Object()), m.decide(role, row.Action, c.Object()), true
		if row.ID == "join-ci-group" {
			p.body = map[string]any{"number": c.Number}
		}
	}
	return []probe{p}
}

// key64 is an internal key as values name it.
func key64(n int64) string { return strconv.FormatInt(n, 10) }

// TestAListOfItemsShowsExactlyWhatMayBeRead compares, for every role, the list with the gate's answer on each item, now and
// at a moment.
func TestAListOfItemsShowsExactlyWhatMayBeRead(t *testing.T) {
	m := newMatrix(t)
	for _, owned := range []string{"own", "team", "other"} {
		for _, role := range roles {
			m.item(owned, role)
		}
	}
	at := m.Clock.Now().Format(time.RFC3339Nano)
	for _, role := range roles {
		for _, when := range []string{"", "&at=" + at} {
			shown := map[string]bool{}
			for after := ""; ; {
				page := m.get("m."+role, "/cis?limit=7&sort=number&after="+after+when).ok(200)
				for i := range page.list("items") {
					shown[page.text(fmt.Sprintf("items.%d.number", i))] = true
				}
				next, more := page.at("next").(string)
				if !more {
					break
				}
				after = next
			}
			for key, n := range m.objects {
				if !strings.HasPrefix(key, "ci ") {
					continue
				}
				c, err := m.CMDB.Get(m.System(), n)
				m.must(err)
				if may := m.decide(role, "ci.read", c.Object()); may != shown[n] {
					t.Errorf("%s%s: %s (%s) is shown: %t; the gate says %t", role, when, n, key, shown[n], may)
				}
			}
		}
	}
}
