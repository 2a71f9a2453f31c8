package markdown

import (
	"regexp"
	"strings"
	"testing"
)

func TestTextsBecomeSafeHTML(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                      "",
		"a *b* **c** `d` ~~e~~": "<p>a <em>b</em> <strong>c</strong> <code>d</code> <del>e</del></p>\n",
		"one\ntwo":              "<p>one<br>\ntwo</p>\n",
		"- [x] done\n- [ ] open": "<ul>\n<li><input checked=\"\" disabled=\"\" type=\"checkbox\"> done</li>\n" +
			"<li><input disabled=\"\" type=\"checkbox\"> open</li>\n</ul>\n",
		"[a](https://example.org)":   `<p><a href="https://example.org" rel="nofollow noreferrer noopener" target="_blank">a</a></p>` + "\n",
		"[a](/incidents/INC-000001)": `<p><a href="/incidents/INC-000001" rel="nofollow noreferrer">a</a></p>` + "\n",
		"|a|\n|:-:|\n|b|":            "<table>\n<thead>\n<tr>\n<th align=\"center\">a</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<td align=\"center\">b</td>\n</tr>\n</tbody>\n</table>\n",
		"![x](/api/v1/attachments/" + strings.Repeat("k", 26) + "?inline=1)": `<p><img src="/api/v1/attachments/` + strings.Repeat("k", 26) + `?inline=1" alt="x"></p>` + "\n",
	} {
		if got := HTML(text); got != want {
			t.Errorf("%q became %q, want %q", text, got, want)
		}
	}
}

func TestNothingThatRunsOrLoadsSurvives(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "[x](javascript:alert(1))", "[x](data:text/html;base64,PHNjcmlwdD4=)",
		"<a href='javascript&colon;alert(1)'>x</a>", "![x](https://tracker.example/p.gif)", "![x](//tracker.example/p.gif)", "<svg/onload=alert(1)>",
		"<iframe src='https://evil.example'></iframe>", "<style>*{background:url(//evil.example)}</style>", "<p style='background:url(//evil.example)'>x</p>",
		"<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>", "<details open ontoggle=alert(1)>", "<form action=//evil.example><button>x</button></form>",
		"[x](vbscript:msgbox(1))", "<input type=text name=password>", "<base href=//evil.example>", "![x](/api/v1/attachments/../../session)", "<a id=__proto__ name=x>y</a>",
		"<object data=x></object>", "<link rel=stylesheet href=//evil.example>", "<meta http-equiv=refresh content='0;url=//evil.example'>",
	} {
		got := strings.ToLower(HTML(text))
		for _, bad := range []string{"<script", "javascript:", "javascript&", "data:", "vbscript", "evil.example", "tracker.example", "<style", "style=",
			"<iframe", "<svg", "<math", "<form", "<object", "<base", "<meta", "<link", "type=\"text\"", "id=", "src="} {
			if strings.Contains(got, bad) {
				t.Errorf("%q became %q", text, got)
			}
		}
		if handler.MatchString(got) {
			t.Errorf("%q became %q", text, got)
		}
	}
}

// handler finds an event handler inside a tag.
var handler = regexp.MustCompile(`<[^>]*[\s/]on[a-z]+\s*=`)

func FuzzHTMLNeverLetsAScriptThrough(f *testing.F) {
	f.Add("<scr<script>ipt>alert(1)</script>")
	f.Add("[a]: javascript:alert(1)\n[a]")
	f.Fuzz(func(t *testing.T, text string) {
		if got := strings.ToLower(HTML(text)); strings.Contains(got, "<script") || strings.Contains(got, `href="javascript:`) {
			t.Fatalf("%q became %q", text, got)
		}
	})
}
