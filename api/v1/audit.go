package v1

import (
	"context"
	"encoding/base64"
	"time"

	"github.com/cabinetdesk/cabinet/api/rest"
	"github.com/cabinetdesk/cabinet/api/route"
	"github.com/cabinetdesk/cabinet/api/story"
	"github.com/cabinetdesk/cabinet/api/who"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/audit"
	"github.com/cabinetdesk/cabinet/domain/audit/merkle"
)

// AuditEvent is an event of the log, as an auditor reads it.
type AuditEvent struct {
	ID        string        `json:"id"`
	At        time.Time     `json:"at"`
	Type      string        `json:"type"`
	Record    string        `json:"record"`
	Version   int64         `json:"version"`
	Actor     *who.Person   `json:"actor" doc:"Null: the desk itself"`
	Via       string        `json:"via"`
	StateFrom string        `json:"state_from"`
	StateTo   string        `json:"state_to"`
	Leaf      *int64        `json:"leaf" doc:"Null until it is sealed"`
	Changes   []FieldChange `json:"changes"`
}

// AuditProof is an event with what proves it.
type AuditProof struct {
	AuditEvent
	LeafText   string     `json:"leaf_text" doc:"The exact bytes that are hashed"`
	LeafHash   string     `json:"leaf_hash" doc:"RFC 6962: SHA-256 of 0x00 and the leaf, base64"`
	Proof      *Inclusion `json:"proof"`
	Checkpoint *string    `json:"checkpoint" doc:"The signed note that the proof leads to"`
}

// Inclusion is an RFC 6962 inclusion proof.
type Inclusion struct {
	Index  int64    `json:"index"`
	Size   int64    `json:"size"`
	Hashes []string `json:"hashes" doc:"From the leaf upwards, base64"`
}

// Checkpoint is the last one that was signed.
type Checkpoint struct {
	Size             int64     `json:"size"`
	Root             string    `json:"root"`
	Note             string    `json:"note"`
	Origin           string    `json:"origin"`
	CreatedAt        time.Time `json:"created_at"`
	SealedLagSeconds float64   `json:"sealed_lag_seconds" doc:"How long the oldest unsealed event has waited; 0 when all is sealed"`
	PublicKey        string    `json:"public_key" doc:"C2SP signed-note verifier key"`
}

func (d *Desk) auditRoutes(b *route.Book) {
	route.Add(b, "audit-events", d.auditEvents)
	route.Add(b, "audit-event", d.auditEvent)
	route.Add(b, "audit-checkpoint", d.auditCheckpoint)
	route.Add(b, "verify-log", d.verifyLog)
	route.Add(b, "get-verification", d.getVerification)
}

