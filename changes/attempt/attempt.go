package attempt

import (
	"context"
	"encoding/json"
	"time"

	"github.com/cabinetdesk/cabinet/changes"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/approval"
	"github.com/cabinetdesk/cabinet/domain/ticket"
	"github.com/cabinetdesk/cabinet/internal/db"
)

const kind = "change_attempt" // what the log calls it

// Attempt is a vote that was refused because whoever cast it has a hand in the change.
type Attempt struct {
	ID       int64 `gorm:"primaryKey"`
	Ref      string
	TicketID domain.TicketID
	Slot     string // reference of the slot
	UserID   domain.UserID
	Revision int64
	Digest   string // of the plan, as it was then
	Decision approval.Verdict
	Reasons  changes.Texts // codes of approval.Reason…
	At       time.Time
	Version  int64
}

// TableName names the table.
func (Attempt) TableName() string { return "change_attempts" }

// Fields is the attempt's state in the log.
func (a Attempt) Fields() map[string]string {
	reasons, _ := json.Marshal(a.Reasons) //nolint:errcheck // a list of texts always marshals
	return map[string]string{"ticket": ticket.Int(int64(a.TicketID)), "slot": a.Slot, "user": ticket.Int(int64(a.UserID)), "revision": ticket.Int(a.Revision), "digest": a.Digest,
		"decision": string(a.Decision), "reasons": string(reasons), "at": ticket.Instant(&a.At)}
}

// Refused is the fact that an attempt was refused.
type Refused struct {
	Attempt Attempt
	Change  string // its number
}

// Event implements domain.Fact.
func (f Refused) Event() domain.Event {
	after := f.Attempt.Fields()
	return domain.Event{Type: kind + ".refused", EntityKind: kind, Entity: f.Attempt.Ref, Version: f.Attempt.Version, Visibility: domain.InternalV, State: after,
		Scope: []string{f.Change}, Fields: ticket.Diff(nil, after), Digest: f.Attempt.Digest}
}

// Service keeps attempts.
type Service struct {
	db     *db.DB
	random func() string
	store  store
}

// New builds the service.
func New(d *db.DB, random func() string) *Service { return &Service{d, random, store{d}} }

// Refused keeps an attempt after it was refused, in a unit of its own. It asks nobody. Facts: Refused.
func (s *Service) Refused(ctx context.Context, c changes.Change, slot string, verdict approval.Verdict, why []string) error {
	return s.db.Do(ctx, func(ctx context.Context) error {
		a := Attempt{Ref: s.random(), TicketID: c.Ticket.ID, Slot: slot, UserID: domain.ActorFrom(ctx).User, Revision: c.Facet.Revision, Digest: c.Facet.Digest,
			Decision: verdict, Reasons: why, At: s.db.Now(ctx), Version: 1}
		if known, err := s.store.known(ctx, a.Slot, a.UserID); err != nil || known || a.UserID == 0 {
			return err
		}
		if err := s.db.Emit(ctx, Refused{a, c.Ticket.Number}); err != nil {
			return err
		}
		return s.store.insert(ctx, &a)
	})
}

// Of lists the attempts at a change, the first first.
func (s *Service) Of(ctx context.Context, change domain.TicketID) ([]Attempt, error) {
	return s.store.of(ctx, change)
}

// States yields the state of every attempt, for the verification of the log.
func (s *Service) States(ctx context.Context, yield func(entity string, version int64, state map[string]string) error) error {
	return s.store.each(ctx, func(a Attempt) error { return yield(a.Ref, a.Version, a.Fields()) })
}
