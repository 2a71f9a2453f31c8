package cmdb

import "github.com/cabinetdesk/cabinet/domain"

// The error codes of this package.
var (
	ErrClass        = domain.Code(domain.Invalid, "ci_class_unknown", "There is no such class of configuration item")
	ErrValue        = domain.Code(domain.Invalid, "ci_value_invalid", "A value does not fit its attribute")
	ErrFilter       = domain.Code(domain.Invalid, "ci_filter_malformed", "The filter is not valid")
	ErrEffective    = domain.Code(domain.Invalid, "ci_effective_time", "It cannot have been so at that time")
	ErrRelation     = domain.Code(domain.Invalid, "ci_relation_invalid", "That relation is not possible")
	ErrLoop         = domain.Code(domain.Conflict, "ci_relation_loop", "That would make an item contain itself")
	ErrNotPresent   = domain.Code(domain.Conflict, "ci_not_present", "The item has been merged or withdrawn")
	ErrPresent      = domain.Code(domain.Conflict, "ci_present", "The item has been neither merged nor withdrawn")
	ErrDisposed     = domain.Code(domain.Conflict, "ci_disposed", "The item has been disposed of")
	ErrModel        = domain.Code(domain.Invalid, "cmdb_model_invalid", "The model contradicts itself")
	ErrModelNarrows = domain.Code(domain.Conflict, "cmdb_model_orphans", "Existing items would not fit the model")
	ErrMember       = domain.Code(domain.Conflict, "ci_membership_overlaps", "The item is a member in that time already")
	ErrTied         = domain.Code(domain.Conflict, "ci_still_tied", "The item still has relations or is in groups")
	ErrMerge        = domain.Code(domain.Conflict, "ci_merge_not_possible", "Those items cannot be merged")
	ErrNotAlike     = domain.Code(domain.Invalid, "ci_not_alike", "Those items do not look alike")
	ErrApart        = domain.Code(domain.Conflict, "ci_told_apart", "Somebody has said that those items are not one")
	ErrSince        = domain.Code(domain.Conflict, "ci_changed_since", "The item has been changed since")
	ErrMoment       = domain.Code(domain.Invalid, "ci_moment", "That is not an instant that can be looked at")
)
