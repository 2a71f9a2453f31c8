package flow_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/cabinetdesk/cabinet/domain/flow"
	"github.com/cabinetdesk/cabinet/domain/flow/flowtest"
)

// parcel is a small sound machine that uses every feature once.
func parcel() flow.Machine {
	return flow.Machine{
		Kind: "parcel", Label: "Parcel", Initial: "new",
		States: []flow.State{
			{Name: "new", Label: "New", Category: flow.Open, Clock: flow.Run, Hint: "Nobody has looked at it."},
			{Name: "on_hold", Label: "On hold", Category: flow.Waiting, Clock: flow.Pause, Hint: "We wait for the sender | the carrier."},
			{Name: "delivered", Label: "Delivered: \"signed\"", Category: flow.Done, Clock: flow.Stop, Hint: "It may come back."},
			{Name: "end", Label: "Ended", Category: flow.Done, Clock: flow.Stop, Final: true, Hint: "Nothing more happens."},
			{Name: "void", Label: "Void", Category: flow.Cancelled, Clock: flow.Stop, Final: true, Hint: "It was never sent."},
		},
		Moves: []flow.Move{
			{Event: "close_old", Label: "Close when old", From: []string{"delivered"}, To: "end", Automatic: true, Guards: []string{"old_enough"}},
			{Event: "hold", Label: "Put on hold", From: []string{"new"}, To: "on_hold", Action: "parcel.hold", Requires: []string{"reason", "until"}},
			{Event: "resume", Label: "Resume", From: []string{"on_hold"}, To: "new", Action: "parcel.hold"},
			{Event: "deliver", Label: "Deliver", From: []string{"new", "on_hold"}, To: "delivered", Action: "parcel.deliver", Requires: []string{"signature"}, Guards: []string{"paid", "address_known"}, Tone: flow.Primary},
			{Event: "note", Label: "Note", From: []string{"new"}, To: "new", Action: "parcel.note"},
			{Event: "cancel", Label: "Cancel", From: []string{"new", "on_hold"}, To: "void", Action: "parcel.cancel", Requires: []string{"reason"}, Tone: flow.Danger},
		},
	}
}

var errUnpaid = errors.New("the parcel is not paid")

func unpaid(name string) error {
	if name == "paid" {
		return errUnpaid
	}
	return nil
}

func pass(string) error { return nil }

func given(names ...string) map[string]bool {
	out := map[string]bool{}
	for _, name := range names {
		out[name] = true
	}
	return out
}

func TestTheExampleMachineIsSound(t *testing.T) {
	t.Parallel()
	flowtest.Sound(t, parcel())
}

func TestFireAnswersTheMoveOrSaysWhyNot(t *testing.T) {
	t.Parallel()
	hold := []string{"hold", "deliver", "note", "cancel"}
	cases := map[string]struct {
		from, event string
		in          flow.Input
		to          string
		want        flow.Refused
		text        string
	}{
		"a plain move": {from: "on_hold", event: "resume", to: "new"},
		"a move with all inputs and guards": {
			from: "new", event: "deliver", to: "delivered",
			in: flow.Input{Given: given("signature"), Guard: pass},
		},
		"a move that stays in its state":        {from: "new", event: "note", to: "new"},
		"an automatic move fired by the system": {from: "delivered", event: "close_old", to: "end", in: flow.Input{System: true, Guard: pass}},
		"a move for people fired by the system": {from: "on_hold", event: "resume", to: "new", in: flow.Input{System: true}},
		"a state that does not exist": {
			from: "lost", event: "hold",
			want: flow.Refused{Reason: flow.UnknownState},
			text: `parcel: there is no state "lost"`,
		},
		"an event that does not exist": {
			from: "new", event: "explode",
			want: flow.Refused{Reason: flow.UnknownEvent, Possible: hold},
			text: `parcel: there is no move "explode"; possible: hold, deliver, note, cancel`,
		},
		"an event of another state": {
			from: "new", event: "resume",
			want: flow.Refused{Reason: flow.NotFromHere, Possible: hold},
			text: `parcel: "resume" is not possible from "new"; possible: hold, deliver, note, cancel`,
		},
		"an event where only the system can go on": {
			from: "delivered", event: "hold",
			want: flow.Refused{Reason: flow.NotFromHere},
			text: `parcel: "hold" is not possible from "delivered"`,
		},
		"a final state": {
			from: "void", event: "hold",
			want: flow.Refused{Reason: flow.Final},
			text: `parcel: "void" is final, so "hold" is not possible`,
		},
		"an automatic move asked for by a person": {
			from: "delivered", event: "close_old", in: flow.Input{Guard: pass},
			want: flow.Refused{Reason: flow.SystemOnly},
			text: `parcel: only the system does "close_old"`,
		},
		"all missing inputs at once": {
			from: "new", event: "hold", in: flow.Input{Given: map[string]bool{"until": false, "other": true}},
			want: flow.Refused{Reason: flow.MissingInput, Missing: []string{"reason", "until"}, Possible: hold},
			text: `parcel: "hold" needs reason, until`,
		},
		"inputs are asked for before guards": {
			from: "new", event: "deliver", in: flow.Input{Guard: unpaid},
			want: flow.Refused{Reason: flow.MissingInput, Missing: []string{"signature"}, Possible: hold},
			text: `parcel: "deliver" needs signature`,
		},
		"a guard that does not hold": {
			from: "new", event: "deliver", in: flow.Input{Given: given("signature"), Guard: unpaid},
			want: flow.Refused{Reason: flow.Guard, Guard: "paid", Err: errUnpaid, Possible: hold},
			text: `parcel: "deliver" is not possible now: the parcel is not paid`,
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			move, err := parcel().Fire(c.from, c.event, c.in)
			if c.to != "" {
				if err != nil || move.To != c.to || move.Event != c.event {
					t.Fatalf("got %q, %v; want to reach %q", move.To, err, c.to)
				}
				return
			}
			var got *flow.Refused
			if !errors.As(err, &got) {
				t.Fatalf("got %v, want a refusal", err)
			}
			if move.To != "" {
				t.Errorf("a refusal came with the move %q", move.Event)
			}
			if got.Machine != "parcel" || got.From != c.from || got.Event != c.event {
				t.Errorf("the refusal is about %s/%s/%s", got.Machine, got.From, got.Event)
			}
			if got.Reason != c.want.Reason || got.Guard != c.want.Guard || errors.Unwrap(err) != c.want.Err ||
				!slices.Equal(got.Missing, c.want.Missing) || !slices.Equal(got.Possible, c.want.Possible) {
				t.Errorf("got %+v\nwant %+v", *got, c.want)
			}
			if err.Error() != c.text {
				t.Errorf("it says %q\nwant    %q", err, c.text)
			}
		})
	}
}

