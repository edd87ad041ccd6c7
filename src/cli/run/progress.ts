/**
 * Shows how a run goes on: a line that is drawn over on a terminal, plain lines elsewhere.
 * @module
 */
import { formatMicros } from '../../pipeline/money/micros.ts';
import type { Progress } from '../../pipeline/plan.ts';

const WIDTH = 24;

/** The bar of a terminal. @example `[██████------] 6/12  2 failed  0.0231 USD` */
export const renderBar = ({ counts, cost, hindrances }: Progress, currency: string): string => {
  const done = counts.found - counts.pending - counts.inProgress;
  const filled = counts.found === 0 ? 0 : Math.floor((done * WIDTH) / counts.found);
  const bar = `[${'█'.repeat(filled)}${'-'.repeat(WIDTH - filled)}]`;
  const unknown = cost.unknownMicros > 0 ? ` (+ ${formatMicros(cost.unknownMicros)} unknown)` : '';
  const parts = [
    `${bar} ${done}/${counts.found}`,
    `${counts.failed} failed`,
    `${formatMicros(cost.settledMicros)} ${currency}${unknown}`,
    ...hindrances.map(({ code }) => code),
  ];
  return parts.join('  ');
};

export interface ProgressView {
  readonly show: (progress: Progress) => void;
  end(): void;
}

export interface ViewOptions {
  readonly stream: NodeJS.WritableStream & { readonly isTTY?: boolean };
  readonly currency: string;
  readonly now: () => number;
}

export const createProgressView = ({ stream, currency, now }: ViewOptions): ProgressView => {
  const everyMs = stream.isTTY ? 100 : 5000;
  let [shownAtMs, last, latest] = [Number.NEGATIVE_INFINITY, '', ''];
  const write = (): void => {
    if (latest === last) return;
    stream.write(stream.isTTY ? `\r\u001B[2K${latest}` : `${latest.replace(/^\[.*?\] /, '')}\n`);
    last = latest;
  };
  return {
    show: (progress) => {
      latest = renderBar(progress, currency);
      if (now() - shownAtMs < everyMs) return;
      shownAtMs = now();
      write();
    },
    end: () => {
      write();
      if (stream.isTTY) stream.write('\n');
    },
  };
};
