-- +goose Up

-- How a service request came in, as incidents have it.
alter table requests add column contact_type text not null default '';

-- Text that is written once and sent often, for one team or, without a team, for all.
create table canned_texts (
  id         integer primary key,
  ref        text not null unique,
  name       text not null,
  body       text not null,
  team_id    integer references teams (id),
  retired    boolean not null default false,
  version    integer not null,
  updated_at datetime not null
);
create unique index canned_texts_name on canned_texts (coalesce(team_id, 0), name) where not retired;

-- Runs of the verification of the log that somebody asked for: any instance works them, any answers how far they are.
create table verifications (
  id          text primary key,
  state       text not null check (state in ('running', 'passed', 'failed')),
  done        integer not null default 0,
  total       integer not null default 0,
  steps       text not null default '[]',
  started_at  datetime not null,
  heard_at    datetime not null,
  finished_at datetime
);
-- It reads everything: one at a time is enough.
create unique index verifications_running on verifications (state) where state = 'running';

-- +goose StatementBegin
create trigger canned_texts_event_insert before insert on canned_texts
  when not exists (select 1 from audit_events where entity_kind = 'canned_text' and entity = new.ref and entity_version = new.version) begin
  select raise(abort, 'a canned text changes only with its event');
end;
-- +goose StatementEnd
-- +goose StatementBegin
create trigger canned_texts_event_update before update on canned_texts
  when new.version <> old.version + 1 or not exists (select 1 from audit_events where entity_kind = 'canned_text' and entity = new.ref and entity_version = new.version) begin
  select raise(abort, 'a canned text changes by one version at a time and only with its event');
end;
-- +goose StatementEnd
-- +goose StatementBegin
create trigger canned_texts_no_delete before delete on canned_texts begin
  select raise(abort, 'a canned text is never deleted');
end;
-- +goose StatementEnd
-- +goose StatementBegin
create trigger canned_texts_no_replace before insert on canned_texts
  when exists (select 1 from canned_texts where id = new.id or ref = new.ref) begin
  select raise(abort, 'a canned text is never replaced');
end;
-- +goose StatementEnd

-- +goose Down
-- There is no way down: the log cannot be unmade. Restore the backup made before the upgrade.
select 1;
