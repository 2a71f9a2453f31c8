package canned

import "github.com/cabinetdesk/cabinet/domain"

// The error codes of this package.
var (
	ErrVariable = domain.Code(domain.Invalid, "canned_variable_unknown", "The text has a variable that does not exist")
	ErrName     = domain.Code(domain.Conflict, "canned_name_taken", "Another text in use has that name")
	ErrFull     = domain.Code(domain.Conflict, "canned_full", "There are too many texts already")
	ErrState    = domain.Code(domain.Conflict, "canned_state", "The text is in that state already")
)
