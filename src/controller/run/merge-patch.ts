/**
 * The JSON merge patch (RFC 7396) between two documents.
 * @module
 */

type Json = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Not what every object inherits, such as `constructor`. */
const own = (object: Json, key: string): unknown => (Object.hasOwn(object, key) ? object[key] : undefined);

const same = (a: unknown, b: unknown): boolean => {
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((item, index) => same(item, b[index]));
  if (isObject(a) && isObject(b)) return Object.keys(mergePatch(a, b)).length === 0;
  return a === b;
};

/** What turns `from` into `to`; empty where they are the same. Lists are replaced as a whole, as the RFC has it. */
export const mergePatch = (from: Json, to: Json): Record<string, unknown> => {
  const patch: Record<string, unknown> = {};
  for (const key of Object.keys({ ...from, ...to })) {
    const [before, after] = [own(from, key), own(to, key)];
    if (after === undefined) {
      if (before !== undefined) patch[key] = null;
    } else if (!same(before, after))
      patch[key] = isObject(before) && isObject(after) ? mergePatch(before, after) : after;
  }
  return patch;
};
