// Moves that a selection may be offered; the server judges each ticket by itself and says why one was refused.
import type { Kind } from '../../api/types';

export interface BulkMove { event: string; label: string; requires: string[] }
export const bulkMoves: Record<Kind, BulkMove[]> = {
  incident: [
    { event: 'start', label: 'Start work', requires: [] }, { event: 'pend', label: 'Put on hold', requires: ['pending_on', 'reason'] }, { event: 'resume', label: 'Resume', requires: [] },
    { event: 'resolve', label: 'Resolve', requires: ['resolution'] }, { event: 'close', label: 'Close', requires: [] }, { event: 'cancel', label: 'Cancel', requires: ['reason'] },
  ],
  request: [{ event: 'start', label: 'Start fulfilment', requires: [] }, { event: 'fulfil', label: 'Fulfil', requires: [] }, { event: 'close', label: 'Close', requires: [] }, { event: 'cancel', label: 'Cancel', requires: ['reason'] }],
  problem: [{ event: 'investigate', label: 'Investigate', requires: [] }, { event: 'declare_known_error', label: 'Declare known error', requires: [] }, { event: 'resolve', label: 'Resolve', requires: ['resolution'] }, { event: 'close', label: 'Close', requires: [] }, { event: 'cancel', label: 'Cancel', requires: ['reason'] }],
  change: [{ event: 'submit', label: 'Submit for assessment', requires: [] }, { event: 'request_authorization', label: 'Request authorization', requires: [] }, { event: 'close', label: 'Close', requires: ['close_notes'] }, { event: 'cancel', label: 'Cancel', requires: ['reason'] }],
};
