package approval

import (
	"time"

	"github.com/cabinetdesk/cabinet/domain"
)

// Slot is one approval that a subject needs.
type Slot struct {
	ID       int64 `gorm:"primaryKey"`
	Ref      string
	TicketID domain.TicketID
	Stage    int
	Label    string
	BoardID  domain.BoardID
	Rule     Rule
	Needed   int
	Revision int64
	Digest   string
	State    State
	Version  int64
	OpenedAt time.Time
	ClosedAt *time.Time

	Kind     string // of electorate, as the policy names it
	Percent  int
	Veto     Veto
	Advisory bool   // advice: silence does not stop the subject
	Sign     bool   // a decision is signed: the password again
	Meaning  string // of the signature
	Apart    bool   // who has voted in another slot of this plan cannot vote here
	Retro    bool   // decides on what has been done already

	DueAt          *time.Time // when it is escalated; nothing is approved then
	RemindedAt     *time.Time
	EscalatedAt    *time.Time
	OverriddenBy   domain.UserID // who went against the advice
	OverriddenAt   *time.Time
	OverrideReason string
}

// TableName names the table.
func (Slot) TableName() string { return "approval_slots" }

// Elector is one member of a slot's electorate.
type Elector struct {
	SlotID int64
	UserID domain.UserID
	LeftAt *time.Time
}

// TableName names the table.
func (Elector) TableName() string { return "approval_electors" }

// Decision is what one elector decided, possibly through a delegate who cast it.
type Decision struct {
	ID            int64 `gorm:"primaryKey"`
	Ref           string
	SlotID        int64
	UserID        domain.UserID // whose vote it is
	CastBy        domain.UserID // who cast it
	DelegationRef string
	Decision      Verdict
	Comment       string
	Revision      int64
	Digest        string
	Rule          string // the policy rule that allowed it
	PolicyVersion int64
	EventID       string
	At            time.Time
	Meaning       string // what the signature means; empty for a decision that is not signed
	SignedAt      *time.Time
}

// TableName names the table.
func (Decision) TableName() string { return "approval_decisions" }

// Condition is a thing that somebody who approved wants to see done first. It guards a move until it is met.
type Condition struct {
	ID       int64 `gorm:"primaryKey"`
	Ref      string
	TicketID domain.TicketID
	SlotID   int64
	Text     string
	Before   string // "start" or "close"
	SetBy    domain.UserID
	SetAt    time.Time
	MetBy    domain.UserID
	MetAt    *time.Time
	Evidence string
}

// TableName names the table.
func (Condition) TableName() string { return "approval_conditions" }
