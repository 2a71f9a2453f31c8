package template

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"time"

	"github.com/cabinetdesk/cabinet/changes"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/approval"
	"github.com/cabinetdesk/cabinet/domain/ticket"
)

// Template is one edition of a template.
type Template struct {
	ID          int64 `gorm:"primaryKey"`
	Key         string
	Edition     int64
	State       string
	Title       string
	Body        string // [Doc] as JSON
	Digest      string // of the body
	AuthorID    domain.UserID
	Editors     changes.Users
	Evidence    string // a list of [Run] as JSON
	Ballot      string // [approval.Ballot] as JSON: what the board was asked, and answered
	Reason      string // why it was suspended, retired or sent back
	PublishedAt *time.Time
	ExpiresAt   *time.Time
	StateSince  time.Time
	Version     int64
	CreatedAt   time.Time
}

// TableName names the table.
func (Template) TableName() string { return "change_templates" }

// Name is how the log calls an edition.
func (t Template) Name() string { return t.Key + "/" + ticket.Int(t.Edition) }

// Doc is what a template says. What is not variable stands in every change that comes from it, word for word.
type Doc struct {
	Title              string            `json:"title"`
	Summary            string            `json:"summary"` // when to use it, for whoever looks for one
	Description        string            `json:"description"`
	Service            string            `json:"service"`
	Category           string            `json:"category"`
	Environment        string            `json:"environment"`
	Justification      string            `json:"justification"`
	ImplementationPlan string            `json:"implementation_plan"`
	TestPlan           string            `json:"test_plan"`
	BackoutPlan        string            `json:"backout_plan"`
	CommunicationPlan  string            `json:"communication_plan"`
	VerificationPlan   string            `json:"verification_plan"`
	Outage             string            `json:"outage"`
	OutageMinutes      int64             `json:"outage_minutes"`
	BackoutTested      string            `json:"backout_tested"`
	AffectedServices   []string          `json:"affected_services"`
	Items              []string          `json:"items"` // numbers of configuration items
	Answers            map[string]string `json:"answers"`

	// Variable are those of [Variables] that who raises a change fills in; title, time and implementers always are.
	Variable []string `json:"variable"`
	// Classes and Tags say for which items it is: each is of one of the classes and bears one of the tags; none: any.
	Classes []string `json:"classes"`
	Tags    []string `json:"tags"`
	// Minutes is how long a change takes, at most.
	Minutes int64 `json:"minutes"`
	// Hours are those in which it is done; none: at any time. Zone is whose clock they mean.
	Hours []Hours `json:"hours"`
	Zone  string  `json:"zone"`
	// MaxRisk is the highest band that a change from it may have.
	MaxRisk changes.Risk `json:"max_risk"`
	// Failures is how many of the last ten changes may fail; one more suspends it.
	Failures int `json:"failures"`
}

// Variables lists the fields that a template may leave to whoever raises a change. How to back out is never among them.
var Variables = []string{"description", "service", "affected_services", "items", "environment", "justification", "implementation_plan", "test_plan", "communication_plan", "verification_plan"}

var keyShape = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

