package incident

import "github.com/cabinetdesk/cabinet/domain/ticket"

// Reported is the fact that an incident came in.
type Reported struct {
	ticket.Happened
	Incident Incident
}

// Moved is the fact that an incident changed its state by a move of its flow.
type Moved struct {
	ticket.Happened
	Incident Incident
	Move     string
}

// Graded is the fact that a priority was overridden, or given back to the matrix.
type Graded struct {
	ticket.Happened
	Incident Incident
}

// DeclaredMajor is the fact that an incident was declared major.
type DeclaredMajor struct {
	ticket.Happened
	Incident Incident
}
