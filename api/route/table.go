package route

import "net/http"

const (
	get, post, put, patch, del = http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete

	created  = http.StatusCreated
	accepted = http.StatusAccepted
	none     = http.StatusNoContent
)

// Table lists every route under /api/v1, in the order of the documentation.
var Table = []Row{
	{ID: "about", Method: get, Path: "/about", Action: Public, Tag: "Session", Summary: "What this desk is"},
	{ID: "setup", Method: post, Path: "/setup", Action: Public, Tag: "Session", Summary: "Make the first administrator", Secret: true, Note: "Works once, with the token of the link that the console printed."},
	{ID: "sign-in", Method: post, Path: "/session", Action: Public, Tag: "Session", Summary: "Sign in", Secret: true, Note: "Sets the session cookie."},
	{ID: "sign-out", Method: del, Path: "/session", Action: Public, Tag: "Session", Summary: "Sign out", Status: none, Secret: true},

	{ID: "me", Method: get, Path: "/me", Action: Own, Tag: "Me", Summary: "Who I am and what I may do"},
	{ID: "my-preferences", Method: put, Path: "/me/preferences", Action: Own, Tag: "Me", Summary: "Keep my preferences"},
	{ID: "my-sessions", Method: get, Path: "/me/sessions", Action: Own, Tag: "Me", Summary: "Where I am signed in"},
	{ID: "end-my-session", Method: del, Path: "/me/sessions/{id}", Action: Own, Object: "session", Tag: "Me", Summary: "End one of my sessions", Status: none},
	{ID: "my-tokens", Method: get, Path: "/me/tokens", Action: Own, Tag: "Me", Summary: "My tokens"},
	{ID: "create-my-token", Method: post, Path: "/me/tokens", Action: Own, Tag: "Me", Summary: "Make a token", Status: created, Secret: true, Note: "The secret is shown once."},
	{ID: "revoke-my-token", Method: del, Path: "/me/tokens/{id}", Action: Own, Object: "token", Tag: "Me", Summary: "Revoke one of my tokens", Status: none},
	{ID: "change-my-password", Method: post, Path: "/me/password", Action: Own, Tag: "Me", Summary: "Change my password", Status: none, Secret: true},

	{ID: "list-tickets", Method: get, Path: "/tickets", Action: "{kind}.read", Tag: "Tickets", Summary: "List records of all kinds"},
	{ID: "list-queues", Method: get, Path: "/queues", Action: "{kind}.read", Tag: "Tickets", Summary: "The standing queues with their counts"},
	{ID: "search", Method: get, Path: "/search", Action: "{kind}.read", Tag: "Tickets", Summary: "Search records"},
	{ID: "bulk", Method: post, Path: "/tickets/bulk", Action: "{kind}.assign", Tag: "Tickets", Summary: "Assign or move many records", Note: "Each record is done by itself and answers by itself."},
	{ID: "timeline", Method: get, Path: "/tickets/{number}/timeline", Action: "{kind}.read", Object: "ticket", Tag: "Tickets", Summary: "What happened to a record"},
	{ID: "comment", Method: post, Path: "/tickets/{number}/comments", Action: "{kind}.comment", Object: "ticket", Tag: "Tickets", Summary: "Reply, or write an internal note", Status: created},
	{ID: "assign", Method: put, Path: "/tickets/{number}/assignment", Action: "{kind}.assign", Object: "ticket", Tag: "Tickets", Summary: "Give a record to a team and a person"},
	{ID: "watch", Method: post, Path: "/tickets/{number}/watchers", Action: "{kind}.watch", Object: "ticket", Tag: "Tickets", Summary: "Follow a record"},
	{ID: "unwatch", Method: del, Path: "/tickets/{number}/watchers/{id}", Action: "{kind}.watch", Object: "ticket", Tag: "Tickets", Summary: "Follow a record no more"},
	{ID: "link", Method: post, Path: "/tickets/{number}/links", Action: "{kind}.link", Object: "ticket", Tag: "Tickets", Summary: "Link two records", Status: created},
	{ID: "unlink", Method: del, Path: "/tickets/{number}/links/{id}", Action: "{kind}.link", Object: "ticket", Tag: "Tickets", Summary: "Remove a link", Status: none},
	{ID: "record-cis", Method: get, Path: "/tickets/{number}/cis", Action: "{kind}.read", Object: "ticket", Tag: "Tickets", Summary: "The configuration items of a record, now and then"},
	{ID: "add-ci", Method: post, Path: "/tickets/{number}/cis", Action: "{kind}.link", Object: "ticket", Tag: "Tickets", Summary: "Say what a record is about, or what suffers from it", Status: created,
		Note: "The items of a change are part of its plan: amend the plan."},
	{ID: "remove-ci", Method: del, Path: "/tickets/{number}/cis/{id}", Action: "{kind}.link", Object: "ticket", Tag: "Tickets", Summary: "Take a configuration item off a record", Status: none},
	{ID: "attach", Method: post, Path: "/tickets/{number}/attachments", Action: "{kind}.attach", Object: "ticket", Tag: "Tickets", Summary: "Attach a file", Status: created, Stream: true},
	{ID: "download", Method: get, Path: "/attachments/{key}", Action: "{kind}.read", Object: "attachment", Tag: "Tickets", Summary: "Download a file", Produces: "application/octet-stream"},
	{ID: "list-views", Method: get, Path: "/views", Action: Own, Tag: "Tickets", Summary: "My saved views and the shared ones"},
	{ID: "save-view", Method: post, Path: "/views", Action: Own, Tag: "Tickets", Summary: "Save a view", Status: created},
	{ID: "drop-view", Method: del, Path: "/views/{id}", Action: Own, Object: "view", Tag: "Tickets", Summary: "Remove one of my views", Status: none},
	{ID: "get-draft", Method: get, Path: "/drafts/{key}", Action: Own, Object: "draft", Tag: "Tickets", Summary: "What I had typed"},
	{ID: "save-draft", Method: put, Path: "/drafts/{key}", Action: Own, Tag: "Tickets", Summary: "Keep what I have typed"},
	{ID: "drop-draft", Method: del, Path: "/drafts/{key}", Action: Own, Tag: "Tickets", Summary: "Forget what I had typed", Status: none},

	{ID: "create-incident", Method: post, Path: "/incidents", Action: "incident.create", Tag: "Incidents", Summary: "Report an incident", Status: created},
	{ID: "get-incident", Method: get, Path: "/incidents/{number}", Action: "incident.read", Object: "incident", Tag: "Incidents", Summary: "An incident"},
	{ID: "amend-incident", Method: patch, Path: "/incidents/{number}", Action: "incident.amend", Object: "incident", Tag: "Incidents", Summary: "Amend an incident"},
	{ID: "move-incident", Method: post, Path: "/incidents/{number}/moves/{event}", Action: "incident.{event}", Object: "incident", Tag: "Incidents", Summary: "Move an incident on"},
	{ID: "override-priority", Method: post, Path: "/incidents/{number}/priority", Action: "incident.override_priority", Object: "incident", Tag: "Incidents", Summary: "Override the priority"},
	{ID: "restore-priority", Method: del, Path: "/incidents/{number}/priority", Action: "incident.override_priority", Object: "incident", Tag: "Incidents", Summary: "Give the priority back to impact and urgency"},
	{ID: "declare-major", Method: post, Path: "/incidents/{number}/major", Action: "incident.declare_major", Object: "incident", Tag: "Incidents", Summary: "Declare an incident major"},

	{ID: "create-request", Method: post, Path: "/requests", Action: "request.create", Tag: "Requests", Summary: "Ask for a service", Status: created},
	{ID: "get-request", Method: get, Path: "/requests/{number}", Action: "request.read", Object: "request", Tag: "Requests", Summary: "A service request"},
	{ID: "amend-request", Method: patch, Path: "/requests/{number}", Action: "request.amend", Object: "request", Tag: "Requests", Summary: "Amend a service request"},
	{ID: "move-request", Method: post, Path: "/requests/{number}/moves/{event}", Action: "request.{event}", Object: "request", Tag: "Requests", Summary: "Move a service request on"},
	{ID: "add-task", Method: post, Path: "/requests/{number}/tasks", Action: "request.amend", Object: "request", Tag: "Requests", Summary: "Add a task", Status: created},
	{ID: "move-task", Method: post, Path: "/tasks/{number}/moves/{event}", Action: "request.amend", Object: "task", Tag: "Requests", Summary: "Move a task on"},

	{ID: "create-problem", Method: post, Path: "/problems", Action: "problem.create", Tag: "Problems", Summary: "Record a problem", Status: created},
	{ID: "get-problem", Method: get, Path: "/problems/{number}", Action: "problem.read", Object: "problem", Tag: "Problems", Summary: "A problem"},
	{ID: "amend-problem", Method: patch, Path: "/problems/{number}", Action: "problem.amend", Object: "problem", Tag: "Problems", Summary: "Write down what is known of a problem"},
	{ID: "move-problem", Method: post, Path: "/problems/{number}/moves/{event}", Action: "problem.{event}", Object: "problem", Tag: "Problems", Summary: "Move a problem on"},

	{ID: "create-change", Method: post, Path: "/changes", Action: "change.create", Tag: "Changes", Summary: "Draft a change", Status: created},
	{ID: "get-change", Method: get, Path: "/changes/{number}", Action: "change.read", Object: "change", Tag: "Changes", Summary: "A change with its plan and its approvals"},
	{ID: "amend-change", Method: patch, Path: "/changes/{number}", Action: "change.amend_plan", Object: "change", Tag: "Changes", Summary: "Edit a change",
		Note: "A material edit makes the next revision: decisions on the plan before lose their force, and the answer says how many."},
	{ID: "move-change", Method: post, Path: "/changes/{number}/moves/{event}", Action: "change.{event}", Object: "change", Tag: "Changes", Summary: "Move a change on"},
	{ID: "hold-change", Method: post, Path: "/changes/{number}/hold", Action: "change.hold", Object: "change", Tag: "Changes", Summary: "Put a change on hold"},
	{ID: "release-change", Method: del, Path: "/changes/{number}/hold", Action: "change.hold", Object: "change", Tag: "Changes", Summary: "Let a change go on"},
	{ID: "decide", Method: post, Path: "/changes/{number}/decisions", Action: "change.decide", Object: "change", Tag: "Changes", Summary: "Approve or reject a plan",
		Note: "The digest names the exact plan. The answer comes when the decision is sealed in the log."},
	{ID: "recuse", Method: post, Path: "/changes/{number}/recusals", Action: "change.decide", Object: "change", Tag: "Changes", Summary: "Step aside from a decision"},
	{ID: "list-approvals", Method: get, Path: "/approvals", Action: Own, Tag: "Changes", Summary: "What waits for my decision, or what I decided"},
	{ID: "list-boards", Method: get, Path: "/boards", Action: "board.read", Ask: true, Tag: "Changes", Summary: "The boards"},
	{ID: "set-board", Method: put, Path: "/boards/{key}", Action: "board.manage", Object: "board", Tag: "Changes", Summary: "Found a board, or name its rule and members"},
	{ID: "list-delegations", Method: get, Path: "/delegations", Action: Own, Tag: "Changes", Summary: "Who decides for whom"},
	{ID: "delegate", Method: post, Path: "/delegations", Action: "delegation.create", Tag: "Changes", Summary: "Let somebody decide for me", Status: created},
	{ID: "revoke-delegation", Method: del, Path: "/delegations/{id}", Action: "delegation.revoke", Object: "delegation", Tag: "Changes", Summary: "End a delegation", Status: none},

	{ID: "ci-impact", Method: get, Path: "/cis/{number}/impact", Action: "ci.read", Object: "ci", Tag: "Configuration", Summary: "What fails with an item, or what it depends on, and why"},
	{ID: "ci-graph", Method: get, Path: "/cis/{number}/graph", Action: "ci.read", Object: "ci", Tag: "Configuration", Summary: "Everything around an item"},
	{ID: "ci-tickets", Method: get, Path: "/cis/{number}/tickets", Action: "ci.read", Object: "ci", Tag: "Configuration", Summary: "The records about an item, or about what it depends on"},

	{ID: "audit-events", Method: get, Path: "/audit/events", Action: "audit.read", Ask: true, Tag: "Audit", Summary: "Read the log"},
	{ID: "audit-event", Method: get, Path: "/audit/events/{id}", Action: "audit.read", Ask: true, Object: "event", Tag: "Audit", Summary: "An event with its proof"},
	{ID: "audit-checkpoint", Method: get, Path: "/audit/checkpoint", Action: "audit.read", Ask: true, Tag: "Audit", Summary: "The last signed checkpoint"},
	{ID: "verify-log", Method: post, Path: "/audit/verify", Action: "audit.verify", Ask: true, Tag: "Audit", Summary: "Verify the whole log", Status: accepted},
	{ID: "get-verification", Method: get, Path: "/audit/verify/{id}", Action: "audit.verify", Ask: true, Object: "verification", Tag: "Audit", Summary: "How far a verification is"},

	{ID: "list-people", Method: get, Path: "/people", Action: "person.read", Tag: "People", Summary: "People", Ask: true},
	{ID: "create-person", Method: post, Path: "/people", Action: "person.create", Tag: "People", Summary: "Add a person", Status: created},
	{ID: "get-person", Method: get, Path: "/people/{id}", Action: "person.read", Object: "person", Tag: "People", Summary: "A person"},
	{ID: "amend-person", Method: patch, Path: "/people/{id}", Action: "person.amend", Object: "person", Tag: "People", Summary: "Amend a person"},
	{ID: "move-person", Method: post, Path: "/people/{id}/moves/{event}", Action: "person.disable", Object: "person", Tag: "People", Summary: "Disable or enable an account"},
	{ID: "set-password", Method: post, Path: "/people/{id}/password", Action: "person.set_password", Object: "person", Tag: "People", Summary: "Set somebody's password", Status: none, Secret: true},
	{ID: "list-grants", Method: get, Path: "/people/{id}/grants", Action: "person.sessions", Object: "person", Tag: "People", Summary: "The roles that somebody holds or held",
		Note: "Everybody may see their own; otherwise who may see sessions or grant roles."},
	{ID: "grant", Method: post, Path: "/people/{id}/grants", Action: "person.grant", Object: "person", Tag: "People", Summary: "Grant a role", Status: created, Note: "The answer comes when the grant is sealed in the log."},
	{ID: "revoke-grant", Method: del, Path: "/grants/{id}", Action: "person.revoke", Object: "grant", Tag: "People", Summary: "Revoke a role"},
	{ID: "list-teams", Method: get, Path: "/teams", Action: "team.read", Tag: "People", Summary: "Teams with their members"},
	{ID: "create-team", Method: post, Path: "/teams", Action: "team.manage", Tag: "People", Summary: "Make a team", Status: created},
	{ID: "set-members", Method: put, Path: "/teams/{key}/members", Action: "team.manage", Object: "team", Tag: "People", Summary: "Name the members of a team"},
	{ID: "list-sites", Method: get, Path: "/sites", Action: "site.read", Tag: "People", Summary: "Sites"},

	{ID: "roles", Method: get, Path: "/roles", Action: "role.read", Ask: true, Tag: "Permissions", Summary: "Which role may do what"},
	{ID: "explain", Method: get, Path: "/explain", Action: "policy.explain", Tag: "Permissions", Summary: "Why somebody may or may not do something", Note: "Everybody may ask about themselves."},
	{ID: "suggest-people", Method: get, Path: "/suggest/people", Action: Own, Tag: "Suggestions", Summary: "People by the beginning of a name", Note: "Who may not look up people finds only themselves."},
	{ID: "suggest-services", Method: get, Path: "/suggest/services", Action: "{kind}.read", Tag: "Suggestions", Summary: "Services that visible records name"},
	{ID: "suggest-classifications", Method: get, Path: "/suggest/classifications", Action: "{kind}.read", Tag: "Suggestions", Summary: "Classifications that visible records have"},
	{ID: "suggest-tickets", Method: get, Path: "/suggest/tickets", Action: "{kind}.read", Tag: "Suggestions", Summary: "Records by words or number"},
	{ID: "suggest-cis", Method: get, Path: "/suggest/cis", Action: "ci.read", Tag: "Suggestions", Summary: "Configuration items by words, number, serial number, address or owner", Note: "The person's own devices come first."},
	{ID: "list-jobs", Method: get, Path: "/jobs", Action: "job.read", Ask: true, Tag: "Jobs", Summary: "Jobs that failed for good"},
	{ID: "retry-job", Method: post, Path: "/jobs/{id}/retry", Action: "job.retry", Ask: true, Object: "job", Tag: "Jobs", Summary: "Try a job again", Status: none},

	{ID: "start-export", Method: post, Path: "/exports", Action: "{kind}.export", Tag: "Exports", Summary: "Export a list", Status: created,
		Note: "Up to 5,000 rows are done in the answer; more are the work of a job: ask how far it is. The file can be fetched once the export is sealed in the log."},
	{ID: "get-export", Method: get, Path: "/exports/{id}", Action: Own, Tag: "Exports", Summary: "How far an export is", Note: "One's own; who may export the log sees everybody's."},
	{ID: "export-file", Method: get, Path: "/exports/{id}/file", Action: Own, Tag: "Exports", Summary: "The file of an export", Produces: "application/octet-stream"},
	{ID: "incident-summary", Method: get, Path: "/reports/incident-summary", Action: "report.read", Ask: true, Tag: "Reports", Summary: "Figures over all incidents that one may see"},

	{ID: "events", Method: get, Path: "/events", Action: "{kind}.read", Tag: "Live", Summary: "Live changes as server-sent events", Produces: "text/event-stream",
		Note: "Events in the order of the log: the id is the leaf, and Last-Event-ID resumes after it. Only records that the reader may see."},
}
