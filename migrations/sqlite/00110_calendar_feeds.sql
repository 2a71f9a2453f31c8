-- +goose Up

-- What other programs subscribe to: the change calendar of a person, read with a secret of which only the hash is kept.
create table calendar_feeds (
  id           integer primary key,
  ref          text not null unique,
  user_id      integer not null references users (id),
  name         text not null,
  token_hash   blob not null unique,
  created_at   datetime not null,
  last_used_at datetime,
  revoked_at   datetime,
  version      integer not null
);
create index calendar_feeds_user on calendar_feeds (user_id, id);

-- For questions about a long time, such as when the next free one is: few of its bookings touch the same items.
create index change_booking_items_ci on change_booking_items (ci_id, ticket_id);

-- +goose StatementBegin
create trigger calendar_feeds_event_insert before insert on calendar_feeds
  when not exists (select 1 from audit_events where entity_kind = 'calendar_feed' and entity = new.ref and entity_version = new.version) begin
  select raise(abort, 'a calendar feed is made only with its event');
end;
-- +goose StatementEnd
-- +goose StatementBegin
create trigger calendar_feeds_event_update before update of ref, user_id, name, token_hash, created_at, revoked_at, version on calendar_feeds
  when new.version <> old.version + 1 or not exists (select 1 from audit_events where entity_kind = 'calendar_feed' and entity = new.ref and entity_version = new.version) begin
  select raise(abort, 'a calendar feed changes by one version at a time and only with its event');
end;
-- +goose StatementEnd
-- +goose StatementBegin
create trigger calendar_feeds_no_delete before delete on calendar_feeds begin
  select raise(abort, 'a calendar feed is never deleted');
end;
-- +goose StatementEnd
-- +goose StatementBegin
create trigger calendar_feeds_no_replace before insert on calendar_feeds
  when exists (select 1 from calendar_feeds where id = new.id or ref = new.ref or token_hash = new.token_hash) begin
  select raise(abort, 'a calendar feed is never replaced');
end;
-- +goose StatementEnd

-- +goose Down
-- There is no way down: the log cannot be unmade. Restore the backup made before the upgrade.
select 1;
