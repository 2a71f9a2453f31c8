package canned_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/canned"
	"github.com/cabinetdesk/cabinet/internal/testkit/world"
	"github.com/cabinetdesk/cabinet/policies"
)

func write(t *testing.T, w *world.World, who, name string, team domain.TeamID) canned.Text {
	t.Helper()
	text, err := w.Canned.Write(w.As(who), canned.WriteInput{Name: name, Body: "Hello {{requester.first_name}}", Team: team})
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestATextIsOfferedToItsTeamAndOneOfAllToEverybodyAtTheDesk(t *testing.T) {
	world.Each(t, func(t *testing.T, w *world.World) {
		write(t, w, "ada", "For all", 0)
		write(t, w, "tess", "For the network", w.Team("network"))
		for login, want := range map[string]int{"amir": 2, "alice": 1} {
			got, err := w.Canned.Offered(w.As(login), domain.ActorFrom(w.As(login)).Teams)
			if err != nil || len(got) != want {
				t.Errorf("%s: %d texts, %v", login, len(got), err)
			}
		}
		if _, err := w.Canned.Offered(w.As("ann"), nil); !errors.Is(err, domain.ErrForbidden) {
			t.Errorf("a requester: %v", err)
		}
		w.VerifyLog()
	})
}

func TestALeadManagesTheTextsOfTheirTeamAndNoOthers(t *testing.T) {
	world.Each(t, func(t *testing.T, w *world.World) {
		if _, err := w.Gate.Grant(w.System(), policies.GrantInput{User: w.ID("rolf"), Role: policies.TeamLead, Scope: "team:network", Reason: "promoted"}); err != nil {
			t.Fatal(err)
		}
		own := write(t, w, "rolf", "Ours", w.Team("network"))
		other := write(t, w, "ada", "Theirs", w.Team("apps"))
		apps := w.Team("apps")
		_, forAll := w.Canned.Write(w.As("rolf"), canned.WriteInput{Name: "x", Body: "x"})
		_, theirs := w.Canned.Retire(w.As("rolf"), other.Ref, 0)
		_, moved := w.Canned.Amend(w.As("rolf"), canned.AmendInput{Ref: own.Ref, Team: &apps})
		_, agent := w.Canned.Write(w.As("amir"), canned.WriteInput{Name: "x", Body: "x", Team: w.Team("network")})
		_, auditor := w.Canned.Retire(w.As("otto"), own.Ref, 0)
		for what, err := range map[string]error{"for all": forAll, "of another team": theirs, "to another team": moved, "an agent": agent, "an auditor": auditor} {
			if !errors.Is(err, domain.ErrForbidden) {
				t.Errorf("%s: %v", what, err)
			}
		}
		w.VerifyLog()
	})
}

func TestATextIsAmendedRetiredAndRestoredAndEachIsInTheLog(t *testing.T) {
	world.Each(t, func(t *testing.T, w *world.World) {
		text := write(t, w, "ada", "Welcome", 0)
		body := "Good morning {{requester.name}}, this is {{number}}."
		amended, err := w.Canned.Amend(w.As("ada"), canned.AmendInput{Ref: text.Ref, Version: 1, Body: &body})
		if err != nil || amended.Version != 2 || amended.Body != body {
			t.Fatalf("%+v, %v", amended, err)
		}
		if same, err := w.Canned.Amend(w.As("ada"), canned.AmendInput{Ref: text.Ref, Body: &body}); err != nil || same.Version != 2 {
			t.Errorf("the same words made version %d, %v", same.Version, err)
		}
		if _, err := w.Canned.Amend(w.As("ada"), canned.AmendInput{Ref: text.Ref, Version: 1, Body: &text.Body}); !errors.Is(err, domain.ErrStale) {
			t.Errorf("an old version: %v", err)
		}
		if _, err := w.Canned.Retire(w.As("ada"), text.Ref, 2); err != nil {
			t.Fatal(err)
		}
		if got, err := w.Canned.Offered(w.As("amir"), nil); err != nil || len(got) != 0 {
			t.Errorf("a retired text is offered: %v, %v", got, err)
		}
		if _, err := w.Canned.Retire(w.As("ada"), text.Ref, 0); !errors.Is(err, canned.ErrState) {
			t.Errorf("retired twice: %v", err)
		}
		write(t, w, "ada", "Welcome", 0)
		if _, err := w.Canned.Restore(w.As("ada"), text.Ref, 0); !errors.Is(err, canned.ErrName) {
			t.Errorf("restored over another of the name: %v", err)
		}
		if _, err := w.Canned.Retire(w.As("ada"), "nothing", 0); !errors.Is(err, domain.ErrNotFound) {
			t.Errorf("an unknown text: %v", err)
		}
		w.VerifyLog()
	})
}

func TestBadTextsAreRefusedWithTheReason(t *testing.T) {
	world.Each(t, func(t *testing.T, w *world.World) {
		write(t, w, "ada", "Taken", 0)
		for _, bad := range []struct {
			in   canned.WriteInput
			want error
		}{
			{canned.WriteInput{Name: "", Body: "x"}, domain.ErrInvalid}, {canned.WriteInput{Name: "x", Body: " \n"}, domain.ErrInvalid},
			{canned.WriteInput{Name: "x\x00", Body: "x"}, domain.ErrInvalid}, {canned.WriteInput{Name: "x", Body: "\xff"}, domain.ErrInvalid},
			{canned.WriteInput{Name: strings.Repeat("x", 101), Body: "x"}, domain.ErrInvalid}, {canned.WriteInput{Name: "x", Body: strings.Repeat("x", 20_001)}, domain.ErrInvalid},
			{canned.WriteInput{Name: "x", Body: "{{password}}"}, canned.ErrVariable}, {canned.WriteInput{Name: " Taken ", Body: "x"}, canned.ErrName},
		} {
			if _, err := w.Canned.Write(w.As("ada"), bad.in); !errors.Is(err, bad.want) {
				t.Errorf("%.20q %.20q: %v", bad.in.Name, bad.in.Body, err)
			}
		}
		for i := range canned.MaxTexts - 1 {
			write(t, w, "ada", fmt.Sprintf("Text %d", i), 0)
		}
		if _, err := w.Canned.Write(w.As("ada"), canned.WriteInput{Name: "One more", Body: "x"}); !errors.Is(err, canned.ErrFull) {
			t.Errorf("one too many: %v", err)
		}
		write(t, w, "ada", "Another team has room", w.Team("apps"))
	})
}
