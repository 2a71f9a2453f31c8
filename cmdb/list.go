package cmdb

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/cabinetdesk/cabinet/cmdb/model"
	"github.com/cabinetdesk/cabinet/domain"
)

// Filter is the grammar of lists of items: the API's query, saved views, exports. People, teams and sites are named by what
// the outside knows (reference, key); "me" and "none" are words.
type Filter struct {
	Classes      []string // with the classes below them
	Statuses     []string
	Environments []string
	Criticality  []string
	Team         string
	Owner        string
	UsedBy       string
	Site         string
	Tag          string
	Group        string
	Attributes   map[string]string // of a class, by key: exactly this value
	// StaleDays keeps items that nobody and nothing has confirmed for so many days; 0 does not ask.
	StaleDays int
	Q         string
	Moment    Moment
	Sort      string
	After     string
	Limit     int
	Count     bool
}

// MaxPage is the most rows that one page holds.
const MaxPage = 200

// CountCap is where counting stops.
const CountCap = 10_000

type sortKey struct {
	columns []string
	of      func(c CI) []any // where an item stands in them
}

// sorts are the orders of a list. The columns are followed by the key, so that every row has its place.
var sorts = map[string]sortKey{
	"name":        {[]string{byName}, func(c CI) []any { return []any{c.Facts.Name} }},
	"number":      {nil, func(CI) []any { return nil }},
	"updated_at":  {[]string{"c.updated_at"}, func(c CI) []any { return []any{c.UpdatedAt} }},
	"criticality": {[]string{"case c.criticality when 0 then 9 else c.criticality end", byName}, func(c CI) []any { return []any{criticality(c), c.Facts.Name} }},
	"verified_at": {[]string{"coalesce(c.verified_at, never)"}, func(c CI) []any { return []any{verified(c)} }},
}

// byName puts names in order whatever the case they are written in.
const byName = "c.sort_name"

func criticality(c CI) int {
	if c.Facts.Criticality == 0 {
		return 9
	}
	return c.Facts.Criticality
}

func verified(c CI) time.Time {
	if c.Facts.VerifiedAt == nil {
		return time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	return *c.Facts.VerifiedAt
}

// ParseQuery reads a filter from a query string. Unknown names and malformed values are refused with ErrFilter, naming the parameter.
func ParseQuery(query string) (Filter, error) {
	v, err := url.ParseQuery(query)
	if err != nil {
		return Filter{}, ErrFilter.Because("The filter is not a query string.")
	}
	f := Filter{Limit: 50, Sort: "name"}
	for name, values := range v {
		for _, s := range values {
			if s == "" {
				continue
			}
			if len(s) > 1000 {
				return f, ErrFilter.With("query."+short(name), "the value is too long")
			}
			if err := f.set(name, s); err != nil {
				return f, err
			}
		}
	}
	return f, nil
}

func (f *Filter) set(name, s string) (err error) {
	bad := func(why string) error { return ErrFilter.With("query."+short(name), why) }
	if key, ok := strings.CutPrefix(name, "attr."); ok {
		if f.Attributes == nil {
			f.Attributes = map[string]string{}
		}
		if f.Attributes[key] = s; len(f.Attributes) > 5 {
			return bad("at most five attributes")
		}
		return nil
	}
	switch name {
	case "class":
		f.Classes = append(f.Classes, strings.Split(s, ",")...)
	case "status":
		f.Statuses = append(f.Statuses, strings.Split(s, ",")...)
		if slices.ContainsFunc(f.Statuses, func(st string) bool { return Flow.Knows(st) != nil }) {
			return bad("a status is one of " + strings.Join(Flow.StateNames(), ", "))
		}
	case "environment":
		f.Environments = append(f.Environments, strings.Split(s, ",")...)
	case "criticality":
		f.Criticality = append(f.Criticality, strings.Split(s, ",")...)
		if slices.ContainsFunc(f.Criticality, func(c string) bool { return len(c) != 1 || c < "0" || c > "4" }) {
			return bad("criticality is 1 to 4, or 0 for not rated")
		}
	case "team":
		f.Team = s
	case "owner":
		f.Owner = s
	case "used_by":
		f.UsedBy = s
	case "site":
		f.Site = s
	case "tag":
		f.Tag = s
	case "group":
		f.Group = s
	case "stale":
		if f.StaleDays, err = strconv.Atoi(s); err != nil || f.StaleDays < 1 || f.StaleDays > 10_000 {
			return bad("so many days, 1 to 10000")
		}
	case "q":
		f.Q = s
	case "at":
		return instant(&f.Moment.At, name, s)
	case "known":
		return instant(&f.Moment.Known, name, s)
	case "sort":
		f.Sort = s
		if _, ok := sorts[strings.TrimPrefix(s, "-")]; !ok {
			return bad("sort by name, number, updated_at, criticality or verified_at, with - in front for the other direction")
		}
	case "after":
		f.After = s
	case "limit":
		if f.Limit, err = strconv.Atoi(s); err != nil || f.Limit < 1 || f.Limit > MaxPage {
			return bad("limit is 1 to 200")
		}
	case "count":
		f.Count = s == "true" || s == "1"
	default:
		return bad("there is no such filter")
	}
	return nil
}

func instant(dst *time.Time, name, s string) (err error) {
	*dst, err = ParseInstant(s)
	if err != nil {
		return ErrMoment.With("query."+name, "a time looks like 2026-03-02 or 2026-03-02T09:00:00Z")
	}
	return nil
}

// ParseInstant reads a time or a day (its beginning, UTC).
func ParseInstant(s string) (time.Time, error) {
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02"} {
		if t, err := time.Parse(layout, s); err == nil && t.Year() >= 1970 && t.Year() < 9999 {
			return domain.Instant(t), nil
		}
	}
	return time.Time{}, ErrMoment
}

