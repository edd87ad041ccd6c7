/**
 * What a dry run found out: how much would be transcribed, for how much money, and how long the calls to Genesys Cloud take. Pure.
 * @module
 */
import type { TranscriptionRunSpec } from '../api/types.ts';
import { formatMicros, parseMicros } from '../pipeline/money/micros.ts';
import { NO_PRICE } from '../pipeline/money/rates.ts';
import type { Progress } from '../pipeline/plan.ts';
import { requestsOf } from './genesys-use.ts';

/** As `status.estimate` and `summary.json` have it. */
export interface Estimate {
  readonly recordings: number;
  readonly audioHours: string;
  readonly cost: string;
  readonly modes: readonly { readonly name: string; readonly cost: string }[];
  readonly genesysRequests: number;
  readonly genesysSeconds: number;
  /** Absent without a budget. */
  readonly withinBudget?: boolean;
}

const MS_PER_HOUR = 3_600_000;
const SECONDS_PER_MINUTE = 60;

/** Thousandths of an hour, rounded half up, as a decimal string. */
export const formatHours = (ms: number): string => {
  const thousandths = Math.round((ms * 1000) / MS_PER_HOUR);
  return `${Math.floor(thousandths / 1000)}.${String(thousandths % 1000).padStart(3, '0')}`;
};

/** A transcript that goes to the interaction is one more call. */
const deliveriesOf = ({ transcripts }: TranscriptionRunSpec): number =>
  transcripts.destinations.filter(({ genesysInteraction }) => genesysInteraction !== undefined).length;

/** The calls that the dry run made are made again by the run. */
export const estimateOf = (
  { dryRun, price = NO_PRICE, genesys }: Pick<Progress, 'dryRun' | 'price' | 'genesys'>,
  spec: TranscriptionRunSpec,
): Estimate => {
  const { recordings, audioMs, micros } = dryRun;
  const [cost = 0] = micros;
  const genesysRequests = requestsOf(genesys) + recordings * deliveriesOf(spec);
  const { budget } = spec.cost;
  return {
    recordings,
    audioHours: formatHours(audioMs),
    cost: formatMicros(cost),
    modes: price.modes.map(({ name }, index) => ({ name, cost: formatMicros(micros[index] ?? 0) })),
    genesysRequests,
    genesysSeconds: Math.ceil((genesysRequests * SECONDS_PER_MINUTE) / spec.genesys.requestsPerMinute),
    ...(budget !== undefined && { withinBudget: cost <= parseMicros(budget) }),
  };
};
