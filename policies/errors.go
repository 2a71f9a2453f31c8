package policies

import "github.com/cabinetdesk/cabinet/domain"

// The error codes of this package.
var (
	ErrRole        = domain.Code(domain.Invalid, "unknown_role", "There is no such role")
	ErrScope       = domain.Code(domain.Invalid, "role_scope", "The role cannot be granted there")
	ErrValidity    = domain.Code(domain.Invalid, "validity_dates", "The dates of validity are not possible")
	ErrOwnGrant    = domain.Code(domain.Forbidden, "own_grant", "Nobody grants a role to themselves")
	ErrRevoked     = domain.Code(domain.Conflict, "grant_revoked", "The grant was revoked already")
	ErrLastAdmin   = domain.Code(domain.Conflict, "last_administrator", "That would leave the desk without an administrator")
	ErrPolicyFault = domain.Code(domain.Internal, "policy_fault", "The policy cannot be used")
)
