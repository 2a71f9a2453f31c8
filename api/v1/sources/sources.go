// Package sources is the part of the REST API about what other tools know of configuration items: sources, their runs
// from proposal to undoing, what they push, and what is left for people: duplicates, staleness, quality, and the model.
package sources

import (
	"context"
	"io"
	"time"

	"github.com/cabinetdesk/cabinet/api/rest"
	"github.com/cabinetdesk/cabinet/api/route"
	"github.com/cabinetdesk/cabinet/api/who"
	"github.com/cabinetdesk/cabinet/cmdb"
	"github.com/cabinetdesk/cabinet/cmdb/model"
	"github.com/cabinetdesk/cabinet/cmdb/reconcile"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/people"
	"github.com/cabinetdesk/cabinet/internal/channels/cifile"
)

// Files keeps uploads.
type Files interface {
	Put(ctx context.Context, r io.Reader, limit int64) (key string, size int64, sha256 string, err error)
}

// Deps is what these routes are composed from.
type Deps struct {
	*who.Directory
	CMDB    *cmdb.Service
	Sources *reconcile.Service
	People  *people.Service
	Files   Files
}

type area struct{ Deps }

// Routes offers them.
func Routes(b *route.Book, d Deps) {
	a := &area{d}
	route.Add(b, "list-ci-sources", a.list)
	route.Add(b, "set-ci-source", a.set)
	route.Add(b, "list-ci-mappings", a.mappings)
	route.Add(b, "list-ci-runs", a.runs)
	route.Add(b, "upload-cis", a.upload)
	route.Add(b, "push-cis", a.push)
	route.Add(b, "get-ci-run", a.run)
	route.Add(b, "ci-run-items", a.items)
	route.Add(b, "ci-run-relations", a.ties)
	route.Add(b, "ci-run-blockers", a.blockers)
	route.Add(b, "apply-ci-run", a.apply)
	route.Add(b, "undo-ci-run", a.undo)
	route.Add(b, "discard-ci-run", a.discard)
	route.Add(b, "repeat-ci-run", a.again)
	route.Add(b, "stale-cis", a.stale)
	route.Add(b, "list-ci-duplicates", a.duplicates)
	route.Add(b, "list-cis-told-apart", a.apart)
	route.Add(b, "tell-cis-apart", a.tellApart)
	route.Add(b, "take-back-cis-apart", a.takeBack)
	route.Add(b, "list-ci-conflicts", a.conflicts)
	route.Add(b, "settle-ci-row", a.settle)
	route.Add(b, "merge-ci", a.merge)
	route.Add(b, "unmerge-ci", a.unmerge)
	route.Add(b, "withdraw-ci", a.withdraw)
	route.Add(b, "reinstate-ci", a.reinstate)
	route.Add(b, "cmdb-quality", a.quality)
	route.Add(b, "rehearse-cmdb-model", a.rehearse)
	route.Add(b, "set-cmdb-model", a.setModel)
	route.Add(b, "cmdb-model-versions", a.versions)
	route.Add(b, "cmdb-model-version", a.version)
	route.Add(b, "cmdb-class-counts", a.classCounts)
}

// CISource is a tool that configuration items come from.
type CISource struct {
	Key         string         `json:"key"`
	Name        string         `json:"name"`
	Kind        string         `json:"kind" enum:"file,push"`
	Rank        int            `json:"rank" doc:"1 the most trusted to 100"`
	Precedence  []CISourceRule `json:"precedence" doc:"Ranks for some classes and attributes; the most particular one counts"`
	StaleDays   int            `json:"stale_days" doc:"After so many days an item that it no longer shows is stale"`
	Missing     string         `json:"missing" enum:"keep,retire" doc:"What becomes of items that it no longer shows"`
	RetireShare int            `json:"retire_share" doc:"How many per cent of its items may be missing before somebody is asked"`
	Account     *who.Person    `json:"account" doc:"Who may push"`
	Version     int64          `json:"version"`
}

// CISourceRule is the rank of a source for some classes and attributes.
type CISourceRule struct {
	Class     string `json:"class,omitempty" maxLength:"40" doc:"With those below it; empty: any"`
	Attribute string `json:"attribute,omitempty" maxLength:"40" doc:"Empty: any"`
	Rank      int    `json:"rank" minimum:"0" maximum:"100" doc:"0 also overwrites what was written by hand"`
}

func source(s reconcile.Source, c who.Cast) CISource {
	out := CISource{Key: s.Key, Name: s.Name, Kind: s.Kind, Rank: s.Rank, Precedence: []CISourceRule{}, StaleDays: s.StaleDays, Missing: s.Missing, RetireShare: s.RetireShare,
		Account: c.Person(s.AccountID), Version: s.Version}
	for _, r := range s.Precedence {
		out.Precedence = append(out.Precedence, CISourceRule(r))
	}
	return out
}

