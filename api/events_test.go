package api_test

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cabinetdesk/cabinet/api"
)

// heard is one event of a stream.
type heard struct {
	event, id string
	data      map[string]any
}

// listen opens a stream and gives its events; the channel is closed when the stream ends.
func (h *house) listen(url string, header map[string]string) <-chan heard {
	h.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	h.t.Cleanup(cancel)
	r, err := http.NewRequestWithContext(ctx, "GET", url+"/api/v1/events", nil)
	if err != nil {
		h.t.Fatal(err)
	}
	for k, v := range header {
		r.Header.Set(k, v)
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(func() { _ = res.Body.Close() })
	if res.StatusCode != 200 || res.Header.Get("Content-Type") != "text/event-stream" {
		h.t.Fatal(res.StatusCode, res.Header)
	}
	out := make(chan heard, 64)
	go func() {
		defer close(out)
		lines, e := bufio.NewScanner(res.Body), heard{}
		for lines.Scan() {
			name, value, _ := strings.Cut(lines.Text(), ": ")
			switch name {
			case "event":
				e.event = value
			case "id":
				e.id = value
			case "data":
				_ = json.Unmarshal([]byte(value), &e.data) // {} or an object, by the check below
			case "":
				if lines.Text() == "" && e.event != "" {
					out <- e
					e = heard{}
				}
			}
		}
	}()
	return out
}

// next is the next event, which must come.
func (h *house) next(c <-chan heard) heard {
	h.t.Helper()
	select {
	case e, ok := <-c:
		if !ok {
			h.t.Fatal("the stream ended")
		}
		return e
	case <-time.After(20 * time.Second):
		h.t.Fatal("nothing was heard")
	}
	return heard{}
}

func bearer(token string) map[string]string {
	return map[string]string{"Authorization": "Bearer " + token}
}

func TestLiveEventsTellOnlyWhatMayBeSeen(t *testing.T) {
	each(t, func(h *house) {
		srv := httptest.NewServer(h.server.Handler())
		h.t.Cleanup(srv.Close)
		h.token("rolf") // making a token is an event too
		ann, amir := h.listen(srv.URL, bearer(h.token("ann"))), h.listen(srv.URL, bearer(h.token("amir")))
		for _, c := range []<-chan heard{ann, amir} {
			if e := h.next(c); e.event != "hello" {
				h.t.Fatal(e)
			}
		}
		theirs, mine := h.report("rolf", "Rolf's mail is down"), h.report("ann", "My mail is down")
		h.post("amir", "/tickets/"+mine+"/comments", map[string]any{"body": "It is the disk.", "internal": true}).ok(201)
		h.post("amir", "/tickets/"+mine+"/comments", map[string]any{"body": "We look.", "internal": false}).ok(201)
		h.Seal()
		var told []string
		var last string
		for range 4 {
			e := h.next(amir)
			told, last = append(told, e.data["type"].(string)), e.id
		}
		if !slices.Equal(told, []string{"incident.reported", "incident.reported", "incident.noted", "incident.replied"}) {
			h.t.Fatal(told)
		}
		first, second := h.next(ann), h.next(ann)
		if first.data["number"] != mine || first.data["type"] != "incident.reported" || second.data["type"] != "incident.replied" || second.data["number"] == theirs ||
			second.data["actor"].(map[string]any)["name"] != "Amir" || second.data["version"] != float64(3) || second.id != last {
			h.t.Fatal(first, second)
		}
		// Who comes back is told what they missed, and nothing twice.
		again := h.listen(srv.URL, map[string]string{"Authorization": "Bearer " + h.token("ann"), "Last-Event-ID": first.id})
		if e := h.next(again); e.event != "hello" {
			h.t.Fatal(e)
		}
		if e := h.next(again); e.id != second.id {
			h.t.Fatal(e, second)
		}
	})
}

func TestWhatHappensToATaskIsHeardOfItsRequest(t *testing.T) {
	each(t, func(h *house) {
		r := h.post("ann", "/requests", map[string]any{"title": "A laptop"}).ok(201).text("number")
		srv := httptest.NewServer(h.server.Handler())
		h.t.Cleanup(srv.Close)
		ann, rolf := h.listen(srv.URL, bearer(h.token("ann"))), h.listen(srv.URL, bearer(h.token("rolf")))
		h.next(ann)
		h.next(rolf)
		h.post("amir", "/requests/"+r+"/tasks", map[string]any{"title": "Order it"}).ok(201)
		h.report("rolf", "Mail is down")
		h.Seal()
		var told []string
		for len(told) < 2 {
			e := h.next(ann)
			if told = append(told, e.data["type"].(string)); e.data["number"] != r || e.data["kind"] != "request" {
				h.t.Fatal(e)
			}
			if told[len(told)-1] == "task.created" {
				break
			}
		}
		if told[len(told)-1] != "task.created" {
			h.t.Error(told)
		}
		if e := h.next(rolf); e.data["type"] != "incident.reported" { // of somebody else's request he hears nothing
			h.t.Error(e)
		}
	})
}

func TestAStreamEndsWithItsSession(t *testing.T) {
	h := one(t, func(d *api.Deps) { d.Heartbeat = 20 * time.Millisecond })
	h.password("amir")
	c := h.cookie("amir")
	srv := httptest.NewServer(h.server.Handler())
	h.t.Cleanup(srv.Close)
	stream := h.listen(srv.URL, with(c))
	h.next(stream)
	h.do(ask{method: "DELETE", path: "/session", header: with(c)}).ok(204)
	select {
	case e, open := <-stream:
		if open {
			t.Fatal(e)
		}
	case <-time.After(20 * time.Second):
		t.Fatal("the stream goes on without its session")
	}
}

func TestAStreamEndsWithTheServer(t *testing.T) {
	h := one(t, nil)
	srv := httptest.NewServer(h.server.Handler())
	h.t.Cleanup(srv.Close)
	stream := h.listen(srv.URL, bearer(h.token("ann")))
	h.next(stream)
	h.server.Close()
	if _, open := <-stream; open {
		t.Fatal("the stream goes on")
	}
}
