/**
 * The CEL rules of the CRD that are not about a change, by hand and with the same messages: for `callscribe run`, which has no
 * API server to ask. `schema.test.ts` and `test/crd/` hold both sides together.
 * @module
 */
import { isDeepStrictEqual } from 'node:util';
import type { TranscriptionRunSpec } from './types.ts';

export interface Rule {
  readonly message: string;
  readonly holds: (spec: TranscriptionRunSpec) => boolean;
}

const isGiven = (value: unknown): boolean => value !== undefined;

export const rules: readonly Rule[] = [
  {
    message: 'spec.window needs either from and to, or last',
    holds: ({ window: { from, to, last } }) => isGiven(last) !== (isGiven(from) || isGiven(to)),
  },
  {
    message: 'spec.window.from and spec.window.to need each other',
    holds: ({ window: { from, to } }) => isGiven(from) === isGiven(to),
  },
  {
    message: 'spec.window.from must be before spec.window.to',
    holds: ({ window: { from, to } }) => from === undefined || to === undefined || Date.parse(from) < Date.parse(to),
  },
  {
    message: 'spec.window.last must be longer than nothing',
    // The pattern has made a duration of it; one without a digit above zero is none.
    holds: ({ window: { last } }) => last === undefined || /[1-9]/.test(last),
  },
  {
    message: 'spec.window.offset needs spec.window.last',
    holds: ({ window: { offset, last } }) => !isGiven(offset) || isGiven(last),
  },
  {
    message: 'spec.genesys.region is required unless apiURL and loginURL are both given',
    holds: ({ genesys: { region, apiURL, loginURL } }) => isGiven(region) || (isGiven(apiURL) && isGiven(loginURL)),
  },
  {
    message: 'spec.transcripts.destinations needs exactly one of genesysInteraction and http in each entry',
    holds: ({ transcripts: { destinations } }) =>
      destinations.every(({ genesysInteraction, http }) => isGiven(genesysInteraction) !== isGiven(http)),
  },
  {
    message: 'spec.transcripts.destinations has the same entry twice',
    holds: ({ transcripts: { destinations } }) =>
      destinations.every((one) => destinations.filter((other) => isDeepStrictEqual(one, other)).length === 1),
  },
  {
    message: 'spec.cost.ratePerMinute is required for the provider generic: no price table knows what it charges',
    holds: ({ cost: { ratePerMinute }, stt: { provider } }) => isGiven(ratePerMinute) || provider !== 'generic',
  },
  {
    message:
      'spec.cost.perChannel, roundUpToSeconds, minimumSeconds and diarizationPerMinute need spec.cost.ratePerMinute',
    holds: ({ cost }) =>
      isGiven(cost.ratePerMinute) ||
      (!cost.perChannel &&
        cost.roundUpToSeconds === 1 &&
        cost.minimumSeconds === 0 &&
        !isGiven(cost.diarizationPerMinute)),
  },
];
