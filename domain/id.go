package domain

// Internal identifiers are database keys. They are typed so that one cannot be passed for another,
// and they are never shown: people see numbers (CHG-000042), logins and keys.
type (
	UserID   int64
	TeamID   int64
	SiteID   int64
	TicketID int64
	BoardID  int64
)
