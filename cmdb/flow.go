package cmdb

import "github.com/cabinetdesk/cabinet/domain/flow"

// The states of a configuration item.
const (
	Planned          = "planned"
	InStock          = "in_stock"
	Live             = "live"
	UnderMaintenance = "under_maintenance"
	Retired          = "retired"
	Disposed         = "disposed"
)

// Flow is the life of a configuration item. An item that is found in use is registered in the state in which it is
// found; from there on it moves like all others, also when a source observes it in another state.
var Flow = flow.Machine{
	Kind: "ci", Label: "Configuration item", Initial: Planned,
	States: []flow.State{
		{Name: Planned, Label: "Planned", Category: flow.Open, Clock: flow.Run, Hint: "Ordered or being built; nothing depends on it yet."},
		{Name: InStock, Label: "In stock", Category: flow.Waiting, Clock: flow.Pause, Hint: "There, and not in use."},
		{Name: Live, Label: "Live", Category: flow.Open, Clock: flow.Run, Hint: "In use: services may depend on it."},
		{Name: UnderMaintenance, Label: "Under maintenance", Category: flow.Waiting, Clock: flow.Pause, Hint: "Out of use for a while."},
		{Name: Retired, Label: "Retired", Category: flow.Waiting, Clock: flow.Pause, Hint: "Out of use for good, still there."},
		{Name: Disposed, Label: "Disposed of", Category: flow.Done, Clock: flow.Stop, Final: true, Hint: "Gone; its history stays."},
	},
	Moves: []flow.Move{
		{Event: "go_live", Label: "Put into service", From: []string{Planned, InStock}, To: Live, Action: "ci.move", Tone: flow.Primary},
		{Event: "receive", Label: "Take into stock", From: []string{Planned}, To: InStock, Action: "ci.move"},
		{Event: "maintain", Label: "Take out for maintenance", From: []string{Live}, To: UnderMaintenance, Action: "ci.move", Requires: []string{"reason"}},
		{Event: "resume", Label: "Back into service", From: []string{UnderMaintenance}, To: Live, Action: "ci.move", Tone: flow.Primary},
		{Event: "restock", Label: "Back into stock", From: []string{Live, UnderMaintenance, Retired}, To: InStock, Action: "ci.move"},
		{Event: "retire", Label: "Retire", From: []string{InStock, Live, UnderMaintenance}, To: Retired, Action: "ci.retire", Requires: []string{"reason"}},
		{Event: "dispose", Label: "Dispose of", From: []string{InStock, Retired}, To: Disposed, Action: "ci.retire", Requires: []string{"reason"}, Tone: flow.Danger},
		{Event: "abandon", Label: "Abandon", From: []string{Planned}, To: Disposed, Action: "ci.retire", Requires: []string{"reason"}, Tone: flow.Danger},
	},
}

var past = map[string]string{"go_live": "went_live", "receive": "received", "maintain": "maintained", "resume": "resumed", "restock": "restocked",
	"retire": "retired", "dispose": "disposed", "abandon": "abandoned"}

// way finds the shortest sequence of moves from one state to another; none when there is no way.
func way(from, to string) []string {
	type step struct {
		state  string
		events []string
	}
	seen, queue := map[string]bool{from: true}, []step{{state: from}}
	for len(queue) > 0 {
		at := queue[0]
		queue = queue[1:]
		if at.state == to {
			return at.events
		}
		for _, mv := range Flow.Possible(at.state) {
			if !seen[mv.To] {
				seen[mv.To] = true
				queue = append(queue, step{mv.To, append(append([]string(nil), at.events...), mv.Event)})
			}
		}
	}
	return nil
}
