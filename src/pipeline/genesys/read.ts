/**
 * Reads parsed JSON that may be anything. The types of the SDK say what Genesys promises, not what arrived; a gateway or a
 * defect must become an error of ours, not a TypeError somewhere later.
 * @module
 */

export type JSONObject = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is JSONObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** An object, or an empty one in place of anything else. */
export const readObject = (value: unknown): JSONObject => (isObject(value) ? value : {});

/** The objects of a list; nothing in place of anything else. */
export const readObjects = (value: unknown): readonly JSONObject[] =>
  Array.isArray(value) ? value.filter(isObject) : [];

/** Text that is not empty. */
export const readText = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;

export const readTexts = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string' && one !== '') : [];

/** A number of milliseconds or a count: finite, not negative, rounded to a whole number. */
export const readWhole = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isFinite(value) && value >= 0 ? Math.round(value) : undefined;

/** Milliseconds since the epoch of an ISO 8601 time. Genesys writes it with and without a fraction of the second. */
export const readTimeMs = (value: unknown): number | undefined => {
  const timeMs = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(timeMs) ? undefined : timeMs;
};

/** `{ [key]: value }`, or nothing where there is no value: an absent optional property is not the same as `undefined`. */
export const present = <K extends string, V>(key: K, value: V | undefined): { readonly [P in K]?: V } =>
  value === undefined ? {} : ({ [key]: value } as { readonly [P in K]?: V });
