// Package standard is the part of the REST API about standard changes and the work on changes: templates with their
// editions, the one form that a standard change takes, and tasks with their evidence.
package standard

import (
	"context"
	"time"

	"github.com/cabinetdesk/cabinet/api/markdown"
	"github.com/cabinetdesk/cabinet/api/rest"
	"github.com/cabinetdesk/cabinet/api/route"
	"github.com/cabinetdesk/cabinet/api/who"
	"github.com/cabinetdesk/cabinet/changes"
	"github.com/cabinetdesk/cabinet/changes/template"
	"github.com/cabinetdesk/cabinet/changes/work"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/approval"
	"github.com/cabinetdesk/cabinet/domain/ticket"
	"github.com/cabinetdesk/cabinet/internal/db"
	"github.com/cabinetdesk/cabinet/policies"
)

// Gate answers who may do what (policies.Engine).
type Gate interface {
	Decide(ctx context.Context, actor domain.Actor, action string, o policies.Object) policies.Decision
}

// Deps is what these routes are composed from.
type Deps struct {
	*who.Directory
	DB        *db.DB
	Gate      Gate
	Templates *template.Service
	Work      *work.Service
	Tickets   *ticket.Service
}

type area struct{ Deps }

// Routes offers them.
func Routes(b *route.Book, d Deps) {
	a := &area{d}
	route.Add(b, "list-templates", a.list)
	route.Add(b, "suggest-templates", a.suggest)
	route.Add(b, "draft-template", a.draft)
	route.Add(b, "get-template", a.get)
	route.Add(b, "raise-standard-change", a.raise)
	route.Add(b, "revise-template", a.revise)
	route.Add(b, "amend-template", a.amend)
	route.Add(b, "propose-template", a.propose)
	route.Add(b, "withdraw-template", a.withdraw)
	route.Add(b, "decide-template", a.decide)
	route.Add(b, "manage-template", a.manage)
	route.Add(b, "list-change-tasks", a.tasks)
	route.Add(b, "add-change-task", a.addTask)
	route.Add(b, "move-change-task", a.moveTask)
	route.Add(b, "tick-change-task", a.tick)
	route.Add(b, "show-evidence", a.show)
	route.Add(b, "correct-task-times", a.correct)
	route.Add(b, "back-out-change", a.backOut)
}

// TemplateHours are a stretch of every one of some days of the week.
type TemplateHours struct {
	Days []int  `json:"days" doc:"0 is Sunday" maxItems:"7"`
	From string `json:"from" maxLength:"5" example:"22:00"`
	To   string `json:"to" maxLength:"5" doc:"Not after the beginning: on the next day" example:"04:00"`
}

// TemplateDoc is what a template says.
type TemplateDoc struct {
	Title              string            `json:"title"`
	Summary            string            `json:"summary,omitempty" doc:"When to use it"`
	Description        string            `json:"description,omitempty" doc:"Markdown, as the plans"`
	Service            string            `json:"service,omitempty"`
	Category           string            `json:"category,omitempty"`
	Environment        string            `json:"environment,omitempty"`
	Justification      string            `json:"justification,omitempty"`
	ImplementationPlan string            `json:"implementation_plan,omitempty"`
	TestPlan           string            `json:"test_plan,omitempty"`
	BackoutPlan        string            `json:"backout_plan" doc:"Never variable"`
	CommunicationPlan  string            `json:"communication_plan,omitempty"`
	VerificationPlan   string            `json:"verification_plan,omitempty"`
	Outage             string            `json:"outage,omitempty" doc:"yes or no"`
	OutageMinutes      int64             `json:"outage_minutes,omitempty"`
	BackoutTested      string            `json:"backout_tested,omitempty" doc:"yes or no"`
	AffectedServices   []string          `json:"affected_services,omitempty" maxItems:"100"`
	Items              []string          `json:"items,omitempty" maxItems:"500" doc:"Numbers of configuration items"`
	Answers            map[string]string `json:"answers,omitempty" doc:"To the questionnaire about the risk"`
	Variable           []string          `json:"variable,omitempty" maxItems:"20" doc:"Fields that whoever raises a change fills in; title, time and implementers always are"`
	Classes            []string          `json:"classes,omitempty" maxItems:"100" doc:"Each item is of one of these classes; none: of any"`
	Tags               []string          `json:"tags,omitempty" maxItems:"100" doc:"Each item bears one of these tags; none: any"`
	Minutes            int64             `json:"minutes" doc:"How long a change takes, at most"`
	Hours              []TemplateHours   `json:"hours,omitempty" maxItems:"20" doc:"When it is done; none: at any time"`
	Zone               string            `json:"zone,omitempty" doc:"Whose clock the hours mean" example:"Europe/Berlin"`
	MaxRisk            string            `json:"max_risk" enum:"low,medium"`
	Failures           int               `json:"failures,omitempty" doc:"How many of the last ten changes may fail; one more suspends it"`
}

