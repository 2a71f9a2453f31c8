package archtest_test

import (
	"fmt"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/cabinetdesk/cabinet/internal/archtest"
)

const module = "example.org/desk"

// fake builds a package from source texts by file name; its imports are those
// of the files that are not tests. In the texts, ~ stands for the module.
func fake(t *testing.T, at string, files map[string]string) archtest.Package {
	t.Helper()
	p := archtest.Package{Path: at}
	for name, source := range files {
		f, err := archtest.Parse(module, path.Join(at, name), []byte(strings.ReplaceAll(source, "~", module)))
		if err != nil {
			t.Fatal(err)
		}
		p.Files = append(p.Files, f)
		if !f.Test {
			p.Imports = append(p.Imports, f.Imports...)
		}
	}
	return p
}

func importing(name string, targets ...string) string {
	source := "// Package " + name + " is fake.\npackage " + name + "\n"
	for _, target := range targets {
		source += "import _ \"" + target + "\"\n"
	}
	return source
}

func TestEveryBrokenRuleIsRefusedWithItsReason(t *testing.T) {
	t.Parallel()
	long := "// Package a is long.\npackage a\n" + strings.Repeat("\n", archtest.LinesHard)
	cases := []struct {
		name, at, file, source string
		where, what, why       string // all empty: the rules permit it
	}{
		{"a base module imports another", "domain/people", "a.go", importing("people", "~/domain/ticket"),
			"domain/people", "imports domain/ticket", "never import each other"},
		{"a kind of record imports another", "changes", "a.go", importing("changes", "~/domain/incident"),
			"changes", "imports domain/incident", "never import each other"},
		{"a kind of record imports a base module that is not for it", "changes", "a.go", importing("changes", "~/cmdb"),
			"changes", "imports cmdb", "ask through a small interface"},
		{"a kind of record imports ticket", "changes", "a.go", importing("changes", "~/domain/ticket", "~/domain/approval", "~/policies", "~/internal/db"), "", "", ""},
		{"a module imports the API", "cmdb", "a.go", importing("cmdb", "~/api"),
			"cmdb", "imports api", "base modules"},
		{"plumbing imports plumbing", "policies", "a.go", importing("policies", "~/internal/jobs"),
			"policies", "imports internal/jobs", "nor each other"},
		{"the words import the machines", "domain", "a.go", importing("domain", "~/domain/flow"),
			"domain", "imports domain/flow", "standard library only"},
		{"the words import a library", "domain", "a.go", importing("domain", "github.com/google/uuid"),
			"domain", "imports github.com/google/uuid", "standard library only"},
		{"the words import the standard library", "domain", "a.go", importing("domain", "encoding/json", "context"), "", "", ""},
		{"web imports the server", "web", "a.go", importing("web", "~/domain"),
			"web", "imports domain", "REST API"},
		{"a command imports a module", "cmd/cabinet", "a.go", importing("main", "~/changes"),
			"cmd/cabinet", "imports changes", "one call of internal/app"},
		{"a command imports a part of the words", "cmd/cabinet", "a.go", importing("main", "~/domain/audit"),
			"cmd/cabinet", "imports domain/audit", "one call of internal/app"},
		{"a command imports the wiring", "cmd/cabinet", "a.go", importing("main", "~/internal/app", "~/domain"), "", "", ""},
		{"a program imports the test kit", "internal/app", "a.go", importing("app", "~/internal/testkit"),
			"internal/app", "imports internal/testkit", "for tests only"},
		{"a test imports the test kit", "cmdb", "a_test.go", importing("cmdb", "~/internal/testkit", "~/changes"), "", "", ""},
		{"the wiring imports a command", "internal/app", "a.go", importing("app", "~/cmd/cabinet"),
			"internal/app", "imports cmd/cabinet", "except the commands"},
		{"a package below its module imports it", "reports/workbook", "a.go", importing("workbook", "~/reports"), "", "", ""},
		{"a package without a place", "domain/wishes", "a.go", importing("wishes"),
			"domain/wishes", "is in no level", "Levels"},

		{"echo outside the API", "cmdb", "a.go", importing("cmdb", "github.com/labstack/echo/v4/middleware"),
			"cmdb/a.go", "imports github.com/labstack/echo/v4/middleware", "api alone"},
		{"GORM in a verb", "cmdb", "approve.go", importing("cmdb", "gorm.io/gorm"),
			"cmdb/approve.go", "imports gorm.io/gorm", "store.go"},
		{"GORM in a store", "cmdb", "store.go", importing("cmdb", "gorm.io/gorm/clause"), "", "", ""},
		{"GORM in a part of a store", "cmdb", "store_relations.go", importing("cmdb", "gorm.io/gorm"), "", "", ""},
		{"a driver in a store", "cmdb", "store.go", importing("cmdb", "github.com/libtnb/sqlite"),
			"cmdb/store.go", "imports github.com/libtnb/sqlite", "opens a database"},
		{"Casbin in a module", "cmdb", "a.go", importing("cmdb", "github.com/casbin/casbin/v2"),
			"cmdb/a.go", "imports github.com/casbin/casbin/v2", "one gate"},
		{"Excel in the API", "api", "a.go", importing("api", "github.com/xuri/excelize/v2"),
			"api/a.go", "imports github.com/xuri/excelize/v2", "neutralises formulas"},
		{"River in a module", "changes", "a.go", importing("changes", "github.com/riverqueue/river"),
			"changes/a.go", "imports github.com/riverqueue/river", "typed jobs"},
		{"mail in a module", "changes", "a.go", importing("changes", "net/smtp"),
			"changes/a.go", "imports net/smtp", "only network client"},
		{"chance in a module", "changes", "a.go", importing("changes", "math/rand/v2"),
			"changes/a.go", "imports math/rand/v2", "injected"},
		{"testing in a program", "changes", "a.go", importing("changes", "testing"),
			"changes/a.go", "imports testing", "does not ship its tests"},

		{"the wall clock", "changes", "a.go", "// Package a is fake.\npackage a\nimport \"time\"\nvar now = time.Now",
			"changes/a.go", "uses time.Now", "one instant per unit"},
		{"the wall clock under another name", "changes", "a.go", "// Package a is fake.\npackage a\nimport t \"time\"\nvar x = t.Since(t.Time{})",
			"changes/a.go", "uses time.Since", "one instant per unit"},
		{"the wall clock in the wiring", "internal/app", "a.go", "// Package a is fake.\npackage a\nimport \"time\"\nvar now = time.Now", "", "", ""},
		{"the wall clock in a test", "changes", "a_test.go", "package a\nimport \"time\"\nvar now = time.Now()", "", "", ""},
		{"a sleep in a test", "changes", "a_test.go", "package a\nimport \"time\"\nfunc f() { time.Sleep(1) }",
			"changes/a_test.go", "uses time.Sleep", "wait on a signal"},
		{"the wall clock in the test kit", "internal/testkit", "a.go", "// Package a is fake.\npackage a\nimport \"time\"\nvar now = time.Now()", "", "", ""},
		{"a driver in the test kit", "internal/testkit", "a.go", importing("testkit", "github.com/jackc/pgx/v5/stdlib", "testing"), "", "", ""},
		{"the environment", "internal/db", "a.go", "// Package a is fake.\npackage a\nimport \"os\"\nvar x = os.Getenv(\"X\")",
			"internal/db/a.go", "uses os.Getenv", "configuration is read once"},
		{"a dialer", "api", "a.go", "// Package a is fake.\npackage a\nimport \"net\"\nvar d net.Dialer",
			"api/a.go", "uses net.Dialer", "only network client"},
		{"an HTTP client", "domain/automation", "a.go", "// Package a is fake.\npackage a\nimport \"net/http\"\nvar c = &http.Client{}",
			"domain/automation/a.go", "uses net/http.Client", "only network client"},
		{"an HTTP client in channels", "internal/channels", "a.go", "// Package a is fake.\npackage a\nimport \"net/http\"\nvar c = &http.Client{}", "", "", ""},
		{"an HTTP handler", "api", "a.go", "// Package a is fake.\npackage a\nimport \"net/http\"\nvar h http.Handler", "", "", ""},
		{"a soft delete", "cmdb", "store.go", "// Package a is fake.\npackage a\nimport \"gorm.io/gorm\"\ntype x struct { D gorm.DeletedAt }",
			"cmdb/store.go", "uses gorm.io/gorm.DeletedAt", "soft delete"},

		{"a preload", "cmdb", "store.go", "// Package a is fake.\npackage a\nimport \"gorm.io/gorm\"\nfunc f(db *gorm.DB) { db.Preload(\"x\") }",
			"cmdb/store.go", "calls Preload", "plain SQL"},
		{"a save", "cmdb", "store.go", "// Package a is fake.\npackage a\nimport \"gorm.io/gorm\"\nfunc f(db *gorm.DB) { db.Debug().Save(1) }",
			"cmdb/store.go", "calls Save", "update by version"},
		{"a save of something else", "cmdb", "a.go", "// Package a is fake.\npackage a\nfunc f(s interface{ Save(int) }) { s.Save(1) }", "", "", ""},
		{"a struct as a condition", "cmdb", "store.go", "// Package a is fake.\npackage a\nimport \"gorm.io/gorm\"\ntype r struct{}\nfunc f(db *gorm.DB) { db.Where(&r{}) }",
			"cmdb/store.go", "calls Where with a struct", "zero values"},
		{"a map as a condition", "cmdb", "store.go", "// Package a is fake.\npackage a\nimport \"gorm.io/gorm\"\nfunc f(db *gorm.DB) { db.Where(map[string]any{}) }", "", "", ""},
		{"a hook", "cmdb", "a.go", "// Package a is fake.\npackage a\ntype r struct{}\nfunc (r) BeforeCreate() error { return nil }",
			"cmdb/a.go", "declares BeforeCreate", "unseen"},
		{"an init", "cmdb", "a.go", "// Package a is fake.\npackage a\nfunc init() {}",
			"cmdb/a.go", "declares init", "on import"},
		{"a method named init", "cmdb", "a.go", "// Package a is fake.\npackage a\ntype r struct{}\nfunc (r) init() {}", "", "", ""},

		{"no doc comment", "cmdb", "a.go", "package a\n", "cmdb", "has no doc comment", "what it owns"},
		{"a licence is no doc comment", "cmdb", "a.go", "// Copyright me.\n\npackage a\n", "cmdb", "has no doc comment", "what it owns"},
		{"a long file", "cmdb", "a.go", long, "cmdb/a.go", "is too long", "at most 600"},
		{"a long generated file", "cmdb", "a.go", "// Code generated by a machine. DO NOT EDIT.\n\n" + long, "", "", ""},
		{"a vague file", "cmdb", "helpers.go", importing("cmdb"), "cmdb/helpers.go", "is a file with a vague name", "verb family"},
		{"a vague test", "cmdb", "util_test.go", "package cmdb\n", "cmdb/util_test.go", "is a file with a vague name", "verb family"},
		{"a vague package", "cmdb/common", "a.go", importing("common"), "cmdb/common", "is a package with a vague name", "verb family"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			expect(t, archtest.Check([]archtest.Package{fake(t, c.at, map[string]string{c.file: c.source})}), c.where, c.what, c.why)
		})
	}
}

