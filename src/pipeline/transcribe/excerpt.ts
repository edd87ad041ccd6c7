/**
 * What may be told of the answer of a speech service that refused a request.
 * @module
 */

const MAX_CHARACTERS = 200;
/** Enough to find what is to be hidden in the part that is shown. */
const MAX_READ = 10 * MAX_CHARACTERS;

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The fields in which services say what is wrong, at the top or in an `error` object. Others may hold a transcript. */
const MESSAGE_FIELDS = ['message', 'error_description', 'error', 'detail', 'title', 'reason'] as const;

const messageOf = (value: unknown, depth = 0): string => {
  if (typeof value === 'string') return value;
  if (!isObject(value) || depth > 1) return '';
  for (const field of MESSAGE_FIELDS) {
    const message = messageOf(value[field], depth + 1);
    if (message !== '') return message;
  }
  return '';
};

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // A plain sentence is told as it is; a page for browsers says nothing here.
    return /^\s*</.test(text) ? '' : text;
  }
};

const REDACTIONS: readonly (readonly [RegExp, string])[] = [
  [/\bBearer\s+\S+/gi, 'Bearer ***'],
  [/(https?:\/\/[^\s"'?#]*)[?#][^\s"']*/gi, '$1'],
  [/(https?:\/\/)[^\s"'/@]*@/gi, '$1'],
  // Keys and tokens: long runs without a blank that mix letters and digits.
  [/\b(?=[\w-]*\d)(?=[\w-]*[A-Za-z])[\w-]{20,}\b/g, '***'],
  // Telephone numbers.
  [/\+?\d[\d\s()./-]{5,}\d/g, '***'],
];

/**
 * A short line for a message, without control characters, addresses' query strings, keys, telephone numbers, and without the
 * `secrets` themselves. Empty where the answer has nothing that can be told.
 */
export const excerptOf = (text: string, secrets: readonly string[]): string => {
  const message = messageOf(parsed(text)).slice(0, MAX_READ);
  const hidden = secrets
    .filter((secret) => secret !== '')
    .reduce((line, secret) => line.replaceAll(secret, '***'), message);
  const redacted = REDACTIONS.reduce((line, [pattern, by]) => line.replaceAll(pattern, by), hidden);
  const line = redacted.replaceAll(/[\p{C}\s]+/gu, ' ').trim();
  const characters = Array.from(line);
  return characters.length > MAX_CHARACTERS ? `${characters.slice(0, MAX_CHARACTERS).join('')}…` : line;
};
