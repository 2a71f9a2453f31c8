-- +goose Up

-- Standard changes come from templates that a board approved once; the work of a change is done in tasks, and undone with
-- one of its own.
alter table changes add column template text not null default '';
alter table changes add column template_edition integer not null default 0;
alter table changes add column backout_at datetime;
alter table changes add column backout_by integer references users (id);
alter table changes add column backout_reason text not null default '';
create index changes_template on changes (template, actual_end) where template <> '';

-- One edition of a template. What it says is a document; what was decided on it is its ballot.
create table change_templates (
  id           integer primary key,
  key          text not null,
  edition      integer not null,
  state        text not null check (state in ('draft', 'proposed', 'approved', 'published', 'suspended', 'retired')),
  title        text not null,
  body         text not null,
  digest       text not null,
  author_id    integer references users (id),
  editors      text not null default '[]',
  evidence     text not null default '[]',
  ballot       text not null default '',
  reason       text not null default '',
  published_at datetime,
  expires_at   datetime,
  state_since  datetime not null,
  version      integer not null,
  created_at   datetime not null,
  unique (key, edition)
);

-- One step of the work on a change.
create table change_tasks (
  id          integer primary key,
  number      text not null unique,
  ticket_id   integer not null references tickets (id),
  position    integer not null,
  kind        text not null check (kind in ('plan', 'build', 'test', 'deploy', 'verify', 'backout')),
  title       text not null,
  state       text not null check (state in ('open', 'in_progress', 'done', 'failed', 'skipped')),
  team_id     integer references teams (id),
  assignee_id integer references users (id),
  after       text not null default '[]',
  checklist   text not null default '[]',
  evidence    text not null default '[]',
  result      text not null default '',
  started_at  datetime,
  started_by  integer references users (id),
  ended_at    datetime,
  ended_by    integer references users (id),
  version     integer not null,
  created_at  datetime not null
);
create index change_tasks_change on change_tasks (ticket_id, position);
create index change_tasks_assignee on change_tasks (assignee_id, state);

-- +goose StatementBegin
create trigger change_templates_event_insert before insert on change_templates
  when not exists (select 1 from audit_events where entity_kind = 'template' and entity = new.key || '/' || new.edition and entity_version = new.version) begin
  select raise(abort, 'a template is drafted only with its event');
end;
-- +goose StatementEnd
-- +goose StatementBegin
create trigger change_templates_event_update before update on change_templates
  when new.version <> old.version + 1 or new.key <> old.key or new.edition <> old.edition
    or not exists (select 1 from audit_events where entity_kind = 'template' and entity = new.key || '/' || new.edition and entity_version = new.version) begin
  select raise(abort, 'a template changes by one version at a time and only with its event');
end;
-- +goose StatementEnd
-- +goose StatementBegin
create trigger change_templates_no_delete before delete on change_templates begin
  select raise(abort, 'a template is never deleted');
end;
-- +goose StatementEnd
-- +goose StatementBegin
create trigger change_templates_no_replace before insert on change_templates
  when exists (select 1 from change_templates where id = new.id or (key = new.key and edition = new.edition)) begin
  select raise(abort, 'a template is never replaced');
end;
-- +goose StatementEnd
-- +goose StatementBegin
create trigger change_tasks_event_insert before insert on change_tasks
  when not exists (select 1 from audit_events where entity_kind = 'change_task' and entity = new.number and entity_version = new.version) begin
  select raise(abort, 'a task is added only with its event');
end;
-- +goose StatementEnd
-- +goose StatementBegin
create trigger change_tasks_event_update before update on change_tasks
  when new.version <> old.version + 1 or new.ticket_id <> old.ticket_id
    or not exists (select 1 from audit_events where entity_kind = 'change_task' and entity = new.number and entity_version = new.version) begin
  select raise(abort, 'a task changes by one version at a time and only with its event');
end;
-- +goose StatementEnd
-- +goose StatementBegin
create trigger change_tasks_no_delete before delete on change_tasks begin
  select raise(abort, 'a task is never deleted');
end;
-- +goose StatementEnd
-- +goose StatementBegin
create trigger change_tasks_no_replace before insert on change_tasks
  when exists (select 1 from change_tasks where id = new.id or number = new.number) begin
  select raise(abort, 'a task is never replaced');
end;
-- +goose StatementEnd

-- +goose Down
-- There is no way down: the log cannot be unmade. Restore the backup made before the upgrade.
select 1;
