/**
 * The few pieces of Markdown that the reference pages are made of.
 * @module
 */
import { format } from 'prettier';

/** Text that a page shows as it is: no HTML, no end of a table cell. */
export const plain = (text: string): string =>
  text.replaceAll('<', '&lt;').replaceAll('|', '\\|').replaceAll('\n', ' ');

export const code = (text: string): string => `\`${text.replaceAll('|', '\\|')}\``;

export const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

/** Formatted as the repository's own check wants it. */
export const page = (blocks: readonly string[]): Promise<string> =>
  format(blocks.filter(Boolean).join('\n\n'), { parser: 'markdown', printWidth: 120, singleQuote: true });
