/**
 * Each format as a whole, as it was when somebody last looked at it. After a wanted change:
 * `GOLDEN=write vitest run --project unit src/report/golden.test.ts`, and look at the difference.
 * @module
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { renderCsv } from '../pipeline/settle/csv.ts';
import { renderFocus } from './focus.ts';
import { renderHtml } from './html/page.ts';
import { renderJson } from './json.ts';
import { smallBook } from './test-book.ts';

/** The style has a file of its own, and is looked at in a browser. */
const withoutStyle = (page: string): string => page.replace(/<style>[^]*<\/style>/, '<style></style>');

const formats: Readonly<Record<string, string>> = {
  'report.csv': renderCsv(smallBook.rows, smallBook.currency),
  'report.json': renderJson(smallBook),
  'focus.csv': renderFocus(smallBook),
  'report.html': withoutStyle(renderHtml(smallBook)),
};

describe('a report', () => {
  it.each(Object.entries(formats))('as %s is what it was', (name, rendered) => {
    const file = new URL(`./golden/${name}`, import.meta.url);
    if (process.env['GOLDEN'] === 'write') writeFileSync(file, rendered);
    expect(rendered).toBe(readFileSync(file, 'utf8'));
  });
});
