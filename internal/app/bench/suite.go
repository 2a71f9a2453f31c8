package bench

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/audit"
	"github.com/cabinetdesk/cabinet/domain/people"
)

// Fill generates n tickets and some configuration items in an empty desk without the indexes that are made again at the end, seals everything
// and brings the statistics up to date. It measures the generation and the sealing.
func Fill(ctx context.Context, d Desk, n, items int, progress func(string)) ([]Row, error) {
	again, err := withoutIndexes(ctx, d.DB)
	if err != nil {
		return nil, err
	}
	began := time.Now()
	every := max(n/10, 1)
	if err := Generate(ctx, d, n, items, func(done int) {
		if done%every == 0 {
			progress(fmt.Sprintf("%d tickets, %.0f/s", done, float64(done)/time.Since(began).Seconds()))
		}
	}); err != nil {
		return nil, err
	}
	made := time.Since(began)
	progress("indexes")
	if err := again(); err != nil {
		return nil, err
	}
	progress("sealing")
	began = time.Now()
	sealed := 0
	for {
		k, err := d.Sealer.Seal(ctx)
		if err != nil {
			return nil, err
		}
		if k == 0 {
			break
		}
		sealed += k
	}
	sealing := time.Since(began)
	progress("statistics")
	if err := analyze(ctx, d.DB); err != nil {
		return nil, err
	}
	bytes, err := size(ctx, d.DB)
	if err != nil {
		return nil, err
	}
	sealRate := float64(sealed) / sealing.Seconds()
	return []Row{
		{What: "generate tickets, in bulk", N: n, Rate: float64(n) / made.Seconds()},
		{What: "seal events", N: sealed, Rate: sealRate, Bar: "≥ 5,000/s", OK: sealRate >= 5000},
		{What: "size of the database", N: n, Value: fmt.Sprintf("%.1f GiB", float64(bytes)/(1<<30))},
	}, nil
}

// Suite is the list of measurements, by the name that --only takes.
var Suite = []struct {
	Name string
	Run  func(s *Session, ctx context.Context) ([]Row, error)
}{
	{"queues", (*Session).queues}, {"filters", (*Session).filters}, {"pages", (*Session).nextPages}, {"counts", (*Session).counts},
	{"tickets", (*Session).ticketPages}, {"search", (*Session).search}, {"cmdb", (*Session).cmdb}, {"conflicts", (*Session).conflicts}, {"create", (*Session).create}, {"cmdb-import", (*Session).imports}, {"verify", (*Session).verify},
}

// Session is a running server with people signed in.
type Session struct {
	Desk
	Rounds int           // how often each request is made
	During time.Duration // how long the clients create
	all    client
	team   client
	asker  client
}

// Open signs the three people in.
func Open(ctx context.Context, d Desk, short bool) (*Session, error) {
	s := &Session{Desk: d, Rounds: 40, During: 20 * time.Second}
	if short {
		s.Rounds, s.During = 10, 3*time.Second
	}
	for login, c := range map[string]*client{AgentOfAll: &s.all, AgentOfTeam: &s.team, Requester: &s.asker} {
		p, err := d.People.Find(asSystem(ctx), login)
		if err != nil {
			return nil, err
		}
		a, err := d.People.ActorFor(ctx, p.ID, domain.ViaCLI)
		if err != nil {
			return nil, err
		}
		_, secret, err := d.People.CreateToken(domain.WithActor(ctx, a), people.TokenInput{Name: "bench", Rights: []string{"incident.*", "request.*", "problem.*", "change.*", "ci.*", "calendar.*"}, ExpiresAt: d.DB.Now(ctx).Add(24 * time.Hour)})
		if err != nil {
			return nil, err
		}
		*c = client{d.Handler, secret}
	}
	return s, nil
}

const page = 20 * time.Millisecond // the bar of every page

// queues are the standing lists, first page, as each of the three people.
func (s *Session) queues(ctx context.Context) (rows []Row, err error) {
	for _, who := range []struct {
		name string
		client
	}{{"all", s.all}, {"team", s.team}, {"requester", s.asker}} {
		var paths []string
		for _, q := range []string{"mine", "teams", "unassigned", "pending", "open", "recent", "requested", "all"} {
			paths = append(paths, "/tickets?queue="+q+"&limit=50", "/tickets?kind=incident&queue="+q+"&limit=50")
		}
		got, err := who.asked(ctx, paths, s.Rounds)
		if err != nil {
			return nil, err
		}
		rows = append(rows, times("queues, first page of 50, sees "+who.name, got, page))
	}
	return rows, nil
}

