package calendar

import "github.com/cabinetdesk/cabinet/domain"

// The error codes of this package.
var (
	ErrSchedule = domain.Code(domain.Invalid, "schedule_unsound", "The times do not make sense")
	ErrScope    = domain.Code(domain.Invalid, "schedule_scope", "Say what it is for")
	ErrState    = domain.Code(domain.Conflict, "schedule_state", "The schedule is in that state already")
	ErrFull     = domain.Code(domain.Conflict, "schedules_full", "There are too many schedules already")
	ErrConflict = domain.Code(domain.Conflict, "hard_conflict", "Another change stands in the way")
	ErrFreeze   = domain.Code(domain.Conflict, "change_freeze", "Changes are frozen")
	ErrSettled  = domain.Code(domain.Conflict, "conflict_settled", "There is nothing to accept")
	ErrStands   = domain.Code(domain.Conflict, "conflict_stands", "The conflict is still there")
	ErrUntil    = domain.Code(domain.Invalid, "acceptance_too_long", "Say until when, in time")
	ErrSlot     = domain.Code(domain.Invalid, "slot_query_malformed", "The question for a free time does not make sense")
	ErrNoSlot   = domain.Code(domain.Conflict, "no_free_time", "There is no free time")
	ErrRange    = domain.Code(domain.Invalid, "calendar_range", "The calendar is shown for at most 400 days")
)

var errGone = domain.ErrNotFound.Because("There is no such schedule.")
