import { describe, expect, it } from 'vitest';
import { compareVerbs } from './recorded-verbs.ts';

const rules = [
  { apiGroups: [''], resources: ['configmaps', 'secrets'], verbs: ['get', 'list'] },
  { apiGroups: ['callscribe.dev'], resources: ['transcriptionruns/status'], verbs: ['patch'] },
];

const event = (verb: string, objectRef: object, code = 200): string =>
  JSON.stringify({ verb, objectRef, responseStatus: { code } });

describe('compareVerbs', () => {
  it('finds what was granted and never used, and what was asked for and not granted', () => {
    const audit = [
      event('list', { resource: 'secrets' }),
      event('get', { resource: 'configmaps' }),
      event('patch', { apiGroup: 'callscribe.dev', resource: 'transcriptionruns', subresource: 'status' }),
      event('delete', { resource: 'secrets' }, 403),
      event('get', { resource: 'secrets' }, 404),
    ].join('\n');
    expect(compareVerbs(rules, audit)).toEqual({ unused: ['/configmaps list'], refused: ['/secrets delete'] });
  });

  it('takes a refusal of what is granted for a matter of the namespace', () => {
    expect(compareVerbs(rules, event('get', { resource: 'secrets' }, 403)).refused).toEqual([]);
  });
});
