package pipeline

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/ticket"
	"github.com/cabinetdesk/cabinet/policies"
)

// All lists the pipelines. Who may: pipeline.read.
func (s *Service) All(ctx context.Context) ([]Pipeline, error) {
	if err := s.Gate.Check(ctx, "pipeline.read", policies.Object{}); err != nil {
		return nil, err
	}
	return s.store.pipelines(ctx)
}

// Shown is a pipeline with what it did last, and the tokens of its account for those who manage it.
type Shown struct {
	Pipeline    Pipeline
	Deployments []Deployment
	Tickets     map[domain.TicketID]ticket.Ticket
	Secrets     []Secret
	Managed     bool
}

const mostShown = 50

// Show shows a pipeline. Who may: pipeline.read; its deployments, of the changes that the actor may read.
func (s *Service) Show(ctx context.Context, key string) (out Shown, err error) {
	if err := s.Gate.Check(ctx, "pipeline.read", policies.Object{}); err != nil {
		return out, err
	}
	if out.Pipeline, err = s.store.pipeline(ctx, key); err != nil {
		return out, err
	}
	latest, err := s.store.latest(ctx, out.Pipeline.ID, mostShown)
	if err != nil {
		return out, err
	}
	ids := make([]domain.TicketID, 0, len(latest))
	for _, d := range latest {
		ids = append(ids, d.TicketID)
	}
	if out.Tickets, err = s.Tickets.ByIDs(ctx, ids); err != nil {
		return out, err
	}
	for _, d := range latest {
		if s.Tickets.Permit(ctx, out.Tickets[d.TicketID], "read") == nil {
			out.Deployments = append(out.Deployments, d)
		}
	}
	if out.Managed = s.Gate.Check(ctx, "pipeline.manage", policies.Object{}) == nil; out.Managed {
		out.Secrets, err = s.Accounts.List(ctx, out.Pipeline.AccountID)
	}
	return out, err
}

// RegisterInput is a new pipeline.
type RegisterInput struct {
	Key, Name, Purpose string
	Owner              domain.UserID
	Team               domain.TeamID
	Items              []string
	Modes              Modes
	Required           []string
}

// Register makes a pipeline known and gives it an account of its own. Who may: pipeline.manage, and what it takes to make
// an account and to grant it the role of pipelines. Facts: PipelineChanged as "registered", and those of the account.
// Errors: pipeline_unsound, pipeline_key_taken.
func (s *Service) Register(ctx context.Context, in RegisterInput) (p Pipeline, err error) {
	p = Pipeline{Key: strings.TrimSpace(in.Key), Name: in.Name, Purpose: in.Purpose, OwnerID: in.Owner, TeamID: in.Team, Items: in.Items, Modes: in.Modes, Required: in.Required, Version: 1}
	err = s.DB.Do(ctx, func(ctx context.Context) error {
		if err := s.Gate.Check(ctx, "pipeline.manage", policies.Object{}); err != nil {
			return err
		}
		if err := s.sound(ctx, &p); err != nil {
			return err
		}
		if _, err := s.store.pipeline(ctx, p.Key); err == nil {
			return ErrKey.With("body.key", "choose another key")
		} else if domain.KindOf(err) != domain.NotFound {
			return err
		}
		if p.AccountID, err = s.Accounts.Open(ctx, "pipeline."+p.Key, p.Name); err != nil {
			return err
		}
		p.CreatedAt = s.DB.Now(ctx)
		if err := s.DB.Emit(ctx, PipelineChanged{p, "registered", nil}); err != nil {
			return err
		}
		return s.store.insertPipeline(ctx, &p)
	})
	return p, err
}

// sound checks a pipeline against itself and against what there is.
func (s *Service) sound(ctx context.Context, p *Pipeline) error {
	if err := p.check(); err != nil {
		return err
	}
	if err := s.Tickets.CheckAssignment(ctx, 0, p.OwnerID); err != nil {
		return err
	}
	if len(p.Items) == 0 {
		return nil
	}
	known, err := s.Items.Readable(ctx, p.Items)
	if err == nil && len(known) < len(p.Items) {
		return ErrPipeline.With("body.items", "one of these items does not exist, or you may not see it")
	}
	return err
}

// Patch alters a pipeline; nil leaves a part as it is.
type Patch struct {
	Name, Purpose   *string
	Owner           *domain.UserID
	Team            *domain.TeamID
	Items, Required *[]string
	Modes           *Modes
}

