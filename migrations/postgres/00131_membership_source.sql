-- +goose Up

-- Which source said that an item is in a group; nothing is a person, and what a run of before this column brought in. Only a source
-- itself takes back what it said.
alter table ci_memberships add column source text not null default '';

-- +goose Down
-- There is no way down: the log cannot be unmade. Restore the backup made before the upgrade.
select 1;
