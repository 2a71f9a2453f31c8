package ticket

import (
	"context"
	"io"
	"path"
	"strings"
	"time"
	"unicode"

	"github.com/cabinetdesk/cabinet/domain"
)

// Link ties two records. It is kept once, in the direction in which it reads: "INC-1 parent PRB-2" says
// that PRB-2 is the parent of INC-1.
type Link struct {
	ID     int64 `gorm:"primaryKey"`
	Ref    string
	FromID domain.TicketID
	Kind   LinkKind
	ToID   domain.TicketID
	At     time.Time
}

// TableName names the table.
func (Link) TableName() string { return "ticket_links" }

// LinkKind says how two records belong together.
type LinkKind string

// The kinds as kept; the other side of each reads as Inverse.
const (
	Parent      LinkKind = "parent"
	DuplicateOf LinkKind = "duplicate_of"
	Related     LinkKind = "related"
	CausedBy    LinkKind = "caused_by"
)

var inverses = map[LinkKind]LinkKind{Parent: "child", DuplicateOf: "duplicated_by", Related: Related, CausedBy: "causes"}

// Inverse is how the link reads from its other end.
func (k LinkKind) Inverse() LinkKind { return inverses[k] }

// kept turns a link as people say it into the direction in which it is kept.
func (k LinkKind) kept() (kind LinkKind, swap, ok bool) {
	for kind, inv := range inverses {
		if k == kind {
			return kind, false, true
		}
		if k == inv {
			return kind, true, true
		}
	}
	return "", false, false
}

// LinkInput asks to tie two records.
type LinkInput struct {
	Number string
	Kind   LinkKind // also the inverse forms: child, duplicated_by, causes
	To     string
}

// Linked is the fact that two records were tied.
type Linked struct {
	Happened
	Link  Link
	Other Ticket
}

// Link ties two records that the actor may see, the first of which they may link. A loop of parents or
// duplicates is refused with ErrLinkLoop; an existing link stays as it is. Facts: Linked on the first record.
func (s *Service) Link(ctx context.Context, in LinkInput) (t Ticket, err error) {
	kind, swap, ok := in.Kind.kept()
	if !ok {
		return t, domain.ErrInvalid.With("body.kind", "a link is parent, child, duplicate_of, duplicated_by, related, caused_by or causes")
	}
	err = s.DB.Do(ctx, func(ctx context.Context) error {
		if t, err = s.Lock(ctx, in.Number, 0, "link"); err != nil {
			return err
		}
		other, err := s.Get(ctx, in.To)
		if err != nil {
			return err
		}
		if other.ID == t.ID {
			return ErrLinkSelf.With("body.to", "choose another record")
		}
		l := Link{Ref: s.Random(), FromID: t.ID, Kind: kind, ToID: other.ID, At: s.DB.Now(ctx)}
		if swap {
			l.FromID, l.ToID = other.ID, t.ID
		}
		if kind == Parent || kind == DuplicateOf {
			loop, err := s.store.reaches(ctx, kind, l.ToID, l.FromID)
			if err != nil {
				return err
			}
			if loop {
				return ErrLinkLoop
			}
		}
		exists, err := s.store.linked(ctx, l)
		if err != nil || exists {
			return err
		}
		h := Happened{What: "linked", Details: Detail("link", string(in.Kind)+" "+other.Number, "")}
		return s.touch(ctx, &t, h, func(h Happened) domain.Fact { return Linked{h, l, other} },
			func(ctx context.Context) error { return s.store.addLink(ctx, &l) })
	})
	return t, err
}

// Unlink removes a link by its reference. Facts: "unlinked".
func (s *Service) Unlink(ctx context.Context, number, ref string) (t Ticket, err error) {
	err = s.DB.Do(ctx, func(ctx context.Context) error {
		if t, err = s.Lock(ctx, number, 0, "link"); err != nil {
			return err
		}
		l, err := s.store.link(ctx, t.ID, ref)
		if err != nil {
			return err
		}
		h := Happened{What: "unlinked", Details: Detail("link", string(l.Kind), "")}
		return s.touch(ctx, &t, h, Plain, func(ctx context.Context) error { return s.store.dropLink(ctx, l.ID) })
	})
	return t, err
}

// Links lists a record's links in both directions.
func (s *Service) Links(ctx context.Context, t Ticket) ([]Link, error) {
	return s.store.links(ctx, t.ID)
}

// Attachment is a file that was added to a record. Its bytes lie under Key, never under Name.
type Attachment struct {
	ID        int64 `gorm:"primaryKey"`
	Key       string
	TicketID  domain.TicketID
	Name      string
	MediaType string
	Size      int64
	SHA256    string `gorm:"column:sha256"`
	Internal  bool
	AddedBy   domain.UserID
	AddedAt   time.Time
}

