package evidence

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/cabinetdesk/cabinet/changes"
	"github.com/cabinetdesk/cabinet/changes/calendar"
	"github.com/cabinetdesk/cabinet/changes/pipeline"
	"github.com/cabinetdesk/cabinet/changes/work"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/approval"
)

// Severity says how grave an exception is.
type Severity string

// The severities, the gravest first.
const (
	Critical Severity = "critical"
	High     Severity = "high"
	Medium   Severity = "medium"
	Low      Severity = "low"
)

func rank(s Severity) int { return slices.Index([]Severity{Critical, High, Medium, Low}, s) }

// Edition is the edition of the rules: another number for rules that find other things.
const Edition = 1

// Rule says what an exception is. Find tells what of it is the case for a change.
type Rule struct {
	ID       string
	Severity Severity
	Title    string
	Words    string // what it looks for, for whoever has to believe in it
	Find     func(l *Life) []Finding
}

// Finding is what a rule has found, in words; the events from which it follows, and what else shows it.
type Finding struct {
	Found  string
	Events []Event
	Else   []string
}

// Exception is a finding of a rule.
type Exception struct {
	Rule Rule
	Finding
}

// Exceptions asks every rule, in their order; once, for what is kept does not alter.
func (l *Life) Exceptions() []Exception {
	if l.judged {
		return l.exceptions
	}
	l.judged = true
	for _, r := range Rules {
		for _, f := range r.Find(l) {
			l.exceptions = append(l.exceptions, Exception{r, f})
		}
	}
	return l.exceptions
}

func one(yes bool, events []Event, format string, args ...any) []Finding {
	if !yes {
		return nil
	}
	return []Finding{{Found: fmt.Sprintf(format, args...), Events: events}}
}

