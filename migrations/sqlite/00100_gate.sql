-- +goose Up

-- What builds and deploys by itself: its account, and what it may do where the gate does not let it through.
create table pipelines (
  id         integer primary key,
  key        text not null unique,
  name       text not null,
  purpose    text not null default '',
  account_id integer not null unique references users (id),
  owner_id   integer references users (id),
  team_id    integer references teams (id),
  items      text not null default '[]',
  modes      text not null default '{}',
  required   text not null default '[]',
  retired    boolean not null default false,
  version    integer not null,
  created_at datetime not null
);

-- One run of a pipeline for one environment, with what it built and what shows that it is sound; it has one change.
create table pipeline_runs (
  id          integer primary key,
  ref         text not null unique,
  pipeline_id integer not null references pipelines (id),
  ticket_id   integer not null references tickets (id),
  name        text not null,
  environment text not null,
  url         text not null default '',
  commits     text not null default '[]',
  artifacts   text not null default '[]',
  evidence    text not null default '[]',
  said        text not null,
  version     integer not null,
  created_at  datetime not null,
  unique (pipeline_id, name, environment)
);
create index pipeline_runs_change on pipeline_runs (ticket_id, id);

-- What went, or is going, into an environment. A pass of the gate is spent by the row that it let in.
create table deployments (
  id          integer primary key,
  ref         text not null unique,
  ticket_id   integer not null references tickets (id),
  pipeline_id integer references pipelines (id),
  run_id      integer references pipeline_runs (id),
  environment text not null,
  artifact    text not null,
  url         text not null default '',
  state       text not null check (state in ('started', 'succeeded', 'failed', 'rolled_back')),
  authorised  boolean not null,
  why         text not null default '',
  claimed     text not null default '',
  nonce       text,
  revision    integer not null,
  digest      text not null default '',
  actor_id    integer references users (id),
  started_at  datetime not null,
  finished_at datetime,
  told_start  datetime,
  told_finish datetime,
  evidence    text not null default '[]',
  note        text not null default '',
  version     integer not null
);
create unique index deployments_nonce on deployments (nonce) where nonce is not null;
create index deployments_change on deployments (ticket_id, id);
create index deployments_pipeline on deployments (pipeline_id, id);
create index deployments_same on deployments (artifact, environment, id);

-- Who is told when something happens to changes. The secret that signs is sealed with a key outside the database.
create table webhooks (
  id         integer primary key,
  ref        text not null unique,
  name       text not null,
  url        text not null,
  events     text not null,
  secret     text not null,
  secret_at  datetime not null,
  state      text not null check (state in ('active', 'paused', 'retired')),
  version    integer not null,
  created_at datetime not null
);

-- What was, or is to be, sent to whom: plumbing that is forgotten after a while.
create table webhook_deliveries (
  id         integer primary key,
  ref        text not null unique,
  webhook_id integer not null references webhooks (id),
  event      text not null,
  subject    text not null default '',
  once       text not null,
  body       text not null,
  state      text not null check (state in ('waiting', 'delivered', 'dead')),
  attempts   integer not null default 0,
  status     integer not null default 0,
  trouble    text not null default '',
  created_at datetime not null,
  tried_at   datetime,
  unique (webhook_id, once)
);
create index webhook_deliveries_latest on webhook_deliveries (webhook_id, id);
create index webhook_deliveries_old on webhook_deliveries (created_at);

-- +goose StatementBegin
create trigger pipelines_event_insert before insert on pipelines
  when not exists (select 1 from audit_events where entity_kind = 'pipeline' and entity = new.key and entity_version = new.version) begin
  select raise(abort, 'a pipeline is made only with its event');
end;
-- +goose StatementEnd
-- +goose StatementBegin
create trigger pipelines_event_update before update on pipelines
  when new.version <> old.version + 1 or new.key <> old.key or new.account_id <> old.account_id
    or not exists (select 1 from audit_events where entity_kind = 'pipeline' and entity = new.key and entity_version = new.version) begin
  select raise(abort, 'a pipeline changes by one version at a time and only with its event');
end;
-- +goose StatementEnd
-- +goose StatementBegin
create trigger pipelines_no_delete before delete on pipelines begin
  select raise(abort, 'a pipeline is never deleted');