// expect wants exactly one refusal, or none if where is empty.
func expect(t *testing.T, found []archtest.Refusal, where, what, why string) {
	t.Helper()
	if where == "" {
		if len(found) > 0 {
			t.Errorf("refused, but the rules permit it: %v", found)
		}
		return
	}
	if len(found) != 1 || found[0].Where != where || found[0].What != what || !strings.Contains(found[0].Why, why) {
		t.Errorf("got %v\nwant %s: %s: … %s …", found, where, what, why)
	}
}

func TestReportsMayUseTypesOfModulesButNoVerbs(t *testing.T) {
	t.Parallel()
	changes := fake(t, "changes", map[string]string{
		"a.go": "// Package changes is fake.\npackage changes\ntype Service struct{}\ntype Risk string\nconst High Risk = \"high\"\nfunc New() *Service { return nil }",
	})
	reading := func(expr string) []archtest.Refusal {
		return archtest.Check([]archtest.Package{changes, fake(t, "reports", map[string]string{
			"a.go": "// Package reports is fake.\npackage reports\nimport \"~/changes\"\nvar x = " + expr,
		})})
	}
	expect(t, reading("changes.High"), "", "", "")
	expect(t, reading("changes.Risk(1)"), "", "", "")
	expect(t, reading("changes.New()"), "reports/a.go", "uses changes.New", "never their verbs")
	expect(t, reading("changes.Service{}"), "reports/a.go", "uses changes.Service", "never their verbs")
}

