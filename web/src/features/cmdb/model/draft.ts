// Edits of the model of the CMDB before it is sent: each gives a new model and leaves the old one as it was. Pure.
import type { CiAttribute, CiClass, CiModel, CiRelationType } from '../../../api/cmdb';

/** What the API takes as a model: without what every item has and what only the server knows. */
export interface ModelBody {
  classes: { key: string; label: string; parent?: string; hint?: string; abstract?: boolean; attributes?: { key: string; label: string; kind: string; options?: string[]; class?: string; unit?: string; hint?: string; wanted?: boolean }[] }[];
  relations: { key: string; label: string; inverse: string; forth?: boolean; back?: boolean; acyclic?: boolean; hint?: string }[];
  junk: string[];
}
export type Draft = Pick<CiModel, 'classes' | 'relations' | 'junk'>;

const text = (value: string | null | undefined) => value || undefined;
export function bodyOf(draft: Draft): ModelBody {
  return {
    classes: draft.classes.map((one) => ({
      key: one.key, label: one.label, parent: text(one.parent), hint: text(one.hint), abstract: one.abstract || undefined,
      attributes: one.attributes.length ? one.attributes.map((at) => ({ key: at.key, label: at.label, kind: at.kind, options: at.options.length ? at.options : undefined, class: text(at.class), unit: text(at.unit), hint: text(at.hint), wanted: at.wanted || undefined })) : undefined,
    })),
    relations: draft.relations.map((one) => ({ key: one.key, label: one.label, inverse: one.inverse, forth: one.forth || undefined, back: one.back || undefined, acyclic: one.acyclic || undefined, hint: text(one.hint) })),
    junk: draft.junk,
  };
}
/** A model from a file, in the shape that screens use; throws with a sentence when it is none. */
export function draftFrom(json: string): Draft {
  let read: Partial<ModelBody>;
  try { read = JSON.parse(json) as Partial<ModelBody>; } catch { throw new Error('This file is no JSON.'); }
  if (!Array.isArray(read.classes) || !Array.isArray(read.relations)) throw new Error('This file holds no model: it has no classes or no relations.');
  return {
    classes: read.classes.map((one) => ({ key: one.key, label: one.label, parent: one.parent ?? null, hint: one.hint ?? null, abstract: one.abstract ?? false, attributes: (one.attributes ?? []).map((at) => ({ key: at.key, label: at.label, kind: at.kind, options: at.options ?? [], class: at.class ?? null, unit: at.unit ?? null, hint: at.hint ?? null, wanted: at.wanted ?? false })) })),
    relations: read.relations.map((one) => ({ key: one.key, label: one.label, inverse: one.inverse, forth: one.forth ?? false, back: one.back ?? false, acyclic: one.acyclic ?? false, hint: one.hint ?? null })),
    junk: read.junk ?? [],
  };
}

/** A key from a label: "Rack unit" → "rack_unit". */
export const keyFrom = (label: string): string => label.toLowerCase().normalize('NFKD').replace(/[^a-z0-9]+/g, '_').replace(/^_|_$/g, '').slice(0, 40);
export const withClass = (draft: Draft, key: string, patch: Partial<CiClass>): Draft => ({ ...draft, classes: draft.classes.map((one) => (one.key === key ? { ...one, ...patch } : one)) });
export const addClass = (draft: Draft, item: CiClass): Draft => ({ ...draft, classes: [...draft.classes, item] });
export const dropClass = (draft: Draft, key: string): Draft => ({ ...draft, classes: draft.classes.filter((one) => one.key !== key) });
export const withAttribute = (draft: Draft, of: string, at: number, next: CiAttribute | null): Draft => ({
  ...draft, classes: draft.classes.map((one) => (one.key !== of ? one : { ...one, attributes: next === null ? one.attributes.filter((_, i) => i !== at) : at < one.attributes.length ? one.attributes.map((old, i) => (i === at ? next : old)) : [...one.attributes, next] })),
});
export const withRelation = (draft: Draft, at: number, next: CiRelationType | null): Draft => ({
  ...draft, relations: next === null ? draft.relations.filter((_, i) => i !== at) : at < draft.relations.length ? draft.relations.map((old, i) => (i === at ? next : old)) : [...draft.relations, next],
});
export const same = (a: Draft, b: Draft): boolean => JSON.stringify(bodyOf(a)) === JSON.stringify(bodyOf(b));
