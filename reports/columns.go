package reports

import (
	"fmt"
	"strings"
	"time"

	"github.com/cabinetdesk/cabinet/changes"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/approval"
	"github.com/cabinetdesk/cabinet/domain/flow"
	"github.com/cabinetdesk/cabinet/domain/incident"
	"github.com/cabinetdesk/cabinet/domain/problem"
	"github.com/cabinetdesk/cabinet/domain/request"
	"github.com/cabinetdesk/cabinet/domain/ticket"
)

// record is one row of an export before it is written: a ticket with what its kind adds, and names for keys.
type record struct {
	ticket.Ticket
	incident  incident.Facet
	request   request.Facet
	problem   problem.Facet
	change    changes.Facet
	slots     []approval.Slot
	decisions []approval.Decision
	page      *page
}

// page holds the names that the records of a page need.
type page struct {
	people map[domain.UserID]string
	teams  map[domain.TeamID]string
	sites  map[domain.SiteID]string
}

// column is a column of an export: its value is a string, an int64, a time.Time, or nil for none.
type column struct {
	name    string
	meaning string
	width   float64
	value   func(r *record) any
}

func when(t *time.Time) any {
	if t == nil || t.IsZero() {
		return nil
	}
	return t.UTC()
}

// machines gives states their labels.
var machines = map[domain.Kind]flow.Machine{domain.KindIncident: incident.Flow, domain.KindRequest: request.Flow, domain.KindProblem: problem.Flow, domain.KindChange: changes.Flow}

func label(r *record) any {
	if st, ok := machines[r.Kind].State(r.State); ok {
		return st.Label
	}
	return r.State
}

// shared are the columns that all kinds have, in front and at the end.
var (
	front = []column{
		{"Number", "What people call the record", 14, func(r *record) any { return r.Number }},
		{"Title", "In a few words", 50, func(r *record) any { return r.Title }},
		{"State", "Where it stands in its flow", 16, label},
		{"Category", "What the state means: open, waiting, done or cancelled", 11, func(r *record) any { return string(r.Ticket.Category) }},
		{"Priority", "1 critical, 2 high, 3 moderate, 4 low", 9, func(r *record) any { return int64(r.Priority) }},
	}
	who = []column{
		{"Requester", "For whom it is", 22, func(r *record) any { return r.page.people[r.RequesterID] }},
		{"Opened by", "Who wrote it down", 22, func(r *record) any { return r.page.people[r.OpenedBy] }},
		{"Team", "Who has it", 18, func(r *record) any { return r.page.teams[r.TeamID] }},
		{"Assignee", "Who works on it", 22, func(r *record) any { return r.page.people[r.AssigneeID] }},
		{"Site", "Where it belongs", 14, func(r *record) any { return r.page.sites[r.SiteID] }},
		{"Service", "Which service it is about", 20, func(r *record) any { return r.Service }},
		{"Classification", "What sort of thing it is", 20, func(r *record) any { return r.Classification }},
	}
	times = []column{
		{"Opened", "When it was opened", 19, func(r *record) any { return when(&r.OpenedAt) }},
		{"Updated", "When it changed last", 19, func(r *record) any { return when(&r.UpdatedAt) }},
		{"Due", "When it should be done", 19, func(r *record) any { return when(r.DueAt) }},
		{"Resolved", "When the work was done", 19, func(r *record) any { return when(r.ResolvedAt) }},
		{"Closed", "When it was over", 19, func(r *record) any { return when(r.ClosedAt) }},
		{"Version", "How many events of the log it has; the last one made it what it is here", 9, func(r *record) any { return r.Version }},
		{"Description", "What was said about it", 60, func(r *record) any { return r.Description }},
	}
	kindColumn = column{"Kind", "incident, request, problem or change", 10, func(r *record) any { return string(r.Kind) }}
)

