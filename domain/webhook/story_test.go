package webhook_test

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cabinetdesk/cabinet/changes"
	"github.com/cabinetdesk/cabinet/changes/calendar"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/approval"
	"github.com/cabinetdesk/cabinet/domain/webhook"
	"github.com/cabinetdesk/cabinet/internal/channels/outgoing"
	channel "github.com/cabinetdesk/cabinet/internal/channels/webhook"
	"github.com/cabinetdesk/cabinet/internal/testkit/world"
)

// receiver is another system, on this machine.
type receiver struct {
	*httptest.Server
	mu     sync.Mutex
	status int
	got    []*http.Request
	bodies []string
}

func receive(t *testing.T) *receiver {
	r := &receiver{status: http.StatusNoContent}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		b, _ := io.ReadAll(q.Body)
		r.mu.Lock()
		defer r.mu.Unlock()
		r.got, r.bodies = append(r.got, q), append(r.bodies, string(b))
		w.WriteHeader(r.status)
	}))
	t.Cleanup(r.Close)
	return r
}

func (r *receiver) says(status int) { r.mu.Lock(); r.status = status; r.mu.Unlock() }

func setUp(t *testing.T, w *world.World, address string, events ...string) (webhook.Webhook, string) {
	t.Helper()
	h, secret, err := w.Webhooks.SetUp(w.As("ada"), "Chat", address, events)
	if err != nil {
		t.Fatal(err)
	}
	return h, secret
}

