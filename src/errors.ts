/**
 * The one catalogue of errors. The same code appears in logs, Events, conditions, the report and `docs/reference/errors.md`
 * (generated from here), so codes are stable: add, never rename.
 * @module
 */

/**
 * What an attempt that ended with this error cost:
 * - `none`: the speech service was not reached, or said that it did not do the work;
 * - `full`: it did the work, so it bills it, though we could not use the answer;
 * - `unknown`: the audio left and no answer came. The ledger says so instead of guessing.
 */
export type Charge = 'none' | 'full' | 'unknown';

export interface CatalogueEntry {
  /** What happened, one sentence. */
  readonly meaning: string;
  /** True where trying again can help without anyone doing something first. */
  readonly retried: boolean;
  /** What the user does. */
  readonly remedy: string;
  readonly charge: Charge;
  /** True where a recording that ends with this is left out on purpose: its outcome is `Skipped`, not `Failed`. */
  readonly omission: boolean;
}

const entry = (meaning: string, remedy: string, more: Partial<CatalogueEntry> = {}): CatalogueEntry => ({
  meaning,
  remedy,
  retried: false,
  charge: 'none',
  omission: false,
  ...more,
});

const retried = { retried: true } as const;
const omission = { omission: true } as const;
const UNUSED = 'Nothing; it tells you why nothing was paid for this one.';

