package ticket

import "github.com/cabinetdesk/cabinet/domain"

// The error codes of this package.
var (
	ErrTitle      = domain.Code(domain.Invalid, "title_required", "A title is required")
	ErrEmptyReply = domain.Code(domain.Invalid, "comment_empty", "There is nothing to say yet")
	ErrLinkSelf   = domain.Code(domain.Invalid, "link_to_itself", "A record cannot be linked to itself")
	ErrLinkLoop   = domain.Code(domain.Conflict, "link_loop", "That would make a record its own ancestor")
	ErrFilter     = domain.Code(domain.Invalid, "malformed_filter", "The filter is not valid")
	ErrTooLarge   = domain.Code(domain.Limited, "attachment_too_large", "The file is too large")
	ErrNotMember  = domain.Code(domain.Invalid, "assignee_not_in_team", "That person is not in the team")
	ErrInactive   = domain.Code(domain.Invalid, "person_inactive", "That person's account is disabled")
	ErrNoReason   = domain.Code(domain.Invalid, "reason_required", "A reason is required")
	ErrPlanCIs    = domain.Code(domain.Conflict, "cis_in_plan", "The configuration items of a change are part of its plan: edit the plan")
	ErrManyCIs    = domain.Code(domain.Limited, "record_cis_full", "The record names as many configuration items as it can")
	ErrFinal      = domain.Code(domain.Conflict, "record_closed", "The record is closed")
)
