package changes

import "github.com/cabinetdesk/cabinet/domain"

// The error codes of this package.
var (
	ErrPlan        = domain.Code(domain.Invalid, "plan_incomplete", "The plan is not complete")
	ErrAnswers     = domain.Code(domain.Invalid, "questionnaire_incomplete", "Not all questions of the risk are answered")
	ErrModel       = domain.Code(domain.Conflict, "other_model", "That is not the way of this model")
	ErrTemplate    = domain.Code(domain.Invalid, "template_required", "A standard change starts from a published template")
	ErrPeer        = domain.Code(domain.Conflict, "not_peer_reviewed", "No colleague has looked at this plan yet")
	ErrAuthor      = domain.Code(domain.Forbidden, "author_reviews", "Whoever had a hand in the plan cannot review it")
	ErrNotApproved = domain.Code(domain.Conflict, "not_approved", "This plan is not approved")
	ErrConditions  = domain.Code(domain.Conflict, "conditions_open", "Conditions of the approval are not met")
	ErrHeld        = domain.Code(domain.Conflict, "on_hold", "The change is on hold")
	ErrWindow      = domain.Code(domain.Conflict, "outside_window", "It is not the approved time")
	ErrStarter     = domain.Code(domain.Forbidden, "starter_decided", "Whoever approved it cannot start it")
	ErrReviewer    = domain.Code(domain.Forbidden, "reviewer_implemented", "Whoever implemented it cannot close it")
	ErrRetro       = domain.Code(domain.Conflict, "retrospective_open", "The retrospective decision is still open")
	ErrIncident    = domain.Code(domain.Invalid, "incident_required", "Say for which incident")
	ErrFrozen      = domain.Code(domain.Conflict, "plan_frozen", "The plan cannot be edited any more")
	ErrNotHeld     = domain.Code(domain.Conflict, "not_on_hold", "The change is not on hold")
	ErrRisk        = domain.Code(domain.Conflict, "risk_not_lower", "There is nothing to lower")
	ErrTasks       = domain.Code(domain.Conflict, "tasks_before", "Tasks that come first are still open")
	ErrUndoing     = domain.Code(domain.Conflict, "backing_out", "It is being backed out")
	ErrReview      = domain.Code(domain.Conflict, "review_open", "The review is still to be done")
	ErrItems       = domain.Code(domain.Invalid, "unknown_items", "There are no such configuration items")
)
