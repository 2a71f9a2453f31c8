// The shapes of the REST API as the screens use them. Times are RFC 3339 in UTC, ids are opaque.

export type Kind = 'incident' | 'request' | 'problem' | 'change';
export type Tone = 'new' | 'progress' | 'waiting' | 'done' | 'closed' | 'refused';
export type Category = 'open' | 'waiting' | 'done' | 'cancelled';
export type Risk = 'low' | 'medium' | 'high';

export interface Person { id: string; name: string; login?: string }
export interface Team { id: string; name: string }
export interface Page<T> { items: T[]; next: string | null; total?: number | null }
export interface Reason { code: string; text: string }

export interface DemoLogin { login: string; password: string; name: string; roles: string[]; does: string }
export interface About { name: string; version: string; demo: boolean; setup_needed: boolean; demo_logins: DemoLogin[] | null }
export interface Role { role: string; scope: string; label: string }
export interface Me extends Person {
  email: string; roles: Role[]; teams: Team[]; site: string | null;
  may: Record<string, boolean>; time_zone: string; preferences: unknown;
}
export interface Session { id: string; current: boolean; created_at: string; last_seen_at: string; address: string; user_agent: string }
export interface Token { id: string; name: string; rights: string[]; created_at: string; expires_at: string | null; last_used_at: string | null; secret?: string }

export interface Highlight { field: string; html: string }
export interface TicketRow {
  number: string; kind: Kind; title: string; state: string; state_label: string; category: Category; tone: Tone;
  priority: number; impact?: number; urgency?: number; requester: Person | null; assignee: Person | null; team: Team | null;
  service: string | null; classification: string | null; contact_type: string | null;
  opened_at: string; updated_at: string; resolved_at: string | null; closed_at: string | null; due_at: string | null;
  version: number; major: boolean; risk?: Risk | null; planned_start?: string | null; planned_end?: string | null; highlights?: Highlight[];
}
export interface Queue { key: string; label: string; count: number; capped: boolean }
export interface View { id: string; name: string; kind: string; query: string; shared: boolean; mine: boolean }
export interface Draft { body: Record<string, unknown>; saved_at: string }
export interface BulkResult { number: string; ok: boolean; version?: number; problem?: { title?: string; detail?: string; code?: string } }

export interface Move { event: string; label: string; tone?: string; to: string; to_label: string; requires: string[] | null; blocked: string | null }
export interface Other { number: string; title: string; state: string; state_label: string; tone: Tone; kind: Kind }
export interface TicketLink { id: string; kind: string; other: Other }
export interface Attachment { key: string; name: string; size: number; media_type: string; added_by: Person; added_at: string; internal: boolean }
export interface Task { id: string; number: string; title: string; state: string; state_label?: string; tone?: Tone; assignee: Person | null; team: Team | null; position: number; moves?: Move[] }

/** A configuration item as a record shows it; counts and ages as of now. */
export interface RecordItem {
  number: string; name: string; class: string; class_label: string; status: string; status_label: string; role: 'primary' | 'affected' | 'impacted';
  criticality: number | null; serial: string | null; tags: string[]; warranty_until: string | null; in_warranty: boolean | null; support_until: string | null;
  failures_90d: number; open_tickets: number; stale_days: number | null; missing: string[]; requesters: boolean;
  /** Only where a moment was asked for; null when it was not known then. */
  then?: { name: string; class: string; class_label: string; status: string; status_label: string} | null;
}

/** What incident, request, problem and change pages share. */
export interface Ticket extends TicketRow {
  description: string; description_html: string; opened_by: Person | null;
  watchers: Person[]; watching: boolean; moves: Move[]; may: Record<string, boolean>;
  links: TicketLink[]; cis: RecordItem[]; attachments: Attachment[];
  source: { system: string; imported_at: string } | null;
  close_code?: string | null; resolution?: string | null; resolution_html?: string | null;
  pending_reason?: string | null; pending_on?: string | null;
  priority_override?: { by: Person; reason: string } | null;
  reopen_count?: number; reassign_count?: number;
  fulfilment?: string | null; fulfilment_html?: string | null;
  tasks?: Task[] | null;
  workaround?: string | null; workaround_html?: string | null; root_cause?: string | null; root_cause_html?: string | null;
  incidents?: Other[] | null;
}

