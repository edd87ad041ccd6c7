/**
 * The sample manifest as the demo applies it: the file of the README with local addresses in place of real ones.
 * @module
 */
import { readFile } from 'node:fs/promises';
import { parseAllDocuments } from 'yaml';

const SAMPLE = new URL('../deploy/samples/minimal.yaml', import.meta.url);

export interface Addresses {
  readonly apiURL: string;
  readonly loginURL: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly speechURL: string;
  readonly speechKey: string;
}

/** The manifest, and the lines of it that are not those of the sample. */
export const localManifest = async (
  addresses: Addresses,
): Promise<{ readonly text: string; readonly changed: string }> => {
  const documents = parseAllDocuments(await readFile(SAMPLE, 'utf8'));
  const [oauth, stt, run] = documents;
  oauth?.setIn(['stringData', 'clientId'], addresses.clientId);
  oauth?.setIn(['stringData', 'clientSecret'], addresses.clientSecret);
  stt?.setIn(['stringData', 'url'], addresses.speechURL);
  stt?.setIn(['stringData', 'apiKey'], addresses.speechKey);
  run?.setIn(['spec', 'genesys', 'apiURL'], addresses.apiURL);
  run?.setIn(['spec', 'genesys', 'loginURL'], addresses.loginURL);
  return {
    text: documents.map(String).join(''),
    changed: `with the simulator (${addresses.apiURL}) as gateway, and the speech server (${addresses.speechURL}) in its Secret`,
  };
};
