package demo

import (
	"strings"

	"github.com/cabinetdesk/cabinet/changes"
	"github.com/cabinetdesk/cabinet/changes/risk"
	"github.com/cabinetdesk/cabinet/domain/approval"
	"github.com/cabinetdesk/cabinet/internal/app/demo/tales"
)

// passage is how one change goes: from which plan, by whom, in which window, with which votes, to which state.
type passage struct {
	plan string
	end  string
	// days is when the window begins, counted from today; at is the hour in UTC. With now set the window is
	// counted in minutes from now instead.
	days, at int
	now      int
	hours    int
	raiser   string
	crew     []string
	votes    []vote // in order; the first round where a twist makes a second
	again    []vote // the second round
	twist    twist
	outcome  changes.Outcome
	notes    string
}

type vote struct {
	who     string
	verdict approval.Verdict
	say     string
	first   string // a condition: what has to be done before the start
}

// provided makes a vote one under a condition.
func (v vote) provided(first string) vote { v.first = first; return v }

// twist is what does not go straight.
type twist string

const (
	straight  twist = ""
	rejected  twist = "rejected"  // the board says no; with a second round it says yes later
	edited    twist = "edited"    // the plan is edited after the votes, which voids them
	held      twist = "held"      // on hold, with a reason
	released  twist = "released"  // was on hold for a while
	dropped   twist = "dropped"   // cancelled
	withdrawn twist = "withdrawn" // taken back from the board to be worked over
	expedited twist = "expedited" // goes to the emergency board at once
	glass     twist = "glass"     // begun before it was approved, for an incident
	bare      twist = "bare"      // the plan is not complete yet
)

func yes(who string, say ...string) vote {
	v := vote{who: who, verdict: approval.Approve}
	for _, text := range say {
		v.say = text
	}
	return v
}
func no(who, why string) vote    { return vote{who: who, verdict: approval.Reject, say: why} }
func aside(who, why string) vote { return vote{who: who, verdict: approval.Recuse, say: why} }

