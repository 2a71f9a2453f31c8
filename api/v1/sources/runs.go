package sources

import (
	"context"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/cabinetdesk/cabinet/api/problem"
	"github.com/cabinetdesk/cabinet/api/rest"
	"github.com/cabinetdesk/cabinet/api/who"
	"github.com/cabinetdesk/cabinet/cmdb/reconcile"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/ticket"
	"github.com/cabinetdesk/cabinet/internal/channels/cifile"
)

// CIRun is one reading of a source.
type CIRun struct {
	ID         string      `json:"id"`
	Source     string      `json:"source"`
	State      string      `json:"state" enum:"waiting,reading,proposed,applying,applied,undoing,undone,discarded,failed"`
	File       string      `json:"file"`
	SHA256     string      `json:"sha256"`
	Mapping    string      `json:"mapping"`
	Whole      bool        `json:"whole" doc:"It lists everything that the source has"`
	By         *who.Person `json:"by" doc:"Null: the desk itself, at a terminal"`
	Summary    RunSummary  `json:"summary"`
	Position   int64       `json:"position" doc:"Items applied so far, by their place in the file"`
	Problem    string      `json:"problem,omitempty" doc:"Why it failed"`
	Repeatable bool        `json:"repeatable" doc:"Its file was kept and can be read again"`
	MadeAt     time.Time   `json:"made_at"`
	ProposedAt *time.Time  `json:"proposed_at"`
	AppliedAt  *time.Time  `json:"applied_at"`
	UndoneAt   *time.Time  `json:"undone_at"`
}

// RunSummary counts what a run says and did.
type RunSummary struct {
	Rows      int              `json:"rows"`
	Items     map[string]int64 `json:"items" doc:"By action: new, changed, unchanged, outranked, conflicting, refused, person, retired, gone"`
	Relations map[string]int64 `json:"relations" doc:"By action: new, unchanged, ended, unresolved, refused; with memberships of groups"`
	Members   map[string]int64 `json:"members" doc:"The memberships of groups among these, by action"`
	Skipped   []RunSkipped     `json:"skipped"`
	Known     int64            `json:"known" doc:"Items in use that the source has shown"`
	Missing   int64            `json:"missing" doc:"How many of them it no longer shows"`
	Asks      bool             `json:"asks" doc:"More are missing than the share of the source: applying must be confirmed"`
	Noted     int64            `json:"noted" doc:"Items some of whose values refer to nobody and nothing"`
	Failed    int64            `json:"failed"`
	Kept      int64            `json:"kept" doc:"What an undo left, since somebody had changed it"`
}

// RunSkipped are rows that are no items, with the reason.
type RunSkipped struct {
	Stream string `json:"stream"`
	Reason string `json:"reason"`
	Rows   int    `json:"rows"`
}

func runOf(r reconcile.Run, source string, c who.Cast) CIRun {
	s := r.Summary
	out := CIRun{ID: r.Ref, Source: source, State: r.State, File: r.File, SHA256: r.SHA256, Mapping: r.Mapping, Whole: r.Whole, By: c.Person(r.ByID), Position: r.Position, Problem: r.Problem,
		Repeatable: r.FileKey != "", MadeAt: r.MadeAt, ProposedAt: r.ProposedAt, AppliedAt: r.AppliedAt, UndoneAt: r.UndoneAt,
		Summary: RunSummary{Rows: s.Rows, Items: s.Items, Relations: s.Ties, Members: s.Members, Skipped: []RunSkipped{}, Known: s.Known, Missing: s.Missing, Asks: s.Asks, Noted: s.Noted, Failed: s.Failed, Kept: s.Kept}}
	if out.Summary.Items == nil {
		out.Summary.Items = map[string]int64{}
	}
	if out.Summary.Relations == nil {
		out.Summary.Relations = map[string]int64{}
	}
	if out.Summary.Members == nil {
		out.Summary.Members = map[string]int64{}
	}
	for _, k := range s.Skipped {
		out.Summary.Skipped = append(out.Summary.Skipped, RunSkipped(k))
	}
	return out
}

// answer is a run as it is now.
func (a *area) answer(ctx context.Context, r reconcile.Run, err error) (*rest.Body[CIRun], error) {
	if err != nil {
		return nil, err
	}
	r, s, err := a.Sources.RunByRef(ctx, r.Ref)
	if err != nil {
		return nil, err
	}
	c, err := a.Cast(ctx, []domain.UserID{r.ByID})
	return &rest.Body[CIRun]{Body: runOf(r, s.Key, c)}, err
}

