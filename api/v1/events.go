package v1

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/cabinetdesk/cabinet/api/rest"
	"github.com/cabinetdesk/cabinet/api/route"
	"github.com/cabinetdesk/cabinet/api/who"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/audit"
	"github.com/cabinetdesk/cabinet/policies"
)

// LiveRecord is what a live event says: that a record changed, not what in it.
type LiveRecord struct {
	Number  string      `json:"number" doc:"Of a meeting its id, of an edition of a template its key and number"`
	Kind    string      `json:"kind"`
	Type    string      `json:"type"`
	Version int64       `json:"version" doc:"0 for what happened to a task: the request itself is as it was"`
	Actor   *who.Person `json:"actor"`
	At      time.Time   `json:"at"`
}

// item is a sealed event with what is needed to decide who may hear of it.
type item struct {
	leaf       int64
	live       LiveRecord
	visibility domain.Visibility
	object     policies.Object
	known      bool // it is about a record
}

// roomy are the kinds of what a board's room shows beside records: the meeting itself, and editions of templates.
var roomy = map[string]bool{"meeting": true, "template": true}

// hub reads the tail of the log once for all listeners of this instance: the latest items stay, and who is further
// behind reads the log.
type hub struct {
	mu    sync.Mutex
	items []item // consecutive leaves
}

const (
	hubKeeps = 2048
	hubBatch = 256
	// tailPoll stands in for a notice of another instance's seal that was lost.
	tailPoll = 2 * time.Second
)

// after lists the items that follow a leaf, in leaf order.
func (d *Desk) after(ctx context.Context, leaf int64) ([]item, error) {
	h := &d.live
	h.mu.Lock()
	defer h.mu.Unlock()
	if n := len(h.items); n > 0 && h.items[0].leaf <= leaf+1 && h.items[n-1].leaf > leaf {
		i := slices.IndexFunc(h.items, func(x item) bool { return x.leaf > leaf })
		return slices.Clone(h.items[i:min(n, i+hubBatch)]), nil
	}
	events, err := d.Audit.Tail(ctx, leaf, hubBatch)
	if err != nil || len(events) == 0 {
		return nil, err
	}
	read, err := d.items(ctx, events)
	if err != nil {
		return nil, err
	}
	if n := len(h.items); n == 0 || h.items[n-1].leaf+1 == read[0].leaf {
		h.items = append(h.items, read...)
		h.items = slices.Clone(h.items[max(0, len(h.items)-hubKeeps):])
	} else if read[0].leaf > h.items[n-1].leaf {
		h.items = read
	}
	return read, nil
}

// requestOf is the number of the request that a task's event belongs to: a tag in its leaf.
func requestOf(e audit.Event) string {
	leaf, err := audit.ParseLeaf(e.Leaf)
	if err != nil {
		return ""
	}
	for _, tag := range leaf.Scope {
		if n, err := domain.ParseNumber(tag); err == nil && n.Kind == domain.KindRequest {
			return tag
		}
	}
	return ""
}

func (d *Desk) items(ctx context.Context, events []audit.Event) ([]item, error) {
	var numbers, refs, items, meetings []string
	for i, e := range events {
		if e.EntityKind == string(domain.KindTask) { // it is the request that a reader knows
			e.EntityKind, e.Entity, e.Version = string(domain.KindRequest), requestOf(e), 0
			events[i] = e
		}
		if e.EntityKind == string(domain.KindCI) {
			items, refs = append(items, e.Entity), append(refs, e.Actor)
		}
		if roomy[e.EntityKind] {
			meetings, refs = append(meetings, e.Entity), append(refs, e.Actor)
		}
		if slices.Contains(domain.Records[:], domain.Kind(e.EntityKind)) {
			numbers, refs = append(numbers, e.Entity), append(refs, e.Actor)
		}
	}
	objects, err := d.store.objects(ctx, numbers)
	if err != nil {
		return nil, err
	}
	cis, err := d.CMDB.ByNumbers(ctx, items)
	if err != nil {
		return nil, err
	}
	rooms, err := d.Meetings.Objects(ctx, meetings)
	if err != nil {
		return nil, err
	}
	slices.Sort(refs)
	people, err := d.People.ByRefs(ctx, slices.Compact(refs))
	if err != nil {
		return nil, err
	}
	out := make([]item, len(events))
	for i, e := range events {
		o, ok := objects[e.Entity]
		out[i] = item{leaf: e.Index, visibility: e.Visibility, known: ok && string(o.Kind) == e.EntityKind,
			object: policies.Object{Class: e.EntityKind, Number: e.Entity, Team: o.TeamID, Site: o.SiteID, Participants: o.Participants},
			live:   LiveRecord{Number: e.Entity, Kind: e.EntityKind, Type: e.Type, Version: e.Version, At: e.RecordedAt}}
		if c, ok := cis[e.Entity]; ok && e.EntityKind == string(domain.KindCI) {
			out[i].known, out[i].object = true, c.Object()
		}
		if o, ok := rooms[e.Entity]; ok && e.EntityKind == "meeting" {
			out[i].known, out[i].object = true, o
		}
		if e.EntityKind == "template" { // templates belong to the desk
			out[i].known = true
		}
		if p, ok := people[e.Actor]; ok {
			person := who.Of(p)
			out[i].live.Actor = &person
		}
	}
	return out, nil
}