func (a *area) list(ctx context.Context, _ *rest.Empty) (*rest.Body[rest.Items[CISource]], error) {
	list, err := a.Sources.Sources(ctx)
	if err != nil {
		return nil, err
	}
	var users []domain.UserID
	for _, s := range list {
		users = append(users, s.AccountID)
	}
	c, err := a.Cast(ctx, users)
	if err != nil {
		return nil, err
	}
	out := []CISource{}
	for _, s := range list {
		out = append(out, source(s, c))
	}
	return rest.List(out), nil
}

type setSourceInput struct {
	Key     string `path:"key" maxLength:"40"`
	IfMatch string `header:"If-Match" maxLength:"60" doc:"The version that was read; a new source has none"`
	Body    struct {
		Name        string         `json:"name" minLength:"1" maxLength:"200"`
		Kind        string         `json:"kind,omitempty" enum:"file,push"`
		Rank        int            `json:"rank,omitempty" minimum:"0" maximum:"100" doc:"50 when it is not given"`
		Precedence  []CISourceRule `json:"precedence,omitempty" maxItems:"200"`
		StaleDays   int            `json:"stale_days,omitempty" minimum:"0" maximum:"3650" doc:"30 when it is not given"`
		Missing     string         `json:"missing,omitempty" enum:"keep,retire"`
		RetireShare int            `json:"retire_share,omitempty" minimum:"0" maximum:"100"`
		Account     string         `json:"account,omitempty" maxLength:"128" doc:"A service account's id, for a source that pushes"`
	}
}

func (a *area) set(ctx context.Context, in *setSourceInput) (*rest.Versioned[CISource], error) {
	version, err := rest.ParseETag(in.IfMatch)
	if err != nil {
		return nil, err
	}
	b := in.Body
	s := reconcile.Source{Key: in.Key, Name: b.Name, Kind: b.Kind, Rank: b.Rank, StaleDays: b.StaleDays, Missing: b.Missing, RetireShare: b.RetireShare, Version: version}
	for _, r := range b.Precedence {
		s.Precedence = append(s.Precedence, reconcile.Rule(r))
	}
	if err := a.Sources.MaySet(ctx); err != nil {
		return nil, err
	}
	if b.Account != "" {
		if s.AccountID, err = a.User(ctx, "body.account", b.Account); err != nil {
			return nil, err
		}
	}
	s, err = a.Sources.SetSource(ctx, s)
	if err != nil {
		return nil, err
	}
	c, err := a.Cast(ctx, []domain.UserID{s.AccountID})
	return &rest.Versioned[CISource]{ETag: rest.ETag(s.Version), Body: source(s, c)}, err
}

// CIMapping is a mapping that comes with the desk.
type CIMapping struct {
	Name string `json:"name"`
}

func (a *area) mappings(ctx context.Context, _ *rest.Empty) (*rest.Body[rest.Items[CIMapping]], error) {
	if _, err := a.Sources.Sources(ctx); err != nil { // whoever sees sources
		return nil, err
	}
	out := []CIMapping{}
	for _, n := range cifile.Builtin() {
		out = append(out, CIMapping{n})
	}
	return rest.List(out), nil
}

// StaleCI is an item that a source has not shown for longer than it should.
type StaleCI struct {
	Number   string    `json:"number"`
	Name     string    `json:"name"`
	Class    string    `json:"class"`
	Key      string    `json:"key" doc:"How the source calls it"`
	LastSeen time.Time `json:"last_seen"`
}

type staleInput struct {
	Key   string `path:"key" maxLength:"40"`
	After string `query:"after" maxLength:"100"`
	Limit int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

func (a *area) stale(ctx context.Context, in *staleInput) (*rest.Body[rest.Page[StaleCI]], error) {
	list, next, err := a.Sources.Stale(ctx, in.Key, in.After, in.Limit)
	if err != nil {
		return nil, err
	}
	out := rest.Page[StaleCI]{Items: []StaleCI{}, Next: rest.Opt(next)}
	for _, i := range list {
		out.Items = append(out.Items, StaleCI{Number: i.Number, Name: i.Name, Class: i.Class, Key: i.Key, LastSeen: i.LastSeen})
	}
	return &rest.Body[rest.Page[StaleCI]]{Body: out}, nil
}

// names is what internal keys in values are shown as.
type names struct {
	model model.Model
	who   who.Cast
	sites map[domain.SiteID]people.Site
}
