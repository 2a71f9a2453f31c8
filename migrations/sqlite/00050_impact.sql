-- +goose Up

-- Walks over relations read nothing but an index: one for now, one for any other moment, from either end.
drop index ci_relations_back;
drop index ci_relations_from;
drop index ci_relations_to;
create index ci_relations_first_now on ci_relations (from_id, type, to_id, redundancy, needed) where valid_to is null and superseded_at is null;
create index ci_relations_second_now on ci_relations (to_id, type, from_id, redundancy, needed) where valid_to is null and superseded_at is null;
create index ci_relations_first on ci_relations (from_id, type, to_id, valid_from, valid_to, recorded_at, superseded_at, redundancy, needed);
create index ci_relations_second on ci_relations (to_id, type, from_id, valid_from, valid_to, recorded_at, superseded_at, redundancy, needed);
create index ci_relations_superseded on ci_relations (superseded_at) where superseded_at is not null;

-- What a revision of a change's plan is for (primary, affected), and what depends on that (impacted): so many steps
-- away, from which item, by which relation. Derived until the change is authorised, then frozen as evidence.
create table change_cis (
  ticket_id    integer not null references tickets (id),
  revision     integer not null,
  ci_id        integer not null references cis (id),
  role         text not null check (role in ('primary', 'affected', 'impacted')),
  depth        integer not null,
  parent_ci_id integer references cis (id),
  relation     text not null default '',
  at_risk      boolean not null default false,
  kept_at      datetime not null,
  frozen_at    datetime,
  primary key (ticket_id, revision, ci_id)
) without rowid;
create index change_cis_ci on change_cis (ci_id, ticket_id, revision, role);
create index change_cis_loose on change_cis (ticket_id, revision) where frozen_at is null;
create index changes_window_end on changes (planned_end, planned_start);

-- Guards: what is frozen stays; what a record is about changes only with the event that says so.
-- +goose StatementBegin
create trigger change_cis_frozen_insert before insert on change_cis
  when exists (select 1 from change_cis where ticket_id = new.ticket_id and revision = new.revision and frozen_at is not null) begin
  select raise(abort, 'what an authorised plan touches is never altered');
end;
-- +goose StatementEnd
-- +goose StatementBegin
create trigger change_cis_frozen_update before update on change_cis
  when old.frozen_at is not null or new.ticket_id <> old.ticket_id or new.revision <> old.revision or new.ci_id <> old.ci_id begin
  select raise(abort, 'what an authorised plan touches is never altered');
end;
-- +goose StatementEnd
-- +goose StatementBegin
create trigger change_cis_frozen_delete before delete on change_cis when old.frozen_at is not null begin
  select raise(abort, 'what an authorised plan touches is never altered');
end;
-- +goose StatementEnd
-- +goose StatementBegin
create trigger ticket_cis_event_insert before insert on ticket_cis
  when not exists (select 1 from tickets t join audit_events e on e.entity_kind = t.kind and e.entity = t.number and e.entity_version = t.version
    where t.id = new.ticket_id and e.type = t.kind || '.ci_added') begin
  select raise(abort, 'what a record is about changes only with its event');
end;
-- +goose StatementEnd
-- +goose StatementBegin
create trigger ticket_cis_event_delete before delete on ticket_cis
  when not exists (select 1 from tickets t join audit_events e on e.entity_kind = t.kind and e.entity = t.number and e.entity_version = t.version
    where t.id = old.ticket_id and e.type in (t.kind || '.ci_added', t.kind || '.ci_removed')) begin
  select raise(abort, 'what a record is about changes only with its event');
end;
-- +goose StatementEnd
-- +goose StatementBegin
create trigger ticket_cis_no_update before update on ticket_cis begin
  select raise(abort, 'what a record is about is added and removed, never altered');
end;
-- +goose StatementEnd

-- +goose Down
-- There is no way down: the log cannot be unmade. Restore the backup made before the upgrade.
select 1;
