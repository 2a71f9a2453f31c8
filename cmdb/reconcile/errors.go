package reconcile

import "github.com/cabinetdesk/cabinet/domain"

// The error codes of this package.
var (
	ErrSource     = domain.Code(domain.Invalid, "ci_source_invalid", "The source is not set up rightly")
	ErrBusy       = domain.Code(domain.Conflict, "ci_source_busy", "Another run of this source is under way")
	ErrState      = domain.Code(domain.Conflict, "ci_run_state", "The run is not in a state for that")
	ErrOutdated   = domain.Code(domain.Conflict, "ci_run_outdated", "Items have been changed since the proposal was made")
	ErrShare      = domain.Code(domain.Conflict, "ci_run_share", "The file no longer shows a large share of the source's items")
	ErrBuiltOn    = domain.Code(domain.Conflict, "ci_run_built_on", "Items have been changed since the run was applied")
	ErrSettle     = domain.Code(domain.Conflict, "ci_row_not_open", "That row cannot be settled like this")
	ErrNotAccount = domain.Code(domain.Forbidden, "ci_source_account", "Only the source's own account may push to it")
)
