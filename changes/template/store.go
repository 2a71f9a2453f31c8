package template

import (
	"context"
	"slices"
	"time"

	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/internal/db"
	"github.com/cabinetdesk/cabinet/policies"
)

type store struct{ db *db.DB }

func (s store) insert(ctx context.Context, t *Template) error { return s.db.Conn(ctx).Create(t).Error }

func (s store) update(ctx context.Context, t Template) error {
	return db.One(s.db.Conn(ctx).Model(&Template{}).Where("id = ? and version = ?", t.ID, t.Version-1).Select("*").Omit("id", "key", "edition", "created_at").Updates(&t))
}

func (s store) lock(ctx context.Context, key string, edition int64) (t Template, err error) {
	err = s.db.ForUpdate(s.db.Conn(ctx)).Where("key = ? and edition = ?", key, edition).Take(&t).Error
	if domain.KindOf(err) == domain.NotFound {
		err = errNone
	}
	return t, err
}

func (s store) one(ctx context.Context, key string, edition int64) (t Template, err error) {
	return t, s.db.Conn(ctx).Where("key = ? and edition = ?", key, edition).Take(&t).Error
}

func (s store) editions(ctx context.Context, key string) (out []Template, err error) {
	return out, s.db.Conn(ctx).Where("key = ?", key).Order("edition desc").Limit(200).Find(&out).Error
}

// current lists of each template the newest edition and the one in use.
func (s store) current(ctx context.Context) (out []Template, err error) {
	return out, s.db.Conn(ctx).Where(`state in ('published', 'suspended')
		or edition = (select max(n.edition) from change_templates n where n.key = change_templates.key)`).Order("key, edition").Limit(2000).Find(&out).Error
}

func (s store) each(ctx context.Context, yield func(Template) error) error {
	return db.Each(ctx, s.db, "id", func(x Template) int64 { return x.ID }, yield)
}

// runs lists the changes that came from a template and whose work has ended, the newest first; of one edition, or of all
// with 0.
func (s store) runs(ctx context.Context, key string, edition int64, limit int) (out []Run, err error) {
	q := `select t.number, c.outcome, c.actual_end as ended from changes c join tickets t on t.id = c.ticket_id
		where c.template = ? and c.template <> '' and c.actual_end is not null`
	args := []any{key}
	if edition > 0 {
		q, args = q+" and c.template_edition = ?", append(args, edition)
	}
	return out, s.db.Conn(ctx).Raw(q+" order by c.actual_end desc, t.id desc limit ?", append(args, limit)...).Scan(&out).Error
}

// most is how many ended changes a look for routine reads.
const most = 5000

func (s store) ended(ctx context.Context, since time.Time, scope policies.Scope) (out []Ended, err error) {
	cond, args := scope.Tickets()
	if cond == "" {
		return nil, nil
	}
	return out, s.db.Conn(ctx).Raw(`select t.number, t.title, t.service, c.category, c.outcome, c.actual_end from tickets t join changes c on c.ticket_id = t.id
		where t.kind = 'change' and t.state = 'closed' and t.closed_at >= ? and c.model = 'normal' and (`+cond+`) and c.risk in ('low', 'medium') and c.actual_end is not null
		order by t.closed_at desc limit ?`, slices.Concat([]any{since}, args, []any{most})...).Scan(&out).Error
}