// Check tells what is wrong with a document; it cleans its texts.
func (d *Doc) Check() error {
	var err error
	if d.Title, err = ticket.Title(d.Title); err != nil {
		return err
	}
	if d.Summary, err = ticket.Line("body.template.summary", d.Summary, 300); err != nil {
		return err
	}
	if err := ticket.Texts(map[string]*string{"template.description": &d.Description, "template.justification": &d.Justification, "template.implementation_plan": &d.ImplementationPlan,
		"template.test_plan": &d.TestPlan, "template.backout_plan": &d.BackoutPlan, "template.communication_plan": &d.CommunicationPlan,
		"template.verification_plan": &d.VerificationPlan}, ticket.MaxText); err != nil {
		return err
	}
	bad := func(field, why string) error { return ErrDoc.With("body.template."+field, why) }
	switch {
	case len(d.Service) > ticket.MaxShort:
		return bad("service", "the name is too long")
	case d.ImplementationPlan == "" && !slices.Contains(d.Variable, "implementation_plan"):
		return bad("implementation_plan", "say how it is done")
	case d.BackoutPlan == "":
		return bad("backout_plan", "say how it is undone")
	case d.Minutes < 1 || d.Minutes > 60*24*7:
		return bad("minutes", "a change takes a minute to a week")
	case d.MaxRisk != changes.Low && d.MaxRisk != changes.Medium:
		return bad("max_risk", "a standard change is of low or medium risk")
	case d.Failures < 0 || d.Failures > 5:
		return bad("failures", "0 to 5 of the last ten")
	case d.Category != "" && !slices.Contains(changes.Categories, d.Category):
		return bad("category", "choose one of the list")
	case d.Environment != "" && !slices.Contains(changes.Environments, d.Environment):
		return bad("environment", "choose one of the list")
	case d.Outage != "" && d.Outage != "yes" && d.Outage != "no", d.BackoutTested != "" && d.BackoutTested != "yes" && d.BackoutTested != "no":
		return bad("outage", "yes or no")
	case d.OutageMinutes < 0 || d.OutageMinutes > d.Minutes:
		return bad("outage_minutes", "no longer than the change")
	case len(d.Classes)+len(d.Tags)+len(d.AffectedServices) > 300 || len(d.Items) > 500 || len(d.Answers) > 100 || len(d.Hours) > 20:
		return bad("classes", "these are too many")
	}
	for _, v := range d.Variable {
		if !slices.Contains(Variables, v) {
			return bad("variable", "these can be left open: description, service, affected_services, items, environment, justification, implementation_plan, test_plan, communication_plan, verification_plan")
		}
	}
	for i, n := range d.Items {
		number, err := domain.ParseNumber(n)
		if err != nil || number.Kind != domain.KindCI {
			return bad("items", "an item is named like CI-000123")
		}
		d.Items[i] = number.String()
	}
	slices.Sort(d.Items)
	if _, err := time.LoadLocation(d.Zone); err != nil || d.Zone == "Local" {
		return bad("zone", "a time zone is named like Europe/Berlin")
	}
	for _, h := range d.Hours {
		if err := h.Check(); err != nil {
			return bad("hours", err.Error())
		}
	}
	return nil
}

// text is the document as it is kept.
func (d Doc) text() string {
	b, _ := json.Marshal(d) //nolint:errcheck // texts, numbers and lists always marshal
	return string(b)
}

// Says reads what the edition says.
func (t Template) Says() (d Doc, err error) {
	if err := json.Unmarshal([]byte(t.Body), &d); err != nil {
		return d, ErrDoc.Wrap(err)
	}
	return d, nil
}

func (t *Template) say(d Doc) {
	t.Title, t.Body = d.Title, d.text()
	sum := sha256.Sum256([]byte("cabinet-template-v1\n" + t.Name() + "\n" + t.Body))
	t.Digest = hex.EncodeToString(sum[:])
}

// Departs lists the fields in which a plan is not what the template says.
func (d Doc) Departs(p changes.Plan) (out []domain.Field) {
	for _, x := range []struct {
		name string
		same bool
	}{
		{"description", p.Description == d.Description}, {"service", p.Service == d.Service}, {"environment", p.Environment == d.Environment},
		{"affected_services", same(p.AffectedServices, d.AffectedServices)}, {"items", same(p.CIs, d.Items)},
		{"justification", p.Justification == d.Justification}, {"implementation_plan", p.ImplementationPlan == d.ImplementationPlan},
		{"test_plan", p.TestPlan == d.TestPlan}, {"communication_plan", p.CommunicationPlan == d.CommunicationPlan}, {"verification_plan", p.VerificationPlan == d.VerificationPlan},
		{"backout_plan", p.BackoutPlan == d.BackoutPlan}, {"outage", p.Outage == d.Outage}, {"outage_minutes", p.OutageMinutes == d.OutageMinutes},
		{"backout_tested", p.BackoutTested == d.BackoutTested}, {"security_touched", p.SecurityTouched == ""}, {"security_impact", p.SecurityImpact == ""},
	} {
		if !x.same && !slices.Contains(d.Variable, x.name) {
			out = append(out, domain.Field{Location: "body.plan." + x.name, Message: "the template says what this is"})
		}
	}
	if fmt.Sprint(map[string]string(p.Answers)) != fmt.Sprint(d.Answers) {
		out = append(out, domain.Field{Location: "body.plan.answers", Message: "the template says what this is"})
	}
	return out
}

