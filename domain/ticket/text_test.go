package ticket

import (
	"net/url"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/cabinetdesk/cabinet/internal/db"
)

func TestAnAttachmentsNameIsOnlyAName(t *testing.T) {
	for in, want := range map[string]string{
		"report.pdf": "report.pdf", "../../etc/passwd": "passwd", `..\..\boot.ini`: "boot.ini", ".htaccess": "htaccess", "\u200b.htaccess": "htaccess",
		"": "file", "/": "file", "..": "file", "a\x00b.txt": "ab.txt", "C:\\temp\\x.doc": "x.doc", "ok\r\nX-Evil: 1": "1", "invoice\u202efdp.exe": "invoicefdp.exe",
		strings.Repeat("ä", 300) + ".txt": strings.Repeat("ä", 98) + ".txt",
	} {
		if got := SafeName(in); got != want {
			t.Errorf("SafeName(%q) = %q, want %q", in, got, want)
		}
	}
}

func FuzzSafeName(f *testing.F) {
	for _, s := range []string{"a.txt", "../x", "\u202e", "a/b\\c:d", strings.Repeat("x", 500)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := SafeName(s)
		if got == "" || len(got) > 200 || strings.ContainsAny(got, "/\\:\x00") || strings.HasPrefix(got, ".") || !utf8.ValidString(got) {
			t.Fatalf("SafeName(%q) = %q", s, got)
		}
		for _, r := range got {
			if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) {
				t.Fatalf("SafeName(%q) keeps %U", s, r)
			}
		}
		if SafeName(got) != got {
			t.Fatalf("SafeName is not stable: %q, then %q", got, SafeName(got))
		}
	})
}

func FuzzFilter(f *testing.F) {
	f.Add("queue=mine&sort=-updated_at&limit=50&after=abc")
	f.Add("priority=1,2&state=new&opened_from=2026-03-02")
	f.Fuzz(func(t *testing.T, s string) {
		filter, err := ParseQuery(s)
		if err != nil {
			return
		}
		if filter.Limit < 1 || filter.Limit > MaxPage {
			t.Fatalf("limit %d", filter.Limit)
		}
		if filter.After != "" {
			_, _, _ = parseCursor(filter.After, filter.Sort)
		}
	})
}

func TestAFilterThatIsNotUnderstoodIsRefusedAndNamed(t *testing.T) {
	for _, q := range []string{"priority=9", "queue=everybody", "kind=spell", "limit=0", "limit=1000", "colour=red", "opened_from=yesterday", "sort=drop table", "category=gone"} {
		if _, err := ParseQuery(q); err == nil {
			t.Errorf("%s was accepted", q)
		}
	}
	if _, err := ParseFilter(url.Values{"priority": {"1,2"}, "assignee": {"me"}}); err != nil {
		t.Error(err)
	}
}

func TestHighlightsMarkWordsAndEscapeTheRest(t *testing.T) {
	for _, c := range []struct {
		text, want string
		words      []string
	}{
		{"Mail is <b>down</b>", "Mail is &lt;b&gt;<mark>down</mark>&lt;/b&gt;", []string{"down"}},
		{"Email and mail", "Email and <mark>mail</mark>", []string{"mail"}},
		{"Größe", "<mark>Grö</mark>ße", []string{"grö"}},
	} {
		if got, ok := highlight(c.text, c.words); !ok || got != c.want {
			t.Errorf("highlight(%q) = %q, want %q", c.text, got, c.want)
		}
	}
	if _, ok := highlight("nothing here", []string{"mail"}); ok {
		t.Error("found what is not there")
	}
}

func FuzzHighlight(f *testing.F) {
	f.Add("Mail is down", "down")
	f.Add("İstanbul <script>", "stan")
	f.Fuzz(func(t *testing.T, text, q string) {
		got, _ := highlight(text, db.Words(q))
		rest := strings.NewReplacer("<mark>", "", "</mark>", "").Replace(got)
		if strings.ContainsAny(rest, "<>") {
			t.Fatalf("markup gets through: %q from %q", got, text)
		}
	})
}