end;
-- +goose StatementEnd
-- +goose StatementBegin
create trigger pipelines_no_replace before insert on pipelines
  when exists (select 1 from pipelines where id = new.id or key = new.key) begin
  select raise(abort, 'a pipeline is never replaced');
end;
-- +goose StatementEnd

-- +goose StatementBegin
create trigger pipeline_runs_event_insert before insert on pipeline_runs
  when not exists (select 1 from audit_events where entity_kind = 'pipeline_run' and entity = new.ref and entity_version = new.version) begin
  select raise(abort, 'a run is made only with its event');
end;
-- +goose StatementEnd
-- +goose StatementBegin
create trigger pipeline_runs_event_update before update on pipeline_runs
  when new.version <> old.version + 1 or new.ref <> old.ref or new.ticket_id <> old.ticket_id or new.artifacts <> old.artifacts
    or not exists (select 1 from audit_events where entity_kind = 'pipeline_run' and entity = new.ref and entity_version = new.version) begin
  select raise(abort, 'a run changes by one version at a time and only with its event');
end;
-- +goose StatementEnd
-- +goose StatementBegin
create trigger pipeline_runs_no_delete before delete on pipeline_runs begin
  select raise(abort, 'a run is never deleted');
end;
-- +goose StatementEnd
-- +goose StatementBegin
create trigger pipeline_runs_no_replace before insert on pipeline_runs
  when exists (select 1 from pipeline_runs where id = new.id or ref = new.ref) begin
  select raise(abort, 'a run is never replaced');
end;
-- +goose StatementEnd

-- +goose StatementBegin
create trigger deployments_event_insert before insert on deployments
  when not exists (select 1 from audit_events where entity_kind = 'deployment' and entity = new.ref and entity_version = new.version) begin
  select raise(abort, 'a deployment is made only with its event');
end;
-- +goose StatementEnd
-- +goose StatementBegin
create trigger deployments_event_update before update on deployments
  when new.version <> old.version + 1 or new.ref <> old.ref or new.ticket_id <> old.ticket_id or new.authorised <> old.authorised or new.artifact <> old.artifact or coalesce(new.nonce, '') <> coalesce(old.nonce, '')
    or not exists (select 1 from audit_events where entity_kind = 'deployment' and entity = new.ref and entity_version = new.version) begin
  select raise(abort, 'a deployment changes by one version at a time and only with its event');
end;
-- +goose StatementEnd
-- +goose StatementBegin
create trigger deployments_no_delete before delete on deployments begin
  select raise(abort, 'a deployment is never deleted');
end;
-- +goose StatementEnd
-- +goose StatementBegin
create trigger deployments_no_replace before insert on deployments
  when exists (select 1 from deployments where id = new.id or ref = new.ref) begin
  select raise(abort, 'a deployment is never replaced');
end;
-- +goose StatementEnd

-- +goose StatementBegin
create trigger webhooks_event_insert before insert on webhooks
  when not exists (select 1 from audit_events where entity_kind = 'webhook' and entity = new.ref and entity_version = new.version) begin
  select raise(abort, 'a webhook is made only with its event');
end;
-- +goose StatementEnd
-- +goose StatementBegin
create trigger webhooks_event_update before update on webhooks
  when new.version <> old.version + 1 or new.ref <> old.ref
    or not exists (select 1 from audit_events where entity_kind = 'webhook' and entity = new.ref and entity_version = new.version) begin
  select raise(abort, 'a webhook changes by one version at a time and only with its event');
end;
-- +goose StatementEnd
-- +goose StatementBegin
create trigger webhooks_no_delete before delete on webhooks begin
  select raise(abort, 'a webhook is never deleted');
end;
-- +goose StatementEnd
-- +goose StatementBegin
create trigger webhooks_no_replace before insert on webhooks
  when exists (select 1 from webhooks where id = new.id or ref = new.ref) begin
  select raise(abort, 'a webhook is never replaced');
end;
-- +goose StatementEnd

-- +goose Down
-- There is no way down: the log cannot be unmade. Restore the backup made before the upgrade.
select 1;
