package api_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cabinetdesk/cabinet/api/route"
)

var update = flag.Bool("update", false, "write the golden files anew")

//go:generate go test . -run TestTheDescriptionOfTheAPIIsTheOneInDocs -update

func TestTheDescriptionOfTheAPIIsTheOneInDocs(t *testing.T) {
	h := one(t, nil)
	golden := filepath.Join("..", "docs", "openapi.json")
	if *update {
		if err := os.MkdirAll(filepath.Dir(golden), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(golden, h.server.Spec(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(h.server.Spec(), want) {
		t.Fatal("docs/openapi.json is not what the routes say: run go test ./api -update and read the difference")
	}
}

func TestEveryRouteIsDescribedWithItsPermission(t *testing.T) {
	h := one(t, nil)
	var doc struct {
		OpenAPI string
		Paths   map[string]map[string]struct {
			OperationID string   `json:"operationId"`
			Summary     string   `json:"summary"`
			Tags        []string `json:"tags"`
			Action      string   `json:"x-action"`
			Security    []any    `json:"security"`
		}
	}
	if err := json.Unmarshal(h.server.Spec(), &doc); err != nil {
		t.Fatal(err)
	}
	if doc.OpenAPI != "3.1.0" {
		t.Fatal(doc.OpenAPI)
	}
	n := 0
	for path, ops := range doc.Paths {
		for method, op := range ops {
			n++
			row, ok := route.At(strings.ToUpper(method), path)
			if !ok || op.OperationID != row.ID || op.Summary == "" || len(op.Tags) != 1 || op.Action != row.Action || op.Action == "" {
				t.Errorf("%s %s is described as %+v", method, path, op)
			}
			if (op.Security == nil) != (row.Action == route.Public) {
				t.Errorf("%s %s: security %v", method, path, op.Security)
			}
		}
	}
	if n != len(route.Table) {
		t.Errorf("%d operations, %d rows", n, len(route.Table))
	}
	if strings.Contains(string(h.server.Spec()), `"$schema"`) {
		t.Error("huma's schema links are on")
	}
}
