package cmdb

import (
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/cabinetdesk/cabinet/domain"
)

// The kinds of entity in the log.
const (
	kindCI         = "ci"
	kindRelation   = "ci_relation"
	kindGroup      = "ci_group"
	kindMembership = "ci_membership"
	kindModel      = "cmdb_model"
	kindApart      = "ci_apart"
)

// Changed is the fact that something happened to an item: What names it, in the past tense ("registered", "amended",
// "went_live", "attested", "merged", "unmerged", "took_over", "gave_back", "withdrawn", "reinstated", "put_back").
type Changed struct {
	CI   CI
	What string
	// Changes are what is different: of a correction of the past, in any of the stretches of time that it reaches.
	Changes []domain.FieldChange
	From    string // status before, where it moved
	// Effective is since when it is so, where that is not when it was recorded.
	Effective time.Time
	Reason    string
	Source    string // empty: by hand
	Run       string // the import run, if one did it
}

// Event implements domain.Fact.
func (f Changed) Event() domain.Event {
	e := domain.Event{Type: "ci." + f.What, EntityKind: kindCI, Entity: f.CI.Number, Version: f.CI.Version, StateFrom: f.From, StateTo: f.CI.Facts.Status,
		Visibility: domain.InternalV, State: f.CI.Facts.state(), Scope: scope(f.Run, f.CI.Facts.TagList()...)}
	e.Fields = slices.Clone(f.Changes)
	say := func(field, text string) {
		if text != "" {
			e.Fields = append(e.Fields, domain.FieldChange{Field: field, After: text})
		}
	}
	if !f.Effective.IsZero() {
		say("effective", Instant(f.Effective))
	}
	say("reason", f.Reason)
	say("source", f.Source)
	return e
}

func scope(run string, tags ...string) []string {
	if run != "" {
		tags = append(tags, "import:"+run)
	}
	return tags
}

// diff lists what differs between two states, in the order of the names. The status is said by the event itself
// only where it is a move; here it is a field like others, so that a replay needs nothing else.
func diff(before, after map[string]string) (out []domain.FieldChange) {
	names := map[string]bool{}
	for n := range before {
		names[n] = true
	}
	for n := range after {
		names[n] = true
	}
	for _, n := range slices.Sorted(maps.Keys(names)) {
		if before[n] != after[n] {
			out = append(out, domain.FieldChange{Field: n, Before: before[n], After: after[n]})
		}
	}
	return out
}

// Tied is the fact that a relation or a membership began ("related", "joined"), ended ("unrelated", "left") or was
// put right ("withdrawn", "reinstated").
type Tied struct {
	Kind    string // kindRelation or kindMembership
	Ref     string
	Version int64
	What    string
	State   map[string]string
	Before  map[string]string
	Reason  string
	Run     string
}

// Event implements domain.Fact.
func (f Tied) Event() domain.Event {
	e := domain.Event{Type: f.Kind + "." + f.What, EntityKind: f.Kind, Entity: f.Ref, Version: f.Version, Visibility: domain.InternalV, State: f.State, Scope: scope(f.Run),
		Fields: diff(f.Before, f.State)}
	if f.Reason != "" {
		e.Fields = append(e.Fields, domain.FieldChange{Field: "reason", After: f.Reason})
	}
	return e
}

// GroupSet is the fact that a group was founded, or renamed.
type GroupSet struct {
	Group  Group
	Before map[string]string
}

// Event implements domain.Fact.
func (f GroupSet) Event() domain.Event {
	what := "ci_group.amended"
	if f.Group.Version == 1 {
		what = "ci_group.founded"
	}
	return domain.Event{Type: what, EntityKind: kindGroup, Entity: f.Group.Key, Version: f.Group.Version, Visibility: domain.InternalV, State: f.Group.fields(), Fields: diff(f.Before, f.Group.fields())}
}

// ModelSet is the fact that a version of the model came into use. Changes are the sentences that say in what it differs.
type ModelSet struct {
	Version int64
	Digest  string
	Note    string
	Changes []string
}

// Event implements domain.Fact.
func (f ModelSet) Event() domain.Event {
	e := domain.Event{Type: "cmdb_model.set", EntityKind: kindModel, Entity: "cmdb", Version: f.Version, Visibility: domain.InternalV,
		State: map[string]string{"sha256": f.Digest}}
	for i, c := range f.Changes {
		e.Fields = append(e.Fields, domain.FieldChange{Field: "change_" + strconv.Itoa(i+1), After: c})
	}
	if f.Note != "" {
		e.Fields = append(e.Fields, domain.FieldChange{Field: "note", After: f.Note})
	}
	return e
}