func same(a, b []string) bool {
	a, b = slices.Clone(a), slices.Clone(b)
	slices.Sort(a)
	slices.Sort(b)
	return slices.Equal(a, b)
}

// Run is one change that shows how it goes: evidence for a proposal, or a use of the template.
type Run struct {
	Number  string          `json:"number"`
	Outcome changes.Outcome `json:"outcome"`
	Ended   time.Time       `json:"ended"`
}

// Failed tells whether the run counts against a template.
func (r Run) Failed() bool { return r.Outcome == "failed" || r.Outcome == "backed_out" }

// Shown lists the evidence with which it was proposed.
func (t Template) Shown() (out []Run) {
	_ = json.Unmarshal([]byte(t.Evidence), &out) //nolint:errcheck // written by this package
	return out
}

// Asked is the ballot of the proposal; ok is false before there was one.
func (t Template) Asked() (b approval.Ballot, ok bool) {
	return b, t.Ballot != "" && json.Unmarshal([]byte(t.Ballot), &b) == nil
}

func (t *Template) keep(b approval.Ballot) {
	b.Inactive, b.Delegations, b.Elsewhere = nil, nil, nil // how people stand is asked anew each time
	text, _ := json.Marshal(b)                             //nolint:errcheck // rows always marshal
	t.Ballot = string(text)
}

// Subject is the edition as the approval engine sees it.
func (t Template) Subject() approval.Subject {
	s := approval.Subject{Number: t.Name(), Open: t.State == StateProposed, Revision: t.Edition, Digest: t.Digest, Interested: map[domain.UserID][]string{},
		Risk: string(changes.Low), Model: string(changes.Standard)}
	for _, u := range append(slices.Clone(t.Editors), t.AuthorID) {
		if u != 0 && len(s.Interested[u]) == 0 {
			s.Interested[u] = []string{"editor"}
		}
	}
	return s
}

// InUse refuses an edition from which no change may come at an instant.
func (t Template) InUse(now time.Time) error {
	switch {
	case t.State == StateSuspended:
		return ErrNotInUse.Because("%s is suspended: %s", t.Title, t.Reason)
	case t.State != StatePublished:
		return ErrNotInUse.Because("Edition %d of %s is not published.", t.Edition, t.Title)
	case t.ExpiresAt == nil || !now.Before(*t.ExpiresAt):
		return ErrExpired.Because("%s was approved for twelve months: propose its next edition.", t.Title)
	}
	return nil
}

// Fields is the edition's state in the log.
func (t Template) Fields() map[string]string {
	out := map[string]string{"state": t.State, "title": t.Title, "body": t.Body, "digest": t.Digest, "author": ticket.Int(int64(t.AuthorID)), "editors": users(t.Editors),
		"evidence": t.Evidence, "reason": t.Reason, "published_at": ticket.Instant(t.PublishedAt), "expires_at": ticket.Instant(t.ExpiresAt), "state_since": ticket.Instant(&t.StateSince)}
	if t.Ballot != "" {
		sum := sha256.Sum256([]byte(t.Ballot))
		out["ballot"] = hex.EncodeToString(sum[:])
	}
	return out
}

func users(list changes.Users) string {
	b, _ := json.Marshal(list) //nolint:errcheck // numbers always marshal
	return string(b)
}
