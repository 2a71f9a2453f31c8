package story

import (
	"maps"
	"slices"

	"github.com/cabinetdesk/cabinet/domain/audit"
)

// Parts are what a record's history is told with: the tasks of a request, and the conflicts, tasks, review and causes of a
// change. By the kind of their events and then by entity, it holds the words that follow what happened to each.
type Parts map[string]map[string]string

// Among adds the parts to the entities of a filter.
func (p Parts) Among(entities map[string][]string) map[string][]string {
	for kind, told := range p {
		if len(told) > 0 {
			entities[kind] = slices.Sorted(maps.Keys(told))
		}
	}
	return entities
}

// Of gives the words for an event of a part.
func (p Parts) Of(e audit.Event) (words string, ok bool) {
	words, ok = p[e.EntityKind][e.Entity]
	return words, ok
}

// Empty tells whether there is nothing beside the record itself.
func (p Parts) Empty() bool { return len(p.Among(map[string][]string{})) == 0 }

// The kinds of the events of parts.
const (
	Task       = "task"
	Conflict   = "conflict"
	ChangeTask = "change_task"
	Review     = "change_review"
	Cause      = "cause"
	Run        = "pipeline_run"
	Deployment = "deployment"
	Attempt    = "change_attempt"
)

// PartLabels say what happened to a part, by kind and by the last part of the event's type, to be read after a name; the words
// of the part follow.
var PartLabels = map[string]map[string]string{
	Task: {"created": "added the task", "started": "began the task", "finished": "finished the task", "skipped": "skipped the task"},
	Conflict: {"found": "brought about a conflict", "found_again": "brought about a conflict anew", "accepted": "accepted a conflict", "freeze_overridden": "overrode a freeze",
		"resolved": "resolved a conflict", "set_aside": "said that a conflict is none"},
	ChangeTask: {"created": "added the task", "started": "began the task", "finished": "finished the task", "failed": "could not do the task", "skipped": "skipped the task",
		"ticked": "ticked off a line of the task", "shown": "showed evidence for the task", "corrected": "corrected the times of the task"},
	Review:     {"opened": "ended the work: it is to be reviewed", "reopened": "opened the review again", "done": "reviewed this"},
	Run:        {"told": "told of the run", "joined": "joined with the run", "shown": "showed evidence of the run"},
	Deployment: {"started": "began to deploy", "found": "deployed, and the gate had not let it through:", "succeeded": "deployed", "failed": "failed to deploy", "rolled_back": "rolled back"},
	Attempt:    {"refused": "tried to decide on this and was refused"},
	Cause:      {"suspected": "suspected", "confirmed": "confirmed", "refuted": "refuted"},
}

// PartFields are the fields of parts that are told; the words say what they are about, and the rest are keys. The tasks of a
// request are told like records.
var PartFields = map[string][]string{
	Conflict: {"reason", "until"}, ChangeTask: {"result", "reason"}, Review: {"objectives", "lessons"}, Cause: {"evidence"}, Deployment: {"note", "why"}, Run: {}, Attempt: {},
}
