package reconcile_test

import (
	"testing"
	"time"

	"github.com/cabinetdesk/cabinet/cmdb"
	"github.com/cabinetdesk/cabinet/internal/testkit/world"
)

func TestQualityCountsWhatIsMissingOldAndAlone(t *testing.T) {
	world.Each(t, func(t *testing.T, w *world.World) {
		var numbers []string
		for _, name := range []string{"host-1", "host-2", "host-3"} {
			c, err := w.CMDB.Register(w.As("omar"), cmdb.RegisterInput{Class: "server", Status: cmdb.Live, Values: map[string]string{"name": name}})
			if err != nil {
				t.Fatal(err)
			}
			numbers = append(numbers, c.Number)
		}
		if _, err := w.CMDB.Relate(w.As("omar"), cmdb.RelateInput{From: numbers[0], Type: "connects_to", To: numbers[1]}); err != nil {
			t.Fatal(err)
		}
		w.Clock.Advance(100 * 24 * time.Hour)
		if _, err := w.CMDB.Attest(w.As("omar"), numbers[2], 0); err != nil {
			t.Fatal(err)
		}
		q, err := w.Sources.Quality(w.As("omar"), 90)
		if err != nil || len(q.Classes) != 1 || len(q.Sources) != 1 {
			t.Fatalf("%+v, %v", q, err)
		}
		if c := q.Classes[0]; c.Key != "server" || c.Items != 3 || c.Complete != 0 || c.Fresh != 1 || c.Orphans != 1 || c.Missing["owner"] != 3 || c.Missing["name"] != 0 {
			t.Errorf("%+v", c)
		}
	})
}
