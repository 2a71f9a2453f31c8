-- +goose Up

-- Every version of the model of the CMDB: its classes, attributes and types of relation, as one JSON document.
create table cmdb_models (
  version integer primary key,
  body    text not null,
  note    text not null default '',
  made_by integer references users (id),
  made_at datetime not null
);

-- Configuration items as they are now. The columns after status are copies of what the values in body say, to list by.
create table cis (
  id             integer primary key,
  number         text not null unique,
  class          text not null,
  name           text not null,
  status         text not null check (status in ('planned', 'in_stock', 'live', 'under_maintenance', 'retired', 'disposed')),
  presence       text not null default 'present' check (presence in ('present', 'merged', 'withdrawn')),
  merged_into    integer references cis (id),
  environment    text not null default '',
  criticality    integer not null default 0 check (criticality between 0 and 4),
  team_id        integer references teams (id),
  owner_id       integer references users (id),
  used_by        integer references users (id),
  site_id        integer references sites (id),
  serial         text not null default '',
  asset_tag      text not null default '',
  tags           text not null default '',
  warranty_until text not null default '',
  support_until  text not null default '',
  body           text not null,
  verified_at    datetime,
  verified_by    integer references users (id),
  version        integer not null,
  created_at     datetime not null,
  updated_at     datetime not null
);

-- What the lists are served by: a walk in the order of the list, or over the filter that fits the fewest.
create index cis_name on cis (name, id) where presence = 'present';
create index cis_updated on cis (updated_at desc, id desc) where presence = 'present';
create index cis_criticality on cis ((case criticality when 0 then 9 else criticality end), name, id) where presence = 'present';
create index cis_verified on cis (coalesce(verified_at, '0001-01-01 00:00:00.000000'), id) where presence = 'present';
create index cis_class_name on cis (class, name, id) where presence = 'present';
create index cis_team_name on cis (team_id, name, id) where presence = 'present';
create index cis_site_name on cis (site_id, name, id) where presence = 'present';
create index cis_owner_name on cis (owner_id, name, id) where presence = 'present';
create index cis_user_name on cis (used_by, name, id) where presence = 'present';
create index cis_serial on cis (serial, id) where serial <> '';
create index cis_asset_tag on cis (asset_tag, id) where asset_tag <> '';

-- What was so, when, and since when it was known: valid time and recorded time. One row is one configuration item over
-- one stretch of valid time, as recorded by one version of it; a correction supersedes rows and adds others.
create table ci_revisions (
  id             integer primary key,
  ci_id          integer not null references cis (id),
  version        integer not null,
  class          text not null,
  name           text not null,
  status         text not null,
  presence       text not null,
  merged_into    integer,
  environment    text not null,
  criticality    integer not null,
  team_id        integer,
  owner_id       integer,
  used_by        integer,
  site_id        integer,
  serial         text not null,
  asset_tag      text not null,
  tags           text not null,
  warranty_until text not null,
  support_until  text not null,
  body           text not null,
  verified_at    datetime,
  verified_by    integer,
  created_at     datetime not null,
  updated_at     datetime not null,
  valid_from     datetime not null,
  valid_to       datetime,
  recorded_at    datetime not null,
  superseded_at  datetime
);
create index ci_revisions_ci on ci_revisions (ci_id, recorded_at);
create index ci_revisions_known on ci_revisions (ci_id) where superseded_at is null;
create index ci_revisions_name on ci_revisions (name, ci_id);
create index ci_revisions_class on ci_revisions (class, name, ci_id);

-- The present values of attributes that a class declares, to filter by.
create table ci_attributes (
  ci_id integer not null references cis (id),
  field text not null,
  value text not null,
  primary key (ci_id, field)
) without rowid;
create index ci_attributes_value on ci_attributes (field, value, ci_id);

