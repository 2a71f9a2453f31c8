// What is being typed at the caret: a person after @, a record after #, a canned text after /. Pure.

export interface Mention { sign: '@' | '#' | '/'; word: string; from: number }

/** The mention that ends at the caret, or null. The sign must start a word; at most 40 characters, one line. */
export function mentionAt(text: string, caret: number): Mention | null {
  const match = /(^|[\s(])([@#/])([\p{L}\p{N}.\-]{0,40})$/u.exec(text.slice(0, caret));
  return match ? { sign: match[2] as Mention['sign'], word: match[3]!, from: caret - match[3]!.length - 1 } : null;
}

/** The text with the mention written out, and where the caret goes. */
export function complete(text: string, caret: number, mention: Mention, choice: { id: string; label: string; text?: string }): { text: string; caret: number } {
  const written = mention.sign === '/' ? choice.text ?? '' : `${mention.sign === '@' ? `@${choice.label}` : choice.id} `;
  return { text: text.slice(0, mention.from) + written + text.slice(caret), caret: mention.from + written.length };
}