export interface PlanItem { number: string; name: string; class: string; criticality: number }
export interface Plan {
  justification: string; implementation_plan: string; test_plan: string; backout_plan: string;
  justification_html?: string; implementation_plan_html?: string; test_plan_html?: string; backout_plan_html?: string;
  planned_start: string | null; planned_end: string | null; affected_services: string[] | null; implementers: Person[] | null;
  items: PlanItem[] | null; environment: string | null; outage: string | null; outage_minutes: number; backout_tested: string | null; security_touched: string | null;
  communication_plan: string; communication_plan_html?: string; verification_plan: string; verification_plan_html?: string; security_impact: string; security_impact_html?: string;
  category: string | null; reason_code: string | null; tester: Person | null;
}
export interface RiskQuestion { key: string; text: string; option: string; said: string; points: number; weight: number }
export interface RiskRule { id: string; label: string; floor: string; holds: 'yes' | 'no' | 'unknown'; facts: Record<string, unknown> }
export interface RiskDetail {
  band: Risk; computed: string; chosen: string | null; lowered: string | null; lowered_reason: string | null; because: string; score: number; questionnaire: string;
  questions: RiskQuestion[] | null; rules: RiskRule[] | null; missing: string[] | null; questionnaire_version: number; rules_version: number;
  record: { done: number; failed: number; category: string | null };
}
export interface ChangeModel { key: string; version: number; label: string; hint: string; moves: string[] | null; guards: string[] | null; required: string[] | null; retro_hours: number; grace_minutes: number }
export interface Wanted { label: string; stage: number; kind: string; rule: string; needed: number; people: Person[] | null; advisory: boolean; sign: boolean; trouble: string | null }
export interface Preview { model: ChangeModel; risk: RiskDetail; missing: { location: string; message: string }[] | null; approvals: Wanted[] | null; matched: string[] | null; unknown: string[] | null }
export interface Question { key: string; text: string; weight: number; options: { key: string; text: string; points: number }[] }
export interface RuleCondition { fact: string; is: string; value: unknown }
export interface PolicySlot { stage: number; label: string; kind: string; of?: string; people?: string[]; rule?: string; needed?: number; percent?: number; veto?: string; advisory?: boolean; sign?: boolean; meaning?: string; distinct?: boolean; due_hours?: number }
export interface PolicyRow { id: string; label: string; when: RuleCondition[] | null; slots: PolicySlot[] }
export interface RuleDocument<D> { kind: string; key: string; version: number; document: D; versions: { version: number; note: string; set_by: Person | null; at: string }[] | null }
export interface Vocabulary { facts: { name: string; label: string; sort: string; is: string[] | null; steps: string[] | null }[] | null; electorates: Record<string, string>; guards: string[] | null; fields: string[] | null; moves: string[] | null; categories: string[] | null; reason_codes: string[] | null; environments: string[] | null }
export interface PolicyCheck { version: number; slots: number; findings: { row: string; label: string; slot: string; team: string; trouble: string }[] | null; at: string }
export interface Rehearsal {
  days: number; looked: number; same: number; differ: number; stalled: number; before: number; after: number; complete: boolean; check: PolicyCheck;
  changes: { number: string; title: string; risk: string; state: string; had: string[] | null; would: string[] | null; trouble: string[] | null; barred: Person[] | null }[] | null;
}
export interface Duty { id: string; person: Person; from: string; until: string; now: boolean }
export interface Exception { code: string; text: string }
export interface Condition { id: string; text: string; before: 'start' | 'close'; set_by: Person | null; met_by: Person | null; met_at: string | null; evidence: string | null }
export interface Receipt { event_id: string; leaf: number | null; tree_size: number; root: string; checkpoint: string; sealed_at: string | null }
export interface Decision {
  id: string; decision: 'approve' | 'reject' | 'recuse'; comment: string; at: string;
  cast_by: Person | null; on_behalf_of: Person | null; revision: number; receipt: Receipt | null; meaning: string | null; signed_at: string | null;
}
export interface Elector { person: Person; eligible: boolean; reasons: Reason[] | null; decision: Decision | null }
export interface Slot {
  id: string; label: string; rule: 'any' | 'all' | 'quorum'; needed: number; approved: number; revision: number; digest: string;
  state: 'waiting' | 'approved' | 'rejected' | 'stale'; electorate: Elector[];
  stage: number; open: boolean; kind: string; percent: number; veto: string; advisory: boolean; sign: boolean; meaning: string | null; retro: boolean;
  due_at: string | null; escalated_at: string | null; override: { by: Person | null; at: string; reason: string } | null; conditions: Condition[] | null;
}
export interface Approvals {
  needed: string; state: 'none' | 'waiting' | 'approved' | 'rejected' | 'stale'; slots: Slot[] | null; history: Slot[] | null;
  mine: { can: boolean; slot_id: string | null; reasons: Reason[] | null };
}
export interface Change extends Ticket {
  model: string; model_label: string; model_version: number; lane: string; risk: Risk;
  risk_detail: RiskDetail; peer: { person: Person | null; at: string | null; note: string | null; valid: boolean; can: boolean }; exceptions: Exception[] | null;
  retro: { state: 'pending' | 'approved' | 'rejected'; due_at: string; late_at: string | null; incident: string; by: Person | null } | null; plan: Plan; revision: number; digest: string; digest_short: string;
  on_hold: { reason: string; since: string } | null; outcome: string | null;
  actual_start: string | null; actual_end: string | null; close_notes: string | null; owner: Person | null; approvals: Approvals;
}
export interface ApprovalRow {
  number: string; title: string; risk: Risk; planned_start: string | null; planned_end: string | null; requester: Person | null;
  slot_id: string; slot_label: string; needed: number; approved: number; digest: string; can: boolean; reasons: Reason[] | null; decided: Decision | null;
  model: string; stage: number; advisory: boolean; sign: boolean; meaning: string | null; retro: boolean; due_at: string | null; escalated_at: string | null; exceptions: Exception[] | null;
}
export interface Board { key: string; name: string; rule: 'any' | 'all' | 'quorum'; needed: number; members: Person[] }
export interface Delegation { id: string; from?: Person; to: Person; from_date: string; until: string; board: string | null; max_risk: string | null; models: string[] | null; reason: string }
export interface ForeseenVote { number: string; title: string; slot: string; reasons: Reason[] | null }
export interface DelegationForesight { votes: ForeseenVote[] | null; lost: ForeseenVote[] | null }

