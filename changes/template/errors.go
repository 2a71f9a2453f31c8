package template

import "github.com/cabinetdesk/cabinet/domain"

// The error codes of this package.
var (
	ErrDoc       = domain.Code(domain.Invalid, "template_unsound", "The template does not make sense")
	ErrKey       = domain.Code(domain.Conflict, "template_key_taken", "There is such a template already")
	ErrOpen      = domain.Code(domain.Conflict, "template_edition_open", "The next edition is being written already")
	ErrFrozen    = domain.Code(domain.Conflict, "template_frozen", "Only a draft can be edited")
	ErrEvidence  = domain.Code(domain.Invalid, "template_evidence", "The evidence is not enough")
	ErrNotInUse  = domain.Code(domain.Conflict, "template_not_in_use", "The template is not in use")
	ErrExpired   = domain.Code(domain.Conflict, "template_expired", "The template has expired")
	ErrDeparts   = domain.Code(domain.Conflict, "template_departed_from", "The change does not keep to its template")
	ErrWhen      = domain.Code(domain.Conflict, "template_other_hours", "The template is for other hours")
	ErrOtherWork = domain.Code(domain.Conflict, "template_other_items", "The template is for other items")
	ErrTooRisky  = domain.Code(domain.Conflict, "template_too_risky", "The change is riskier than its template allows")
)
