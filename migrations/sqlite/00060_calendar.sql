-- +goose Up

-- Maintenance windows and freezes: at what times, for which items. When they happen is computed from the rule.
create table change_schedules (
  id              integer primary key,
  ref             text not null unique,
  kind            text not null check (kind in ('window', 'freeze')),
  name            text not null,
  purpose         text not null default '',
  zone            text not null,
  starts          text not null,
  minutes         integer not null check (minutes > 0),
  rule            text not null default '',
  scope           text not null,
  models          text not null default '[]',
  suspended_from  datetime,
  suspended_until datetime,
  suspend_reason  text not null default '',
  retired         boolean not null default false,
  version         integer not null,
  updated_at      datetime not null
);
create index change_schedules_used on change_schedules (kind, name) where not retired;

-- When each open change is planned for, and what it touches then. Derived from the changes and the CMDB.
create table change_bookings (
  ticket_id integer primary key references tickets (id),
  starts_at datetime not null,
  ends_at   datetime not null,
  live      boolean not null,
  model     text not null,
  items     text not null
);
create index change_bookings_time on change_bookings (ends_at, starts_at, ticket_id) where live;
create table change_booking_items (
  ticket_id integer not null references tickets (id),
  ci_id     integer not null references cis (id),
  depth     integer not null,
  primary key (ticket_id, ci_id)
) without rowid;
create table change_booking_ties (
  ticket_id integer not null references tickets (id),
  tie       text not null,
  ci_id     integer not null references cis (id),
  primary key (ticket_id, tie, ci_id)
) without rowid;
create table change_booking_people (
  ticket_id integer not null references tickets (id),
  user_id   integer not null references users (id),
  primary key (ticket_id, user_id)
) without rowid;

-- What is planned already is booked; what it touches is filled in by the first refresh of the calendar.
insert into change_bookings (ticket_id, starts_at, ends_at, live, model, items)
  select c.ticket_id, c.planned_start, c.planned_end, t.state <> 'draft', c.model, c.cis from changes c join tickets t on t.id = c.ticket_id
  where c.planned_start < c.planned_end and t.state in ('draft', 'assess', 'authorize', 'scheduled', 'implementing');
insert into change_booking_people (ticket_id, user_id)
  select distinct b.ticket_id, j.value from change_bookings b join changes c on c.ticket_id = b.ticket_id cross join json_each(c.implementers) j;

-- What stands against a change's time, until it is resolved, or somebody accepts it.
create table change_conflicts (
  id          integer primary key,
  ref         text not null unique,
  ticket_id   integer not null references tickets (id),
  other_id    integer references tickets (id),
  schedule_id integer references change_schedules (id),
  kind        text not null,
  severity    text not null check (severity in ('hard', 'high', 'medium')),
  ci_id       integer references cis (id),
  user_id     integer references users (id),
  basis       text not null,
  state       text not null check (state in ('open', 'accepted', 'resolved')),
  accepted_by integer references users (id),
  reason      text not null default '',
  until       datetime,
  found_at    datetime not null,
  settled_at  datetime,
  version     integer not null
);
create index change_conflicts_ticket on change_conflicts (ticket_id, state);
create index change_conflicts_other on change_conflicts (other_id, state);
create index change_conflicts_schedule on change_conflicts (schedule_id, state);

-- +goose StatementBegin
create trigger change_schedules_event_insert before insert on change_schedules
  when not exists (select 1 from audit_events where entity_kind = 'schedule' and entity = new.ref and entity_version = new.version) begin
  select raise(abort, 'a schedule is made only with its event');
end;
-- +goose StatementEnd
-- +goose StatementBegin
create trigger change_schedules_event_update before update on change_schedules
  when new.version <> old.version + 1 or not exists (select 1 from audit_events where entity_kind = 'schedule' and entity = new.ref and entity_version = new.version) begin
  select raise(abort, 'a schedule changes by one version at a time and only with its event');
end;
-- +goose StatementEnd
-- +goose StatementBegin
create trigger change_schedules_no_delete before delete on change_schedules begin
  select raise(abort, 'a schedule is never deleted');
end;
-- +goose StatementEnd
-- +goose StatementBegin
create trigger change_schedules_no_replace before insert on change_schedules
  when exists (select 1 from change_schedules where id = new.id or ref = new.ref) begin
  select raise(abort, 'a schedule is never replaced');
end;
-- +goose StatementEnd
-- +goose StatementBegin
create trigger change_conflicts_event_insert before insert on change_conflicts
  when not exists (select 1 from audit_events where entity_kind = 'conflict' and entity = new.ref and entity_version = new.version) begin
  select raise(abort, 'a conflict is kept only with its event');
end;
-- +goose StatementEnd
-- +goose StatementBegin
create trigger change_conflicts_event_update before update on change_conflicts
  when new.version <> old.version + 1 or not exists (select 1 from audit_events where entity_kind = 'conflict' and entity = new.ref and entity_version = new.version) begin
  select raise(abort, 'a conflict changes by one version at a time and only with its event');
end;
-- +goose StatementEnd
-- +goose StatementBegin
create trigger change_conflicts_no_delete before delete on change_conflicts begin
  select raise(abort, 'a conflict is never deleted');
end;
-- +goose StatementEnd
-- +goose StatementBegin
create trigger change_conflicts_no_replace before insert on change_conflicts
  when exists (select 1 from change_conflicts where id = new.id or ref = new.ref) begin
  select raise(abort, 'a conflict is never replaced');
end;
-- +goose StatementEnd

-- +goose Down
-- There is no way down: the log cannot be unmade. Restore the backup made before the upgrade.
select 1;