var passages = []passage{
	// Over.
	{plan: "patches", end: changes.StateClosed, days: -74, at: 19, hours: 3, raiser: "stefan", crew: []string{"stefan", "lucia"}, votes: []vote{yes("cleo"), yes("dora")}},
	{plan: "certs", end: changes.StateClosed, days: -66, at: 17, hours: 2, raiser: "arjen", crew: []string{"arjen"}, votes: []vote{yes("carl"), yes("paul", "At last.")}},
	{plan: "backup", end: changes.StateClosed, days: -59, at: 20, hours: 4, raiser: "zoe", crew: []string{"zoe", "rita"}, votes: []vote{aside("rita", "I do a part of it myself."), yes("cleo"), yes("paul")}, outcome: "successful_with_issues", notes: "One host needed a second run: its old agent was still active. Restored and compared two databases."},
	{plan: "purge", end: changes.StateClosed, days: -52, at: 18, hours: 1, raiser: "zoe", crew: []string{"emil"}, votes: []vote{yes("carl"), yes("dora")}},
	{plan: "telephony", end: changes.StateClosed, days: -45, at: 19, hours: 4, raiser: "petra", crew: []string{"petra", "kofi"}, votes: []vote{yes("cleo"), no("carl", "The plan does not say who tests the hotline groups, and there is no number to call when it goes wrong. Both belong into it.")}, again: []vote{yes("carl", "Now it is clear, thank you."), yes("cleo")}, twist: rejected},
	{plan: "mailstore", end: changes.StateClosed, days: -39, at: 19, hours: 6, raiser: "tomas", crew: []string{"felix", "tomas"}, votes: []vote{yes("cleo", "High risk, but the way back is sound."), yes("rita")}, outcome: "successful_with_issues", notes: "Mailboxes moved and compared. The copies were left in the spool and filled it in the morning: major incident. The check must look at both stores, an hour after the end."},
	{plan: "patches", end: changes.StateClosed, days: -31, at: 19, hours: 3, raiser: "lucia", crew: []string{"stefan"}, votes: []vote{yes("carl"), yes("rita")}},
	{plan: "proxy", end: changes.StateClosed, days: -24, at: 6, hours: 1, raiser: "kofi", crew: []string{"kofi"}, votes: []vote{yes("paul"), yes("carl")}},
	{plan: "crm", end: changes.StateClosed, days: -19, at: 18, hours: 2, raiser: "yara", crew: []string{"yara"}, votes: []vote{yes("rita"), yes("cleo")}, twist: released},
	{plan: "minor", end: changes.StateClosed, days: -16, at: 20, hours: 3, raiser: "emil", crew: []string{"emil", "zoe"}, votes: []vote{yes("carl"), yes("paul")}, again: []vote{yes("carl", "Read again: the order of the nodes is better now."), yes("lena", "For Dora: I agree.")}, twist: edited},
	{plan: "vpnhole", end: changes.StateClosed, days: -12, at: 10, hours: 4, raiser: "arjen", crew: []string{"niels", "arjen"}, votes: []vote{yes("vera", "Now. I have seen the scans against our addresses."), yes("cleo", "On duty, and agreed.")}, twist: expedited},
	{plan: "licences", end: changes.StateClosed, days: -9, at: 5, hours: 2, raiser: "niels", crew: []string{"niels"}, votes: []vote{yes("lena", "For Dora: fine."), yes("cleo")}},
	{plan: "meeting", end: changes.StateClosed, days: -7, at: 19, hours: 5, raiser: "lucia", crew: []string{"lucia"}, votes: []vote{yes("carl"), yes("rita")}, outcome: "backed_out", notes: "Four rooms lost their cameras with 9.4. Back to 9.3 in all of them; the vendor has the logs."},
	// Done, and to be looked back at.
	{plan: "vpnlife", end: changes.StateReview, days: -3, at: 18, hours: 2, raiser: "niels", crew: []string{"niels"}, votes: []vote{yes("paul"), yes("lena", "For Dora.")}},
	{plan: "portal", end: changes.StateReview, days: -2, at: 18, hours: 3, raiser: "felix", crew: []string{"felix", "yara"}, votes: []vote{yes("cleo"), yes("carl")}, outcome: "successful_with_issues"},
	{plan: "patches", end: changes.StateReview, days: -1, at: 19, hours: 3, raiser: "stefan", crew: []string{"stefan", "lucia"}, votes: []vote{yes("carl"), yes("cleo")}},
	// Going on now.
	{plan: "intranet", end: changes.StateImplementing, now: -90, hours: 4, raiser: "tomas", crew: []string{"tomas"}, votes: []vote{yes("carl"), yes("rita")}},
	{plan: "flood", end: changes.StateImplementing, now: -200, hours: 6, raiser: "niels", crew: []string{"tess", "niels"}, twist: glass},
	// Approved: the first can be started.
	{plan: "wifi", end: changes.StateScheduled, now: -20, hours: 4, raiser: "kofi", crew: []string{"tess", "kofi"}, votes: []vote{yes("carl"), yes("paul")}},
	{plan: "erpdisk", end: changes.StateScheduled, days: 1, at: 18, hours: 2, raiser: "emil", crew: []string{"emil"}, votes: []vote{yes("cleo"), yes("carl")}},
	{plan: "warehouse", end: changes.StateScheduled, days: 3, at: 8, hours: 6, raiser: "petra", crew: []string{"petra", "kofi"}, votes: []vote{yes("rita"), yes("cleo")}},
	{plan: "mfa", end: changes.StateScheduled, days: 5, at: 6, hours: 3, raiser: "arjen", crew: []string{"arjen"}, votes: []vote{yes("carl"), yes("paul")}, twist: held, notes: "Eleven partners have not received their letters."},
	{plan: "telephony", end: changes.StateScheduled, days: 9, at: 19, hours: 4, raiser: "petra", crew: []string{"petra"}, votes: []vote{yes("cleo").provided("The Service Desk has called each hotline group and has written down who answered."), yes("lena", "For Dora.")}},
	// Before the board.
	{plan: "rollback", end: changes.StateAuthorize, now: 20, hours: 3, raiser: "yara", crew: []string{"yara", "felix"}, twist: expedited},
	{plan: "spooler", end: changes.StateAuthorize, days: 1, at: 19, hours: 3, raiser: "stefan", crew: []string{"stefan"}, votes: []vote{yes("paul", "Ten queues first: good.")}},
	{plan: "posting", end: changes.StateAuthorize, days: 2, at: 20, hours: 3, raiser: "emil", crew: []string{"emil", "rita"}, votes: []vote{aside("rita", "I deploy it.")}},
	{plan: "firewall", end: changes.StateAuthorize, days: 2, at: 19, hours: 5, raiser: "niels", crew: []string{"niels", "tess"}, votes: []vote{yes("lena", "For Dora: yes, and please with the check of the QoS marks.")}},
	{plan: "coreswitch", end: changes.StateAuthorize, days: 3, at: 18, hours: 8, raiser: "kofi", crew: []string{"kofi", "niels"}},
	{plan: "guest", end: changes.StateAuthorize, days: 4, at: 17, hours: 3, raiser: "kofi", crew: []string{"kofi"}, votes: []vote{yes("cleo")}, twist: held, notes: "The provider has moved the date of the line."},
	{plan: "minor", end: changes.StateAuthorize, days: 6, at: 20, hours: 3, raiser: "zoe", crew: []string{"zoe"}, votes: []vote{yes("cleo"), yes("paul")}, again: []vote{yes("cleo", "Read again, still yes.")}, twist: edited},
	// Being assessed.
	{plan: "erprelease", end: changes.StateAssess, days: 12, at: 18, hours: 8, raiser: "felix", crew: []string{"felix", "tomas", "emil"}},
	{plan: "meeting", end: changes.StateAssess, days: 8, at: 19, hours: 5, raiser: "lucia", crew: []string{"lucia"}},
	{plan: "portal", end: changes.StateAssess, days: 10, at: 18, hours: 3, raiser: "yara", crew: []string{"yara"}},
	{plan: "wifi", end: changes.StateAssess, days: 15, at: 17, hours: 4, raiser: "kofi", crew: []string{"kofi", "petra"}},
	// Being written.
	{plan: "coreswitch", end: changes.StateDraft, days: 11, at: 18, hours: 8, raiser: "niels", crew: []string{"niels"}, votes: []vote{yes("cleo"), no("paul", "Eight hours on a working evening, and the portal goes through this switch. Please take a Saturday.")}, twist: rejected},
	{plan: "backup", end: changes.StateDraft, days: 7, at: 20, hours: 4, raiser: "zoe", crew: []string{"zoe"}, votes: []vote{yes("carl"), yes("paul")}, twist: edited},
	{plan: "certs", end: changes.StateDraft, days: 20, at: 17, hours: 2, raiser: "ines", crew: nil, twist: bare},
	{plan: "licences", end: changes.StateDraft, days: 18, at: 5, hours: 2, raiser: "hugo", crew: nil, twist: bare},
	// Given up.
	{plan: "guest", end: changes.StateCancelled, days: -20, at: 17, hours: 3, raiser: "petra", crew: []string{"petra"}, votes: []vote{yes("carl")}, twist: dropped, notes: "The line is not delivered this quarter."},
	{plan: "crm", end: changes.StateCancelled, days: -48, at: 18, hours: 2, raiser: "yara", crew: []string{"yara"}, votes: []vote{yes("rita"), yes("cleo")}, twist: dropped, notes: "The vendor has withdrawn hot fix 5.2.2."},
	{plan: "proxy", end: changes.StateCancelled, days: -57, at: 6, hours: 1, raiser: "kofi", crew: []string{"kofi"}, twist: dropped, notes: "Raised twice."},
}

