package audit_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/audit"
	"github.com/cabinetdesk/cabinet/internal/testkit"
)

func fullLeaf() audit.Leaf {
	return audit.Leaf{ID: "01KJPWD6M0520KK43DMYPFY12N", At: testkit.Epoch, Type: "change.approved", Kind: "change", Entity: "CHG-000042",
		EntityVersion: 7, Actor: "usr_1", OnBehalfOf: "usr_2", Via: "ui", Authn: "password", StateFrom: "review", StateTo: "approved",
		Scope: []string{"SOX", "team:network"}, Digest: strings.Repeat("ab", 32), Occurred: testkit.Epoch.Add(-time.Hour), StateHash: "h",
		Visibility: domain.InternalV, Commitments: map[string]string{"risk": "r", "decision": "d"}, MAC: "m"}
}

func TestALeafHasOneFormWithSortedKeys(t *testing.T) {
	t.Parallel()
	want := `{"actor":"usr_1","authn":"password","c":{"decision":"d","risk":"r"},"digest":"` + strings.Repeat("ab", 32) +
		`","ent":"CHG-000042","id":"01KJPWD6M0520KK43DMYPFY12N","kind":"change","mac":"m","obo":"usr_2","occurred":"2026-03-02T08:00:00.000000Z",` +
		`"scope":["SOX","team:network"],"state_from":"review","state_hash":"h","state_to":"approved","t":"2026-03-02T09:00:00.000000Z",` +
		`"type":"change.approved","v":1,"ver":7,"via":"ui","vis":"internal"}`
	raw := fullLeaf().Encode()
	if string(raw) != want {
		t.Fatalf("got\n%s", raw)
	}
	back, err := audit.ParseLeaf(raw)
	if err != nil || !bytes.Equal(back.Encode(), raw) || !back.OccurredAt().Equal(testkit.Epoch.Add(-time.Hour)) {
		t.Errorf("read back %+v, %v", back, err)
	}
	for name, spoilt := range map[string]string{
		"empty": "", "null": "null", "list": "[]", "no members": "{}",
		"a space":         strings.Replace(want, `,"authn"`, `, "authn"`, 1),
		"another order":   strings.Replace(strings.Replace(want, `"v":1,`, ``, 1), `{"actor"`, `{"v":1,"actor"`, 1),
		"an unknown key":  strings.Replace(want, `"v":1`, `"uu":"x","v":1`, 1),
		"a repeated key":  strings.Replace(want, `"v":1`, `"v":1,"v":1`, 1),
		"another case":    strings.Replace(want, `"actor"`, `"Actor"`, 1),
		"another escape":  strings.Replace(want, `usr_1`, `\u0075sr_1`, 1),
		"another format":  strings.Replace(want, `"v":1`, `"v":2`, 1),
		"an empty member": strings.Replace(want, `"usr_2"`, `""`, 1),
		"another zone":    strings.Replace(want, `09:00:00.000000Z`, `09:00:00.000000+00:00`, 1),
		"more after it":   want + " ",
	} {
		if _, err := audit.ParseLeaf([]byte(spoilt)); !errors.Is(err, audit.ErrLeaf) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestTextIsEscapedAsTheCanonicalFormOfJSONSays(t *testing.T) {
	t.Parallel()
	// The strings of RFC 8785 §3.2.2.2 and appendix E, and bytes that are no UTF-8.
	got := audit.CanonicalValue("\u20ac$\u000f\nA'B\"\\\"/", "\b\t\f\r\u2028<\xff>é")
	want := `["€$\u000f\nA'B\"\\\"/","\b\t\f\r` + "\u2028<\uFFFD>é" + `"]`
	if got != want {
		t.Fatalf("got %s", got)
	}
	if b, a, err := audit.ParseValue(got); err != nil || b != "\u20ac$\u000f\nA'B\"\\\"/" || a != "\b\t\f\r\u2028<\uFFFD>é" {
		t.Errorf("read back %q, %q, %v", b, a, err)
	}
	for _, s := range []string{"", "[]", `["a"]`, `["a","b","c"]`, `["a", "b"]`, `["a",null]`, `{"a":"b"}`} {
		if _, _, err := audit.ParseValue(s); !errors.Is(err, audit.ErrLeaf) {
			t.Errorf("%s: %v", s, err)
		}
	}
}

func FuzzParseLeaf(f *testing.F) {
	f.Add(fullLeaf().Encode())
	f.Add([]byte(`{"actor":"a","ent":"e","id":"i","kind":"k","t":"2026-03-02T09:00:00.000000Z","type":"t","v":1,"ver":1,"vis":"public"}`))
	f.Add([]byte(`{"v":1,"t":"2026-03-02T09:00:00.000000Z"}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		l, err := audit.ParseLeaf(raw)
		if err == nil && !bytes.Equal(l.Encode(), raw) {
			t.Errorf("two forms of one leaf: %q and %q", raw, l.Encode())
		}
		if err != nil && !errors.Is(err, audit.ErrLeaf) {
			t.Errorf("got %v", err)
		}
	})
}

func FuzzParseCheckpoint(f *testing.F) {
	f.Add("desk.test/audit/1\n5\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n")
	f.Add("x\n05\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n")
	f.Add("\n\n\n")
	f.Fuzz(func(t *testing.T, text string) {
		c, err := audit.ParseCheckpoint(text)
		if err == nil && c.Text() != text {
			t.Errorf("two forms of one checkpoint: %q and %q", text, c.Text())
		}
		if err != nil && !errors.Is(err, audit.ErrCheckpoint) {
			t.Errorf("got %v", err)
		}
	})
}

func TestACheckpointOfAnotherKeyOrNameOrWithAnotherTextIsRefused(t *testing.T) {
	t.Parallel()
	key, err := audit.LoadKey(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	other, err := audit.LoadKey(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	vkey := func(k *audit.Key, name string) string {
		s, err := k.VerifierKey(name)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	c := audit.Checkpoint{Origin: "desk.test/audit/1", Size: 5}
	if err := audit.Sign(&c, key); err != nil {
		t.Fatal(err)
	}
	if got, err := audit.OpenCheckpoint(c.Note, vkey(key, c.Origin)); err != nil || got != c {
		t.Fatal(got, err)
	}
	stranger := audit.Checkpoint{Origin: "desk.test/audit/1", Size: 5}
	if err := audit.SignAs("another.name", &stranger, key); err != nil {
		t.Fatal(err)
	}
	for name, try := range map[string][2]string{
		"another key":       {c.Note, vkey(other, c.Origin)},
		"another name":      {c.Note, vkey(key, "desk.test/audit/2")},
		"a changed size":    {strings.Replace(c.Note, "\n5\n", "\n6\n", 1), vkey(key, c.Origin)},
		"no signature":      {c.Text(), vkey(key, c.Origin)},
		"a malformed key":   {c.Note, "x"},
		"signed as another": {stranger.Note, vkey(key, "another.name")},
	} {
		if _, err := audit.OpenCheckpoint(try[0], try[1]); !errors.Is(err, audit.ErrSignature) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
