package cmdb

import (
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/cabinetdesk/cabinet/cmdb/model"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/policies"
)

// CI is a configuration item as it is now.
type CI struct {
	ID        domain.CIID `gorm:"primaryKey"`
	Number    string
	Facts     Facts `gorm:"embedded"`
	Version   int64
	CreatedAt time.Time `gorm:"autoCreateTime:false"`
	UpdatedAt time.Time `gorm:"autoUpdateTime:false"`
}

// TableName names the table.
func (CI) TableName() string { return "cis" }

// Presence tells whether an item is one of the CMDB's.
type Presence string

// The presences. A merged item lives on in another one; a withdrawn one should never have been recorded.
const (
	Present   Presence = "present"
	Merged    Presence = "merged"
	Withdrawn Presence = "withdrawn"
)

// Facts are what is said of an item: all of it may differ from one time to another. Values hold everything but class,
// status, presence and verification; the fields between are copies of some of them, to list by.
type Facts struct {
	Class         string
	Status        string
	Presence      Presence
	MergedInto    domain.CIID
	Name          string
	Environment   string
	Criticality   int // 1 the most critical … 4, 0 not rated
	TeamID        domain.TeamID
	OwnerID       domain.UserID
	UsedBy        domain.UserID
	SiteID        domain.SiteID
	Serial        string
	AssetTag      string
	Tags          string // sorted, one blank between
	WarrantyUntil string // 2026-03-02
	SupportUntil  string
	Values        Values `gorm:"column:body"`
	VerifiedAt    *time.Time
	VerifiedBy    domain.UserID
}

// Values are what is known of an item, by the key of the attribute.
type Values map[string]Value

// Value is one canonical text (package model) with where it is from.
type Value struct {
	Text string `json:"v"`
	// Source is the key of the source that said so; empty is a person, by hand.
	Source     string        `json:"s,omitempty"`
	ObservedAt time.Time     `json:"o"`
	By         domain.UserID `json:"b,omitempty"`
}

// Value implements driver.Valuer: one JSON object with sorted keys.
func (v Values) Value() (driver.Value, error) {
	if v == nil {
		v = Values{}
	}
	b, err := json.Marshal(v)
	return string(b), err
}

// Sources lists from which sources the values are, sorted; what was written by hand is not of one.
func (v Values) Sources() []string {
	out := []string{}
	for _, x := range v {
		if x.Source != "" {
			out = append(out, x.Source)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Scan implements sql.Scanner.
func (v *Values) Scan(src any) error {
	*v = Values{}
	switch s := src.(type) {
	case string:
		return json.Unmarshal([]byte(s), v)
	case []byte:
		return json.Unmarshal(s, v)
	}
	return fmt.Errorf("values cannot be read from %T", src)
}

// Text is the value of an attribute, empty for none.
func (f Facts) Text(key string) string { return f.Values[key].Text }

// TagList lists the scope tags.
func (f Facts) TagList() []string { return strings.Fields(f.Tags) }

// put sets or, with an empty text, takes away a value, and keeps the copies true.
func (f *Facts) put(key string, v Value) {
	if v.Text == "" {
		delete(f.Values, key)
	} else {
		f.Values[key] = v
	}
	id := func() int64 { n, _ := strconv.ParseInt(v.Text, 10, 64); return n } //nolint:errcheck // canonical, or empty for none
	switch key {
	case "name":
		f.Name = v.Text
	case "environment":
		f.Environment = v.Text
	case "criticality":
		f.Criticality = int(id())
	case "team":
		f.TeamID = domain.TeamID(id())
	case "owner":
		f.OwnerID = domain.UserID(id())
	case "used_by":
		f.UsedBy = domain.UserID(id())
	case "site":
		f.SiteID = domain.SiteID(id())
	case "serial":
		f.Serial = v.Text
	case "asset_tag":
		f.AssetTag = v.Text
	case "tags":
		f.Tags = v.Text
	case "warranty_until":
		f.WarrantyUntil = v.Text
	case "support_until":
		f.SupportUntil = v.Text
	}
}

// clone copies facts, so that a change of one does not reach the other.
func (f Facts) clone() Facts {
	values := make(Values, len(f.Values))
	for k, v := range f.Values {
		values[k] = v
	}
	f.Values = values
	return f
}

// Fields are the facts in canonical text by name, without where they are from: what an event says has changed.
func (f Facts) Fields() map[string]string {
	out := map[string]string{"class": f.Class, "status": f.Status}
	for k, v := range f.Values {
		out[k] = v.Text
	}
	if f.Presence != Present {
		out["presence"] = string(f.Presence)
	}
	if f.MergedInto != 0 {
		out["merged_into"] = strconv.FormatInt(int64(f.MergedInto), 10)
	}
	if f.VerifiedAt != nil {
		out["verified_at"], out["verified_by"] = Instant(*f.VerifiedAt), strconv.FormatInt(int64(f.VerifiedBy), 10)
	}
	return out
}

// state is Fields with where each value is from: what the log keeps a hash of.
func (f Facts) state() map[string]string {
	out := f.Fields()
	b, _ := json.Marshal(f.Values) //nolint:errcheck // texts, times and numbers always marshal
	out["provenance"] = string(b)
	return out
}

// Instant is the canonical text of a time in the log.
func Instant(t time.Time) string {
	return domain.Instant(t).Format("2006-01-02T15:04:05.000000Z")
}

// Object is what a permission is asked about: an item is the own of who owns it and of who uses it.
func (c CI) Object() policies.Object {
	o := policies.Object{Class: "ci", Number: c.Number, Team: c.Facts.TeamID, Site: c.Facts.SiteID}
	for _, u := range []domain.UserID{c.Facts.OwnerID, c.Facts.UsedBy} {
		if u != 0 && !slices.Contains(o.Participants, u) {
			o.Participants = append(o.Participants, u)
		}
	}
	return o
}

// Moment picks what is looked at: what was so At, as it was known at Known. The zero Moment is now.
type Moment struct {
	At    time.Time
	Known time.Time
}

// Now tells whether the moment is the present.
func (m Moment) Now() bool { return m.At.IsZero() && m.Known.IsZero() }

// with fills in what is left open: known defaults to now, at to what is known.
func (m Moment) with(now time.Time) Moment {
	if m.Known.IsZero() {
		m.Known = now
	}
	if m.At.IsZero() {
		m.At = m.Known
	}
	m.At, m.Known = domain.Instant(m.At), domain.Instant(m.Known)
	return m
}

// Freshness says how old what is known of an item is.
type Freshness struct {
	// SeenAt is the last time that somebody or something confirmed the item: an attestation or a sighting.
	SeenAt *time.Time
	// Oldest is the observation of the oldest wanted value.
	Oldest *time.Time
	// Missing lists the wanted attributes that have no value.
	Missing []string
}

// fresh computes how old an item's facts are; seen is its last sighting.
func (f Facts) fresh(m model.Model, seen *time.Time) (out Freshness) {
	out.SeenAt = seen
	if f.VerifiedAt != nil && (seen == nil || f.VerifiedAt.After(*seen)) {
		out.SeenAt = f.VerifiedAt
	}
	for _, a := range m.Fields(f.Class) {
		v, known := f.Values[a.Key]
		if !a.Wanted {
			continue
		}
		if !known {
			out.Missing = append(out.Missing, a.Key)
			continue
		}
		at := v.ObservedAt
		if out.Oldest == nil || at.Before(*out.Oldest) {
			out.Oldest = &at
		}
	}
	return out
}
