package people

import "github.com/cabinetdesk/cabinet/domain"

// The error codes of this package.
var (
	ErrLogin        = domain.Code(domain.Unauthenticated, "login_failed", "The login or the password is not right")
	ErrPassword     = domain.Code(domain.Invalid, "password_refused", "The password cannot be used")
	ErrCurrent      = domain.Code(domain.Forbidden, "current_password_wrong", "The current password is not right")
	ErrFullSession  = domain.Code(domain.Forbidden, "full_session_needed", "Sign in with your password to do that")
	ErrLoginTaken   = domain.Code(domain.Conflict, "login_taken", "That login is taken")
	ErrKeyTaken     = domain.Code(domain.Conflict, "key_taken", "That key is taken")
	ErrInactive     = domain.Code(domain.Conflict, "account_disabled", "The account is disabled")
	ErrAlready      = domain.Code(domain.Conflict, "account_state", "The account is in that state already")
	ErrOwnAccount   = domain.Code(domain.Forbidden, "own_account", "Nobody does that to their own account")
	ErrSetup        = domain.Code(domain.Forbidden, "setup_link_invalid", "The setup link is not valid, or was used")
	ErrDelegation   = domain.Code(domain.Invalid, "delegation_not_possible", "That delegation is not possible")
	ErrServiceLogin = domain.Code(domain.Invalid, "service_account", "A service account has tokens, not a password")
	ErrBusy         = domain.Code(domain.Unavailable, "sign_in_busy", "Too many people are signing in at this moment")
)