// rate says of a plan what the questions about its risk ask.
func rate(p *changes.PlanPatch, w tales.Proposal) {
	ptr := func(s string) *string { return &s }
	answers := map[string]string{}
	for _, q := range risk.SeedQuestionnaire().Questions {
		i := map[changes.Risk]int{changes.Low: 0, changes.Medium: 1, changes.High: 2}[w.Risk]
		if w.Risk == changes.Medium && (q.Key == "users" || q.Key == "way_back") {
			i = 2
		}
		answers[q.Key] = q.Options[i].Key
	}
	p.Answers, p.Environment, p.BackoutTested, p.Outage = &answers, ptr("production"), ptr("yes"), ptr("no")
	p.Category, p.ReasonCode, p.SecurityTouched = ptr(strings.ToLower(w.Class)), ptr("maintenance"), ptr("no")
	p.VerificationPlan = ptr("Whoever implements it looks at the monitoring for an hour and writes down what they see.")
	if minutes := int64(20); w.Risk == changes.High || w.Service == "Telephony" {
		p.Outage, p.OutageMinutes = ptr("yes"), &minutes
	}
	if w.Risk == changes.High {
		p.BackoutTested = ptr("no")
		p.CommunicationPlan = ptr("The Service Desk announces the window a day before, and when it begins and ends.")
	}
}
