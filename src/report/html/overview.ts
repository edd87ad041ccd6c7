/**
 * The top of the page: what happened, in a sentence, in six figures and in one bar.
 * @module
 */
import { formatMicros, readMicros } from '../../pipeline/money/micros.ts';
import { endedIn, perUnit } from '../totals.ts';
import { html, type Markup } from './markup.ts';
import { amount, length, percent, plural } from './text.ts';
import { OUTCOMES, type View } from './view.ts';

const pill = ({ book }: View): Markup => {
  const phase = book.summary?.phase ?? 'Running';
  return html`<span class="pill ${phase.toLowerCase()}">${phase}</span>`;
};

const lede = ({ book, totals, currency }: View): Markup => {
  const { estimate } = book.summary ?? {};
  if (estimate) {
    return html`<strong>${plural(estimate.recordings, 'recording')}</strong> would be transcribed for
      <strong>${estimate.cost} ${currency}</strong>: a dry run.`;
  }
  const { Transcribed: transcribed, Skipped: skipped, Failed: failed } = totals.outcomes;
  return html`<strong>${transcribed} of ${plural(transcribed + skipped + failed, 'recording')}</strong> transcribed for
    <strong>${amount(totals.settledMicros, currency)}</strong>.`;
};

export const header = (view: View): Markup => {
  const { book, window, formats, timeZone } = view;
  return html`<header>
    <p class="eyebrow">callscribe report ${book.summary && html`<span>${book.summary.namespace}</span>`}</p>
    <h1>${book.run} ${pill(view)}</h1>
    <p class="lede">${lede(view)}</p>
    <p class="muted">
      Calls that started from ${formats.moment(window.fromMs)} to ${formats.moment(window.toMs)}, ${timeZone}
    </p>
  </header>`;
};

interface Tile {
  readonly label: string;
  readonly value: string;
  readonly unit: string;
  readonly note?: Markup | string;
  readonly tone?: 'warn';
}

const tile = ({ label, value, unit, note, tone }: Tile): Markup =>
  html`<div class="tile ${tone ?? ''}">
    <dt>${label} <span>${unit}</span></dt>
    <dd><b>${value}</b></dd>
    ${note !== undefined && html`<dd class="note">${note}</dd>`}
  </div>`;

const meter = (view: View): Markup | string => {
  const { budget } = view.book.summary?.cost ?? {};
  const budgetMicros = budget === undefined ? undefined : readMicros(budget);
  if (budgetMicros === undefined) return 'no budget was set';
  const spent = percent(view.totals.settledMicros, budgetMicros);
  const unknown = percent(view.totals.unknownMicros, budgetMicros);
  return html`<span class="meter" role="img" aria-label="${spent} of the budget">
      <i class="settled" style="width:${spent}"></i><i class="unknown" style="width:${unknown}"></i> </span
    >of a budget of ${formatMicros(budgetMicros)}`;
};

const optional = (micros: number | undefined): string => (micros === undefined ? '–' : formatMicros(micros));

export const tiles = (view: View): Markup => {
  const { totals, currency } = view;
  const { settledMicros, unknownMicros, avoidedMicros, audioMs, outcomes } = totals;
  return html`<dl class="tiles">
    ${tile({ label: 'Settled', value: formatMicros(settledMicros), unit: currency, note: meter(view) })}
    ${tile({
      label: 'Unknown',
      value: formatMicros(unknownMicros),
      unit: currency,
      note: unknownMicros > 0 ? 'may have been billed: compare with the invoice' : 'every attempt has a known end',
      ...(unknownMicros > 0 && { tone: 'warn' }),
    })}
    ${tile({
      label: 'Avoided',
      value: formatMicros(avoidedMicros),
      unit: currency,
      note: 'not paid, for the reasons below',
    })}
    ${tile({
      label: 'Per transcript',
      value: optional(perUnit(settledMicros, outcomes.Transcribed)),
      unit: currency,
      note: plural(outcomes.Transcribed, 'transcript'),
    })}
    ${tile({
      label: 'Per audio hour',
      value: optional(perUnit(settledMicros, audioMs, 3_600_000)),
      unit: currency,
      note: `${length(audioMs)} of audio sent`,
    })}
  </dl>`;
};

/** Everything that was found, as one bar, and the proof that nothing is missing. */
export const account = ({ book, totals }: View): Markup => {
  const { summary } = book;
  const ended = endedIn(totals);
  const found = summary?.counts.found ?? ended;
  const open = Math.max(0, found - ended);
  const parts = OUTCOMES.map(({ outcome, label, name }) => ({ name, label, count: totals.outcomes[outcome] }));
  const shown = open > 0 ? [...parts, { name: 'open', label: 'open', count: open }] : parts;
  const addsUp = summary?.account.addsUp ?? false;
  return html`<section aria-labelledby="account">
    <h2 id="account">What became of everything</h2>
    <div class="bar" role="img" aria-label="${shown.map(({ label, count }) => `${count} ${label}`).join(', ')}">
      ${shown.map(
        ({ name, count }) => count > 0 && html`<i class="${name}" style="flex-grow:${count}" title="${count}"></i>`,
      )}
    </div>
    <ul class="legend">
      ${shown.map(({ name, label, count }) => html`<li><i class="${name}"></i><b>${count}</b> ${label}</li>`)}
      <li class="sum">= <b>${found}</b> found ${addsUp && html`<span class="ok">adds up</span>`}</li>
    </ul>
  </section>`;
};
