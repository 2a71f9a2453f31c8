package review

import (
	"crypto/sha256"
	"encoding/binary"
	"slices"
	"time"

	"github.com/cabinetdesk/cabinet/changes"
	"github.com/cabinetdesk/cabinet/changes/model"
)

// The reasons for a review.
const (
	Outcome   = "outcome"
	Emergency = "emergency"
	HighRisk  = "high_risk"
	Overran   = "overran"
	Incident  = "incident"
	FirstUse  = "first_use"
	Model     = "model"
	Sample    = "sample"
	Asked     = "asked"
)

// Reasons says each reason in words for people, in the order in which they are told.
var Reasons = []struct{ Code, Text string }{
	{Outcome, "It did not end as planned"},
	{Emergency, "It was an emergency"},
	{HighRisk, "Its risk was high"},
	{Overran, "It took longer than its window"},
	{Incident, "It caused an incident"},
	{FirstUse, "It is the first use of its template"},
	{Model, "Changes of this model are always reviewed"},
	{Sample, "It was drawn into the sample"},
	{Asked, "Somebody asked for it"},
}

// Facts are what it depends on whether a change is reviewed.
type Facts struct {
	Change   changes.Change
	Model    model.Model
	FirstUse bool // no change came from this edition of its template before
	Caused   bool // somebody confirmed that it caused an incident
}

// Why tells for which reasons a change is reviewed, in their order; none when it is not. It is pure: the same facts give the
// same reasons.
func Why(f Facts) (out []string) {
	c := f.Change.Facet
	grace := time.Duration(f.Model.GraceMinutes) * time.Minute
	for code, holds := range map[string]bool{
		Outcome:   c.Outcome != "" && c.Outcome != "successful",
		Emergency: c.Model == changes.Emergency,
		HighRisk:  c.Risk == "high",
		Overran:   c.ActualEnd != nil && c.PlannedEnd != nil && c.ActualEnd.After(c.PlannedEnd.Add(grace)),
		Incident:  f.Caused,
		FirstUse:  c.Template != "" && f.FirstUse,
		Model:     f.Model.Review,
		Sample:    Drawn(f.Change.Ticket.Number, f.Model.ReviewPercent),
	} {
		if holds {
			out = append(out, code)
		}
	}
	return sorted(out)
}

// sorted puts reasons into the order in which they are told.
func sorted(codes []string) []string {
	rank := func(code string) int {
		return slices.IndexFunc(Reasons, func(r struct{ Code, Text string }) bool { return r.Code == code })
	}
	slices.SortFunc(codes, func(a, b string) int { return rank(a) - rank(b) })
	return slices.Compact(codes)
}

// Drawn tells whether a change is in a sample of so many percent: the first eight bytes of the SHA-256 of its number, as a
// number, modulo 100. Nobody can choose it, and everybody can compute it again.
func Drawn(number string, percent int) bool {
	sum := sha256.Sum256([]byte(number))
	return binary.BigEndian.Uint64(sum[:8])%100 < uint64(max(percent, 0))
}
