package cab

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/approval"
	"github.com/cabinetdesk/cabinet/domain/audit"
	"github.com/cabinetdesk/cabinet/domain/ticket"
)

// Minutes are what a meeting leaves behind: a text in Markdown and the digest that a signature names.
type Minutes struct {
	Text   string
	Digest string
}

// Scene is what the minutes are written from beside the meeting itself.
type Scene struct {
	Names   map[domain.UserID]string
	Zone    *time.Location
	Topics  map[string]Topic // by reference of the point
	Members []domain.UserID  // of the board
}

// Topic is what a point is about, with the board's ballot on the plan that was talked about, if there is one.
type Topic struct {
	Number string
	Title  string
	Risk   string
	Ballot *approval.Ballot
}

// Minutes writes the minutes of a meeting, or shows those that were signed. Who may: meeting.read, and change.read for every
// change in them: what is signed is shown whole, or not at all. From the beginning of the meeting on: what is not over yet stands
// in them as it is now. Errors: meeting_not_now, minutes_of_hidden.
func (s *Service) Minutes(ctx context.Context, ref string) (Meeting, Minutes, error) {
	m, err := s.Get(ctx, ref)
	if err != nil {
		return m, Minutes{}, err
	}
	var ids []domain.TicketID
	for _, x := range m.Items {
		if x.TicketID != 0 {
			ids = append(ids, x.TicketID)
		}
	}
	numbers, err := s.store.numbers(ctx, append(ids, -1))
	if err != nil {
		return m, Minutes{}, err
	}
	for _, n := range numbers {
		switch _, err := s.Changes.Get(ctx, n); {
		case domain.KindOf(err) == domain.NotFound:
			return m, Minutes{}, ErrHidden
		case err != nil:
			return m, Minutes{}, err
		}
	}
	out, err := s.minutes(ctx, m)
	return m, out, err
}

func (s *Service) minutes(ctx context.Context, m Meeting) (Minutes, error) {
	switch {
	case m.SignedAt != nil:
		return Minutes{m.Record, m.RecordDigest}, nil
	case m.StartedAt == nil:
		return Minutes{}, ErrNotNow.Because("It has not begun.")
	}
	scene, err := s.scene(ctx, m)
	if err != nil {
		return Minutes{}, err
	}
	t := Write(m, scene)
	sum := sha256.Sum256([]byte("cabinet-minutes-v1\n" + m.Ref + "\n" + t))
	return Minutes{t, hex.EncodeToString(sum[:])}, nil
}

func (s *Service) scene(ctx context.Context, m Meeting) (sc Scene, err error) {
	sc.Topics = map[string]Topic{}
	b, err := s.boardByID(ctx, m.BoardID)
	if err != nil {
		return sc, err
	}
	sc.Members = b.Members
	users := append([]domain.UserID{m.LeadID}, b.Members...)
	for _, x := range m.Items {
		t, err := s.topic(ctx, m, x)
		if err != nil {
			return sc, err
		}
		if t.Ballot != nil {
			for _, d := range t.Ballot.Decisions {
				users = append(users, d.UserID, d.CastBy)
			}
		}
		sc.Topics[x.Ref] = t
	}
	for _, a := range m.People {
		users = append(users, a.UserID, a.BehalfID)
	}
	for _, a := range m.Actions {
		users = append(users, a.OwnerID)
	}
	if sc.Zone, err = time.LoadLocation(m.Zone); err != nil {
		sc.Zone = time.UTC
	}
	sc.Names, err = s.People.NamesOf(ctx, users)
	return sc, err
}

func (s *Service) topic(ctx context.Context, m Meeting, x Item) (t Topic, err error) {
	switch {
	case x.TicketID != 0:
		c, err := s.Changes.ByID(ctx, x.TicketID)
		if err != nil {
			return t, err
		}
		t = Topic{Number: c.Ticket.Number, Title: c.Ticket.Title, Risk: string(c.Facet.Risk)}
	case x.Template != "":
		e, err := s.Edition(ctx, x.Template)
		if err != nil {
			return t, err
		}
		t = Topic{Title: e.Title + ", edition " + ticket.Int(e.Edition)}
	default:
		return Topic{Title: cmp.Or(x.Title, SectionLabels[x.Section])}, nil
	}
	if b, ok, err := s.ballotOf(ctx, m, x); err != nil {
		return t, err
	} else if ok && x.Digest != "" {
		t.Ballot = &b
	}
	return t, nil
}

var resultWords = map[string]string{string(approval.Approved): "The board approved this plan.", string(approval.Rejected): "The board rejected this plan.",
	ResultUndecided: "Not decided; carried over to the next meeting.", ResultEdited: "The plan was edited; the board is asked again about the new one.", ResultDiscussed: "Discussed."}

