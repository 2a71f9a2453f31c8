package sources

import (
	"context"
	"time"

	"github.com/cabinetdesk/cabinet/api/rest"
	"github.com/cabinetdesk/cabinet/api/who"
	"github.com/cabinetdesk/cabinet/cmdb"
	"github.com/cabinetdesk/cabinet/cmdb/reconcile"
	"github.com/cabinetdesk/cabinet/domain"
)

// CIDuplicate are items that may be one.
type CIDuplicate struct {
	By    string        `json:"by" enum:"serial,asset_tag,name"`
	Text  string        `json:"text"`
	Items []DuplicateCI `json:"items"`
	Told  []CIApart     `json:"told" doc:"Pairs among them of which somebody has said that they are not one"`
}

// DuplicateCI is one of them, with what helps to decide.
type DuplicateCI struct {
	Number    string    `json:"number"`
	Name      string    `json:"name"`
	Class     string    `json:"class"`
	Status    string    `json:"status"`
	Serial    string    `json:"serial"`
	AssetTag  string    `json:"asset_tag"`
	Sources   []string  `json:"sources" doc:"Whose values it has"`
	UpdatedAt time.Time `json:"updated_at"`
	Version   int64     `json:"version"`
}

func duplicate(c cmdb.CI) DuplicateCI {
	return DuplicateCI{Number: c.Number, Name: c.Facts.Name, Class: c.Facts.Class, Status: c.Facts.Status, Serial: c.Facts.Serial, AssetTag: c.Facts.AssetTag,
		Sources: c.Facts.Values.Sources(), UpdatedAt: c.UpdatedAt, Version: c.Version}
}

// CIApart is what somebody has said of two items that look alike: they are not one.
type CIApart struct {
	ID       string       `json:"id"`
	Items    []ApartCI    `json:"items" doc:"The two"`
	Evidence []CILikeness `json:"evidence" doc:"What they had in common then; anything else brings the question back"`
	Reason   string       `json:"reason"`
	By       *who.Person  `json:"by"`
	At       time.Time    `json:"at"`
	Again    bool         `json:"again" doc:"What they have in common here has come to be since"`
}

// ApartCI is one of two items that were told apart.
type ApartCI struct {
	Number string `json:"number"`
	Name   string `json:"name"`
	Class  string `json:"class"`
}

// CILikeness is something that two items have in common.
type CILikeness struct {
	By   string `json:"by" enum:"serial,asset_tag,name"`
	Text string `json:"text"`
}

func told(x cmdb.Apart, a, b cmdb.CI, c who.Cast) CIApart {
	out := CIApart{ID: x.Ref, Reason: x.Reason, By: c.Person(x.ByID), At: x.At, Evidence: []CILikeness{}}
	for _, i := range []cmdb.CI{a, b} {
		out.Items = append(out.Items, ApartCI{i.Number, i.Facts.Name, i.Facts.Class})
	}
	for _, l := range x.Evidence {
		out.Evidence = append(out.Evidence, CILikeness(l))
	}
	return out
}

type duplicatesInput struct {
	After string `query:"after" maxLength:"400"`
	Limit int    `query:"limit" minimum:"1" maximum:"100" default:"25"`
}

func (a *area) duplicates(ctx context.Context, in *duplicatesInput) (*rest.Body[rest.Page[CIDuplicate]], error) {
	page, err := a.Sources.Duplicates(ctx, in.After, in.Limit)
	if err != nil {
		return nil, err
	}
	var users []domain.UserID
	for _, set := range page.Sets {
		for _, t := range set.Told {
			users = append(users, t.Apart.ByID)
		}
	}
	cast, err := a.Cast(ctx, users)
	if err != nil {
		return nil, err
	}
	out := rest.Page[CIDuplicate]{Items: []CIDuplicate{}, Next: rest.Opt(page.Next)}
	for _, set := range page.Sets {
		items, err := a.CMDB.ByNumbers(ctx, set.Numbers)
		if err != nil {
			return nil, err
		}
		d := CIDuplicate{By: set.By, Text: set.Text, Items: []DuplicateCI{}, Told: []CIApart{}}
		for _, n := range set.Numbers {
			d.Items = append(d.Items, duplicate(items[n]))
		}
		for _, t := range set.Told {
			x := told(t.Apart, items[t.Numbers[0]], items[t.Numbers[1]], cast)
			x.Again = t.Again
			d.Told = append(d.Told, x)
		}
		out.Items = append(out.Items, d)
	}
	return &rest.Body[rest.Page[CIDuplicate]]{Body: out}, nil
}

