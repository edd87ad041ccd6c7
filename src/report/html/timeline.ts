/**
 * Outcome and cost over time: columns side by side, made of boxes rather than of a drawing, so that text keeps its size on every
 * screen.
 * @module
 */
import { formatMicros } from '../../pipeline/money/micros.ts';
import { bucketsOf, type Bucket, roundUp } from './buckets.ts';
import { html, type Markup } from './markup.ts';
import { amount, percent } from './text.ts';
import { OUTCOMES, type View } from './view.ts';

/** Labels below the columns; more do not fit on a telephone. */
const MAX_LABELS = 6;
const DAY_MS = 86_400_000;

interface Part {
  readonly name: string;
  readonly value: number;
}

interface Chart {
  readonly title: string;
  readonly buckets: readonly Bucket[];
  readonly partsOf: (bucket: Bucket) => readonly Part[];
  readonly format: (value: number) => string;
  readonly titleOf: (bucket: Bucket) => string;
  readonly labelOf: (bucket: Bucket) => string;
}

const sum = (parts: readonly Part[]): number => parts.reduce((total, { value }) => total + value, 0);

const columnOf = ({ partsOf, titleOf }: Chart, bucket: Bucket, top: number): Markup =>
  html`<li title="${titleOf(bucket)}">
    ${partsOf(bucket).map(
      ({ name, value }) => value > 0 && html`<i class="${name}" style="height:${percent(value, top)}"></i>`,
    )}
  </li>`;

const chart = (options: Chart): Markup => {
  const { title, buckets, partsOf, format, labelOf } = options;
  const top = roundUp(Math.max(...buckets.map((bucket) => sum(partsOf(bucket)))));
  const every = Math.ceil(buckets.length / MAX_LABELS);
  return html`<figure class="chart">
    <figcaption>${title}</figcaption>
    <div class="plot">
      <span class="top">${format(top)}</span>
      <span class="middle">${format(top / 2)}</span>
      <ol class="columns" style="--columns:${buckets.length}">
        ${buckets.map((bucket) => columnOf(options, bucket, top))}
      </ol>
    </div>
    <ol class="ticks" style="--columns:${buckets.length}" aria-hidden="true">
      ${buckets.map((bucket, index) => html`<li>${index % every === 0 && html`<span>${labelOf(bucket)}</span>`}</li>`)}
    </ol>
  </figure>`;
};

const outcomeParts = ({ totals }: Bucket): readonly Part[] =>
  OUTCOMES.map(({ outcome, name }) => ({ name, value: totals.outcomes[outcome] }));

const costParts = ({ totals }: Bucket): readonly Part[] => [
  { name: 'settled', value: totals.settledMicros },
  { name: 'unknown', value: totals.unknownMicros },
];

const tableOf = (buckets: readonly Bucket[], { formats, currency }: View): Markup =>
  html`<details>
    <summary>Show the numbers</summary>
    <div class="scroll">
      <table>
        <thead>
          <tr>
            <th scope="col">from</th>
            ${OUTCOMES.map(({ label }) => html`<th scope="col" class="number">${label}</th>`)}
            <th scope="col" class="number">settled, ${currency}</th>
            <th scope="col" class="number">unknown, ${currency}</th>
          </tr>
        </thead>
        <tbody>
          ${buckets.map(
            ({ fromMs, totals }) =>
              html`<tr>
                <th scope="row">${formats.moment(fromMs)}</th>
                ${OUTCOMES.map(({ outcome }) => html`<td class="number">${totals.outcomes[outcome]}</td>`)}
                <td class="number">${formatMicros(totals.settledMicros)}</td>
                <td class="number">${formatMicros(totals.unknownMicros)}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
  </details>`;

export const timeline = (view: View): Markup => {
  const { rows, window, formats, currency } = view;
  const buckets = bucketsOf(rows, window);
  const [first] = buckets;
  const isDaily = first !== undefined && first.toMs - first.fromMs >= DAY_MS;
  const labelOf = ({ fromMs }: Bucket): string => (isDaily ? formats.day(fromMs) : formats.hour(fromMs));
  const counts = ({ totals }: Bucket): string =>
    OUTCOMES.map(({ outcome, label }) => `${totals.outcomes[outcome]} ${label}`).join(', ');
  return html`<section aria-labelledby="time">
    <h2 id="time">Over time</h2>
    <p class="muted">By when the call started.</p>
    ${chart({
      title: 'How recordings ended',
      buckets,
      partsOf: outcomeParts,
      format: (value) => (Number.isInteger(value) ? String(value) : ''),
      titleOf: (bucket) => `${formats.moment(bucket.fromMs)}: ${counts(bucket)}`,
      labelOf,
    })}
    ${chart({
      title: `What they cost, ${currency}`,
      buckets,
      partsOf: costParts,
      format: (value) => formatMicros(Math.round(value)),
      titleOf: ({ fromMs, totals }) =>
        `${formats.moment(fromMs)}: ${amount(totals.settledMicros, currency)} settled, ${amount(totals.unknownMicros, currency)} unknown`,
      labelOf,
    })}
    ${tableOf(buckets, view)}
  </section>`;
};
