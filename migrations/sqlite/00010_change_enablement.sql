-- +goose Up

-- Change enablement: models as data, risk with its reasons, approvals by policy, emergencies.
--
-- A CHECK cannot be altered: the table of changes is built anew, with its index and its guards.
create table changes_new (
  ticket_id           integer primary key references tickets (id),
  version             integer not null,
  model               text not null check (model in ('standard', 'normal', 'emergency', 'unauthorised', 'registration')),
  risk                text not null check (risk in ('low', 'medium', 'high')),
  owner_id            integer references users (id),
  justification       text not null default '',
  implementation_plan text not null default '',
  test_plan           text not null default '',
  backout_plan        text not null default '',
  planned_start       datetime,
  planned_end         datetime,
  affected_services   text not null default '[]',
  implementers        text not null default '[]',
  editors             text not null default '[]',
  revision            integer not null,
  digest              text not null,
  hold_reason         text not null default '',
  hold_since          datetime,
  outcome             text not null default '',
  close_notes         text not null default '',
  actual_start        datetime,
  actual_end          datetime,
  plan_form           integer not null default 1,
  model_version       integer not null default 0,
  lane                text not null default '',
  category            text not null default '',
  reason_code         text not null default '',
  environment         text not null default '',
  outage              text not null default '' check (outage in ('', 'yes', 'no')),
  outage_minutes      integer not null default 0,
  backout_tested      text not null default '' check (backout_tested in ('', 'yes', 'no')),
  communication_plan  text not null default '',
  verification_plan   text not null default '',
  security_touched    text not null default '' check (security_touched in ('', 'yes', 'no')),
  security_impact     text not null default '',
  tester_id           integer references users (id),
  cis                 text not null default '[]',
  answers             text not null default '',
  risk_computed       text not null default '',
  risk_chosen         text not null default '',
  risk_lowered        text not null default '',
  risk_lowered_from   text not null default '',
  risk_reason         text not null default '',
  assessment          text not null default '',
  peer_id             integer references users (id),
  peer_at             datetime,
  peer_digest         text not null default '',
  peer_note           text not null default '',
  incident            text not null default '',
  started_by          integer references users (id),
  retro_due_at        datetime,
  retro_state         text not null default '' check (retro_state in ('', 'pending', 'approved', 'rejected')),
  retro_late_at       datetime,
  exceptions          text not null default '[]'
);
insert into changes_new (ticket_id, version, model, risk, owner_id, justification, implementation_plan, test_plan, backout_plan, planned_start, planned_end, affected_services, implementers, editors, revision, digest, hold_reason, hold_since, outcome, close_notes, actual_start, actual_end) select ticket_id, version, model, risk, owner_id, justification, implementation_plan, test_plan, backout_plan, planned_start, planned_end, affected_services, implementers, editors, revision, digest, hold_reason, hold_since, outcome, close_notes, actual_start, actual_end from changes;
drop table changes;
alter table changes_new rename to changes;
create index changes_window on changes (planned_start, planned_end);
create index changes_retro on changes (retro_due_at) where retro_state = 'pending';
create index tickets_changes_closed on tickets (team_id, closed_at) where kind = 'change';
-- +goose StatementBegin
create trigger changes_event_update before update on changes
  when new.version <> old.version + 1 or not exists (
    select 1 from audit_events e join tickets t on e.entity_kind = t.kind and e.entity = t.number
    where t.id = new.ticket_id and e.entity_version = new.version) begin
  select raise(abort, 'a change alters by one version at a time and only with its event');
end;
-- +goose StatementEnd
-- +goose StatementBegin
create trigger changes_no_delete before delete on changes begin
  select raise(abort, 'a change is never deleted');
end;
-- +goose StatementEnd
-- +goose StatementBegin
create trigger changes_no_replace before insert on changes
  when exists (select 1 from changes where ticket_id = new.ticket_id) begin
  select raise(abort, 'a change is never replaced');
end;
-- +goose StatementEnd

alter table approval_slots add column kind text not null default 'board';
alter table approval_slots add column percent integer not null default 0;
alter table approval_slots add column veto text not null default 'any' check (veto in ('any', 'majority', 'none'));
alter table approval_slots add column advisory boolean not null default false;
alter table approval_slots add column sign boolean not null default false;
alter table approval_slots add column meaning text not null default '';
alter table approval_slots add column apart boolean not null default false;
alter table approval_slots add column retro boolean not null default false;
alter table approval_slots add column due_at datetime;
alter table approval_slots add column reminded_at datetime;
alter table approval_slots add column escalated_at datetime;
alter table approval_slots add column overridden_by integer references users (id);
alter table approval_slots add column overridden_at datetime;
alter table approval_slots add column override_reason text not null default '';
alter table approval_decisions add column meaning text not null default '';
alter table approval_decisions add column signed_at datetime;
alter table delegations add column max_risk text not null default '';
alter table delegations add column models text not null default '';
alter table sessions add column confirmed_at datetime;

