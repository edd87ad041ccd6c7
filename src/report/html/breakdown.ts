/**
 * Cost and outcome by campaign, queue and the other ways in which a report is cut.
 * @module
 */
import { formatMicros } from '../../pipeline/money/micros.ts';
import type { Dimension, Piece } from '../dimensions.ts';
import { html, type Markup } from './markup.ts';
import { percent } from './text.ts';
import { OUTCOMES, type View } from './view.ts';

const SHOWN = 8;
const MOST = 50;

const LISTS: readonly (readonly [Dimension, string, string])[] = [
  ['campaign', 'By campaign', 'no campaign'],
  ['queue', 'By queue', 'no queue'],
  ['division', 'By division', 'no division'],
  ['agent', 'By agent', 'no agent'],
  ['provider', 'By provider and model', 'none'],
  ['day', 'By day of payment', ''],
];

const spentOn = ({ totals }: Piece): number => totals.settledMicros + totals.unknownMicros;

const countsOf = ({ totals }: Piece): string =>
  OUTCOMES.filter(({ outcome }) => totals.outcomes[outcome] > 0)
    .map(({ outcome, label }) => `${totals.outcomes[outcome]} ${label}`)
    .join(' · ');

const line = (piece: Piece, top: number, nameless: string): Markup => {
  const { key, totals } = piece;
  return html`<li>
    <span class="name" title="${key}">${key === '' ? html`<em>${nameless}</em>` : key}</span>
    <span class="number">${formatMicros(totals.settledMicros)}</span>
    <span class="track"
      ><i class="settled" style="width:${percent(totals.settledMicros, top)}"></i
      ><i class="unknown" style="width:${percent(totals.unknownMicros, top)}"></i
    ></span>
    <span class="counts">${countsOf(piece)}</span>
  </li>`;
};

const list = (pieces: readonly Piece[], title: string, nameless: string): Markup => {
  const top = Math.max(1, ...pieces.map(spentOn));
  const lines = pieces.map((piece) => line(piece, top, nameless));
  const rest = lines.slice(SHOWN);
  return html`<section class="card">
    <h3>${title}</h3>
    <ol class="pieces">
      ${lines.slice(0, SHOWN)}
    </ol>
    ${
      rest.length > 0 &&
      html`<details>
        <summary>${rest.length} more</summary>
        <ol class="pieces">
          ${rest}
        </ol>
      </details>`
    }
  </section>`;
};

/** Campaign and queue always; the others where there is something to compare. */
export const breakdown = ({ sums, currency }: View): Markup => {
  const cards = LISTS.map(([dimension, title, nameless]) => {
    const pieces = sums.pieces(dimension, MOST);
    const isShown = pieces.length > 1 || dimension === 'campaign' || dimension === 'queue';
    return isShown && list(pieces, title, nameless);
  });
  return html`<section aria-labelledby="where">
    <h2 id="where">Where the money went</h2>
    <p class="muted">Settled cost in ${currency}; what is hatched may have been billed.</p>
    <div class="cards">${cards}</div>
  </section>`;
};
