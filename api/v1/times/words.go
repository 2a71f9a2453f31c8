package times

import (
	"context"

	"github.com/cabinetdesk/cabinet/domain"
)

// Teller tells of conflicts where the history of a change is told.
type Teller struct{ area *area }

// Told says, for each conflict that is kept of a change, by its id, what it is about; of others no more than the actor
// may read.
func (t Teller) Told(ctx context.Context, change domain.TicketID) (map[string]string, error) {
	kept, err := t.area.Calendar.Kept(ctx, change)
	if err != nil {
		return nil, err
	}
	list, err := t.area.say(ctx, change, kept)
	out := make(map[string]string, len(list))
	for _, c := range list {
		out[c.ID] = about(c)
	}
	return out, err
}

// about is what a conflict is about, to be read after what happened to it.
func about(c Conflict) string {
	other, item, person := "another change", "an item", "somebody"
	if c.Other != nil {
		other = c.Other.Number
	}
	if c.Item != nil {
		item = c.Item.Name
	}
	if c.Person != nil {
		person = c.Person.Name
	}
	switch c.Kind {
	case "same_item":
		return other + " changes " + item + " at the same time"
	case "stand_in":
		return other + " changes what stands in for one of its items at the same time"
	case "neighbour":
		return other + " changes something that " + item + " is directly tied to"
	case "same_person":
		return person + " is needed for " + other + " as well"
	case "outside_window":
		return "it is outside of the maintenance windows of its items"
	}
	if c.Schedule != nil {
		return "the freeze “" + *c.Schedule + "” covers it"
	}
	return "a freeze covers it"
}
