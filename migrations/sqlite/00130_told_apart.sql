-- +goose Up

-- Two items of which somebody has said that they are not one, although they have something in common. Evidence is a list of what
-- they had in common then: only something else brings the question back.
create table ci_apart (
  id       integer primary key,
  ref      text not null unique,
  a_id     integer not null references cis (id),
  b_id     integer not null references cis (id),
  stands   boolean not null,
  evidence text not null,
  reason   text not null,
  by_id    integer references users (id),
  at       datetime not null,
  version  integer not null,
  check (a_id < b_id)
);
create unique index ci_apart_pair on ci_apart (a_id, b_id);
create index ci_apart_other on ci_apart (b_id);
create index ci_apart_latest on ci_apart (at desc, id desc) where stands;

-- What the item that stays took over from the one that was merged into it, and what it had before.
alter table ci_merges add column taken text not null default '';

-- +goose StatementBegin
create trigger ci_apart_event_insert before insert on ci_apart
  when not exists (select 1 from audit_events where entity_kind = 'ci_apart' and entity = new.ref and entity_version = new.version) begin
  select raise(abort, 'two items are told apart only with an event');
end;
-- +goose StatementEnd
-- +goose StatementBegin
create trigger ci_apart_event_update before update on ci_apart
  when new.version <> old.version + 1 or new.ref <> old.ref or new.a_id <> old.a_id or new.b_id <> old.b_id
    or not exists (select 1 from audit_events where entity_kind = 'ci_apart' and entity = new.ref and entity_version = new.version) begin
  select raise(abort, 'two items are told apart by one version at a time and only with its event');
end;
-- +goose StatementEnd
-- +goose StatementBegin
create trigger ci_apart_no_delete before delete on ci_apart begin
  select raise(abort, 'that two items were told apart is never deleted');
end;
-- +goose StatementEnd
-- +goose StatementBegin
create trigger ci_apart_no_replace before insert on ci_apart
  when exists (select 1 from ci_apart where id = new.id or ref = new.ref or (a_id = new.a_id and b_id = new.b_id)) begin
  select raise(abort, 'that two items were told apart is never replaced');
end;
-- +goose StatementEnd

-- +goose Down
-- There is no way down: the log cannot be unmade. Restore the backup made before the upgrade.
select 1;
