package api_test

import (
	"bytes"
	"encoding/csv"
	"net/http"
	"testing"
)

func TestAListIsExportedAsWhatItShowsAndFetchedByItsOwner(t *testing.T) {
	each(t, func(h *house) {
		t := h.t
		h.Report("ann", "=1+1")
		h.Report("rolf", "Mail is down")
		body := map[string]any{"kind": "incidents", "format": "csv", "query": "state=new&sort=number"}
		made := h.do(ask{by: "amir", method: "POST", path: "/exports", body: body})
		id, _ := made.json["id"].(string)
		file, _ := made.json["file"].(map[string]any)
		if made.status != http.StatusCreated || made.json["state"] != "done" || made.json["rows"] != 2.0 || file["media_type"] != "text/csv; charset=utf-8" {
			t.Fatalf("%d %v", made.status, made.json)
		}
		got := h.do(ask{by: "amir", method: "GET", path: "/exports/" + id + "/file"})
		rows, err := csv.NewReader(bytes.NewReader(got.raw)).ReadAll()
		if got.status != http.StatusOK || err != nil || len(rows) != 3 || rows[1][1] != "'=1+1" {
			t.Errorf("%d %v %v", got.status, rows, err)
		}
		for name, want := range map[string]string{"Content-Type": "text/csv; charset=utf-8", "X-Content-Type-Options": "nosniff",
			"Content-Disposition": "attachment; filename*=UTF-8''" + file["name"].(string)} {
			if v := got.header.Get(name); v != want {
				t.Errorf("%s: %q", name, v)
			}
		}
		for who, want := range map[string]int{"otto": 200, "alice": 404, "ann": 404} {
			if got := h.do(ask{by: who, method: "GET", path: "/exports/" + id}); got.status != want {
				t.Errorf("%s gets %d", who, got.status)
			}
		}
		for name, c := range map[string]struct {
			by   string
			body map[string]any
			want int
			code string
		}{
			"a requester":    {"ann", body, 403, "not_permitted"},
			"unknown filter": {"amir", map[string]any{"kind": "incidents", "format": "csv", "query": "colour=red"}, 400, "malformed_filter"},
			"other kind":     {"amir", map[string]any{"kind": "incidents", "format": "csv", "query": "kind=change"}, 422, "export_kind"},
			"other format":   {"amir", map[string]any{"kind": "incidents", "format": "pdf"}, 422, ""},
		} {
			got := h.do(ask{by: c.by, method: "POST", path: "/exports", body: c.body})
			if got.status != c.want || c.code != "" && got.json["code"] != c.code {
				t.Errorf("%s: %d %v", name, got.status, got.json)
			}
		}
	})
}

func TestTheIncidentSummaryIsRead(t *testing.T) {
	each(t, func(h *house) {
		t := h.t
		h.Report("ann", "Mail is down")
		got := h.do(ask{by: "otto", method: "GET", path: "/reports/incident-summary"})
		if states, _ := got.json["by_state"].(map[string]any); got.status != 200 || got.json["incidents"] != 1.0 || states["New"] != 1.0 {
			t.Errorf("%d %v", got.status, got.json)
		}
		if got := h.do(ask{by: "ann", method: "GET", path: "/reports/incident-summary"}); got.status != 403 {
			t.Errorf("a requester gets %d", got.status)
		}
	})
}
