-- +goose Up

-- Walks over relations read nothing but an index: one for now, one for any other moment, from either end.
drop index ci_relations_back;
drop index ci_relations_from;
drop index ci_relations_to;
create index ci_relations_first_now on ci_relations (from_id, type, to_id) include (redundancy, needed) where valid_to is null and superseded_at is null;
create index ci_relations_second_now on ci_relations (to_id, type, from_id) include (redundancy, needed) where valid_to is null and superseded_at is null;
create index ci_relations_first on ci_relations (from_id, type, to_id) include (valid_from, valid_to, recorded_at, superseded_at, redundancy, needed);
create index ci_relations_second on ci_relations (to_id, type, from_id) include (valid_from, valid_to, recorded_at, superseded_at, redundancy, needed);
create index ci_relations_superseded on ci_relations (superseded_at) where superseded_at is not null;

-- What a revision of a change's plan is for (primary, affected), and what depends on that (impacted): so many steps
-- away, from which item, by which relation. Derived until the change is authorised, then frozen as evidence.
create table change_cis (
  ticket_id    bigint not null references tickets (id),
  revision     bigint not null,
  ci_id        bigint not null references cis (id),
  role         text not null check (role in ('primary', 'affected', 'impacted')),
  depth        bigint not null,
  parent_ci_id bigint references cis (id),
  relation     text not null default '',
  at_risk      boolean not null default false,
  kept_at      timestamptz not null,
  frozen_at    timestamptz,
  primary key (ticket_id, revision, ci_id)
);
create index change_cis_ci on change_cis (ci_id, ticket_id, revision, role);
create index change_cis_loose on change_cis (ticket_id, revision) where frozen_at is null;
create index changes_window_end on changes (planned_end, planned_start);

-- Guards: what is frozen stays; what a record is about changes only with the event that says so.
-- +goose StatementBegin
create function change_cis_frozen() returns trigger language plpgsql as $$
begin
  if tg_op = 'INSERT' then
    if exists (select 1 from change_cis where ticket_id = new.ticket_id and revision = new.revision and frozen_at is not null) then
      raise exception 'what an authorised plan touches is never altered' using errcode = 'restrict_violation';
    end if;
    return new;
  end if;
  if old.frozen_at is not null or tg_op = 'UPDATE' and (new.ticket_id <> old.ticket_id or new.revision <> old.revision or new.ci_id <> old.ci_id) then
    raise exception 'what an authorised plan touches is never altered' using errcode = 'restrict_violation';
  end if;
  if tg_op = 'DELETE' then
    return old;
  end if;
  return new;
end $$;
create function ticket_cis_need_event() returns trigger language plpgsql as $$
declare ticket bigint;
begin
  if tg_op = 'UPDATE' then
    raise exception 'what a record is about is added and removed, never altered' using errcode = 'restrict_violation';
  end if;
  ticket := case tg_op when 'INSERT' then new.ticket_id else old.ticket_id end;
  if not exists (select 1 from tickets t join audit_events e on e.entity_kind = t.kind and e.entity = t.number and e.entity_version = t.version
                 where t.id = ticket and (e.type = t.kind || '.ci_added' or tg_op = 'DELETE' and e.type = t.kind || '.ci_removed')) then
    raise exception 'what a record is about changes only with its event' using errcode = 'restrict_violation';
  end if;
  if tg_op = 'DELETE' then
    return old;
  end if;
  return new;
end $$;
-- +goose StatementEnd
create trigger change_cis_frozen before insert or update or delete on change_cis for each row execute function change_cis_frozen();
create trigger change_cis_keep_all before truncate on change_cis for each statement execute function audit_refuse();
create trigger ticket_cis_event before insert or update or delete on ticket_cis for each row execute function ticket_cis_need_event();
create trigger ticket_cis_keep_all before truncate on ticket_cis for each statement execute function audit_refuse();

-- A superuser's session_replication_role = replica skips ordinary triggers: these fire always.
-- +goose StatementBegin
do $$
declare t record;
begin
  for t in select c.relname, g.tgname from pg_trigger g join pg_class c on c.oid = g.tgrelid
           where not g.tgisinternal and g.tgenabled <> 'A' and c.relnamespace = current_schema()::regnamespace loop
    execute format('alter table %I enable always trigger %I', t.relname, t.tgname);
  end loop;
end $$;
-- +goose StatementEnd

-- +goose Down
-- There is no way down: the log cannot be unmade. Restore the backup made before the upgrade.
select 1;
