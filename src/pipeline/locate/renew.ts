/**
 * What a recording turns out to need when it is downloaded: fresh addresses, or the details that a batch request does not give.
 * @module
 */
import { CallscribeError } from '../../errors.ts';
import type { GenesysClient } from '../genesys/client.ts';
import type { Recording } from '../types.ts';
import type { FileBook } from './file-book.ts';
import { readRecording, recordingOf } from './recording.ts';
import type { ListRecordings } from './single.ts';

export interface Renewal {
  /**
   * The same recording with fresh addresses, transcoded to WAV. Rejects with `CSC_RECORDING_NOT_READY` while that is under way,
   * with `CSC_MEDIA_NOT_FOUND` where it is no longer listed or has nothing to play, and with an error of the client.
   */
  readonly relocate: (recording: Recording, signal: AbortSignal) => Promise<Recording>;
  /**
   * The same recording with what the file alone does not tell: when it began and whose session it is, and a second file where one
   * channel is in each. For a file with one channel, where both matter.
   */
  readonly confirm: (recording: Recording, signal: AbortSignal) => Promise<Recording>;
}

export interface RenewOptions {
  readonly client: Pick<GenesysClient, 'recordingMetadata'>;
  readonly list: ListRecordings;
  readonly files: Pick<FileBook, 'isSplit'>;
}

export const createRenewal = ({ client, list, files }: RenewOptions): Renewal => {
  const relocate: Renewal['relocate'] = async (recording, signal) => {
    const { recordingId, conversation } = recording;
    const listed = await list(conversation, signal);
    if (!listed) {
      throw new CallscribeError('CSC_RECORDING_NOT_READY', `recording ${recordingId} is still being transcoded`);
    }
    const facts = listed.find((one) => one.recordingId === recordingId);
    if (!facts) throw new CallscribeError('CSC_MEDIA_NOT_FOUND', `recording ${recordingId} is no longer listed`);
    if (facts.mediaUris.size === 0) {
      throw new CallscribeError('CSC_MEDIA_NOT_FOUND', `recording ${recordingId} has nothing to play any more`);
    }
    return recordingOf(facts, conversation);
  };

  const withDetails = async (recording: Recording, signal: AbortSignal): Promise<Recording> => {
    const { recordingId, conversation, mediaUris } = recording;
    const rows = await client.recordingMetadata(conversation.conversationId, signal);
    const listed = rows.map((row) => readRecording(row, 'Metadata'));
    const facts = listed.find((one) => one?.recordingId === recordingId);
    return facts ? recordingOf({ ...facts, mediaUris }, conversation) : recording;
  };

  return {
    relocate,
    confirm: async (recording, signal) => {
      const isSplit = await files.isSplit(recording.recordingId, signal);
      // Only the list tells which of two files is whose.
      return isSplit ? relocate(recording, signal) : withDetails(recording, signal);
    },
  };
};