// hears tells whether the actor may hear of an item: they may read the record, and the event is not of a kind that
// its timeline hides from them.
func (d *Desk) hears(ctx context.Context, actor domain.Actor, x item) bool {
	if !x.known || !d.Gate.Decide(ctx, actor, x.live.Kind+".read", x.object).Allowed {
		return false
	}
	switch x.visibility {
	case domain.Public:
		return true
	case domain.InternalV:
		if x.live.Kind == string(domain.KindCI) || roomy[x.live.Kind] { // these have no outside: who may read one works here, or has it
			return true
		}
		return d.Gate.Decide(ctx, actor, x.live.Kind+".read_internal", x.object).Allowed
	}
	return d.Gate.Decide(ctx, actor, "audit.read", policies.Object{}).Allowed
}

func (d *Desk) eventRoutes(b *route.Book) { route.Add(b, "events", d.events) }

type eventsInput struct {
	LastEventID string `header:"Last-Event-ID" maxLength:"20" doc:"The leaf after which to go on"`
}

// events streams changes until the reader goes, the server closes, or the session or token ends.
func (d *Desk) events(ctx context.Context, in *eventsInput) (*huma.StreamResponse, error) {
	leaf, err := d.startAfter(ctx, in.LastEventID)
	if err != nil {
		return nil, err
	}
	r := rest.Request(ctx)
	return &huma.StreamResponse{Body: func(c huma.Context) {
		c.SetHeader("Content-Type", "text/event-stream")
		c.SetHeader("Cache-Control", "no-store")
		c.SetHeader("X-Accel-Buffering", "no")
		c.SetStatus(http.StatusOK)
		w := c.BodyWriter()
		flush := func() {
			if rw, ok := w.(http.ResponseWriter); ok {
				_ = http.NewResponseController(rw).Flush() // a writer that cannot flush sends when it will
			}
		}
		if rw, ok := w.(http.ResponseWriter); ok {
			_ = http.NewResponseController(rw).SetWriteDeadline(time.Time{}) // the stream has no end of its own
		}
		if _, err := fmt.Fprintf(w, "retry: 3000\nevent: hello\nid: %d\ndata: {}\n\n", leaf); err != nil {
			return
		}
		flush()
		d.stream(ctx, r, leaf, w, flush)
	}}, nil
}

// startAfter is where a stream begins: after the event that the reader saw last, or now.
func (d *Desk) startAfter(ctx context.Context, last string) (int64, error) {
	c, err := d.Audit.Checkpoint(ctx)
	if err != nil {
		return 0, err
	}
	if last == "" {
		return c.Size - 1, nil
	}
	leaf, err := strconv.ParseInt(last, 10, 64)
	if err != nil || leaf < -1 {
		return 0, domain.ErrCursor
	}
	return min(leaf, c.Size-1), nil
}

type writer interface{ Write(p []byte) (int, error) }

func (d *Desk) stream(ctx context.Context, r *http.Request, leaf int64, w writer, flush func()) {
	sealed, unsubscribe := d.Sealer.Subscribe()
	defer unsubscribe()
	beat, poll := time.NewTicker(d.Heartbeat), time.NewTicker(tailPoll)
	defer beat.Stop()
	defer poll.Stop()
	actor := domain.ActorFrom(ctx)
	for {
		items, err := d.after(ctx, leaf)
		if err != nil {
			return // the reader comes back by itself, with the last leaf that it saw
		}
		for _, x := range items {
			leaf = x.leaf
			if !d.hears(ctx, actor, x) {
				continue
			}
			data, err := json.Marshal(x.live)
			if err != nil {
				return
			}
			if _, err := fmt.Fprintf(w, "event: record\nid: %d\ndata: %s\n\n", x.leaf, data); err != nil {
				return
			}
		}
		if len(items) > 0 {
			flush()
			if len(items) == hubBatch {
				continue
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-d.life.Done():
			return
		case <-sealed:
		case <-poll.C:
		case <-beat.C:
			// Whoever was signed out, disabled or moved to other teams meanwhile is asked again who they are.
			if actor, err = d.Authenticate(r); err != nil || actor.User == 0 {
				return
			}
			if _, err := fmt.Fprint(w, ": still here\n\n"); err != nil {
				return
			}
			flush()
		}
	}
}
