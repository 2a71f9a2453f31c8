package webhook

import "github.com/cabinetdesk/cabinet/domain"

// The error codes of this package.
var (
	ErrWebhook  = domain.Code(domain.Invalid, "webhook_unsound", "The webhook does not make sense")
	ErrState    = domain.Code(domain.Conflict, "webhook_state", "The webhook is not in a state for that")
	ErrMany     = domain.Code(domain.Conflict, "webhooks_full", "There are as many webhooks as a desk can have")
	ErrDelivery = domain.Code(domain.Conflict, "delivery_not_dead", "That delivery need not be tried again")
	ErrSealed   = domain.Code(domain.Unavailable, "secret_sealed", "The secret cannot be opened with the key of this desk")
	ErrFailed   = domain.Code(domain.Unavailable, "delivery_failed", "The other side did not take it")
)
