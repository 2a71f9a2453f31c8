-- +goose Up

-- A program that carries out a change which people planned takes part in it: as its deployer.
alter table participants drop constraint participants_role_check;
alter table participants add constraint participants_role_check check (role in ('requester', 'opener', 'watcher', 'deployer'));

-- +goose Down
-- There is no way down: the log cannot be unmade. Restore the backup made before the upgrade.
select 1;
