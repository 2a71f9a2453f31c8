// Package tales is what the people of the demo organisation write: incidents, requests and plans of changes, as
// data. Words in braces, such as {site} or {printer}, are filled in by package demo, differently each time.
package tales

import "slices"

// Tale is a kind of trouble that comes back: what people write, ask, answer and do about it.
type Tale struct {
	Title, Service, Class, Team string
	Impact, Urgency             int // 1 high to 3 low
	Text                        string
	Ask, Answer                 string // the agent's question, and what the requester says to it
	Note                        string // internal
	Fix                         string
	Problem                     string // the key of the problem behind it, empty for none
	Watched                     bool   // monitoring sees it first
}

// Incidents are all tales.
var Incidents = slices.Concat(workplace, network, apps, identity)
