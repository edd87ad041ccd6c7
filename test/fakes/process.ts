/**
 * What the fakes have in common when they run as processes: one line about where they are, and an orderly end.
 * @module
 */

/** The value of a flag as a number; undefined where the flag was not given. */
export const numberFlag = (name: string, value: string | undefined): number | undefined => {
  if (value === undefined) return undefined;
  const number = Number(value);
  if (!Number.isFinite(number) || number < 0) throw new Error(`--${name} must be a number`);
  return number;
};

/** Options without those that are undefined. */
export const given = <T extends object>(options: T): { [K in keyof T]?: NonNullable<T[K]> } =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: NonNullable<T[K]>;
  };

/** Prints the line, then waits for SIGTERM or SIGINT and stops everything. */
export const runUntilSignalled = async (line: object, stop: () => Promise<void>): Promise<void> => {
  const signalled = new Promise<void>((resolve) => {
    process.once('SIGTERM', () => resolve());
    process.once('SIGINT', () => resolve());
  });
  process.stdout.write(`${JSON.stringify(line)}\n`);
  await signalled;
  await stop();
};
