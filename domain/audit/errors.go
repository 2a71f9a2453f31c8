package audit

import "github.com/cabinetdesk/cabinet/domain"

// The error codes of the log.
var (
	ErrRewound      = domain.Code(domain.Unavailable, "log_rewound", "The log is behind what was signed: the desk is read-only")
	ErrEvent        = domain.Code(domain.Internal, "malformed_event", "A fact cannot be kept in the log as it is")
	ErrLeaf         = domain.Code(domain.Internal, "malformed_leaf", "That is not a leaf of the log")
	ErrCheckpoint   = domain.Code(domain.Invalid, "malformed_checkpoint", "That is not a checkpoint of the log")
	ErrSignature    = domain.Code(domain.Invalid, "checkpoint_signature", "The checkpoint is not signed by the key of the log")
	ErrKey          = domain.Code(domain.Unavailable, "log_key", "The signing key of the log cannot be used")
	ErrInconsistent = domain.Code(domain.Unavailable, "log_inconsistent", "The log does not continue what was signed")
	ErrGuards       = domain.Code(domain.Unavailable, "log_guards", "The database does not refuse a change of the log")
	ErrNotSealed    = domain.Code(domain.Conflict, "not_sealed", "The event is not sealed yet")
	ErrNotOpen      = domain.Code(domain.Internal, "log_not_open", "The log was used before it was opened")
	ErrInsideUnit   = domain.Code(domain.Internal, "seal_inside_unit", "A seal was awaited inside the unit of work")
	ErrReason       = domain.Code(domain.Invalid, "reason_required", "A reason is required")
)
