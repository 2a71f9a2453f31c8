package pipeline

import (
	"database/sql/driver"
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/cabinetdesk/cabinet/changes"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/ticket"
)

// What happens in an environment to what comes without a pass.
const (
	// Closed: it is refused.
	Closed = "closed"
	// Open: it goes in, and is registered as an unauthorised change.
	Open = "open"
)

// Pipeline is what builds and deploys by itself.
type Pipeline struct {
	ID        int64 `gorm:"primaryKey"`
	Key       string
	Name      string
	Purpose   string
	AccountID domain.UserID // as whom it acts
	OwnerID   domain.UserID // who answers for it
	TeamID    domain.TeamID // whose changes these are
	Items     changes.Texts // numbers of the items that it deploys to, unless a run names others
	Modes     Modes
	Required  changes.Texts // kinds of evidence without which nothing goes into production
	Retired   bool
	Version   int64
	CreatedAt time.Time
}

// TableName names the table.
func (Pipeline) TableName() string { return "pipelines" }

// Modes says for environments whether the gate is closed or open, where that is not the usual.
type Modes map[string]string

// Value implements driver.Valuer.
func (m Modes) Value() (driver.Value, error) { return m.text(), nil }

// Scan implements sql.Scanner.
func (m *Modes) Scan(v any) error {
	s, ok := v.(string)
	if b, bytes := v.([]byte); bytes {
		s, ok = string(b), true
	}
	if !ok {
		return domain.ErrInternal.Because("Modes cannot be read.")
	}
	return json.Unmarshal([]byte(s), m)
}

func (m Modes) text() string {
	if m == nil {
		m = Modes{}
	}
	return text(map[string]string(m))
}

func text(v any) string {
	b, _ := json.Marshal(v) //nolint:errcheck // texts, numbers, times and lists always marshal
	return string(b)
}

// Mode is what happens in an environment to what comes without a pass: where people work the gate is closed unless
// somebody has opened it, elsewhere it is open.
func (p Pipeline) Mode(environment string) string {
	if m := p.Modes[environment]; m != "" {
		return m
	}
	if environment == "production" || environment == "recovery" {
		return Closed
	}
	return Open
}

// Fields is the pipeline's state in the log.
func (p Pipeline) Fields() map[string]string {
	retired := ""
	if p.Retired {
		retired = "yes"
	}
	return map[string]string{"key": p.Key, "name": p.Name, "purpose": p.Purpose, "account": ticket.Int(int64(p.AccountID)), "owner": ticket.Int(int64(p.OwnerID)),
		"team": ticket.Int(int64(p.TeamID)), "items": text(p.Items), "modes": p.Modes.text(), "required": text(p.Required), "retired": retired}
}

var keys = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,38}[a-z0-9]$`)

const mostItems = 100

// check refuses a pipeline that does not make sense.
func (p *Pipeline) check() (err error) {
	if !keys.MatchString(p.Key) {
		return ErrPipeline.With("body.key", "a key is 2 to 40 small letters, digits and hyphens")
	}
	if p.Name, err = ticket.Line("body.name", strings.TrimSpace(p.Name), 100); err != nil {
		return err
	}
	if p.Name == "" {
		return ErrPipeline.With("body.name", "say what people call it")
	}
	if err := ticket.Texts(map[string]*string{"purpose": &p.Purpose}, ticket.MaxText); err != nil {
		return err
	}
	for env, mode := range p.Modes {
		if !slices.Contains(changes.Environments, env) || mode != Open && mode != Closed {
			return ErrPipeline.With("body.modes", "an environment is closed or open")
		}
	}
	for _, kind := range p.Required {
		if !slices.Contains(Kinds, kind) {
			return ErrPipeline.With("body.required", "choose from: "+strings.Join(Kinds, ", "))
		}
	}
	p.Items, err = items(p.Items)
	slices.Sort(p.Required)
	p.Required = slices.Compact(p.Required)
	return err
}

// items brings numbers of items into order.
func items(given []string) (changes.Texts, error) {
	out := changes.Texts{}
	for _, number := range given {
		n, err := domain.ParseNumber(number)
		if err != nil || n.Kind != domain.KindCI {
			return nil, ErrPipeline.With("body.items", "an item is named like CI-000123")
		}
		out = append(out, n.String())
	}
	if len(out) > mostItems {
		return nil, ErrPipeline.With("body.items", "these are too many")
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}
