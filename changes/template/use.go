package template

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/cabinetdesk/cabinet/changes"
	"github.com/cabinetdesk/cabinet/changes/risk"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/ticket"
	"github.com/cabinetdesk/cabinet/policies"
)

// RaiseInput is the one form of a standard change: who does it, when, and what the template leaves open.
type RaiseInput struct {
	Key          string
	Title        string // empty: that of the template
	Start        time.Time
	Minutes      int64 // 0: as long as the template says
	Implementers []domain.UserID
	Team         domain.TeamID
	Fields       map[string]string // of the variable fields; "items" and "affected_services" are in lists of their own
	Items        []string
	Services     []string
}

// Raise makes a standard change and schedules it at once: either both, or nothing. Who may: change.create and change.submit.
// Facts: those of changes.Raise and of the move "schedule". Errors: template_not_in_use, template_expired,
// template_departed_from for a field that is not variable, template_other_hours, template_other_items, template_too_risky.
func (s *Service) Raise(ctx context.Context, in RaiseInput) (c changes.Change, err error) {
	err = s.DB.Do(ctx, func(ctx context.Context) error {
		actor := domain.ActorFrom(ctx)
		for action, o := range map[string]policies.Object{"template.read": object(""), "change.create": {Class: string(domain.KindChange), Team: in.Team, Site: actor.Site, Participants: []domain.UserID{actor.User}}} {
			if err := s.Gate.Check(ctx, action, o); err != nil {
				return err
			}
		}
		t, err := s.inUse(ctx, in.Key)
		if err != nil {
			return err
		}
		doc, err := t.Says()
		if err != nil {
			return err
		}
		plan, err := doc.fill(in)
		if err != nil {
			return err
		}
		if c, err = s.Changes.Raise(ctx, changes.RaiseInput{Plan: plan, Team: in.Team, Template: t.Key, Edition: t.Edition}); err != nil {
			return err
		}
		c, err = s.Changes.Move(ctx, changes.MoveInput{Number: c.Ticket.Number, Event: "schedule"})
		return err
	})
	return c, err
}

// inUse is the edition from which changes come now.
func (s *Service) inUse(ctx context.Context, key string) (Template, error) {
	editions, err := s.store.editions(ctx, key)
	if err != nil {
		return Template{}, err
	}
	if len(editions) == 0 {
		return Template{}, errNone
	}
	i := slices.IndexFunc(editions, func(t Template) bool { return t.State == StatePublished || t.State == StateSuspended })
	i = max(i, 0) // of one that was never in use, the newest says why not
	return editions[i], editions[i].InUse(s.DB.Now(ctx))
}

// fill is the plan of a change: what the template says, and in its variable fields what was given.
func (d Doc) fill(in RaiseInput) (p changes.PlanPatch, err error) {
	open := func(name, given, said string) *string {
		if given != "" && given != said && !slices.Contains(d.Variable, name) && err == nil {
			err = ErrDeparts.With("body."+name, "the template says what this is")
		}
		if given == "" {
			given = said
		}
		return &given
	}
	for name := range in.Fields {
		if !slices.Contains(Variables, name) || name == "items" || name == "affected_services" {
			return p, ErrDeparts.With("body.fields", "a template leaves none of this open")
		}
	}
	title := d.Title
	if strings.TrimSpace(in.Title) != "" {
		title = in.Title
	}
	minutes := d.Minutes
	if in.Minutes > 0 {
		minutes = min(in.Minutes, d.Minutes)
	}
	if in.Start.IsZero() {
		return p, domain.ErrInvalid.With("body.start", "say when it begins")
	}
	end := in.Start.Add(time.Duration(minutes) * time.Minute)
	p = changes.PlanPatch{Title: &title, PlannedStart: &in.Start, PlannedEnd: &end, Implementers: &in.Implementers,
		Description: open("description", in.Fields["description"], d.Description), Service: open("service", in.Fields["service"], d.Service),
		Environment: open("environment", in.Fields["environment"], d.Environment), Justification: open("justification", in.Fields["justification"], d.Justification),
		ImplementationPlan: open("implementation_plan", in.Fields["implementation_plan"], d.ImplementationPlan), TestPlan: open("test_plan", in.Fields["test_plan"], d.TestPlan),
		CommunicationPlan: open("communication_plan", in.Fields["communication_plan"], d.CommunicationPlan),
		VerificationPlan:  open("verification_plan", in.Fields["verification_plan"], d.VerificationPlan),
		BackoutPlan:       &d.BackoutPlan, Outage: &d.Outage, OutageMinutes: &d.OutageMinutes, BackoutTested: &d.BackoutTested, Category: &d.Category, Answers: &d.Answers}
	items, services := d.Items, d.AffectedServices
	if in.Items != nil && slices.Contains(d.Variable, "items") {
		items = in.Items
	}
	if in.Services != nil && slices.Contains(d.Variable, "affected_services") {
		services = in.Services
	}
	if in.Items != nil && !same(in.Items, items) || in.Services != nil && !same(in.Services, services) {
		return p, ErrDeparts.With("body.items", "the template says what this is")
	}
	p.CIs, p.AffectedServices = &items, &services
	return p, err
}

