import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rowWith } from '../recording/test-recording.ts';
import { linkedRows } from '../test-spec.ts';
import type { LedgerRow } from '../types.ts';
import { genesis, isLinked, link, linkAll, tipAt, unlinked } from './chain.ts';
import { renderCsv } from './csv.ts';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const rows = ['r-1', 'r-2', 'r-3'].map((recordingId) => rowWith({ recordingId }));

describe('a hash chain', () => {
  it('can be checked by hand, from the lines of the file alone', () => {
    const [header = '', ...lines] = renderCsv(linkedRows(rows, genesis('EUR')), 'EUR')
      .trimEnd()
      .split('\n');
    let chain = sha256(header);
    for (const line of lines) {
      const cut = line.lastIndexOf(',');
      chain = sha256(`${chain}\n${line.slice(0, cut)}`);
      expect(line.slice(cut + 1)).toBe(chain);
    }
    expect(lines).toHaveLength(3);
  });

  it('begins elsewhere for another currency', () => {
    expect(genesis('USD').head).not.toBe(genesis('EUR').head);
    expect(genesis('USD').rows).toBe(0);
  });

  it('links what is new behind what is there', () => {
    const tip = genesis('USD');
    const first = link(rowWith(), tip);
    const linked = linkAll([first, unlinked(rowWith({ attempt: 2 })), unlinked(rowWith({ attempt: 3 }))], tipAt(first));
    expect(linked.rows.map(({ seq }) => seq)).toEqual([1, 2, 3]);
    expect(linked.rows.every(isLinked)).toBe(true);
    expect(linked.tip).toEqual(tipAt(linked.rows[2] as LedgerRow));
    expect(linkAll(linked.rows, linked.tip)).toEqual(linked);
  });

  it('ends differently when any value of any row differs', () => {
    const other = rowWith({
      recordingId: 'other',
      conversationId: 'other',
      attempt: 7,
      durationMs: 7,
      channels: 7,
      callAtMs: 7,
      provider: 'other',
      model: 'other',
      queueId: 'other',
      campaignId: 'other',
      divisionId: 'other',
      agent: 'other',
      audioSha256: 'other',
      billedMs: 7,
      microsPerMinute: 7,
      estimateMicros: 7,
      reservedMicros: 7,
      avoidedMicros: 7,
      avoidedBy: 'CSC_MEDIA_SILENT',
      costMicros: 7,
      costUnknownMicros: 7,
      status: 'failed',
      atMs: 7,
      errorCode: 'CSC_STT_TIMEOUT',
      outcome: 'Failed',
      freeMs: 7,
      usage: { requestId: 'other' },
      transcribedBy: 'other',
    });
    const headOf = (some: readonly ReturnType<typeof rowWith>[]) => linkedRows(some, genesis('USD')).at(-1)?.chain;
    const keys = Object.keys(other) as (keyof typeof other)[];
    fc.assert(
      fc.property(fc.constantFrom(...keys), fc.nat(2), (key, at) => {
        const changed = rows.map((row, index) => (index === at ? { ...row, [key]: other[key] } : row));
        expect(headOf(changed)).not.toBe(headOf(rows));
      }),
    );
    expect(headOf([...rows].toReversed())).not.toBe(headOf(rows));
  });
});
