/**
 * @module
 */
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { patched, smallest } from '../../../test/crd/manifest.ts';
import { readManifest } from './manifest.ts';

const run = stringify(smallest);
const secret = (name: string, fields: object): string =>
  stringify({ apiVersion: 'v1', kind: 'Secret', metadata: { name }, ...fields });

const join = (...documents: readonly string[]): string => documents.join('\n---\n');

const refused = (...texts: readonly string[]): Error => {
  try {
    readManifest(texts);
  } catch (error) {
    return error as Error;
  }
  throw new Error('it was accepted');
};

describe('readManifest', () => {
  it.each([
    ['in the same file', [join(run, secret('stt', { stringData: { url: 'http://a' } }))]],
    ['in another file', [run, secret('stt', { stringData: { url: 'http://a' } })]],
    ['before the run', [join(secret('stt', { data: { url: 'aHR0cDovL2E=' } }), run)]],
    [
      'in a List, as kubectl get prints it',
      [
        stringify({
          apiVersion: 'v1',
          kind: 'List',
          items: [smallest, { kind: 'Secret', metadata: { name: 'stt' }, data: { url: 'aHR0cDovL2E=' } }],
        }),
      ],
    ],
    [
      'beside documents of other kinds, and none',
      [
        join(
          run,
          '',
          '# nothing',
          stringify({ kind: 'ConfigMap' }),
          secret('stt', { stringData: { url: 'http://a' } }),
        ),
      ],
    ],
  ])('finds the run and its Secrets %s', async (_, texts) => {
    const manifest = readManifest(texts);
    expect(manifest.run).toMatchObject({ metadata: { name: 'smallest' }, spec: { concurrency: 4 } });
    expect(await manifest.readSecret('stt')).toEqual({ url: 'http://a' });
  });

  it('takes stringData before data, and numbers as what was written', async () => {
    const both = secret('stt', { data: { apiKey: 'b2xk', url: 'dXJs' }, stringData: { apiKey: 12_345 } });
    expect(await readManifest([join(run, both)]).readSecret('stt')).toEqual({ url: 'url', apiKey: '12345' });
  });

  it('has nothing to give for a Secret that is not there', async () => {
    await expect(readManifest([run]).readSecret('stt')).rejects.toMatchObject({ code: 'CSC_SECRET_NOT_FOUND' });
  });

  it.each([
    ['no run', secret('stt', {}), 'one TranscriptionRun is expected, 0 were found'],
    ['two runs', join(run, run), 'one TranscriptionRun is expected, 2 were found'],
    [
      'a run that the schema refuses',
      stringify(patched(smallest, { spec: { concurrency: 0 } })),
      'spec.concurrency must be >= 1',
    ],
    ['an empty file', '', '0 were found'],
    ['a text', 'hello', '0 were found'],
    ['a broken line', `${run}\n  - : [`, 'the YAML cannot be read, line'],
  ])('refuses %s', (_, text, message) => {
    expect(refused(text)).toMatchObject({
      code: 'CSC_MANIFEST_INVALID',
      message: expect.stringContaining(message) as string,
    });
  });

  it.each([
    ['behind a bad indent', 'stringData:\n  clientSecret: hunter2\n apiKey: hunter2'],
    ['behind a quote without end', 'stringData:\n  clientSecret: "hunter2'],
    ['twice under one key', 'stringData: { apiKey: hunter2, apiKey: hunter2 }'],
    ['in a token that should not be there', 'stringData: { a: "b" "hunter2" }'],
    ['as an alias that is none', 'stringData: { apiKey: *hunter2 }'],
  ])('quotes no secret: one %s', (_, text) => {
    const error = refused(join(run, `kind: Secret\n${text}`));
    expect(error.message).toMatch(/^the YAML cannot be read/);
    expect(error.message).not.toContain('hunter2');
  });

  it('refuses aliases that grow without end', () => {
    const bomb = ['a: &a [x, x, x, x, x, x, x, x, x]'];
    for (const [from, to] of ['ab', 'bc', 'cd', 'de', 'ef']) bomb.push(`${to}: &${to} [${`*${from},`.repeat(9)}]`);
    expect(refused(join(run, bomb.join('\n')))).toMatchObject({ code: 'CSC_MANIFEST_INVALID' });
  });
});
