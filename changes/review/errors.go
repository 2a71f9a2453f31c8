package review

import "github.com/cabinetdesk/cabinet/domain"

// The error codes of this package.
var (
	ErrReview   = domain.Code(domain.Invalid, "review_unsound", "The review is not complete")
	ErrReviewer = domain.Code(domain.Forbidden, "review_of_own_work", "Whoever implemented a change cannot review it")
	ErrEarly    = domain.Code(domain.Conflict, "review_too_early", "There is nothing to review yet")
)
