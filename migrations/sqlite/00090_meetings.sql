-- +goose Up

-- How a board meets, its meetings, what stands on their agendas, who is there, what is to be done, and what was added to the
-- minutes after they were signed. A part of a meeting bears the version of the meeting that wrote it last.
create table board_rhythms (
  board_id     integer primary key references boards (id),
  active       boolean not null,
  zone         text not null,
  starts       text not null,
  rule         text not null,
  minutes      integer not null,
  manager_id   integer references users (id),
  notice_hours integer not null,
  item_minutes integer not null,
  sections     text not null,
  low_risk     boolean not null,
  version      integer not null,
  updated_at   datetime not null
);

create table meetings (
  id             integer primary key,
  ref            text not null unique,
  board_id       integer not null references boards (id),
  title          text not null,
  state          text not null check (state in ('planned', 'in_progress', 'ended', 'cancelled')),
  ruled          boolean not null,
  zone           text not null,
  starts_at      datetime not null,
  minutes        integer not null,
  lead_id        integer references users (id),
  reason         text not null default '',
  announced_at   datetime,
  started_at     datetime,
  ended_at       datetime,
  spent          integer not null default 0,
  running_since  datetime,
  record         text not null default '',
  record_digest  text not null default '',
  signed_by      integer references users (id),
  signed_at      datetime,
  signed_event   text not null default '',
  version        integer not null,
  created_at     datetime not null
);
create unique index meetings_one_at_a_time on meetings (board_id, starts_at) where state <> 'cancelled';
create index meetings_order on meetings (starts_at, id);

create table meeting_items (
  id            integer primary key,
  ref           text not null unique,
  meeting_id    integer not null references meetings (id),
  position      integer not null,
  section       text not null,
  ticket_id     integer references tickets (id),
  template      text not null default '',
  title         text not null default '',
  ruled         boolean not null,
  state         text not null check (state in ('open', 'current', 'done', 'put_off', 'carried', 'dropped', 'struck')),
  minutes       integer not null,
  spent         integer not null default 0,
  running_since datetime,
  revision      integer not null default 0,
  digest        text not null default '',
  result        text not null default '',
  note          text not null default '',
  version       integer not null
);
create index meeting_items_meeting on meeting_items (meeting_id, position);
create index meeting_items_change on meeting_items (ticket_id);

create table meeting_people (
  id          integer primary key,
  meeting_id  integer not null references meetings (id),
  user_id     integer not null references users (id),
  guest       boolean not null,
  answer      text not null default '' check (answer in ('', 'yes', 'no')),
  stays       text not null default '[]',
  behalf_id   integer references users (id),
  version     integer not null,
  unique (meeting_id, user_id)
);
create index meeting_people_user on meeting_people (user_id, meeting_id);

create table meeting_actions (
  id         integer primary key,
  ref        text not null unique,
  meeting_id integer not null references meetings (id),
  item       text not null default '',
  text       text not null,
  owner_id   integer not null references users (id),
  due        text not null default '',
  task       text not null default '',
  done_at    datetime,
  done_by    integer references users (id),
  version    integer not null
);
create index meeting_actions_meeting on meeting_actions (meeting_id, id);

create table meeting_addenda (
  id         integer primary key,
  ref        text not null unique,
  meeting_id integer not null references meetings (id),
  text       text not null,
  by_id      integer not null references users (id),
  at         datetime not null,
  version    integer not null
);
create index meeting_addenda_meeting on meeting_addenda (meeting_id, id);

-- What was signed stays: neither the minutes nor what they were written from.
-- +goose StatementBegin
create trigger board_rhythms_event_insert before insert on board_rhythms
  when not exists (select 1 from audit_events where entity_kind = 'rhythm' and entity = (select key from boards where id = new.board_id) and entity_version = new.version) begin
  select raise(abort, 'a rhythm is set only with its event');
