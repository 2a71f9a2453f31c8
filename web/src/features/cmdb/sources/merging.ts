// Which values survive when items become one. Pure.
import type { CiPage } from '../../../api/cmdb';

/** By attribute, the number of the item whose value somebody has picked. */
export type Picks = Record<string, string>;
export interface Choice { key: string; label: string; differs: boolean }

const valueOf = (page: CiPage, key: string) => page.attributes.find((one) => one.key === key);
const has = (page: CiPage, key: string): boolean => !!valueOf(page, key)?.value;

/** The attributes of the item that stays of which any has a value; those in which they differ come first. */
export function choices(stays: CiPage, going: CiPage[]): Choice[] {
  const all = [stays, ...going];
  const rows = stays.attributes.filter((at) => all.some((page) => has(page, at.key)))
    .map((at) => ({ key: at.key, label: at.label, differs: new Set(all.map((page) => valueOf(page, at.key)?.value ?? '')).size > 1 }));
  return [...rows.filter((row) => row.differs), ...rows.filter((row) => !row.differs)];
}

/** Whose value survives: the one picked; else that of the item that stays; else the first there is. Null: none has one. */
export function survivor(key: string, picks: Picks, stays: CiPage, going: CiPage[]): string | null {
  const picked = picks[key];
  if (picked && [stays, ...going].some((page) => page.number === picked)) return picked;
  return [stays, ...going].find((page) => has(page, key))?.number ?? null;
}

/** What to say about the values of one of the items that go, when it is merged into the one that stays. */
export function values(page: CiPage, picks: Picks, stays: CiPage, going: CiPage[]): Record<string, 'going' | 'staying'> {
  const out: Record<string, 'going' | 'staying'> = {};
  for (const { key } of choices(stays, going)) {
    if (has(page, key)) out[key] = survivor(key, picks, stays, going) === page.number ? 'going' : 'staying';
  }
  return out;
}
