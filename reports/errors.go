package reports

import "github.com/cabinetdesk/cabinet/domain"

// The error codes of this package.
var (
	ErrKind     = domain.Code(domain.Invalid, "export_kind", "There is no such export")
	ErrCount    = domain.Code(domain.Internal, "export_incomplete", "The export was not complete and was thrown away")
	ErrNotReady = domain.Code(domain.Conflict, "export_not_ready", "The export is not done")
)
