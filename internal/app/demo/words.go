package demo

import (
	"fmt"
	"github.com/cabinetdesk/cabinet/internal/app/demo/tales"
	"strconv"
	"strings"
)

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
