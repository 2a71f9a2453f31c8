package when

import "fmt"

// Fault is one thing that is wrong with a document of rules: where, as in rows[2].slots[0].rule, and what, as a sentence.
type Fault struct {
	At   string
	Text string
}

// Faults are all that is wrong with a document, in its order. As an error they say the first.
type Faults []Fault

// Add notes one more.
func (f *Faults) Add(at, text string, args ...any) {
	*f = append(*f, Fault{at, fmt.Sprintf(text, args...)})
}

// Err is nil when nothing is wrong.
func (f Faults) Err() error {
	if len(f) == 0 {
		return nil
	}
	return f
}

// Error implements error.
func (f Faults) Error() string { return f[0].At + ": " + f[0].Text }

// Faulty notes what is wrong with conditions that stand at a place of a document.
func (f *Faults) Faulty(at string, conditions []Condition) {
	for i, c := range conditions {
		if err := c.Check(); err != nil {
			f.Add(fmt.Sprintf("%s[%d]", at, i), "%s", err)
		}
	}
}