func TestAGuardThatNobodyEvaluatesRefuses(t *testing.T) {
	t.Parallel()
	_, err := parcel().Fire("new", "deliver", flow.Input{Given: given("signature")})
	var refused *flow.Refused
	if !errors.As(err, &refused) || refused.Reason != flow.Guard || refused.Guard != "paid" {
		t.Fatalf("got %v, want the refusal of the guard paid", err)
	}
}

func TestGuardsAreAskedInOrderUntilOneRefuses(t *testing.T) {
	t.Parallel()
	var asked []string
	_, _ = parcel().Fire("new", "deliver", flow.Input{Given: given("signature"), Guard: func(name string) error {
		asked = append(asked, name)
		return nil
	}})
	if !slices.Equal(asked, []string{"paid", "address_known"}) {
		t.Errorf("asked %v", asked)
	}
	asked = nil
	_, _ = parcel().Fire("new", "deliver", flow.Input{Given: given("signature"), Guard: func(name string) error {
		asked = append(asked, name)
		return errUnpaid
	}})
	if !slices.Equal(asked, []string{"paid"}) {
		t.Errorf("asked %v after a refusal", asked)
	}
}

func TestPossibleListsMovesForPeopleFirst(t *testing.T) {
	t.Parallel()
	m := parcel()
	m.Moves = append([]flow.Move{{Event: "expire", From: []string{"new"}, To: "void", Automatic: true}}, m.Moves...)
	var events []string
	for _, move := range m.Possible("new") {
		events = append(events, move.Event)
	}
	if want := []string{"hold", "deliver", "note", "cancel", "expire"}; !slices.Equal(events, want) {
		t.Errorf("got %v, want %v", events, want)
	}
}

func TestAnOfferShowsABlockedMoveWithItsReason(t *testing.T) {
	t.Parallel()
	offers := parcel().Offer("new", unpaid)
	var events []string
	for _, offer := range offers {
		events = append(events, offer.Move.Event)
		blocked := offer.Move.Event == "deliver"
		if (offer.Blocked != nil) != blocked {
			t.Errorf("%s: blocked %v, want %t", offer.Move.Event, offer.Blocked, blocked)
		}
		if blocked && !errors.Is(offer.Blocked, errUnpaid) {
			t.Errorf("the reason of the guard is lost: %v", offer.Blocked)
		}
	}
	if want := []string{"hold", "deliver", "note", "cancel"}; !slices.Equal(events, want) {
		t.Errorf("offered %v, want %v", events, want)
	}
}

func TestAutomaticMovesAreNeverOffered(t *testing.T) {
	t.Parallel()
	if offers := parcel().Offer("delivered", pass); len(offers) != 0 {
		t.Errorf("offered %v", offers)
	}
}

func TestAnImportedStateMustExist(t *testing.T) {
	t.Parallel()
	if err := parcel().Knows("on_hold"); err != nil {
		t.Error(err)
	}
	var refused *flow.Refused
	if err := parcel().Knows("On hold"); !errors.As(err, &refused) || refused.Reason != flow.UnknownState {
		t.Errorf("got %v, want a refusal", err)
	}
}

func TestNamesAreListedOnceInDeclaredOrder(t *testing.T) {
	t.Parallel()
	m := parcel()
	for what, pair := range map[string][2][]string{
		"states":  {m.StateNames(), {"new", "on_hold", "delivered", "end", "void"}},
		"events":  {m.Events(), {"close_old", "hold", "resume", "deliver", "note", "cancel"}},
		"actions": {m.Actions(), {"parcel.hold", "parcel.deliver", "parcel.note", "parcel.cancel"}},
		"guards":  {m.GuardNames(), {"old_enough", "paid", "address_known"}},
	} {
		if !slices.Equal(pair[0], pair[1]) {
			t.Errorf("%s: got %v, want %v", what, pair[0], pair[1])
		}
	}
}
