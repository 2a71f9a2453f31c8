package people_test

import (
	"testing"
	"time"

	"github.com/cabinetdesk/cabinet/domain/audit"
	"github.com/cabinetdesk/cabinet/domain/people"
	"github.com/cabinetdesk/cabinet/internal/db"
	"github.com/cabinetdesk/cabinet/internal/testkit"
)

func TestTheSealedLogProvesWhatPeopleAndGrantsAreNow(t *testing.T) {
	t.Parallel()
	testkit.EachDatabase(t, func(t *testing.T, d *db.DB, clock *testkit.Clock) {
		log := audit.New(d, audit.Config{Dir: t.TempDir()})
		w := empty(t, d, clock)
		d.Use(log.Record, nil)
		must(t, second(log.Open(w.system())))
		sealer := audit.NewSealer(log)
		w.RegisterStates(log.Register)
		log.Register("grant", w.gate.States)
		w.populate()
		ann := w.as("ann")
		must(t, last(w.CreateToken(ann, people.TokenInput{Name: "x", Rights: []string{"incident.*"}, ExpiresAt: clock.Now().Add(time.Hour)})))
		must(t, second(w.Delegate(ann, people.DelegateInput{To: w.who["bob"].Ref, Until: clock.Now().Add(time.Hour), Reason: "away"})))
		must(t, second(w.Disable(w.as("root"), people.MoveInput{Ref: w.who["ann"].Ref, Reason: "left"})))
		must(t, second(w.EnsurePeople(w.system(), []people.NewPerson{{Login: "caller-1", Name: "Caller 1"}, {Login: "caller-2", Name: "Caller 2", Inactive: true}})))
		verify := func() audit.Report {
			for {
				n, err := sealer.Seal(w.system())
				must(t, err)
				if n == 0 {
					break
				}
			}
			report, err := log.Verify(w.system(), audit.Options{})
			must(t, err)
			return report
		}
		if r := verify(); !r.OK || r.Size < 15 {
			t.Errorf("%d events: %+v", r.Size, r.Steps)
		}
		w.exec("update users set email = 'mallory@example.org' where login = 'bob'")
		if r := verify(); r.OK {
			t.Error("an address altered behind the back of the desk is not found")
		}
	})
}
