/**
 * How far what was heard is from what was said.
 * @module
 */

/** Spellings that are the same word to a listener. */
const SAME: readonly (readonly [RegExp, string])[] = [
  [/\bgood[ -]bye\b/g, 'goodbye'],
  [/\bok\b/g, 'okay'],
  [/\bnorth wind\b/g, 'northwind'],
];

/** Words as they are compared: lower case, without punctuation. */
export const wordsOf = (text: string): readonly string[] => {
  const plain = SAME.reduce((result, [from, to]) => result.replaceAll(from, to), text.toLowerCase());
  return plain
    .replaceAll(/[^a-z0-9']+/g, ' ')
    .trim()
    .split(' ')
    .filter(Boolean);
};

export interface WordErrors {
  readonly errors: number;
  readonly words: number;
  readonly percent: number;
}

/** Substitutions, deletions and insertions (Levenshtein distance) over the words that were said. */
export const wordErrors = (said: readonly string[], heard: readonly string[]): WordErrors => {
  let row = Array.from({ length: heard.length + 1 }, (_, index) => index);
  for (const [index, word] of said.entries()) {
    const next = [index + 1];
    for (const [column, other] of heard.entries()) {
      const substituted = (row[column] ?? 0) + (word === other ? 0 : 1);
      next.push(Math.min(substituted, (row[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1));
    }
    row = next;
  }
  const errors = row.at(-1) ?? 0;
  return { errors, words: said.length, percent: (errors * 100) / said.length };
};
