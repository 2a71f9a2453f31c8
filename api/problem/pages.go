package problem

import (
	"html/template"
	"io"
	"slices"
	"strings"

	"github.com/cabinetdesk/cabinet/domain"
)

// advice says for each kind what somebody can do who meets it.
var advice = map[domain.ErrorKind]string{
	domain.Invalid:         "Something in the request is not right. The list “errors” names each place and what to do about it. Sending the same again gives the same answer.",
	domain.Unauthenticated: "Nobody is signed in, or the session or token has ended. Sign in, or send a valid token, and try again.",
	domain.Forbidden:       "You can see it, and you may not do that to it. The list “reasons” says why. Somebody with another role may be able to.",
	domain.NotFound:        "There is no such thing, or you may not see it: the answer is the same in both cases, on purpose.",
	domain.Conflict:        "It is not possible in the present state. Read the record again; where moves are possible instead, the list “possible” names them.",
	domain.Stale:           "Somebody changed the record after you read it. Read it again, look at what changed, and send your change with the new version.",
	domain.Limited:         "It was too much, or too often. Where the answer has the header Retry-After, wait that many seconds.",
	domain.Unavailable:     "The desk cannot do that at the moment. Wait as long as the header Retry-After says and try again.",
	domain.Internal:        "Something went wrong on our side and nothing was changed. The request's number finds it in the server's log.",
}

// Entry is one code, for pages and documentation.
type Entry struct {
	Code, Title, Kind, Advice string
	Status                    int
}

// Entries lists all codes that have been declared, once each, by name. Internal codes are left out: they never
// leave the server under their own name, except internal_error.
func Entries() []Entry {
	var out []Entry
	for _, e := range domain.Codes() {
		if e.Kind == domain.Internal && e.Code != domain.ErrInternal.Code {
			continue
		}
		out = append(out, Entry{Code: e.Code, Title: e.Title, Kind: string(e.Kind), Advice: advice[e.Kind], Status: StatusOf(e)})
	}
	slices.SortFunc(out, func(a, b Entry) int { return strings.Compare(a.Code, b.Code) })
	return slices.CompactFunc(out, func(a, b Entry) bool { return a.Code == b.Code })
}

var page = template.Must(template.New("page").Parse(`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{.Title}} · Cabinet</title><link rel="stylesheet" href="/api/docs/docs.css"></head>
<body class="prose"><main>
<p class="crumb"><a href="/problems/">Problems</a></p>
<h1>{{.Title}}</h1>
{{with .One}}<p><code>{{.Code}}</code> <span class="status">{{.Status}}</span></p><p>{{.Advice}}</p>{{end}}
{{with .All}}<p>Every error answer of the API is a problem document (RFC 9457) with one of these codes.</p>
<table><thead><tr><th>Code</th><th>Status</th><th>Meaning</th></tr></thead><tbody>
{{range .}}<tr><td><a href="/problems/{{.Code}}"><code>{{.Code}}</code></a></td><td class="num">{{.Status}}</td><td>{{.Title}}</td></tr>
{{end}}</tbody></table>{{end}}
</main></body></html>
`))

// Page writes the page about one code, or about all with an empty one; found is false for an unknown code.
func Page(w io.Writer, code string) (found bool, err error) {
	all := Entries()
	if code == "" {
		return true, page.Execute(w, map[string]any{"Title": "Problems", "All": all})
	}
	i := slices.IndexFunc(all, func(e Entry) bool { return e.Code == code })
	if i < 0 {
		return false, nil
	}
	return true, page.Execute(w, map[string]any{"Title": all[i].Title, "One": all[i]})
}