export const catalogue = {
  // The run's own settings
  CSC_SPEC_INVALID: entry(
    'The manifest asks for something that cannot be done.',
    'Correct the field that the message names and create the run again.',
  ),
  CSC_SECRET_NOT_FOUND: entry(
    'A Secret that the run names is not in its namespace.',
    'Create the Secret in the namespace of the run; it is waited for half a minute from when it was first missed. Then create the run again.',
    retried,
  ),
  CSC_SECRET_INVALID: entry(
    'A Secret that the run names lacks a key or holds an unusable value.',
    'Put the key that the message names into the Secret.',
    retried,
  ),
  CSC_SECRET_UNAVAILABLE: entry(
    'A Secret that the run names could not be read just now.',
    'Nothing at first; if it lasts, check the API server.',
    retried,
  ),
  CSC_EGRESS_DENIED: entry(
    'The run names a host that this operator does not call.',
    'Name a public host, or have the operator started with --egress-allow for this one.',
  ),

  // Genesys Cloud
  CSC_GENESYS_AUTH: entry(
    'Genesys Cloud refused the OAuth client.',
    'Check clientId and clientSecret, that the client uses the Client Credentials grant, and the region.',
  ),
  CSC_GENESYS_FORBIDDEN: entry(
    'The OAuth client lacks a permission.',
    'Give its role the permission that the message names, in every division whose calls are wanted.',
  ),
  CSC_GENESYS_NOT_FOUND: entry(
    'Genesys Cloud does not know the object that was asked for.',
    'Usually nothing: it was deleted, or lies in a division that the client cannot see.',
  ),
  CSC_GENESYS_BAD_REQUEST: entry(
    'Genesys Cloud refused a request as malformed.',
    'Check the selection of the run; otherwise report it with the message, it is a defect of callscribe.',
  ),
  CSC_GENESYS_RATE_LIMITED: entry(
    'Genesys Cloud asked to slow down.',
    'Nothing; lower genesys.requestsPerMinute if other software uses the same client.',
    retried,
  ),
  CSC_GENESYS_UNAVAILABLE: entry(
    'Genesys Cloud could not be reached or answered with a server error.',
    'Nothing at first; if it lasts, check network policy, proxy and the status page of the region.',
    retried,
  ),
  CSC_GENESYS_PROTOCOL: entry(
    'Genesys Cloud answered with something that its API does not describe.',
    'Check genesys.apiURL; otherwise report it with the message.',
  ),

  // Conversations and recordings
  CSC_NO_RECORDING: entry('The conversation has no recording.', 'Check the recording policy if there should be one.'),
  CSC_RECORDING_MISSING: entry(
    'Genesys Cloud says that recording was started, and yet there is no recording.',
    'Look at the conversation in Genesys Cloud: the recording may be an orphan, deleted by a policy, or in a division that the client cannot see.',
  ),
  CSC_CONVERSATION_NOT_ENDED: entry(
    'The conversation was still going on when the window was read.',
    'Choose a window that ended some hours ago.',
    omission,
  ),
  CSC_RECORDING_NOT_READY: entry(
    'The recording was not ready in time: it was being uploaded or transcoded.',
    'Run the window again later.',
    retried,
  ),
  CSC_RECORDING_ARCHIVED: entry(
    'The recording is archived.',
    'Restore it in Genesys Cloud and run the window again.',
    omission,
  ),
  CSC_RECORDING_DELETED: entry('The recording was deleted.', UNUSED, omission),
  CSC_RECORDING_ERROR: entry(
    'Genesys Cloud marks the recording as faulty.',
    'Look at the recording in Genesys Cloud.',
    omission,
  ),
  CSC_RECORDING_NOT_AUDIO: entry('The recording is a screen, chat, message or email.', UNUSED, omission),
  CSC_RECORDING_NOT_SELECTED: entry(
    'The recording is a consultation, a snippet or one that was started by hand, beside the recording of the call itself.',
    UNUSED,
    omission,
  ),
  CSC_RECORDING_COPY: entry(
    'The recording has the same speech as another one of the conversation, which is used instead.',
    UNUSED,
    omission,
  ),
  CSC_RECORDING_SHARED: entry(
    'The recording belongs to several conversations and is transcribed for another one of them.',
    UNUSED,
    omission,
  ),
  CSC_RECORDING_TOO_SHORT: entry('The recording is shorter than selection.minDurationSeconds.', UNUSED, omission),

  // Media
  CSC_MEDIA_DENIED: entry(
    'The media host refused the signed address, also a fresh one.',
    'Check the lifetime of playback addresses in the recording settings of the organisation.',
    retried,
  ),
  CSC_MEDIA_NOT_FOUND: entry(
    'The media host does not have the file.',
    'Look at the recording in Genesys Cloud.',
    retried,
  ),
  CSC_MEDIA_UNAVAILABLE: entry('The media host could not be reached or failed.', 'Nothing at first.', retried),
  CSC_MEDIA_TRUNCATED: entry('Fewer bytes arrived than were announced.', 'Nothing at first.', retried),
  CSC_MEDIA_TOO_LARGE: entry('The file is larger than the work directory may hold for one recording.', 'Report it.'),
  CSC_MEDIA_UNSUPPORTED: entry(
    'The file is not audio that callscribe can measure.',
    'Look at the recording in Genesys Cloud.',
  ),
  CSC_MEDIA_EMPTY: entry('The file has no audio in it.', UNUSED, omission),

  // Roles
  CSC_NO_AGENT: entry(
    'Nobody on the side of the organisation took part in the conversation, so there is no agent to tell from the customer.',
    'Usually nothing: an abandoned or misdirected call.',
  ),

  // Speech
  CSC_STT_AUTH: entry('The speech service refused the key.', 'Check apiKey in the Secret of stt.endpointSecretRef.'),
  CSC_STT_REJECTED: entry(
    'The speech service refused the request.',
    'Check stt.language, stt.model and the url in the Secret; the message has the answer of the service.',
  ),
  CSC_STT_RATE_LIMITED: entry(
    'The speech service asked to slow down.',
    'Lower concurrency or set stt.maxInFlight.',
    retried,
  ),
  CSC_STT_UNAVAILABLE: entry(
    'The speech service could not be reached or answered with a server error.',
    'Nothing at first; if it lasts, look at the service.',
    retried,
  ),
  CSC_STT_TIMEOUT: entry(
    'The speech service did not answer within stt.timeoutSeconds. It may have done, and billed, the work.',
    'Compare costUnknown of the report with the invoice; raise stt.timeoutSeconds for long recordings.',
    { retried: true, charge: 'unknown' },
  ),
  CSC_STT_CONNECTION_LOST: entry(
    'The connection to the speech service broke after audio was sent. It may have done, and billed, the work.',
    'Compare costUnknown of the report with the invoice.',
    { retried: true, charge: 'unknown' },
  ),
  CSC_STT_PROTOCOL: entry(
    'The speech service answered with success, but not with a transcript of the agreed form.',
    'Check that the url is that of the chosen provider. The attempt counts as paid.',
    { charge: 'full' },
  ),
  CSC_ATTEMPT_UNKNOWN: entry(
    'The operator ended while this attempt may have been spending money; its outcome is not known.',
    'Compare costUnknown of the report with the invoice.',
    { retried: true, charge: 'unknown' },
  ),

  // Delivery. By then speech was paid for: `full`.
  CSC_TRANSCRIPT_INVALID: entry(
    'The transcript breaks a rule of its destination, so it was not sent.',
    'Report it: the transcript is kept with the run.',
    { charge: 'full' },
  ),
  CSC_DELIVERY_REJECTED: entry(
    'A destination refused the transcript for good.',
    'Correct the destination; the transcript is kept with the run and not paid for again.',
    { charge: 'full' },
  ),
  CSC_DELIVERY_UNAVAILABLE: entry(
    'A destination could not be reached or failed, also after all attempts.',
    'Bring the destination back; the transcript is kept with the run and not paid for again. While many wait, nothing more is paid for.',
    { retried: true, charge: 'full' },
  ),

  // The run as a whole
  CSC_BUDGET_EXHAUSTED: entry(
    'What is left of cost.budget does not pay for the next recording.',
    'Raise cost.budget, or cancel the run.',
  ),
  CSC_DESTINATION_REJECTED: entry(
    'The first deliveries of the run were all refused for good, so nothing more is paid for.',
    'Correct the destination: held transcripts are tried again at least every minute, and the run goes on by itself. Or cancel it.',
  ),
  CSC_FAILURE_POLICY: entry(
    'More recordings failed than failurePolicy accepts.',
    'Look at the failures in the report.',
    omission,
  ),
  CSC_DEADLINE_EXCEEDED: entry(
    'The run took longer than activeDeadlineSeconds.',
    'Raise it, or choose a smaller window.',
  ),
  CSC_CANCELLED: entry(
    'The run was cancelled before this recording was done.',
    'Create a new run for the window if it is wanted.',
    omission,
  ),
  CSC_CANCELLED_IN_FLIGHT: entry(
    'The run was cancelled while this recording was at the speech service, which may bill it.',
    'Compare costUnknown of the report with the invoice.',
    { charge: 'unknown' },
  ),
  CSC_DRY_RUN: entry(
    'The run is a dry run: the recording was found and priced, and not sent.',
    'Create the run without dryRun.',
    omission,
  ),
  CSC_NOTHING_TRANSCRIBED: entry('Everything that was tried failed.', 'Look at the failures in the report.'),

  // The books
  CSC_LEDGER_FENCED: entry(
    'Another operator took over this run; this one stopped working on it.',
    'Nothing; if it repeats, check that only one operator watches the namespace.',
    retried,
  ),
  CSC_LEDGER_UNAVAILABLE: entry(
    'The ledger could not be written, so nothing more was paid for.',
    'Check the API server.',
    retried,
  ),
  CSC_LEDGER_CORRUPT: entry(
    'A report ConfigMap was changed by hand and cannot be read.',
    'Restore it, or delete the run and its report.',
  ),

  // The embedded speech engine and the command line
  CSC_MODEL_MISSING: entry(
    'A model file of the speech engine is not there.',
    'Run `npm run models` in the checkout, or use the speech-server image.',
  ),
  CSC_MODEL_CORRUPT: entry(
    'A model file does not have the expected SHA-256.',
    'Delete the model folder and run `npm run models` again.',
  ),
  CSC_ENGINE_UNAVAILABLE: entry(
    'The speech engine does not load on this machine.',
    'Install with optional packages (`npm ci` without --omit=optional) on Linux with glibc 2.32 or later (Debian 12, not Alpine), or use the speech-server image.',
  ),
  CSC_MANIFEST_INVALID: entry(
    'The manifest is not a TranscriptionRun that the schema accepts.',
    'Correct the field that the message names.',
  ),
  CSC_NOT_FOUND: entry(
    'Nothing is kept under the name that was given: no report of such a run, or no transcript of such a recording.',
    'Check the names and the namespace, or --state-dir. A report is there from when the work begins; a transcript only until it is delivered.',
  ),
  CSC_INTERNAL: entry(
    'Something that callscribe did not foresee. Of an attempt that was at the speech service then, it is not known what it cost.',
    'Report it with the log line.',
    { retried: true, charge: 'unknown' },
  ),
} as const satisfies Record<string, CatalogueEntry>;