func (d TemplateDoc) doc() template.Doc {
	out := template.Doc{Title: d.Title, Summary: d.Summary, Description: d.Description, Service: d.Service, Category: d.Category, Environment: d.Environment,
		Justification: d.Justification, ImplementationPlan: d.ImplementationPlan, TestPlan: d.TestPlan, BackoutPlan: d.BackoutPlan, CommunicationPlan: d.CommunicationPlan,
		VerificationPlan: d.VerificationPlan, Outage: d.Outage, OutageMinutes: d.OutageMinutes, BackoutTested: d.BackoutTested, AffectedServices: d.AffectedServices, Items: d.Items,
		Answers: d.Answers, Variable: d.Variable, Classes: d.Classes, Tags: d.Tags, Minutes: d.Minutes, Zone: d.Zone, MaxRisk: changes.Risk(d.MaxRisk), Failures: d.Failures}
	for _, h := range d.Hours {
		x := template.Hours{From: h.From, To: h.To}
		for _, day := range h.Days {
			x.Days = append(x.Days, time.Weekday(day))
		}
		out.Hours = append(out.Hours, x)
	}
	return out
}

func documentOf(d template.Doc) TemplateDoc {
	out := TemplateDoc{Title: d.Title, Summary: d.Summary, Description: d.Description, Service: d.Service, Category: d.Category, Environment: d.Environment,
		Justification: d.Justification, ImplementationPlan: d.ImplementationPlan, TestPlan: d.TestPlan, BackoutPlan: d.BackoutPlan, CommunicationPlan: d.CommunicationPlan,
		VerificationPlan: d.VerificationPlan, Outage: d.Outage, OutageMinutes: d.OutageMinutes, BackoutTested: d.BackoutTested, AffectedServices: d.AffectedServices, Items: d.Items,
		Answers: d.Answers, Variable: d.Variable, Classes: d.Classes, Tags: d.Tags, Minutes: d.Minutes, Zone: d.Zone, MaxRisk: string(d.MaxRisk), Failures: d.Failures}
	for _, h := range d.Hours {
		x := TemplateHours{Days: []int{}, From: h.From, To: h.To}
		for _, day := range h.Days {
			x.Days = append(x.Days, int(day))
		}
		out.Hours = append(out.Hours, x)
	}
	return out
}

// TemplateEdition is one edition of a template.
type TemplateEdition struct {
	Key         string          `json:"key"`
	Edition     int64           `json:"edition"`
	Version     int64           `json:"version"`
	State       string          `json:"state" enum:"draft,proposed,approved,published,suspended,retired"`
	StateLabel  string          `json:"state_label"`
	Reason      *string         `json:"reason" doc:"Why it was suspended, retired or sent back"`
	Digest      string          `json:"digest" doc:"Names exactly what it says"`
	Template    TemplateDoc     `json:"template"`
	Author      *who.Person     `json:"author"`
	Evidence    []TemplateRun   `json:"evidence" doc:"With which it was proposed"`
	PublishedAt *time.Time      `json:"published_at"`
	ExpiresAt   *time.Time      `json:"expires_at"`
	Usable      bool            `json:"usable" doc:"Changes come from it now"`
	Blocked     *string         `json:"blocked" doc:"Why none do"`
	Steps       []string        `json:"steps" doc:"What I may do with it now"`
	Ballot      *TemplateBallot `json:"ballot"`
	PlanHTML    string          `json:"implementation_plan_html"`
	BackoutHTML string          `json:"backout_plan_html"`
}

// TemplateBallot is what the board was asked, and answered.
type TemplateBallot struct {
	Label   string         `json:"label"`
	State   string         `json:"state" enum:"waiting,approved,rejected,stale"`
	Needed  int            `json:"needed"`
	Votes   []TemplateVote `json:"votes"`
	Waiting []who.Person   `json:"waiting" doc:"Who may still decide"`
	Can     bool           `json:"can" doc:"I may decide now"`
	Why     []string       `json:"why" doc:"Why I may not"`
}

// TemplateVote is one decision.
type TemplateVote struct {
	Person   who.Person  `json:"person" doc:"Whose vote it is"`
	By       *who.Person `json:"by" doc:"Who cast it, if that was somebody else"`
	Decision string      `json:"decision" enum:"approve,reject,recuse"`
	Comment  string      `json:"comment"`
	At       time.Time   `json:"at"`
}

// TemplateRun is one change that shows how it goes.
type TemplateRun struct {
	Number  string    `json:"number"`
	Outcome string    `json:"outcome"`
	Ended   time.Time `json:"ended"`
}

