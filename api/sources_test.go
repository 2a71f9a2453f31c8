package api_test

import (
	"bytes"
	parts "mime/multipart"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/cabinetdesk/cabinet/cmdb/reconcile"
	"github.com/cabinetdesk/cabinet/domain/people"
	"github.com/cabinetdesk/cabinet/policies"
)

const hosts = `
streams:
  hosts:
    columns: [Key, Name]
    key: Key
    class: =server
    status: =live
    values: {name: Name, owner: Owner, memory_gb: Memory}
`

// sourceForm is a multipart body: a mapping, then a file.
func sourceForm(t testing.TB, file string) ([]byte, string) {
	t.Helper()
	var b bytes.Buffer
	w := parts.NewWriter(&b)
	for _, part := range [][3]string{{"mapping", "hosts.yaml", hosts}, {"file", "hosts.csv", file}} {
		p, err := w.CreateFormFile(part[0], part[1])
		if err != nil {
			t.Fatal(err)
		}
		if _, err := p.Write([]byte(part[2])); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes(), w.FormDataContentType()
}

func TestAFileIsUploadedProposedAppliedAndUndone(t *testing.T) {
	each(t, func(h *house) {
		h.do(ask{by: "ada", method: http.MethodPut, path: "/cmdb/sources/hosts", body: map[string]any{"name": "Hosts", "retire_share": 10}}).ok(200)
		upload := func(file string) string {
			body, kind := sourceForm(t, file)
			a := h.do(ask{by: "omar", method: http.MethodPost, path: "/cmdb/sources/hosts/runs", body: body, header: map[string]string{"Content-Type": kind}}).ok(202)
			h.RunJobs()
			return a.json["id"].(string)
		}
		id := upload("Key,Name,Owner,Memory\n1,a,amir,64\n2,b,nobody,lots\n3,c,nobody,\n")
		run := h.do(ask{by: "otto", path: "/cmdb/runs/" + id}).ok(200).json
		if run["state"] != "proposed" || run["summary"].(map[string]any)["rows"] != 3.0 {
			t.Fatalf("%v", run)
		}
		items := h.do(ask{by: "otto", path: "/cmdb/runs/" + id + "/items?action=refused"}).ok(200).json["items"].([]any)
		if len(items) != 1 || items[0].(map[string]any)["column"] != "Memory" {
			t.Errorf("%v", items)
		}
		h.do(ask{by: "omar", method: http.MethodPost, path: "/cmdb/runs/" + id + "/apply", body: map[string]any{}}).ok(202)
		h.RunJobs()
		second := upload("Key,Name,Owner,Memory\n1,a,alice,64\n")
		items = h.do(ask{by: "otto", path: "/cmdb/runs/" + second + "/items?action=changed"}).ok(200).json["items"].([]any)
		change := items[0].(map[string]any)["changes"].([]any)[0].(map[string]any)
		if change["before"] != "Amir" || change["after"] != "Alice" || change["source"] != "hosts" {
			t.Errorf("people are shown by name: %v", change)
		}
		a := h.do(ask{by: "omar", method: http.MethodPost, path: "/cmdb/runs/" + second + "/apply", body: map[string]any{}}).ok(409)
		if a.json["code"] != "ci_run_share" {
			t.Errorf("%v", a.json)
		}
		h.do(ask{by: "omar", method: http.MethodPost, path: "/cmdb/runs/" + id + "/undo", body: map[string]any{}}).ok(202)
		h.RunJobs()
		if list := h.do(ask{by: "omar", path: "/cis"}).ok(200).json["items"].([]any); len(list) != 0 {
			t.Errorf("%v", list)
		}
		runs := h.do(ask{by: "otto", path: "/cmdb/runs?limit=1"}).ok(200).json
		if len(runs["items"].([]any)) != 1 || runs["next"] == nil {
			t.Errorf("%v", runs)
		}
		h.do(ask{by: "otto", path: "/cmdb/quality"}).ok(200)
	})
}

func TestASourcePushesWithATokenOfItsOwn(t *testing.T) {
	h := one(t, nil)
	robot, err := h.People.Create(h.System(), people.CreateInput{Name: "Robot", Login: "robot", Service: true})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.Gate.Grant(h.System(), policies.GrantInput{User: robot.ID, Role: policies.CIOwner, Scope: "all", Reason: "pushes"}); err != nil {
		t.Fatal(err)
	}
	if _, err := h.Sources.SetSource(h.As("ada"), reconcile.Source{Key: "robot", Name: "Robot", Kind: reconcile.Push, AccountID: robot.ID}); err != nil {
		t.Fatal(err)
	}
	_, secret, err := h.People.CreateToken(h.System(), people.TokenInput{For: robot.Ref, Name: "push", Rights: []string{"cmdb.import"}, ExpiresAt: h.Clock.Now().Add(24 * time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	push := func(by, token string) answer {
		header := map[string]string{}
		if token != "" {
			header["Authorization"] = "Bearer " + token
		}
		return h.do(ask{by: by, method: http.MethodPost, path: "/cmdb/sources/robot/items", header: header, body: map[string]any{"items": []any{
			map[string]any{"key": "1", "class": "server", "status": "live", "values": map[string]any{"name": "a", "memory_gb": "64"}},
			map[string]any{"key": "2", "class": "server", "values": map[string]any{"name": nil}},
			map[string]any{"key": "3", "class": "server", "values": map[string]any{"name": "c"}, "relations": []any{map[string]any{"type": "uses", "key": "1"}}},
		}}})
	}
	run := push("", secret).ok(200).json
	if got := run["summary"].(map[string]any)["items"].(map[string]any); got["new"] != 2.0 || got["refused"] != 1.0 {
		t.Errorf("%v", run)
	}
	if got := push("omar", "").ok(403).json["code"]; got != "ci_source_account" {
		t.Errorf("%v", got)
	}
	if a := h.do(ask{method: http.MethodGet, path: "/cis", header: map[string]string{"Authorization": "Bearer " + secret}}); a.status == 200 && strings.Contains(string(a.raw), "CI-") {
		t.Errorf("the token reads: %s", a.raw)
	}
}
