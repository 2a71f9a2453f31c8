package api_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/cabinetdesk/cabinet/cmdb"
)

// TestAnItemAndItsRecordsFindEachOther follows an item from the form of a new incident to its impact and its records.
func TestAnItemAndItsRecordsFindEachOther(t *testing.T) {
	each(t, func(h *house) {
		item := func(class, name string, more ...string) string {
			values := map[string]string{"name": name}
			for i := 0; i+1 < len(more); i += 2 {
				values[more[i]] = more[i+1]
			}
			c, err := h.CMDB.Register(h.As("omar"), cmdb.RegisterInput{Class: class, Status: cmdb.Live, Values: values})
			if err != nil {
				h.t.Fatal(err)
			}
			return c.Number
		}
		sales, shop, laptop := item("business_service", "Sales"), item("application", "Web shop", "warranty_until", "2026-03-01"), item("workstation", "Ann's laptop", "used_by", fmt.Sprint(int64(h.ID("ann"))), "serial", "SN-4711")
		if _, err := h.CMDB.Relate(h.As("omar"), cmdb.RelateInput{From: sales, Type: "uses", To: shop}); err != nil {
			h.t.Fatal(err)
		}
		before := h.Clock.Now()
		h.Clock.Advance(24 * time.Hour)

		own := h.get("ann", "/suggest/cis").ok(200)
		if own.text("items.0.number") != laptop || own.at("items.0.own") != true || len(own.list("items")) != 1 {
			h.t.Errorf("ann is offered %s", own.raw)
		}
		if all := h.get("ann", "/suggest/cis?q=shop").ok(200); len(all.list("items")) != 0 {
			h.t.Errorf("ann finds what she may not see: %s", all.raw)
		}
		if found := h.get("amir", "/suggest/cis?q=4711&for="+h.Ref("ann")).ok(200); found.text("items.0.number") != laptop || found.at("items.0.own") != true {
			h.t.Errorf("by serial number: %s", found.raw)
		}
		inc := h.do(ask{by: "ann", method: "POST", path: "/incidents", body: map[string]any{"title": "It does not start", "impact": 3, "urgency": 2, "cis": []string{laptop}}}).ok(201)
		number := inc.text("number")
		if inc.text("cis.0.number") != laptop || inc.at("cis.0.requesters") != true || inc.text("cis.0.role") != "affected" {
			h.t.Errorf("reported with its device: %s", inc.raw)
		}
		if got := h.do(ask{by: "ann", method: "POST", path: "/incidents", body: map[string]any{"title": "x", "impact": 3, "urgency": 2, "cis": []string{shop}}}); got.status != 404 {
			h.t.Errorf("about what ann may not see: %d %s", got.status, got.raw)
		}
		added := h.do(ask{by: "amir", method: "POST", path: "/tickets/" + number + "/cis", body: map[string]any{"ci": shop}}).ok(201)
		if len(added.list("items")) != 2 || len(h.get("ann", "/incidents/"+number).ok(200).list("cis")) != 1 {
			h.t.Errorf("amir sees both, ann her own: %s", added.raw)
		}
		if _, err := h.CMDB.Amend(h.As("omar"), cmdb.AmendInput{Number: shop, Values: map[string]string{"name": "Store"}}); err != nil {
			h.t.Fatal(err)
		}
		then := h.get("amir", "/tickets/"+number+"/cis?at="+before.Format(time.RFC3339)).ok(200)
		for i := range then.list("items") {
			at := fmt.Sprintf("items.%d.", i)
			if then.text(at+"number") == shop && (then.text(at+"then.name") != "Web shop" || then.text(at+"name") != "Store" || then.at(at+"in_warranty") != false || then.at(at+"failures_90d") != float64(1)) {
				h.t.Errorf("then and now: %s", then.raw)
			}
		}
		a := h.get("amir", "/cis/"+shop+"/impact").ok(200)
		if a.text("state") != "known" || a.text("services.0.number") != sales || a.text("services.0.path.0.label") != "uses" || a.text("nodes.0.via.number") != shop || a.at("freshness.of") != float64(1) || a.text("edges.0.from") != sales {
			h.t.Errorf("impact: %s", a.raw)
		}
		if g := h.get("amir", "/cis/"+sales+"/graph?at="+before.Format(time.RFC3339)).ok(200); len(g.list("nodes")) != 2 || g.text("edges.0.label") != "uses" || g.text("edges.0.spreads") != "back" {
			h.t.Errorf("graph: %s", g.raw)
		}
		for path, want := range map[string]int{"/cis/" + shop + "/tickets": 1, "/cis/" + sales + "/tickets": 0, "/cis/" + sales + "/tickets?scope=dependencies": 1, "/tickets?ci_impact=" + sales: 1, "/tickets?ci=" + laptop: 1} {
			if got := h.get("amir", path).ok(200); len(got.list("items")) != want {
				h.t.Errorf("%s: %s", path, got.raw)
			}
		}
		for _, bad := range []string{"impact?depth=21", "impact?direction=left", "impact?at=yesterday", "graph?depth=4", "tickets?scope=all"} {
			if got := h.get("amir", "/cis/"+shop+"/"+bad); got.status != 400 && got.status != 422 {
				h.t.Errorf("%s: %d", bad, got.status)
			}
		}
	})
}
