// Package markdown turns texts that people wrote into HTML that is safe to show: CommonMark with tables, task
// lists and plain links, then an allow-list of elements and attributes. Nothing of a foreign host is loaded:
// pictures may come from this desk only, so that nobody learns who reads a ticket (CVE-2023-38059).
package markdown

import (
	"bytes"
	"regexp"

	"github.com/microcosm-cc/bluemonday"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/renderer/html"
)

var (
	engine = goldmark.New(
		goldmark.WithExtensions(extension.NewTable(extension.WithTableCellAlignMethod(extension.TableCellAlignAttribute)), extension.Strikethrough, extension.TaskList, extension.Linkify),
		goldmark.WithRendererOptions(html.WithHardWraps()),
	)
	allow = policy()
)

// ownPicture is the only source a picture may have: an attachment of this desk.
var ownPicture = regexp.MustCompile(`^/api/v1/attachments/[A-Za-z0-9_-]{16,64}(\?inline=1)?$`)

func policy() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	p.AllowElements("p", "br", "hr", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "code", "em", "strong", "del",
		"ul", "ol", "li", "table", "thead", "tbody", "tr", "th", "td")
	p.AllowAttrs("start").Matching(bluemonday.Integer).OnElements("ol")
	p.AllowAttrs("align").Matching(bluemonday.CellAlign).OnElements("th", "td")
	p.AllowAttrs("class").Matching(regexp.MustCompile(`^language-[A-Za-z0-9_+-]{1,30}$`)).OnElements("code")
	p.AllowAttrs("type").Matching(regexp.MustCompile(`^checkbox$`)).OnElements("input")
	p.AllowAttrs("checked", "disabled").Matching(regexp.MustCompile(`^$`)).OnElements("input")
	p.AllowAttrs("src").Matching(ownPicture).OnElements("img")
	p.AllowAttrs("alt", "title").OnElements("img")
	p.AllowAttrs("href").OnElements("a")
	p.AllowRelativeURLs(true)
	p.RequireParseableURLs(true)
	p.AllowURLSchemes("http", "https", "mailto")
	p.RequireNoFollowOnLinks(true)
	p.RequireNoReferrerOnLinks(true)
	p.AddTargetBlankToFullyQualifiedLinks(true)
	return p
}

// HTML renders a text. An empty one stays empty. It never fails: a text that cannot be rendered is shown as
// nothing rather than as it is.
func HTML(text string) string {
	if text == "" {
		return ""
	}
	var b bytes.Buffer
	if err := engine.Convert([]byte(text), &b); err != nil {
		return ""
	}
	return allow.SanitizeReader(&b).String()
}