// Names turns what the outside calls people, teams and sites into keys; the caller of a list supplies it.
type Names interface {
	UserByRef(ctx context.Context, ref string) (domain.UserID, error)
	TeamByKey(ctx context.Context, key string) (domain.TeamID, error)
	SiteByKey(ctx context.Context, key string) (domain.SiteID, error)
}

// Page is one page of a list and the marker of the next, empty at the end. Total is there when it was asked for, up to CountCap.
type Page struct {
	Items []CI
	Next  string
	Total *int64
}

// resolved is a filter whose names have been looked up.
type resolved struct {
	Filter
	classes       []string // with those below; nil: all
	team          domain.TeamID
	owner, usedBy domain.UserID
	site          domain.SiteID
	attributes    map[string]string // canonical
	frequent      bool              // many items have the words of Q
	wordless      bool              // what has the words of Q is found in another way
	few           string            // the keys of what has the words of Q, where few have
	match         string            // the words of Q, where many have them
}

func (s *Service) resolve(ctx context.Context, f Filter, names Names) (r resolved, err error) {
	m, _, err := s.Model(ctx)
	if err != nil {
		return r, err
	}
	r.Filter = f
	for _, key := range f.Classes {
		below := m.Below(key)
		if len(below) == 0 {
			return r, ErrFilter.With("query.class", "there is no such class")
		}
		r.classes = append(r.classes, below...)
	}
	me := domain.ActorFrom(ctx).User
	for _, p := range []struct {
		dst        *domain.UserID
		ref, where string
	}{{&r.owner, f.Owner, "owner"}, {&r.usedBy, f.UsedBy, "used_by"}} {
		switch p.ref {
		case "", "none":
		case "me":
			*p.dst = me
		default:
			if *p.dst, err = names.UserByRef(ctx, p.ref); err != nil {
				return r, ErrFilter.With("query."+p.where, "there is no such person")
			}
		}
	}
	if f.Team != "" && f.Team != "none" {
		if r.team, err = names.TeamByKey(ctx, f.Team); err != nil {
			return r, ErrFilter.With("query.team", "there is no such team")
		}
	}
	if f.Site != "" && f.Site != "none" {
		if r.site, err = names.SiteByKey(ctx, f.Site); err != nil {
			return r, ErrFilter.With("query.site", "there is no such site")
		}
	}
	r.attributes = map[string]string{}
	for key, text := range f.Attributes {
		a, ok := m.AnyField(key)
		if !ok || model.IsCore(key) {
			return r, ErrFilter.With("query.attr."+short(key), "no class has such an attribute")
		}
		if r.attributes[key], err = a.Canon(text); err != nil {
			return r, ErrFilter.With("query.attr."+key, err.Error())
		}
	}
	if !f.Moment.Now() {
		r.Moment = f.Moment.with(s.db.Now(ctx))
	}
	return r, nil
}

