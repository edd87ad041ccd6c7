import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { CallscribeError } from './errors.ts';
import { createLog, loggable, type Logger } from './log.ts';

const logged = (write: (log: Logger) => void): Readonly<Record<string, unknown>> => {
  const stream = new PassThrough();
  write(createLog({ level: 'info', isTerminal: false, stream }));
  return JSON.parse(String(stream.read())) as Record<string, unknown>;
};

describe('createLog', () => {
  const cause = new Error('https://x.test/a?sig=secret');
  const error = new CallscribeError('CSC_STT_REJECTED', 'the service answered 422', { status: 422, cause });
  const shown = { code: 'CSC_STT_REJECTED', message: 'the service answered 422', retryable: false, status: 422 };

  it.each([
    ['as it is', error],
    ['made loggable before', loggable(error)],
  ])('tells an error of ours, and not its cause: %s', (_name, err) => {
    expect(logged((log) => log.warn({ err, run: 'nightly' }, 'failed'))).toMatchObject({
      level: 'warn',
      run: 'nightly',
      msg: 'failed',
      err: shown,
    });
    expect(JSON.stringify(logged((log) => log.warn({ err }, 'failed')))).not.toContain('secret');
  });

  it('tells where an error comes from that nobody foresaw', () => {
    const { err } = logged((log) => log.error({ err: new RangeError('too far') }, 'failed'));
    expect(err).toEqual({
      name: 'RangeError',
      message: 'too far',
      stack: expect.stringContaining('log.test.ts') as string,
    });
  });

  it.each([
    ['a text', 'no', { message: 'no' }],
    ['nothing', undefined, { message: 'undefined' }],
  ])('tells what was thrown and is no error: %s', (_name, thrown, expected) => {
    expect(logged((log) => log.error({ err: loggable(thrown) }, 'failed'))).toMatchObject({ err: expected });
  });

  it('follows a level that changes, also in loggers that were made before', () => {
    const stream = new PassThrough();
    let level = 'info';
    const log = createLog({ level: () => level, isTerminal: false, stream });
    const child = log.child({ run: 'nightly' });
    child.debug('unheard');
    level = 'debug';
    child.debug('heard');
    level = 'silent';
    child.fatal('unheard');
    const lines = String(stream.read()).trim().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as { msg: string }).msg)).toEqual(['heard']);
  });

  it('has the time as ISO 8601 and leaves out what is below its level', () => {
    expect(logged((log) => log.info('here'))['time']).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    const stream = new PassThrough();
    createLog({ level: 'warn', isTerminal: false, stream }).info('not here');
    expect(stream.read()).toBeNull();
  });
});
