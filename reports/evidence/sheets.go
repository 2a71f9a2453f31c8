package evidence

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/cabinetdesk/cabinet/changes"
	"github.com/cabinetdesk/cabinet/changes/review"
	"github.com/cabinetdesk/cabinet/domain/approval"
)

// Column is a column of a sheet. A value is a string, an int64, a time.Time, or nil for none.
type Column struct {
	Name, Meaning string
	Width         float64
}

// Sheet is a sheet beside that of the changes: a row for each of something that a change has.
type Sheet struct {
	Name    string
	Holds   string // in a sentence, for the cover
	Columns []Column
	Rows    func(l *Life) [][]any
}

var number = Column{"Change", "Number of the change", 13}

// Sheets are those of the life of changes, in their order. That of the exceptions is the last.
var Sheets = []Sheet{
	{"Approvals", "Each decision, and each slot that nobody has decided in", []Column{number, {"Revision", "Of the plan", 9}, {"Plan digest", "Of the plan that was put to the vote", 66}, {"Stage", "In which turn", 7},
		{"Slot", "Who was asked", 28}, {"Binding", "no for advice", 8}, {"In retrospect", "yes when it decides on what was done already", 12}, {"Asked", "How many people could decide", 7}, {"Asked at", "When they were asked", 19},
		{"State", "Of the slot", 10}, {"Decided by", "Whose vote it is", 22}, {"Cast by", "Who cast it, when that was somebody else", 22}, {"Delegation", "Under which they did", 28}, {"Decision", "approve, reject or recuse", 10},
		{"Decided at", "When", 19}, {"On the digest", "Of the plan that the vote names", 66}, {"Signed as", "What the signature means; empty for a vote that is not signed", 28}, {"Signed at", "When the password was given again", 19}, {"Comment", "What was said", 40},
		{"Rule of the policy", "Which rule let them", 30}, {"Policy version", "Of the rights at that time", 9}, {"Minutes before start", "From the vote to the actual start; below zero: after it", 11}}, approvalRows},
	{"Conditions", "What was to be done first, as those who approved said", []Column{number, {"Condition", "What is to be done", 50}, {"Before", "Before which step", 9}, {"Set by", "Who asked for it", 22}, {"Set at", "When", 19},
		{"Met by", "Who ticked it off", 22}, {"Met at", "When", 19}, {"Evidence", "What shows it", 40}}, conditionRows},
	{"Tasks", "The work: who did what, and when", []Column{number, {"Task", "Its number", 12}, {"Kind", "plan, build, test, deploy, verify or backout", 10}, {"Title", "What is done", 40}, {"State", "Where it stands", 12},
		{"Assignee", "Whose it is", 22}, {"Started at", "When it began; a correction counts", 19}, {"Started by", "Who began it", 22}, {"Ended at", "When it ended; a correction counts", 19}, {"Ended by", "Who ended it", 22},
		{"Stamped start", "What the server had stamped before a correction", 19}, {"Stamped end", "As the start", 19}, {"Corrected by", "Who corrected the times last", 22}, {"Corrected because", "Why", 30},
		{"Checklist", "How many lines are ticked off, of how many", 10}, {"Files", "How many show it", 7}, {"Result", "What came of it", 40}}, taskRows},
	{"Evidence", "Files of tasks, and documents that runs and deployments have shown, each by the hash of its bytes", []Column{number, {"Of", "The task, run or deployment", 24}, {"Kind", "Of a document of a run: which", 14}, {"Name", "Of the file or document", 30},
		{"SHA-256", "Of its bytes", 66}, {"Kept as said", "Of a file of a task: yes when the desk still has a file with that hash", 11}, {"Shown by", "Who showed it", 22}, {"Shown at", "When", 19}, {"Author", "Of a review of code: whose work it was", 18},
		{"Reviewer", "Of a review of code: who looked at it", 18}, {"Link", "Where it is", 40}, {"Note", "What was said of it", 30}}, evidenceRows},
	{"Deployments", "What went into which environment", []Column{number, {"Deployment", "Its reference", 28}, {"Pipeline", "Which", 20}, {"Run", "Which", 20}, {"Environment", "Into which", 13}, {"Artifact", "Digest of what went in", 72}, {"Commits", "From which sources", 40},
		{"State", "How it ended", 12}, {"Pass", "yes when it spent a pass of the gate", 7}, {"For plan", "Digest of the plan that the pass was for", 66}, {"Why not", "Of one without a pass: what there was against it", 22}, {"Claimed", "Of one without a pass: for which change it said that it was", 13},
		{"Started at", "The server's clock", 19}, {"Ended at", "The server's clock", 19}, {"Told start", "What the pipeline said", 19}, {"Told end", "What the pipeline said", 19}, {"By", "The account", 22}, {"Link", "To the run", 40}}, deploymentRows},
	{"Meetings", "Where it was talked about, and about which plan", []Column{number, {"Board", "Which", 18}, {"Meeting", "Its title", 24}, {"Planned for", "When it was to begin", 19}, {"Began", "When it did", 19}, {"Point", "What became of the point", 12},
		{"Revision", "Of the plan that was talked about", 9}, {"Digest", "Of that plan", 66}, {"Plan at start", "yes when this is the plan that was carried out", 10}, {"Result", "What came of it", 40}, {"Led by", "Who led", 22}, {"Minutes signed by", "Who signed them", 22},
		{"Signed at", "When", 19}, {"Minutes", "SHA-256 of the minutes that were signed", 66}}, meetingRows},
	{"Conflicts", "What stood against its time", []Column{number, {"With", "The other change, the window or the freeze", 20}, {"Sort", "Why they conflict", 15}, {"Severity", "hard is in the way", 9}, {"State", "open, accepted or resolved", 10}, {"Item", "About which", 13}, {"Found at", "When it was seen", 19},
		{"Settled by", "Who accepted it, overrode the freeze, or said that it is none", 22}, {"Settled at", "When", 19}, {"Because", "Why", 40}, {"Until", "Of one that is accepted", 19}}, conflictRows},
	{"Reviews", "The review after the change", []Column{number, {"State", "open or done", 8}, {"Why due", "For which reasons", 50}, {"Due at", "Until when", 19}, {"Done at", "When", 19}, {"Late", "yes when it was done after it was due, or is still open then", 7}, {"Reviewer", "By whom", 22},
		{"Objectives", "met, partly or missed", 11}, {"CMDB", "updated, nothing or waived", 10}, {"Lessons", "What was learnt", 50}, {"Follow-ups", "Problems and changes that follow", 24}}, reviewRows},
	{"Causes", "Incidents that it caused, fixed, or was asked for by", []Column{number, {"Incident", "Its number", 13}, {"Title", "What was wrong", 40}, {"Priority", "1 critical to 4 low", 9}, {"Tie", "caused_by, fixed_by or requested_by, read from the incident", 13}, {"Confidence", "suspected, confirmed or refuted", 11},
		{"Set by", "Who said so last", 22}, {"Set at", "When", 19}, {"Evidence", "What shows it", 40}, {"Opened", "When the incident was", 19}, {"Resolved", "When it was over", 19}}, causeRows},
	{"Attempts", "Votes that were refused because whoever cast them has a hand in the change", []Column{number, {"By", "Who tried", 22}, {"Decision", "Which", 10}, {"At", "When it was refused", 19}, {"Because", "In which capacity", 24}, {"Revision", "Of the plan", 9}, {"Plan digest", "Of that plan", 66}}, attemptRows},
	{"Exceptions", "What departs from the rules; the sheet Rules says what each rule looks for", []Column{number, {"Title", "Of the change", 36}, {"Rule", "Which", 7}, {"Severity", "critical, high, medium or low", 9}, {"Exception", "What the rule is about", 36}, {"Found", "What is the case", 60},
		{"The rule", "In words", 60}, {"Events of the log", "From which it follows", 70}}, exceptionRows},
}