// filters are what the UI offers beside the queues, alone and together, with each order.
func (s *Session) filters(ctx context.Context) (rows []Row, err error) {
	alone := []string{"kind=change", "kind=problem", "state=in_progress", "state=closed", "priority=1", "priority=1,2", "team=team03", "assignee=none", "assignee=me",
		"service=ERP", "classification=Access", "kind=change&risk=high", "category=open,waiting", "opened_from=2026-01-01"}
	var paths []string
	for _, f := range alone {
		paths = append(paths, "/tickets?limit=50&"+f)
	}
	got, err := s.all.asked(ctx, paths, s.Rounds)
	if err != nil {
		return nil, err
	}
	rows = append(rows, times("one filter, first page", got, page))

	paths = nil
	for _, f := range []string{"queue=open&priority=1", "queue=open&service=VPN", "queue=open&team=team07", "queue=open&assignee=none&team=team02", "kind=incident&state=pending&priority=3",
		"kind=incident&service=Mail&classification=Network", "team=team05&service=CRM", "team=team05&priority=1", "service=ERP&priority=1&state=closed", "queue=unassigned&service=Printing", "kind=change&state=draft&risk=high"} {
		paths = append(paths, "/tickets?limit=50&"+f)
	}
	if got, err = s.all.asked(ctx, paths, s.Rounds); err != nil {
		return nil, err
	}
	rows = append(rows, times("several filters, first page", got, page))

	paths = nil
	for _, f := range []string{"queue=open", "queue=all", "queue=mine", "queue=teams", "queue=unassigned", "kind=incident&queue=open", "team=team07&queue=open", "kind=change"} {
		for _, order := range []string{"updated_at", "-opened_at", "opened_at", "priority", "-priority", "due_at", "-number"} {
			paths = append(paths, "/tickets?limit=50&"+f+"&sort="+order)
		}
	}
	if got, err = s.all.asked(ctx, paths, max(s.Rounds/4, 2)); err != nil {
		return nil, err
	}
	rows = append(rows, times("queues in each order", got, page))

	if got, err = s.team.asked(ctx, paths, max(s.Rounds/4, 2)); err != nil {
		return nil, err
	}
	return append(rows, times("queues in each order, sees a team", got, page)), nil
}

// nextPages turns twenty pages of several lists.
func (s *Session) nextPages(ctx context.Context) ([]Row, error) {
	var all []sample
	for _, start := range []string{"queue=open", "queue=all", "kind=incident&queue=open&sort=priority", "queue=all&sort=-opened_at", "team=team04"} {
		after := ""
		for range 20 {
			path := "/tickets?limit=50&" + start
			if after != "" {
				path += "&" + query("after", after)
			}
			a, took, err := s.all.do(ctx, http.MethodGet, path, "")
			if err != nil {
				return nil, err
			}
			all = append(all, sample{took, path})
			_, rest, found := strings.Cut(a.body.String(), `"next":"`)
			if !found {
				break
			}
			after, _, _ = strings.Cut(rest, `"`)
			if after == "" {
				break
			}
		}
	}
	return []Row{times("next pages, up to the twentieth", all, page)}, nil
}

func (s *Session) counts(ctx context.Context) (rows []Row, err error) {
	for _, who := range []struct {
		name string
		client
	}{{"all", s.all}, {"team", s.team}, {"requester", s.asker}} {
		got, err := who.asked(ctx, []string{"/queues"}, s.Rounds)
		if err != nil {
			return nil, err
		}
		rows = append(rows, times("counts of all queues, sees "+who.name, got, page))
	}
	return rows, nil
}

