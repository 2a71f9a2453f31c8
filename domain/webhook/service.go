package webhook

import (
	"context"
	"net/url"
	"slices"

	"github.com/cabinetdesk/cabinet/domain"
	channel "github.com/cabinetdesk/cabinet/internal/channels/webhook"
	"github.com/cabinetdesk/cabinet/internal/db"
	"github.com/cabinetdesk/cabinet/policies"
)

type authorizer interface {
	Check(ctx context.Context, action string, o policies.Object) error
}

// Sender sends messages (internal/channels/webhook).
type Sender interface {
	// Check tells what is wrong with an address.
	Check(address string) error
	// Send sends once; trouble says why there was no answer.
	Send(ctx context.Context, m channel.Message) (status int, trouble string)
}

// Deps is what the service needs.
type Deps struct {
	DB      *db.DB
	Gate    authorizer
	Sender  Sender
	Key     []byte // 32 bytes that seal the secrets, from outside the database
	Random  func() string
	Enqueue func(ctx context.Context, job Job) error
}

// Service holds the verbs of webhooks.
type Service struct {
	Deps
	vault vault
	store store
}

// New builds the service.
func New(d Deps) (*Service, error) {
	v, err := newVault(d.Key)
	return &Service{d, v, store{d.DB}}, err
}

// Listed is a webhook with how many of its deliveries are dead, or wait.
type Listed struct {
	Webhook
	Dead, Waiting int
}

// All lists the webhooks. Who may: webhook.read.
func (s *Service) All(ctx context.Context) (out []Listed, err error) {
	if err := s.Gate.Check(ctx, "webhook.read", policies.Object{}); err != nil {
		return nil, err
	}
	all, err := s.store.all(ctx)
	if err != nil {
		return nil, err
	}
	dead, err := s.store.counts(ctx, Dead)
	if err != nil {
		return nil, err
	}
	waiting, err := s.store.counts(ctx, Waiting)
	for _, w := range all {
		out = append(out, Listed{w, dead[w.ID], waiting[w.ID]})
	}
	return out, err
}

// Deliveries lists what was sent to a webhook last. Who may: webhook.read.
func (s *Service) Deliveries(ctx context.Context, ref string) ([]Delivery, error) {
	if err := s.Gate.Check(ctx, "webhook.read", policies.Object{}); err != nil {
		return nil, err
	}
	w, err := s.store.find(ctx, ref, false)
	if err != nil {
		return nil, err
	}
	return s.store.latest(ctx, w.ID, 100)
}

// SetUp makes a webhook and tells its secret, once. Who may: webhook.manage. Facts: Changed as "set_up". Errors:
// webhook_unsound, url_unsound, address_refused, webhooks_full.
func (s *Service) SetUp(ctx context.Context, name, address string, events []string) (w Webhook, secret string, err error) {
	w = Webhook{Name: name, URL: address, State: Active, Version: 1}
	err = s.DB.Do(ctx, func(ctx context.Context) error {
		if err := s.Gate.Check(ctx, "webhook.manage", policies.Object{}); err != nil {
			return err
		}
		if err := w.sound(events); err != nil {
			return err
		}
		if err := s.Sender.Check(w.URL); err != nil {
			return err
		}
		all, err := s.store.all(ctx)
		if err != nil {
			return err
		}
		if len(slices.DeleteFunc(all, func(x Webhook) bool { return x.State == Retired })) >= mostWebhooks {
			return ErrMany.Because("At most %d: retire one first.", mostWebhooks)
		}
		now := s.DB.Now(ctx)
		w.Ref, w.CreatedAt, w.SecretAt = s.Random(), now, now
		secret, w.Secret = s.vault.fresh(w.Ref)
		if err := s.DB.Emit(ctx, Changed{w, "set_up", nil}); err != nil {
			return err
		}
		return s.store.insert(ctx, &w)
	})
	return w, secret, err
}

// Patch alters a webhook; nil leaves a part as it is.
type Patch struct {
	Name, URL *string
	Events    *[]string
}

