package api_test

import (
	"sync"
	"testing"
	"time"
)

func TestTheSameKeyGivesTheSameAnswerAndDoesTheThingOnce(t *testing.T) {
	each(t, func(h *house) {
		key := func(k string) map[string]string { return map[string]string{"Idempotency-Key": k} }
		body := map[string]any{"title": "Mail is down", "impact": 1, "urgency": 1}
		first := h.do(ask{by: "ann", method: "POST", path: "/incidents", body: body, header: key("k-1")}).ok(201)
		again := h.do(ask{by: "ann", method: "POST", path: "/incidents", body: body, header: key("k-1")}).ok(201)
		if string(first.raw) != string(again.raw) || again.header.Get("Idempotent-Replay") != "true" || again.header.Get("Location") != first.header.Get("Location") ||
			again.header.Get("ETag") != first.header.Get("ETag") || first.header.Get("Idempotent-Replay") != "" {
			h.t.Fatalf("%s\n%s %v", first.raw, again.raw, again.header)
		}
		// Another body, another address and another version are other requests; another person has keys of their own.
		h.do(ask{by: "ann", method: "POST", path: "/incidents", body: map[string]any{"title": "Other", "impact": 1, "urgency": 1}, header: key("k-1")}).problem(409, "idempotency_key_reused")
		h.do(ask{by: "ann", method: "POST", path: "/requests", body: map[string]any{"title": "Mail is down"}, header: key("k-1")}).problem(409, "idempotency_key_reused")
		other := h.do(ask{by: "rolf", method: "POST", path: "/incidents", body: body, header: key("k-1")}).ok(201)
		if other.text("number") == first.text("number") {
			h.t.Fatal("rolf was given ann's answer")
		}
		// What was refused may be mended and sent again.
		h.do(ask{by: "ann", method: "POST", path: "/incidents", body: map[string]any{"title": "", "impact": 1, "urgency": 1}, header: key("k-2")}).problem(422, "title_required")
		h.do(ask{by: "ann", method: "POST", path: "/incidents", body: body, header: key("k-2")}).ok(201)
		// After a day the key is forgotten.
		h.Clock.Advance(25 * time.Hour)
		late := h.do(ask{by: "ann", method: "POST", path: "/incidents", body: body, header: key("k-1")}).ok(201)
		if late.text("number") == first.text("number") {
			h.t.Fatal("the key is remembered for ever")
		}
		if err := h.server.PurgeIdempotencyKeys(h.System()); err != nil {
			h.t.Fatal(err)
		}
		var n int
		if err := h.DB.Reader().QueryRow("select count(*) from idempotency_keys").Scan(&n); err != nil || n != 1 {
			h.t.Fatal(n, err)
		}
	})
}

func TestManyWhoSendTheSameAtOnceMakeOneRecord(t *testing.T) {
	each(t, func(h *house) {
		h.token("ann")
		body := map[string]any{"title": "Mail is down", "impact": 1, "urgency": 1}
		var wait sync.WaitGroup
		var mu sync.Mutex
		statuses, numbers := map[int]int{}, map[any]bool{}
		for range 8 {
			wait.Go(func() {
				got := h.do(ask{by: "ann", method: "POST", path: "/incidents", body: body, header: map[string]string{"Idempotency-Key": "same"}})
				mu.Lock()
				defer mu.Unlock()
				statuses[got.status]++
				if got.status == 201 {
					numbers[got.json["number"]] = true
				} else if got.json["code"] != "idempotency_in_progress" {
					h.t.Errorf("%d %s", got.status, got.raw)
				}
			})
		}
		wait.Wait()
		if len(numbers) != 1 || statuses[201] == 0 {
			h.t.Fatal(statuses, numbers)
		}
		if got := h.get("ann", "/tickets?queue=requested&count=true").ok(200); got.at("total") != float64(1) {
			h.t.Fatalf("%s", got.raw)
		}
	})
}

func TestAClaimWhoseHolderDiedIsFreeAfterFiveMinutes(t *testing.T) {
	each(t, func(h *house) {
		body := map[string]any{"title": "Mail is down", "impact": 1, "urgency": 1}
		send := func() answer {
			return h.do(ask{by: "ann", method: "POST", path: "/incidents", body: body, header: map[string]string{"Idempotency-Key": "k"}})
		}
		send().ok(201)
		// As if the process had died before it kept the answer.
		if _, err := h.DB.Writer().Exec("update idempotency_keys set status = 0, body = null"); err != nil {
			h.t.Fatal(err)
		}
		send().problem(409, "idempotency_in_progress")
		h.Clock.Advance(5 * time.Minute)
		send().ok(201)
		if got := send().ok(201); got.header.Get("Idempotent-Replay") != "true" {
			h.t.Fatal("the answer is not kept")
		}
	})
}

func TestAnAnswerWithASecretIsNotKept(t *testing.T) {
	h := one(t, nil)
	h.password("amir")
	for range 2 {
		h.do(ask{method: "POST", path: "/session", body: map[string]any{"login": "amir", "password": "correct horse battery staple"}, header: map[string]string{"Idempotency-Key": "k"}}).ok(200)
	}
	h.do(ask{by: "ada", method: "POST", path: "/people/" + h.ref("rolf") + "/password", body: map[string]any{"password": "a long enough secret"}, header: map[string]string{"Idempotency-Key": "k"}}).ok(204)
	h.do(ask{by: "ada", method: "POST", path: "/people", body: map[string]any{"name": "New", "login": "new", "password": "canary canary canary"}, header: map[string]string{"Idempotency-Key": "canary-key"}}).ok(201)
	var n, leaked int
	if err := h.DB.Reader().QueryRow("select count(*), coalesce(sum(instr(coalesce(body, ''), 'canary') + instr(key, 'canary') + instr(request_hash, 'canary')), 0) from idempotency_keys").Scan(&n, &leaked); err != nil || n != 1 || leaked != 0 {
		t.Fatal(n, leaked, err)
	}
}
