package policies

import "strings"

// Reach says to what a right extends beside the scope in which it is held.
type Reach int

// The reaches.
const (
	// Record: the right holds for objects inside the scope.
	Record Reach = iota
	// Desk: whoever holds the right in some team, site or board holds it for the whole desk. Who works
	// here, and opening a record for somebody, do not depend on where one works oneself.
	Desk
	// Self: the act concerns only the person who acts, so "own" always applies.
	Self
)

// Action is one thing that can be permitted, named "class.action".
type Action struct {
	Name string
	// Label is short, for a table and a button; Sentence completes "… may" and "That would …".
	Label    string
	Sentence string
	// Changes tells whether the act alters a record of the desk. Auditors may take none of these.
	Changes bool
	Reach   Reach
	// Classes lists the object classes with which the action is asked; usually the part before the dot.
	Classes []string
}

// Class is the part of the name before the dot.
func (a Action) Class() string { c, _, _ := strings.Cut(a.Name, "."); return c }

// Group is the actions of one class, as a person reads them.
type Group struct {
	Class   string
	Label   string
	Actions []Action
}

// do is an action that alters something, see one that does not.
func do(name, label, sentence string) Action {
	return Action{Name: name, Label: label, Sentence: sentence, Changes: true}
}
func see(name, label, sentence string) Action {
	return Action{Name: name, Label: label, Sentence: sentence}
}

func (a Action) reaching(r Reach) Action     { a.Reach = r; return a }
func (a Action) on(classes ...string) Action { a.Classes = classes; return a }

// record gives the actions that all four records share, then the record's own.
func record(class, many string, own ...Action) []Action {
	return append([]Action{
		do(class+".create", "Open", "open "+many).reaching(Desk),
		see(class+".read", "Read", "read "+many),
		see(class+".read_internal", "Read internal notes", "read the internal notes of "+many),
		do(class+".amend", "Amend", "amend the fields of "+many),
		do(class+".comment", "Reply", "reply on "+many),
		do(class+".note", "Write a note", "write internal notes on "+many),
		do(class+".assign", "Assign", "assign "+many),
		do(class+".watch", "Watch", "watch "+many),
		do(class+".link", "Link", "link "+many+" to other records"),
		do(class+".attach", "Attach a file", "attach files to "+many),
		see(class+".export", "Export", "export "+many),
	}, own...)
}

// Actions lists everything that can be permitted, grouped by class. There is no audit.write: nobody can be
// permitted to write the log.
func Actions() []Group { return groups }

