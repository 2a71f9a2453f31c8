package aftermath

import (
	"context"
	"time"

	"github.com/cabinetdesk/cabinet/api/rest"
	"github.com/cabinetdesk/cabinet/api/who"
	"github.com/cabinetdesk/cabinet/changes/cause"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/ticket"
)

// RecordCauses is what is known, and what may be, of the causes of a record.
type RecordCauses struct {
	Ties        []CauseTie  `json:"ties"`
	Suggestions []CauseHint `json:"suggestions" doc:"Never kept: computed from what changes reached and when"`
	Caused      bool        `json:"caused" doc:"Of a change: it was confirmed that it caused an incident, whatever outcome was stated"`
	May         CauseMay    `json:"may"`
}

// CauseMay tells what I may say.
type CauseMay struct {
	Suspect bool `json:"suspect"`
	Confirm bool `json:"confirm"`
}

// CauseTie ties an incident and a change.
type CauseTie struct {
	Kind       string      `json:"kind" enum:"caused_by,fixed_by,requested_by" doc:"Read from the incident"`
	Confidence string      `json:"confidence" enum:"suspected,confirmed,refuted"`
	Other      CauseRecord `json:"other"`
	Evidence   *string     `json:"evidence"`
	By         *who.Person `json:"by"`
	At         time.Time   `json:"at"`
}

// CauseRecord is the record at the other end.
type CauseRecord struct {
	Number   string `json:"number"`
	Title    string `json:"title"`
	State    string `json:"state"`
	Priority *int   `json:"priority" doc:"Of an incident"`
}

func recordOf(t ticket.Ticket) CauseRecord {
	out := CauseRecord{Number: t.Number, Title: t.Title, State: t.State}
	if t.Kind == domain.KindIncident {
		out.Priority = &t.Priority
	}
	return out
}

// CauseHint is a record that may belong to this one, and why.
type CauseHint struct {
	Other CauseRecord `json:"other"`
	Item  *HintItem   `json:"item" doc:"In which they meet"`
	Depth int         `json:"depth" doc:"How many steps the change reaches to it; 0: it changed the item itself"`
	Hours float64     `json:"hours" doc:"From the end of the change to the incident; 0: while it went on"`
}

// HintItem is a configuration item.
type HintItem struct {
	Number string `json:"number"`
	Name   string `json:"name"`
}

type causesInput struct {
	Number string `path:"number" maxLength:"40"`
}

func (a *area) causes(ctx context.Context, in *causesInput) (*rest.Body[RecordCauses], error) {
	t, ties, err := a.Causes.Of(ctx, in.Number)
	if err != nil {
		return nil, err
	}
	hints, err := a.Causes.Suggest(ctx, t)
	if err != nil {
		return nil, err
	}
	out := RecordCauses{Ties: []CauseTie{}, Suggestions: []CauseHint{}}
	var users []domain.UserID
	for _, x := range ties {
		users = append(users, x.Cause.SetBy)
	}
	cast, err := a.Cast(ctx, users)
	if err != nil {
		return nil, err
	}
	for _, x := range ties {
		out.Ties = append(out.Ties, CauseTie{x.Cause.Kind, x.Cause.Confidence, recordOf(x.Other), rest.Opt(x.Cause.Evidence), cast.Person(x.Cause.SetBy), x.Cause.SetAt})
		out.Caused = out.Caused || t.Kind == domain.KindChange && cause.Computed("", []cause.Cause{x.Cause}) != ""
	}
	var items []domain.CIID
	for _, h := range hints {
		items = append(items, h.CI)
	}
	found, err := a.CMDB.ByIDs(ctx, items)
	if err != nil {
		return nil, err
	}
	found = a.CMDB.Readable(ctx, found)
	for _, h := range hints {
		hint := CauseHint{Other: recordOf(h.Other), Depth: h.Depth, Hours: float64(int(h.After.Hours()*10)) / 10}
		if c, ok := found[h.CI]; ok {
			hint.Item = &HintItem{c.Number, c.Facts.Name}
		}
		out.Suggestions = append(out.Suggestions, hint)
	}
	// Who may say what is asked of a change; of an incident, of any change in the same place.
	of := t
	of.Kind = domain.KindChange
	out.May = CauseMay{Suspect: a.Tickets.Permit(ctx, of, "suspect") == nil, Confirm: a.Tickets.Permit(ctx, of, "confirm_cause") == nil}
	return &rest.Body[RecordCauses]{Body: out}, nil
}

type sayInput struct {
	Number string `path:"number" maxLength:"40" doc:"Of the change"`
	Body   struct {
		Incident   string `json:"incident" maxLength:"40"`
		Kind       string `json:"kind,omitempty" enum:"caused_by,fixed_by,requested_by" default:"caused_by" doc:"Read from the incident"`
		Confidence string `json:"confidence" enum:"suspected,confirmed,refuted" doc:"To confirm and to refute takes the right change.confirm_cause"`
		Evidence   string `json:"evidence,omitempty" doc:"What shows it; needed to confirm and to refute"`
	}
}

func (a *area) say(ctx context.Context, in *sayInput) (*rest.Body[RecordCauses], error) {
	b := in.Body
	if _, err := a.Causes.Say(ctx, cause.SayInput{Incident: b.Incident, Change: in.Number, Kind: b.Kind, Confidence: b.Confidence, Evidence: b.Evidence}); err != nil {
		return nil, err
	}
	return a.causes(ctx, &causesInput{in.Number})
}

// Told says, for each tie of a record by its reference, what it says, to be read after what happened to it.
func Told(ctx context.Context, causes *cause.Service, number string) (map[string]string, error) {
	t, ties, err := causes.Of(ctx, number)
	out := make(map[string]string, len(ties))
	for _, x := range ties {
		out[x.Cause.Ref] = ": " + said[t.Kind][x.Cause.Kind] + " " + x.Other.Number
	}
	return out, err
}

// said reads a tie from either of its ends.
var said = map[domain.Kind]map[string]string{
	domain.KindIncident: {cause.CausedBy: "caused by", cause.FixedBy: "mended by", cause.RequestedBy: "led to"},
	domain.KindChange:   {cause.CausedBy: "caused", cause.FixedBy: "mended", cause.RequestedBy: "asked for because of"},
}
