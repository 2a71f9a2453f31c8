package cause

import "github.com/cabinetdesk/cabinet/domain"

// The error codes of this package.
var (
	ErrCause    = domain.Code(domain.Invalid, "cause_unsound", "The tie between incident and change does not make sense")
	ErrEvidence = domain.Code(domain.Invalid, "evidence_missing", "Say what shows it")
	ErrSame     = domain.Code(domain.Conflict, "cause_said_already", "That has been said already")
)