// Published implements changes.Templates: nil when the change comes from an edition in use and keeps to it.
func (s *Service) Published(ctx context.Context, c changes.Change) error {
	f := c.Facet
	if f.Template == "" {
		return changes.ErrTemplate
	}
	t, err := s.store.one(ctx, f.Template, f.TemplateEdition)
	if err != nil {
		return err
	}
	if err := t.InUse(s.DB.Now(ctx)); err != nil {
		return err
	}
	doc, err := t.Says()
	if err != nil {
		return err
	}
	plan := c.Plan()
	if fields := doc.Departs(plan); len(fields) > 0 {
		e := ErrDeparts.Because("%s says otherwise: take the normal way, or propose its next edition.", t.Title)
		e.Fields = fields
		return e
	}
	if plan.PlannedStart != nil && plan.PlannedEnd != nil {
		switch {
		case plan.PlannedEnd.Sub(*plan.PlannedStart) > time.Duration(doc.Minutes)*time.Minute:
			return ErrWhen.With("body.plan.planned_end", "it takes at most "+ticket.Int(doc.Minutes)+" minutes")
		case !doc.Within(*plan.PlannedStart, *plan.PlannedEnd):
			return ErrWhen.With("body.plan.planned_start", "choose a time within the hours of the template")
		}
	}
	if risk.Max(risk.Band(f.Risk), risk.Band(doc.MaxRisk)) != risk.Band(doc.MaxRisk) {
		return ErrTooRisky.Because("Its risk is %s; the template allows %s.", f.Risk, doc.MaxRisk)
	}
	return s.fits(ctx, doc, f.CIs)
}

// fits refuses items for which the template is not.
func (s *Service) fits(ctx context.Context, doc Doc, numbers []string) error {
	if len(doc.Classes)+len(doc.Tags) == 0 {
		return nil
	}
	if len(numbers) == 0 {
		return ErrOtherWork.With("body.items", "name the items that are touched")
	}
	known, err := s.Items.Facts(ctx, numbers)
	if err != nil {
		return err
	}
	if len(known) < len(numbers) {
		return ErrOtherWork.With("body.items", "one of these items does not exist any more")
	}
	for _, x := range known {
		if len(doc.Classes) > 0 && !slices.Contains(doc.Classes, x.Class) {
			return ErrOtherWork.Because("The template is not for items like %s.", x.Number)
		}
		if len(doc.Tags) > 0 && !slices.ContainsFunc(x.Tags, func(tag string) bool { return slices.Contains(doc.Tags, tag) }) {
			return ErrOtherWork.Because("%s bears none of the tags that the template is for.", x.Number)
		}
	}
	return nil
}

// Sample is how many of the last changes are looked at before a template is suspended.
const Sample = 10

// Ended is the reaction to the end of the work on a change: what goes wrong too often is suspended (invariant 4). Facts:
// "suspended".
func (s *Service) Ended(ctx context.Context, c changes.Change) error {
	if c.Facet.Template == "" || !(Run{Outcome: c.Facet.Outcome}).Failed() {
		return nil
	}
	t, err := s.store.lock(ctx, c.Facet.Template, c.Facet.TemplateEdition)
	if err != nil || t.State != StatePublished {
		return err
	}
	doc, err := t.Says()
	if err != nil {
		return err
	}
	// What failed before it was let go on has been looked at.
	runs, err := s.store.runs(ctx, t.Key, t.Edition, Sample)
	if err != nil {
		return err
	}
	failed := 0
	for _, r := range runs {
		if r.Failed() && r.Ended.After(t.StateSince) {
			failed++
		}
	}
	if failed <= doc.Failures {
		return nil
	}
	return s.suspend(ctx, &t, ticket.Int(failed)+" of the last "+ticket.Int(len(runs))+" changes failed, the last one "+c.Ticket.Number+".")
}

