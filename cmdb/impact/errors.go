package impact

import "github.com/cabinetdesk/cabinet/domain"

// The error codes of this package.
var (
	ErrQuery  = domain.Code(domain.Invalid, "impact_query_malformed", "The question about impact is not valid")
	ErrItems  = domain.Code(domain.Invalid, "change_cis_unknown", "A configuration item of the plan does not exist")
	ErrFrozen = domain.Code(domain.Conflict, "change_cis_frozen", "What an authorised plan touches cannot be altered")
)
