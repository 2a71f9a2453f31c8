package pipeline

import (
	"context"
	"time"

	"github.com/cabinetdesk/cabinet/changes"
	"github.com/cabinetdesk/cabinet/changes/template"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/flow"
	"github.com/cabinetdesk/cabinet/domain/ticket"
	"github.com/cabinetdesk/cabinet/internal/db"
	"github.com/cabinetdesk/cabinet/policies"
)

type authorizer interface {
	Check(ctx context.Context, action string, o policies.Object) error
}

// tickets is what the shared part of the records answers.
type tickets interface {
	Lock(ctx context.Context, number string, version int64, action string) (ticket.Ticket, error)
	Permit(ctx context.Context, t ticket.Ticket, action string) error
	ByIDs(ctx context.Context, ids []domain.TicketID) (map[domain.TicketID]ticket.Ticket, error)
	Entrust(ctx context.Context, number string, user domain.UserID) error
	CheckAssignment(ctx context.Context, team domain.TeamID, user domain.UserID) error
}

// records is what changes do for pipelines.
type records interface {
	Get(ctx context.Context, number string) (changes.Change, error)
	ByID(ctx context.Context, id domain.TicketID) (changes.Change, error)
	Raise(ctx context.Context, in changes.RaiseInput) (changes.Change, error)
	Detect(ctx context.Context, in changes.DetectInput) (changes.Change, error)
	Move(ctx context.Context, in changes.MoveInput) (changes.Change, error)
	Moves(ctx context.Context, c changes.Change) ([]flow.Offer, error)
	Obstacles(ctx context.Context, c changes.Change, event string) ([]error, error)
}

// templates raises standard changes.
type templates interface {
	Raise(ctx context.Context, in template.RaiseInput) (changes.Change, error)
}

// Secret is a token of a pipeline's account. Only its first answer holds what is secret.
type Secret struct {
	Ref       string
	Name      string
	Secret    string
	CreatedAt time.Time
	ExpiresAt time.Time
	UsedAt    *time.Time
}

// Accounts are as whom pipelines act (people).
type Accounts interface {
	// Open makes an account for a program that may implement changes and no more.
	Open(ctx context.Context, login, name string) (domain.UserID, error)
	// Close disables it, with all its tokens.
	Close(ctx context.Context, account domain.UserID, reason string) error
	// Issue makes a token; List lists those in force; Revoke ends one.
	Issue(ctx context.Context, account domain.UserID, name string, expires time.Time) (Secret, error)
	List(ctx context.Context, account domain.UserID) ([]Secret, error)
	Revoke(ctx context.Context, account domain.UserID, ref string) error
}

// Listeners are told when a window opens or a freeze holds a change up (webhooks). Once names what is told, so that it is
// told once.
type Listeners interface {
	Tell(ctx context.Context, event string, c changes.Change, once string) error
}

// Deps is what the service needs.
type Deps struct {
	DB        *db.DB
	Gate      authorizer
	Tickets   tickets
	Changes   records
	Templates templates
	Accounts  Accounts
	Items     changes.Items
	Calendar  changes.Calendar
	Listeners Listeners
	Signer    Signer
	Random    func() string
}

// Service holds the verbs of pipelines and the gate.
type Service struct {
	Deps
	store store
}

// New builds the service.
func New(d Deps) *Service { return &Service{d, store{d.DB}} }

// Delivery is what pipelines did for a change.
type Delivery struct {
	Change      changes.Change
	Runs        []Run
	Deployments []Deployment
	Pipelines   map[int64]Pipeline
}

// Of shows the runs and deployments of a change that the actor may read.
func (s *Service) Of(ctx context.Context, number string) (d Delivery, err error) {
	if d.Change, err = s.Changes.Get(ctx, number); err != nil {
		return d, err
	}
	if d.Runs, err = s.store.runs(ctx, d.Change.Ticket.ID); err != nil {
		return d, err
	}
	if d.Deployments, err = s.store.deployments(ctx, d.Change.Ticket.ID); err != nil {
		return d, err
	}
	d.Pipelines, err = s.named(ctx)
	return d, err
}

func (s *Service) named(ctx context.Context) (map[int64]Pipeline, error) {
	all, err := s.store.pipelines(ctx)
	out := map[int64]Pipeline{}
	for _, p := range all {
		out[p.ID] = p
	}
	return out, err
}

// actor is the pipeline that acts, or none when somebody else does. Errors: pipeline_retired.
func (s *Service) actor(ctx context.Context) (*Pipeline, error) {
	user := domain.ActorFrom(ctx).User
	if user == 0 {
		return nil, nil
	}
	p, err := s.store.ofAccount(ctx, user)
	if err == nil && p != nil && p.Retired {
		return nil, ErrRetired
	}
	return p, err
}

// mode is what happens in an environment to what the actor deploys without a pass.
func mode(p *Pipeline, environment string) string {
	if p == nil {
		return Pipeline{}.Mode(environment)
	}
	return p.Mode(environment)
}

// States yields the state of every pipeline, run and deployment, for the verification of the log.
func (s *Service) States(ctx context.Context, yield func(entity string, version int64, state map[string]string) error) error {
	return db.Each(ctx, s.DB, "id", func(p Pipeline) int64 { return p.ID }, func(p Pipeline) error { return yield(p.Key, p.Version, p.Fields()) })
}

// RunStates does so for runs.
func (s *Service) RunStates(ctx context.Context, yield func(entity string, version int64, state map[string]string) error) error {
	return db.Each(ctx, s.DB, "id", func(r Run) int64 { return r.ID }, func(r Run) error { return yield(r.Ref, r.Version, r.Fields()) })
}

// DeploymentStates does so for deployments.
func (s *Service) DeploymentStates(ctx context.Context, yield func(entity string, version int64, state map[string]string) error) error {
	return db.Each(ctx, s.DB, "id", func(d Deployment) int64 { return d.ID }, func(d Deployment) error { return yield(d.Ref, d.Version, d.Fields()) })
}