func runs(list []template.Run) []TemplateRun {
	out := []TemplateRun{}
	for _, r := range list {
		out = append(out, TemplateRun{r.Number, string(r.Outcome), r.Ended})
	}
	return out
}

func (a *area) editions(ctx context.Context, list []template.Template) ([]TemplateEdition, error) {
	out, now := []TemplateEdition{}, a.DB.Now(ctx)
	for _, t := range list {
		doc, err := t.Says()
		if err != nil {
			return nil, err
		}
		state, _ := template.Flow.State(t.State)
		e := TemplateEdition{Key: t.Key, Edition: t.Edition, Version: t.Version, State: t.State, StateLabel: state.Label, Reason: rest.Opt(t.Reason), Digest: t.Digest, Template: documentOf(doc),
			Evidence: runs(t.Shown()), PublishedAt: t.PublishedAt, ExpiresAt: t.ExpiresAt, Steps: []string{}, PlanHTML: markdown.HTML(doc.ImplementationPlan), BackoutHTML: markdown.HTML(doc.BackoutPlan)}
		var users []domain.UserID
		b, asked, err := a.Templates.Ballot(ctx, t)
		if err != nil {
			return nil, err
		}
		for _, x := range b.Electors {
			users = append(users, x.UserID)
		}
		for _, x := range b.Decisions {
			users = append(users, x.UserID, x.CastBy)
		}
		cast, err := a.Cast(ctx, append(users, t.AuthorID))
		if err != nil {
			return nil, err
		}
		e.Author = cast.Person(t.AuthorID)
		if err := t.InUse(now); err != nil {
			text := detail(err)
			e.Blocked = &text
		}
		e.Usable = e.Blocked == nil
		for _, o := range template.Flow.Offer(t.State, nil) {
			if !o.Move.Automatic && a.Gate.Decide(ctx, domain.ActorFrom(ctx), o.Move.Action, policies.Object{Class: "template", Number: t.Key}).Allowed {
				e.Steps = append(e.Steps, o.Move.Event)
			}
		}
		if asked {
			e.Ballot = a.ballot(ctx, t, b, cast)
		}
		out = append(out, e)
	}
	return out, nil
}

func (a *area) ballot(ctx context.Context, t template.Template, b approval.Ballot, cast who.Cast) *TemplateBallot {
	tally := b.Tally(t.Subject())
	_, why, _, _ := a.Templates.Eligible(ctx, t, b, t.Digest)
	out := &TemplateBallot{Label: b.Slot.Label, State: string(b.Slot.State), Needed: tally.Needed, Votes: []TemplateVote{}, Waiting: []who.Person{}, Can: len(why) == 0, Why: []string{}}
	if b.Slot.State == approval.Waiting {
		out.Waiting = cast.Persons(tally.Open)
	}
	for _, d := range b.Decisions {
		v := TemplateVote{Person: cast.One(d.UserID), Decision: string(d.Decision), Comment: d.Comment, At: d.At}
		if d.CastBy != d.UserID {
			v.By = cast.Person(d.CastBy)
		}
		out.Votes = append(out.Votes, v)
	}
	for _, r := range why {
		out.Why = append(out.Why, r.Text)
	}
	return out
}

func (a *area) one(ctx context.Context, t template.Template, err error) (*rest.Body[TemplateEdition], error) {
	if err != nil {
		return nil, err
	}
	list, err := a.editions(ctx, []template.Template{t})
	if err != nil {
		return nil, err
	}
	return &rest.Body[TemplateEdition]{Body: list[0]}, nil
}

func (a *area) list(ctx context.Context, _ *rest.Empty) (*rest.Body[rest.Items[TemplateEdition]], error) {
	list, err := a.Templates.All(ctx)
	if err != nil {
		return nil, err
	}
	out, err := a.editions(ctx, list)
	return rest.List(out), err
}

// ByKey names a template.
type ByKey struct {
	Key string `path:"key" maxLength:"60"`
}

// ByEdition names an edition.
type ByEdition struct {
	ByKey
	Edition int64 `path:"edition"`
}

// ChangeTemplate is a template with its editions, the newest first, and the last changes that came from it.
type ChangeTemplate struct {
	Editions []TemplateEdition `json:"editions"`
	Runs     []TemplateRun     `json:"runs"`
}

func (a *area) get(ctx context.Context, in *ByKey) (*rest.Body[ChangeTemplate], error) {
	list, err := a.Templates.Editions(ctx, in.Key)
	if err != nil {
		return nil, err
	}
	out := ChangeTemplate{}
	if out.Editions, err = a.editions(ctx, list); err != nil {
		return nil, err
	}
	ran, err := a.Templates.Runs(ctx, in.Key)
	out.Runs = runs(ran)
	return &rest.Body[ChangeTemplate]{Body: out}, err
}