// List gives one page of the items that the actor may see under a filter, as they are or were.
func (s *Service) List(ctx context.Context, f Filter, names Names) (p Page, err error) {
	r, err := s.resolve(ctx, f, names)
	if err != nil {
		return p, err
	}
	scope := s.gate.Scope(ctx, "ci.read")
	if scope.None() {
		return p, domain.ErrForbidden
	}
	if p.Items, err = s.store.list(ctx, r, scope); err != nil {
		return p, err
	}
	if len(p.Items) > f.Limit {
		p.Items = p.Items[:f.Limit]
		last := p.Items[f.Limit-1]
		p.Next = cursorOf(f.Sort, last)
	}
	if f.Count {
		n, err := s.store.count(ctx, r, scope)
		if err != nil {
			return p, err
		}
		p.Total = &n
	}
	return p, nil
}

// Each yields every item under a filter that the actor may read and export, in the order of the list, a page at a time. Call it in a snapshot
// (db.DB.Snapshot), so that all pages are as of one instant.
func (s *Service) Each(ctx context.Context, f Filter, names Names, yield func([]CI) error) error {
	r, err := s.resolve(ctx, f, names)
	if err != nil {
		return err
	}
	r.After, r.Limit = "", 1000
	read, export := s.gate.Scope(ctx, "ci.read"), s.gate.Scope(ctx, "ci.export")
	for {
		page, err := s.store.list(ctx, r, read, export)
		if err != nil {
			return err
		}
		more := len(page) > r.Limit
		page = page[:min(len(page), r.Limit)]
		if len(page) > 0 {
			if err := yield(page); err != nil {
				return err
			}
		}
		if !more {
			return nil
		}
		r.After = cursorOf(r.Sort, page[len(page)-1])
	}
}

// Totals counts, without a cap, what is under a filter: what the actor may read, and what of it they may export.
func (s *Service) Totals(ctx context.Context, f Filter, names Names) (readable, exportable int64, err error) {
	r, err := s.resolve(ctx, f, names)
	if err != nil {
		return 0, 0, err
	}
	read, export := s.gate.Scope(ctx, "ci.read"), s.gate.Scope(ctx, "ci.export")
	if readable, err = s.store.total(ctx, r, read); err != nil {
		return 0, 0, err
	}
	exportable, err = s.store.total(ctx, r, read, export)
	return readable, exportable, err
}

// cursor is where a page ended; it is bound to the order that made it, and opaque outside.
type cursor struct {
	Sort   string   `json:"s"`
	Values []string `json:"v,omitempty"`
	ID     int64    `json:"i"`
}

func cursorOf(sort string, c CI) string {
	k := cursor{Sort: sort, ID: int64(c.ID)}
	for _, value := range sorts[strings.TrimPrefix(sort, "-")].of(c) {
		switch v := value.(type) {
		case time.Time:
			k.Values = append(k.Values, v.Format(time.RFC3339Nano))
		case int:
			k.Values = append(k.Values, strconv.Itoa(v))
		case string:
			k.Values = append(k.Values, v)
		}
	}
	b, _ := json.Marshal(k) //nolint:errcheck // strings and a number always marshal
	return base64.RawURLEncoding.EncodeToString(b)
}

// parseCursor gives the values of the columns of an order, and the key.
func parseCursor(text, sort string) (values []any, id int64, err error) {
	var k cursor
	b, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || len(b) > 2000 || json.Unmarshal(b, &k) != nil || k.Sort != sort {
		return nil, 0, domain.ErrCursor
	}
	model := sorts[strings.TrimPrefix(sort, "-")].of(CI{})
	if len(k.Values) != len(model) {
		return nil, 0, domain.ErrCursor
	}
	for i, text := range k.Values {
		var value any = text
		switch model[i].(type) {
		case time.Time:
			value, err = time.Parse(time.RFC3339Nano, text)
		case int:
			value, err = strconv.Atoi(text)
		}
		if err != nil || strings.ContainsRune(text, 0) {
			return nil, 0, domain.ErrCursor
		}
		values = append(values, value)
	}
	return values, k.ID, nil
}