type auditInput struct {
	Record string    `query:"record" maxLength:"200" doc:"A record's number, or the reference of a person, grant, team …"`
	Type   string    `query:"type" maxLength:"100" example:"change.approved"`
	Actor  string    `query:"actor" maxLength:"128" doc:"A person's id"`
	From   time.Time `query:"from"`
	To     time.Time `query:"to"`
	After  string    `query:"after" maxLength:"40"`
	Limit  int       `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

func (d *Desk) auditEvents(ctx context.Context, in *auditInput) (*rest.Body[rest.Page[AuditEvent]], error) {
	f := audit.Filter{Type: in.Type, Actor: in.Actor, From: in.From, To: in.To, After: in.After, Limit: in.Limit + 1}
	if in.Record != "" {
		var err error
		if f.EntityKind, f.Entity, err = d.entity(ctx, in.Record); err != nil {
			return nil, err
		}
	}
	if in.After != "" {
		if _, err := d.Audit.Event(ctx, in.After); err != nil {
			return nil, domain.ErrCursor
		}
	}
	events, err := d.Audit.Events(ctx, f)
	if err != nil {
		return nil, err
	}
	page := rest.Page[AuditEvent]{Items: []AuditEvent{}}
	if len(events) > in.Limit {
		events = events[:in.Limit]
		page.Next = rest.Opt(events[in.Limit-1].ID)
	}
	if page.Items, err = d.auditRows(ctx, events); err != nil {
		return nil, err
	}
	return &rest.Body[rest.Page[AuditEvent]]{Body: page}, nil
}

// entities are the kinds of thing, beside records, that the log knows by a reference or a key.
var entities = []string{"person", "grant", "team", "site", "board", "token", "delegation", "export", "import", "log"}

// entity finds what an auditor means by a record: a number as typed or in the desk's own form, or a reference. The
// kind makes the difference between an index and a scan of the log.
func (d *Desk) entity(ctx context.Context, s string) (kind, entity string, err error) {
	if t, err := d.Tickets.Get(ctx, s); err == nil {
		return string(t.Kind), t.Number, nil
	} else if kind := domain.KindOf(err); kind != domain.NotFound && kind != domain.Invalid && kind != domain.Forbidden {
		return "", "", err
	}
	if n, err := domain.ParseNumber(s); err == nil {
		return string(n.Kind), n.String(), nil
	}
	for _, kind := range entities {
		found, err := d.Audit.Events(ctx, audit.Filter{EntityKind: kind, Entity: s, Limit: 1})
		if err != nil {
			return "", "", err
		}
		if len(found) > 0 {
			return kind, s, nil
		}
	}
	return entities[0], s, nil
}

func (d *Desk) auditRows(ctx context.Context, events []audit.Event) ([]AuditEvent, error) {
	out := make([]AuditEvent, 0, len(events))
	w, err := d.words(ctx, "", events)
	if err != nil {
		return nil, err
	}
	for _, e := range events {
		row := AuditEvent{ID: e.ID, At: e.RecordedAt, Type: e.Type, Record: e.Entity, Version: e.Version, Via: e.Via, StateFrom: e.StateFrom, StateTo: e.StateTo,
			Leaf: story.SealOf(e).Leaf, Changes: []FieldChange{}}
		if p, ok := w.refs[e.Actor]; ok {
			person := who.Of(p)
			row.Actor = &person
		}
		for _, c := range e.Changes {
			if c.Field == "approvals" { // the decisions as one text: each is an event of its own
				continue
			}
			row.Changes = append(row.Changes, FieldChange{Field: c.Field, Before: rest.Opt(w.plain(c.Field, c.Before)), After: rest.Opt(w.plain(c.Field, c.After)), Erased: c.Erased})
		}
		out = append(out, row)
	}
	return out, nil
}

func (d *Desk) auditEvent(ctx context.Context, in *rest.ByID) (*rest.Body[AuditProof], error) {
	e, err := d.Audit.Event(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	rows, err := d.auditRows(ctx, []audit.Event{e})
	if err != nil {
		return nil, err
	}
	hash := merkle.LeafHash(e.Leaf)
	out := AuditProof{AuditEvent: rows[0], LeafText: string(e.Leaf), LeafHash: base64.StdEncoding.EncodeToString(hash[:])}
	p, err := d.Audit.Proof(ctx, e.ID)
	switch {
	case err == nil:
		out.Proof = &Inclusion{Index: p.Index, Size: p.Checkpoint.Size, Hashes: []string{}}
		for _, h := range p.Hashes {
			out.Proof.Hashes = append(out.Proof.Hashes, h.String())
		}
		out.Checkpoint = &p.Checkpoint.Note
	case domain.KindOf(err) != domain.Conflict: // anything but not sealed yet
		return nil, err
	}
	return &rest.Body[AuditProof]{Body: out}, nil
}

func (d *Desk) auditCheckpoint(ctx context.Context, _ *rest.Empty) (*rest.Body[Checkpoint], error) {
	c, err := d.Audit.Checkpoint(ctx)
	if err != nil {
		return nil, err
	}
	out := Checkpoint{Size: c.Size, Root: c.Root.String(), Note: c.Note, Origin: c.Origin}
	origins, err := d.Audit.Origins(ctx)
	if err != nil {
		return nil, err
	}
	for _, o := range origins {
		if o.Name == c.Origin {
			out.PublicKey = o.VerifierKey
		}
	}
	signed, waiting, err := d.store.sealed(ctx)
	if err != nil {
		return nil, err
	}
	out.CreatedAt = signed
	if waiting != nil {
		out.SealedLagSeconds = max(0, d.DB.Now(ctx).Sub(*waiting).Seconds())
	}
	return &rest.Body[Checkpoint]{Body: out}, nil
}

// Verification is a run of the verification of the whole log. Any instance answers for it.
type Verification struct {
	ID         string       `json:"id"`
	State      string       `json:"state" enum:"running,passed,failed"`
	Done       int64        `json:"done" doc:"Of the step that runs"`
	Total      int64        `json:"total"`
	Steps      []VerifyStep `json:"steps"`
	StartedAt  time.Time    `json:"started_at"`
	FinishedAt *time.Time   `json:"finished_at"`
}

// VerifyStep is one thing that is checked; ok is null while it is not finished.
type VerifyStep struct {
	Name   string `json:"name"`
	OK     *bool  `json:"ok"`
	Detail string `json:"detail"`
}

// Started names a verification that runs.
type Started struct {
	ID string `json:"id"`
}

// verifyLog starts a verification, or joins the one that runs: it reads everything, so that one at a time is enough.
func (d *Desk) verifyLog(ctx context.Context, _ *rest.Empty) (*rest.Body[Started], error) {
	id, err := d.Runs.Start(ctx)
	return &rest.Body[Started]{Body: Started{id}}, err
}

func (d *Desk) getVerification(ctx context.Context, in *rest.ByID) (*rest.Body[Verification], error) {
	r, err := d.Runs.Get(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	out := Verification{ID: r.ID, State: r.State, Done: r.Done, Total: r.Total, Steps: []VerifyStep{}, StartedAt: r.StartedAt, FinishedAt: r.FinishedAt}
	for _, s := range r.Steps {
		out.Steps = append(out.Steps, VerifyStep(s))
	}
	return &rest.Body[Verification]{Body: out}, nil
}
