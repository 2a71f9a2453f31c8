package audit

import "time"

// Receipt proves that an event has its place in the sealed log: leaf Leaf of the tree of TreeSize leaves whose
// root the signed checkpoint names.
type Receipt struct {
	EventID    string
	Leaf       int64
	TreeSize   int64
	Root       []byte
	Checkpoint string // the signed note
	SealedAt   time.Time
}