create table ci_relations (
  id            integer primary key,
  ref           text not null,
  from_id       integer not null references cis (id),
  type          text not null,
  to_id         integer not null references cis (id),
  redundancy    text not null default '', -- relations of one kind on one item that stand in for each other
  needed        integer not null default 0, -- how many of them it takes
  source        text not null default '',
  by_id         integer references users (id),
  version       integer not null,
  valid_from    datetime not null,
  valid_to      datetime,
  recorded_at   datetime not null,
  superseded_at datetime,
  check (from_id <> to_id)
);
create unique index ci_relations_now on ci_relations (from_id, type, to_id) where valid_to is null and superseded_at is null;
create index ci_relations_back on ci_relations (to_id, type, from_id) where valid_to is null and superseded_at is null;
create index ci_relations_from on ci_relations (from_id, recorded_at);
create index ci_relations_to on ci_relations (to_id, recorded_at);
create index ci_relations_ref on ci_relations (ref);

create table ci_groups (
  id      integer primary key,
  key     text not null unique,
  name    text not null,
  purpose text not null default '',
  version integer not null
);

create table ci_memberships (
  id            integer primary key,
  ref           text not null,
  group_id      integer not null references ci_groups (id),
  ci_id         integer not null references cis (id),
  reason        text not null default '',
  by_id         integer references users (id),
  version       integer not null,
  valid_from    datetime not null,
  valid_to      datetime,
  recorded_at   datetime not null,
  superseded_at datetime
);
create index ci_memberships_group on ci_memberships (group_id, ci_id) where superseded_at is null;
create index ci_memberships_ci on ci_memberships (ci_id, group_id);
create index ci_memberships_ref on ci_memberships (ref);

-- When a source last said that an item is there, and by which key it calls it. Not a record: the run that saw it is.
create table ci_sightings (
  source     text not null,
  key        text not null,
  ci_id      integer not null references cis (id),
  first_seen datetime not null,
  last_seen  datetime not null,
  primary key (source, key)
) without rowid;
create index ci_sightings_ci on ci_sightings (ci_id);
create index ci_sightings_seen on ci_sightings (source, last_seen);

-- The configuration items of a record: affected is what it is about, impacted what suffers from it.
create table ticket_cis (
  ticket_id integer not null references tickets (id),
  ci_id     integer not null references cis (id),
  role      text not null check (role in ('affected', 'impacted')),
  added_by  integer references users (id),
  added_at  datetime not null,
  primary key (ticket_id, ci_id)
);
create index ticket_cis_ci on ticket_cis (ci_id, ticket_id);

create virtual table ci_search using fts5 (number, name, codes, people, words, tokenize = "unicode61 remove_diacritics 2", prefix = '2 3');

-- Guards: a configuration item, its relations and its memberships change only with the event that says so, and
-- what was known is never unknown again.
-- +goose StatementBegin
create trigger cis_event_insert before insert on cis
  when not exists (select 1 from audit_events where entity_kind = 'ci' and entity = new.number and entity_version = new.version) begin
  select raise(abort, 'a configuration item changes only with its event');
end;
-- +goose StatementEnd
-- +goose StatementBegin
create trigger cis_event_update before update on cis
  when new.version <> old.version + 1 or not exists (select 1 from audit_events where entity_kind = 'ci' and entity = new.number and entity_version = new.version) begin
  select raise(abort, 'a configuration item changes by one version at a time and only with its event');
end;
-- +goose StatementEnd
-- +goose StatementBegin
create trigger cis_no_delete before delete on cis begin
  select raise(abort, 'a configuration item is never deleted');
end;
-- +goose StatementEnd
-- +goose StatementBegin
create trigger cis_no_replace before insert on cis
  when exists (select 1 from cis where id = new.id or number = new.number) begin
  select raise(abort, 'a configuration item is never replaced');
end;
-- +goose StatementEnd
-- +goose StatementBegin
create trigger ci_revisions_event before insert on ci_revisions
  when not exists (select 1 from cis c join audit_events e on e.entity_kind = 'ci' and e.entity = c.number where c.id = new.ci_id and e.entity_version = new.version) begin
  select raise(abort, 'a revision is recorded only with its event');
