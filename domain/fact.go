package domain

import "time"

// Visibility says who may see an event in a record's timeline.
type Visibility string

// The visibilities: everybody who sees the record; those who work on it; auditors and administrators.
const (
	Public     Visibility = "public"
	InternalV  Visibility = "internal"
	Restricted Visibility = "restricted"
)

// FieldChange is one value that an event changed. Before and After are text, written in one canonical
// way per type (see package audit). They are kept apart from the sealed leaf, which holds only salted
// commitments, so that a person can be erased and the proofs still hold.
type FieldChange struct {
	Field  string
	Before string
	After  string
	// Subject is the opaque reference of the person whom the value is about, empty when nobody.
	Subject string
}

// Event is what the log keeps of a fact. Entity is what people call the record (a number, or the
// opaque reference of a person or grant); Version is the version of the record that the fact made.
type Event struct {
	// ID is set where rows refer to the event; otherwise the log makes one.
	ID         string
	Type       string
	EntityKind string
	Entity     string
	Version    int64
	StateFrom  string
	StateTo    string
	// Digest binds a decision to the exact plan that it was made on, hex SHA-256.
	Digest string
	// Scope lists tags by which evidence is selected ("team:network", "SOX").
	Scope      []string
	Visibility Visibility
	Fields     []FieldChange
	// State is the record after the event, field by field, in canonical text: the log keeps a hash of it.
	State map[string]string
	// OccurredAt is when it happened; zero means now. Only imports set it to another time.
	OccurredAt time.Time
	// By is the opaque reference of who did it in the tool that an import comes from; empty means the actor.
	By string
	// OnBehalfOf is the opaque reference of the person whose authority was used, under a delegation.
	OnBehalfOf string
}

// Fact is something that has happened, named in the past tense and declared by the module that it
// happened to. A fact becomes one event of the log, in the same transaction.
type Fact interface {
	Event() Event
}
