package work

import "github.com/cabinetdesk/cabinet/domain"

// The error codes of this package.
var (
	ErrTask      = domain.Code(domain.Invalid, "task_unsound", "The task does not make sense")
	ErrFirst     = domain.Code(domain.Conflict, "task_comes_later", "Another task comes first")
	ErrChecklist = domain.Code(domain.Conflict, "checklist_open", "The checklist is not ticked off")
	ErrNotBegun  = domain.Code(domain.Conflict, "change_not_begun", "The change is not being implemented")
	ErrOver      = domain.Code(domain.Conflict, "work_over", "The work on this change is over")
	ErrDecided   = domain.Code(domain.Forbidden, "worker_decided", "Whoever decided on it cannot work on it")
	ErrTimes     = domain.Code(domain.Invalid, "task_times", "These times cannot be")
	ErrMany      = domain.Code(domain.Conflict, "tasks_full", "There are as many tasks as a change can have")
)