end;
-- +goose StatementEnd
-- +goose StatementBegin
create trigger ci_revisions_only_superseded before update on ci_revisions
  when old.superseded_at is not null or new.superseded_at is null or new.id <> old.id or new.ci_id <> old.ci_id or new.version <> old.version or new.body <> old.body
    or new.name <> old.name or new.class <> old.class or new.status <> old.status or new.presence <> old.presence
    or new.valid_from <> old.valid_from or new.valid_to is not old.valid_to or new.recorded_at <> old.recorded_at begin
  select raise(abort, 'what was recorded is superseded, never altered');
end;
-- +goose StatementEnd
-- +goose StatementBegin
create trigger ci_revisions_no_delete before delete on ci_revisions begin
  select raise(abort, 'what was recorded is never deleted');
end;
-- +goose StatementEnd
-- +goose StatementBegin
create trigger ci_revisions_no_replace before insert on ci_revisions
  when exists (select 1 from ci_revisions where id = new.id) begin
  select raise(abort, 'what was recorded is never replaced');
end;
-- +goose StatementEnd
-- +goose StatementBegin
create trigger ci_relations_event before insert on ci_relations
  when not exists (select 1 from audit_events where entity_kind = 'ci_relation' and entity = new.ref and entity_version = new.version) begin
  select raise(abort, 'a relation changes only with its event');
end;
-- +goose StatementEnd
-- +goose StatementBegin
create trigger ci_relations_only_superseded before update on ci_relations
  when old.superseded_at is not null or new.superseded_at is null or new.id <> old.id or new.ref <> old.ref or new.from_id <> old.from_id or new.to_id <> old.to_id
    or new.type <> old.type or new.redundancy <> old.redundancy or new.needed <> old.needed or new.version <> old.version
    or new.valid_from <> old.valid_from or new.valid_to is not old.valid_to or new.recorded_at <> old.recorded_at begin
  select raise(abort, 'what was recorded is superseded, never altered');
end;
-- +goose StatementEnd
-- +goose StatementBegin
create trigger ci_relations_no_delete before delete on ci_relations begin
  select raise(abort, 'what was recorded is never deleted');
end;
-- +goose StatementEnd
-- +goose StatementBegin
create trigger ci_relations_no_replace before insert on ci_relations
  when exists (select 1 from ci_relations where id = new.id) begin
  select raise(abort, 'what was recorded is never replaced');
end;
-- +goose StatementEnd
-- +goose StatementBegin
create trigger ci_memberships_event before insert on ci_memberships
  when not exists (select 1 from audit_events where entity_kind = 'ci_membership' and entity = new.ref and entity_version = new.version) begin
  select raise(abort, 'a membership changes only with its event');
end;
-- +goose StatementEnd
-- +goose StatementBegin
create trigger ci_memberships_only_superseded before update on ci_memberships
  when old.superseded_at is not null or new.superseded_at is null or new.id <> old.id or new.ref <> old.ref or new.group_id <> old.group_id or new.ci_id <> old.ci_id
    or new.version <> old.version or new.valid_from <> old.valid_from or new.valid_to is not old.valid_to or new.recorded_at <> old.recorded_at begin
  select raise(abort, 'what was recorded is superseded, never altered');
end;
-- +goose StatementEnd
-- +goose StatementBegin
create trigger ci_memberships_no_delete before delete on ci_memberships begin
  select raise(abort, 'what was recorded is never deleted');
end;
-- +goose StatementEnd
-- +goose StatementBegin
create trigger ci_memberships_no_replace before insert on ci_memberships
  when exists (select 1 from ci_memberships where id = new.id) begin
  select raise(abort, 'what was recorded is never replaced');
end;
-- +goose StatementEnd

-- +goose Down
-- There is no way down: the log cannot be unmade. Restore the backup made before the upgrade.
select 1;
