-- +goose Up

-- After a change: the review of what was done, and what incidents and changes have to do with each other.
create table change_reviews (
  ticket_id   integer primary key references tickets (id),
  number      text not null unique,
  state       text not null check (state in ('open', 'done')),
  reasons     text not null default '[]',
  due_at      datetime not null,
  objectives  text not null default '',
  lessons     text not null default '',
  cmdb        text not null default '',
  cmdb_reason text not null default '',
  follow_ups  text not null default '[]',
  reviewer_id integer references users (id),
  done_at     datetime,
  version     integer not null,
  created_at  datetime not null
);
create index change_reviews_open on change_reviews (due_at, ticket_id) where state = 'open';

create table change_causes (
  id          integer primary key,
  ref         text not null unique,
  incident_id integer not null references tickets (id),
  change_id   integer not null references tickets (id),
  incident    text not null,
  change      text not null,
  kind        text not null check (kind in ('caused_by', 'fixed_by', 'requested_by')),
  confidence  text not null check (confidence in ('suspected', 'confirmed', 'refuted')),
  evidence    text not null default '',
  set_by      integer references users (id),
  set_at      datetime not null,
  version     integer not null,
  created_at  datetime not null,
  unique (incident_id, change_id, kind)
);
create index change_causes_change on change_causes (change_id, kind, confidence);

-- Which changes were carried out before an instant: those that ended, and those that go on.
create index changes_ended on changes (actual_end, actual_start) where actual_end is not null;
create index changes_going_on on changes (actual_start) where actual_end is null and actual_start is not null;

-- +goose StatementBegin
create trigger change_reviews_event_insert before insert on change_reviews
  when not exists (select 1 from audit_events where entity_kind = 'change_review' and entity = new.number and entity_version = new.version) begin
  select raise(abort, 'a review is made only with its event');
end;
-- +goose StatementEnd
-- +goose StatementBegin
create trigger change_reviews_event_update before update on change_reviews
  when new.version <> old.version + 1 or new.ticket_id <> old.ticket_id or new.number <> old.number
    or not exists (select 1 from audit_events where entity_kind = 'change_review' and entity = new.number and entity_version = new.version) begin
  select raise(abort, 'a review changes by one version at a time and only with its event');
end;
-- +goose StatementEnd
-- +goose StatementBegin
create trigger change_reviews_no_delete before delete on change_reviews begin
  select raise(abort, 'a review is never deleted');
end;
-- +goose StatementEnd
-- +goose StatementBegin
create trigger change_reviews_no_replace before insert on change_reviews
  when exists (select 1 from change_reviews where ticket_id = new.ticket_id or number = new.number) begin
  select raise(abort, 'a review is never replaced');
end;
-- +goose StatementEnd
-- +goose StatementBegin
create trigger change_causes_event_insert before insert on change_causes
  when not exists (select 1 from audit_events where entity_kind = 'cause' and entity = new.ref and entity_version = new.version) begin
  select raise(abort, 'a cause is made only with its event');
end;
-- +goose StatementEnd
-- +goose StatementBegin
create trigger change_causes_event_update before update on change_causes
  when new.version <> old.version + 1 or new.id <> old.id or new.ref <> old.ref or new.incident_id <> old.incident_id or new.change_id <> old.change_id or new.kind <> old.kind
    or not exists (select 1 from audit_events where entity_kind = 'cause' and entity = new.ref and entity_version = new.version) begin
  select raise(abort, 'a cause changes by one version at a time and only with its event');
end;
-- +goose StatementEnd
-- +goose StatementBegin
create trigger change_causes_no_delete before delete on change_causes begin
  select raise(abort, 'a cause is never deleted');
end;
-- +goose StatementEnd
-- +goose StatementBegin
create trigger change_causes_no_replace before insert on change_causes
  when exists (select 1 from change_causes where id = new.id or ref = new.ref or (incident_id = new.incident_id and change_id = new.change_id and kind = new.kind)) begin
  select raise(abort, 'a cause is never replaced');
end;
-- +goose StatementEnd

-- +goose Down
-- There is no way down: the log cannot be unmade. Restore the backup made before the upgrade.
select 1;