// ticketPages asks for everything that a page shows: the record with its conversation, and its timeline.
func (s *Session) ticketPages(ctx context.Context) (rows []Row, err error) {
	for _, k := range []string{"incident", "change"} {
		numbers, err := some(ctx, s.DB, k, 10*s.Rounds)
		if err != nil {
			return nil, err
		}
		var all []sample
		for _, n := range numbers {
			var sum time.Duration
			for _, path := range []string{"/" + k + "s/" + n, "/tickets/" + n + "/timeline"} {
				_, took, err := s.all.do(ctx, http.MethodGet, path, "")
				if err != nil {
					return nil, err
				}
				sum += took
			}
			all = append(all, sample{sum, n})
		}
		rows = append(rows, times(k+" page with its timeline, each another one", all, page))
	}
	return rows, nil
}

func (s *Session) search(ctx context.Context) (rows []Row, err error) {
	const bar = 50 * time.Millisecond
	for _, who := range []struct {
		name string
		client
	}{{"all", s.all}, {"team", s.team}, {"requester", s.asker}} {
		for _, c := range []struct{ what, q string }{{"a frequent word", Frequent}, {"a rare word", Rare}, {"two words", Frequent + " " + word(40)}, {"the beginning of a word", "bake"}, {"a number", numberOf("incident", 17)}} {
			got, err := who.asked(ctx, []string{"/search?" + query("q", c.q)}, s.Rounds)
			if err != nil {
				return nil, err
			}
			rows = append(rows, times("search, "+c.what+", sees "+who.name, got, bar))
		}
	}
	return rows, nil
}

// create reports incidents as eight clients, while the log is sealed beside them, as in the running server.
func (s *Session) create(ctx context.Context) ([]Row, error) {
	rest()
	idle := resident()
	running, stop := context.WithCancel(ctx)
	defer stop()
	go s.Sealer.Run(running)
	body := `{"title":"Printer jams on every second page","description":"It began this morning, on the second floor.","impact":2,"urgency":2,"service":"Printing"}`
	one := func(ctx context.Context, _ int64) (time.Duration, error) {
		_, took, err := s.all.do(ctx, http.MethodPost, "/incidents", body)
		return took, err
	}
	if _, _, err := crowd(ctx, 8, s.During/10, one); err != nil {
		return nil, err
	}
	all, lasted, err := crowd(ctx, 8, s.During, one)
	if err != nil {
		return nil, err
	}
	busy := resident()
	least := 200.0
	if s.DB.IsPostgres() {
		least = 500
	}
	row := times("create incidents, 8 clients, durable", all, time.Second)
	row.Rate = float64(len(all)) / lasted.Seconds()
	row.Bar, row.OK = fmt.Sprintf("≥ %.0f/s", least), row.Rate >= least
	return []Row{row,
		{What: "memory before, with this program", N: 1, Value: fmt.Sprintf("%.0f MiB", idle), Bar: "≤ 60 MiB", OK: idle <= 60},
		{What: "memory under 8 clients, with this program", N: 1, Value: fmt.Sprintf("%.0f MiB", busy), Bar: "≤ 200 MiB", OK: busy <= 200}}, nil
}

// verify recomputes the whole log.
func (s *Session) verify(ctx context.Context) ([]Row, error) {
	for {
		if n, err := s.Sealer.Seal(ctx); err != nil || n == 0 {
			if err != nil {
				return nil, err
			}
			break
		}
	}
	began := time.Now()
	report, err := s.Log.Verify(asSystem(ctx), audit.Options{})
	if err != nil {
		return nil, err
	}
	took := time.Since(began)
	for _, step := range report.Steps {
		if !step.OK {
			return nil, fmt.Errorf("the log does not verify: %s: %s", step.Name, step.Detail)
		}
	}
	rate := float64(report.Size) / took.Seconds()
	return []Row{{What: "verify the whole log, in " + took.Round(10*time.Millisecond).String(), N: int(report.Size), Rate: rate,
		Bar: "1,000,000 in 60 s", OK: rate >= 1e6/60}}, nil
}

func numberOf(kind string, n int64) string {
	return domain.Number{Kind: domain.Kind(kind), N: n}.String()
}

// Answers asks the server for its first answer.
func Answers(ctx context.Context, d Desk) error {
	_, _, err := client{handler: d.Handler}.do(ctx, http.MethodGet, "/about", "")
	return err
}

// Version is what the database says it is.
func Version(ctx context.Context, d Desk) (string, error) { return version(ctx, d.DB) }
