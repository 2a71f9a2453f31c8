-- +goose Up

-- What was closed lately is found among what is closed: a busy week of open work lies not in between.
create index tickets_closed_updated on tickets (updated_at desc, id desc, closed_at, kind, team_id) where closed_at is not null;

-- +goose Down
drop index tickets_closed_updated;
