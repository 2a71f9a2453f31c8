package changes

import (
	"database/sql/driver"
	"encoding/json"
	"fmt"

	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/approval"
	"github.com/cabinetdesk/cabinet/domain/ticket"
)

// Raised is the fact that a change was drafted.
type Raised struct {
	ticket.Happened
	Change Change
}

// Replanned is the fact that the plan was edited; Voided decisions lost their force.
type Replanned struct {
	ticket.Happened
	Change Change
	Voided int
}

// Moved is the fact that a change changed its state by a move of its flow.
type Moved struct {
	ticket.Happened
	Change Change
	Move   string
}

// Decided is the fact that an elector decided on the plan with the fact's digest.
type Decided struct {
	ticket.Happened
	Change   Change
	Slot     approval.Slot
	Decision approval.Decision
}

// Users is a list of people as it is kept: a JSON array of keys.
type Users []domain.UserID

// Value implements driver.Valuer.
func (u Users) Value() (driver.Value, error) { return list(u, len(u)) }

// Scan implements sql.Scanner.
func (u *Users) Scan(v any) error { return unlist(v, u) }

// MarshalJSON writes an empty list, never null.
func (u Users) MarshalJSON() ([]byte, error) {
	out := make([]int64, len(u))
	for i, id := range u {
		out[i] = int64(id)
	}
	return json.Marshal(out)
}

// Texts is a list of texts as it is kept: a JSON array.
type Texts []string

// Value implements driver.Valuer.
func (t Texts) Value() (driver.Value, error) { return list(t, len(t)) }

// Scan implements sql.Scanner.
func (t *Texts) Scan(v any) error { return unlist(v, t) }

// MarshalJSON writes an empty list, never null.
func (t Texts) MarshalJSON() ([]byte, error) { return json.Marshal(append([]string{}, t...)) }

// Answers to the questionnaire as they are kept: a JSON object, or nothing.
type Answers map[string]string

// Value implements driver.Valuer.
func (a Answers) Value() (driver.Value, error) { return a.text(), nil }

// Scan implements sql.Scanner.
func (a *Answers) Scan(v any) error {
	if v == "" {
		*a = nil
		return nil
	}
	return unlist(v, a)
}

// text is the canonical form: keys in order.
func (a Answers) text() string {
	if len(a) == 0 {
		return ""
	}
	return text(map[string]string(a))
}

func list(v any, n int) (driver.Value, error) {
	if n == 0 {
		return "[]", nil
	}
	b, err := json.Marshal(v)
	return string(b), err
}

func unlist(v any, dst any) error {
	switch s := v.(type) {
	case string:
		return json.Unmarshal([]byte(s), dst)
	case []byte:
		return json.Unmarshal(s, dst)
	}
	return fmt.Errorf("a list cannot be read from %T", v)
}