func TestAPackageOfSixteenFilesIsRefused(t *testing.T) {
	t.Parallel()
	files := map[string]string{"a_test.go": "package cmdb\n", "b_test.go": "package cmdb\n"}
	for i := range archtest.PackageFiles {
		files[fmt.Sprintf("f%d.go", i)] = importing("cmdb")
	}
	expect(t, archtest.Check([]archtest.Package{fake(t, "cmdb", files)}), "", "", "")
	files["one_more.go"] = importing("cmdb")
	expect(t, archtest.Check([]archtest.Package{fake(t, "cmdb", files)}), "cmdb", "has too many files", "16 files")
}

func TestAFileOverTheSoftLimitIsNamedButNotRefused(t *testing.T) {
	t.Parallel()
	p := fake(t, "cmdb", map[string]string{"a.go": importing("cmdb") + strings.Repeat("\n", archtest.Lines)})
	expect(t, archtest.Check([]archtest.Package{p}), "", "", "")
	if got := archtest.Long([]archtest.Package{p}); len(got) != 1 || got[0] != "cmdb/a.go has 402 lines" {
		t.Errorf("got %v", got)
	}
}

func TestAFolderThatIsNotOfTheHouseIsRefused(t *testing.T) {
	t.Parallel()
	expect(t, archtest.CheckFolders([]string{"api", ".git", "web", "pkg"}), "pkg", "is a folder at the top", "fixed rooms")
}

