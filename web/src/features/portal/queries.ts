// What the portal reads: the records of which the reader is the requester, whatever else they may see.
import { tickets } from '../../api/queries';

const mine = (filter: Record<string, string>) => tickets(new URLSearchParams({ queue: 'all', requester: 'me', sort: '-updated_at', ...filter }).toString());
export const running = mine({ category: 'open,waiting' });
export const solved = mine({ state: 'resolved,fulfilled' });
export const over = mine({ category: 'done,cancelled' });
export const found = (q: string) => mine({ q });