end;
-- +goose StatementEnd
-- +goose StatementBegin
create trigger board_rhythms_event_update before update on board_rhythms
  when new.version <> old.version + 1 or new.board_id <> old.board_id
    or not exists (select 1 from audit_events where entity_kind = 'rhythm' and entity = (select key from boards where id = new.board_id) and entity_version = new.version) begin
  select raise(abort, 'a rhythm changes by one version at a time and only with its event');
end;
-- +goose StatementEnd
-- +goose StatementBegin
create trigger board_rhythms_no_delete before delete on board_rhythms begin
  select raise(abort, 'a rhythm is never deleted');
end;
-- +goose StatementEnd
-- +goose StatementBegin
create trigger board_rhythms_no_replace before insert on board_rhythms
  when exists (select 1 from board_rhythms where board_id = new.board_id) begin
  select raise(abort, 'a rhythm is never replaced');
end;
-- +goose StatementEnd
-- +goose StatementBegin
create trigger meetings_event_insert before insert on meetings
  when not exists (select 1 from audit_events where entity_kind = 'meeting' and entity = new.ref and entity_version = new.version) begin
  select raise(abort, 'a meeting is convened only with its event');
end;
-- +goose StatementEnd
-- +goose StatementBegin
create trigger meetings_event_update before update on meetings
  when new.version <> old.version + 1 or new.ref <> old.ref or new.board_id <> old.board_id
    or not exists (select 1 from audit_events where entity_kind = 'meeting' and entity = new.ref and entity_version = new.version) begin
  select raise(abort, 'a meeting changes by one version at a time and only with its event');
end;
-- +goose StatementEnd
-- +goose StatementBegin
create trigger meetings_signed before update on meetings
  when old.signed_at is not null and (new.record <> old.record or new.record_digest <> old.record_digest or new.signed_at is not old.signed_at
    or new.signed_by is not old.signed_by or new.state <> old.state) begin
  select raise(abort, 'signed minutes are never altered');
end;
-- +goose StatementEnd
-- +goose StatementBegin
create trigger meetings_no_delete before delete on meetings begin
  select raise(abort, 'a meeting is never deleted');
end;
-- +goose StatementEnd
-- +goose StatementBegin
create trigger meetings_no_replace before insert on meetings
  when exists (select 1 from meetings where id = new.id or ref = new.ref) begin
  select raise(abort, 'a meeting is never replaced');
end;
-- +goose StatementEnd
-- +goose StatementBegin
create trigger meeting_items_event_insert before insert on meeting_items
  when not exists (select 1 from audit_events where entity_kind = 'meeting' and entity = (select ref from meetings where id = new.meeting_id) and entity_version = new.version) begin
  select raise(abort, 'a point of an agenda is written only with its event');
end;
-- +goose StatementEnd
-- +goose StatementBegin
create trigger meeting_items_event_update before update on meeting_items
  when new.version <= old.version or new.meeting_id <> old.meeting_id
    or not exists (select 1 from audit_events where entity_kind = 'meeting' and entity = (select ref from meetings where id = new.meeting_id) and entity_version = new.version) begin
  select raise(abort, 'a point of an agenda changes only with its event');
end;
-- +goose StatementEnd
-- +goose StatementBegin
create trigger meeting_items_no_delete before delete on meeting_items begin
  select raise(abort, 'a point of an agenda is never deleted');
end;
-- +goose StatementEnd
-- +goose StatementBegin
create trigger meeting_items_no_replace before insert on meeting_items
  when exists (select 1 from meeting_items where id = new.id or ref = new.ref) begin
  select raise(abort, 'a point of an agenda is never replaced');
end;
-- +goose StatementEnd
-- +goose StatementBegin
create trigger meeting_people_event_insert before insert on meeting_people
  when not exists (select 1 from audit_events where entity_kind = 'meeting' and entity = (select ref from meetings where id = new.meeting_id) and entity_version = new.version) begin
  select raise(abort, 'the attendance of a meeting is written only with its event');
