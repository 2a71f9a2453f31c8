package changes

import "github.com/cabinetdesk/cabinet/domain"

// The error codes of this package.
var (
	ErrPlan        = domain.Code(domain.Invalid, "plan_incomplete", "The plan is not complete")
	ErrModel       = domain.Code(domain.Conflict, "other_model", "That is not the way of this model")
	ErrTemplate    = domain.Code(domain.Invalid, "template_required", "A standard change starts from a published template")
	ErrNotApproved = domain.Code(domain.Conflict, "not_approved", "This plan is not approved")
	ErrHeld        = domain.Code(domain.Conflict, "on_hold", "The change is on hold")
	ErrWindow      = domain.Code(domain.Conflict, "outside_window", "It is not the approved time")
	ErrReviewer    = domain.Code(domain.Forbidden, "reviewer_implemented", "Whoever implemented it cannot close it")
	ErrFrozen      = domain.Code(domain.Conflict, "plan_frozen", "The plan cannot be edited any more")
	ErrNotHeld     = domain.Code(domain.Conflict, "not_on_hold", "The change is not on hold")
)
