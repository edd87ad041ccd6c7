/**
 * What the results of a batch request say of one conversation, without asking anything else. Pure.
 * @module
 */
import type { BatchResult } from '../genesys/client.ts';
import type { Located } from '../run/context.ts';
import { CallscribeError } from '../../errors.ts';
import type { Conversation } from '../types.ts';
import { briefRecording, recordingOf } from './recording.ts';

export type Reading =
  | { readonly kind: 'Decided'; readonly located: readonly Located[] }
  /** The details have to be asked for. `hasWrongType`: only because the speech service does not take the file as it is. */
  | { readonly kind: 'Undecided'; readonly hasWrongType: boolean };

/** Types of files in which there is no telephone audio: screens, chats, messages, emails. */
const NOT_AUDIO = /^(video|text|image|message|multipart)\/|^application\/(json|xml|pdf|zip)/u;

const isAudio = ({ contentType = '' }: BatchResult): boolean => !NOT_AUDIO.test(contentType);

/** A type that says nothing is looked at when the file is there. */
const isAcceptable = ({ contentType = '' }: BatchResult, accepts: (type: string) => boolean): boolean =>
  !contentType.startsWith('audio/') || accepts(contentType);

const UNDECIDED: Reading = { kind: 'Undecided', hasWrongType: false };

const notAudio = (conversation: Conversation, recordingId: string): Located => ({
  kind: 'Recording',
  recording: recordingOf(
    { recordingId, isAudio: false, rank: 0, state: 'Playable', announcedDurationMs: 0, mediaUris: new Map() },
    conversation,
    { code: 'CSC_RECORDING_NOT_AUDIO' },
  ),
});

/** There is nothing. Where recording was not started either, there is nothing to be looked for. */
const ofNothing = (conversation: Conversation): Reading => {
  if (conversation.isRecorded !== false) return UNDECIDED;
  return {
    kind: 'Decided',
    located: [{ kind: 'None', conversation, error: new CallscribeError('CSC_NO_RECORDING', '') }],
  };
};

/**
 * The plain case is one file of audio, whatever else there is that is not audio. Errors, several files of audio, and a conversation
 * that was recorded and has none, need another look.
 */
export const readBatch = (
  conversation: Conversation,
  results: readonly BatchResult[],
  accepts: (contentType: string) => boolean,
): Reading => {
  if (results.length === 0) return ofNothing(conversation);
  const audio = results.filter(isAudio);
  const [file, ...more] = audio;
  if (!file || more.length > 0) return UNDECIDED;
  const { recordingId, url } = file;
  if (recordingId === undefined || url === undefined || file.error !== undefined) return UNDECIDED;
  if (!isAcceptable(file, accepts)) return { kind: 'Undecided', hasWrongType: true };
  const others = new Set(results.filter((one) => one !== file).map((one) => one.recordingId));
  others.delete(recordingId);
  const recording = briefRecording(recordingId, conversation, new Map([['S', url]]));
  return {
    kind: 'Decided',
    located: [
      { kind: 'Recording', recording },
      ...[...others].filter((id) => id !== undefined).map((id) => notAudio(conversation, id)),
    ],
  };
};