var groups = complete([]Group{
	{Class: "incident", Label: "Incidents", Actions: record("incident", "incidents",
		do("incident.assign_move", "Take into a queue", "move incidents into a queue by assigning them"),
		do("incident.start", "Start work", "start work on incidents"),
		do("incident.pend", "Put on hold", "put incidents on hold"),
		do("incident.resume", "Resume", "resume incidents that wait"),
		do("incident.resolve", "Resolve", "resolve incidents"),
		do("incident.close", "Close", "close incidents"),
		do("incident.reopen", "Reopen", "reopen incidents"),
		do("incident.cancel", "Cancel", "cancel incidents"),
		do("incident.override_priority", "Override the priority", "override the priority of incidents"),
		do("incident.declare_major", "Declare major", "declare incidents major"),
	)},
	{Class: "request", Label: "Service requests", Actions: record("request", "service requests",
		do("request.start", "Start work", "start work on service requests"),
		do("request.fulfil", "Fulfil", "fulfil service requests"),
		do("request.close", "Close", "close service requests"),
		do("request.cancel", "Cancel", "cancel service requests"),
		do("request.reopen", "Reopen", "reopen service requests"),
	)},
	{Class: "task", Label: "Tasks", Actions: []Action{
		do("task.create", "Add a task", "add tasks to service requests"),
		do("task.amend", "Amend", "amend tasks"),
		do("task.move", "Move on", "move tasks on"),
	}},
	{Class: "problem", Label: "Problems", Actions: record("problem", "problems",
		do("problem.investigate", "Investigate", "take problems into investigation"),
		do("problem.declare_known_error", "Declare a known error", "declare known errors"),
		do("problem.resolve", "Resolve", "resolve problems"),
		do("problem.close", "Close", "close problems"),
		do("problem.cancel", "Cancel", "cancel problems"),
		do("problem.reopen", "Reopen", "reopen problems"),
	)},
	{Class: "change", Label: "Changes", Actions: record("change", "changes",
		do("change.amend_plan", "Edit the plan", "edit the plans of changes"),
		do("change.set_risk", "Set the risk", "set the risk of changes"),
		do("change.lower_risk", "Lower the risk", "set the risk of changes lower than it was computed"),
		do("change.submit", "Submit", "submit changes"),
		do("change.review_plan", "Review a plan", "look at a colleague's plan and say that it is sound"),
		do("change.request_authorization", "Ask for approval", "put changes to their approvers"),
		do("change.withdraw", "Withdraw", "withdraw changes"),
		do("change.decide", "Decide", "decide on changes").on("change:low", "change:medium", "change:high", "change:emergency"),
		do("change.endorse", "Endorse", "decide on changes as a colleague, as an owner, or by name").on("change:low", "change:medium", "change:high", "change:emergency"),
		do("change.override_advice", "Override advice", "let changes go on against advice"),
		do("change.meet_condition", "Meet a condition", "tick off the conditions of an approval"),
		do("change.break_glass", "Break the glass", "begin emergency changes before they are approved"),
		do("change.detect", "Record what was found", "record changes that nobody had asked for"),
		do("change.examine", "Look into it", "look into changes that nobody had asked for"),
		do("change.judge", "Say what it was", "say what changes were that nobody had asked for"),
		do("change.register", "Register", "register changes that are done, for the record"),
		do("change.recuse", "Step aside", "step aside from a decision on changes"),
		do("change.hold", "Hold", "hold changes and let them go on"),
		do("change.implement", "Implement", "be named as implementers of changes"),
		do("change.start", "Start", "start changes"),
		do("change.plan_work", "Plan the work", "add tasks to changes"),
		do("change.work", "Work on it", "work on the tasks of changes"),
		do("change.correct_times", "Correct times", "correct when tasks of changes began and ended"),
		do("change.back_out", "Back out", "back changes out"),
		do("change.complete", "Complete", "complete changes"),
		do("change.review", "Review what was done", "review changes that were carried out"),
		do("change.suspect", "Suspect a cause", "say that changes may have caused incidents"),
		do("change.confirm_cause", "Confirm a cause", "confirm or refute that changes caused incidents"),
		do("change.close", "Close", "close changes after review"),
		do("change.cancel", "Cancel", "cancel changes"),
		do("change.accept_conflict", "Accept a conflict", "accept that changes conflict"),
		do("change.resolve_conflict", "Resolve a conflict", "say that a conflict of changes is none"),
		do("change.override_freeze", "Override a freeze", "let changes go on in a freeze"),
		do("change.deploy", "Deploy", "deploy under changes and tell how that ended"),
	)},
	{Class: "ci", Label: "Configuration items", Actions: []Action{
		do("ci.create", "Register", "register configuration items"),
		see("ci.read", "Read", "see configuration items").reaching(Desk),
		do("ci.amend", "Amend", "amend what is known of configuration items"),
		do("ci.move", "Move on", "move configuration items through their life"),
		do("ci.retire", "Retire", "retire and dispose of configuration items"),
		do("ci.attest", "Attest", "attest that what is known of configuration items is right"),
		do("ci.relate", "Relate", "relate configuration items"),
		do("ci.group", "Group", "found groups of configuration items and name their members"),
		do("ci.merge", "Merge", "merge configuration items, and part them again"),
		see("ci.export", "Export", "export configuration items"),
	}},
	{Class: "cmdb", Label: "The CMDB", Actions: []Action{
		do("cmdb.model", "Edit the model", "edit the classes and relations of the CMDB"),
		see("cmdb.sources", "See sources", "see the sources of the CMDB and their runs").reaching(Desk),
		do("cmdb.source", "Set up sources", "set up the sources of the CMDB and what counts more"),
		do("cmdb.import", "Import", "bring configuration items in from sources, and undo that"),
	}},
	{Class: "board", Label: "Boards", Actions: []Action{
		see("board.read", "Read", "see boards and their members").reaching(Desk),
		do("board.manage", "Manage", "make boards and name their members"),
		do("board.roster", "Put on duty", "say who is on duty for a board"),
	}},
	{Class: "rulebook", Label: "Rules of change enablement", Actions: []Action{
		see("rulebook.read", "Read", "read the models, the questionnaire and the approval policy of changes").reaching(Desk),
		see("rulebook.rehearse", "Rehearse", "try other rules on changes of the past"),
		do("rulebook.manage", "Manage", "set the models, the questionnaire and the approval policy of changes"),
	}},
	{Class: "calendar", Label: "The change calendar", Actions: []Action{
		see("calendar.read", "Read", "see the change calendar, its windows and its freezes").reaching(Desk),
		see("calendar.outages", "See interruptions", "see which services are planned to be interrupted, and when").reaching(Self),
		do("calendar.manage", "Manage", "make, suspend and retire maintenance windows and freezes"),
	}},
	{Class: "template", Label: "Templates of standard changes", Actions: []Action{
		see("template.read", "Read", "read the templates of standard changes").reaching(Desk),
		do("template.draft", "Write", "write and propose templates of standard changes").reaching(Desk),
		do("template.decide", "Decide", "decide on templates of standard changes"),
		do("template.manage", "Manage", "publish, suspend and retire templates of standard changes"),
	}},
	{Class: "meeting", Label: "Meetings of boards", Actions: []Action{
		see("meeting.read", "Read", "read the agendas and the minutes of meetings"),
		do("meeting.attend", "Attend", "attend meetings"),
		do("meeting.lead", "Lead", "plan and lead meetings, and sign their minutes"),
		do("meeting.minute", "Take minutes", "write down what was said in meetings, and who does what"),
	}},
	{Class: "pipeline", Label: "Pipelines", Actions: []Action{
		see("pipeline.read", "Read", "see pipelines and what they deployed").reaching(Desk),
		do("pipeline.manage", "Manage", "register pipelines and say where their gate is open"),
	}},
	{Class: "webhook", Label: "Webhooks", Actions: []Action{
		see("webhook.read", "Read", "see who is told of changes, and what was sent"),
		do("webhook.manage", "Manage", "say who is told of changes"),
	}},
	{Class: "canned", Label: "Canned texts", Actions: []Action{
		see("canned.read", "Read", "read canned texts and put them into replies").reaching(Desk),
		do("canned.manage", "Manage", "write, change and retire canned texts"),
	}},
	{Class: "delegation", Label: "Delegations", Actions: []Action{
		do("delegation.create", "Delegate", "delegate their own vote").reaching(Self),
		see("delegation.read", "Read", "see delegations"),
		do("delegation.revoke", "Revoke", "revoke delegations"),
	}},
	{Class: "person", Label: "People", Actions: []Action{
		see("person.read", "Read", "look up people").reaching(Desk),
		see("person.sessions", "See sessions", "see where people are signed in"),
		do("person.create", "Add", "add people"),
		do("person.amend", "Amend", "amend people's names, addresses and sites"),
		do("person.disable", "Disable", "disable and enable accounts"),
		do("person.set_password", "Set a password", "set other people's passwords"),
		do("person.erase", "Erase", "erase what the log knows of a person"),
		do("person.grant", "Grant a role", "grant roles"),
		do("person.revoke", "Revoke a role", "revoke roles"),
	}},
	{Class: "team", Label: "Teams", Actions: []Action{
		see("team.read", "Read", "see teams and their members").reaching(Desk),
		do("team.manage", "Manage", "make teams and name their members"),
	}},
	{Class: "site", Label: "Sites", Actions: []Action{
		see("site.read", "Read", "see sites").reaching(Desk),
		do("site.manage", "Manage", "make sites"),
	}},
	{Class: "role", Label: "Roles", Actions: []Action{
		see("role.read", "Read", "see which role may do what").reaching(Desk),
	}},
	{Class: "policy", Label: "Permissions", Actions: []Action{
		see("policy.explain", "Explain", "ask why somebody may or may not do something").reaching(Desk),
	}},
	{Class: "audit", Label: "The log", Actions: []Action{
		see("audit.read", "Read", "read the log"),
		see("audit.verify", "Verify", "verify the log"),
		see("audit.export", "Export", "export evidence"),
	}},
	{Class: "job", Label: "Jobs", Actions: []Action{
		see("job.read", "Read", "see jobs that failed"),
		do("job.retry", "Retry", "retry jobs"),
	}},
	{Class: "view", Label: "Views", Actions: []Action{
		see("view.create", "Save a view", "save views of lists").reaching(Self),
	}},
	{Class: "import", Label: "Imports", Actions: []Action{
		do("import.run", "Run", "import records from other tools"),
	}},
	{Class: "report", Label: "Reports", Actions: []Action{
		see("report.read", "Read", "read reports").reaching(Desk),
	}},
})

var actions = func() map[string]Action {
	m := map[string]Action{}
	for _, g := range groups {
		for _, a := range g.Actions {
			m[a.Name] = a
		}
	}
	return m
}()

func complete(gs []Group) []Group {
	for _, g := range gs {
		for i := range g.Actions {
			if g.Actions[i].Classes == nil {
				g.Actions[i].Classes = []string{g.Class}
			}
		}
	}
	return gs
}

// KnownRight tells whether a token may be narrowed to right: the name of an action, or "class.*".
func KnownRight(right string) bool {
	if class, ok := strings.CutSuffix(right, ".*"); ok {
		for _, g := range groups {
			if g.Class == class {
				return true
			}
		}
		return false
	}
	_, ok := actions[right]
	return ok
}
