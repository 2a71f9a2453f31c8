package model_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/cabinetdesk/cabinet/cmdb/model"
)

func TestTheSeedIsSound(t *testing.T) {
	if bad := model.Seed().Check(); len(bad) > 0 {
		t.Fatal(bad)
	}
}

func TestAClassHasWhatTheClassesAboveItDeclare(t *testing.T) {
	m := model.Seed()
	var keys []string
	for _, a := range m.Attributes("server") {
		keys = append(keys, a.Key)
	}
	if !slices.Contains(keys, "manufacturer") || !slices.Contains(keys, "memory_gb") || keys[len(keys)-1] != "rack_unit" {
		t.Error(keys)
	}
	if !m.IsA("server", "hardware") || m.IsA("hardware", "server") || !slices.Contains(m.Below("hardware"), "printer") {
		t.Error("the tree")
	}
}

func TestValuesHaveOneForm(t *testing.T) {
	for _, c := range []struct {
		kind     model.Kind
		in, want string
	}{
		{model.Number, "007.50", "7.5"}, {model.Number, "-0.0", "0"}, {model.Number, "+12", "12"}, {model.Number, "1e9", "!"}, {model.Number, "1,5", "!"},
		{model.Date, "2026-03-02T10:00:00Z", "2026-03-02"}, {model.Date, "2026-02-30", "!"}, {model.Date, "02/03/2026", "!"},
		{model.Money, "1234,5 eur", "1234.50 EUR"}, {model.Money, "€12", "12.00 EUR"}, {model.Money, "12", "12.00"}, {model.Money, "EUR 12 USD", "!"},
		{model.Boolean, "Yes", "true"}, {model.Boolean, "maybe", "!"},
		{model.Reference, "ci-7", "CI-000007"}, {model.Reference, "CHG-000001", "!"},
		{model.IP, "010.1.2.3", "!"}, {model.IP, "10.1.2.3", "10.1.2.3"}, {model.IP, "2001:DB8:0::1", "2001:db8::1"}, {model.IP, "10.0.0.0/8", "10.0.0.0/8"}, {model.IP, "fe80::1%eth0", "!"},
		{model.MAC, "001B.4411.3AB7", "00:1b:44:11:3a:b7"}, {model.MAC, "00:1b", "!"},
		{model.URL, "https://x.example/a b", "https://x.example/a%20b"}, {model.URL, "javascript:alert(1)", "!"},
		{model.Tags, "sox, pci SOX", "PCI SOX"}, {model.Tags, "a/b", "!"},
		{model.Text, " a\r\nb ", "a\nb"}, {model.Text, "a\x00b", "!"}, {model.Text, "\xff", "!"},
	} {
		got, err := model.Attribute{Key: "x", Kind: c.kind, Options: []string{"SOX", "PCI"}}.Canon(c.in)
		if err != nil {
			got = "!"
		}
		if got != c.want {
			t.Errorf("%s %q: %q (%v), want %q", c.kind, c.in, got, err, c.want)
		}
	}
}

func TestAModelThatContradictsItselfIsRefused(t *testing.T) {
	for name, m := range map[string]model.Model{
		"an unknown parent":    {Classes: []model.Class{{Key: "a", Label: "A", Parent: "b"}}},
		"a loop":               {Classes: []model.Class{{Key: "a", Label: "A", Parent: "b"}, {Key: "b", Label: "B", Parent: "a"}}},
		"a class twice":        {Classes: []model.Class{{Key: "a", Label: "A"}, {Key: "a", Label: "A"}}},
		"a core field":         {Classes: []model.Class{{Key: "a", Label: "A", Attributes: []model.Attribute{{Key: "name", Label: "N", Kind: model.Text}}}}},
		"an inherited one":     {Classes: []model.Class{{Key: "a", Label: "A", Attributes: []model.Attribute{{Key: "x", Label: "X", Kind: model.Text}}}, {Key: "b", Label: "B", Parent: "a", Attributes: []model.Attribute{{Key: "x", Label: "X", Kind: model.Text}}}}},
		"an enum without":      {Classes: []model.Class{{Key: "a", Label: "A", Attributes: []model.Attribute{{Key: "x", Label: "X", Kind: model.Enum}}}}},
		"a reference nowhere":  {Classes: []model.Class{{Key: "a", Label: "A", Attributes: []model.Attribute{{Key: "x", Label: "X", Kind: model.Reference, Class: "zz"}}}}},
		"a kind of the core":   {Classes: []model.Class{{Key: "a", Label: "A", Attributes: []model.Attribute{{Key: "x", Label: "X", Kind: model.Person}}}}},
		"no class":             {},
		"a relation one-sided": {Classes: []model.Class{{Key: "a", Label: "A"}}, Relations: []model.RelationType{{Key: "r", Label: "r"}}},
		"a key with spaces":    {Classes: []model.Class{{Key: "a b", Label: "A"}}},
	} {
		if len(m.Check()) == 0 {
			t.Errorf("%s was accepted", name)
		}
	}
}

func TestAddingIsFreeAndNarrowingIsNamed(t *testing.T) {
	old, next := model.Seed(), model.Seed()
	next.Classes = append(next.Classes, model.Class{Key: "robot", Label: "Robot", Parent: "hardware"})
	for _, d := range model.Compare(old, next) {
		if d.Narrows {
			t.Errorf("adding narrows: %+v", d)
		}
	}
	i := slices.IndexFunc(next.Classes, func(c model.Class) bool { return c.Key == "network_device" })
	next.Classes[i].Attributes = slices.Clone(next.Classes[i].Attributes)
	next.Classes[i].Attributes[0].Options = []string{"router", "switch"}
	var found bool
	for _, d := range model.Compare(old, next) {
		found = found || d.Narrows && d.Class == "network_device" && d.Attribute == "role" && d.New != nil
	}
	if !found {
		t.Error("fewer options are not named")
	}
	if d := model.Compare(next, next); len(d) != 0 {
		t.Error(d)
	}
}

func TestJunkIdentifiesNothing(t *testing.T) {
	m := model.Seed()
	for _, s := range []string{"", "0000000", "Default string", " To be filled by O.E.M. ", "--", "xxxx", "N/A"} {
		if !m.IsJunk(s) {
			t.Errorf("%q counts", s)
		}
	}
	for _, s := range []string{"SN-0001", "5CD1234XYZ"} {
		if m.IsJunk(s) {
			t.Errorf("%q does not count", s)
		}
	}
}

func FuzzCanonIsStable(f *testing.F) {
	for _, s := range []string{"", "1", "2026-01-01", "12 EUR", "10.0.0.1", "a b", "\xff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, k := range append(slices.Clone(model.Kinds), model.Person, model.Tags) {
			a := model.Attribute{Key: "x", Kind: k, Options: []string{"A", "b"}, Class: "c"}
			once, err := a.Canon(s)
			if err != nil {
				continue
			}
			twice, err := a.Canon(once)
			if err != nil || twice != once {
				t.Fatalf("%s: %q reads as %q, and that as %q (%v)", k, s, once, twice, err)
			}
			if len(once) > 4*len(s)+20 && !strings.Contains(once, "%") {
				t.Fatalf("%s grew", k)
			}
		}
	})
}