-- A condition under which somebody approved: it guards a move until it is met, with evidence.
create table approval_conditions (
  id        integer primary key,
  ref       text not null unique,
  ticket_id integer not null references tickets (id),
  slot_id   integer not null references approval_slots (id),
  text      text not null,
  before    text not null check (before in ('start', 'close')),
  set_by    integer not null references users (id),
  set_at    datetime not null,
  met_by    integer references users (id),
  met_at    datetime,
  evidence  text not null default ''
);
create index approval_conditions_slot on approval_conditions (slot_id);

-- Who is on duty for a board, from when until when.
create table board_duties (
  id         integer primary key,
  ref        text not null unique,
  board_id   integer not null references boards (id),
  user_id    integer not null references users (id),
  starts_at  datetime not null,
  ends_at    datetime not null,
  version    integer not null,
  created_at datetime not null,
  check (starts_at <= ends_at)
);
create index board_duties_time on board_duties (board_id, ends_at);

-- The rules of change enablement as data: models, questionnaire, rules of risk, approval policy. A version is never altered.
create table change_rules (
  id      integer primary key,
  kind    text not null,
  key     text not null,
  version integer not null,
  body    text not null,
  note    text not null default '',
  set_by  integer references users (id),
  at      datetime not null,
  unique (kind, key, version)
);

-- +goose StatementBegin
create trigger approval_conditions_no_update before update on approval_conditions
  when old.met_at is not null or new.met_at is null or new.text <> old.text or new.before <> old.before or new.slot_id <> old.slot_id or new.ticket_id <> old.ticket_id
    or new.set_by <> old.set_by or new.ref <> old.ref begin
  select raise(abort, 'a condition is met once and never altered');
end;
-- +goose StatementEnd
-- +goose StatementBegin
create trigger approval_conditions_no_delete before delete on approval_conditions begin
  select raise(abort, 'a condition is never deleted');
end;
-- +goose StatementEnd
-- +goose StatementBegin
create trigger approval_conditions_no_replace before insert on approval_conditions
  when exists (select 1 from approval_conditions where id = new.id or ref = new.ref) begin
  select raise(abort, 'a condition is never replaced');
end;
-- +goose StatementEnd
-- +goose StatementBegin
create trigger board_duties_event_insert before insert on board_duties
  when not exists (select 1 from audit_events where entity_kind = 'duty' and entity = new.ref and entity_version = new.version) begin
  select raise(abort, 'a duty is entered only with its event');
end;
-- +goose StatementEnd
-- +goose StatementBegin
create trigger board_duties_event_update before update on board_duties
  when new.version <> old.version + 1 or not exists (select 1 from audit_events where entity_kind = 'duty' and entity = new.ref and entity_version = new.version) begin
  select raise(abort, 'a duty changes by one version at a time and only with its event');
end;
-- +goose StatementEnd
-- +goose StatementBegin
create trigger board_duties_no_delete before delete on board_duties begin
  select raise(abort, 'a duty is never deleted');
end;
-- +goose StatementEnd
-- +goose StatementBegin
create trigger board_duties_no_replace before insert on board_duties
  when exists (select 1 from board_duties where id = new.id or ref = new.ref) begin
  select raise(abort, 'a duty is never replaced');
end;
-- +goose StatementEnd
-- +goose StatementBegin
create trigger change_rules_event before insert on change_rules
  when not exists (select 1 from audit_events where entity_kind = 'rulebook' and entity = new.kind || ':' || new.key and entity_version = new.version - 1) begin
  select raise(abort, 'a rule is set only with its event');
end;
-- +goose StatementEnd
-- +goose StatementBegin
create trigger change_rules_no_update before update on change_rules begin
  select raise(abort, 'a version of a rule is never altered');
end;
-- +goose StatementEnd
-- +goose StatementBegin
create trigger change_rules_no_delete before delete on change_rules begin
  select raise(abort, 'a version of a rule is never deleted');
end;
-- +goose StatementEnd
-- +goose StatementBegin
create trigger change_rules_no_replace before insert on change_rules
  when exists (select 1 from change_rules where id = new.id or (kind = new.kind and key = new.key and version = new.version)) begin
  select raise(abort, 'a version of a rule is never replaced');
end;
-- +goose StatementEnd

-- +goose Down
-- There is no way down: the log cannot be unmade. Restore the backup made before the upgrade.
select 1;
