package domain

import (
	"fmt"
	"strconv"
	"strings"
)

// Kind is the sort of thing that has a number.
type Kind string

// The numbered kinds. The four records first: they share one row in tickets.
const (
	KindIncident Kind = "incident"
	KindRequest  Kind = "request"
	KindProblem  Kind = "problem"
	KindChange   Kind = "change"
	KindTask     Kind = "task"
	KindCI       Kind = "ci"
	KindArticle  Kind = "article"
)

// Records are the four kinds that live in tickets, in the order in which people name them.
var Records = [...]Kind{KindIncident, KindRequest, KindProblem, KindChange}

var prefixes = map[Kind]string{
	KindIncident: "INC", KindRequest: "REQ", KindProblem: "PRB", KindChange: "CHG",
	KindTask: "TSK", KindCI: "CI", KindArticle: "KB",
}

// Number is what people call a record: a kind and a counter, written INC-000123. Numbers of a kind
// have no gaps and are never reused. A record that came from another tool keeps the number it had
// there in its foreign number; this one is still given.
type Number struct {
	Kind Kind
	N    int64
}

// String writes the number as people read it, with at least six digits.
func (n Number) String() string {
	return fmt.Sprintf("%s-%06d", prefixes[n.Kind], n.N)
}

// IsZero tells whether the number is not given yet.
func (n Number) IsZero() bool { return n.N == 0 }

// Prefix is the part before the dash.
func (k Kind) Prefix() string { return prefixes[k] }

// ParseNumber reads a number as people type it: any case, with or without dash and leading zeros
// ("inc-123", "CHG000042"). It fails with [ErrNumber].
func ParseNumber(s string) (Number, error) {
	t := strings.ToUpper(strings.TrimSpace(s))
	for kind, prefix := range prefixes {
		rest, ok := strings.CutPrefix(t, prefix)
		if !ok {
			continue
		}
		rest = strings.TrimPrefix(rest, "-")
		if len(rest) == 0 || len(rest) > 15 || strings.Trim(rest, "0123456789") != "" {
			break
		}
		n, err := strconv.ParseInt(rest, 10, 64)
		if err != nil || n <= 0 {
			break
		}
		return Number{Kind: kind, N: n}, nil
	}
	return Number{}, ErrNumber.With("number", "a number looks like INC-000123")
}
