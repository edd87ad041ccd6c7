/**
 * The report as a page: one file that needs nothing else, neither a network nor a script.
 * @module
 */
import { readFileSync } from 'node:fs';
import type { Book } from '../book.ts';
import { breakdown } from './breakdown.ts';
import { codes, failures } from './failures.ts';
import { html, raw } from './markup.ts';
import { money } from './money.ts';
import { account, header, tiles } from './overview.ts';
import { provenance } from './provenance.ts';
import { timeline } from './timeline.ts';
import { viewOf } from './view.ts';

const STYLE = new URL('./style.css', import.meta.url);

export const renderHtml = (book: Book): string => {
  const view = viewOf(book);
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'" />
        <title>${book.run} · callscribe report</title>
        <style>
          ${raw(readFileSync(STYLE, 'utf8'))}
        </style>
      </head>
      <body>
        <main>
          ${header(view)} ${tiles(view)} ${account(view)} ${timeline(view)} ${breakdown(view)} ${money(view)}
          ${failures(view)} ${codes(view)} ${provenance(view)}
        </main>
      </body>
    </html> `;
  return `${page.text.trim()}\n`;
};
