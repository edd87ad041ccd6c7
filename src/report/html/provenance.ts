/**
 * What an auditor asks: what was asked for, by what it was made and priced, and how to tell that nothing was changed.
 * @module
 */
import type { SummaryDocument } from '../summary.ts';
import { html, type Markup } from './markup.ts';
import type { View } from './view.ts';

type Entry = readonly [name: string, value: string];

const priceEntries = ({ price, cost }: SummaryDocument): Entry[] => {
  if (!price) return [];
  const surcharge = price.diarizationPerMinute ? ` + ${price.diarizationPerMinute} for speakers` : '';
  const rules = [
    `in steps of ${price.roundUpToSeconds} s`,
    ...(price.minimumSeconds > 0 ? [`at least ${price.minimumSeconds} s`] : []),
    price.perChannel ? 'each channel' : 'all channels together',
    ...(price.freeSeconds > 0 ? [`${price.freeSeconds} s free`] : []),
  ];
  const origin = price.from === 'spec' ? 'spec.cost' : (price.note ?? 'the price table');
  return [
    ['Price', `${price.ratePerMinute}${surcharge} ${cost.currency} a minute, ${rules.join(', ')}; from ${origin}`],
    ['Price table', `${price.table.asOf}, sha256 ${price.table.sha256}`],
  ];
};

const summaryEntries = (summary: SummaryDocument): Entry[] => [
  ['Run', `${summary.namespace}/${summary.run}`],
  ['UID', summary.uid],
  ['Specification', `sha256 ${summary.specSha256}`],
  ['Made by', `callscribe ${summary.version}, ${summary.writtenAt}`],
  ['Window', `${summary.window.from} to ${summary.window.to}; days in ${summary.timeZone}`],
  ...priceEntries(summary),
  ['Genesys Cloud', `${summary.genesys.requests} API requests in the last attempt`],
];

export const provenance = ({ book, rows }: View): Markup => {
  const entries: Entry[] = [
    ...(book.summary ? summaryEntries(book.summary) : []),
    ['Rows', String(rows.length)],
    ['Head of the hash chain', rows.at(-1)?.chain ?? 'none'],
  ];
  return html`<section aria-labelledby="provenance">
    <h2 id="provenance">For the auditor</h2>
    <dl class="entries">
      ${entries.map(
        ([name, value]) =>
          html`<div>
            <dt>${name}</dt>
            <dd class="id">${value}</dd>
          </div>`,
      )}
    </dl>
    <p class="muted">
      <code>callscribe verify ${book.run}</code> checks the rows against this chain and says which one was changed.
      Costs are metered by callscribe from the audio that was sent; the invoice of the service decides.
    </p>
  </section>`;
};