type runsInput struct {
	Source string `query:"source" maxLength:"40"`
	After  string `query:"after" maxLength:"100"`
	Limit  int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

func (a *area) runs(ctx context.Context, in *runsInput) (*rest.Body[rest.Page[CIRun]], error) {
	sources, err := a.Sources.Sources(ctx)
	if err != nil {
		return nil, err
	}
	after, err := rest.ParseMark(in.After)
	if err != nil {
		return nil, err
	}
	list, err := a.Sources.Runs(ctx, in.Source, after, in.Limit+1)
	if err != nil {
		return nil, err
	}
	out := rest.Page[CIRun]{Items: []CIRun{}}
	if len(list) > in.Limit {
		list = list[:in.Limit]
		out.Next = rest.Opt(rest.Mark(list[in.Limit-1].ID))
	}
	keys := map[int64]string{}
	for _, s := range sources {
		keys[s.ID] = s.Key
	}
	var users []domain.UserID
	for _, r := range list {
		users = append(users, r.ByID)
	}
	c, err := a.Cast(ctx, users)
	for _, r := range list {
		out.Items = append(out.Items, runOf(r, keys[r.SourceID], c))
	}
	return &rest.Body[rest.Page[CIRun]]{Body: out}, err
}

func (a *area) run(ctx context.Context, in *rest.ByID) (*rest.Body[CIRun], error) {
	return a.answer(ctx, reconcile.Run{Ref: in.ID}, nil)
}

type uploadInput struct {
	Key     string `path:"key" maxLength:"40"`
	request *http.Request
}

// Resolve keeps the request: its body is streamed into the store, not read before.
func (in *uploadInput) Resolve(c huma.Context) []error {
	in.request = rest.Request(c.Context())
	return nil
}

// maxField is how large a field beside the file may be: that of a mapping.
const maxField = 256 << 10

// upload takes a file from a multipart body, as it arrives, and lets a job make the proposal. Fields that come before the file count.
func (a *area) upload(ctx context.Context, in *uploadInput) (*rest.Body[CIRun], error) {
	if err := a.Sources.MayImport(ctx); err != nil {
		return nil, err
	}
	if _, err := a.Sources.SourceByKey(ctx, in.Key); err != nil {
		return nil, err
	}
	mediaType, params, err := mime.ParseMediaType(in.request.Header.Get("Content-Type"))
	if err != nil || mediaType != "multipart/form-data" || params["boundary"] == "" {
		return nil, problem.ErrMediaType.Because("Send the file as multipart/form-data.")
	}
	up := reconcile.UploadInput{Source: in.Key}
	parts := multipart.NewReader(in.request.Body, params["boundary"])
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return nil, domain.ErrMissing.With("body.file", "there is no file in the request")
		}
		if err != nil {
			return nil, unreadable(err)
		}
		if part.FormName() == "file" {
			if up.Mapping == "" {
				return nil, domain.ErrMissing.With("body.mapping", "name a mapping, or send one, before the file")
			}
			up.Name = part.FileName()
			if up.FileKey, _, up.SHA256, err = a.Files.Put(ctx, part, ticket.MaxAttachment); err != nil {
				return nil, unreadable(err)
			}
			r, err := a.Sources.Upload(ctx, up)
			return a.answer(ctx, r, err)
		}
		text, err := io.ReadAll(io.LimitReader(part, maxField+1))
		switch {
		case err != nil:
			return nil, unreadable(err)
		case len(text) > maxField:
			return nil, domain.ErrTooLong.With("body."+part.FormName(), "at most 256 KiB")
		}
		switch part.FormName() {
		case "mapping":
			if up.Mapping = string(text); part.FileName() != "" {
				up.Mapping, up.Body = part.FileName(), string(text)
			}
		case "part":
			if up.Part, err = strconv.ParseBool(string(text)); err != nil {
				return nil, domain.ErrInvalid.With("body.part", "true or false")
			}
		default:
			return nil, domain.ErrInvalid.With("body", "there are three fields: mapping (a name or a file), part, then file")
		}
	}
}

// unreadable turns trouble in reading a body into what the sender can do about it.
func unreadable(err error) error {
	var own *domain.Error
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return ticket.ErrTooLarge.Because("A file may have at most %d MiB.", ticket.MaxAttachment>>20)
	case errors.As(err, &own):
		return err
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF), strings.HasPrefix(err.Error(), "multipart:"):
		return problem.ErrMalformed.Because("The body broke off, or is not well-formed multipart.")
	}
	return err
}

// PushedItem is what a source says of one of its items.
type PushedItem struct {
	Key       string             `json:"key" minLength:"1" maxLength:"200" doc:"By which the source knows it"`
	Class     string             `json:"class" minLength:"1" maxLength:"40"`
	Status    string             `json:"status,omitempty" enum:"planned,in_stock,live,under_maintenance,retired,disposed"`
	Values    map[string]*string `json:"values" doc:"By attribute; null: it has none"`
	Relations []PushedRelation   `json:"relations,omitempty" maxItems:"200"`
	Groups    []string           `json:"groups,omitempty" maxItems:"50"`
}

// PushedRelation ties a pushed item to another one: to one of the source's by its key, or to one of the desk's by its number.
type PushedRelation struct {
	Type    string `json:"type" maxLength:"40"`
	Key     string `json:"key,omitempty" maxLength:"200"`
	Number  string `json:"number,omitempty" maxLength:"40"`
	Inverse bool   `json:"inverse,omitempty" doc:"The other item is the first of the two"`
}

type pushCIsInput struct {
	Key  string `path:"key" maxLength:"40"`
	Body struct {
		Items []PushedItem `json:"items" minItems:"1" maxItems:"1000"`
	}
}

func (a *area) push(ctx context.Context, in *pushCIsInput) (*rest.Body[CIRun], error) {
	push := reconcile.PushInput{Source: in.Key}
	for n, i := range in.Body.Items {
		row := cifile.Row{Line: n + 1, Key: "/" + i.Key, Class: i.Class, Status: i.Status}
		for key, v := range i.Values {
			text := ""
			if v != nil {
				text = *v
			}
			row.Values = append(row.Values, cifile.Value{Attribute: key, Text: text, Column: "values." + key})
		}
		for _, r := range i.Relations {
			tie := cifile.Tie{Type: r.Type, Inverse: r.Inverse, Number: r.Number}
			if r.Key != "" {
				tie.Key = "/" + r.Key
			}
			row.Ties = append(row.Ties, tie)
		}
		for _, g := range i.Groups {
			row.Groups = append(row.Groups, cifile.Group{Key: g, Name: g})
		}
		push.Items = append(push.Items, row)
	}
	r, err := a.Sources.Push(ctx, push)
	if err != nil {
		return nil, err
	}
	c, err := a.Cast(ctx, []domain.UserID{r.ByID}) // whoever may push need not see runs
	return &rest.Body[CIRun]{Body: runOf(r, in.Key, c)}, err
}
