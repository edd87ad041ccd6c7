/**
 * Looks whether the OAuth client of a run may do what the run needs, and at the first recording that it would transcribe.
 * @module
 */
import { type CallscribeError, toCallscribeError } from '../../errors.ts';
import { conversationOfRow } from '../find/row.ts';
import { detailsQueryOf } from '../find/selection.ts';
import type { Selection } from '../find/selection.ts';
import type { GenesysClient } from '../genesys/client.ts';
import type { Located } from '../run/context.ts';
import type { Audio, Conversation, Recording, Window } from '../types.ts';
import { failed, pass, skip, warn } from './finding.ts';
import type { Finding } from './finding.ts';

export interface GenesysChecks {
  readonly client: Pick<GenesysClient, 'detailsQuery' | 'detailsAvailability' | 'conversation' | 'recordingMetadata'>;
  readonly window: Window;
  readonly selection: Selection;
  readonly locate: (
    conversations: readonly Conversation[],
    onLocated: (located: Located) => void,
    signal: AbortSignal,
  ) => Promise<void>;
  readonly fetch: (recording: Recording, signal: AbortSignal) => Promise<Audio>;
  readonly dispose: (audio: Audio) => Promise<void>;
  readonly signal: AbortSignal;
}

const LOGIN = 'login';
const FIND = 'permission analytics:conversationDetail:view';
const CONVERSATION = 'permission conversation:communication:view';
const RECORDING = 'permission recording:recording:view';
const JOBS = 'analytics jobs';
const FIRST = 'first recording';
/** So many conversations are looked at for a recording. */
const LOOKED_AT = 20;

const isCode = (error: unknown, code: CallscribeError['code']): boolean => toCallscribeError(error).code === code;

interface Found {
  readonly findings: readonly Finding[];
  readonly conversations: readonly Conversation[];
}

/** The first page of the window: it needs a login and the permission to find. */
const checkFind = async ({ client, window, selection, signal }: GenesysChecks): Promise<Found> => {
  try {
    const { conversations: rows, totalHits } = await client.detailsQuery(detailsQueryOf(window, selection, 1), signal);
    const conversations = rows.map(conversationOfRow).filter((one) => one !== undefined);
    const detail = `${totalHits ?? conversations.length} conversations in the days of the window`;
    const none = 'Check the window, the selection, and the divisions of the role.';
    const found = conversations.length > 0 ? pass(FIND, detail) : warn(FIND, detail, none);
    return { findings: [pass(LOGIN, 'the client may log in'), found], conversations };
  } catch (error) {
    if (isCode(error, 'CSC_GENESYS_FORBIDDEN')) {
      return { findings: [pass(LOGIN, 'the client may log in'), failed(FIND, error)], conversations: [] };
    }
    return { findings: [failed(LOGIN, error), skip(FIND, 'nothing can be asked for')], conversations: [] };
  }
};

const checkJobs = async ({ client, signal }: GenesysChecks): Promise<Finding> => {
  try {
    const untilMs = await client.detailsAvailability(signal);
    return pass(JOBS, `their data are complete until ${new Date(untilMs).toISOString()}`);
  } catch (error) {
    // Queries take their place.
    return failed(JOBS, error, 'warn');
  }
};

/** A conversation or recording that is gone says nothing against the permission. */
const checkCall = async (check: string, call: () => Promise<unknown>, verdict: 'fail' | 'warn'): Promise<Finding> => {
  try {
    await call();
    return pass(check, 'granted');
  } catch (error) {
    return isCode(error, 'CSC_GENESYS_NOT_FOUND') ? pass(check, 'granted') : failed(check, error, verdict);
  }
};

const firstRecording = async (
  conversations: readonly Conversation[],
  { locate, signal }: GenesysChecks,
): Promise<Recording | undefined> => {
  let first: Recording | undefined;
  const note = (located: Located): void => {
    if (located.kind === 'Recording' && located.recording.skip === undefined) first ??= located.recording;
  };
  await locate(conversations.slice(0, LOOKED_AT), note, signal);
  return first;
};

/** Downloads it, measures it and throws it away. */
const checkFirst = async (conversations: readonly Conversation[], checks: GenesysChecks): Promise<Finding> => {
  try {
    const recording = await firstRecording(conversations, checks);
    const where = 'Choose another window, or check the recording policy.';
    if (!recording) return warn(FIRST, `none among ${Math.min(LOOKED_AT, conversations.length)} conversations`, where);
    const audio = await checks.fetch(recording, checks.signal);
    await checks.dispose(audio);
    const { codec, channels, durationMs } = audio;
    const detail = `${recording.recordingId}: ${codec}, ${channels} channels, ${Math.round(durationMs / 1000)} s`;
    if (channels > 1) return pass(FIRST, detail);
    return warn(FIRST, detail, 'Enable dual-channel recording on the trunk: with one channel roles are less sure.');
  } catch (error) {
    return failed(FIRST, error);
  }
};

/** Everything that Genesys Cloud has to grant. Nothing is changed and nothing is paid for. */
export const checkGenesys = async (checks: GenesysChecks): Promise<readonly Finding[]> => {
  const { findings, conversations } = await checkFind(checks);
  if (findings.some(({ verdict }) => verdict === 'fail')) {
    const rest = [JOBS, CONVERSATION, RECORDING, FIRST];
    return [...findings, ...rest.map((check) => skip(check, 'nothing can be found'))];
  }
  const jobs = await checkJobs(checks);
  const ended = conversations.filter(({ endAtMs, isRecorded }) => endAtMs !== undefined && isRecorded !== false);
  const [one] = ended;
  if (!one) {
    const rest = [CONVERSATION, RECORDING, FIRST];
    return [...findings, jobs, ...rest.map((check) => skip(check, 'no recorded conversation to try it with'))];
  }
  const { client, signal } = checks;
  const conversation = await checkCall(CONVERSATION, () => client.conversation(one.conversationId, signal), 'warn');
  const recording = await checkCall(RECORDING, () => client.recordingMetadata(one.conversationId, signal), 'fail');
  const first =
    recording.verdict === 'pass' ? await checkFirst(ended, checks) : skip(FIRST, 'recordings cannot be seen');
  return [...findings, jobs, conversation, recording, first];
};