// RuleColumns are those of the sheet that says what was looked for, and how often it was found.
var RuleColumns = []Column{{"Rule", "Its name", 7}, {"Severity", "critical, high, medium or low", 9}, {"Exception", "What it is about", 40}, {"Looks for", "In words", 100}, {"Found", "How often", 8}}

func when(t *time.Time) any {
	if t == nil || t.IsZero() {
		return nil
	}
	return t.UTC()
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

func approvalRows(l *Life) (out [][]any) {
	for _, s := range l.Slots {
		slot := []any{l.Ticket.Number, s.Revision, s.Digest, int64(s.Stage), s.Label, yes(!s.Advisory), yes(s.Retro), int64(l.Asked[s.ID]), when(&s.OpenedAt), string(s.State)}
		decided := false
		for _, d := range l.Decisions {
			if d.SlotID != s.ID {
				continue
			}
			decided = true
			var lead any
			if l.Facet.ActualStart != nil && s.Revision == l.Facet.Revision {
				lead = int64(l.Facet.ActualStart.Sub(d.At).Minutes())
			}
			cast := ""
			if d.CastBy != d.UserID {
				cast = l.Names.Person(d.CastBy)
			}
			out = append(out, append(slices.Clone(slot), l.Names.Person(d.UserID), cast, d.DelegationRef, string(d.Decision), when(&d.At), d.Digest, d.Meaning, when(d.SignedAt), d.Comment, d.Rule, d.PolicyVersion, lead))
		}
		if !decided {
			out = append(out, append(slot, "", "", "", "", nil, "", "", nil, "", "", nil, nil))
		}
	}
	return out
}

func conditionRows(l *Life) (out [][]any) {
	for _, c := range l.Conditions {
		out = append(out, []any{l.Ticket.Number, c.Text, c.Before, l.Names.Person(c.SetBy), when(&c.SetAt), l.Names.Person(c.MetBy), when(c.MetAt), c.Evidence})
	}
	return out
}

func taskRows(l *Life) (out [][]any) {
	for _, t := range l.Tasks {
		ticked, checks := 0, t.Checks()
		for _, c := range checks {
			if c.At != nil {
				ticked++
			}
		}
		list := ""
		if len(checks) > 0 {
			list = strconv.Itoa(ticked) + " of " + strconv.Itoa(len(checks))
		}
		out = append(out, []any{l.Ticket.Number, t.Number, t.Kind, t.Title, t.State, l.Names.Person(t.AssigneeID), when(t.StartedAt), l.Names.Person(t.StartedBy), when(t.EndedAt), l.Names.Person(t.EndedBy),
			when(t.StampedStart), when(t.StampedEnd), l.Names.Person(t.TimesBy), t.TimesReason, list, int64(len(t.Files())), t.Result})
	}
	return out
}

func evidenceRows(l *Life) (out [][]any) {
	for _, t := range l.Tasks {
		for _, f := range t.Files() {
			out = append(out, []any{l.Ticket.Number, t.Number, "file", f.Name, f.SHA256, yes(l.Files[f.Key] == f.SHA256), l.Names.Person(f.By), when(&f.At), "", "", "", f.Note})
		}
	}
	for _, r := range l.Runs {
		for _, e := range r.EvidenceList() {
			out = append(out, []any{l.Ticket.Number, r.Name, e.Kind, e.Name, e.SHA256, "", l.Names.Pipelines[r.PipelineID], when(e.At), e.Author, e.Reviewer, e.URL, ""})
		}
	}
	for _, d := range l.Deployments {
		for _, e := range d.EvidenceList() {
			out = append(out, []any{l.Ticket.Number, d.Ref, e.Kind, e.Name, e.SHA256, "", l.Names.Person(d.ActorID), when(e.At), e.Author, e.Reviewer, e.URL, ""})
		}
	}
	return out
}

func deploymentRows(l *Life) (out [][]any) {
	for _, d := range l.Deployments {
		run, commits := "", ""
		for _, r := range l.Runs {
			if r.ID == int64(d.RunID) {
				run = r.Name
				for _, c := range r.CommitList() {
					commits = strings.TrimSpace(commits + " " + c.SHA)
				}
			}
		}
		out = append(out, []any{l.Ticket.Number, d.Ref, l.Names.Pipelines[int64(d.PipelineID)], run, d.Environment, d.Artifact, commits, d.State, yes(d.Nonce != nil), d.Digest, d.Why, d.Claimed,
			when(&d.StartedAt), when(d.FinishedAt), when(d.ToldStart), when(d.ToldFinish), l.Names.Person(d.ActorID), d.URL})
	}
	return out
}

func meetingRows(l *Life) (out [][]any) {
	for _, p := range l.Points {
		same := ""
		if p.Digest != "" && l.Facet.ActualStart != nil {
			same = yes(p.Digest == l.Facet.Digest)
		}
		var revision any
		if p.Revision > 0 {
			revision = p.Revision
		}
		out = append(out, []any{l.Ticket.Number, p.Board, p.Meeting, when(&p.StartsAt), when(p.StartedAt), p.State, revision, p.Digest, same, p.Result, l.Names.Person(p.LeadID), l.Names.Person(p.SignedBy), when(p.SignedAt), p.SignedText})
	}
	return out
}

func conflictRows(l *Life) (out [][]any) {
	for _, c := range l.Conflicts {
		by := c.AcceptedBy
		if c.ResolvedBy != 0 {
			by = c.ResolvedBy
		}
		out = append(out, []any{l.Ticket.Number, c.With(l.Ticket.Number), string(c.Kind), string(c.Severity), string(c.State), c.Item, when(&c.FoundAt), l.Names.Person(by), when(c.SettledAt), c.Reason, when(c.Until)})
	}
	return out
}

// Why says in words for which reasons a review is due.
func Why(r *review.Review) string {
	if r == nil {
		return ""
	}
	var out []string
	for _, x := range review.Reasons {
		if slices.Contains(r.Reasons, x.Code) {
			out = append(out, x.Text)
		}
	}
	return strings.Join(out, "; ")
}

// late tells whether a review was or is late.
func (l Life) late() bool {
	r := l.Review
	return r != nil && (r.State == review.Open && l.AsOf.After(r.DueAt) || r.DoneAt != nil && r.DoneAt.After(r.DueAt))
}

func reviewRows(l *Life) [][]any {
	r := l.Review
	if r == nil {
		return nil
	}
	return [][]any{{l.Ticket.Number, r.State, Why(r), when(&r.DueAt), when(r.DoneAt), yes(l.late()), l.Names.Person(r.ReviewerID), r.Objectives, r.CMDB, r.Lessons, strings.Join(r.FollowUps, ", ")}}
}

func causeRows(l *Life) (out [][]any) {
	for _, c := range l.Causes {
		out = append(out, []any{l.Ticket.Number, c.Incident, c.Title, int64(c.Priority), c.Kind, c.Confidence, l.Names.Person(c.SetBy), when(&c.SetAt), c.Evidence, when(&c.OpenedAt), when(c.ResolvedAt)})
	}
	return out
}

var hands = map[string]string{approval.ReasonSelf: "requested it", approval.ReasonImplements: "implements it", approval.ReasonEditor: "edited its plan", approval.ReasonDelegate: "stands in for somebody who has a hand in it"}

func attemptRows(l *Life) (out [][]any) {
	for _, a := range l.Attempts {
		out = append(out, []any{l.Ticket.Number, l.Names.Person(a.UserID), string(a.Decision), when(&a.At), handsOf(a.Reasons), a.Revision, a.Digest})
	}
	return out
}

func handsOf(codes changes.Texts) string {
	var why []string
	for _, code := range codes {
		why = append(why, hands[code])
	}
	return strings.Join(why, ", ")
}

func exceptionRows(l *Life) (out [][]any) {
	for _, e := range l.Exceptions() {
		var events []string
		for _, x := range e.Events {
			events = append(events, x.String())
		}
		out = append(out, []any{l.Ticket.Number, l.Ticket.Title, e.Rule.ID, string(e.Rule.Severity), e.Rule.Title, e.Found, e.Rule.Words, strings.Join(append(events, e.Else...), "\n")})
	}
	return out
}

// Summary is what the sheet of the changes says of the rest, one value a column of [SummaryColumns].
func (l *Life) Summary() []any {
	f := l.Facet
	hard, accepted, deployed := 0, 0, 0
	for _, c := range l.Conflicts {
		if c.Severity == "hard" {
			hard++
		}
		if c.State == "accepted" {
			accepted++
		}
	}
	var artifacts []string
	for _, d := range l.Deployments {
		if d.Authorised {
			deployed++
		}
		if !slices.Contains(artifacts, d.Artifact) {
			artifacts = append(artifacts, d.Artifact)
		}
	}
	open := 0
	for _, t := range l.Tasks {
		if !t.Ended() {
			open++
		}
	}
	var causes, meetings, ids []string
	for _, c := range l.Causes {
		if c.Kind == "caused_by" && c.Confidence == "confirmed" {
			causes = append(causes, c.Incident)
		}
	}
	for _, p := range l.Points {
		meetings = append(meetings, p.Board+" "+p.StartsAt.UTC().Format("2006-01-02"))
	}
	worst := ""
	for _, e := range l.Exceptions() {
		if !slices.Contains(ids, e.Rule.ID) {
			ids = append(ids, e.Rule.ID)
		}
		if worst == "" || rank(e.Rule.Severity) < rank(Severity(worst)) {
			worst = string(e.Rule.Severity)
		}
	}
	state, done, reviewer := "", any(nil), ""
	if r := l.Review; r != nil {
		state, done, reviewer = r.State, when(r.DoneAt), l.Names.Person(r.ReviewerID)
	}
	first, last := any(nil), any(nil)
	for _, e := range l.Events {
		if e.Leaf != nil {
			if first == nil {
				first = *e.Leaf
			}
			last = *e.Leaf
		}
	}
	edition := any(nil)
	if f.TemplateEdition > 0 {
		edition = f.TemplateEdition
	}
	return []any{f.Environment, strings.Join(f.CIs, ", "), f.Template, edition, f.Category, f.ReasonCode, string(f.RiskComputed), l.Names.Person(f.PeerID), f.BackoutTested, f.SecurityImpact, f.Incident, l.Names.Person(f.StartedBy),
		when(f.RetroDueAt), string(f.RetroState), when(f.BackoutAt), f.BackoutReason, int64(len(l.Tasks)), int64(open), int64(hard), int64(accepted), int64(deployed), strings.Join(artifacts, " "), strings.Join(meetings, ", "),
		strings.Join(causes, ", "), state, Why(l.Review), done, reviewer, strings.Join(ids, " "), worst, first, last}
}

// SummaryColumns are what the sheet of the changes says of the rest.
var SummaryColumns = []Column{{"Environment", "In which", 13}, {"Items", "Configuration items that it touches", 30}, {"Template", "From which a standard change comes", 18}, {"Edition", "Of the template", 8}, {"Sort of change", "Its category", 14}, {"Reason code", "Why, from a list", 14},
	{"Risk computed", "Before anybody raised or lowered it", 10}, {"Peer reviewer", "Who looked at the plan", 22}, {"Backout tested", "yes or no", 8}, {"Security impact", "What it means for security", 30}, {"Glass broken for", "The incident", 13}, {"Started by", "Who began it", 22},
	{"Retrospective due", "Until when a broken glass was to be decided on", 19}, {"Retrospective", "What was decided", 12}, {"Backed out since", "When undoing began", 19}, {"Backed out because", "Why", 30}, {"Tasks", "How many", 7}, {"Open tasks", "How many are not over", 7},
	{"Hard conflicts", "How many there were", 9}, {"Accepted conflicts", "How many somebody accepted", 9}, {"Deployments", "With a pass of the gate", 9}, {"Artifacts", "Digests of what went in", 40}, {"Meetings", "Where it was talked about", 30}, {"Caused", "Incidents, confirmed", 20},
	{"Review", "open or done; empty for none", 8}, {"Review because", "Why it was due", 40}, {"Reviewed at", "When", 19}, {"Reviewer", "By whom", 22}, {"Exceptions", "Rules that it departs from; see the sheet", 24}, {"Worst exception", "critical, high, medium or low", 10},
	{"First leaf", "Of its events in the sealed log", 9}, {"Last leaf", "Of its events in the sealed log", 9}}
