/**
 * @module
 */
import { describe, expect, it } from 'vitest';
import { choose } from './choose.ts';
import type { ChooseContext } from './choose.ts';
import { RANKS } from './recording.ts';
import type { RecordingFacts } from './recording.ts';

const factsOf = (recordingId: string, more: Partial<RecordingFacts> = {}): RecordingFacts => ({
  recordingId,
  isAudio: true,
  rank: RANKS.trunk,
  state: 'Playable',
  startAtMs: 0,
  endAtMs: 60_000,
  announcedDurationMs: 60_000,
  mediaUris: new Map(),
  ...more,
});

const trunk = (more: Partial<RecordingFacts> = {}) => factsOf('trunk', more);
const station = (more: Partial<RecordingFacts> = {}) => factsOf('station', { rank: RANKS.station, ...more });
const adHoc = (more: Partial<RecordingFacts> = {}) => factsOf('adHoc', { rank: RANKS.adHoc, ...more });
const consult = factsOf('consult', { rank: RANKS.consult });
const screen = factsOf('screen', { isAudio: false });

const chosen = (recordings: readonly RecordingFacts[], more: Partial<ChooseContext> = {}): readonly string[] =>
  choose(recordings, { taken: new Set(), restores: false, isLast: false, ...more }).map((choice) =>
    [choice.facts.recordingId, choice.kind, choice.kind === 'Skip' ? choice.code.replace('CSC_RECORDING_', '') : '']
      .join(' ')
      .trim(),
  );

describe('choose', () => {
  it.each<[string, RecordingFacts[], string[]]>([
    ['the only recording', [trunk()], ['trunk Take']],
    ['the audio beside a screen', [screen, trunk()], ['screen Skip NOT_AUDIO', 'trunk Take']],
    ['the trunk, not the station', [station(), trunk()], ['station Skip COPY', 'trunk Take']],
    ['the station where there is no trunk', [station(), screen], ['station Take', 'screen Skip NOT_AUDIO']],
    [
      'the station where the trunk is of no use any more',
      [trunk({ state: 'Deleted' }), station()],
      ['trunk Skip DELETED', 'station Take'],
    ],
    [
      'a station of another time, too',
      [trunk({ endAtMs: 20_000 }), station({ startAtMs: 30_000 })],
      ['trunk Take', 'station Take'],
    ],
    [
      'not a station that says nothing of its time',
      [trunk(), factsOf('station', { rank: RANKS.station, startAtMs: 5 })],
      ['trunk Take', 'station Skip COPY'],
    ],
    ['two recordings of the trunk', [trunk(), factsOf('other')], ['trunk Take', 'other Take']],
    [
      'nothing that was recorded beside the call',
      [adHoc(), consult, trunk()],
      ['adHoc Skip NOT_SELECTED', 'consult Skip NOT_SELECTED', 'trunk Take'],
    ],
    ['what there is, where there is nothing else', [adHoc()], ['adHoc Take']],
    ['the better of what there is', [consult, adHoc()], ['consult Skip NOT_SELECTED', 'adHoc Take']],
    ['nothing archived', [trunk({ state: 'Archived' })], ['trunk Skip ARCHIVED']],
    ['nothing that is on its way from there', [trunk({ state: 'Restoring' })], ['trunk Skip ARCHIVED']],
    ['nothing faulty', [trunk({ state: 'Faulty' })], ['trunk Skip ERROR']],
  ])('takes %s', (_, recordings, expected) => {
    expect(chosen(recordings)).toEqual(expected);
  });

  it('leaves out what is too short, by what is announced', () => {
    const short = trunk({ announcedDurationMs: 9999 });
    expect(chosen([short], { minDurationSeconds: 10 })).toEqual(['trunk Skip TOO_SHORT']);
    expect(chosen([trunk({ announcedDurationMs: 10_000 })], { minDurationSeconds: 10 })).toEqual(['trunk Take']);
    expect(chosen([trunk({ announcedDurationMs: 0 })], { minDurationSeconds: 10 })).toEqual(['trunk Take']);
  });

  it.each<[string, RecordingFacts[], string[], string[]]>([
    ['an upload', [trunk({ state: 'Unready' })], ['trunk Wait'], ['trunk Skip NOT_READY']],
    [
      'a trunk before a station is a copy of it',
      [trunk({ state: 'Unready' }), station()],
      ['trunk Wait', 'station Wait'],
      ['trunk Skip NOT_READY', 'station Take'],
    ],
    [
      'nothing where the better one is ready',
      [trunk(), station({ state: 'Unready' })],
      ['trunk Take', 'station Skip COPY'],
      ['trunk Take', 'station Skip COPY'],
    ],
  ])('waits for %s', (_, recordings, now, atLast) => {
    expect(chosen(recordings)).toEqual(now);
    expect(chosen(recordings, { isLast: true })).toEqual(atLast);
  });

  it('brings back what is archived where that is wanted, and waits for it until the last look', () => {
    const recordings = [trunk({ state: 'Archived' }), factsOf('on its way', { state: 'Restoring' })];
    expect(chosen(recordings, { restores: true })).toEqual(['trunk Restore', 'on its way Wait']);
    const atLast = ['trunk Skip ARCHIVED', 'on its way Skip ARCHIVED'];
    expect(chosen(recordings, { restores: true, isLast: true })).toEqual(atLast);
  });

  it('stays with what is being worked on', () => {
    const taken = new Set(['station']);
    expect(chosen([trunk(), station()], { taken })).toEqual(['trunk Skip COPY', 'station Take']);
    expect(chosen([trunk(), factsOf('other')], { taken: new Set(['other']) })).toEqual(['trunk Take', 'other Take']);
  });

  it('says what is used instead', () => {
    const [copy] = choose([station(), trunk()], { taken: new Set(), restores: false, isLast: false });
    expect(copy).toMatchObject({ why: 'recording trunk is used' });
  });
});
