/**
 * A dry run as a table for people. Pure.
 * @module
 */
import type { SummaryDocument } from '../report/summary.ts';

type Line = readonly [what: string, value: string, note: string];

const reasonsOf = ({ account }: SummaryDocument, outcome: string): string =>
  account.reasons
    .filter((one) => one.outcome === outcome && one.reason !== 'CSC_DRY_RUN')
    .map(({ reason, count }) => `${reason} ${count}`)
    .join(', ');

const recordings = (count: number): string => (count === 1 ? '1 recording' : `${count} recordings`);

type Estimate = NonNullable<SummaryDocument['estimate']>;

const countLines = (document: SummaryDocument, estimate: Estimate): Line[] => {
  const { skipped, failed, noRecording } = document.account;
  return [
    ['to be transcribed', recordings(estimate.recordings), `${estimate.audioHours} h of audio`],
    ['left out', recordings(skipped - estimate.recordings), reasonsOf(document, 'Skipped')],
    ['failing', recordings(failed), reasonsOf(document, 'Failed')],
    ['without recording', noRecording === 1 ? '1 conversation' : `${noRecording} conversations`, ''],
  ];
};

const originOf = ({ price }: SummaryDocument): string =>
  price?.from === 'spec' ? 'by spec.cost' : `by the price table of ${price?.table.asOf ?? ''}`;

const moneyLines = (document: SummaryDocument, { modes, withinBudget }: Estimate): Line[] => {
  const { currency, budget } = document.cost;
  const prices = modes.map(({ name, cost }, index): Line => [
    index === 0 ? 'price' : '',
    `${cost} ${currency}`,
    index === 0 ? `${name}, ${originOf(document)}` : `${name} instead`,
  ]);
  const fits = withinBudget ? 'holds the price' : 'does not hold the price';
  return [...prices, ...(budget === undefined ? [] : [['budget', `${budget} ${currency}`, fits] as const])];
};

const spanOf = (seconds: number): string => (seconds < 120 ? `${seconds} s` : `${Math.ceil(seconds / 60)} min`);

/** Columns side by side; a note may be as long as it likes, being the last. */
const aligned = (lines: readonly Line[]): string => {
  const width = (index: 0 | 1): number => Math.max(...lines.map((line) => line[index].length));
  const [first, second] = [width(0), width(1)];
  return lines
    .map(([what, value, note]) => `  ${what.padEnd(first)}  ${value.padEnd(second)}  ${note}`.trimEnd())
    .join('\n');
};

/** @param document of a dry run that has come as far as a price */
export const estimateTable = (document: SummaryDocument): string => {
  const { run, window, estimate } = document;
  if (!estimate) return `${run}: nothing could be estimated\n`;
  const lines: Line[] = [
    ...countLines(document, estimate),
    ...moneyLines(document, estimate),
    [
      'Genesys Cloud',
      `${estimate.genesysRequests} calls`,
      `at least ${spanOf(estimate.genesysSeconds)} at genesys.requestsPerMinute`,
    ],
  ];
  return `${run}: conversations that started from ${window.from} to ${window.to}\n\n${aligned(lines)}\n`;
};