end;
-- +goose StatementEnd
-- +goose StatementBegin
create trigger meeting_people_event_update before update on meeting_people
  when new.version <= old.version or new.meeting_id <> old.meeting_id
    or not exists (select 1 from audit_events where entity_kind = 'meeting' and entity = (select ref from meetings where id = new.meeting_id) and entity_version = new.version) begin
  select raise(abort, 'the attendance of a meeting changes only with its event');
end;
-- +goose StatementEnd
-- +goose StatementBegin
create trigger meeting_people_no_delete before delete on meeting_people begin
  select raise(abort, 'the attendance of a meeting is never deleted');
end;
-- +goose StatementEnd
-- +goose StatementBegin
create trigger meeting_people_no_replace before insert on meeting_people
  when exists (select 1 from meeting_people where id = new.id or new.meeting_id = meeting_id and user_id = new.user_id) begin
  select raise(abort, 'the attendance of a meeting is never replaced');
end;
-- +goose StatementEnd
-- +goose StatementBegin
create trigger meeting_actions_event_insert before insert on meeting_actions
  when not exists (select 1 from audit_events where entity_kind = 'meeting' and entity = (select ref from meetings where id = new.meeting_id) and entity_version = new.version) begin
  select raise(abort, 'an action of a meeting is written only with its event');
end;
-- +goose StatementEnd
-- +goose StatementBegin
create trigger meeting_actions_event_update before update on meeting_actions
  when new.version <= old.version or new.meeting_id <> old.meeting_id
    or not exists (select 1 from audit_events where entity_kind = 'meeting' and entity = (select ref from meetings where id = new.meeting_id) and entity_version = new.version) begin
  select raise(abort, 'an action of a meeting changes only with its event');
end;
-- +goose StatementEnd
-- +goose StatementBegin
create trigger meeting_actions_no_delete before delete on meeting_actions begin
  select raise(abort, 'an action of a meeting is never deleted');
end;
-- +goose StatementEnd
-- +goose StatementBegin
create trigger meeting_actions_no_replace before insert on meeting_actions
  when exists (select 1 from meeting_actions where id = new.id or ref = new.ref) begin
  select raise(abort, 'an action of a meeting is never replaced');
end;
-- +goose StatementEnd
-- +goose StatementBegin
create trigger meeting_addenda_event_insert before insert on meeting_addenda
  when not exists (select 1 from audit_events where entity_kind = 'meeting' and entity = (select ref from meetings where id = new.meeting_id) and entity_version = new.version) begin
  select raise(abort, 'an addendum to minutes is written only with its event');
end;
-- +goose StatementEnd
-- +goose StatementBegin
create trigger meeting_addenda_event_update before update on meeting_addenda
  when new.version <= old.version or new.meeting_id <> old.meeting_id
    or not exists (select 1 from audit_events where entity_kind = 'meeting' and entity = (select ref from meetings where id = new.meeting_id) and entity_version = new.version) begin
  select raise(abort, 'an addendum to minutes changes only with its event');
end;
-- +goose StatementEnd
-- +goose StatementBegin
create trigger meeting_addenda_no_delete before delete on meeting_addenda begin
  select raise(abort, 'an addendum to minutes is never deleted');
end;
-- +goose StatementEnd
-- +goose StatementBegin
create trigger meeting_addenda_no_replace before insert on meeting_addenda
  when exists (select 1 from meeting_addenda where id = new.id or ref = new.ref) begin
  select raise(abort, 'an addendum to minutes is never replaced');
end;
-- +goose StatementEnd
-- +goose StatementBegin
create trigger meeting_items_signed before update on meeting_items
  when exists (select 1 from meetings where id = new.meeting_id and signed_at is not null) begin
  select raise(abort, 'what signed minutes were written from is never altered');
end;
-- +goose StatementEnd

-- +goose Down
-- There is no way down: the log cannot be unmade. Restore the backup made before the upgrade.
select 1;
