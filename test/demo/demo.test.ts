/**
 * The first promise of the README: `make demo`, without a terminal, as a stranger's first minute.
 * @module
 */
import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const pathOf = (relative: string): string => fileURLToPath(new URL(`../../${relative}`, import.meta.url));

/** What a speaker says in a printed dialogue, with its lines joined again. */
const saidBy = (dialogue: string, speaker: string): string =>
  [...dialogue.matchAll(/^ *\d+:\d\d {2}(\w+) +((?:.*\n)(?: {18}.*\n)*)/gm)]
    .filter(([, name]) => name === speaker)
    .map(([, , text = '']) => text.replaceAll(/\s+/g, ' '))
    .join('');

/** Command lines of running processes that have `text` in their environment. */
const processesWith = async (text: string): Promise<string[]> => {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const read = (path: string): Promise<string> => readFile(path, 'latin1').catch(() => '');
  const found = await Promise.all(
    pids.map(async (pid) => ((await read(`/proc/${pid}/environ`)).includes(text) ? read(`/proc/${pid}/cmdline`) : '')),
  );
  return found.filter(Boolean);
};

describe('make demo', () => {
  it('goes from kubectl apply to the dialogue, and leaves no process behind', async () => {
    const mark = `CALLSCRIBE_DEMO_TEST=${process.pid}`;
    const env = { ...process.env, CALLSCRIBE_DEMO_TEST: String(process.pid), KEEP: '' };
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [pathOf('demo/demo.ts')], { env });
    expect(stderr).toBe('');
    expect(stdout).not.toContain('\u001B');
    expect(stdout).toMatch(/transcriptionrun\.callscribe\.dev\/nightly created/);
    expect(stdout).toMatch(/nightly +PartiallyFailed +6\/6 +2 +0\.012199/);
    for (const code of ['CSC_NO_RECORDING', 'CSC_NO_AGENT', 'CSC_MEDIA_TRUNCATED']) expect(stdout).toContain(code);
    const dialogue = stdout.slice(stdout.indexOf('as it was delivered'), stdout.indexOf('Where to look next'));
    expect(saidBy(dialogue, 'Agent')).toContain('You reported a problem with your internet connection yesterday');
    expect(saidBy(dialogue, 'Customer')).toContain('it keeps dropping every evening');
    if (process.platform !== 'linux') return;
    // A watchdog may be in its last tenth of a second.
    await expect.poll(() => processesWith(mark), { timeout: 2000 }).toEqual([]);
  }, 240_000);
});

describe('the README', () => {
  it('shows the manifest that the demo applies', async () => {
    const [readme, sample] = await Promise.all(
      ['README.md', 'deploy/samples/minimal.yaml'].map((path) => readFile(pathOf(path), 'utf8')),
    );
    expect(readme).toContain(`\`\`\`yaml\n${sample}\`\`\``);
  });
});
