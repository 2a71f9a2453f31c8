CREATE TABLE api_tokens (
  id           integer primary key,
  ref          text not null unique,
  user_id      integer not null references users (id),
  name         text not null,
  token_hash   blob not null unique,
  rights       text not null default '',
  created_at   datetime not null,
  expires_at   datetime not null,
  last_used_at datetime,
  revoked_at   datetime,
  version      integer not null
);

CREATE TABLE approval_conditions (
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

CREATE TABLE approval_decisions (
  id             integer primary key,
  ref            text not null unique,
  slot_id        integer not null references approval_slots (id),
  user_id        integer not null references users (id),
  cast_by        integer not null references users (id),
  delegation_ref text not null default '',
  decision       text not null check (decision in ('approve', 'reject', 'recuse')),
  comment        text not null default '',
  revision       integer not null,
  digest         text not null,
  rule           text not null default '',
  policy_version integer not null default 0,
  event_id       text not null,
  at             datetime not null, meaning text not null default '', signed_at datetime,
  unique (slot_id, user_id)
);

CREATE TABLE approval_electors (
  slot_id integer not null references approval_slots (id),
  user_id integer not null references users (id),
  left_at datetime,
  primary key (slot_id, user_id)
);

CREATE TABLE approval_slots (
  id         integer primary key,
  ref        text not null unique,
  ticket_id  integer not null references tickets (id),
  stage      integer not null,
  label      text not null,
  board_id   integer references boards (id),
  rule       text not null check (rule in ('any', 'all', 'quorum')),
  needed     integer not null,
  revision   integer not null,
  digest     text not null,
  state      text not null check (state in ('waiting', 'approved', 'rejected', 'stale')),
  version    integer not null,
  opened_at  datetime not null,
  closed_at  datetime
, kind text not null default 'board', percent integer not null default 0, veto text not null default 'any' check (veto in ('any', 'majority', 'none')), advisory boolean not null default false, sign boolean not null default false, meaning text not null default '', apart boolean not null default false, retro boolean not null default false, due_at datetime, reminded_at datetime, escalated_at datetime, overridden_by integer references users (id), overridden_at datetime, override_reason text not null default '');

CREATE TABLE attachments (
  id         integer primary key,
  key        text not null unique,
  ticket_id  integer not null references tickets (id),
  name       text not null,
  media_type text not null,
  size       integer not null,
  sha256     text not null,
  internal   boolean not null,
  added_by   integer references users (id),
  added_at   datetime not null
);

CREATE TABLE audit_checkpoints (
  id         integer primary key,
  origin     text not null,
  size       integer not null,
  root       blob not null,
  note       text not null,
  created_at datetime not null
);

CREATE TABLE audit_events (
  id             text primary key,
  type           text not null,
  entity_kind    text not null,
  entity         text not null,
  entity_version integer not null,
  actor          text not null,
  on_behalf_of   text not null default '',
  via            text not null,
  state_from     text not null default '',
  state_to       text not null default '',
  visibility     text not null check (visibility in ('public', 'internal', 'restricted')),
  occurred_at    datetime not null,
  recorded_at    datetime not null,
  leaf           blob not null,
  unique (entity_kind, entity, entity_version)
);

CREATE TABLE audit_leaves (
  idx       integer primary key,
  event_id  text not null unique references audit_events (id),
  leaf_hash blob not null
);

CREATE TABLE audit_nodes (
  pos  integer primary key,
  hash blob not null
);

CREATE TABLE audit_origins (
  id         integer primary key,
  origin     text not null unique,
  vkey       text not null, -- its public key, as signed notes write it
  reason     text not null default '',
  previous   text not null default '', -- the last checkpoint of the log before it
  started_at datetime not null
);

CREATE TABLE audit_outbox (
  event_id text primary key references audit_events (id)
);

CREATE TABLE audit_private (
  event_id text not null references audit_events (id),
  field    text not null,
  salt     blob not null,
  value    text not null,
  subject  text not null default '',
  primary key (event_id, field)
);

CREATE TABLE board_duties (
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

CREATE TABLE board_members (
  board_id integer not null references boards (id),
  user_id  integer not null references users (id),
  primary key (board_id, user_id)
);

CREATE TABLE board_rhythms (
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

CREATE TABLE boards (
  id      integer primary key,
  key     text not null unique,
  name    text not null,
  rule    text not null check (rule in ('any', 'all', 'quorum')),
  needed  integer not null default 1,
  version integer not null
);

CREATE TABLE calendar_feeds (
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

CREATE TABLE canned_texts (
  id         integer primary key,
  ref        text not null unique,
  name       text not null,
  body       text not null,
  team_id    integer references teams (id),
  retired    boolean not null default false,
  version    integer not null,
  updated_at datetime not null
);

CREATE TABLE change_attempts (
  id        integer primary key,
  ref       text not null unique,
  ticket_id integer not null references tickets (id),
  slot      text not null,
  user_id   integer not null references users (id),
  revision  integer not null,
  digest    text not null,
  decision  text not null,
  reasons   text not null default '[]',
  at        datetime not null,
  version   integer not null,
  unique (slot, user_id)
);

CREATE TABLE change_booking_items (
  ticket_id integer not null references tickets (id),
  ci_id     integer not null references cis (id),
  depth     integer not null,
  primary key (ticket_id, ci_id)
) without rowid;

CREATE TABLE change_booking_people (
  ticket_id integer not null references tickets (id),
  user_id   integer not null references users (id),
  primary key (ticket_id, user_id)
) without rowid;

CREATE TABLE change_booking_ties (
  ticket_id integer not null references tickets (id),
  tie       text not null,
  ci_id     integer not null references cis (id),
  primary key (ticket_id, tie, ci_id)
) without rowid;

CREATE TABLE change_bookings (
  ticket_id integer primary key references tickets (id),
  starts_at datetime not null,
  ends_at   datetime not null,
  live      boolean not null,
  model     text not null,
  items     text not null
);

CREATE TABLE change_causes (
  id          integer primary key,
  ref         text not null unique,
  incident_id integer not null references tickets (id),
  change_id   integer not null references tickets (id),
  incident    text not null,
  change      text not null,
  kind        text not null check (kind in ('caused_by', 'fixed_by', 'requested_by')),
  confidence  text not null check (confidence in ('suspected', 'confirmed', 'refuted')),
  evidence    text not null default '',
  set_by      integer references users (id),
  set_at      datetime not null,
  version     integer not null,
  created_at  datetime not null,
  unique (incident_id, change_id, kind)
);

CREATE TABLE change_cis (
  ticket_id    integer not null references tickets (id),
  revision     integer not null,
  ci_id        integer not null references cis (id),
  role         text not null check (role in ('primary', 'affected', 'impacted')),
  depth        integer not null,
  parent_ci_id integer references cis (id),
  relation     text not null default '',
  at_risk      boolean not null default false,
  kept_at      datetime not null,
  frozen_at    datetime,
  primary key (ticket_id, revision, ci_id)
) without rowid;

CREATE TABLE change_conflicts (
  id          integer primary key,
  ref         text not null unique,
  ticket_id   integer not null references tickets (id),
  other_id    integer references tickets (id),
  schedule_id integer references change_schedules (id),
  kind        text not null,
  severity    text not null check (severity in ('hard', 'high', 'medium')),
  ci_id       integer references cis (id),
  user_id     integer references users (id),
  basis       text not null,
  state       text not null check (state in ('open', 'accepted', 'resolved')),
  accepted_by integer references users (id),
  reason      text not null default '',
  until       datetime,
  found_at    datetime not null,
  settled_at  datetime,
  version     integer not null
, resolved_by integer references users (id));

CREATE TABLE change_reviews (
  ticket_id   integer primary key references tickets (id),
  number      text not null unique,
  state       text not null check (state in ('open', 'done')),
  reasons     text not null default '[]',
  due_at      datetime not null,
  objectives  text not null default '',
  lessons     text not null default '',
  cmdb        text not null default '',
  cmdb_reason text not null default '',
  follow_ups  text not null default '[]',
  reviewer_id integer references users (id),
  done_at     datetime,
  version     integer not null,
  created_at  datetime not null
);

CREATE TABLE change_rules (
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

CREATE TABLE change_schedules (
  id              integer primary key,
  ref             text not null unique,
  kind            text not null check (kind in ('window', 'freeze')),
  name            text not null,
  purpose         text not null default '',
  zone            text not null,
  starts          text not null,
  minutes         integer not null check (minutes > 0),
  rule            text not null default '',
  scope           text not null,
  models          text not null default '[]',
  suspended_from  datetime,
  suspended_until datetime,
  suspend_reason  text not null default '',
  retired         boolean not null default false,
  version         integer not null,
  updated_at      datetime not null
);

CREATE TABLE change_tasks (
  id          integer primary key,
  number      text not null unique,
  ticket_id   integer not null references tickets (id),
  position    integer not null,
  kind        text not null check (kind in ('plan', 'build', 'test', 'deploy', 'verify', 'backout')),
  title       text not null,
  state       text not null check (state in ('open', 'in_progress', 'done', 'failed', 'skipped')),
  team_id     integer references teams (id),
  assignee_id integer references users (id),
  after       text not null default '[]',
  checklist   text not null default '[]',
  evidence    text not null default '[]',
  result      text not null default '',
  started_at  datetime,
  started_by  integer references users (id),
  ended_at    datetime,
  ended_by    integer references users (id),
  version     integer not null,
  created_at  datetime not null
, stamped_start datetime, stamped_end datetime, times_by integer references users (id), times_at datetime, times_reason text not null default '');

CREATE TABLE change_templates (
  id           integer primary key,
  key          text not null,
  edition      integer not null,
  state        text not null check (state in ('draft', 'proposed', 'approved', 'published', 'suspended', 'retired')),
  title        text not null,
  body         text not null,
  digest       text not null,
  author_id    integer references users (id),
  editors      text not null default '[]',
  evidence     text not null default '[]',
  ballot       text not null default '',
  reason       text not null default '',
  published_at datetime,
  expires_at   datetime,
  state_since  datetime not null,
  version      integer not null,
  created_at   datetime not null,
  unique (key, edition)
);

CREATE TABLE "changes" (
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
, template text not null default '', template_edition integer not null default 0, backout_at datetime, backout_by integer references users (id), backout_reason text not null default '');

CREATE TABLE ci_apart (
  id       integer primary key,
  ref      text not null unique,
  a_id     integer not null references cis (id),
  b_id     integer not null references cis (id),
  stands   boolean not null,
  evidence text not null,
  reason   text not null,
  by_id    integer references users (id),
  at       datetime not null,
  version  integer not null,
  check (a_id < b_id)
);

CREATE TABLE ci_attributes (
  ci_id integer not null references cis (id),
  field text not null,
  value text not null,
  primary key (ci_id, field)
) without rowid;

CREATE TABLE ci_groups (
  id      integer primary key,
  key     text not null unique,
  name    text not null,
  purpose text not null default '',
  version integer not null
);

CREATE TABLE ci_memberships (
  id            integer primary key,
  ref           text not null,
  group_id      integer not null references ci_groups (id),
  ci_id         integer not null references cis (id),
  reason        text not null default '',
  by_id         integer references users (id),
  version       integer not null,
  valid_from    datetime not null,
  valid_to      datetime,
  recorded_at   datetime not null,
  superseded_at datetime
, source text not null default '');

CREATE TABLE ci_merges (
  id        integer primary key,
  from_id   integer not null references cis (id),
  into_id   integer not null references cis (id),
  version   integer not null,
  moved     text not null,
  reason    text not null,
  by_id     integer references users (id),
  merged_at datetime not null,
  undone_at datetime
, taken text not null default '');

CREATE TABLE ci_relations (
  id            integer primary key,
  ref           text not null,
  from_id       integer not null references cis (id),
  type          text not null,
  to_id         integer not null references cis (id),
  redundancy    text not null default '', -- relations of one kind on one item that stand in for each other
  needed        integer not null default 0, -- how many of them it takes
  source        text not null default '',
  by_id         integer references users (id),
  version       integer not null,
  valid_from    datetime not null,
  valid_to      datetime,
  recorded_at   datetime not null,
  superseded_at datetime,
  check (from_id <> to_id)
);

CREATE TABLE ci_revisions (
  id             integer primary key,
  ci_id          integer not null references cis (id),
  version        integer not null,
  class          text not null,
  name           text not null,
  status         text not null,
  presence       text not null,
  merged_into    integer,
  environment    text not null,
  criticality    integer not null,
  team_id        integer,
  owner_id       integer,
  used_by        integer,
  site_id        integer,
  serial         text not null,
  asset_tag      text not null,
  tags           text not null,
  warranty_until text not null,
  support_until  text not null,
  body           text not null,
  verified_at    datetime,
  verified_by    integer,
  created_at     datetime not null,
  updated_at     datetime not null,
  valid_from     datetime not null,
  valid_to       datetime,
  recorded_at    datetime not null,
  superseded_at  datetime
);

CREATE TABLE ci_run_items (
  run_id    integer not null references ci_runs (id),
  seq       integer not null,
  line      integer not null,
  key       text not null,
  class     text not null,
  name      text not null,
  serial    text not null default '',
  asset_tag text not null default '',
  ci_id     integer references cis (id),
  version   integer not null default 0,
  matched   text not null default '',
  action    text not null check (action in ('new', 'changed', 'unchanged', 'outranked', 'conflicting', 'refused', 'person', 'retired', 'gone')),
  done      integer not null default 0,
  proposal  text not null,
  outcome   text not null default '',
  primary key (run_id, seq)
) without rowid;

CREATE TABLE ci_run_ties (
  run_id   integer not null references ci_runs (id),
  seq      integer not null,
  line     integer not null,
  kind     text not null check (kind in ('relation', 'member')),
  key      text not null,
  type     text not null,
  inverse  boolean not null,
  other    text not null,
  from_id  integer references cis (id),
  to_id    integer references cis (id),
  ref      text not null default '',
  action   text not null check (action in ('new', 'unchanged', 'ended', 'unresolved', 'refused')),
  done     integer not null default 0,
  reason   text not null default '',
  primary key (run_id, seq)
) without rowid;

CREATE TABLE ci_runs (
  id            integer primary key,
  ref           text not null unique,
  source_id     integer not null references ci_sources (id),
  state         text not null check (state in ('waiting', 'reading', 'proposed', 'applying', 'applied', 'undoing', 'undone', 'discarded', 'failed')),
  whole         boolean not null, -- it lists everything that the source has
  file          text not null,
  file_key      text not null default '',
  sha256        text not null,
  mapping       text not null,
  mapping_body  text not null default '',
  by_id         integer references users (id),
  by_ref        text not null,
  summary       text not null default '{}',
  position      integer not null default 0,
  events        integer not null default 0,
  problem       text not null default '',
  made_at       datetime not null,
  touched_at    datetime not null,
  observed_at   datetime not null,
  proposed_at   datetime,
  applied_at    datetime,
  undone_at     datetime
);

CREATE VIRTUAL TABLE ci_search using fts5 (number, name, codes, people, words, tokenize = "unicode61 remove_diacritics 2", prefix = '2 3');

CREATE TABLE 'ci_search_config'(k PRIMARY KEY, v) WITHOUT ROWID;

CREATE TABLE 'ci_search_content'(id INTEGER PRIMARY KEY, c0, c1, c2, c3, c4);

CREATE TABLE 'ci_search_data'(id INTEGER PRIMARY KEY, block BLOB);

CREATE TABLE 'ci_search_docsize'(id INTEGER PRIMARY KEY, sz BLOB);

CREATE TABLE 'ci_search_idx'(segid, term, pgno, PRIMARY KEY(segid, term)) WITHOUT ROWID;

CREATE TABLE ci_sightings (
  source     text not null,
  key        text not null,
  ci_id      integer not null references cis (id),
  first_seen datetime not null,
  last_seen  datetime not null, status text not null default '',
  primary key (source, key)
) without rowid;

CREATE TABLE ci_sources (
  id           integer primary key,
  key          text not null unique,
  name         text not null,
  kind         text not null check (kind in ('file', 'push')),
  rank         integer not null check (rank between 0 and 100),
  precedence   text not null default '[]',
  stale_days   integer not null check (stale_days between 1 and 3650),
  missing      text not null check (missing in ('keep', 'retire')),
  retire_share integer not null check (retire_share between 0 and 100),
  account_id   integer references users (id),
  version      integer not null
);

CREATE TABLE cis (
  id             integer primary key,
  number         text not null unique,
  class          text not null,
  name           text not null,
  status         text not null check (status in ('planned', 'in_stock', 'live', 'under_maintenance', 'retired', 'disposed')),
  presence       text not null default 'present' check (presence in ('present', 'merged', 'withdrawn')),
  merged_into    integer references cis (id),
  environment    text not null default '',
  criticality    integer not null default 0 check (criticality between 0 and 4),
  team_id        integer references teams (id),
  owner_id       integer references users (id),
  used_by        integer references users (id),
  site_id        integer references sites (id),
  serial         text not null default '',
  asset_tag      text not null default '',
  tags           text not null default '',
  warranty_until text not null default '',
  support_until  text not null default '',
  body           text not null,
  verified_at    datetime,
  verified_by    integer references users (id),
  version        integer not null,
  created_at     datetime not null,
  updated_at     datetime not null
, sort_name text not null generated always as (lower(name)) virtual);

CREATE TABLE cmdb_models (
  version integer primary key,
  body    text not null,
  note    text not null default '',
  made_by integer references users (id),
  made_at datetime not null
);

CREATE TABLE comments (
  id        integer primary key,
  ref       text not null unique,
  ticket_id integer not null references tickets (id),
  author_id integer references users (id),
  body      text not null,
  internal  boolean not null,
  at        datetime not null,
  event_id  text not null
);

CREATE TABLE counters (
  kind text primary key,
  n    integer not null default 0
);

CREATE TABLE delegations (
  id          integer primary key,
  ref         text not null unique,
  from_id     integer not null references users (id),
  to_id       integer not null references users (id),
  board_id    integer references boards (id),
  valid_from  datetime not null,
  valid_until datetime not null,
  reason      text not null default '',
  revoked_at  datetime,
  version     integer not null,
  created_at  datetime not null, max_risk text not null default '', models text not null default '',
  check (from_id <> to_id),
  check (valid_from < valid_until)
);

CREATE TABLE deployments (
  id          integer primary key,
  ref         text not null unique,
  ticket_id   integer not null references tickets (id),
  pipeline_id integer references pipelines (id),
  run_id      integer references pipeline_runs (id),
  environment text not null,
  artifact    text not null,
  url         text not null default '',
  state       text not null check (state in ('started', 'succeeded', 'failed', 'rolled_back')),
  authorised  boolean not null,
  why         text not null default '',
  claimed     text not null default '',
  nonce       text,
  revision    integer not null,
  digest      text not null default '',
  actor_id    integer references users (id),
  started_at  datetime not null,
  finished_at datetime,
  told_start  datetime,
  told_finish datetime,
  evidence    text not null default '[]',
  note        text not null default '',
  version     integer not null
);

CREATE TABLE drafts (
  user_id  integer not null references users (id),
  key      text not null,
  body     text not null,
  saved_at datetime not null,
  primary key (user_id, key)
);

CREATE TABLE exports (
  id          integer primary key,
  ref         text not null unique,
  user_id     integer not null references users (id),
  kind        text not null,
  format      text not null,
  query       text not null,
  state       text not null check (state in ('running', 'done', 'failed')),
  rows        integer not null default 0,
  total       integer not null default 0,
  file_name   text not null default '',
  file_key    text not null default '',
  event_id    text not null default '',
  file_size   integer not null default 0,
  sha256      text not null default '',
  problem     text not null default '',
  created_at  datetime not null,
  finished_at datetime
);

CREATE TABLE idempotency_keys (
  actor        text not null,
  key          text not null,
  request_hash blob not null,
  status       integer not null default 0,
  headers      text not null default '',
  body         blob,
  created_at   datetime not null,
  primary key (actor, key)
);

CREATE TABLE import_refs (
  system text not null,
  kind   text not null,
  key    text not null,
  target integer not null,
  primary key (system, kind, key)
);

CREATE TABLE import_refusals (
  run_id integer not null references import_runs (id),
  line   integer not null,
  field  text not null default '',
  reason text not null,
  primary key (run_id, line)
);

CREATE TABLE import_runs (
  id          integer primary key,
  ref         text not null unique,
  system      text not null,
  mapping     text not null,
  source      text not null,
  sha256      text not null,
  state       text not null check (state in ('running', 'done', 'failed')),
  position    integer not null default 0,
  rows_read   integer not null default 0,
  applied     integer not null default 0,
  unchanged   integer not null default 0,
  refused     integer not null default 0,
  started_at  datetime not null,
  finished_at datetime
);

CREATE TABLE imported_rows (
  ticket_id integer not null references tickets (id),
  hash      blob not null,
  primary key (ticket_id, hash)
) without rowid;

CREATE TABLE imported_tickets (
  ticket_id    integer primary key references tickets (id),
  system       text not null,
  source_key   text not null,
  events       integer not null, -- rows applied, each of them a version: while the ticket has no more, it is as its tool left it
  state        text not null default '',
  priority     text not null default '',
  impact       text not null default '',
  urgency      text not null default '',
  contact_type text not null default '',
  category     text not null default '',
  team         text not null default '',
  made_sla     boolean,
  imported_at  datetime not null,
  unique (system, source_key)
);

CREATE TABLE incidents (
  ticket_id         integer primary key references tickets (id),
  impact            integer not null check (impact between 1 and 3),
  urgency           integer not null check (urgency between 1 and 3),
  priority_override integer check (priority_override between 1 and 4),
  override_reason   text not null default '',
  override_by       integer references users (id),
  contact_type      text not null default '',
  subclassification text not null default '',
  pending_on        text not null default '',
  pending_reason    text not null default '',
  close_code        text not null default '',
  resolution        text not null default '',
  reopen_count      integer not null default 0,
  reassign_count    integer not null default 0,
  major             boolean not null default false,
  major_reason      text not null default ''
);

CREATE TABLE login_failures (
  id  integer primary key,
  key text not null,
  at  datetime not null
);

CREATE TABLE meeting_actions (
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

CREATE TABLE meeting_addenda (
  id         integer primary key,
  ref        text not null unique,
  meeting_id integer not null references meetings (id),
  text       text not null,
  by_id      integer not null references users (id),
  at         datetime not null,
  version    integer not null
);

CREATE TABLE meeting_items (
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

CREATE TABLE meeting_people (
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

CREATE TABLE meetings (
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

CREATE TABLE "participants" (
  ticket_id integer not null references tickets (id),
  user_id   integer not null references users (id),
  role      text not null check (role in ('requester', 'opener', 'watcher', 'deployer')),
  primary key (ticket_id, user_id, role)
);

CREATE TABLE pipeline_runs (
  id          integer primary key,
  ref         text not null unique,
  pipeline_id integer not null references pipelines (id),
  ticket_id   integer not null references tickets (id),
  name        text not null,
  environment text not null,
  url         text not null default '',
  commits     text not null default '[]',
  artifacts   text not null default '[]',
  evidence    text not null default '[]',
  said        text not null,
  version     integer not null,
  created_at  datetime not null,
  unique (pipeline_id, name, environment)
);

CREATE TABLE pipelines (
  id         integer primary key,
  key        text not null unique,
  name       text not null,
  purpose    text not null default '',
  account_id integer not null unique references users (id),
  owner_id   integer references users (id),
  team_id    integer references teams (id),
  items      text not null default '[]',
  modes      text not null default '{}',
  required   text not null default '[]',
  retired    boolean not null default false,
  version    integer not null,
  created_at datetime not null
);

CREATE TABLE policy_state (
  id         integer primary key check (id = 1),
  version    integer not null,
  changed_at datetime not null
);

CREATE TABLE problems (
  ticket_id      integer primary key references tickets (id),
  workaround     text not null default '',
  root_cause     text not null default '',
  resolution     text not null default '',
  known_error_at datetime
);

CREATE TABLE requests (
  ticket_id  integer primary key references tickets (id),
  fulfilment text not null default ''
, contact_type text not null default '');

CREATE TABLE role_grants (
  id          integer primary key,
  ref         text not null unique,
  user_id     integer not null references users (id),
  role        text not null,
  scope       text not null,
  valid_from  datetime not null,
  valid_until datetime,
  granted_by  integer references users (id),
  reason      text not null default '',
  revoked_at  datetime,
  version     integer not null,
  created_at  datetime not null
);

CREATE TABLE saved_views (
  id      integer primary key,
  ref     text not null unique,
  user_id integer not null references users (id),
  name    text not null,
  kind    text not null default '',
  query   text not null,
  shared  boolean not null default false,
  at      datetime not null
);

CREATE TABLE sessions (
  id           integer primary key,
  ref          text not null unique,
  token_hash   blob not null unique,
  user_id      integer not null references users (id),
  authn        text not null,
  created_at   datetime not null,
  last_seen_at datetime not null,
  expires_at   datetime not null,
  address      text not null default '',
  user_agent   text not null default ''
, confirmed_at datetime);

CREATE TABLE setup_links (
  id         integer primary key check (id = 1),
  token_hash blob not null,
  created_at datetime not null,
  used_at    datetime
);

CREATE TABLE sites (
  id        integer primary key,
  key       text not null unique,
  name      text not null,
  time_zone text not null default 'UTC'
);

CREATE TABLE tasks (
  id          integer primary key,
  number      text not null unique,
  ticket_id   integer not null references tickets (id),
  position    integer not null,
  title       text not null,
  state       text not null check (state in ('open', 'in_progress', 'done', 'skipped')),
  team_id     integer references teams (id),
  assignee_id integer references users (id),
  version     integer not null,
  created_at  datetime not null,
  closed_at   datetime
);

CREATE TABLE team_members (
  team_id integer not null references teams (id),
  user_id integer not null references users (id),
  primary key (team_id, user_id)
);

CREATE TABLE teams (
  id      integer primary key,
  key     text not null unique,
  name    text not null,
  lead_id integer references users (id),
  version integer not null
);

CREATE TABLE ticket_cis (
  ticket_id integer not null references tickets (id),
  ci_id     integer not null references cis (id),
  role      text not null check (role in ('affected', 'impacted')),
  added_by  integer references users (id),
  added_at  datetime not null,
  primary key (ticket_id, ci_id)
);

CREATE TABLE ticket_links (
  id      integer primary key,
  ref     text not null unique,
  from_id integer not null references tickets (id),
  kind    text not null check (kind in ('parent', 'duplicate_of', 'related', 'caused_by')),
  to_id   integer not null references tickets (id),
  at      datetime not null,
  check (from_id <> to_id),
  unique (from_id, kind, to_id)
);

CREATE VIRTUAL TABLE ticket_search using fts5 (number, title, description, comments, people, notes, tokenize = "unicode61 remove_diacritics 2", prefix = '2 3');

CREATE TABLE tickets (
  id             integer primary key,
  kind           text not null check (kind in ('incident', 'request', 'problem', 'change')),
  number         text not null unique,
  title          text not null,
  description    text not null default '',
  state          text not null,
  category       text not null check (category in ('open', 'waiting', 'done', 'cancelled')),
  priority       integer not null check (priority between 1 and 4),
  requester_id   integer references users (id),
  opened_by      integer references users (id),
  team_id        integer references teams (id),
  assignee_id    integer references users (id),
  site_id        integer references sites (id),
  service        text not null default '',
  classification text not null default '',
  version        integer not null,
  opened_at      datetime not null,
  updated_at     datetime not null,
  due_at         datetime,
  resolved_at    datetime,
  closed_at      datetime,
  check ((category in ('done', 'cancelled')) or closed_at is null)
);

CREATE TABLE user_preferences (
  user_id integer primary key references users (id),
  body    text not null
);

CREATE TABLE users (
  id            integer primary key,
  ref           text not null unique,
  login         text not null unique,
  name          text not null,
  email         text not null default '',
  site_id       integer references sites (id),
  time_zone     text not null default 'UTC',
  active        boolean not null default true,
  service       boolean not null default false,
  password_hash text not null default '',
  version       integer not null,
  created_at    datetime not null,
  updated_at    datetime not null
);

CREATE TABLE verifications (
  id          text primary key,
  state       text not null check (state in ('running', 'passed', 'failed')),
  done        integer not null default 0,
  total       integer not null default 0,
  steps       text not null default '[]',
  started_at  datetime not null,
  heard_at    datetime not null,
  finished_at datetime
);

CREATE TABLE webhook_deliveries (
  id         integer primary key,
  ref        text not null unique,
  webhook_id integer not null references webhooks (id),
  event      text not null,
  subject    text not null default '',
  once       text not null,
  body       text not null,
  state      text not null check (state in ('waiting', 'delivered', 'dead')),
  attempts   integer not null default 0,
  status     integer not null default 0,
  trouble    text not null default '',
  created_at datetime not null,
  tried_at   datetime,
  unique (webhook_id, once)
);

CREATE TABLE webhooks (
  id         integer primary key,
  ref        text not null unique,
  name       text not null,
  url        text not null,
  events     text not null,
  secret     text not null,
  secret_at  datetime not null,
  state      text not null check (state in ('active', 'paused', 'retired')),
  version    integer not null,
  created_at datetime not null
);

CREATE INDEX api_tokens_user on api_tokens (user_id);

CREATE INDEX approval_conditions_slot on approval_conditions (slot_id);

CREATE INDEX approval_decisions_caster on approval_decisions (cast_by, id);

CREATE INDEX approval_electors_user on approval_electors (user_id, slot_id);

CREATE INDEX approval_slots_ticket on approval_slots (ticket_id, revision);

CREATE INDEX approval_slots_waiting on approval_slots (state, id);

CREATE INDEX attachments_ticket on attachments (ticket_id, id);

CREATE INDEX audit_checkpoints_size on audit_checkpoints (size);

CREATE INDEX audit_events_actor on audit_events (actor, id);

CREATE INDEX audit_events_recorded on audit_events (recorded_at, id);

CREATE INDEX audit_events_type on audit_events (type, id);

CREATE INDEX audit_private_subject on audit_private (subject);

CREATE INDEX board_duties_time on board_duties (board_id, ends_at);

CREATE INDEX calendar_feeds_user on calendar_feeds (user_id, id);

CREATE UNIQUE INDEX canned_texts_name on canned_texts (coalesce(team_id, 0), name) where not retired;

CREATE INDEX change_attempts_ticket on change_attempts (ticket_id);

CREATE INDEX change_booking_items_ci on change_booking_items (ci_id, ticket_id);

CREATE INDEX change_bookings_time on change_bookings (ends_at, starts_at, ticket_id) where live;

CREATE INDEX change_causes_change on change_causes (change_id, kind, confidence);

CREATE INDEX change_cis_ci on change_cis (ci_id, ticket_id, revision, role);

CREATE INDEX change_cis_loose on change_cis (ticket_id, revision) where frozen_at is null;

CREATE INDEX change_conflicts_other on change_conflicts (other_id, state);

CREATE INDEX change_conflicts_schedule on change_conflicts (schedule_id, state);

CREATE INDEX change_conflicts_ticket on change_conflicts (ticket_id, state);

CREATE INDEX change_reviews_open on change_reviews (due_at, ticket_id) where state = 'open';

CREATE INDEX change_schedules_used on change_schedules (kind, name) where not retired;

CREATE INDEX change_tasks_assignee on change_tasks (assignee_id, state);

CREATE INDEX change_tasks_change on change_tasks (ticket_id, position);

CREATE INDEX changes_ended on changes (actual_end, actual_start) where actual_end is not null;

CREATE INDEX changes_going_on on changes (actual_start) where actual_end is null and actual_start is not null;

CREATE INDEX changes_retro on changes (retro_due_at) where retro_state = 'pending';

CREATE INDEX changes_template on changes (template, actual_end) where template <> '';

CREATE INDEX changes_window on changes (planned_start, planned_end);

CREATE INDEX changes_window_end on changes (planned_end, planned_start);

CREATE INDEX ci_apart_latest on ci_apart (at desc, id desc) where stands;

CREATE INDEX ci_apart_other on ci_apart (b_id);

CREATE UNIQUE INDEX ci_apart_pair on ci_apart (a_id, b_id);

CREATE INDEX ci_attributes_value on ci_attributes (field, value, ci_id);

CREATE INDEX ci_memberships_ci on ci_memberships (ci_id, group_id);

CREATE INDEX ci_memberships_group on ci_memberships (group_id, ci_id) where superseded_at is null;

CREATE INDEX ci_memberships_ref on ci_memberships (ref);

CREATE INDEX ci_merges_into on ci_merges (into_id);

CREATE UNIQUE INDEX ci_merges_open on ci_merges (from_id) where undone_at is null;

CREATE INDEX ci_relations_first on ci_relations (from_id, type, to_id, valid_from, valid_to, recorded_at, superseded_at, redundancy, needed);

CREATE INDEX ci_relations_first_now on ci_relations (from_id, type, to_id, redundancy, needed) where valid_to is null and superseded_at is null;

CREATE UNIQUE INDEX ci_relations_now on ci_relations (from_id, type, to_id) where valid_to is null and superseded_at is null;

CREATE INDEX ci_relations_ref on ci_relations (ref);

CREATE INDEX ci_relations_second on ci_relations (to_id, type, from_id, valid_from, valid_to, recorded_at, superseded_at, redundancy, needed);

CREATE INDEX ci_relations_second_now on ci_relations (to_id, type, from_id, redundancy, needed) where valid_to is null and superseded_at is null;

CREATE INDEX ci_relations_superseded on ci_relations (superseded_at) where superseded_at is not null;

CREATE INDEX ci_revisions_ci on ci_revisions (ci_id, recorded_at);

CREATE INDEX ci_revisions_class on ci_revisions (class, name, ci_id);

CREATE INDEX ci_revisions_known on ci_revisions (ci_id) where superseded_at is null;

CREATE INDEX ci_revisions_name on ci_revisions (name, ci_id);

CREATE INDEX ci_run_items_action on ci_run_items (run_id, action, seq);

CREATE INDEX ci_run_items_ci on ci_run_items (ci_id, run_id) where ci_id is not null;

CREATE INDEX ci_run_items_key on ci_run_items (run_id, key);

CREATE INDEX ci_run_items_name on ci_run_items (run_id, name);

CREATE INDEX ci_run_ties_action on ci_run_ties (run_id, action, seq);

CREATE INDEX ci_run_ties_ref on ci_run_ties (run_id, ref);

CREATE INDEX ci_runs_source on ci_runs (source_id, id);

CREATE INDEX ci_sightings_ci on ci_sightings (ci_id);

CREATE INDEX ci_sightings_seen on ci_sightings (source, last_seen);

CREATE INDEX cis_asset_tag on cis (asset_tag, id) where asset_tag <> '';

CREATE INDEX cis_class_name on cis (class, sort_name, id) where presence = 'present';

CREATE INDEX cis_criticality on cis ((case criticality when 0 then 9 else criticality end), sort_name, id) where presence = 'present';

CREATE INDEX cis_merged on cis (merged_into) where merged_into is not null;

CREATE INDEX cis_name on cis (sort_name, id) where presence = 'present';

CREATE INDEX cis_owner_name on cis (owner_id, sort_name, id) where presence = 'present';

CREATE INDEX cis_serial on cis (serial, id) where serial <> '';

CREATE INDEX cis_site_name on cis (site_id, sort_name, id) where presence = 'present';

CREATE INDEX cis_team_name on cis (team_id, sort_name, id) where presence = 'present';

CREATE INDEX cis_updated on cis (updated_at desc, id desc) where presence = 'present';

CREATE INDEX cis_user_name on cis (used_by, sort_name, id) where presence = 'present';

CREATE INDEX cis_verified on cis (coalesce(verified_at, '0001-01-01 00:00:00.000000'), id) where presence = 'present';

CREATE INDEX comments_ticket on comments (ticket_id, id);

CREATE INDEX delegations_from on delegations (from_id);

CREATE INDEX delegations_to on delegations (to_id);

CREATE INDEX deployments_change on deployments (ticket_id, id);

CREATE UNIQUE INDEX deployments_nonce on deployments (nonce) where nonce is not null;

CREATE INDEX deployments_pipeline on deployments (pipeline_id, id);

CREATE INDEX deployments_same on deployments (artifact, environment, id);

CREATE INDEX exports_user on exports (user_id, id);

CREATE INDEX idempotency_keys_age on idempotency_keys (created_at);

CREATE INDEX login_failures_key on login_failures (key, at);

CREATE INDEX meeting_actions_meeting on meeting_actions (meeting_id, id);

CREATE INDEX meeting_addenda_meeting on meeting_addenda (meeting_id, id);

CREATE INDEX meeting_items_change on meeting_items (ticket_id);

CREATE INDEX meeting_items_meeting on meeting_items (meeting_id, position);

CREATE INDEX meeting_people_user on meeting_people (user_id, meeting_id);

CREATE UNIQUE INDEX meetings_one_at_a_time on meetings (board_id, starts_at) where state <> 'cancelled';

CREATE INDEX meetings_order on meetings (starts_at, id);

CREATE INDEX participants_user on participants (user_id, ticket_id);

CREATE INDEX pipeline_runs_change on pipeline_runs (ticket_id, id);

CREATE INDEX role_grants_user on role_grants (user_id);

CREATE INDEX saved_views_user on saved_views (user_id);

CREATE INDEX sessions_expiry on sessions (expires_at);

CREATE INDEX sessions_user on sessions (user_id);

CREATE INDEX tasks_assignee on tasks (assignee_id, state);

CREATE INDEX tasks_ticket on tasks (ticket_id, position);

CREATE INDEX team_members_user on team_members (user_id, team_id);

CREATE INDEX ticket_cis_ci on ticket_cis (ci_id, ticket_id);

CREATE INDEX ticket_links_to on ticket_links (to_id);

CREATE INDEX tickets_assignee_updated on tickets (assignee_id, updated_at desc, id desc);

CREATE INDEX tickets_changes_closed on tickets (team_id, closed_at) where kind = 'change';

CREATE INDEX tickets_class_updated on tickets (classification, updated_at desc, id desc);

CREATE INDEX tickets_closed_updated on tickets (updated_at desc, id desc, closed_at, kind, team_id) where closed_at is not null;

CREATE INDEX tickets_due on tickets (coalesce(due_at, '9999-12-31 00:00:00.000000'), id);

CREATE INDEX tickets_kind_updated on tickets (kind, updated_at desc, id desc);

CREATE INDEX tickets_open_assignee on tickets (assignee_id, updated_at desc, id desc) where category in ('open', 'waiting');

CREATE INDEX tickets_open_due on tickets (coalesce(due_at, '9999-12-31 00:00:00.000000'), id, kind, category, state, priority, team_id, assignee_id, requester_id, site_id, service, classification) where category in ('open', 'waiting');

CREATE INDEX tickets_open_opened on tickets (opened_at desc, id desc, kind, category, state, priority, team_id, assignee_id, requester_id, site_id, service, classification) where category in ('open', 'waiting');

CREATE INDEX tickets_open_priority on tickets (priority, id, kind, category, state, team_id, assignee_id, requester_id, site_id, service, classification) where category in ('open', 'waiting');

CREATE INDEX tickets_open_team on tickets (team_id, updated_at desc, id desc) where category in ('open', 'waiting');

CREATE INDEX tickets_open_updated on tickets (updated_at desc, id desc, kind, category, state, priority, team_id, assignee_id, requester_id, site_id, service, classification) where category in ('open', 'waiting');

CREATE INDEX tickets_opened on tickets (opened_at desc, id desc);

CREATE INDEX tickets_priority on tickets (priority, id);

CREATE INDEX tickets_requester_updated on tickets (requester_id, updated_at desc, id desc);

CREATE INDEX tickets_service_updated on tickets (service, updated_at desc, id desc);

CREATE INDEX tickets_state_updated on tickets (state, updated_at desc, id desc);

CREATE INDEX tickets_team_updated on tickets (team_id, updated_at desc, id desc);

CREATE INDEX tickets_updated on tickets (updated_at desc, id desc);

CREATE INDEX users_name on users (lower(name));

CREATE UNIQUE INDEX verifications_running on verifications (state) where state = 'running';

CREATE INDEX webhook_deliveries_latest on webhook_deliveries (webhook_id, id);

CREATE INDEX webhook_deliveries_old on webhook_deliveries (created_at);

CREATE TRIGGER approval_conditions_no_delete before delete on approval_conditions begin
  select raise(abort, 'a condition is never deleted');
end;

CREATE TRIGGER approval_conditions_no_replace before insert on approval_conditions
  when exists (select 1 from approval_conditions where id = new.id or ref = new.ref) begin
  select raise(abort, 'a condition is never replaced');
end;

CREATE TRIGGER approval_conditions_no_update before update on approval_conditions
  when old.met_at is not null or new.met_at is null or new.text <> old.text or new.before <> old.before or new.slot_id <> old.slot_id or new.ticket_id <> old.ticket_id
    or new.set_by <> old.set_by or new.ref <> old.ref begin
  select raise(abort, 'a condition is met once and never altered');
end;

CREATE TRIGGER approval_decisions_no_delete before delete on approval_decisions begin
  select raise(abort, 'a decision is never deleted');
end;

CREATE TRIGGER approval_decisions_no_replace before insert on approval_decisions
  when exists (select 1 from approval_decisions where id = new.id or ref = new.ref or (slot_id = new.slot_id and user_id = new.user_id)) begin
  select raise(abort, 'a decision is never replaced');
end;

CREATE TRIGGER approval_decisions_no_update before update on approval_decisions begin
  select raise(abort, 'a decision is never altered');
end;

CREATE TRIGGER audit_checkpoints_no_delete before delete on audit_checkpoints begin
  select raise(abort, 'the log is append-only: delete on audit_checkpoints is refused');
end;

CREATE TRIGGER audit_checkpoints_no_replace before insert on audit_checkpoints
  when exists (select 1 from audit_checkpoints where id = new.id) begin
  select raise(abort, 'the log is append-only: replace on audit_checkpoints is refused');
end;

CREATE TRIGGER audit_checkpoints_no_update before update on audit_checkpoints begin
  select raise(abort, 'the log is append-only: update on audit_checkpoints is refused');
end;

CREATE TRIGGER audit_events_no_delete before delete on audit_events begin
  select raise(abort, 'the log is append-only: delete on audit_events is refused');
end;

CREATE TRIGGER audit_events_no_replace before insert on audit_events
  when exists (select 1 from audit_events where id = new.id or rowid = new.rowid or (entity_kind = new.entity_kind and entity = new.entity and entity_version = new.entity_version)) begin
  select raise(abort, 'the log is append-only: replace on audit_events is refused');
end;

CREATE TRIGGER audit_events_no_update before update on audit_events begin
  select raise(abort, 'the log is append-only: update on audit_events is refused');
end;

CREATE TRIGGER audit_events_outbox after insert on audit_events begin
  insert into audit_outbox (event_id) values (new.id);
end;

CREATE TRIGGER audit_leaves_no_delete before delete on audit_leaves begin
  select raise(abort, 'the log is append-only: delete on audit_leaves is refused');
end;

CREATE TRIGGER audit_leaves_no_replace before insert on audit_leaves
  when exists (select 1 from audit_leaves where idx = new.idx or event_id = new.event_id) begin
  select raise(abort, 'the log is append-only: replace on audit_leaves is refused');
end;

CREATE TRIGGER audit_leaves_no_update before update on audit_leaves begin
  select raise(abort, 'the log is append-only: update on audit_leaves is refused');
end;

CREATE TRIGGER audit_nodes_no_delete before delete on audit_nodes begin
  select raise(abort, 'the log is append-only: delete on audit_nodes is refused');
end;

CREATE TRIGGER audit_nodes_no_replace before insert on audit_nodes
  when exists (select 1 from audit_nodes where pos = new.pos) begin
  select raise(abort, 'the log is append-only: replace on audit_nodes is refused');
end;

CREATE TRIGGER audit_nodes_no_update before update on audit_nodes begin
  select raise(abort, 'the log is append-only: update on audit_nodes is refused');
end;

CREATE TRIGGER audit_origins_no_delete before delete on audit_origins begin
  select raise(abort, 'the log is append-only: delete on audit_origins is refused');
end;

CREATE TRIGGER audit_origins_no_replace before insert on audit_origins
  when exists (select 1 from audit_origins where id = new.id or origin = new.origin) begin
  select raise(abort, 'the log is append-only: replace on audit_origins is refused');
end;

CREATE TRIGGER audit_origins_no_update before update on audit_origins begin
  select raise(abort, 'the log is append-only: update on audit_origins is refused');
end;

CREATE TRIGGER audit_outbox_no_replace before insert on audit_outbox
  when exists (select 1 from audit_outbox where event_id = new.event_id or rowid = new.rowid) begin
  select raise(abort, 'the log is append-only: replace on audit_outbox is refused');
end;

CREATE TRIGGER audit_outbox_no_update before update on audit_outbox begin
  select raise(abort, 'the log is append-only: update on audit_outbox is refused');
end;

CREATE TRIGGER audit_outbox_only_sealed before delete on audit_outbox
  when not exists (select 1 from audit_leaves where event_id = old.event_id) begin
  select raise(abort, 'an unsealed event cannot leave the outbox');
end;

CREATE TRIGGER audit_private_no_replace before insert on audit_private
  when exists (select 1 from audit_private where rowid = new.rowid or (event_id = new.event_id and field = new.field)) begin
  select raise(abort, 'the log is append-only: replace on audit_private is refused');
end;

CREATE TRIGGER audit_private_no_update before update on audit_private begin
  select raise(abort, 'the log is append-only: update on audit_private is refused');
end;

CREATE TRIGGER board_duties_event_insert before insert on board_duties
  when not exists (select 1 from audit_events where entity_kind = 'duty' and entity = new.ref and entity_version = new.version) begin
  select raise(abort, 'a duty is entered only with its event');
end;

CREATE TRIGGER board_duties_event_update before update on board_duties
  when new.version <> old.version + 1 or not exists (select 1 from audit_events where entity_kind = 'duty' and entity = new.ref and entity_version = new.version) begin
  select raise(abort, 'a duty changes by one version at a time and only with its event');
end;

CREATE TRIGGER board_duties_no_delete before delete on board_duties begin
  select raise(abort, 'a duty is never deleted');
end;

CREATE TRIGGER board_duties_no_replace before insert on board_duties
  when exists (select 1 from board_duties where id = new.id or ref = new.ref) begin
  select raise(abort, 'a duty is never replaced');
end;

CREATE TRIGGER board_rhythms_event_insert before insert on board_rhythms
  when not exists (select 1 from audit_events where entity_kind = 'rhythm' and entity = (select key from boards where id = new.board_id) and entity_version = new.version) begin
  select raise(abort, 'a rhythm is set only with its event');
end;

CREATE TRIGGER board_rhythms_event_update before update on board_rhythms
  when new.version <> old.version + 1 or new.board_id <> old.board_id
    or not exists (select 1 from audit_events where entity_kind = 'rhythm' and entity = (select key from boards where id = new.board_id) and entity_version = new.version) begin
  select raise(abort, 'a rhythm changes by one version at a time and only with its event');
end;

CREATE TRIGGER board_rhythms_no_delete before delete on board_rhythms begin
  select raise(abort, 'a rhythm is never deleted');
end;

CREATE TRIGGER board_rhythms_no_replace before insert on board_rhythms
  when exists (select 1 from board_rhythms where board_id = new.board_id) begin
  select raise(abort, 'a rhythm is never replaced');
end;

CREATE TRIGGER calendar_feeds_event_insert before insert on calendar_feeds
  when not exists (select 1 from audit_events where entity_kind = 'calendar_feed' and entity = new.ref and entity_version = new.version) begin
  select raise(abort, 'a calendar feed is made only with its event');
end;

CREATE TRIGGER calendar_feeds_event_update before update of ref, user_id, name, token_hash, created_at, revoked_at, version on calendar_feeds
  when new.version <> old.version + 1 or not exists (select 1 from audit_events where entity_kind = 'calendar_feed' and entity = new.ref and entity_version = new.version) begin
  select raise(abort, 'a calendar feed changes by one version at a time and only with its event');
end;

CREATE TRIGGER calendar_feeds_no_delete before delete on calendar_feeds begin
  select raise(abort, 'a calendar feed is never deleted');
end;

CREATE TRIGGER calendar_feeds_no_replace before insert on calendar_feeds
  when exists (select 1 from calendar_feeds where id = new.id or ref = new.ref or token_hash = new.token_hash) begin
  select raise(abort, 'a calendar feed is never replaced');
end;

CREATE TRIGGER canned_texts_event_insert before insert on canned_texts
  when not exists (select 1 from audit_events where entity_kind = 'canned_text' and entity = new.ref and entity_version = new.version) begin
  select raise(abort, 'a canned text changes only with its event');
end;

CREATE TRIGGER canned_texts_event_update before update on canned_texts
  when new.version <> old.version + 1 or not exists (select 1 from audit_events where entity_kind = 'canned_text' and entity = new.ref and entity_version = new.version) begin
  select raise(abort, 'a canned text changes by one version at a time and only with its event');
end;

CREATE TRIGGER canned_texts_no_delete before delete on canned_texts begin
  select raise(abort, 'a canned text is never deleted');
end;

CREATE TRIGGER canned_texts_no_replace before insert on canned_texts
  when exists (select 1 from canned_texts where id = new.id or ref = new.ref) begin
  select raise(abort, 'a canned text is never replaced');
end;

CREATE TRIGGER change_attempts_event_insert before insert on change_attempts
  when new.version <> 1 or not exists (select 1 from audit_events where entity_kind = 'change_attempt' and entity = new.ref and entity_version = new.version) begin
  select raise(abort, 'an attempt is kept only with its event');
end;

CREATE TRIGGER change_attempts_no_delete before delete on change_attempts begin
  select raise(abort, 'an attempt is never deleted');
end;

CREATE TRIGGER change_attempts_no_replace before insert on change_attempts
  when exists (select 1 from change_attempts where id = new.id or ref = new.ref or (slot = new.slot and user_id = new.user_id)) begin
  select raise(abort, 'an attempt is never replaced');
end;

CREATE TRIGGER change_attempts_no_update before update on change_attempts begin
  select raise(abort, 'an attempt is never altered');
end;

CREATE TRIGGER change_causes_event_insert before insert on change_causes
  when not exists (select 1 from audit_events where entity_kind = 'cause' and entity = new.ref and entity_version = new.version) begin
  select raise(abort, 'a cause is made only with its event');
end;

CREATE TRIGGER change_causes_event_update before update on change_causes
  when new.version <> old.version + 1 or new.id <> old.id or new.ref <> old.ref or new.incident_id <> old.incident_id or new.change_id <> old.change_id or new.kind <> old.kind
    or not exists (select 1 from audit_events where entity_kind = 'cause' and entity = new.ref and entity_version = new.version) begin
  select raise(abort, 'a cause changes by one version at a time and only with its event');
end;

CREATE TRIGGER change_causes_no_delete before delete on change_causes begin
  select raise(abort, 'a cause is never deleted');
end;

CREATE TRIGGER change_causes_no_replace before insert on change_causes
  when exists (select 1 from change_causes where id = new.id or ref = new.ref or (incident_id = new.incident_id and change_id = new.change_id and kind = new.kind)) begin
  select raise(abort, 'a cause is never replaced');
end;

CREATE TRIGGER change_cis_frozen_delete before delete on change_cis when old.frozen_at is not null begin
  select raise(abort, 'what an authorised plan touches is never altered');
end;

CREATE TRIGGER change_cis_frozen_insert before insert on change_cis
  when exists (select 1 from change_cis where ticket_id = new.ticket_id and revision = new.revision and frozen_at is not null) begin
  select raise(abort, 'what an authorised plan touches is never altered');
end;

CREATE TRIGGER change_cis_frozen_update before update on change_cis
  when old.frozen_at is not null or new.ticket_id <> old.ticket_id or new.revision <> old.revision or new.ci_id <> old.ci_id begin
  select raise(abort, 'what an authorised plan touches is never altered');
end;

CREATE TRIGGER change_conflicts_event_insert before insert on change_conflicts
  when not exists (select 1 from audit_events where entity_kind = 'conflict' and entity = new.ref and entity_version = new.version) begin
  select raise(abort, 'a conflict is kept only with its event');
end;

CREATE TRIGGER change_conflicts_event_update before update on change_conflicts
  when new.version <> old.version + 1 or not exists (select 1 from audit_events where entity_kind = 'conflict' and entity = new.ref and entity_version = new.version) begin
  select raise(abort, 'a conflict changes by one version at a time and only with its event');
end;

CREATE TRIGGER change_conflicts_no_delete before delete on change_conflicts begin
  select raise(abort, 'a conflict is never deleted');
end;

CREATE TRIGGER change_conflicts_no_replace before insert on change_conflicts
  when exists (select 1 from change_conflicts where id = new.id or ref = new.ref) begin
  select raise(abort, 'a conflict is never replaced');
end;

CREATE TRIGGER change_reviews_event_insert before insert on change_reviews
  when not exists (select 1 from audit_events where entity_kind = 'change_review' and entity = new.number and entity_version = new.version) begin
  select raise(abort, 'a review is made only with its event');
end;

CREATE TRIGGER change_reviews_event_update before update on change_reviews
  when new.version <> old.version + 1 or new.ticket_id <> old.ticket_id or new.number <> old.number
    or not exists (select 1 from audit_events where entity_kind = 'change_review' and entity = new.number and entity_version = new.version) begin
  select raise(abort, 'a review changes by one version at a time and only with its event');
end;

CREATE TRIGGER change_reviews_no_delete before delete on change_reviews begin
  select raise(abort, 'a review is never deleted');
end;

CREATE TRIGGER change_reviews_no_replace before insert on change_reviews
  when exists (select 1 from change_reviews where ticket_id = new.ticket_id or number = new.number) begin
  select raise(abort, 'a review is never replaced');
end;

CREATE TRIGGER change_rules_event before insert on change_rules
  when not exists (select 1 from audit_events where entity_kind = 'rulebook' and entity = new.kind || ':' || new.key and entity_version = new.version - 1) begin
  select raise(abort, 'a rule is set only with its event');
end;

CREATE TRIGGER change_rules_no_delete before delete on change_rules begin
  select raise(abort, 'a version of a rule is never deleted');
end;

CREATE TRIGGER change_rules_no_replace before insert on change_rules
  when exists (select 1 from change_rules where id = new.id or (kind = new.kind and key = new.key and version = new.version)) begin
  select raise(abort, 'a version of a rule is never replaced');
end;

CREATE TRIGGER change_rules_no_update before update on change_rules begin
  select raise(abort, 'a version of a rule is never altered');
end;

CREATE TRIGGER change_schedules_event_insert before insert on change_schedules
  when not exists (select 1 from audit_events where entity_kind = 'schedule' and entity = new.ref and entity_version = new.version) begin
  select raise(abort, 'a schedule is made only with its event');
end;

CREATE TRIGGER change_schedules_event_update before update on change_schedules
  when new.version <> old.version + 1 or not exists (select 1 from audit_events where entity_kind = 'schedule' and entity = new.ref and entity_version = new.version) begin
  select raise(abort, 'a schedule changes by one version at a time and only with its event');
end;

CREATE TRIGGER change_schedules_no_delete before delete on change_schedules begin
  select raise(abort, 'a schedule is never deleted');
end;

CREATE TRIGGER change_schedules_no_replace before insert on change_schedules
  when exists (select 1 from change_schedules where id = new.id or ref = new.ref) begin
  select raise(abort, 'a schedule is never replaced');
end;

CREATE TRIGGER change_tasks_event_insert before insert on change_tasks
  when not exists (select 1 from audit_events where entity_kind = 'change_task' and entity = new.number and entity_version = new.version) begin
  select raise(abort, 'a task is added only with its event');
end;

CREATE TRIGGER change_tasks_event_update before update on change_tasks
  when new.version <> old.version + 1 or new.ticket_id <> old.ticket_id
    or not exists (select 1 from audit_events where entity_kind = 'change_task' and entity = new.number and entity_version = new.version) begin
  select raise(abort, 'a task changes by one version at a time and only with its event');
end;

CREATE TRIGGER change_tasks_no_delete before delete on change_tasks begin
  select raise(abort, 'a task is never deleted');
end;

CREATE TRIGGER change_tasks_no_replace before insert on change_tasks
  when exists (select 1 from change_tasks where id = new.id or number = new.number) begin
  select raise(abort, 'a task is never replaced');
end;

CREATE TRIGGER change_templates_event_insert before insert on change_templates
  when not exists (select 1 from audit_events where entity_kind = 'template' and entity = new.key || '/' || new.edition and entity_version = new.version) begin
  select raise(abort, 'a template is drafted only with its event');
end;

CREATE TRIGGER change_templates_event_update before update on change_templates
  when new.version <> old.version + 1 or new.key <> old.key or new.edition <> old.edition
    or not exists (select 1 from audit_events where entity_kind = 'template' and entity = new.key || '/' || new.edition and entity_version = new.version) begin
  select raise(abort, 'a template changes by one version at a time and only with its event');
end;

CREATE TRIGGER change_templates_no_delete before delete on change_templates begin
  select raise(abort, 'a template is never deleted');
end;

CREATE TRIGGER change_templates_no_replace before insert on change_templates
  when exists (select 1 from change_templates where id = new.id or (key = new.key and edition = new.edition)) begin
  select raise(abort, 'a template is never replaced');
end;

CREATE TRIGGER changes_event_update before update on changes
  when new.version <> old.version + 1 or not exists (
    select 1 from audit_events e join tickets t on e.entity_kind = t.kind and e.entity = t.number
    where t.id = new.ticket_id and e.entity_version = new.version) begin
  select raise(abort, 'a change alters by one version at a time and only with its event');
end;

CREATE TRIGGER changes_no_delete before delete on changes begin
  select raise(abort, 'a change is never deleted');
end;

CREATE TRIGGER changes_no_replace before insert on changes
  when exists (select 1 from changes where ticket_id = new.ticket_id) begin
  select raise(abort, 'a change is never replaced');
end;

CREATE TRIGGER ci_apart_event_insert before insert on ci_apart
  when not exists (select 1 from audit_events where entity_kind = 'ci_apart' and entity = new.ref and entity_version = new.version) begin
  select raise(abort, 'two items are told apart only with an event');
end;

CREATE TRIGGER ci_apart_event_update before update on ci_apart
  when new.version <> old.version + 1 or new.ref <> old.ref or new.a_id <> old.a_id or new.b_id <> old.b_id
    or not exists (select 1 from audit_events where entity_kind = 'ci_apart' and entity = new.ref and entity_version = new.version) begin
  select raise(abort, 'two items are told apart by one version at a time and only with its event');
end;

CREATE TRIGGER ci_apart_no_delete before delete on ci_apart begin
  select raise(abort, 'that two items were told apart is never deleted');
end;

CREATE TRIGGER ci_apart_no_replace before insert on ci_apart
  when exists (select 1 from ci_apart where id = new.id or ref = new.ref or (a_id = new.a_id and b_id = new.b_id)) begin
  select raise(abort, 'that two items were told apart is never replaced');
end;

CREATE TRIGGER ci_memberships_event before insert on ci_memberships
  when not exists (select 1 from audit_events where entity_kind = 'ci_membership' and entity = new.ref and entity_version = new.version) begin
  select raise(abort, 'a membership changes only with its event');
end;

CREATE TRIGGER ci_memberships_no_delete before delete on ci_memberships begin
  select raise(abort, 'what was recorded is never deleted');
end;

CREATE TRIGGER ci_memberships_no_replace before insert on ci_memberships
  when exists (select 1 from ci_memberships where id = new.id) begin
  select raise(abort, 'what was recorded is never replaced');
end;

CREATE TRIGGER ci_memberships_only_superseded before update on ci_memberships
  when old.superseded_at is not null or new.superseded_at is null or new.id <> old.id or new.ref <> old.ref or new.group_id <> old.group_id or new.ci_id <> old.ci_id
    or new.version <> old.version or new.valid_from <> old.valid_from or new.valid_to is not old.valid_to or new.recorded_at <> old.recorded_at begin
  select raise(abort, 'what was recorded is superseded, never altered');
end;

CREATE TRIGGER ci_merges_event before insert on ci_merges
  when not exists (select 1 from cis c join audit_events e on e.entity_kind = 'ci' and e.entity = c.number where c.id = new.from_id and e.entity_version = new.version) begin
  select raise(abort, 'a merge is recorded only with its event');
end;

CREATE TRIGGER ci_merges_no_delete before delete on ci_merges begin
  select raise(abort, 'a merge is never deleted');
end;

CREATE TRIGGER ci_relations_event before insert on ci_relations
  when not exists (select 1 from audit_events where entity_kind = 'ci_relation' and entity = new.ref and entity_version = new.version) begin
  select raise(abort, 'a relation changes only with its event');
end;

CREATE TRIGGER ci_relations_no_delete before delete on ci_relations begin
  select raise(abort, 'what was recorded is never deleted');
end;

CREATE TRIGGER ci_relations_no_replace before insert on ci_relations
  when exists (select 1 from ci_relations where id = new.id) begin
  select raise(abort, 'what was recorded is never replaced');
end;

CREATE TRIGGER ci_relations_only_superseded before update on ci_relations
  when old.superseded_at is not null or new.superseded_at is null or new.id <> old.id or new.ref <> old.ref or new.from_id <> old.from_id or new.to_id <> old.to_id
    or new.type <> old.type or new.redundancy <> old.redundancy or new.needed <> old.needed or new.version <> old.version
    or new.valid_from <> old.valid_from or new.valid_to is not old.valid_to or new.recorded_at <> old.recorded_at begin
  select raise(abort, 'what was recorded is superseded, never altered');
end;

CREATE TRIGGER ci_revisions_event before insert on ci_revisions
  when not exists (select 1 from cis c join audit_events e on e.entity_kind = 'ci' and e.entity = c.number where c.id = new.ci_id and e.entity_version = new.version) begin
  select raise(abort, 'a revision is recorded only with its event');
end;

CREATE TRIGGER ci_revisions_no_delete before delete on ci_revisions begin
  select raise(abort, 'what was recorded is never deleted');
end;

CREATE TRIGGER ci_revisions_no_replace before insert on ci_revisions
  when exists (select 1 from ci_revisions where id = new.id) begin
  select raise(abort, 'what was recorded is never replaced');
end;

CREATE TRIGGER ci_revisions_only_superseded before update on ci_revisions
  when old.superseded_at is not null or new.superseded_at is null or new.id <> old.id or new.ci_id <> old.ci_id or new.version <> old.version or new.body <> old.body
    or new.name <> old.name or new.class <> old.class or new.status <> old.status or new.presence <> old.presence
    or new.valid_from <> old.valid_from or new.valid_to is not old.valid_to or new.recorded_at <> old.recorded_at begin
  select raise(abort, 'what was recorded is superseded, never altered');
end;

CREATE TRIGGER ci_sources_event_insert before insert on ci_sources
  when not exists (select 1 from audit_events where entity_kind = 'ci_source' and entity = new.key and entity_version = new.version) begin
  select raise(abort, 'a source changes only with its event');
end;

CREATE TRIGGER ci_sources_event_update before update on ci_sources
  when new.version <> old.version + 1 or not exists (select 1 from audit_events where entity_kind = 'ci_source' and entity = new.key and entity_version = new.version) begin
  select raise(abort, 'a source changes by one version at a time and only with its event');
end;

CREATE TRIGGER ci_sources_no_delete before delete on ci_sources begin
  select raise(abort, 'a source is never deleted');
end;

CREATE TRIGGER ci_sources_no_replace before insert on ci_sources
  when exists (select 1 from ci_sources where id = new.id or key = new.key) begin
  select raise(abort, 'a source is never replaced');
end;

CREATE TRIGGER cis_event_insert before insert on cis
  when not exists (select 1 from audit_events where entity_kind = 'ci' and entity = new.number and entity_version = new.version) begin
  select raise(abort, 'a configuration item changes only with its event');
end;

CREATE TRIGGER cis_event_update before update on cis
  when new.version <> old.version + 1 or not exists (select 1 from audit_events where entity_kind = 'ci' and entity = new.number and entity_version = new.version) begin
  select raise(abort, 'a configuration item changes by one version at a time and only with its event');
end;

CREATE TRIGGER cis_no_delete before delete on cis begin
  select raise(abort, 'a configuration item is never deleted');
end;

CREATE TRIGGER cis_no_replace before insert on cis
  when exists (select 1 from cis where id = new.id or number = new.number) begin
  select raise(abort, 'a configuration item is never replaced');
end;

CREATE TRIGGER deployments_event_insert before insert on deployments
  when not exists (select 1 from audit_events where entity_kind = 'deployment' and entity = new.ref and entity_version = new.version) begin
  select raise(abort, 'a deployment is made only with its event');
end;

CREATE TRIGGER deployments_event_update before update on deployments
  when new.version <> old.version + 1 or new.ref <> old.ref or new.ticket_id <> old.ticket_id or new.authorised <> old.authorised or new.artifact <> old.artifact or coalesce(new.nonce, '') <> coalesce(old.nonce, '')
    or not exists (select 1 from audit_events where entity_kind = 'deployment' and entity = new.ref and entity_version = new.version) begin
  select raise(abort, 'a deployment changes by one version at a time and only with its event');
end;

CREATE TRIGGER deployments_no_delete before delete on deployments begin
  select raise(abort, 'a deployment is never deleted');
end;

CREATE TRIGGER deployments_no_replace before insert on deployments
  when exists (select 1 from deployments where id = new.id or ref = new.ref) begin
  select raise(abort, 'a deployment is never replaced');
end;

CREATE TRIGGER meeting_actions_event_insert before insert on meeting_actions
  when not exists (select 1 from audit_events where entity_kind = 'meeting' and entity = (select ref from meetings where id = new.meeting_id) and entity_version = new.version) begin
  select raise(abort, 'an action of a meeting is written only with its event');
end;

CREATE TRIGGER meeting_actions_event_update before update on meeting_actions
  when new.version <= old.version or new.meeting_id <> old.meeting_id
    or not exists (select 1 from audit_events where entity_kind = 'meeting' and entity = (select ref from meetings where id = new.meeting_id) and entity_version = new.version) begin
  select raise(abort, 'an action of a meeting changes only with its event');
end;

CREATE TRIGGER meeting_actions_no_delete before delete on meeting_actions begin
  select raise(abort, 'an action of a meeting is never deleted');
end;

CREATE TRIGGER meeting_actions_no_replace before insert on meeting_actions
  when exists (select 1 from meeting_actions where id = new.id or ref = new.ref) begin
  select raise(abort, 'an action of a meeting is never replaced');
end;

CREATE TRIGGER meeting_addenda_event_insert before insert on meeting_addenda
  when not exists (select 1 from audit_events where entity_kind = 'meeting' and entity = (select ref from meetings where id = new.meeting_id) and entity_version = new.version) begin
  select raise(abort, 'an addendum to minutes is written only with its event');
end;

CREATE TRIGGER meeting_addenda_event_update before update on meeting_addenda
  when new.version <= old.version or new.meeting_id <> old.meeting_id
    or not exists (select 1 from audit_events where entity_kind = 'meeting' and entity = (select ref from meetings where id = new.meeting_id) and entity_version = new.version) begin
  select raise(abort, 'an addendum to minutes changes only with its event');
end;

CREATE TRIGGER meeting_addenda_no_delete before delete on meeting_addenda begin
  select raise(abort, 'an addendum to minutes is never deleted');
end;

CREATE TRIGGER meeting_addenda_no_replace before insert on meeting_addenda
  when exists (select 1 from meeting_addenda where id = new.id or ref = new.ref) begin
  select raise(abort, 'an addendum to minutes is never replaced');
end;

CREATE TRIGGER meeting_items_event_insert before insert on meeting_items
  when not exists (select 1 from audit_events where entity_kind = 'meeting' and entity = (select ref from meetings where id = new.meeting_id) and entity_version = new.version) begin
  select raise(abort, 'a point of an agenda is written only with its event');
end;

CREATE TRIGGER meeting_items_event_update before update on meeting_items
  when new.version <= old.version or new.meeting_id <> old.meeting_id
    or not exists (select 1 from audit_events where entity_kind = 'meeting' and entity = (select ref from meetings where id = new.meeting_id) and entity_version = new.version) begin
  select raise(abort, 'a point of an agenda changes only with its event');
end;

CREATE TRIGGER meeting_items_no_delete before delete on meeting_items begin
  select raise(abort, 'a point of an agenda is never deleted');
end;

CREATE TRIGGER meeting_items_no_replace before insert on meeting_items
  when exists (select 1 from meeting_items where id = new.id or ref = new.ref) begin
  select raise(abort, 'a point of an agenda is never replaced');
end;

CREATE TRIGGER meeting_items_signed before update on meeting_items
  when exists (select 1 from meetings where id = new.meeting_id and signed_at is not null) begin
  select raise(abort, 'what signed minutes were written from is never altered');
end;

CREATE TRIGGER meeting_people_event_insert before insert on meeting_people
  when not exists (select 1 from audit_events where entity_kind = 'meeting' and entity = (select ref from meetings where id = new.meeting_id) and entity_version = new.version) begin
  select raise(abort, 'the attendance of a meeting is written only with its event');
end;

CREATE TRIGGER meeting_people_event_update before update on meeting_people
  when new.version <= old.version or new.meeting_id <> old.meeting_id
    or not exists (select 1 from audit_events where entity_kind = 'meeting' and entity = (select ref from meetings where id = new.meeting_id) and entity_version = new.version) begin
  select raise(abort, 'the attendance of a meeting changes only with its event');
end;

CREATE TRIGGER meeting_people_no_delete before delete on meeting_people begin
  select raise(abort, 'the attendance of a meeting is never deleted');
end;

CREATE TRIGGER meeting_people_no_replace before insert on meeting_people
  when exists (select 1 from meeting_people where id = new.id or new.meeting_id = meeting_id and user_id = new.user_id) begin
  select raise(abort, 'the attendance of a meeting is never replaced');
end;

CREATE TRIGGER meetings_event_insert before insert on meetings
  when not exists (select 1 from audit_events where entity_kind = 'meeting' and entity = new.ref and entity_version = new.version) begin
  select raise(abort, 'a meeting is convened only with its event');
end;

CREATE TRIGGER meetings_event_update before update on meetings
  when new.version <> old.version + 1 or new.ref <> old.ref or new.board_id <> old.board_id
    or not exists (select 1 from audit_events where entity_kind = 'meeting' and entity = new.ref and entity_version = new.version) begin
  select raise(abort, 'a meeting changes by one version at a time and only with its event');
end;

CREATE TRIGGER meetings_no_delete before delete on meetings begin
  select raise(abort, 'a meeting is never deleted');
end;

CREATE TRIGGER meetings_no_replace before insert on meetings
  when exists (select 1 from meetings where id = new.id or ref = new.ref) begin
  select raise(abort, 'a meeting is never replaced');
end;

CREATE TRIGGER meetings_signed before update on meetings
  when old.signed_at is not null and (new.record <> old.record or new.record_digest <> old.record_digest or new.signed_at is not old.signed_at
    or new.signed_by is not old.signed_by or new.state <> old.state) begin
  select raise(abort, 'signed minutes are never altered');
end;

CREATE TRIGGER pipeline_runs_event_insert before insert on pipeline_runs
  when not exists (select 1 from audit_events where entity_kind = 'pipeline_run' and entity = new.ref and entity_version = new.version) begin
  select raise(abort, 'a run is made only with its event');
end;

CREATE TRIGGER pipeline_runs_event_update before update on pipeline_runs
  when new.version <> old.version + 1 or new.ref <> old.ref or new.ticket_id <> old.ticket_id or new.artifacts <> old.artifacts
    or not exists (select 1 from audit_events where entity_kind = 'pipeline_run' and entity = new.ref and entity_version = new.version) begin
  select raise(abort, 'a run changes by one version at a time and only with its event');
end;

CREATE TRIGGER pipeline_runs_no_delete before delete on pipeline_runs begin
  select raise(abort, 'a run is never deleted');
end;

CREATE TRIGGER pipeline_runs_no_replace before insert on pipeline_runs
  when exists (select 1 from pipeline_runs where id = new.id or ref = new.ref) begin
  select raise(abort, 'a run is never replaced');
end;

CREATE TRIGGER pipelines_event_insert before insert on pipelines
  when not exists (select 1 from audit_events where entity_kind = 'pipeline' and entity = new.key and entity_version = new.version) begin
  select raise(abort, 'a pipeline is made only with its event');
end;

CREATE TRIGGER pipelines_event_update before update on pipelines
  when new.version <> old.version + 1 or new.key <> old.key or new.account_id <> old.account_id
    or not exists (select 1 from audit_events where entity_kind = 'pipeline' and entity = new.key and entity_version = new.version) begin
  select raise(abort, 'a pipeline changes by one version at a time and only with its event');
end;

CREATE TRIGGER pipelines_no_delete before delete on pipelines begin
  select raise(abort, 'a pipeline is never deleted');
end;

CREATE TRIGGER pipelines_no_replace before insert on pipelines
  when exists (select 1 from pipelines where id = new.id or key = new.key) begin
  select raise(abort, 'a pipeline is never replaced');
end;

CREATE TRIGGER ticket_cis_event_delete before delete on ticket_cis
  when not exists (select 1 from tickets t join audit_events e on e.entity_kind = t.kind and e.entity = t.number and e.entity_version = t.version
    where t.id = old.ticket_id and e.type in (t.kind || '.ci_added', t.kind || '.ci_removed')) begin
  select raise(abort, 'what a record is about changes only with its event');
end;

CREATE TRIGGER ticket_cis_event_insert before insert on ticket_cis
  when not exists (select 1 from tickets t join audit_events e on e.entity_kind = t.kind and e.entity = t.number and e.entity_version = t.version
    where t.id = new.ticket_id and e.type = t.kind || '.ci_added') begin
  select raise(abort, 'what a record is about changes only with its event');
end;

CREATE TRIGGER ticket_cis_no_update before update on ticket_cis begin
  select raise(abort, 'what a record is about is added and removed, never altered');
end;

CREATE TRIGGER tickets_event_insert before insert on tickets
  when not exists (select 1 from audit_events where entity_kind = new.kind and entity = new.number and entity_version = new.version) begin
  select raise(abort, 'a record changes only with its event');
end;

CREATE TRIGGER tickets_event_update before update on tickets
  when new.version <> old.version + 1 or not exists (select 1 from audit_events where entity_kind = new.kind and entity = new.number and entity_version = new.version) begin
  select raise(abort, 'a record changes by one version at a time and only with its event');
end;

CREATE TRIGGER tickets_no_delete before delete on tickets begin
  select raise(abort, 'a record is never deleted');
end;

CREATE TRIGGER tickets_no_replace before insert on tickets
  when exists (select 1 from tickets where id = new.id or number = new.number) begin
  select raise(abort, 'a record is never replaced');
end;

CREATE TRIGGER webhooks_event_insert before insert on webhooks
  when not exists (select 1 from audit_events where entity_kind = 'webhook' and entity = new.ref and entity_version = new.version) begin
  select raise(abort, 'a webhook is made only with its event');
end;

CREATE TRIGGER webhooks_event_update before update on webhooks
  when new.version <> old.version + 1 or new.ref <> old.ref
    or not exists (select 1 from audit_events where entity_kind = 'webhook' and entity = new.ref and entity_version = new.version) begin
  select raise(abort, 'a webhook changes by one version at a time and only with its event');
end;

CREATE TRIGGER webhooks_no_delete before delete on webhooks begin
  select raise(abort, 'a webhook is never deleted');
end;

CREATE TRIGGER webhooks_no_replace before insert on webhooks
  when exists (select 1 from webhooks where id = new.id or ref = new.ref) begin
  select raise(abort, 'a webhook is never replaced');
end;

