-- +goose Up

-- When items were seen last, for the thousands of items that an answer about impact counts. (SQLite has an index of short rows of cis
-- beside it; PostgreSQL reads the rows themselves as quickly.)
create index ci_sightings_last on ci_sightings (ci_id, last_seen);
drop index ci_sightings_ci;

-- +goose Down
-- There is no way down: the log cannot be unmade. Restore the backup made before the upgrade.
select 1;
