-- +goose Up

-- A program that carries out a change which people planned takes part in it: as its deployer.
create table participants_with_deployers (
  ticket_id integer not null references tickets (id),
  user_id   integer not null references users (id),
  role      text not null check (role in ('requester', 'opener', 'watcher', 'deployer')),
  primary key (ticket_id, user_id, role)
);
insert into participants_with_deployers (ticket_id, user_id, role) select ticket_id, user_id, role from participants;
drop table participants;
alter table participants_with_deployers rename to participants;
create index participants_user on participants (user_id, ticket_id);

-- +goose Down
-- There is no way down: the log cannot be unmade. Restore the backup made before the upgrade.
select 1;
