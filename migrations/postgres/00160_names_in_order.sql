-- +goose Up

-- Lists of items are in the order of their names whatever the case they are written in, as those of people and teams are.
alter table cis add column sort_name text not null generated always as (lower(name)) stored;
drop index cis_class_name;
drop index cis_criticality;
drop index cis_name;
drop index cis_owner_name;
drop index cis_site_name;
drop index cis_team_name;
drop index cis_user_name;
create index cis_class_name on cis (class, sort_name, id) where presence = 'present';
create index cis_criticality on cis ((case criticality when 0 then 9 else criticality end), sort_name, id) where presence = 'present';
create index cis_name on cis (sort_name, id) where presence = 'present';
create index cis_owner_name on cis (owner_id, sort_name, id) where presence = 'present';
create index cis_site_name on cis (site_id, sort_name, id) where presence = 'present';
create index cis_team_name on cis (team_id, sort_name, id) where presence = 'present';
create index cis_user_name on cis (used_by, sort_name, id) where presence = 'present';

-- +goose Down
drop index cis_class_name;
drop index cis_criticality;
drop index cis_name;
drop index cis_owner_name;
drop index cis_site_name;
drop index cis_team_name;
drop index cis_user_name;
alter table cis drop column sort_name;
create index cis_class_name on cis (class, name, id) where presence = 'present';
create index cis_criticality on cis ((case criticality when 0 then 9 else criticality end), name, id) where presence = 'present';
create index cis_name on cis (name, id) where presence = 'present';
create index cis_owner_name on cis (owner_id, name, id) where presence = 'present';
create index cis_site_name on cis (site_id, name, id) where presence = 'present';
create index cis_team_name on cis (team_id, name, id) where presence = 'present';
create index cis_user_name on cis (used_by, name, id) where presence = 'present';
