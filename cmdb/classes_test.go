package cmdb_test

import (
	"errors"
	"strconv"
	"testing"

	"github.com/cabinetdesk/cabinet/cmdb"
	"github.com/cabinetdesk/cabinet/cmdb/model"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/internal/testkit/world"
)

func TestClassesAreCountedAsFarAsTheReaderMaySee(t *testing.T) {
	world.Each(t, func(t *testing.T, w *world.World) {
		for _, class := range []string{"server", "server", "printer"} {
			item(t, w, class, class)
		}
		item(t, w, "workstation", "Ann's laptop", "used_by", strconv.FormatInt(int64(w.ID("ann")), 10))
		gone := item(t, w, "printer", "old")
		if _, err := w.CMDB.Withdraw(w.As("omar"), cmdb.PresenceInput{Number: gone.Number, Reason: "a mistake"}); err != nil {
			t.Fatal(err)
		}
		if n, err := w.CMDB.ClassCounts(w.As("amir")); err != nil || n["server"] != 2 || n["printer"] != 1 || n["workstation"] != 1 || len(n) != 3 {
			t.Errorf("%v, %v", n, err)
		}
		if n, err := w.CMDB.ClassCounts(w.As("ann")); err != nil || n["workstation"] != 1 || len(n) != 1 {
			t.Errorf("of her own: %v, %v", n, err)
		}
	})
}

func TestEveryVersionOfTheModelSaysInWhatItDiffersAndCanBeHadAgain(t *testing.T) {
	world.Each(t, func(t *testing.T, w *world.World) {
		next := model.Seed()
		next.Classes = append(next.Classes, model.Class{Key: "robot", Label: "Robot"})
		for i, note := range []string{"Robots", "Robots with arms"} {
			if i == 1 {
				next.Classes[len(next.Classes)-1].Attributes = []model.Attribute{{Key: "arms", Label: "Arms", Kind: model.Number}}
			}
			if _, err := w.CMDB.SetModel(w.As("ada"), int64(i), next, note); err != nil {
				t.Fatal(err)
			}
		}
		list, err := w.CMDB.ModelVersions(w.As("amir"))
		if err != nil || len(list) != 3 || list[0].Version.Version != 2 || list[0].Version.MadeBy != w.ID("ada") || list[2].Version.Version != 0 || len(list[2].Differences) != 0 {
			t.Fatalf("%+v, %v", list, err)
		}
		if d := list[0].Differences; len(d) != 1 || d[0].Where != "robot.arms" {
			t.Errorf("%+v", d)
		}
		if d := list[1].Differences; len(d) != 1 || d[0].Where != "robot" {
			t.Errorf("%+v", d)
		}
		for version, classes := range map[int64]int{0: len(model.Seed().Classes), 1: len(next.Classes)} {
			if m, err := w.CMDB.ModelOf(w.As("amir"), version); err != nil || len(m.Classes) != classes {
				t.Errorf("version %d: %d classes, %v", version, len(m.Classes), err)
			}
		}
		if _, err := w.CMDB.ModelOf(w.As("amir"), 9); !errors.Is(err, domain.ErrNotFound) {
			t.Error(err)
		}
	})
}
