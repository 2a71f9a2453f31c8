package domain

import (
	"database/sql/driver"
	"fmt"
)

// Internal identifiers are database keys. They are typed so that one cannot be passed for another,
// and they are never shown: people see numbers (CHG-000042), logins and keys.
type (
	UserID   int64
	TeamID   int64
	SiteID   int64
	TicketID int64
	BoardID  int64
	CIID     int64
)

// A zero identifier is NULL in the database and the other way round: "nobody" has no key.

// Scan reads an identifier, NULL as zero.
func (id *UserID) Scan(v any) error { return scanID((*int64)(id), v) }

// Value writes an identifier, zero as NULL.
func (id UserID) Value() (driver.Value, error) { return idValue(int64(id)) }

// Scan reads an identifier, NULL as zero.
func (id *TeamID) Scan(v any) error { return scanID((*int64)(id), v) }

// Value writes an identifier, zero as NULL.
func (id TeamID) Value() (driver.Value, error) { return idValue(int64(id)) }

// Scan reads an identifier, NULL as zero.
func (id *SiteID) Scan(v any) error { return scanID((*int64)(id), v) }

// Value writes an identifier, zero as NULL.
func (id SiteID) Value() (driver.Value, error) { return idValue(int64(id)) }

// Scan reads an identifier, NULL as zero.
func (id *BoardID) Scan(v any) error { return scanID((*int64)(id), v) }

// Value writes an identifier, zero as NULL.
func (id BoardID) Value() (driver.Value, error) { return idValue(int64(id)) }

// Scan reads an identifier, NULL as zero.
func (id *CIID) Scan(v any) error { return scanID((*int64)(id), v) }

// Value writes an identifier, zero as NULL.
func (id CIID) Value() (driver.Value, error) { return idValue(int64(id)) }

func scanID(dst *int64, v any) error {
	switch n := v.(type) {
	case nil:
		*dst = 0
	case int64:
		*dst = n
	case int32:
		*dst = int64(n)
	default:
		return fmt.Errorf("an identifier cannot be read from %T", v)
	}
	return nil
}

func idValue(n int64) (driver.Value, error) {
	if n == 0 {
		return nil, nil
	}
	return n, nil
}
