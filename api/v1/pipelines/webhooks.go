package pipelines

import (
	"context"
	"time"

	"github.com/cabinetdesk/cabinet/api/rest"
	"github.com/cabinetdesk/cabinet/domain/webhook"
)

// Webhook is a system that is told what happens to changes.
type Webhook struct {
	ID       string    `json:"id"`
	Version  int64     `json:"version"`
	Name     string    `json:"name"`
	URL      string    `json:"url"`
	Events   []string  `json:"events"`
	State    string    `json:"state" enum:"active,paused,retired"`
	SecretAt time.Time `json:"secret_at" doc:"Since when it has its secret"`
	Secret   string    `json:"secret,omitempty" doc:"Only in the answer to its making"`
	Dead     int       `json:"dead" doc:"How many deliveries nobody took"`
	Waiting  int       `json:"waiting"`
}

// Webhooks are the receivers, and what they choose from.
type Webhooks struct {
	Items  []Webhook `json:"items"`
	Events []string  `json:"events"`
}

// WebhookDelivery is one message to one receiver.
type WebhookDelivery struct {
	ID        string     `json:"id" doc:"The same each time that it is tried: Webhook-Id"`
	Event     string     `json:"event"`
	Subject   *string    `json:"subject" doc:"The number of the change"`
	State     string     `json:"state" enum:"waiting,delivered,dead"`
	Attempts  int        `json:"attempts"`
	Status    *int       `json:"status" doc:"Of the last answer"`
	Trouble   *string    `json:"trouble"`
	Body      string     `json:"body"`
	CreatedAt time.Time  `json:"created_at"`
	TriedAt   *time.Time `json:"tried_at"`
}

func webhookOf(w webhook.Webhook, secret string) Webhook {
	return Webhook{ID: w.Ref, Version: w.Version, Name: w.Name, URL: w.URL, Events: rest.NotNil(w.Wants()), State: w.State, SecretAt: w.SecretAt, Secret: secret}
}

func deliveryOf(d webhook.Delivery) WebhookDelivery {
	out := WebhookDelivery{ID: d.Ref, Event: d.Event, Subject: rest.Opt(d.Subject), State: d.State, Attempts: d.Attempts, Trouble: rest.Opt(d.Trouble), Body: d.Body, CreatedAt: d.CreatedAt, TriedAt: d.TriedAt}
	if d.Status != 0 {
		out.Status = &d.Status
	}
	return out
}

func (a *area) webhooks(ctx context.Context, _ *rest.Empty) (*rest.Body[Webhooks], error) {
	all, err := a.Webhooks.All(ctx)
	out := Webhooks{Items: []Webhook{}, Events: webhook.Events}
	for _, l := range all {
		w := webhookOf(l.Webhook, "")
		w.Dead, w.Waiting = l.Dead, l.Waiting
		out.Items = append(out.Items, w)
	}
	return &rest.Body[Webhooks]{Body: out}, err
}

func (a *area) hooked(w webhook.Webhook, secret string, err error) (*rest.Versioned[Webhook], error) {
	return &rest.Versioned[Webhook]{ETag: rest.ETag(w.Version), Body: webhookOf(w, secret)}, err
}

type setUpWebhookInput struct {
	Body struct {
		Name   string   `json:"name"`
		URL    string   `json:"url" maxLength:"1000"`
		Events []string `json:"events" nullable:"false" maxItems:"20"`
	}
}

func (a *area) setUp(ctx context.Context, in *setUpWebhookInput) (*rest.Versioned[Webhook], error) {
	return a.hooked(a.Webhooks.SetUp(ctx, in.Body.Name, in.Body.URL, in.Body.Events))
}

type amendWebhookInput struct {
	rest.ByID
	IfMatch string `header:"If-Match" maxLength:"60" doc:"The ETag that was read"`
	Body    struct {
		Name   *string   `json:"name,omitempty"`
		URL    *string   `json:"url,omitempty" maxLength:"1000" doc:"Another host makes a new secret"`
		Events *[]string `json:"events,omitempty" nullable:"false" maxItems:"20"`
	}
}

func (a *area) amendWebhook(ctx context.Context, in *amendWebhookInput) (*rest.Versioned[Webhook], error) {
	version, err := rest.ParseETag(in.IfMatch)
	if err != nil {
		return nil, err
	}
	return a.hooked(a.Webhooks.Amend(ctx, in.ID, version, webhook.Patch{Name: in.Body.Name, URL: in.Body.URL, Events: in.Body.Events}))
}

type moveWebhookInput struct {
	rest.ByID
	IfMatch string `header:"If-Match" maxLength:"60" doc:"The ETag that was read"`
	Event   string `path:"event" enum:"pause,resume,retire"`
}

func (a *area) moveWebhook(ctx context.Context, in *moveWebhookInput) (*rest.Versioned[Webhook], error) {
	version, err := rest.ParseETag(in.IfMatch)
	if err != nil {
		return nil, err
	}
	w, err := a.Webhooks.Move(ctx, in.ID, version, in.Event)
	return a.hooked(w, "", err)
}

type webhookInput struct {
	rest.ByID
	IfMatch string `header:"If-Match" maxLength:"60" doc:"The ETag that was read"`
}

func (a *area) renew(ctx context.Context, in *webhookInput) (*rest.Versioned[Webhook], error) {
	version, err := rest.ParseETag(in.IfMatch)
	if err != nil {
		return nil, err
	}
	return a.hooked(a.Webhooks.Renew(ctx, in.ID, version))
}

func (a *area) ping(ctx context.Context, in *rest.ByID) (*rest.Empty, error) {
	return &rest.Empty{}, a.Webhooks.Ping(ctx, in.ID)
}

func (a *area) deliveries(ctx context.Context, in *rest.ByID) (*rest.Body[rest.Items[WebhookDelivery]], error) {
	list, err := a.Webhooks.Deliveries(ctx, in.ID)
	return rest.List(convert(list, deliveryOf)), err
}

type retryDeliveryInput struct {
	rest.ByID
	Delivery string `path:"delivery" maxLength:"128"`
}

func (a *area) retry(ctx context.Context, in *retryDeliveryInput) (*rest.Body[WebhookDelivery], error) {
	d, err := a.Webhooks.Retry(ctx, in.ID, in.Delivery)
	return &rest.Body[WebhookDelivery]{Body: deliveryOf(d)}, err
}