export interface FieldChange { field: string; label?: string; before: string | null; after: string | null; erased?: boolean }
export interface Entry {
  id: string; at: string; recorded_at: string; actor: { id?: string; name: string }; type: string; label: string;
  kind: 'reply' | 'note' | 'move' | 'field' | 'link' | 'attachment' | 'approval' | 'import' | 'system';
  internal: boolean; body_html?: string | null; body?: string | null; changes: FieldChange[] | null; comment_id?: string | null;
  seal: { leaf: number | null; event_id: string }; via?: string | null;
}

export interface AuditEvent {
  id: string; at: string; type: string; record: string; version: number; actor: Person | null; via: string;
  state_from: string | null; state_to: string | null; leaf: number | null; changes: FieldChange[] | null;
}
export interface AuditProof extends AuditEvent {
  leaf_text: string; leaf_hash: string; proof: { index: number; size: number; hashes: string[] } | null; checkpoint: string | null;
}
export interface Checkpoint { size: number; root: string; note: string; origin: string; created_at: string; sealed_lag_seconds: number; public_key: string }
export interface Verification {
  id: string; state: 'running' | 'passed' | 'failed'; done: number; total: number;
  steps: { name: string; ok: boolean | null; detail: string }[] | null; started_at: string; finished_at: string | null;
}

