package bench

import (
	"context"
	"fmt"
	"time"

	"github.com/cabinetdesk/cabinet/domain"
)

// cmdb asks for the lists of configuration items, and what breaks when one fails, now and as it was.
func (s *Session) cmdb(ctx context.Context) (rows []Row, err error) {
	last, err := itemCount(ctx, s.DB)
	if err != nil || last == 0 {
		return nil, err
	}
	yesterday := s.DB.Now(ctx).Add(-24 * time.Hour).Format(time.RFC3339)
	items := func(n int, path string) (out []string) {
		for i := range n { // none of them is a hub, where there are enough
			number := min(last, hubCount+1+int64(i)*max(1, (last-hubCount)/int64(n+1)))
			out = append(out, fmt.Sprintf("/cis/%s/%s", domain.Number{Kind: domain.KindCI, N: max(1, number)}, path))
		}
		return out
	}
	lists := func(more string) (out []string) {
		for _, f := range []string{"", "class=server", "class=hardware", "team=team03", "class=workstation&site=site1", "environment=production&criticality=1", "owner=me", "stale=90", "status=live&class=database"} {
			for _, order := range []string{"name", "-name", "-updated_at", "criticality", "verified_at", "number"} {
				out = append(out, "/cis?limit=50&sort="+order+"&"+f+more)
			}
		}
		return out
	}
	hub := fmt.Sprintf("/cis/%s/", domain.Number{Kind: domain.KindCI, N: 1})
	for _, m := range []struct {
		what  string
		paths []string
		bar   time.Duration
	}{
		{"impact of an item, depth 3", items(20, "impact?depth=3"), 10 * time.Millisecond},
		{"impact of an item, depth 3, as it was yesterday", items(20, "impact?depth=3&at="+yesterday), 20 * time.Millisecond},
		{"impact of an item, depth 6", items(10, "impact?depth=6"), 150 * time.Millisecond},
		{"impact of an item, depth 6, as it was yesterday", items(10, "impact?depth=6&at="+yesterday), 300 * time.Millisecond},
		{"impact of a hub, depth 2", []string{hub + "impact?depth=2"}, 150 * time.Millisecond},
		{"what an item depends on, depth 6", items(10, "impact?depth=6&direction=up"), 150 * time.Millisecond},
		{"graph around an item, depth 2", items(20, "graph?depth=2"), page},
		{"configuration items, one page", lists(""), page},
		{"configuration items, search by name, number, tag, owner, two words", []string{"/cis?q=bake", "/cis?q=SN-0000417", "/cis?q=A00417", "/cis?q=CI-0049", "/cis?q=ser-ke", "/cis?q=server+26", "/cis?q=agent+galhinmo"}, page},
		{"configuration items, search by words that many or all have", []string{"/cis?q=server", "/cis?q=virtual", "/cis?q=agent", "/cis?q=agent+vir"}, page},
		{"suggest configuration items", []string{"/suggest/cis?q=ser", "/suggest/cis?q=SN-00004", "/suggest/cis"}, page},
		{"records about an item and its dependencies", items(10, "tickets?scope=dependencies"), 150 * time.Millisecond},
	} {
		rounds := s.Rounds
		if m.bar > page {
			rounds = max(s.Rounds/4, 2) // they take their time
		}
		got, err := s.all.asked(ctx, m.paths, rounds)
		if err != nil {
			return nil, err
		}
		rows = append(rows, times(m.what, got, m.bar))
	}
	return append(rows, Row{What: "configuration items", N: int(last), Value: fmt.Sprintf("%d", last)}), nil
}
