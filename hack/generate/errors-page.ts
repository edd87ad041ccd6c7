/**
 * The reference page of the error codes, from the catalogue.
 * @module
 */
import type { CatalogueEntry } from '../../src/errors.ts';
import { code, page, plain } from './markdown.ts';

const CHARGES: Readonly<Record<CatalogueEntry['charge'], string>> = {
  none: 'nothing',
  full: 'the price of the attempt',
  unknown: 'unknown',
};

/** A heading for each code, so that a link can lead to it. */
const sectionOf = ([name, { meaning, retried, charge, remedy }]: readonly [string, CatalogueEntry]): string[] => [
  `## ${code(name)}`,
  plain(meaning),
  [
    `- What you do: ${plain(remedy)}`,
    `- Tried again by itself: ${retried ? 'yes' : 'no'}`,
    `- Cost: ${CHARGES[charge]}`,
  ].join('\n'),
];

/** The text of `docs/reference/errors.md`. */
export const errorsPage = (catalogue: Readonly<Record<string, CatalogueEntry>>, command: string): Promise<string> =>
  page([
    '# Error codes',
    `Generated from \`src/errors.ts\` by \`${command}\`. The same codes are in logs, Events, conditions and the report, and they do not change.`,
    'An attempt that ended with the error cost nothing, or its price because the speech service did the work, or an unknown amount: then the report has it in `costUnknown` instead of a guess.',
    ...Object.entries(catalogue).flatMap(sectionOf),
  ]);