export interface Export { id: string; state: 'running' | 'done' | 'failed'; rows: number; total: number; created_at: string; file: { name: string; size: number; media_type: string } | null; /** Why it failed, as a sentence. */ problem?: string }

export interface Grant { id: string; role: string; label?: string; scope: string; valid_from: string | null; valid_until: string | null; reason: string; granted_by?: Person | null; revoked_at?: string | null }
export interface PersonRow extends Person { login: string; email: string; active: boolean; site: string | null; time_zone?: string; teams?: Team[] | null; roles?: Role[] | null; last_seen_at?: string | null; version?: number }
export interface PersonPage extends PersonRow { grants: Grant[] | null; sessions: Session[] | null }
export interface TeamPage extends Team { members: Person[] | null; lead: Person | null }
export interface CannedText { id: string; name: string; body: string; text: string | null; team: Team | null; retired: boolean; version: number; updated_at: string; may_manage: boolean }
export interface CannedTexts { items: CannedText[]; variables: { name: string; means: string }[] }
export interface Site { key?: string; id?: string; name: string }
export interface Roles {
  version: number; roles: { name: string; label: string; does: string }[]; actions: { action: string; label: string; class: string }[];
  table: { role: string; class: string; action: string; effect: string; scope: string }[];
}
export interface Explanation { allowed: boolean; sentence: string; steps: { ok: boolean; text: string; rule?: string }[]; policy_version: number }
export interface Job { id: string; kind: string; state?: string; attempt?: number; max_attempts?: number; error?: string; failed_at?: string | null; created_at?: string; record?: string }
export interface LiveRecord { number: string; kind: Kind | 'meeting' | 'template'; type: string; version: number; actor: string | { id?: string; name: string } | null; at: string }

export interface TemplateEdition {
  key: string; edition: number; version: number; state: string; state_label: string; usable: boolean; blocked: string | null; expires_at: string | null; digest: string;
  implementation_plan_html: string; backout_plan_html: string; template: TemplateDoc; reason: string | null; author: Person | null; evidence: TemplateRun[] | null; published_at: string | null; steps: string[] | null;
  ballot: { label: string; state: string; needed: number; votes: { person: Person; by: Person | null; decision: string; comment: string; at: string }[] | null; waiting: Person[] | null; can: boolean; why: string[] | null } | null;
}
export interface TemplateRun { number: string; outcome: string; ended: string }
/** What a template says. What is not variable is locked. */
export interface TemplateDoc {
  title: string; summary?: string; description?: string; service?: string; category?: string; environment?: string; justification?: string; implementation_plan?: string; test_plan?: string; backout_plan: string;
  communication_plan?: string; verification_plan?: string; outage?: string; outage_minutes?: number; backout_tested?: string; affected_services?: string[] | null; items?: string[] | null; answers?: Record<string, string>;
  variable?: string[] | null; classes?: string[] | null; tags?: string[] | null; minutes: number; hours?: { days: number[] | null; from: string; to: string }[] | null; zone?: string; max_risk: string; failures?: number;
}
export interface ChangeTemplate { editions: TemplateEdition[] | null; runs: TemplateRun[] | null }
export interface WorkStep { step: string; label: string; tone?: string; requires: string[] | null; blocked: string | null }
export interface WorkTask {
  number: string; kind: string; title: string; state: string; state_label: string; assignee: Person | null; after: string[] | null; result: string | null; started_at: string | null; ended_at: string | null;
  checklist: { text: string; by: Person | null; at: string | null }[] | null; evidence: { file: string; name: string; sha256: string; note: string | null; by: Person | null; at: string }[] | null; moves: WorkStep[] | null;
  corrected: { started: string | null; ended: string | null; by: Person | null; at: string; reason: string } | null;
}
export interface ChangeWork { tasks: WorkTask[] | null; may: Record<string, boolean>; backing_out: { at: string; by: Person | null; reason: string } | null; template: string | null; edition: number }
