package webhook

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"github.com/cabinetdesk/cabinet/domain"
	channel "github.com/cabinetdesk/cabinet/internal/channels/webhook"
	"github.com/cabinetdesk/cabinet/policies"
)

// kept is for how long what was sent is kept.
const kept = 30 * 24 * time.Hour

// Job sends one delivery.
type Job struct{ Delivery string }

// Kind implements jobs.Args.
func (Job) Kind() string { return "deliver_webhook" }

// SweepJob forgets what was sent long ago.
type SweepJob struct{}

// Kind implements jobs.Args.
func (SweepJob) Kind() string { return "sweep_webhooks" }

// News is what receivers are told. Data is what happened to what, as JSON.
type News struct {
	Event   string
	Subject string // number of the change
	Once    string // names what is told, so that it is told once
	Data    any
}

// Tell keeps news for all receivers that want them, in the unit of work that is open (invariant 2), and has them sent.
func (s *Service) Tell(ctx context.Context, n News) error {
	return s.DB.Do(ctx, func(ctx context.Context) error {
		all, err := s.store.active(ctx)
		for i := 0; err == nil && i < len(all); i++ {
			if slices.Contains(all[i].Wants(), n.Event) {
				err = s.send(ctx, all[i], n)
			}
		}
		return err
	})
}

func (s *Service) send(ctx context.Context, w Webhook, n News) error {
	now := s.DB.Now(ctx)
	body, err := json.Marshal(struct {
		Type      string    `json:"type"`
		Timestamp time.Time `json:"timestamp"`
		Data      any       `json:"data"`
	}{n.Event, now, n.Data})
	if err != nil {
		return err
	}
	d := Delivery{Ref: s.Random(), WebhookID: w.ID, Event: n.Event, Subject: n.Subject, Once: n.Event + " " + n.Subject + " " + n.Once, Body: string(body), State: Waiting, CreatedAt: now}
	fresh, err := s.store.tell(ctx, &d)
	if err != nil || !fresh {
		return err
	}
	return s.Enqueue(ctx, Job{d.Ref})
}

// Ping sends a receiver a message that says nothing, to try it out. Who may: webhook.manage. Errors: webhook_state.
func (s *Service) Ping(ctx context.Context, ref string) error {
	return s.DB.Do(ctx, func(ctx context.Context) error {
		if err := s.Gate.Check(ctx, "webhook.manage", policies.Object{}); err != nil {
			return err
		}
		w, err := s.store.find(ctx, ref, false)
		if err != nil {
			return err
		}
		if w.State != Active {
			return ErrState.Because("It is %s.", w.State)
		}
		return s.send(ctx, w, News{Event: Ping, Once: s.Random(), Data: map[string]string{"webhook": w.Name}})
	})
}

// Retry has a dead delivery tried again. Who may: webhook.manage. Errors: delivery_not_dead, webhook_state.
func (s *Service) Retry(ctx context.Context, ref, delivery string) (d Delivery, err error) {
	err = s.DB.Do(ctx, func(ctx context.Context) error {
		if err := s.Gate.Check(ctx, "webhook.manage", policies.Object{}); err != nil {
			return err
		}
		w, err := s.store.find(ctx, ref, false)
		if err != nil {
			return err
		}
		if d, err = s.store.delivery(ctx, delivery, true); err != nil {
			return err
		}
		switch {
		case d.WebhookID != w.ID:
			return errNoDelivery
		case w.State != Active:
			return ErrState.Because("It is %s.", w.State)
		case d.State != Dead:
			return ErrDelivery.Because("It is %s.", d.State)
		}
		d.State, d.Attempts = Waiting, 0
		if err := s.store.tried(ctx, d); err != nil {
			return err
		}
		return s.Enqueue(ctx, Job{d.Ref})
	})
	return d, err
}

// Work sends a delivery, and fails when nobody takes it, so that it is tried again later. What has been delivered, or is dead,
// is left alone: a job may run twice.
func (s *Service) Work(ctx context.Context, job Job) error {
	d, err := s.store.delivery(ctx, job.Delivery, false)
	if errors.Is(err, domain.ErrNotFound) { // it was forgotten
		return nil
	}
	if err != nil || d.State != Waiting {
		return err
	}
	w, err := s.store.byID(ctx, d.WebhookID)
	if err != nil {
		return err
	}
	now, wanted := s.DB.Now(ctx), w.State == Active
	secret, err := s.vault.open(w.Ref, w.Secret)
	switch {
	case !wanted:
		d.Status, d.Trouble = 0, "The webhook is "+w.State+"."
	case err != nil:
		d.Status, d.Trouble = 0, "The secret cannot be opened with the key of this desk: make a new one."
	default:
		d.Status, d.Trouble = s.Sender.Send(ctx, channel.Message{URL: w.URL, ID: d.Ref, At: now, Body: []byte(d.Body), Secret: secret})
	}
	d.Attempts++
	d.TriedAt = &now
	switch {
	case d.Status >= 200 && d.Status < 300:
		d.State, d.Trouble = Delivered, ""
	case d.Attempts >= Tries || !wanted || d.Status == 410: // gone: it says that it wants no more
		d.State = Dead
	}
	if err := s.DB.Do(ctx, func(ctx context.Context) error { return s.store.tried(ctx, d) }); err != nil {
		return err
	}
	if d.State == Waiting {
		return ErrFailed.Because("Try %d of %d: status %d. %s", d.Attempts, Tries, d.Status, d.Trouble)
	}
	return nil
}

// Sweep forgets what was sent long ago.
func (s *Service) Sweep(ctx context.Context) error {
	return s.DB.Do(ctx, func(ctx context.Context) error { return s.store.forget(ctx, s.DB.Now(ctx).Add(-kept)) })
}
