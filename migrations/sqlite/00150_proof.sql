-- +goose Up

-- What somebody tried who must not: a vote of a person who has a hand in the change. It was refused, and is kept.
create table change_attempts (
  id        integer primary key,
  ref       text not null unique,
  ticket_id integer not null references tickets (id),
  slot      text not null,
  user_id   integer not null references users (id),
  revision  integer not null,
  digest    text not null,
  decision  text not null,
  reasons   text not null default '[]',
  at        datetime not null,
  version   integer not null,
  unique (slot, user_id)
);
create index change_attempts_ticket on change_attempts (ticket_id);

-- What the server had stamped, of a task whose times were corrected, and why.
alter table change_tasks add column stamped_start datetime;
alter table change_tasks add column stamped_end datetime;
alter table change_tasks add column times_by integer references users (id);
alter table change_tasks add column times_at datetime;
alter table change_tasks add column times_reason text not null default '';

-- Who said that a conflict is none, beside what the desk finds by itself.
alter table change_conflicts add column resolved_by integer references users (id);

-- +goose StatementBegin
create trigger change_attempts_event_insert before insert on change_attempts
  when new.version <> 1 or not exists (select 1 from audit_events where entity_kind = 'change_attempt' and entity = new.ref and entity_version = new.version) begin
  select raise(abort, 'an attempt is kept only with its event');
end;
-- +goose StatementEnd
-- +goose StatementBegin
create trigger change_attempts_no_update before update on change_attempts begin
  select raise(abort, 'an attempt is never altered');
end;
-- +goose StatementEnd
-- +goose StatementBegin
create trigger change_attempts_no_delete before delete on change_attempts begin
  select raise(abort, 'an attempt is never deleted');
end;
-- +goose StatementEnd
-- +goose StatementBegin
create trigger change_attempts_no_replace before insert on change_attempts
  when exists (select 1 from change_attempts where id = new.id or ref = new.ref or (slot = new.slot and user_id = new.user_id)) begin
  select raise(abort, 'an attempt is never replaced');
end;
-- +goose StatementEnd

-- +goose Down
-- There is no way down: the log cannot be unmade. Restore the backup made before the upgrade.
select 1;