// Amend alters a webhook. One that goes to another host gets a new secret, which is told, once: who has the old host must not
// be able to sign for the new one. Who may: webhook.manage. Facts: Changed as "amended". Errors: those of SetUp,
// webhook_state, stale_version.
func (s *Service) Amend(ctx context.Context, ref string, version int64, in Patch) (w Webhook, secret string, err error) {
	w, err = s.alter(ctx, ref, version, "amended", func(ctx context.Context, w *Webhook) error {
		secret = ""
		if in.Name != nil {
			w.Name = *in.Name
		}
		events := w.Wants()
		if in.Events != nil {
			events = *in.Events
		}
		if err := w.sound(events); err != nil {
			return err
		}
		if in.URL == nil || *in.URL == w.URL {
			return nil
		}
		if err := s.Sender.Check(*in.URL); err != nil {
			return err
		}
		if host(*in.URL) != host(w.URL) {
			w.SecretAt = s.DB.Now(ctx)
			secret, w.Secret = s.vault.fresh(w.Ref)
		}
		w.URL = *in.URL
		return nil
	})
	return w, secret, err
}

func host(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	return u.Scheme + "://" + u.Host
}

// Renew gives a webhook a new secret and tells it, once; the old one counts no more. Who may: webhook.manage. Facts: Changed as
// "secret_renewed". Errors: webhook_state, stale_version.
func (s *Service) Renew(ctx context.Context, ref string, version int64) (w Webhook, secret string, err error) {
	w, err = s.alter(ctx, ref, version, "secret_renewed", func(ctx context.Context, w *Webhook) error {
		w.SecretAt = s.DB.Now(ctx)
		secret, w.Secret = s.vault.fresh(w.Ref)
		return nil
	})
	return w, secret, err
}

// moves says from which states a move goes, and to which.
var moves = map[string]struct {
	from []string
	to   string
	what string
}{"pause": {[]string{Active}, Paused, "paused"}, "resume": {[]string{Paused}, Active, "resumed"}, "retire": {[]string{Active, Paused}, Retired, "retired"}}

// Move pauses, resumes or retires a webhook: what happens while it is paused is not told afterwards. Who may: webhook.manage. Facts:
// Changed. Errors: webhook_state, stale_version.
func (s *Service) Move(ctx context.Context, ref string, version int64, event string) (Webhook, error) {
	m, ok := moves[event]
	if !ok {
		return Webhook{}, domain.ErrMove.Because("There is no such move.")
	}
	return s.alter(ctx, ref, version, m.what, func(_ context.Context, w *Webhook) error {
		if !slices.Contains(m.from, w.State) {
			return ErrState.Because("It is %s.", w.State)
		}
		w.State = m.to
		return nil
	})
}

func (s *Service) alter(ctx context.Context, ref string, version int64, what string, how func(ctx context.Context, w *Webhook) error) (w Webhook, err error) {
	err = s.DB.Do(ctx, func(ctx context.Context) error {
		if err := s.Gate.Check(ctx, "webhook.manage", policies.Object{}); err != nil {
			return err
		}
		if w, err = s.store.find(ctx, ref, true); err != nil {
			return err
		}
		switch {
		case version != 0 && version != w.Version:
			return domain.ErrStale.Because("The webhook is at version %d now; you saw %d.", w.Version, version)
		case w.State == Retired:
			return ErrState.Because("It is retired.")
		}
		before := w.Fields()
		if err := how(ctx, &w); err != nil {
			return err
		}
		f := Changed{w, what, before}
		if len(f.Event().Fields) == 0 {
			return nil
		}
		w.Version++
		f.Webhook = w
		if err := s.DB.Emit(ctx, f); err != nil {
			return err
		}
		return s.store.update(ctx, w)
	})
	return w, err
}

// States yields the state of every webhook, for the verification of the log.
func (s *Service) States(ctx context.Context, yield func(entity string, version int64, state map[string]string) error) error {
	all, err := s.store.all(ctx)
	for i := 0; err == nil && i < len(all); i++ {
		err = yield(all[i].Ref, all[i].Version, all[i].Fields())
	}
	return err
}