// TableName names the table.
func (Attachment) TableName() string { return "attachments" }

// MaxAttachment is how large one file may be, in bytes.
const MaxAttachment = 50 << 20

// AttachInput adds a file to a record.
type AttachInput struct {
	Number    string
	Name      string // as the sender called it; cleaned
	MediaType string // as the sender claims; kept for display, never trusted on download
	Internal  bool
	Body      io.Reader
}

// Attach streams a file to its place and adds it to the record. The file is stored before the unit of work
// (no slow reader holds the database) and removed again when the unit fails. Facts: "attached".
func (s *Service) Attach(ctx context.Context, in AttachInput) (a Attachment, err error) {
	// Refuse before reading 50 MiB: the unit below asks again under lock.
	t, err := s.Get(ctx, in.Number)
	if err != nil {
		return a, err
	}
	if err := s.Permit(ctx, t, "attach"); err != nil {
		return a, err
	}
	fileKey, size, sum, err := s.Files.Put(ctx, in.Body, MaxAttachment)
	if err != nil {
		return a, err
	}
	err = s.DB.Do(ctx, func(ctx context.Context) error {
		t, err := s.Lock(ctx, in.Number, 0, "attach")
		if err != nil {
			return err
		}
		actor := domain.ActorFrom(ctx)
		a = Attachment{Key: fileKey, TicketID: t.ID, Name: SafeName(in.Name), MediaType: mediaType(in.MediaType), Size: size, SHA256: sum,
			Internal: in.Internal, AddedBy: actor.User, AddedAt: s.DB.Now(ctx)}
		seen := domain.Public
		if in.Internal {
			seen = domain.InternalV
		}
		h := Happened{What: "attached", Seen: seen, Details: append(Detail("attachment", a.Name, actor.Ref), Detail("sha256", sum, "")...)}
		return s.touch(ctx, &t, h, Plain, func(ctx context.Context) error { return s.store.attach(ctx, &a) })
	})
	if err != nil {
		_ = s.Files.Remove(fileKey) // best effort: an orphan is harmless, and unreachable without its key
	}
	return a, err
}

// Attachments lists a record's files; internal ones only when internal is set.
func (s *Service) Attachments(ctx context.Context, t Ticket, internal bool) ([]Attachment, error) {
	return s.store.attachments(ctx, t.ID, internal)
}

// OpenAttachment opens a file that the actor may see, by its key.
func (s *Service) OpenAttachment(ctx context.Context, fileKey string) (Attachment, io.ReadSeekCloser, error) {
	a, err := s.store.attachment(ctx, fileKey)
	if err != nil {
		return a, nil, err
	}
	t, err := s.store.byIDs(ctx, []domain.TicketID{a.TicketID})
	if err != nil {
		return a, nil, err
	}
	action := "read"
	if a.Internal {
		action = "read_internal"
	}
	if err := s.Permit(ctx, t[a.TicketID], action); err != nil {
		return a, nil, domain.ErrNotFound
	}
	f, err := s.Files.Open(a.Key)
	return a, f, err
}

// SafeName makes a file name that is only a name: no path, no control or format characters (zero-width and
// direction marks included, CVE-2026-28289), no leading dot, at most 200 bytes.
func SafeName(name string) string {
	name = strings.ToValidUTF8(name, "")
	name = strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Cf, r) || unicode.IsControl(r) || r == unicode.ReplacementChar {
			return -1
		}
		if r == '\\' || r == ':' {
			return '/'
		}
		return r
	}, name)
	name = strings.TrimSpace(strings.TrimLeft(path.Base(strings.TrimRight(name, "/ ")), ". "))
	for len(name) > 200 {
		r := []rune(name)
		ext := path.Ext(name)
		if len(ext) > 20 || len(ext) == len(name) {
			name = string(r[:len(r)-1])
			continue
		}
		stem := []rune(strings.TrimSuffix(name, ext))
		name = string(stem[:len(stem)-1]) + ext
	}
	if name == "" || name == "/" {
		return "file"
	}
	return name
}

// mediaType keeps a well-formed type and makes anything else plain bytes.
func mediaType(s string) string {
	s, _, _ = strings.Cut(strings.ToLower(strings.TrimSpace(s)), ";")
	major, minor, ok := strings.Cut(s, "/")
	token := func(t string) bool {
		return t != "" && strings.Trim(t, "abcdefghijklmnopqrstuvwxyz0123456789.+-") == ""
	}
	if !ok || !token(major) || !token(minor) || len(s) > 100 {
		return "application/octet-stream"
	}
	return s
}
