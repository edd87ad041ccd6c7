/**
 * Ties what the simulator reads and writes to the types of the official SDK, when it is compiled: it can neither answer with a
 * field that the SDK does not know nor overlook one of a request.
 * @module
 */

/** The names of all fields of `T`: one that is missing, and one that `T` does not have, do not compile. */
export const fieldsOf = <T extends object>(fields: { readonly [K in keyof T]-?: true }): ReadonlySet<string> =>
  new Set(Object.keys(fields));

/** What has no field besides those of `T`. The compiler on its own lets odd fields pass where they come from a spread. */
type Exactly<T, U extends T> = U & { readonly [K in Exclude<keyof U, keyof T>]: never };

/** Makes sure of the fields of one object. @example `const row = shaped<Models.Recording>()({ id, ...more })` */
export const shaped =
  <T extends object>() =>
  <U extends T>(value: Exactly<T, U>): U =>
    value;
