package incident

import (
	"context"

	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/ticket"
)

// OverridePriority sets a priority other than the matrix gives, with a reason; nil gives it back to the
// matrix. Who may: incident.override_priority. Facts: Graded.
func (s *Service) OverridePriority(ctx context.Context, number string, version int64, priority *int, reason string) (i Incident, err error) {
	if priority != nil {
		if *priority < 1 || *priority > 4 {
			return i, domain.ErrInvalid.With("body.priority", "priority is 1 (critical) to 4 (low)")
		}
		if reason, err = ticket.Reason(reason); err != nil {
			return i, err
		}
	}
	err = s.db.Do(ctx, func(ctx context.Context) error {
		if i, err = s.lock(ctx, number, version, "override_priority"); err != nil {
			return err
		}
		if err := ticket.NotFinal(Flow, i.Ticket); err != nil {
			return err
		}
		before := i.Fields()
		f := &i.Facet
		f.PriorityOverride, f.OverrideReason, f.OverrideBy = priority, reason, domain.ActorFrom(ctx).User
		what := "priority_overridden"
		if priority == nil {
			f.OverrideReason, f.OverrideBy, what = "", 0, "priority_restored"
		}
		if err := i.Grade(); err != nil {
			return err
		}
		return s.save(ctx, &i, before, ticket.Happened{What: what}, func(h ticket.Happened) domain.Fact { return Graded{h, i} })
	})
	return i, err
}

// DeclareMajor declares an open incident major, with a reason. Who may: incident.declare_major. Facts: DeclaredMajor.
func (s *Service) DeclareMajor(ctx context.Context, number string, version int64, reason string) (i Incident, err error) {
	if reason, err = ticket.Reason(reason); err != nil {
		return i, err
	}
	err = s.db.Do(ctx, func(ctx context.Context) error {
		if i, err = s.lock(ctx, number, version, "declare_major"); err != nil {
			return err
		}
		if !i.Ticket.Open() {
			return ticket.ErrFinal.Because("Only an open incident can be declared major.")
		}
		if i.Facet.Major {
			return nil
		}
		before := i.Fields()
		i.Facet.Major, i.Facet.MajorReason = true, reason
		return s.save(ctx, &i, before, ticket.Happened{What: "declared_major"}, func(h ticket.Happened) domain.Fact { return DeclaredMajor{h, i} })
	})
	return i, err
}
