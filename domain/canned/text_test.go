package canned_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/cabinetdesk/cabinet/domain/canned"
)

func TestAVariableIsReplacedOnceAndAGapStaysVisible(t *testing.T) {
	values := map[string]string{"requester.first_name": "Ann", "title": "{{number}}", "number": "INC-000001", "secret": "no"}
	for body, want := range map[string]string{
		"Hello {{requester.first_name}},": "Hello Ann,",
		"{{ number }}: {{title}}":         "INC-000001: {{number}}",
		"{{team.name}} has it":            "{{team.name}} has it",
		"{{secret}} {{Number}} {{":        "{{secret}} {{Number}} {{",
		"nothing to fill":                 "nothing to fill",
	} {
		if got := canned.Fill(body, values); got != want {
			t.Errorf("%q became %q", body, got)
		}
	}
}

func TestWhatIsNoVariableIsNamed(t *testing.T) {
	for body, want := range map[string][]string{
		"Hello {{requester.name}}": nil, "{{nope}} {{nope}} {{me.name}}": {"nope"}, "a {{ b": {"{{"}, "{{if x}}": {"{{"}, "{single}": nil,
	} {
		if got := canned.Unknown(body); !slices.Equal(got, want) {
			t.Errorf("%q: %v", body, got)
		}
	}
}

func TestTheTextsWhoseNameBeginsWithTheWordsComeFirst(t *testing.T) {
	texts := []canned.Text{{Name: "VPN: renew the certificate"}, {Name: "Certificate expired"}, {Name: "Closing", Body: "about your certificate"}, {Name: "Password"}}
	var got []string
	for _, m := range canned.Match(texts, "CERT") {
		got = append(got, m.Name)
	}
	if !slices.Equal(got, []string{"Certificate expired", "VPN: renew the certificate", "Closing"}) {
		t.Error(got)
	}
	if n := len(canned.Match(texts, "")); n != 4 {
		t.Errorf("no words find %d", n)
	}
}

func FuzzFilling(f *testing.F) {
	f.Add("Hello {{requester.name}}", "{{me.name}}")
	f.Add("{{ number }}{{{{number}}}}", "}}")
	f.Fuzz(func(t *testing.T, body, value string) {
		got := canned.Fill(body, map[string]string{"number": value})
		if !strings.Contains(body, "number") && got != body {
			t.Errorf("%q became %q", body, got)
		}
		if len(canned.Unknown(body)) == 0 && !strings.Contains(value, "{{") && !strings.Contains(value, "}}") && value != "" && strings.Contains(got, "{{number}}") {
			t.Errorf("%q was not filled: %q", body, got)
		}
		canned.Match([]canned.Text{{Name: body, Body: value}}, value)
	})
}