func deliveries(t *testing.T, w *world.World, ref string) []webhook.Delivery {
	t.Helper()
	list, err := w.Webhooks.Deliveries(w.As("otto"), ref)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func TestWhatHappensToAChangeIsToldOnceAndSigned(t *testing.T) {
	world.Each(t, func(t *testing.T, w *world.World) {
		r := receive(t)
		h, secret := setUp(t, w, r.URL+"/hook", webhook.Authorized, webhook.Rejected, webhook.WindowOpened, webhook.Frozen)
		n := w.Raise("maya", "Upgrade", "amir").Ticket.Number
		w.AskForApproval("maya", n)
		for _, login := range []string{"cora", "carl"} {
			if _, err := w.Vote(login, n, approval.Approve); err != nil {
				t.Fatal(err)
			}
		}
		w.RunJobs()
		if len(r.bodies) != 1 {
			t.Fatalf("%d messages", len(r.bodies))
		}
		var said struct {
			Type string
			Data struct {
				Change struct{ Number, State, Digest string }
			}
		}
		if err := json.Unmarshal([]byte(r.bodies[0]), &said); err != nil || said.Type != webhook.Authorized || said.Data.Change.Number != n || said.Data.Change.State != changes.StateScheduled || len(said.Data.Change.Digest) != 64 {
			t.Errorf("%s, %v", r.bodies[0], err)
		}
		key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
		q := r.got[0].Header
		if err != nil || q.Get("Webhook-Signature") != "v1,"+channel.Signature(key, q.Get("Webhook-Id"), q.Get("Webhook-Timestamp"), []byte(r.bodies[0])) {
			t.Errorf("the signature does not hold: %v, %v", q, err)
		}
		if list := deliveries(t, w, h.Ref); len(list) != 1 || list[0].State != webhook.Delivered || list[0].Attempts != 1 || list[0].Ref != q.Get("Webhook-Id") {
			t.Errorf("%+v", list)
		}

		w.Clock.Advance(24 * time.Hour)
		freeze, err := w.Calendar.Make(w.As("maya"), calendar.Schedule{Kind: calendar.Freeze, Name: "Storm", Zone: "UTC", Starts: w.Clock.Now().Add(-time.Hour).Format("2006-01-02T15:04"), Minutes: 600, Scope: calendar.Scope{Everything: true}})
		if err != nil {
			t.Fatal(err)
		}
		for range 3 {
			if err := w.Pipelines.Watch(w.System()); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := w.Calendar.Retire(w.As("maya"), freeze.Ref, 0); err != nil {
			t.Fatal(err)
		}
		for range 3 {
			if err := w.Pipelines.Watch(w.System()); err != nil {
				t.Fatal(err)
			}
		}
		w.RunJobs()
		if len(r.bodies) != 3 || !strings.Contains(r.bodies[1], webhook.Frozen) || !strings.Contains(r.bodies[2], webhook.WindowOpened) {
			t.Errorf("%v", r.bodies)
		}
		w.VerifyLog()
	})
}

func TestWhatNobodyTakesIsDeadAfterEightTriesAndIsTriedAgainByHand(t *testing.T) {
	world.Each(t, func(t *testing.T, w *world.World) {
		r := receive(t)
		h, _ := setUp(t, w, r.URL, webhook.Authorized)
		r.says(http.StatusServiceUnavailable)
		if err := w.Webhooks.Ping(w.As("ada"), h.Ref); err != nil {
			t.Fatal(err)
		}
		job := webhook.Job{Delivery: deliveries(t, w, h.Ref)[0].Ref}
		for i := 1; i <= webhook.Tries; i++ {
			if err := w.Webhooks.Work(w.System(), job); errors.Is(err, webhook.ErrFailed) != (i < webhook.Tries) {
				t.Fatalf("try %d: %v", i, err)
			}
		}
		if d := deliveries(t, w, h.Ref)[0]; d.State != webhook.Dead || d.Attempts != webhook.Tries || d.Status != http.StatusServiceUnavailable {
			t.Fatalf("%+v", d)
		}
		if err := w.Webhooks.Work(w.System(), job); err != nil || len(r.got) != webhook.Tries {
			t.Errorf("a dead one is sent: %d, %v", len(r.got), err)
		}
		if _, err := w.Webhooks.Retry(w.As("otto"), h.Ref, job.Delivery); !errors.Is(err, domain.ErrForbidden) {
			t.Errorf("an auditor tries again: %v", err)
		}
		r.says(http.StatusOK)
		if _, err := w.Webhooks.Retry(w.As("ada"), h.Ref, job.Delivery); err != nil {
			t.Fatal(err)
		}
		w.RunJobs()
		if d := deliveries(t, w, h.Ref)[0]; d.State != webhook.Delivered || r.got[0].Header.Get("Webhook-Id") != r.got[webhook.Tries].Header.Get("Webhook-Id") {
			t.Errorf("%+v", d)
		}
		if _, err := w.Webhooks.Retry(w.As("ada"), h.Ref, job.Delivery); !errors.Is(err, webhook.ErrDelivery) {
			t.Errorf("one that was delivered: %v", err)
		}
		w.Clock.Advance(31 * 24 * time.Hour)
		if err := w.Webhooks.Sweep(w.System()); err != nil || len(deliveries(t, w, h.Ref)) != 0 {
			t.Errorf("it is remembered: %v", err)
		}
	})
}

func TestASecretIsShownOnceAndAnotherHostGetsAnother(t *testing.T) {
	world.Each(t, func(t *testing.T, w *world.World) {
		h, secret := setUp(t, w, "https://chat.example.org/a", webhook.Authorized)
		if !strings.HasPrefix(secret, "whsec_") || strings.Contains(h.Secret, secret) {
			t.Fatalf("%q is kept as %q", secret, h.Secret)
		}
		same, elsewhere, plain := "https://chat.example.org/b", "https://other.example.org/b", "http://10.0.0.7/"
		if _, again, err := w.Webhooks.Amend(w.As("ada"), h.Ref, 0, webhook.Patch{URL: &same}); err != nil || again != "" {
			t.Errorf("the same host: %q, %v", again, err)
		}
		if _, again, err := w.Webhooks.Amend(w.As("ada"), h.Ref, 0, webhook.Patch{URL: &elsewhere}); err != nil || again == "" || again == secret {
			t.Errorf("another host: %q, %v", again, err)
		}
		if _, _, err := w.Webhooks.Amend(w.As("ada"), h.Ref, 0, webhook.Patch{URL: &plain}); !errors.Is(err, outgoing.ErrAddress) {
			t.Errorf("an address inside: %v", err)
		}
		if _, again, err := w.Webhooks.Renew(w.As("ada"), h.Ref, 0); err != nil || again == "" {
			t.Errorf("%q, %v", again, err)
		}
		for _, who := range []string{"maya", "amir", "otto", "ann"} {
			if _, _, err := w.Webhooks.SetUp(w.As(who), "x", "https://x.example.org", []string{webhook.Authorized}); !errors.Is(err, domain.ErrForbidden) {
				t.Errorf("%s: %v", who, err)
			}
		}
		if _, _, err := w.Webhooks.SetUp(w.As("ada"), "x", "https://x.example.org", []string{"everything"}); !errors.Is(err, webhook.ErrWebhook) {
			t.Errorf("of no event: %v", err)
		}
		w.VerifyLog()
	})
}

func TestAPausedReceiverIsToldNothing(t *testing.T) {
	world.Each(t, func(t *testing.T, w *world.World) {
		r := receive(t)
		h, _ := setUp(t, w, r.URL, webhook.Unauthorised)
		move := func(event string) {
			t.Helper()
			if _, err := w.Webhooks.Move(w.As("ada"), h.Ref, 0, event); err != nil {
				t.Fatal(err)
			}
		}
		move("pause")
		found := func() {
			t.Helper()
			if _, err := w.Changes.Detect(w.As("maya"), changes.DetectInput{Title: "A port was opened"}); err != nil {
				t.Fatal(err)
			}
			w.RunJobs()
		}
		found()
		if len(r.got) != 0 {
			t.Errorf("%d messages", len(r.got))
		}
		move("resume")
		found()
		if len(r.got) != 1 {
			t.Errorf("%d messages", len(r.got))
		}
		move("retire")
		if _, err := w.Webhooks.Move(w.As("ada"), h.Ref, 0, "resume"); !errors.Is(err, webhook.ErrState) {
			t.Errorf("a retired one: %v", err)
		}
		w.VerifyLog()
	})
}
