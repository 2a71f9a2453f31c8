package archtest

// Level is one layer of the house: packages, and what they may import.
// Patterns are relative to the module: "domain" is one package, "api/..." is
// the package and everything below it. Packages of one pattern may import each
// other; packages of one level otherwise may not, unless the level names itself.
type Level struct {
	Name     string
	Packages []string
	May      []string // names of levels, or patterns
	StdOnly  bool     // no libraries from outside, too
	TestOnly bool     // imported by tests and by other TestOnly packages only
	Why      string   // said with every refusal of an import by this level
}

// Levels is the direction of all arrows. The first level with a matching
// pattern counts. A package that no level names is refused.
var Levels = []Level{
	{
		Name: "L0", Packages: []string{"domain", "domain/flow"}, StdOnly: true,
		Why: "the words of the desk and the state machines depend on the standard library only, so that everything may depend on them",
	},
	{
		Name: "web", Packages: []string{"web"}, StdOnly: true,
		Why: "the user interface is files; it reaches the server through the REST API only",
	},
	{
		Name: "L1", Packages: []string{"internal/db/...", "migrations"}, May: []string{"L0"},
		Why: "the database layer knows no business: it may import only domain and domain/flow",
	},
	{
		Name: "L2", Packages: []string{"internal/jobs/...", "internal/channels/...", "domain/audit/...", "policies/..."},
		May: []string{"L0", "L1"},
		Why: "plumbing, audit and policies serve every module, so they may know none of them, nor each other",
	},
	{
		Name: "L3",
		Packages: []string{
			"domain/people/...", "domain/sla/...", "domain/approval/...", "domain/catalog/...",
			"domain/knowledge/...", "domain/ticket/...", "domain/canned/...", "domain/webhook/...", "cmdb/...",
		},
		May: []string{"L0", "L1", "L2"},
		Why: "base modules never import each other: ask through a small interface of your own, or tell by a fact",
	},
	{
		Name: "L4",
		Packages: []string{
			"domain/incident/...", "domain/request/...", "domain/problem/...", "domain/automation/...", "changes/...",
		},
		May: []string{"L0", "L1", "L2", "domain/ticket/...", "domain/approval/..."},
		Why: "the kinds of record build on ticket and approval and never import each other: ask through a small interface of your own, or tell by a fact",
	},
	{
		Name: "L5", Packages: []string{"reports/..."}, May: []string{"L0", "L1", "L2", "L3", "L4"},
		Why: "reports read across; they are imported by api and internal/app, and never the other way round",
	},
	{
		Name: "L6", Packages: []string{"api/..."}, May: []string{"L0", "L1", "L2", "L3", "L4", "L5", "web"},
		Why: "the API is above all modules and below the wiring",
	},
	{
		Name: "L7", Packages: []string{"internal/app/..."}, May: []string{"L0", "L1", "L2", "L3", "L4", "L5", "L6", "web"},
		Why: "the wiring may import everything except the commands and what is for tests",
	},
	{
		Name: "cmd", Packages: []string{"cmd/..."}, May: []string{"internal/app/...", "domain"},
		Why: "a command turns flags into one call of internal/app; what it needs beyond that belongs there",
	},
	{
		Name: "T", Packages: []string{"internal/testkit/...", "domain/flow/flowtest", "internal/archtest"}, TestOnly: true,
		May: []string{"L0", "L1", "L2", "L3", "L4", "L5", "L6", "L7", "web", "T"},
		Why: "what is for tests may import everything but the commands",
	},
}

// whyTestOnly is said when a program imports what is for tests.
const whyTestOnly = "it is for tests only: imported by a program, fakes and fixtures would ship"

// Library says where libraries may be used. Tests are free: files of tests and
// packages which are TestOnly.
type Library struct {
	Paths []string // import paths; each covers what is below it, too
	In    []string // patterns of packages
	Files []string // patterns of file names, in any package
	Why   string
}

var storeFiles = []string{"store.go", "store_*.go"}

// Libraries is the table of library borders.
var Libraries = []Library{
	{
		Paths: []string{"github.com/labstack/echo", "github.com/danielgtaylor/huma"}, In: []string{"api/..."},
		Why: "HTTP is the business of api alone",
	},
	{
		Paths: []string{"gorm.io/gorm"}, In: []string{"internal/db/..."}, Files: storeFiles,
		Why: "GORM stays in internal/db and in files named store.go, where every statement can be reviewed",
	},
	{
		Paths: []string{"gorm.io/driver", "github.com/libtnb/sqlite", "modernc.org/sqlite"}, In: []string{"internal/db/..."},
		Why: "only internal/db opens a database",
	},
	{
		Paths: []string{"github.com/jackc/pgx"}, In: []string{"internal/db/...", "internal/jobs/..."},
		Why: "the PostgreSQL pool belongs to internal/db; River needs its type",
	},
	{
		Paths: []string{"github.com/pressly/goose"}, In: []string{"migrations"},
		Why: "the schema changes by migrations only",
	},
	{
		Paths: []string{"github.com/casbin"}, In: []string{"policies/..."},
		Why: "there is one gate, and it is policies",
	},
	{
		Paths: []string{"github.com/xuri/excelize"}, In: []string{"reports/..."},
		Why: "workbooks are written and read by reports, which neutralises formulas in one place",
	},
	{
		Paths: []string{"github.com/riverqueue"}, In: []string{"internal/jobs/..."},
		Why: "modules know typed jobs, not the queue behind them",
	},
	{
		Paths: []string{"net/smtp", "github.com/wneessen/go-mail", "github.com/emersion/go-imap", "github.com/go-ldap/ldap"},
		In:    []string{"internal/channels/..."},
		Why:   whyNetwork,
	},
	{
		Paths: []string{"math/rand"}, In: ambient,
		Why: "chance is injected, like time; secrets come from crypto/rand",
	},
	{
		Paths: []string{"testing", "pgregory.net/rapid"},
		Why:   "a program does not ship its tests",
	},
}