type apartInput struct {
	After string `query:"after" maxLength:"100"`
	Limit int    `query:"limit" minimum:"1" maximum:"100" default:"25"`
}

func (a *area) apart(ctx context.Context, in *apartInput) (*rest.Body[rest.Page[CIApart]], error) {
	after, err := rest.ParseMark(in.After)
	if err != nil {
		return nil, err
	}
	list, items, err := a.CMDB.Told(ctx, after, in.Limit+1)
	if err != nil {
		return nil, err
	}
	out := rest.Page[CIApart]{Items: []CIApart{}}
	if len(list) > in.Limit {
		list = list[:in.Limit]
		out.Next = rest.Opt(rest.Mark(list[in.Limit-1].ID))
	}
	out.Items, err = a.tellings(ctx, list, items)
	return &rest.Body[rest.Page[CIApart]]{Body: out}, err
}

func (a *area) tellings(ctx context.Context, list []cmdb.Apart, items map[domain.CIID]cmdb.CI) ([]CIApart, error) {
	var users []domain.UserID
	for _, x := range list {
		users = append(users, x.ByID)
	}
	cast, err := a.Cast(ctx, users)
	out := []CIApart{}
	for _, x := range list {
		out = append(out, told(x, items[x.AID], items[x.BID], cast))
	}
	return out, err
}

type tellApartInput struct {
	Body struct {
		Items  []string `json:"items" minItems:"2" maxItems:"10" doc:"Numbers; no two of them are one"`
		Reason string   `json:"reason" maxLength:"4000"`
	}
}

func (a *area) tellApart(ctx context.Context, in *tellApartInput) (*rest.Body[rest.Items[CIApart]], error) {
	list, err := a.CMDB.TellApart(ctx, in.Body.Items, in.Body.Reason)
	if err != nil {
		return nil, err
	}
	var ids []domain.CIID
	for _, x := range list {
		ids = append(ids, x.AID, x.BID)
	}
	items, err := a.CMDB.ByIDs(ctx, ids)
	if err != nil {
		return nil, err
	}
	out, err := a.tellings(ctx, list, items)
	return rest.List(out), err
}

type takeBackInput struct {
	ID     string `path:"id" maxLength:"128"`
	Reason string `query:"reason" maxLength:"1000"`
}

func (a *area) takeBack(ctx context.Context, in *takeBackInput) (*rest.Empty, error) {
	_, err := a.CMDB.TakeBack(ctx, in.ID, in.Reason)
	return nil, err
}

// CIConflict is a row that an import run could not decide.
type CIConflict struct {
	Run      string        `json:"run" doc:"The id of the run"`
	State    string        `json:"state" doc:"Of the run: proposed, or applied without the row"`
	Source   string        `json:"source"`
	File     string        `json:"file"`
	At       time.Time     `json:"at" doc:"When the run was made"`
	Seq      int64         `json:"seq" doc:"Of the row in the run"`
	Line     int           `json:"line"`
	Key      string        `json:"key" doc:"What the source calls it"`
	Name     string        `json:"name"`
	Class    string        `json:"class"`
	Serial   string        `json:"serial"`
	AssetTag string        `json:"asset_tag"`
	Reason   string        `json:"reason"`
	Items    []DuplicateCI `json:"items" doc:"The items that could be meant, as far as I may see them"`
	Lines    []string      `json:"lines" doc:"Other rows of the file that could be meant"`
}

