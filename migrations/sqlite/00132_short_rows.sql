-- +goose Up

-- What an answer about impact counts of the thousands of items that it reached, and when they were seen last, without their wide rows.
create index cis_short on cis (id, presence, status, class, verified_at);
create index ci_sightings_last on ci_sightings (ci_id, last_seen);
drop index ci_sightings_ci;

-- +goose Down
-- There is no way down: the log cannot be unmade. Restore the backup made before the upgrade.
select 1;