var facetColumns = map[domain.Kind][]column{
	domain.KindIncident: {
		{"Impact", "1 high, 2 medium, 3 low", 8, func(r *record) any { return int64(r.incident.Impact) }},
		{"Urgency", "1 high, 2 medium, 3 low", 8, func(r *record) any { return int64(r.incident.Urgency) }},
		{"Priority overridden because", "Why the priority is not that of impact and urgency", 24, func(r *record) any { return r.incident.OverrideReason }},
		{"Contact type", "How it came in", 12, func(r *record) any { return r.incident.ContactType }},
		{"Subclassification", "What sort of thing it is, more closely", 20, func(r *record) any { return r.incident.Subclassification }},
		{"Pending on", "For whom it waits", 11, func(r *record) any { return r.incident.PendingOn }},
		{"Pending reason", "What it waits for", 24, func(r *record) any { return r.incident.PendingReason }},
		{"Reassignments", "How often it went to another team or person", 14, func(r *record) any { return int64(r.incident.ReassignCount) }},
		{"Reopened", "How often it was opened again", 9, func(r *record) any { return int64(r.incident.ReopenCount) }},
		{"Major", "yes for a major incident", 7, func(r *record) any { return yes(r.incident.Major) }},
		{"Close code", "How it ended", 14, func(r *record) any { return r.incident.CloseCode }},
		{"Resolution", "What restored the service", 40, func(r *record) any { return r.incident.Resolution }},
	},
	domain.KindRequest: {
		{"Contact type", "How it came in", 12, func(r *record) any { return r.request.ContactType }},
		{"Fulfilment", "What was delivered", 40, func(r *record) any { return r.request.Fulfilment }},
	},
	domain.KindProblem: {
		{"Known error since", "When cause and workaround were known", 19, func(r *record) any { return when(r.problem.KnownErrorAt) }},
		{"Workaround", "How to live with it", 40, func(r *record) any { return r.problem.Workaround }},
		{"Root cause", "Why it happens", 40, func(r *record) any { return r.problem.RootCause }},
		{"Resolution", "What removed the cause", 40, func(r *record) any { return r.problem.Resolution }},
	},
	domain.KindChange: {
		{"Model", "standard, normal or emergency", 10, func(r *record) any { return string(r.change.Model) }},
		{"Risk", "low, medium or high", 9, func(r *record) any { return string(r.change.Risk) }},
		{"Owner", "Who answers for it", 22, func(r *record) any { return r.page.people[r.change.OwnerID] }},
		{"Implementers", "Who does it", 30, func(r *record) any { return people(r, r.change.Implementers) }},
		{"Edited by", "Everybody who ever edited the plan", 30, func(r *record) any { return people(r, r.change.Editors) }},
		{"Affected services", "Which services it touches", 30, func(r *record) any { return strings.Join(r.change.AffectedServices, ", ") }},
		{"Planned start", "Start of the approved window", 19, func(r *record) any { return when(r.change.PlannedStart) }},
		{"Planned end", "End of the approved window", 19, func(r *record) any { return when(r.change.PlannedEnd) }},
		{"Actual start", "When implementation began", 19, func(r *record) any { return when(r.change.ActualStart) }},
		{"Actual end", "When implementation ended", 19, func(r *record) any { return when(r.change.ActualEnd) }},
		{"Revision", "How many plans there were", 9, func(r *record) any { return r.change.Revision }},
		{"Plan digest", "SHA-256 of exactly this plan; a decision counts only for the digest it names", 66, func(r *record) any { return r.change.Digest }},
		{"Approval", "How the approvals of this plan stand", 12, approvalState},
		{"Approvals", "Who decided what, when and on which revision; earlier revisions no longer count", 60, approvals},
		{"On hold since", "When it was put on hold", 19, func(r *record) any { return when(r.change.HoldSince) }},
		{"Hold reason", "Why it is on hold", 24, func(r *record) any { return r.change.HoldReason }},
		{"Outcome", "How it ended", 20, func(r *record) any { return string(r.change.Outcome) }},
		{"Close notes", "What was found in review", 40, func(r *record) any { return r.change.CloseNotes }},
		{"Justification", "Why it is needed", 40, func(r *record) any { return r.change.Justification }},
		{"Implementation plan", "What is to be done", 40, func(r *record) any { return r.change.ImplementationPlan }},
		{"Test plan", "How success will be known", 40, func(r *record) any { return r.change.TestPlan }},
		{"Backout plan", "How to get back", 40, func(r *record) any { return r.change.BackoutPlan }},
	},
}

// columnsOf are the columns of an export; without a kind, those that all kinds share.
func columnsOf(kind domain.Kind) []column {
	out := append([]column{}, front[0])
	if kind == "" {
		out = append(out, kindColumn)
	}
	out = append(out, front[1:]...)
	out = append(out, who...)
	out = append(out, facetColumns[kind]...)
	return append(out, times...)
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return ""
}

func people(r *record, ids []domain.UserID) string {
	names := make([]string, len(ids))
	for i, id := range ids {
		names[i] = r.page.people[id]
	}
	return strings.Join(names, ", ")
}

// approvalState is that of the slots of the present revision: rejected before waiting before approved.
func approvalState(r *record) any {
	state := ""
	for _, s := range r.slots {
		if s.Revision != r.change.Revision || s.State == approval.Stale {
			continue
		}
		switch {
		case s.State == approval.Rejected:
			return string(s.State)
		case state == "" || s.State == approval.Waiting:
			state = string(s.State)
		}
	}
	return state
}

var decided = map[approval.Verdict]string{approval.Approve: "approved", approval.Reject: "rejected", approval.Recuse: "recused themselves"}

// approvals writes a line a decision.
func approvals(r *record) any {
	var lines []string
	for _, s := range r.slots {
		for _, d := range r.decisions {
			if d.SlotID != s.ID {
				continue
			}
			line := fmt.Sprintf("%s: %s %s %s, revision %d", s.Label, r.page.people[d.UserID], decided[d.Decision], instant(&d.At), d.Revision)
			if d.CastBy != d.UserID {
				line += ", cast by " + r.page.people[d.CastBy]
			}
			if d.Comment != "" {
				line += ": " + strings.Join(strings.Fields(d.Comment), " ")
			}
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n")
}
