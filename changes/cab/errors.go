package cab

import "github.com/cabinetdesk/cabinet/domain"

// The error codes of this package.
var (
	ErrRhythm    = domain.Code(domain.Invalid, "rhythm_unsound", "The board cannot meet like that")
	ErrMeeting   = domain.Code(domain.Invalid, "meeting_unsound", "Such a meeting cannot be")
	ErrTaken     = domain.Code(domain.Conflict, "meeting_time_taken", "The board meets at that time already")
	ErrItem      = domain.Code(domain.Invalid, "agenda_unsound", "That cannot stand on the agenda")
	ErrListed    = domain.Code(domain.Conflict, "on_agenda_already", "It stands on the agenda already")
	ErrNotNow    = domain.Code(domain.Conflict, "meeting_not_now", "The meeting is not at that point")
	ErrMovedOn   = domain.Code(domain.Conflict, "meeting_moved_on", "The meeting has moved on")
	ErrInvited   = domain.Code(domain.Forbidden, "not_invited", "You are not expected at this meeting")
	ErrBehalf    = domain.Code(domain.Forbidden, "not_standing_in", "You do not stand in for this person")
	ErrAction    = domain.Code(domain.Invalid, "action_unsound", "Say who does what")
	ErrActed     = domain.Code(domain.Conflict, "action_done", "This is done already")
	ErrSigned    = domain.Code(domain.Conflict, "minutes_signed", "The minutes are signed")
	ErrUnsigned  = domain.Code(domain.Conflict, "minutes_not_signed", "The minutes are not signed yet")
	ErrHidden    = domain.Code(domain.Forbidden, "minutes_of_hidden", "The minutes are about changes that you may not see")
	ErrMinutes   = domain.Code(domain.Conflict, "minutes_changed", "The minutes are not what you read")
	ErrBulk      = domain.Code(domain.Conflict, "bulk_only_low_risk", "Only changes of low risk are approved together")
	ErrAgendaCut = domain.Code(domain.Conflict, "agenda_full", "The agenda is full")
)
