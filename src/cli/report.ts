/**
 * `callscribe report`: the whole report of a run as one document.
 * @module
 */
import { renderCsv } from '../pipeline/settle/csv.ts';
import type { Book } from '../report/book.ts';
import { renderFocus } from '../report/focus.ts';
import { renderHtml } from '../report/html/page.ts';
import { renderJson } from '../report/json.ts';
import { EXIT, fail } from './exit.ts';
import { readSource, type SourceFlags } from './report-source.ts';

export interface ReportFlags extends SourceFlags {
  readonly output: 'csv' | 'json' | 'focus' | 'html';
}

const RENDERERS: Readonly<Record<ReportFlags['output'], (book: Book) => string>> = {
  csv: ({ rows, currency }) => renderCsv(rows, currency),
  json: renderJson,
  focus: renderFocus,
  html: renderHtml,
};

export const report = async (run: string, flags: ReportFlags): Promise<number> => {
  try {
    const { book } = await readSource(run, flags);
    process.stdout.write(RENDERERS[flags.output](book));
    return EXIT.succeeded;
  } catch (error) {
    return fail(error);
  }
};