func (a *area) conflicts(ctx context.Context, in *apartInput) (*rest.Body[rest.Page[CIConflict]], error) {
	list, next, err := a.Sources.Conflicts(ctx, in.After, in.Limit)
	if err != nil {
		return nil, err
	}
	var numbers []string
	for _, x := range list {
		numbers = append(numbers, x.Item.Proposal.Others...)
	}
	found, err := a.CMDB.ByNumbers(ctx, numbers)
	if err != nil {
		return nil, err
	}
	byID := map[domain.CIID]cmdb.CI{}
	for _, c := range found {
		byID[c.ID] = c
	}
	byID = a.CMDB.Readable(ctx, byID)
	out := rest.Page[CIConflict]{Items: []CIConflict{}, Next: rest.Opt(next)}
	for _, x := range list {
		i := x.Item
		c := CIConflict{Run: x.Run.Ref, State: x.Run.State, Source: x.Source.Key, File: x.Run.File, At: x.Run.MadeAt, Seq: i.Seq, Line: i.Line, Key: i.Key, Name: i.Name, Class: i.Class, Serial: i.Serial, AssetTag: i.AssetTag,
			Reason: i.Proposal.Reason, Items: []DuplicateCI{}, Lines: []string{}}
		for _, n := range i.Proposal.Others {
			one, isItem := found[n]
			if !isItem {
				c.Lines = append(c.Lines, n)
			} else if _, seen := byID[one.ID]; seen && one.Facts.Presence == cmdb.Present {
				c.Items = append(c.Items, duplicate(one))
			}
		}
		out.Items = append(out.Items, c)
	}
	return &rest.Body[rest.Page[CIConflict]]{Body: out}, nil
}

type settleInput struct {
	ID   string `path:"id" maxLength:"128"`
	Seq  int64  `path:"seq" minimum:"1"`
	Body struct {
		Item   string `json:"item,omitempty" maxLength:"40" doc:"The number of the item that the row is about; nothing takes that back"`
		Reason string `json:"reason,omitempty" maxLength:"4000"`
	}
}

func (a *area) settle(ctx context.Context, in *settleInput) (*rest.Empty, error) {
	_, err := a.Sources.Settle(ctx, reconcile.SettleInput{Ref: in.ID, Seq: in.Seq, Number: in.Body.Item, Reason: in.Body.Reason})
	return nil, err
}

// CIPresence is whether an item is one of the CMDB's.
type CIPresence struct {
	Number     string  `json:"number"`
	Presence   string  `json:"presence" enum:"present,merged,withdrawn"`
	MergedInto *string `json:"merged_into"`
	Version    int64   `json:"version"`
}

func (a *area) presence(ctx context.Context, c cmdb.CI, err error) (*rest.Versioned[CIPresence], error) {
	if err != nil {
		return nil, err
	}
	into, err := a.CMDB.ByIDs(ctx, []domain.CIID{c.Facts.MergedInto})
	return &rest.Versioned[CIPresence]{ETag: rest.ETag(c.Version), Body: CIPresence{Number: c.Number, Presence: string(c.Facts.Presence), MergedInto: rest.Opt(into[c.Facts.MergedInto].Number), Version: c.Version}}, err
}

type mergeCIInput struct {
	rest.ByNumber
	Body struct {
		Into   string            `json:"into" maxLength:"40" doc:"The item in which this one lives on"`
		Reason string            `json:"reason" maxLength:"4000"`
		Values map[string]string `json:"values,omitempty" doc:"By attribute, whose value survives: that of the one that is going, or staying. By default the value of the one that stays does, and where it has none that of the other one"`
	}
}

func (a *area) merge(ctx context.Context, in *mergeCIInput) (*rest.Versioned[CIPresence], error) {
	version, err := in.Version()
	if err != nil {
		return nil, err
	}
	values := make(map[string]cmdb.Survivor, len(in.Body.Values))
	for key, from := range in.Body.Values {
		values[key] = cmdb.Survivor(from)
	}
	c, err := a.CMDB.Merge(ctx, cmdb.MergeInput{Number: in.Number, Version: version, Into: in.Body.Into, Reason: in.Body.Reason, Values: values})
	return a.presence(ctx, c, err)
}
