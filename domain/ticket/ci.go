package ticket

import (
	"context"
	"slices"
	"time"

	"github.com/cabinetdesk/cabinet/domain"
)

// Items answers what this package must know about configuration items.
type Items interface {
	// ItemByNumber finds an item that the actor may read; otherwise it fails with domain.ErrNotFound.
	ItemByNumber(ctx context.Context, number string) (domain.CIID, string, error)
	// Dependencies lists an item that the actor may read and what it depends on, the nearest first, with all that lives on in these.
	Dependencies(ctx context.Context, number string) ([]domain.CIID, error)
	// Including lists items and all that live on in them: a record goes on naming the item that it was about.
	Including(ctx context.Context, items []domain.CIID) ([]domain.CIID, error)
}

// CIRole says what an item has to do with a record.
type CIRole string

// Affected is what a record is about, Impacted what suffers from it.
const (
	Affected CIRole = "affected"
	Impacted CIRole = "impacted"
)

// CI ties a record to a configuration item.
type CI struct {
	TicketID domain.TicketID
	CIID     domain.CIID
	Role     CIRole
	AddedBy  domain.UserID
	AddedAt  time.Time `gorm:"autoCreateTime:false"`
}

// TableName names the table.
func (CI) TableName() string { return "ticket_cis" }

// MaxCIs is how many items one record names.
const MaxCIs = 100

// AddCI says that a record is about an item, or that the item suffers from it. An item that is there already stays, in the
// role that is given last. Who may: <kind>.link on the record, ci.read on the item. From every state that is not final.
// Facts: "ci_added". Errors: record_closed; cis_in_plan for changes, whose items are part of their plan; record_cis_full.
func (s *Service) AddCI(ctx context.Context, number, item string, role CIRole) (t Ticket, err error) {
	if role != Affected && role != Impacted {
		return t, domain.ErrInvalid.With("body.role", "a configuration item is affected or impacted")
	}
	err = s.DB.Do(ctx, func(ctx context.Context) error {
		if t, err = s.lockForCI(ctx, number); err != nil {
			return err
		}
		return s.addCI(ctx, &t, item, role)
	})
	return t, err
}

// OpenAbout says what a record is about that is being opened in this unit of work. Who may: whoever opens it, for
// items that they may read. Facts and errors as AddCI.
func (s *Service) OpenAbout(ctx context.Context, t *Ticket, items []string) error {
	if t.OpenedBy != domain.ActorFrom(ctx).User || !t.OpenedAt.Equal(s.DB.Now(ctx)) {
		return domain.ErrForbidden
	}
	if t.Kind == domain.KindChange && len(items) > 0 {
		return ErrPlanCIs
	}
	for _, item := range items {
		if err := s.addCI(ctx, t, item, Affected); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) addCI(ctx context.Context, t *Ticket, item string, role CIRole) error {
	id, number, err := s.Items.ItemByNumber(ctx, item)
	if err != nil {
		return err
	}
	have, err := s.store.cis(ctx, []domain.TicketID{t.ID})
	if err != nil {
		return err
	}
	same, err := s.Items.Including(ctx, []domain.CIID{id})
	if err != nil {
		return err
	}
	for _, c := range have {
		switch {
		case !slices.Contains(same, c.CIID):
		case c.Role == role:
			return nil
		default:
			id = c.CIID // it changes its role, and stays named as it was
		}
	}
	if len(have) >= MaxCIs {
		return ErrManyCIs.Because("%s names %d items already.", t.Number, len(have))
	}
	h := Happened{What: "ci_added", Seen: domain.InternalV, Details: Detail("ci", string(role)+" "+number, "")}
	c := CI{TicketID: t.ID, CIID: id, Role: role, AddedBy: domain.ActorFrom(ctx).User, AddedAt: s.DB.Now(ctx)}
	return s.touch(ctx, t, h, Plain, func(ctx context.Context) error { return s.store.putCI(ctx, c) })
}

// RemoveCI takes an item off a record. Who may, from which states, errors: as AddCI. Facts: "ci_removed".
func (s *Service) RemoveCI(ctx context.Context, number, item string) (t Ticket, err error) {
	err = s.DB.Do(ctx, func(ctx context.Context) error {
		if t, err = s.lockForCI(ctx, number); err != nil {
			return err
		}
		id, name, err := s.Items.ItemByNumber(ctx, item)
		if err != nil {
			return err
		}
		have, err := s.store.cis(ctx, []domain.TicketID{t.ID})
		if err != nil {
			return err
		}
		same, err := s.Items.Including(ctx, []domain.CIID{id})
		if err != nil {
			return err
		}
		for _, c := range have {
			if slices.Contains(same, c.CIID) {
				h := Happened{What: "ci_removed", Seen: domain.InternalV, Details: Detail("ci", string(c.Role)+" "+name, "")}
				return s.touch(ctx, &t, h, Plain, func(ctx context.Context) error { return s.store.dropCI(ctx, c) })
			}
		}
		return domain.ErrNotFound.Because("%s does not name that item.", t.Number)
	})
	return t, err
}

func (s *Service) lockForCI(ctx context.Context, number string) (Ticket, error) {
	t, err := s.Lock(ctx, number, 0, "link")
	if err != nil {
		return t, err
	}
	if t.Kind == domain.KindChange {
		return t, ErrPlanCIs
	}
	return t, NotFinal(s.Machine(t.Kind), t)
}

// CIs lists the items of a record, without asking who may see them.
func (s *Service) CIs(ctx context.Context, t Ticket) ([]CI, error) {
	return s.store.cis(ctx, []domain.TicketID{t.ID})
}

// Repairs is what became of an item lately, as far as the actor may read the records.
type Repairs struct {
	// Failures are the incidents about it that were opened in the time asked for, Open the records about it that are
	// not done. Both are counted among its last thousand records.
	Failures, Open int
}

// RepairsOf counts the incidents about items since an instant, and what is open; what was merged into one counts with it.
func (s *Service) RepairsOf(ctx context.Context, items []domain.CIID, since time.Time) (map[domain.CIID]Repairs, error) {
	out := make(map[domain.CIID]Repairs, len(items))
	scopes := s.scopesOf(ctx, "", "read")
	for _, id := range items {
		same, err := s.Items.Including(ctx, []domain.CIID{id})
		if err != nil {
			return nil, err
		}
		r, err := s.store.repairs(ctx, same, since, scopes)
		if err != nil {
			return nil, err
		}
		out[id] = r
	}
	return out, nil
}