export type ErrorCode = keyof typeof catalogue;

export interface CallscribeErrorOptions {
  /** Overrides the catalogue's answer for this one occurrence, for example a 404 of a recording that is minutes old. */
  readonly retryable?: boolean;
  /** What a `Retry-After` header said. */
  readonly retryAfterMs?: number;
  /** HTTP status of the answer, where there was one. */
  readonly status?: number;
  readonly cause?: unknown;
}

/**
 * The only error that leaves a module of callscribe. The message is safe to show: no secret, no token, no query string of
 * a signed address, no phone number and no transcript text is ever put into it.
 *
 * @example throw new CallscribeError('CSC_STT_REJECTED', 'the service answered 422: unsupported language', { status: 422 })
 */
export class CallscribeError extends Error {
  override readonly name = 'CallscribeError';
  readonly code: ErrorCode;
  readonly retryable: boolean;
  readonly retryAfterMs: number | undefined;
  readonly status: number | undefined;

  constructor(code: ErrorCode, message: string, options: CallscribeErrorOptions = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.code = code;
    this.retryable = options.retryable ?? catalogue[code].retried;
    this.retryAfterMs = options.retryAfterMs;
    this.status = options.status;
  }

  /** See `CatalogueEntry.omission`. */
  get omission(): boolean {
    return catalogue[this.code].omission;
  }

  get charge(): Charge {
    return catalogue[this.code].charge;
  }
}

/** A text that is not ours, as far as it may be shown: addresses, which may be signed, without all behind their host. */
export const withoutAddresses = (text: string): string =>
  text.replaceAll(/\bhttps?:\/\/[^\s"'`<>]*/gi, (address) => `${URL.parse(address)?.origin ?? 'http:'}/…`);

/** Any thrown value as a `CallscribeError`; what is not one already becomes `CSC_INTERNAL`. */
export const toCallscribeError = (error: unknown): CallscribeError => {
  if (error instanceof CallscribeError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new CallscribeError('CSC_INTERNAL', withoutAddresses(message), { cause: error });
};

/** True for codes of the catalogue; used where a code comes back from a CSV. */
export const isErrorCode = (text: string): text is ErrorCode => Object.hasOwn(catalogue, text);