func TestAnExceptionPermitsExactlyWhatItNames(t *testing.T) {
	t.Parallel()
	found := []archtest.Refusal{{"cmdb", "imports api", "no"}, {"cmdb", "imports web", "no"}}
	exceptions := []archtest.Exception{{"cmdb", "imports api", "it must"}}
	expect(t, archtest.Excuse(found, exceptions), "cmdb", "imports web", "no")
}

func TestAnExceptionThatIsNotNeededOrHasNoReasonIsRefused(t *testing.T) {
	t.Parallel()
	needed := []archtest.Refusal{{"cmdb", "imports api", "no"}}
	expect(t, archtest.Excuse(nil, []archtest.Exception{{"cmdb", "imports api", "it must"}}),
		"cmdb", "has an exception that is no longer needed", "imports api")
	expect(t, archtest.Excuse(needed, []archtest.Exception{{"cmdb", "imports api", " "}}),
		"cmdb", "has an exception without a reason", "imports api")
}

// A rule that names a level or library wrongly would permit or refuse nothing.
func TestTheRulesNameOnlyWhatExists(t *testing.T) {
	t.Parallel()
	var names, patterns []string
	for _, level := range archtest.Levels {
		names = append(names, level.Name)
		patterns = append(patterns, level.Packages...)
	}
	for i, pattern := range patterns {
		if slices.Contains(patterns[:i], pattern) {
			t.Errorf("%s is in two levels", pattern)
		}
	}
	known := func(where string, list []string) {
		for _, name := range list {
			if !slices.Contains(names, name) && !slices.Contains(patterns, name) {
				t.Errorf("%s names %q, which is neither a level nor a pattern of one", where, name)
			}
		}
	}
	for _, level := range archtest.Levels {
		known("level "+level.Name, level.May)
		if level.Why == "" {
			t.Errorf("level %s has no reason", level.Name)
		}
	}
	for _, lib := range archtest.Libraries {
		known(lib.Paths[0], lib.In)
		if lib.Why == "" {
			t.Errorf("%s has no reason", lib.Paths[0])
		}
	}
	for _, s := range archtest.Symbols {
		known(s.Path+"."+s.Name, s.In)
		if s.Why == "" {
			t.Errorf("%s.%s has no reason", s.Path, s.Name)
		}
	}
}
