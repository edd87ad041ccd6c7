/**
 * Identifiers that look like those of Genesys Cloud (RFC 4122, version 4) and are the same in every run.
 * @module
 */
import { createHash } from 'node:crypto';

/** The identifier of whatever `parts` name; the same parts always give the same one. */
export const idOf = (...parts: readonly (string | number)[]): string => {
  const hex = createHash('sha256').update(parts.join('\n')).digest('hex');
  const variant = '89ab'.charAt(Number.parseInt(hex.charAt(16), 16) % 4);
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    variant + hex.slice(17, 20),
    hex.slice(20, 32),
  ].join('-');
};

/** A source of new identifiers: `<scope>` 1, 2, 3, … */
export const idSource = (scope: string): (() => string) => {
  let count = 0;
  return () => idOf(scope, (count += 1));
};
