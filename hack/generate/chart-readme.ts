/**
 * The README of the chart, from its values.
 * @module
 */
import { readTypes, readValues, type ValueSchema } from './chart-values.ts';
import { code, page, plain, table } from './markdown.ts';

/** More than so many characters are better read in values.yaml. */
const LONGEST_DEFAULT = 60;

const defaultOf = (value: unknown): string => {
  const text = JSON.stringify(value);
  return text.length > LONGEST_DEFAULT ? 'see `values.yaml`' : code(text);
};

const scheduleFields = (): readonly (readonly [string, ValueSchema])[] =>
  Object.entries(readTypes().definitions?.['schedule']?.properties ?? {});

/** The text of `deploy/helm/callscribe/README.md`. */
export const chartReadme = (command: string): Promise<string> =>
  page([
    '# callscribe',
    `Helm chart of the callscribe operator. Generated from \`values.yaml\` and the schema of its types by \`${command}\`; Helm checks values against the same schema.`,
    '```sh\nhelm install callscribe deploy/helm/callscribe --namespace callscribe --create-namespace\nhelm test callscribe --namespace callscribe\n```',
    'How to install, schedule, operate and upgrade is told in [docs/](../../../docs/). Kubernetes 1.31 or newer.',
    '## Values',
    table(
      ['value', 'default', 'meaning'],
      readValues().map((value) => [code(value.path), defaultOf(value.default), plain(value.meaning)]),
    ),
    '## Schedules',
    'Each entry of `schedules` becomes a CronJob that creates a run of the entry’s name for each slot, with a service account that may do nothing else.',
    '```yaml\nschedules:\n  nightly:\n    schedule: "0 4 * * *"\n    timeZone: Europe/Berlin\n    spec:\n      window: { last: 24h, offset: 2h }\n      genesys: { region: eu-central-1, credentialsSecretRef: { name: genesys-oauth } }\n      stt: { endpointSecretRef: { name: stt } }\n      cost: { ratePerMinute: "0.004", budget: "50" }\n      ttlSecondsAfterFinished: 2592000\n```',
    table(
      ['field', 'meaning'],
      scheduleFields().map(([name, { description = '' }]) => [code(name), plain(description)]),
    ),
  ]);