// ambient packages may read the clock, the environment and chance.
var ambient = []string{"internal/app/...", "cmd/..."}

const (
	whyClock   = "time comes from the clock of the unit of work, so that it is one instant per unit and tests can set it"
	whyEnv     = "configuration is read once, in internal/app, and passed on"
	whyNetwork = "internal/channels is the only network client: its one dialer refuses private and unexpected addresses"
)

// Symbol says where a name of a package may be used. A name that ends in *
// covers every name that starts so. Tests are free unless AlsoTests is set.
type Symbol struct {
	Path, Name string
	In         []string // patterns of packages
	AlsoTests  bool
	Why        string
}

var network = []string{"internal/channels/..."}

// Symbols is the table of borders for single names.
var Symbols = []Symbol{
	{Path: "time", Name: "Now", In: ambient, Why: whyClock},
	{Path: "time", Name: "Since", In: ambient, Why: whyClock},
	{Path: "time", Name: "Until", In: ambient, Why: whyClock},
	{Path: "time", Name: "Sleep", AlsoTests: true, Why: "wait on a signal, a timer with a context, or the test clock: a sleep is slow and still wrong sometimes"},
	{Path: "os", Name: "Getenv", In: ambient, Why: whyEnv},
	{Path: "os", Name: "LookupEnv", In: ambient, Why: whyEnv},
	{Path: "os", Name: "Environ", In: ambient, Why: whyEnv},
	{Path: "net", Name: "Dial*", In: network, Why: whyNetwork},
	{Path: "crypto/tls", Name: "Dial*", In: network, Why: whyNetwork},
	{Path: "net/http", Name: "Client", In: network, Why: whyNetwork},
	{Path: "net/http", Name: "DefaultClient", In: network, Why: whyNetwork},
	{Path: "net/http", Name: "DefaultTransport", In: network, Why: whyNetwork},
	{Path: "net/http", Name: "Transport", In: network, Why: whyNetwork},
	{Path: "net/http", Name: "Get", In: network, Why: whyNetwork},
	{Path: "net/http", Name: "Head", In: network, Why: whyNetwork},
	{Path: "net/http", Name: "Post*", In: network, Why: whyNetwork},
	{Path: "gorm.io/gorm", Name: "Model", AlsoTests: true, Why: "it brings soft delete and local time; write the columns out"},
	{Path: "gorm.io/gorm", Name: "DeletedAt", AlsoTests: true, Why: "soft delete hides rows from the audit; a record is cancelled, not deleted"},
}

// GormCalls are methods that files importing GORM must not call.
var GormCalls = map[string]string{
	"AutoMigrate": "the schema changes by migrations only",
	"Migrator":    "the schema changes by migrations only",
	"Preload":     "hard reads are plain SQL with named parameters; preloading hides queries",
	"Association": "children have their own inserts; associations write behind the verb's back",
	"Save":        "it writes every column and inserts what is missing; update by version with explicit columns",
}

const whyStructCondition = "a struct as a condition drops its zero values, so that the query finds too much: use named parameters"

// GormConditions are methods whose argument must not be a struct.
var GormConditions = []string{"Where", "Or", "Not", "Having"}

// GormHooks are method names that GORM calls by itself.
var GormHooks = []string{
	"BeforeCreate", "AfterCreate", "BeforeSave", "AfterSave", "BeforeUpdate", "AfterUpdate",
	"BeforeDelete", "AfterDelete", "AfterFind",
}

const (
	whyHook    = "GORM calls it by its name, unseen in the verb: do the work in the verb"
	whyInit    = "nothing happens on import: the wiring in internal/app is the only start"
	whyDoc     = "each package says in its doc comment what it owns"
	whyVague   = "the name says nothing: split by verb family"
	whyFolder  = "the house has fixed rooms; a new one is a decision"
	whyReports = "reports use types and constants of the modules, never their verbs: reading must not run business logic"
)

// Sizes of files in lines and of packages in files without tests. Above Lines a
// file is named in the test's log, above LinesHard it is refused.
const (
	Lines        = 400
	LinesHard    = 600
	PackageFiles = 15
)

// VagueNames must not name a package or a file.
var VagueNames = []string{"util", "utils", "helper", "helpers", "common", "types", "models", "misc"}

// Folders are the permitted folders at the top, without those that start with
// a dot. bin and data are made by commands and ignored by git.
var Folders = []string{
	"api", "bin", "changes", "cmd", "cmdb", "data", "docs", "domain", "internal",
	"migrations", "policies", "reports", "scripts", "web",
}

// Exception permits one thing that a rule refuses.
type Exception struct {
	Where string // as in Refusal.Where: the path of a package or file
	What  string // as in Refusal.What
	Why   string
}

// Exceptions is the list of all exceptions. Keep it short.
var Exceptions = []Exception{
	{
		"cmdb", "has too many files",
		"an item, its two times, its ties and its presence share how a revision is made; what builds on them is in packages below",
	},
	{
		"migrations", "imports internal/db",
		"the runner migrates the database that internal/db has opened, and asks it which of the two it is",
	},
}
