package v1

import (
	"context"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/cabinetdesk/cabinet/api/problem"
	"github.com/cabinetdesk/cabinet/api/rest"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/ticket"
)

type attachInput struct {
	Number  string `path:"number" maxLength:"40"`
	request *http.Request
}

// Resolve keeps the request: its body is streamed into the store, not read before.
func (in *attachInput) Resolve(c huma.Context) []error {
	in.request = rest.Request(c.Context())
	return nil
}

// maxField is how large a field beside the file may be.
const maxField = 1 << 10

// attach takes one file from a multipart body, as it arrives. Fields that come before the file count; internal
// may come as a field or in the query.
func (d *Desk) attach(ctx context.Context, in *attachInput) (*rest.Body[Attachment], error) {
	mediaType, params, err := mime.ParseMediaType(in.request.Header.Get("Content-Type"))
	if err != nil || mediaType != "multipart/form-data" || params["boundary"] == "" {
		return nil, problem.ErrMediaType.Because("Send the file as multipart/form-data.")
	}
	parts := multipart.NewReader(in.request.Body, params["boundary"])
	internal := in.request.URL.Query().Get("internal") == "true"
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return nil, domain.ErrMissing.With("body.file", "there is no file in the request")
		}
		if err != nil {
			return nil, unreadable(err)
		}
		switch part.FormName() {
		case "internal":
			v, err := io.ReadAll(io.LimitReader(part, maxField))
			if err != nil {
				return nil, unreadable(err)
			}
			internal, err = strconv.ParseBool(string(v))
			if err != nil {
				return nil, domain.ErrInvalid.With("body.internal", "true or false")
			}
		case "file":
			name := part.FileName()
			a, err := d.Tickets.Attach(ctx, ticket.AttachInput{Number: in.Number, Name: name, MediaType: part.Header.Get("Content-Type"), Internal: internal, Body: part})
			if err != nil {
				return nil, unreadable(err)
			}
			c, err := d.Cast(ctx, []domain.UserID{a.AddedBy})
			if err != nil {
				return nil, err
			}
			return &rest.Body[Attachment]{Body: attachment(a, c)}, nil
		default:
			return nil, domain.ErrInvalid.With("body", "there are two fields: internal, then file")
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

type downloadInput struct {
	Key    string `path:"key" maxLength:"64"`
	Inline bool   `query:"inline" doc:"Show a picture (PNG, JPEG, GIF, WebP) in place"`
}

// pictures may be shown in place: everything else is only ever saved.
var pictures = []string{"image/png", "image/jpeg", "image/gif", "image/webp"}

// download sends a file, always as something to save, except pictures that were asked for in place. The type that
// the sender claimed is not trusted: pictures are recognised by their first bytes, everything else is plain bytes.
func (d *Desk) download(ctx context.Context, in *downloadInput) (*huma.StreamResponse, error) {
	a, f, err := d.Tickets.OpenAttachment(ctx, in.Key)
	if err != nil {
		return nil, err
	}
	head := make([]byte, 512)
	n, err := io.ReadFull(f, head)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
		return nil, errors.Join(err, f.Close())
	}
	kind := "application/octet-stream"
	if sniffed := http.DetectContentType(head[:n]); slices.Contains(pictures, sniffed) {
		kind = sniffed
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	disposition := "attachment"
	if in.Inline && kind != "application/octet-stream" {
		disposition = "inline"
	}
	return &huma.StreamResponse{Body: func(c huma.Context) {
		defer func() { _ = f.Close() }()
		c.SetHeader("Content-Type", kind)
		c.SetHeader("Content-Disposition", disposition+"; "+rest.FileName(a.Name))
		c.SetHeader("Content-Length", strconv.FormatInt(a.Size, 10))
		c.SetHeader("Content-Security-Policy", "sandbox; default-src 'none'; frame-ancestors 'none'")
		c.SetHeader("Cross-Origin-Resource-Policy", "same-origin")
		c.SetStatus(http.StatusOK)
		_, _ = io.Copy(c.BodyWriter(), f) // the reader may go away; there is nobody to tell
	}}, nil
}
