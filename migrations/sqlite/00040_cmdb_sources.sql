-- +goose Up

-- Where items come from. Precedence is a list of class, attribute and rank that overrides the rank of the source; 0 ranks before all.
create table ci_sources (
  id           integer primary key,
  key          text not null unique,
  name         text not null,
  kind         text not null check (kind in ('file', 'push')),
  rank         integer not null check (rank between 0 and 100),
  precedence   text not null default '[]',
  stale_days   integer not null check (stale_days between 1 and 3650),
  missing      text not null check (missing in ('keep', 'retire')),
  retire_share integer not null check (retire_share between 0 and 100),
  account_id   integer references users (id),
  version      integer not null
);

-- One reading of one source, and what became of it. Plumbing: what it changes says so in its own events.
create table ci_runs (
  id            integer primary key,
  ref           text not null unique,
  source_id     integer not null references ci_sources (id),
  state         text not null check (state in ('waiting', 'reading', 'proposed', 'applying', 'applied', 'undoing', 'undone', 'discarded', 'failed')),
  whole         boolean not null, -- it lists everything that the source has
  file          text not null,
  file_key      text not null default '',
  sha256        text not null,
  mapping       text not null,
  mapping_body  text not null default '',
  by_id         integer references users (id),
  by_ref        text not null,
  summary       text not null default '{}',
  position      integer not null default 0,
  events        integer not null default 0,
  problem       text not null default '',
  made_at       datetime not null,
  touched_at    datetime not null,
  observed_at   datetime not null,
  proposed_at   datetime,
  applied_at    datetime,
  undone_at     datetime
);
create index ci_runs_source on ci_runs (source_id, id);

-- What a run says of one item: the proposal, and once it is applied what it replaced. Done: 0 proposed, 1 applied, 2 undone,
-- 3 kept by an undo, 4 failed.
create table ci_run_items (
  run_id    integer not null references ci_runs (id),
  seq       integer not null,
  line      integer not null,
  key       text not null,
  class     text not null,
  name      text not null,
  serial    text not null default '',
  asset_tag text not null default '',
  ci_id     integer references cis (id),
  version   integer not null default 0,
  matched   text not null default '',
  action    text not null check (action in ('new', 'changed', 'unchanged', 'outranked', 'conflicting', 'refused', 'person', 'retired', 'gone')),
  done      integer not null default 0,
  proposal  text not null,
  outcome   text not null default '',
  primary key (run_id, seq)
) without rowid;
create index ci_run_items_key on ci_run_items (run_id, key);
create index ci_run_items_name on ci_run_items (run_id, name);
create index ci_run_items_action on ci_run_items (run_id, action, seq);
create index ci_run_items_ci on ci_run_items (ci_id, run_id) where ci_id is not null;

-- What a run says of one relation or membership. Of a membership, type is the name of the group and other its key.
create table ci_run_ties (
  run_id   integer not null references ci_runs (id),
  seq      integer not null,
  line     integer not null,
  kind     text not null check (kind in ('relation', 'member')),
  key      text not null,
  type     text not null,
  inverse  boolean not null,
  other    text not null,
  from_id  integer references cis (id),
  to_id    integer references cis (id),
  ref      text not null default '',
  action   text not null check (action in ('new', 'unchanged', 'ended', 'unresolved', 'refused')),
  done     integer not null default 0,
  reason   text not null default '',
  primary key (run_id, seq)
) without rowid;
create index ci_run_ties_ref on ci_run_ties (run_id, ref);
create index ci_run_ties_action on ci_run_ties (run_id, action, seq);

-- One item that lives on in another one, and what was moved for that.
create table ci_merges (
  id        integer primary key,
  from_id   integer not null references cis (id),
  into_id   integer not null references cis (id),
  version   integer not null,
  moved     text not null,
  reason    text not null,
  by_id     integer references users (id),
  merged_at datetime not null,
  undone_at datetime
);
create unique index ci_merges_open on ci_merges (from_id) where undone_at is null;
create index ci_merges_into on ci_merges (into_id);

-- The status that a source reported last: only a status that it reports anew is proposed.
alter table ci_sightings add column status text not null default '';

create index cis_merged on cis (merged_into) where merged_into is not null;

-- +goose StatementBegin
create trigger ci_sources_event_insert before insert on ci_sources
  when not exists (select 1 from audit_events where entity_kind = 'ci_source' and entity = new.key and entity_version = new.version) begin
  select raise(abort, 'a source changes only with its event');
end;
-- +goose StatementEnd
-- +goose StatementBegin
create trigger ci_sources_event_update before update on ci_sources
  when new.version <> old.version + 1 or not exists (select 1 from audit_events where entity_kind = 'ci_source' and entity = new.key and entity_version = new.version) begin
  select raise(abort, 'a source changes by one version at a time and only with its event');
end;
-- +goose StatementEnd
-- +goose StatementBegin
create trigger ci_sources_no_delete before delete on ci_sources begin
  select raise(abort, 'a source is never deleted');
end;
-- +goose StatementEnd
-- +goose StatementBegin
create trigger ci_sources_no_replace before insert on ci_sources
  when exists (select 1 from ci_sources where id = new.id or key = new.key) begin
  select raise(abort, 'a source is never replaced');
end;
-- +goose StatementEnd
-- +goose StatementBegin
create trigger ci_merges_event before insert on ci_merges
  when not exists (select 1 from cis c join audit_events e on e.entity_kind = 'ci' and e.entity = c.number where c.id = new.from_id and e.entity_version = new.version) begin
  select raise(abort, 'a merge is recorded only with its event');
end;
-- +goose StatementEnd
-- +goose StatementBegin
create trigger ci_merges_no_delete before delete on ci_merges begin
  select raise(abort, 'a merge is never deleted');
end;
-- +goose StatementEnd

-- +goose Down
-- There is no way down: the log cannot be unmade. Restore the backup made before the upgrade.
select 1;