// Rules are all of them. The letter says what a rule is about: A approval, S separation of duties, T evidence, P the plan, W the
// window, E emergencies, R risk, V what comes after, C completeness, D times.
var Rules = []Rule{
	{"A-01", Critical, "Begun without approval", "Work began, the model takes an approval, the glass was not broken, and no binding slot of the plan that was carried out was filled by then.", func(l *Life) []Finding {
		return one(l.begunUnbroken() && l.Facet.Model != changes.Standard && len(l.binding()) == 0, l.said("started"), "No approval was asked for of revision %d.", l.Facet.Revision)
	}},
	{"A-02", Critical, "Approved after the start", "A binding slot of the plan that was carried out was filled after work had begun.", func(l *Life) (out []Finding) {
		for _, s := range l.binding() {
			if l.begunUnbroken() && s.State == approval.Approved && s.ClosedAt != nil && s.ClosedAt.After(*l.Facet.ActualStart) {
				out = append(out, Finding{Found: fmt.Sprintf("%s approved at %s, work began at %s.", s.Label, clock(s.ClosedAt), clock(l.Facet.ActualStart)), Events: l.said("started", "authorized", "approved")})
			}
		}
		return out
	}},
	{"A-03", Critical, "Begun with slots open", "Work began while a binding slot of the plan was not filled.", func(l *Life) (out []Finding) {
		for _, s := range l.binding() {
			if l.begunUnbroken() && s.State != approval.Approved {
				out = append(out, Finding{Found: fmt.Sprintf("%s is %s.", s.Label, s.State), Events: l.said("started")})
			}
		}
		return out
	}},
	{"A-04", Critical, "Approved for another plan", "A decision that counts names another digest than the plan that was carried out.", func(l *Life) (out []Finding) {
		for _, d := range l.counted(false) {
			if l.started() && d.Digest != l.Facet.Digest {
				out = append(out, Finding{Found: fmt.Sprintf("%s decided on %.12s…; carried out was %.12s….", l.Names.Person(d.UserID), d.Digest, l.Facet.Digest), Events: l.of(d)})
			}
		}
		return out
	}},
	{"A-07", High, "Decided after the start", "A vote in a slot that had to be filled before the start was cast after it.", func(l *Life) (out []Finding) {
		for _, d := range l.counted(false) {
			if l.begunUnbroken() && d.At.After(*l.Facet.ActualStart) {
				out = append(out, Finding{Found: fmt.Sprintf("%s decided at %s, work began at %s.", l.Names.Person(d.UserID), clock(&d.At), clock(l.Facet.ActualStart)), Events: l.of(d)})
			}
		}
		return out
	}},
	{"A-08", High, "Decided by a program", "A vote is that of an account of a program.", func(l *Life) (out []Finding) {
		for _, d := range l.Decisions {
			if l.Names.Programs[d.UserID] || l.Names.Programs[d.CastBy] {
				out = append(out, Finding{Found: l.Names.Person(d.CastBy) + " is a program.", Events: l.of(d)})
			}
		}
		return out
	}},
	{"A-09", Medium, "Decided in ten seconds", "Somebody approved within ten seconds after it was put to them: nobody reads a plan in that time.", func(l *Life) (out []Finding) {
		for _, d := range l.Decisions {
			if took := d.At.Sub(l.slot(d.SlotID).OpenedAt); d.Decision == approval.Approve && took < 10*time.Second {
				out = append(out, Finding{Found: fmt.Sprintf("%s approved %d seconds after it was asked for.", l.Names.Person(d.UserID), int(took.Seconds())), Events: l.of(d)})
			}
		}
		return out
	}},
	{"A-10", High, "Approved against advice", "Advice stood against it, and somebody with the right went on.", func(l *Life) (out []Finding) {
		for _, s := range l.Slots {
			if s.OverriddenAt != nil {
				out = append(out, Finding{Found: fmt.Sprintf("%s went against %s: %s", l.Names.Person(s.OverriddenBy), s.Label, s.OverrideReason), Events: l.said("advice_overridden")})
			}
		}
		return out
	}},
	{"S-01", Critical, "Approved by who asked for it", "A vote that counts is that of the requester, of who opened it, or of somebody who edited the plan, or was cast by them.", func(l *Life) []Finding {
		return l.votesOf(append([]domain.UserID{l.Ticket.RequesterID, l.Ticket.OpenedBy}, l.Facet.Editors...), "asked for it, or edited its plan")
	}},
	{"S-02", Critical, "Approved by who did it", "A vote that counts is that of an implementer, of who started it, worked on its tasks, or deployed it, or was cast by them.", func(l *Life) []Finding {
		return l.votesOf(l.workers(), "did it")
	}},
	{"S-05", Medium, "Reviewed by who did it", "The reviewer implemented it, started it, worked on its tasks, or deployed it.", func(l *Life) []Finding {
		return one(l.Review != nil && l.Review.ReviewerID != 0 && slices.Contains(l.workers(), l.Review.ReviewerID), nil, "%s reviewed it and did it.", l.reviewer())
	}},
	{"S-06", High, "Three of four by one person", "One person requested, implemented and closed it, or approved it as one of these.", func(l *Life) (out []Finding) {
		parts := map[domain.UserID]map[string]bool{}
		mark := func(part string, people ...domain.UserID) {
			for _, u := range people {
				if u != 0 {
					if parts[u] == nil {
						parts[u] = map[string]bool{}
					}
					parts[u][part] = true
				}
			}
		}
		mark("requested", l.Ticket.RequesterID)
		for _, d := range l.counted(true) {
			mark("approved", d.UserID)
		}
		if l.started() {
			mark("implemented", l.workers()...)
		}
		closed := l.said("closed", "judged")
		for _, e := range closed {
			mark("closed", e.ActorID)
		}
		for _, u := range slices.Sorted(maps.Keys(parts)) {
			if len(parts[u]) >= 3 {
				out = append(out, Finding{Found: l.Names.Person(u) + " did three of: request, approve, implement, close.", Events: closed})
			}
		}
		return out
	}},
	{"S-08", Medium, "Tried to decide on their own work", "A vote was refused because whoever cast it has a hand in the change.", func(l *Life) (out []Finding) {
		for _, a := range l.Attempts {
			out = append(out, Finding{Found: fmt.Sprintf("%s would have said %s at %s: %s.", l.Names.Person(a.UserID), a.Decision, clock(&a.At), handsOf(a.Reasons)), Else: []string{a.Ref + " change_attempt.refused"}})
		}
		return out
	}},
	{"T-03", High, "Evidence is gone or altered", "A file that a task shows is not there any more, or the desk has it under another hash than the one in the log.", func(l *Life) (out []Finding) {
		for _, t := range l.Tasks {
			for _, f := range t.Files() {
				if l.Files[f.Key] != f.SHA256 {
					out = append(out, Finding{Found: fmt.Sprintf("%s of %s was shown as %.12s….", f.Name, t.Number, f.SHA256), Else: []string{t.Number + " change_task.shown"}})
				}
			}
		}
		return out
	}},
	{"P-02", Medium, "High risk, way back not tried", "The risk is high, work began, and the plan does not say that the way back was tried out.", func(l *Life) []Finding {
		return one(l.started() && l.Facet.Risk == changes.High && l.Facet.BackoutTested != "yes", l.said("started"), "The plan says %q.", l.Facet.BackoutTested)
	}},
	{"W-01", High, "Outside the approved window", "Work began or ended outside the planned window, and outside what its model lets it be off by.", func(l *Life) (out []Finding) {
		f := l.Facet
		if !l.started() || f.PlannedStart == nil || f.PlannedEnd == nil {
			return nil
		}
		if f.ActualStart.Before(f.PlannedStart.Add(-l.Grace)) || f.ActualStart.After(f.PlannedEnd.Add(l.Grace)) {
			out = append(out, Finding{Found: fmt.Sprintf("It began at %s; planned was %s to %s.", clock(f.ActualStart), clock(f.PlannedStart), clock(f.PlannedEnd)), Events: l.said("started", "glass_broken")})
		}
		return append(out, one(f.ActualEnd != nil && f.ActualEnd.After(f.PlannedEnd.Add(l.Grace)), l.said("completed"), "It ended at %s; planned was %s.", clock(f.ActualEnd), clock(f.PlannedEnd))...)
	}},
	{"W-02", High, "In a freeze that nobody overrode", "Work began while a freeze covered it, and nobody had overridden that.", func(l *Life) []Finding {
		return l.met(func(c Conflict) bool { return c.Kind == calendar.InFreeze })
	}},
	{"W-03", Medium, "No end", "The planned window is over by more than a day, and it is not said when the work ended.", func(l *Life) []Finding {
		return one(l.Ticket.State == changes.StateImplementing && l.Facet.PlannedEnd != nil && l.AsOf.After(l.Facet.PlannedEnd.Add(24*time.Hour)), l.said("started", "glass_broken"), "Planned was %s.", clock(l.Facet.PlannedEnd))
	}},
	{"W-04", High, "In another's way", "Work began while a hard conflict with another change was open.", func(l *Life) []Finding {
		return l.met(func(c Conflict) bool { return c.Kind != calendar.InFreeze && c.Severity == calendar.Hard })
	}},
	{"W-06", Medium, "In a freeze, by name", "A freeze was overridden for it.", func(l *Life) []Finding {
		return one(slices.Contains(l.Facet.Exceptions, changes.DoneInFreeze), l.said("freeze_overridden"), "The sheet Conflicts says by whom and why.")
	}},
	{"E-01", High, "Emergency without a cause", "An emergency that names neither the incident nor a reason from the list.", func(l *Life) []Finding {
		return one(l.started() && l.Facet.Model == changes.Emergency && l.Facet.Incident == "" && l.Facet.ReasonCode == "", l.said("expedited", "glass_broken"), "Nothing says for what it was.")
	}},
	{"E-02", High, "Decision in retrospect late, missing or against it", "The glass was broken, and nobody decided in time, or the decision was against it.", func(l *Life) (out []Finding) {
		f := l.Facet
		out = append(out, one(f.RetroState == changes.RetroPending && f.RetroDueAt != nil && l.AsOf.After(*f.RetroDueAt), l.said("glass_broken", "retro_late"), "It was due at %s and is still open.", clock(f.RetroDueAt))...)
		out = append(out, one(f.RetroState != changes.RetroPending && slices.Contains(f.Exceptions, changes.RetroLate), l.said("glass_broken", "retro_late"), "It was due at %s and came late.", clock(f.RetroDueAt))...)
		return append(out, one(f.RetroState == approval.Rejected, l.said("glass_broken", "rejected_by"), "It was rejected.")...)
	}},
	{"E-05", Medium, "The glass was broken", "Work began before anybody had approved it.", func(l *Life) []Finding {
		return one(slices.Contains(l.Facet.Exceptions, changes.BrokeGlass), l.said("glass_broken"), "%s broke it at %s for %s.", l.Names.Person(l.Facet.StartedBy), clock(l.Facet.ActualStart), l.Facet.Incident)
	}},
	{"R-10", High, "Risk set lower than computed", "Somebody with the right set the risk lower than what was computed.", func(l *Life) []Finding {
		return one(slices.Contains(l.Facet.Exceptions, changes.LoweredRisk), l.said("risk_lowered"), "It is %s; computed is %s. %s", l.Facet.Risk, l.Facet.RiskComputed, l.Facet.RiskReason)
	}},
	{"V-01", Medium, "Review late or missing", "A review is due, and was not done in time.", func(l *Life) []Finding {
		if !l.late() {
			return nil
		}
		return []Finding{{Found: fmt.Sprintf("It was due at %s; %s", clock(&l.Review.DueAt), map[bool]string{true: "it is still open.", false: "it was done at " + clock(l.Review.DoneAt) + "."}[l.Review.DoneAt == nil]), Else: []string{l.Ticket.Number + " change_review"}}}
	}},
	{"V-02", Medium, "Closed with something open", "It is closed, and a task is not over or a condition is not met.", func(l *Life) (out []Finding) {
		if l.Ticket.State != changes.StateClosed {
			return nil
		}
		for _, t := range l.Tasks {
			out = append(out, one(!t.Ended() && (t.Kind != work.Backout || l.Facet.BackoutAt != nil), l.said("closed"), "%s %s is %s.", t.Number, t.Title, t.State)...)
		}
		for _, c := range l.Conditions {
			out = append(out, one(c.MetAt == nil && l.slot(c.SlotID).Revision == l.Facet.Revision, l.said("closed"), "Not met: %s", c.Text)...)
		}
		return out
	}},
	{"V-03", High, "Called a success", "The outcome is a success, and a deployment failed for good, or it is confirmed as the cause of an incident of priority 1 or 2.", func(l *Life) (out []Finding) {
		if l.Facet.Outcome != "successful" {
			return nil
		}
		for _, d := range l.Deployments {
			mended := slices.ContainsFunc(l.Deployments, func(x pipeline.Deployment) bool {
				return x.State == pipeline.Succeeded && x.Artifact == d.Artifact && x.Environment == d.Environment && x.ID > d.ID
			})
			out = append(out, one(d.State == pipeline.Failed && !mended || d.State == pipeline.RolledBack, l.said("completed"), "A deployment of %.19s… to %s %s.", d.Artifact, d.Environment, strings.ReplaceAll(d.State, "_", " "))...)
		}
		for _, c := range l.Causes {
			out = append(out, one(c.Kind == "caused_by" && c.Confidence == "confirmed" && c.Priority <= 2, l.said("completed"), "%s, priority %d, was caused by it.", c.Incident, c.Priority)...)
		}
		return out
	}},
	{"C-01", Critical, "Done and nobody had asked", "Something was deployed, or found altered, that no change had asked for.", func(l *Life) []Finding {
		why := ""
		for _, d := range l.Deployments {
			why += fmt.Sprintf(" %.19s… went into %s (%s).", d.Artifact, d.Environment, d.Why)
		}
		return one(l.Facet.Model == changes.Unauthorised && l.Facet.Outcome != "false_positive", l.said("detected"), "It was found at %s.%s", clock(&l.Ticket.OpenedAt), why)
	}},
	{"C-02", Medium, "Nothing was deployed", "A run of a pipeline belongs to it, it is called a success, and nothing that the run built went in with a pass.", func(l *Life) []Finding {
		in := slices.ContainsFunc(l.Deployments, func(d pipeline.Deployment) bool { return d.Authorised && d.State == pipeline.Succeeded })
		return one(len(l.Runs) > 0 && !in && strings.HasPrefix(string(l.Facet.Outcome), "successful"), l.said("completed", "registered"), "%d runs, no deployment.", len(l.Runs))
	}},
	{"D-01", High, "Backdated", "Somebody corrected when a task began or ended, by more than a quarter of an hour.", func(l *Life) (out []Finding) {
		for _, t := range l.Tasks {
			moved := off(t.StampedStart, t.StartedAt) || off(t.StampedEnd, t.EndedAt)
			if t.TimesAt != nil && moved {
				out = append(out, Finding{Found: fmt.Sprintf("%s: %s to %s; stamped was %s to %s. %s: %s", t.Number, clock(t.StartedAt), clock(t.EndedAt), clock(t.StampedStart), clock(t.StampedEnd), l.Names.Person(t.TimesBy), t.TimesReason),
					Else: []string{t.Number + " change_task.corrected"}})
			}
		}
		return out
	}},
	{"D-02", High, "Edited after it was over", "The plan or a text of a closed change was edited.", func(l *Life) []Finding {
		over, edits := false, []Event{}
		for _, e := range l.Events {
			_, what, _ := strings.Cut(e.Type, ".")
			switch {
			case over && slices.Contains([]string{"amended", "replanned", "risk_lowered", "assigned"}, what):
				edits = append(edits, e)
			case e.StateTo == changes.StateClosed || e.StateTo == changes.StateCancelled:
				over = true
			}
		}
		return one(len(edits) > 0, edits, "%d edits.", len(edits))
	}},
	{"D-03", Medium, "The clock went back", "An event happened, by the server's clock, before the one that it follows; or the work ended before it began.", func(l *Life) (out []Finding) {
		f := l.Facet
		for i := 1; i < len(l.Events); i++ {
			if a, b := l.Events[i-1], l.Events[i]; b.OccurredAt.Before(a.OccurredAt) {
				out = append(out, Finding{Found: fmt.Sprintf("%s is said to be at %s, after %s at %s.", b.Type, clock(&b.OccurredAt), a.Type, clock(&a.OccurredAt)), Events: []Event{a, b}})
			}
		}
		return append(out, one(f.ActualStart != nil && f.ActualEnd != nil && f.ActualEnd.Before(*f.ActualStart), l.said("completed"), "It ended at %s and began at %s.", clock(f.ActualEnd), clock(f.ActualStart))...)
	}},
}

