package people_test

import (
	"errors"
	"testing"
	"time"

	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/people"
	"github.com/cabinetdesk/cabinet/policies"
)

const day = 24 * time.Hour

func TestADelegationCountsForItsTimeAndOneStepOnly(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.exec("insert into boards (key, name, rule, version) values ('cab', 'CAB', 'any', 1)")
		w.events.reset()
		now := w.clock.Now()
		from := now.Add(day)
		d, err := w.Delegate(w.as("ann"), people.DelegateInput{To: w.who["bob"].Ref, From: &from, Until: from.Add(90 * day), Board: "cab", Reason: "away"})
		must(t, err)
		must(t, second(w.Delegate(w.as("bob"), people.DelegateInput{To: w.who["rita"].Ref, Until: now.Add(30 * day), Reason: "away too"})))
		to := func(login string, at time.Time) int {
			list, err := w.DelegationsTo(t.Context(), w.who[login].ID, at)
			must(t, err)
			return len(list)
		}
		for name, c := range map[string]struct {
			login string
			at    time.Time
			want  int
		}{
			"before it begins":      {"bob", from.Add(-time.Microsecond), 0},
			"as it begins":          {"bob", from, 1},
			"before it ends":        {"bob", from.Add(90*day - time.Microsecond), 1},
			"as it ends":            {"bob", from.Add(90 * day), 0},
			"what bob has of ann's": {"rita", from, 1},
			"to who gives":          {"ann", from, 0},
		} {
			if got := to(c.login, c.at); got != c.want {
				t.Errorf("%s: %d", name, got)
			}
		}
		list, err := w.DelegationsTo(t.Context(), w.who["rita"].ID, from)
		must(t, err)
		if list[0].From.ID != w.who["bob"].ID || list[0].Board != 0 {
			t.Errorf("rita votes for %+v", list[0])
		}
		among, err := w.DelegationsAmong(t.Context(), []domain.UserID{w.who["ann"].ID, w.who["rita"].ID}, from)
		if err != nil || len(among) != 2 {
			t.Errorf("among ann and rita: %d, %v", len(among), err)
		}
		for who, want := range map[string]int{"ann": 1, "bob": 2, "rita": 1, "root": 2} {
			if got, err := w.Delegations(w.as(who)); err != nil || len(got) != want {
				t.Errorf("%s sees %d: %v", who, len(got), err)
			}
		}
		if _, err := w.RevokeDelegation(w.as("rita"), d.Ref, "no"); !errors.Is(err, domain.ErrNotFound) {
			t.Errorf("somebody else ends it: %v", err)
		}
		d, err = w.RevokeDelegation(w.as("ann"), d.Ref, "back early")
		must(t, err)
		if to("bob", from) != 0 || d.RevokedAt == nil || d.BoardKey != "cab" {
			t.Errorf("%+v", d)
		}
		if _, err := w.RevokeDelegation(w.as("ann"), d.Ref, "again"); !errors.Is(err, domain.ErrNotFound) {
			t.Errorf("ended twice: %v", err)
		}
		if w.events.types() != "[delegation.given delegation.given delegation.revoked]" {
			t.Errorf("events %s", w.events.types())
		}
		got := w.states()
		for k, state := range w.events.last {
			if got[k] != state {
				t.Errorf("%s: the row says %s, the log %s", k, got[k], state)
			}
		}
		must(t, second(w.Disable(w.as("root"), people.MoveInput{Ref: w.who["bob"].Ref, Reason: "left"})))
		if to("rita", from) != 0 {
			t.Error("the vote of a disabled account is delegated")
		}
	})
}

func TestADelegationIsRefused(t *testing.T) {
	w := lite(t)
	w.grant("bob", policies.Auditor, "all")
	now := w.clock.Now()
	later := now.Add(2 * day)
	good := people.DelegateInput{To: w.who["rita"].Ref, Until: now.Add(day), Reason: "away"}
	for name, c := range map[string]struct {
		by   string
		in   func(in *people.DelegateInput)
		want error
	}{
		"to oneself":            {"ann", func(in *people.DelegateInput) { in.To = w.who["ann"].Ref }, people.ErrDelegation},
		"to nobody":             {"ann", func(in *people.DelegateInput) { in.To = "x" }, people.ErrDelegation},
		"for more than 90 days": {"ann", func(in *people.DelegateInput) { in.Until = now.Add(90*day + time.Second) }, people.ErrDelegation},
		"that ends first":       {"ann", func(in *people.DelegateInput) { in.From = &later }, people.ErrDelegation},
		"that is over":          {"ann", func(in *people.DelegateInput) { in.Until = now }, people.ErrDelegation},
		"on no board":           {"ann", func(in *people.DelegateInput) { in.Board = "none" }, people.ErrDelegation},
		"without a reason":      {"ann", func(in *people.DelegateInput) { in.Reason = "" }, domain.ErrMissing},
		"by an auditor":         {"bob", func(*people.DelegateInput) {}, domain.ErrForbidden},
	} {
		in := good
		c.in(&in)
		if _, err := w.Delegate(w.as(c.by), in); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	must(t, second(w.Delegate(w.as("ann"), good)))
	if _, err := w.Delegate(w.as("ann"), good); !errors.Is(err, domain.ErrDuplicate) {
		t.Errorf("twice: %v", err)
	}
	if _, err := w.Delegate(w.system(), good); !errors.Is(err, people.ErrDelegation) {
		t.Errorf("by the desk: %v", err)
	}
}