// Grave is the least urgent priority at which one incident is enough to stop a routine.
const Grave = 2

// Blamed is the reaction to the confirmation that a change caused an incident: after a grave one, what it came from is
// suspended at once (invariant 4). Facts: "suspended".
func (s *Service) Blamed(ctx context.Context, c changes.Change, incident string, priority int) error {
	if c.Facet.Template == "" || priority > Grave {
		return nil
	}
	t, err := s.store.lock(ctx, c.Facet.Template, c.Facet.TemplateEdition)
	if err != nil || t.State != StatePublished {
		return err
	}
	return s.suspend(ctx, &t, c.Ticket.Number+" caused "+incident+", which is P"+ticket.Int(priority)+".")
}

func (s *Service) suspend(ctx context.Context, t *Template, why string) error {
	before, from := t.Fields(), t.State
	h, err := s.move(ctx, t, MoveInput{Event: "suspend", Reason: why}, true)
	if err != nil {
		return err
	}
	return s.write(ctx, t, before, from, h)
}

// Runs lists the last changes that came from a template, of all editions, the newest first: how it goes is told to whoever
// may read the template. Who may: template.read.
func (s *Service) Runs(ctx context.Context, key string) ([]Run, error) {
	if err := s.Gate.Check(ctx, "template.read", object("")); err != nil {
		return nil, err
	}
	return s.store.runs(ctx, key, 0, 50)
}

// Suggestion is routine that could become a template: changes of one kind that all went well.
type Suggestion struct {
	Title    string // of the last of them
	Service  string
	Category string
	Runs     []Run
}

// Since is how far back promotions are looked for.
const Since = 180 * 24 * time.Hour

// Suggest lists what has become routine: five normal changes or more of low or medium risk with the same title, but for
// numbers in it, on the same service, in 180 days, and all of them went well. Who may: template.draft; of changes, those
// that the asker may read.
func (s *Service) Suggest(ctx context.Context) ([]Suggestion, error) {
	if err := s.Gate.Check(ctx, "template.draft", object("")); err != nil {
		return nil, err
	}
	ended, err := s.store.ended(ctx, s.DB.Now(ctx).Add(-Since), s.Gate.Scope(ctx, "change.read"))
	return Routine(ended), err
}

// Ended is a normal change that is over.
type Ended struct {
	Number, Title, Service, Category string
	Outcome                          changes.Outcome
	ActualEnd                        time.Time
}

// Often is how many successes make a routine.
const Often = 5

// Routine groups changes, the newest first, into what could become templates: the largest groups first.
func Routine(ended []Ended) (out []Suggestion) {
	groups, failed, order := map[string]*Suggestion{}, map[string]bool{}, []string{}
	for _, e := range ended {
		name := strings.ToLower(e.Service) + "\x00" + shape(e.Title)
		g, ok := groups[name]
		if !ok {
			g = &Suggestion{Title: e.Title, Service: e.Service, Category: e.Category}
			groups[name], order = g, append(order, name)
		}
		r := Run{e.Number, e.Outcome, e.ActualEnd}
		g.Runs, failed[name] = append(g.Runs, r), failed[name] || e.Outcome != "successful"
	}
	for _, name := range order {
		if g := groups[name]; len(g.Runs) >= Often && !failed[name] {
			out = append(out, *g)
		}
	}
	slices.SortStableFunc(out, func(a, b Suggestion) int { return len(b.Runs) - len(a.Runs) })
	return out
}

// shape is a title without what differs from one time to the next: numbers, case and blanks.
func shape(title string) string {
	return strings.Join(strings.FieldsFunc(strings.ToLower(title), func(r rune) bool {
		return r == ' ' || r == '-' || r == '.' || r == ',' || r == '#' || r >= '0' && r <= '9'
	}), " ")
}
