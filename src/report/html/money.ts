/**
 * The four numbers with their differences, what was wasted, and what was not paid.
 * @module
 */
import { formatMicros } from '../../pipeline/money/micros.ts';
import { totalsOf } from '../totals.ts';
import { html, type Markup } from './markup.ts';
import { plural } from './text.ts';
import type { View } from './view.ts';

const signed = (micros: number): string =>
  micros > 0 ? `+${formatMicros(micros)}` : formatMicros(micros).replace('-', '−');

interface Number4 {
  readonly name: string;
  readonly meaning: string;
  readonly micros: number | undefined;
  /** Against what was settled, or may have been. */
  readonly difference: number | undefined;
}

const numbersOf = ({ totals }: View): readonly Number4[] => {
  const { estimateMicros, reservedMicros, settledMicros, unknownMicros } = totals;
  const spent = settledMicros + unknownMicros;
  const hasProvider = totals.providerAttempts > 0;
  return [
    {
      name: 'Estimate',
      meaning: 'by the announced length',
      micros: estimateMicros,
      difference: spent - estimateMicros,
    },
    {
      name: 'Reserved',
      meaning: 'set aside before sending',
      micros: reservedMicros,
      difference: spent - reservedMicros,
    },
    {
      name: 'Settled',
      meaning: unknownMicros > 0 ? `and ${formatMicros(unknownMicros)} unknown` : 'by the audio that was sent',
      micros: settledMicros,
      difference: undefined,
    },
    {
      name: 'Provider',
      meaning: hasProvider
        ? `its own figures, for ${plural(totals.providerAttempts, 'attempt')}`
        : 'it gave no figures of its own',
      micros: hasProvider ? totals.providerMicros : undefined,
      difference: hasProvider ? totals.comparedMicros - totals.providerMicros : undefined,
    },
  ];
};

const numberCell = ({ name, meaning, micros, difference }: Number4): Markup =>
  html`<div>
    <dt>${name}</dt>
    <dd><b>${micros === undefined ? '–' : formatMicros(micros)}</b></dd>
    <dd class="note">${meaning}</dd>
    ${difference !== undefined && html`<dd class="difference">difference ${signed(difference)}</dd>`}
  </div>`;

const wasteOf = ({ totals }: View): readonly (readonly [string, number, string])[] => [
  ['Failed, but billed', totals.failedMicros, 'the service did the work and no transcript came of it'],
  ['Paid twice', totals.duplicateMicros, 'another run had the transcript already'],
  ['Unknown', totals.unknownMicros, 'no answer came, so it may have been billed'],
];

const entry = (name: string, micros: number, note: string): Markup =>
  html`<li>
    <span class="name">${name}</span><span class="number">${formatMicros(micros)}</span>
    <span class="counts">${note}</span>
  </li>`;

const avoided = ({ rows }: View): Markup => {
  const saving = Map.groupBy(
    rows.filter(({ avoidedBy }) => avoidedBy !== ''),
    ({ avoidedBy }) => avoidedBy,
  );
  const sorted = [...saving]
    .map(([code, { length: count }]) => ({ code, count, micros: totalsOf(saving.get(code) ?? []).avoidedMicros }))
    .toSorted((a, b) => b.micros - a.micros);
  return html`<section class="card">
    <h3>Not paid</h3>
    ${sorted.length === 0 && html`<p class="muted">Everything that was found was worth its price.</p>`}
    <ol class="pieces plain">
      ${sorted.map(
        ({ code, count, micros }) =>
          html`<li>
            <span class="name"><a href="#${code}">${code}</a></span
            ><span class="number">${formatMicros(micros)}</span>
            <span class="counts">${plural(count, 'recording')}</span>
          </li>`,
      )}
    </ol>
  </section>`;
};

export const money = (view: View): Markup =>
  html`<section aria-labelledby="money">
    <h2 id="money">Four numbers, kept apart</h2>
    <p class="muted">
      Of the attempts that were billed, or may have been, in ${view.currency}. Difference: settled plus unknown, less
      the number above.
    </p>
    <dl class="four">${numbersOf(view).map(numberCell)}</dl>
    <div class="cards">
      <section class="card">
        <h3>Wasted</h3>
        <ol class="pieces plain">
          ${wasteOf(view).map(([name, micros, note]) => entry(name, micros, note))}
        </ol>
      </section>
      ${avoided(view)}
    </div>
  </section>`;