// Write is the text of the minutes: the same for the same meeting, whoever asks.
func Write(m Meeting, sc Scene) string {
	var b strings.Builder
	name := func(u domain.UserID) string { return plainText(cmp.Or(sc.Names[u], "Somebody")) }
	clock := func(t time.Time) string { return t.In(sc.Zone).Format("15:04") }
	day := func(t time.Time) string { return t.In(sc.Zone).Format("2 January 2006") }
	fmt.Fprintf(&b, "# Minutes: %s, %s\n\n", plainText(m.Title), day(m.StartsAt))
	fmt.Fprintf(&b, "Planned for %s, %d minutes. Began at %s", clock(m.StartsAt), m.Minutes, clock(*m.StartedAt))
	if m.EndedAt != nil {
		fmt.Fprintf(&b, ", ended at %s", clock(*m.EndedAt))
	}
	fmt.Fprintf(&b, " (%s).", m.Zone)
	if m.LeadID != 0 {
		fmt.Fprintf(&b, " Led by %s.", name(m.LeadID))
	}
	b.WriteString("\n\n## Attendance\n\n")
	writePeople(&b, m, sc, name, clock)
	n := 0
	for _, x := range m.Items {
		if !x.Listed() || x.Digest == "" && x.Note == "" && x.Spent == 0 && x.State != ItemDone && x.State != ItemCurrent {
			continue
		}
		n++
		t := sc.Topics[x.Ref]
		fmt.Fprintf(&b, "\n## %d. %s\n\n", n, topicName(t))
		if x.Digest != "" {
			fmt.Fprintf(&b, "Revision %d of the plan, digest `%s`. ", x.Revision, x.Digest)
		}
		fmt.Fprintf(&b, "%s of %d minutes.\n", minutesOf(x.Spent), x.Minutes)
		writeVotes(&b, m, t, name, clock, day)
		if words := resultWords[x.Result]; words != "" {
			fmt.Fprintf(&b, "\n**%s**\n", words)
		}
		if x.Note != "" {
			fmt.Fprintf(&b, "\n> %s\n", strings.ReplaceAll(strings.TrimSpace(x.Note), "\n", "\n> ")) // quoted: it cannot pass for what the desk writes
		}
		writeActions(&b, m, x.Ref, name)
	}
	writeRest(&b, m, sc)
	if slices.ContainsFunc(m.Actions, func(a Action) bool { return a.Item == "" }) {
		b.WriteString("\n## Other actions\n")
		writeActions(&b, m, "", name)
	}
	return b.String()
}

func topicName(t Topic) string {
	out := plainText(t.Title)
	if t.Number != "" {
		out = t.Number + " " + out + " (" + t.Risk + " risk)"
	}
	return out
}

func minutesOf(seconds int64) string { return ticket.Int((seconds + 59) / 60) }

func writePeople(b *strings.Builder, m Meeting, sc Scene, name func(domain.UserID) string, clock func(time.Time) string) {
	people := slices.Clone(m.People)
	slices.SortStableFunc(people, func(a, c Attendee) int { return strings.Compare(sc.Names[a.UserID], sc.Names[c.UserID]) })
	var away []string
	for _, a := range people {
		if len(a.Stays) == 0 {
			if !a.Guest {
				excuse := ""
				if a.Answer == "no" {
					excuse = " (excused)"
				}
				away = append(away, name(a.UserID)+excuse)
			}
			continue
		}
		var stays []string
		for _, st := range a.Stays {
			to := ""
			if st.To != nil {
				to = clock(*st.To)
			}
			stays = append(stays, clock(st.From)+"–"+to)
		}
		fmt.Fprintf(b, "- %s", name(a.UserID))
		if a.BehalfID != 0 {
			fmt.Fprintf(b, ", on behalf of %s", name(a.BehalfID))
		} else if a.Guest {
			b.WriteString(", guest")
		}
		fmt.Fprintf(b, ", %s\n", strings.Join(stays, ", "))
	}
	if len(away) > 0 {
		fmt.Fprintf(b, "- Absent: %s\n", strings.Join(away, ", "))
	}
}

var voteWords = map[approval.Verdict]string{approval.Approve: "approved", approval.Reject: "rejected", approval.Recuse: "stepped aside"}

// writeVotes lists what was decided on the plan that was talked about, until the meeting ended; what came before it, with its day.
func writeVotes(b *strings.Builder, m Meeting, t Topic, name func(domain.UserID) string, clock, day func(time.Time) string) {
	if t.Ballot == nil {
		return
	}
	first := true
	for _, d := range t.Ballot.Decisions {
		if m.EndedAt != nil && d.At.After(*m.EndedAt) {
			continue
		}
		if first {
			b.WriteString("\n")
			first = false
		}
		at := clock(d.At)
		if d.At.Before(*m.StartedAt) {
			at = "before the meeting, " + day(d.At)
		}
		fmt.Fprintf(b, "- %s %s", name(d.UserID), voteWords[d.Decision])
		if d.CastBy != d.UserID {
			fmt.Fprintf(b, " through %s", name(d.CastBy))
		}
		fmt.Fprintf(b, ", %s", at)
		if d.Comment != "" {
			fmt.Fprintf(b, ": %s", plainText(d.Comment))
		}
		b.WriteString("\n")
	}
}