func clock(t *time.Time) string {
	if t == nil {
		return "no time"
	}
	return t.UTC().Format("2006-01-02 15:04:05")
}

func off(stamped, said *time.Time) bool {
	return stamped != nil && said != nil && said.Sub(*stamped).Abs() > 15*time.Minute
}

func (l *Life) reviewer() string {
	if l.Review == nil {
		return ""
	}
	return l.Names.Person(l.Review.ReviewerID)
}

// begunUnbroken tells whether work began the usual way, on which everybody had to be asked before.
func (l *Life) begunUnbroken() bool {
	return l.started() && !slices.Contains(l.Facet.Exceptions, changes.BrokeGlass)
}

// counted are the votes for the present plan in binding slots; with retro, those in retrospect too.
func (l *Life) counted(retro bool) (out []approval.Decision) {
	for _, d := range l.Decisions {
		s := l.slot(d.SlotID)
		if d.Decision == approval.Approve && s.Revision == l.Facet.Revision && s.State != approval.Stale && !s.Advisory && (retro || !s.Retro) {
			out = append(out, d)
		}
	}
	return out
}

// of is the event of a decision.
func (l *Life) of(d approval.Decision) []Event {
	return slices.DeleteFunc(slices.Clone(l.Events), func(e Event) bool { return e.ID != d.EventID })
}

func (l *Life) votesOf(people []domain.UserID, did string) (out []Finding) {
	for _, d := range l.counted(true) {
		for _, u := range []domain.UserID{d.UserID, d.CastBy} {
			if u != 0 && slices.Contains(people, u) {
				out = append(out, Finding{Found: fmt.Sprintf("%s approved it and %s.", l.Names.Person(u), did), Events: l.of(d)})
				break
			}
		}
	}
	return out
}

// met lists the conflicts that were open when work began: seen by then, settled by nobody, and not gone before.
func (l *Life) met(is func(Conflict) bool) (out []Finding) {
	if !l.begunUnbroken() {
		return nil
	}
	for _, c := range l.Conflicts {
		begun := *l.Facet.ActualStart
		gone := c.AcceptedBy != 0 || c.ResolvedBy != 0 || c.State != calendar.Open && (c.SettledAt == nil || !c.SettledAt.After(begun))
		if is(c) && !c.FoundAt.After(begun) && !gone {
			out = append(out, Finding{Found: fmt.Sprintf("%s: %s.", strings.ReplaceAll(string(c.Kind), "_", " "), c.With(l.Ticket.Number)), Events: l.said("started"), Else: []string{c.Ref + " conflict"}})
		}
	}
	return out
}