// Amend alters a pipeline. Who may: pipeline.manage. Facts: PipelineChanged as "amended", unless nothing differs. Errors:
// pipeline_unsound, pipeline_retired, stale_version.
func (s *Service) Amend(ctx context.Context, key string, version int64, in Patch) (Pipeline, error) {
	return s.alter(ctx, key, version, "amended", func(ctx context.Context, p *Pipeline) error {
		ticket.Set(&p.Name, in.Name)
		ticket.Set(&p.Purpose, in.Purpose)
		ticket.Set(&p.OwnerID, in.Owner)
		ticket.Set(&p.TeamID, in.Team)
		ticket.Set((*[]string)(&p.Items), in.Items)
		ticket.Set((*[]string)(&p.Required), in.Required)
		ticket.Set(&p.Modes, in.Modes)
		return s.sound(ctx, p)
	})
}

// Retire ends a pipeline: its account is disabled with all its tokens. Who may: pipeline.manage, and what it takes to disable
// an account. Facts: PipelineChanged as "retired", and those of the account. Errors: pipeline_retired.
func (s *Service) Retire(ctx context.Context, key string, version int64) (Pipeline, error) {
	return s.alter(ctx, key, version, "retired", func(ctx context.Context, p *Pipeline) error {
		p.Retired = true
		return s.Accounts.Close(ctx, p.AccountID, "The pipeline "+p.Key+" is retired.")
	})
}

func (s *Service) alter(ctx context.Context, key string, version int64, what string, how func(ctx context.Context, p *Pipeline) error) (p Pipeline, err error) {
	err = s.DB.Do(ctx, func(ctx context.Context) error {
		if err := s.Gate.Check(ctx, "pipeline.manage", policies.Object{}); err != nil {
			return err
		}
		if p, err = s.store.lockPipeline(ctx, "key", key); err != nil {
			return err
		}
		switch {
		case version != 0 && version != p.Version:
			return domain.ErrStale.Because("The pipeline is at version %d now; you saw %d.", p.Version, version)
		case p.Retired:
			return ErrRetired
		}
		before := p.Fields()
		if err := how(ctx, &p); err != nil || len(ticket.Diff(before, p.Fields())) == 0 {
			return err
		}
		p.Version++
		if err := s.DB.Emit(ctx, PipelineChanged{p, what, before}); err != nil {
			return err
		}
		return s.store.updatePipeline(ctx, p)
	})
	return p, err
}

// tokenDays is for how long a token is made at most.
const tokenDays = 365

// IssueToken makes a token for a pipeline's account and tells its secret, once. Who may: pipeline.manage, and what it takes to
// make a token for an account. Facts: those of the account. Errors: pipeline_retired, full_session_needed.
func (s *Service) IssueToken(ctx context.Context, key, name string, days int) (out Secret, err error) {
	err = s.DB.Do(ctx, func(ctx context.Context) error {
		p, err := s.managed(ctx, key)
		if err != nil {
			return err
		}
		if days < 1 || days > tokenDays {
			return ErrPipeline.With("body.days", "a token lives 1 to 365 days")
		}
		out, err = s.Accounts.Issue(ctx, p.AccountID, name, s.DB.Now(ctx).Add(time.Duration(days)*24*time.Hour))
		return err
	})
	return out, err
}

// RevokeToken ends a token of a pipeline's account at once. Who may: pipeline.manage, and what it takes to revoke a token. Facts:
// those of the account. Errors: not_found.
func (s *Service) RevokeToken(ctx context.Context, key, ref string) error {
	return s.DB.Do(ctx, func(ctx context.Context) error {
		p, err := s.managed(ctx, key)
		if err != nil {
			return err
		}
		have, err := s.Accounts.List(ctx, p.AccountID)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(have, func(t Secret) bool { return t.Ref == ref }) {
			return domain.ErrNotFound.Because("The pipeline has no such token.")
		}
		return s.Accounts.Revoke(ctx, p.AccountID, ref)
	})
}

func (s *Service) managed(ctx context.Context, key string) (Pipeline, error) {
	if err := s.Gate.Check(ctx, "pipeline.manage", policies.Object{}); err != nil {
		return Pipeline{}, err
	}
	p, err := s.store.lockPipeline(ctx, "key", key)
	if err == nil && p.Retired {
		err = ErrRetired
	}
	return p, err
}
