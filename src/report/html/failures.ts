/**
 * What failed, with what to do about it, and every code of the page explained.
 * @module
 */
import { catalogue, type ErrorCode } from '../../errors.ts';
import { formatMicros } from '../../pipeline/money/micros.ts';
import type { LedgerRow } from '../../pipeline/types.ts';
import { html, type Markup } from './markup.ts';
import { plural } from './text.ts';
import type { View } from './view.ts';

/** A page with more of them is no page; the CSV has all. */
const MOST = 500;

/** Attempts that went wrong, whether or not another one made it good. */
const isFailure = ({ status, errorCode }: LedgerRow): boolean =>
  errorCode !== '' && (status === 'failed' || status === 'unknown');

const codeLink = (code: string): Markup => html`<a class="code" href="#${code}">${code}</a>`;

const costOf = ({ costMicros, costUnknownMicros }: LedgerRow): Markup =>
  costUnknownMicros > 0
    ? html`<span class="warn">${formatMicros(costUnknownMicros)} unknown</span>`
    : html`${formatMicros(costMicros)}`;

const failureRow = (row: LedgerRow, { formats }: View): Markup =>
  html`<tr>
    <td>${codeLink(row.errorCode)}</td>
    <td>
      <span class="id">${row.recordingId || 'no recording'}</span><br />
      <span class="id muted">${row.conversationId}</span>
    </td>
    <td>
      ${formats.moment(row.atMs)}<br />
      <span class="muted">attempt ${row.attempt}${row.outcome === '' && ', tried again'}</span>
    </td>
    <td class="number">${costOf(row)}</td>
  </tr>`;

const group = (code: ErrorCode, rows: readonly LedgerRow[], view: View): Markup =>
  html`<tbody>
    <tr class="group">
      <th colspan="4" scope="rowgroup">
        <span>${codeLink(code)} <b>${plural(rows.length, 'attempt')}</b></span>
        <span class="meaning">${catalogue[code].meaning}</span>
        <span class="remedy">${catalogue[code].remedy}</span>
      </th>
    </tr>
    ${rows.map((row) => failureRow(row, view))}
  </tbody>`;

const groupsOf = (rows: readonly LedgerRow[]): readonly (readonly [ErrorCode, readonly LedgerRow[]])[] =>
  [...Map.groupBy(rows, ({ errorCode }) => errorCode)]
    .flatMap(([code, ofCode]) => (code === '' ? [] : [[code, ofCode] as const]))
    .toSorted(([, a], [, b]) => b.length - a.length);

export const failures = (view: View): Markup => {
  const failed = view.rows.filter(isFailure);
  const shown = failed.slice(0, MOST);
  return html`<section aria-labelledby="failures">
    <h2 id="failures">Failures, and what to do</h2>
    ${failed.length === 0 && html`<p class="muted">Nothing failed.</p>`}
    ${
      shown.length > 0 &&
      html`<table class="failures">
        <thead>
          <tr>
            <th scope="col">Code</th>
            <th scope="col">Recording, conversation</th>
            <th scope="col">When</th>
            <th scope="col" class="number">Cost, ${view.currency}</th>
          </tr>
        </thead>
        ${groupsOf(shown).map(([code, rows]) => group(code, rows, view))}
      </table>`
    }
    ${
      failed.length > MOST &&
      html`<p class="muted">
        ${failed.length - MOST} more are in the CSV: <code>callscribe report ${view.book.run}</code>
      </p>`
    }
  </section>`;
};

const CHARGES = {
  none: 'The attempt cost nothing.',
  full: 'The attempt was paid for.',
  unknown: 'What the attempt cost is unknown.',
} as const;

const definition = (code: ErrorCode): Markup => {
  const { meaning, remedy, retried, charge } = catalogue[code];
  return html`<div id="${code}">
    <dt><code>${code}</code></dt>
    <dd>${meaning} ${charge !== 'none' && CHARGES[charge]}</dd>
    <dd class="remedy">${remedy}</dd>
    ${retried && html`<dd class="muted">Tried again by itself.</dd>`}
  </div>`;
};

/** All codes that the page links to. */
export const codes = ({ rows }: View): Markup => {
  const used = new Set(rows.flatMap(({ errorCode, avoidedBy }) => [errorCode, avoidedBy]));
  const known = [...used].filter((code): code is ErrorCode => code !== '').toSorted();
  return known.length === 0
    ? html``
    : html`<section aria-labelledby="codes">
        <h2 id="codes">The codes of this report</h2>
        <dl class="codes">${known.map(definition)}</dl>
      </section>`;
};
