package review

import (
	"encoding/json"
	"slices"
	"time"

	"github.com/cabinetdesk/cabinet/changes"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/ticket"
)

// kind is what the log calls a review; it is named by the number of its change.
const kind = "change_review"

// The states of a review.
const (
	Open = "open"
	Done = "done"
)

// What a review may say of the objectives and of the CMDB.
var (
	Objectives = []string{"met", "partly", "missed"}
	CMDB       = []string{"updated", "nothing", "waived"}
)

// Review is the review of one change.
type Review struct {
	TicketID   domain.TicketID `gorm:"primaryKey"`
	Number     string          // of the change
	State      string
	Reasons    changes.Texts
	DueAt      time.Time
	Objectives string
	Lessons    string
	CMDB       string `gorm:"column:cmdb"`
	CMDBReason string `gorm:"column:cmdb_reason"`
	FollowUps  changes.Texts
	ReviewerID domain.UserID
	DoneAt     *time.Time
	Version    int64
	CreatedAt  time.Time
}

// TableName names the table.
func (Review) TableName() string { return "change_reviews" }

// Fields is the review's state in the log.
func (r Review) Fields() map[string]string {
	return map[string]string{"state": r.State, "reasons": text(r.Reasons), "due_at": ticket.Instant(&r.DueAt), "objectives": r.Objectives, "lessons": r.Lessons,
		"cmdb": r.CMDB, "cmdb_reason": r.CMDBReason, "follow_ups": text(r.FollowUps), "reviewer": ticket.Int(int64(r.ReviewerID)), "done_at": ticket.Instant(r.DoneAt)}
}

func text(list changes.Texts) string {
	b, _ := json.Marshal(list) //nolint:errcheck // a list of texts always marshals
	return string(b)
}

// Happened is the fact that something happened to a review.
type Happened struct {
	Review  Review
	What    string
	From    string
	Before  map[string]string
	Details []domain.FieldChange
}

// Event implements domain.Fact.
func (f Happened) Event() domain.Event {
	after := f.Review.Fields()
	e := domain.Event{Type: kind + "." + f.What, EntityKind: kind, Entity: f.Review.Number, Version: f.Review.Version, Visibility: domain.InternalV, State: after,
		Scope: []string{f.Review.Number}, Fields: slices.Concat(ticket.Diff(f.Before, after), f.Details)}
	if f.From != f.Review.State {
		e.StateFrom, e.StateTo = f.From, f.Review.State
	}
	return e
}