func writeActions(b *strings.Builder, m Meeting, item string, name func(domain.UserID) string) {
	first := true
	for _, a := range m.Actions {
		if a.Item != item {
			continue
		}
		if first {
			b.WriteString("\n")
			first = false
		}
		fmt.Fprintf(b, "- Action: %s — %s", plainText(a.Text), name(a.OwnerID))
		if a.Due != "" {
			fmt.Fprintf(b, ", by %s", a.Due)
		}
		if a.Task != "" {
			fmt.Fprintf(b, " (%s)", a.Task)
		}
		b.WriteString("\n")
	}
}

// writeRest lists what was on the agenda and was not talked about.
func writeRest(b *strings.Builder, m Meeting, sc Scene) {
	for _, kept := range []struct{ state, head string }{{ItemCarried, "Carried over"}, {ItemPutOff, "Put off"}} {
		first := true
		for _, x := range m.Items {
			if x.State != kept.state || x.Section == SectionForward || kept.state == ItemCarried && x.Digest != "" {
				continue
			}
			if first {
				fmt.Fprintf(b, "\n## %s\n\n", kept.head)
				first = false
			}
			fmt.Fprintf(b, "- %s", topicName(sc.Topics[x.Ref]))
			if kept.state == ItemPutOff && x.Result != "" {
				fmt.Fprintf(b, ": %s", plainText(x.Result))
			}
			b.WriteString("\n")
		}
	}
}

// plainText makes a text one line of Markdown that means only itself.
func plainText(s string) string {
	var b strings.Builder
	for _, r := range strings.Join(strings.Fields(s), " ") {
		if strings.ContainsRune("\\`*_[]<>#|~!", r) {
			b.WriteRune('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// Sign signs the minutes: whoever led a meeting that is over says that they are right as they stand. Nothing of them alters after
// that (invariant 6). digest names what was read. Who may: meeting.lead, having just proved again who they are. It returns once the
// signature is sealed. Facts: Happened as "minutes_signed". Errors: meeting_not_now, minutes_signed, minutes_changed,
// signature_required.
func (s *Service) Sign(ctx context.Context, ref, digest string) (m Meeting, receipt audit.Receipt, err error) {
	m, err = s.alter(ctx, ref, "meeting.lead", func(ctx context.Context, m *Meeting) (Happened, error) {
		switch {
		case m.SignedAt != nil:
			return Happened{}, ErrSigned
		case m.State != Ended:
			return Happened{}, ErrNotNow.Because("Minutes are signed when the meeting is over.")
		}
		out, err := s.minutes(ctx, *m)
		if err != nil {
			return Happened{}, err
		}
		if out.Digest != digest {
			return Happened{}, ErrMinutes.Because("Read them again, then sign.")
		}
		if ok, err := s.People.Confirmed(ctx); err != nil || !ok {
			if err == nil {
				err = approval.ErrSignature.Because("Give your password again: this is signed.")
			}
			return Happened{}, err
		}
		now := s.DB.Now(ctx)
		m.Record, m.RecordDigest, m.SignedBy, m.SignedAt, m.SignedEvent = out.Text, out.Digest, domain.ActorFrom(ctx).User, &now, audit.NewID(now)
		return Happened{What: "minutes_signed", ID: m.SignedEvent, Digest: m.RecordDigest}, nil
	})
	if err != nil {
		return m, receipt, err
	}
	receipt, err = s.Seal.Await(ctx, m.SignedEvent)
	return m, receipt, err
}

// Append adds to signed minutes what was wrong or missing in them. Who may: meeting.minute. Facts: Happened as "addendum_added".
// Errors: minutes_not_signed, reason_required.
func (s *Service) Append(ctx context.Context, ref, words string) (Meeting, error) {
	words, err := ticket.Clean("body.text", words, 10_000)
	if err != nil {
		return Meeting{}, err
	}
	if strings.TrimSpace(words) == "" {
		return Meeting{}, domain.ErrMissing.With("body.text", "say what was wrong or missing")
	}
	return s.alter(ctx, ref, "meeting.minute", func(ctx context.Context, m *Meeting) (Happened, error) {
		switch {
		case m.SignedAt == nil:
			return Happened{}, ErrUnsigned
		case len(m.Addenda) >= most:
			return Happened{}, ErrItem.Because("These are too many.")
		}
		m.Addenda = append(m.Addenda, Addendum{Ref: s.Random(), Text: words, ByID: domain.ActorFrom(ctx).User, At: s.DB.Now(ctx)})
		return Happened{What: "addendum_added"}, nil
	})
}
