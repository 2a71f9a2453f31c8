package demo

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/cabinetdesk/cabinet/internal/app/demo/tales"
)

// The hours in which people work, in UTC: all three sites are within two hours of it.
const (
	morning = 7*time.Hour + 10*time.Minute
	evening = 17 * time.Hour
)

func midnight(t time.Time) time.Time { return t.UTC().Truncate(24 * time.Hour) }

func weekend(t time.Time) bool { return t.Weekday() == time.Saturday || t.Weekday() == time.Sunday }

// working moves an instant outside working hours into the next working morning.
func (s *story) working(t time.Time) time.Time {
	day, in := midnight(t), t.Sub(midnight(t))
	switch {
	case in > evening:
		day = day.AddDate(0, 0, 1)
	case in >= morning && !weekend(day):
		return t
	}
	for weekend(day) {
		day = day.AddDate(0, 0, 1)
	}
	return day.Add(morning).Add(s.about(45 * time.Minute))
}

// workday is an instant in working hours so many days before now; Mondays get a little more than their share.
func (s *story) workday(daysAgo int) time.Time {
	t := midnight(s.now).AddDate(0, 0, -daysAgo)
	step := 1
	if daysAgo < 4 || s.chance(40) && daysAgo < Days-4 {
		step = -1
	}
	for weekend(t) {
		t = t.AddDate(0, 0, step)
	}
	return t.Add(morning).Add(time.Duration(s.rng.Int64N(int64(evening - morning))))
}

// about is a duration near d, between half and one and a half of it, not in whole minutes: people do not act on
// the minute.
func (s *story) about(d time.Duration) time.Duration {
	if d <= 0 {
		return 0
	}
	return (d/2 + time.Duration(s.rng.Int64N(int64(d)))).Truncate(time.Microsecond)
}

// life is what happens to one record: acts one after another, each some time after the one before.
type life struct {
	acts   []act
	delays []time.Duration
	always bool // also at night: machines and major incidents do not wait for the morning
}

func (l *life) then(after time.Duration, who, what string, do func(ctx context.Context) error) {
	l.acts = append(l.acts, act{who: who, what: what, do: do})
	l.delays = append(l.delays, after)
}

// briefly is the least time that an act takes.
const briefly = 8 * time.Minute

// lived puts a life into the story from an instant on. One that would reach beyond the deadline is drawn
// together, in the same order, so that a life ends as it was meant to; where even that leaves no room, it
// begins earlier.
func (s *story) lived(l life, from, deadline time.Time) {
	deadline = earlier(deadline, s.now.Add(-time.Minute/2))
	if latest := deadline.Add(-briefly * time.Duration(len(l.acts)-1)); from.After(latest) {
		from = latest
	}
	at := make([]time.Time, len(l.acts))
	t := from
	for i, after := range l.delays {
		t = t.Add(s.about(after))
		if !l.always && i > 0 {
			t = s.working(t)
		}
		at[i] = t
	}
	if over, have := t.Sub(from), deadline.Sub(from); over > have {
		for i := range at {
			at[i] = from.Add(time.Duration(float64(at[i].Sub(from)) / float64(over) * float64(have)))
		}
	}
	for i, a := range l.acts {
		s.plan(at[i], a.who, a.what, a.do)
	}
}

var (
	departments = []string{"Sales", "Purchasing", "Controlling", "Logistics", "Engineering", "Marketing", "Human Resources", "Quality", "Customer Service"}
	rooms       = []string{"Tejo", "Douro", "Maas", "Schie", "Mur", "Schlossberg", "Atlantic", "Glacier", "Harbour"}
	hosts       = []string{"lis-app-03", "lis-db-01", "rtm-sw-12", "rtm-app-07", "graz-sw-02", "graz-file-01", "dc1-erp-02", "dc1-proxy-01", "dc2-db-04", "rtm-ap-31"}
)

// wording fills the words in braces, for one occasion: the same everywhere in its texts.
func (s *story) wording(site string) *strings.Replacer {
	name := "Lisbon"
	for _, p := range places {
		if p.key == site {
			name = p.name
		}
	}
	clock := fmt.Sprintf("%d:%02d", 7+s.rng.IntN(9), 5*s.rng.IntN(12))
	return strings.NewReplacer(
		"{site}", name,
		"{floor}", strconv.Itoa(1+s.rng.IntN(5)),
		"{desk}", fmt.Sprintf("%d.%02d", 1+s.rng.IntN(5), 1+s.rng.IntN(40)),
		"{room}", pick(s, rooms),
		"{dept}", pick(s, departments),
		"{host}", pick(s, hosts),
		"{printer}", fmt.Sprintf("PR-%s-%02d", strings.ToUpper(name[:3]), 1+s.rng.IntN(30)),
		"{laptop}", fmt.Sprintf("NB-%05d", 20000+s.rng.IntN(9000)),
		"{order}", strconv.Itoa(4500000000+s.rng.IntN(900000)),
		"{time}", clock,
		"{n}", strconv.Itoa(100+s.rng.IntN(900)),
	)
}

// told is a tale with its words filled in.
func (s *story) told(t tales.Tale, site string) tales.Tale {
	w := s.wording(site)
	for _, field := range []*string{&t.Title, &t.Text, &t.Ask, &t.Answer, &t.Note, &t.Fix} {
		*field = w.Replace(*field)
	}
	return t
}

// thanks and the like are what people say when it works again.
var (
	thanks    = []string{"Works again, thank you!", "Perfect, thanks for the quick help.", "Thank you, all good now.", "Confirmed, it is fine again.", "Great, thanks!"}
	greetings = []string{"Hello %s,\n\nthank you for telling us. %s", "Hi %s,\n\nI have taken this over. %s", "Good morning %s,\n\n%s", "Hello %s,\n\n%s"}
	objecting = []string{"I am afraid it is back: the same as before.", "It worked for an hour, and now it is the same again.", "Unfortunately not solved for me. What else can we try?"}
	waiting   = []string{"A spare part is ordered; the supplier promises it for Thursday.", "Vendor's support has the logs; their case is 00-48213.", "Waits for the vendor's hot fix."}
	chasing   = []string{"Any news? I have a deadline tomorrow.", "Can you say roughly when somebody will look at it?", "It got worse today, now a colleague has it as well."}
)

func (s *story) greet(login, text string) string {
	first := login
	for _, m := range cast {
		if m.login == login {
			first, _, _ = strings.Cut(m.name, " ")
		}
	}
	return fmt.Sprintf(pick(s, greetings), first, text)
}
