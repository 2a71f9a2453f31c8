// Proof at compile time that the shapes which the screens use are those of the API's own description: each pair
// says that what the server sends can be read as what the screen expects.
// Texts with few values count as texts here, since the description does not list the values of all of them.
import type { components } from './schema';
import type * as Times from './calendar';
import type * as After from './aftermath';
import type * as Cmdb from './cmdb';
import type * as Rooms from './rooms';
import type * as Delivery from './delivery';
import type * as Sources from './sources';
import type * as Rules from './rules';
import type * as Ours from './types';

type Theirs = components['schemas'];
type Loose<T> = T extends string ? string : T extends number ? number : T extends boolean ? boolean : T extends readonly (infer One)[] ? Loose<One>[]
  : T extends object ? { [Field in keyof T]: Loose<T[Field]> } : T;
type Sent<Name extends keyof Theirs> = Loose<Theirs[Name]>;
/** Fails to compile unless what is sent can be read as the wanted shape. */
type Reads<Given extends Loose<Wanted>, Wanted> = [Given, Wanted];

// A change always has a risk; rows of other kinds have none.
export type Agreement = [
  Reads<Sent<'About'>, Ours.About>, Reads<Sent<'Me'>, Ours.Me>, Reads<Sent<'Session'>, Ours.Session>, Reads<Sent<'Token'>, Ours.Token>,
  Reads<Sent<'Row'>, Ours.TicketRow>, Reads<Sent<'Queue'>, Ours.Queue>, Reads<Sent<'View'>, Ours.View>, Reads<Sent<'Draft'>, { body: unknown; saved_at: string }>,
  Reads<Sent<'BulkResult'>, Ours.BulkResult>, Reads<Sent<'Move'>, Ours.Move>, Reads<Sent<'Link'>, Ours.TicketLink>, Reads<Sent<'RecordItem'>, Ours.RecordItem>, Reads<Sent<'Attachment'>, Ours.Attachment>, Reads<Sent<'Task'>, Ours.Task>,
  Reads<Sent<'Incident'>, Ours.Ticket>, Reads<Sent<'Request'>, Ours.Ticket>, Reads<Sent<'Problem'>, Ours.Ticket>, Reads<Sent<'Change'> & { risk: string }, Ours.Change>,
  Reads<Sent<'Approvals'>, Ours.Approvals>, Reads<Sent<'Decision'>, Ours.Decision>, Reads<Sent<'Receipt'>, Ours.Receipt>, Reads<Sent<'ApprovalRow'>, Ours.ApprovalRow>,
  Reads<Sent<'Board'>, Ours.Board>, Reads<Sent<'Preview'>, Ours.Preview>, Reads<Sent<'Model'>, Ours.ChangeModel>, Reads<Sent<'Check'>, Ours.PolicyCheck>, Reads<Sent<'Rehearsal'>, Ours.Rehearsal>,
  Reads<Sent<'Duty'>, Ours.Duty>, Reads<Sent<'Vocabulary'>, Ours.Vocabulary>, Reads<Sent<'Delegation'>, Ours.Delegation>, Reads<Sent<'DelegationForesight'>, Ours.DelegationForesight>, Reads<Sent<'Entry'>, Ours.Entry>,
  Reads<Sent<'AuditEvent'>, Ours.AuditEvent>, Reads<Sent<'AuditProof'>, Ours.AuditProof>, Reads<Sent<'Checkpoint'>, Ours.Checkpoint>, Reads<Sent<'Verification'>, Ours.Verification>,
  Reads<Sent<'Export'>, Ours.Export>, Reads<Sent<'Grant'>, Ours.Grant>, Reads<Sent<'PersonRow'>, Ours.PersonRow>, Reads<Sent<'PersonPage'>, Ours.PersonPage>, Reads<Sent<'TeamPage'>, Ours.TeamPage>,
  Reads<Sent<'CannedTexts'>, Ours.CannedTexts>, Reads<Sent<'Site'>, Ours.Site>, Reads<Sent<'Roles'>, Ours.Roles>, Reads<Sent<'Explanation'>, Ours.Explanation>, Reads<Sent<'Job'>, Ours.Job>,
  Reads<Sent<'Item'>, Cmdb.Ci>, Reads<Sent<'ItemPage'>, Cmdb.CiPage>, Reads<Sent<'ItemResult'>, Cmdb.CiResult>, Reads<Sent<'CMDBModel'>, Cmdb.CiModel>, Reads<Sent<'ItemComparison'>, Cmdb.CiComparison>,
  Reads<Sent<'ItemSet'>, Cmdb.CiGroup>, Reads<Sent<'ItemGroupPage'>, Cmdb.CiGroupPage>, Reads<Sent<'GroupComparison'>, Cmdb.CiGroupComparison>, Reads<Sent<'Impact'>, Cmdb.Impact>, Reads<Sent<'Neighbourhood'>, Cmdb.Neighbourhood>, Reads<Sent<'ItemTickets'>, Cmdb.CiTickets>,
  Reads<Sent<'ChangeDelivery'>, Delivery.Delivery>, Reads<Sent<'GateAnswer'>, Delivery.GateAnswer>, Reads<Sent<'Pipeline'>, Delivery.Pipeline>, Reads<Sent<'PipelineToken'>, Delivery.PipelineToken>, Reads<Sent<'Webhooks'>, Delivery.Webhooks>, Reads<Sent<'WebhookDelivery'>, Delivery.WebhookDelivery>,
  Reads<Sent<'CISource'>, Sources.Source>, Reads<Sent<'StaleCI'>, Sources.StaleItem>, Reads<Sent<'CIRun'>, Sources.Run>, Reads<Sent<'RunItem'>, Sources.RunItem>, Reads<Sent<'RunBlocker'>, Sources.RunBlocker>, Reads<Sent<'CIDuplicate'>, Sources.DuplicateSet>,
  Reads<Sent<'TemplateEdition'>, Ours.TemplateEdition>, Reads<Sent<'ChangeTemplate'>, Ours.ChangeTemplate>,
  Reads<Sent<'Meeting'>, Rooms.Meeting>, Reads<Sent<'MeetingRow'>, Rooms.MeetingRow>, Reads<Sent<'MeetingMinutes'>, Rooms.MinutesText>, Reads<Sent<'MeetingRhythm'>, Rooms.Rhythm>, Reads<Sent<'Reading'>, Rooms.Reading>,
  Reads<Sent<'Calendar'>, Times.ChangeCalendar>, Reads<Sent<'Conflict'>, Times.Conflict>, Reads<Sent<'FreeSlots'>, Times.FreeSlots>, Reads<Sent<'Schedule'>, Times.Schedule>, Reads<Sent<'CalendarFeed'>, Times.CalendarFeed>, Reads<Sent<'Interruption'>, Times.Interruption>,
  Reads<Sent<'ChangeReview'>, After.Review>, Reads<Sent<'ReviewDue'>, After.ReviewDue>, Reads<Sent<'RecordCauses'>, After.Causes>, Reads<Sent<'FiguresOfChanges'>, After.ChangeFigures>, Reads<Sent<'ChangeRecord'>, After.ChangeRecord>,
  Reads<Sent<'DraftCheck'>, Rules.DraftCheck>, Reads<Sent<'DraftTrial'>, Rules.DraftTrial>,
  Reads<Sent<'CMDBQuality'>, Sources.Quality>, Reads<Sent<'ModelRehearsal'>, Sources.Rehearsal>,
];
