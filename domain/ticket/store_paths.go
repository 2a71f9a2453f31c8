package ticket

import (
	"slices"
	"strings"

	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/flow"
)

// A list is a walk over an index in the order of the list, from which rows that do not fit are left out: what it
// costs is the page and what is left out on the way to it. Two things keep that short. Work that is open is a few per
// cent of all, so it has indexes of its own, which hold the columns that people filter by. Of all other lists, the
// walk is over the index of the filter that fits the fewest.
//
// PostgreSQL chooses by its statistics. SQLite does not count on the walk ending with the page, and often sorts
// a tenth of the table instead: there the index is named. A test holds that every list is served on both.

// openIndexes serve lists of open work, by what they are sorted by.
var openIndexes = map[string]string{"updated_at": "tickets_open_updated", "opened_at": "tickets_open_opened", "priority": "tickets_open_priority", "due_at": "tickets_open_due"}

// wholeIndexes serve lists of everything.
var wholeIndexes = map[string]string{"updated_at": "tickets_updated", "opened_at": "tickets_opened", "priority": "tickets_priority", "due_at": "tickets_due"}

// path says how SQLite is to find the rows of a list: an index to walk, or none, which is to look records up by
// their keys; empty leaves it to the planner.
func (s store) path(f resolved, scopes []kindScope) string {
	const keys = "not indexed"
	sorted := strings.TrimPrefix(f.Sort, "-")
	walk := func(index string) string {
		if index == "" {
			return keys
		}
		return "indexed by " + index
	}
	switch {
	case s.db.IsPostgres(), f.Q != "", f.PlannedFrom != nil, f.PlannedTo != nil:
		return ""
	case f.Queue == "requested", ownOnly(scopes):
		return keys // of what is somebody's own there is little
	case f.Queue == "mine", f.assignee != 0 && f.openOnly:
		return walk("tickets_open_assignee")
	case f.assignee != 0:
		return walk("tickets_assignee_updated")
	case f.requester != 0:
		return walk("tickets_requester_updated")
	case f.Queue == "recent":
		return walk("tickets_updated") // a week of all, in whatever order
	case f.openOnly && sorted == "number":
		return walk("tickets_open_opened")
	case f.openOnly:
		return walk(openIndexes[sorted])
	case sorted != "updated_at":
		return walk(wholeIndexes[sorted])
	case f.Service != "":
		return walk("tickets_service_updated")
	case f.team != 0:
		return walk("tickets_team_updated")
	case f.Classification != "":
		return walk("tickets_class_updated")
	case len(f.States) == 1:
		return walk("tickets_state_updated")
	case f.Kind != "":
		return walk("tickets_kind_updated")
	}
	return walk(wholeIndexes[sorted])
}

// ownOnly tells whether somebody sees only what they take part in.
func ownOnly(scopes []kindScope) bool {
	for _, k := range scopes {
		if k.scope.All || len(k.scope.Teams) > 0 || len(k.scope.Sites) > 0 {
			return false
		}
	}
	return true
}

// onlyOpen tells whether a filter lets through only work that is open or waiting.
func (s *Service) onlyOpen(f Filter) bool {
	if slices.Contains([]string{"mine", "teams", "unassigned", "pending", "open"}, f.Queue) {
		return true
	}
	if len(f.Categories) > 0 {
		return !slices.ContainsFunc(f.Categories, func(c string) bool { return c != string(flow.Open) && c != string(flow.Waiting) })
	}
	return len(f.States) > 0 && !slices.ContainsFunc(f.States, func(state string) bool { return s.maybeDone(f.Kind, state) })
}

// maybeDone tells whether a record of a kind, or of any, can be done or cancelled in a state of that name.
func (s *Service) maybeDone(kind domain.Kind, name string) bool {
	known := false
	for k, of := range s.kinds {
		st, ok := of.Machine.State(name)
		if !ok || kind != "" && k != kind {
			continue
		}
		if known = true; st.Category != flow.Open && st.Category != flow.Waiting {
			return true
		}
	}
	return !known
}
