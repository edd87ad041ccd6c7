/**
 * An answer that is no transcript.
 * @module
 */

export interface RefusalOptions {
  readonly headers?: Readonly<Record<string, string>>;
  /** What went wrong here, for the log; the client is not told. */
  readonly cause?: Error;
}

/** Ends a request with a status and a JSON body; the message goes to the client. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly status: number;
  /** For programs, stable: `malformed`, `queue_full`, … */
  readonly code: string;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, code: string, message: string, { headers = {}, cause }: RefusalOptions = {}) {
    super(message, { cause });
    this.status = status;
    this.code = code;
    this.headers = headers;
  }
}
