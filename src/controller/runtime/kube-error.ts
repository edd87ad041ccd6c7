/**
 * What went wrong between us and the API server, in one shape: its own `Status` documents, answers of proxies before it, and
 * connections that failed.
 * @module
 */

export interface KubeErrorDetails {
  /** HTTP status; 0 where no answer came. */
  readonly status: number;
  /** The machine-readable word of the answer, for example `NotFound`; for status 0 a word of our own. */
  readonly reason: string;
  /** How long the API server asked us to wait. */
  readonly retryAfterMs?: number;
  readonly cause?: unknown;
}

/** Answers after which the same request may succeed. 401 is among them: credentials are read afresh for each request. */
const RETRYABLE: ReadonlySet<number> = new Set([0, 401, 408, 429, 500, 502, 503, 504]);

/** etcd refuses more than 1.5 MiB a request with a 500, gRPC below it 2 MiB likewise; the API server says 413 from 3 MiB on. */
const TOO_LARGE =
  /request is too large|trying to send message larger than max|too long: may not be more than|too long: must have at most/i;

export class KubeError extends Error {
  override readonly name = 'KubeError';
  readonly status: number;
  readonly reason: string;
  readonly retryAfterMs?: number;

  constructor(message: string, { status, reason, retryAfterMs, cause }: KubeErrorDetails) {
    super(message, cause === undefined ? undefined : { cause });
    this.status = status;
    this.reason = reason;
    if (retryAfterMs !== undefined) this.retryAfterMs = retryAfterMs;
  }

  /** True where the same request may succeed later without anyone doing something first. */
  get isRetryable(): boolean {
    return RETRYABLE.has(this.status) && !isTooLarge(this);
  }
}

const hasStatus = (error: unknown, status: number): error is KubeError =>
  error instanceof KubeError && error.status === status;

export const isNotFound = (error: unknown): boolean => hasStatus(error, 404);

/** The object breaks a rule of its schema: sending it again cannot help. */
export const isInvalid = (error: unknown): boolean => hasStatus(error, 422);

/** Something of that name is there already. */
export const isAlreadyExists = (error: unknown): boolean => hasStatus(error, 409) && error.reason === 'AlreadyExists';

/** The object changed since the version that the request was based on, or a precondition does not hold. */
export const isConflict = (error: unknown): boolean => hasStatus(error, 409) && error.reason !== 'AlreadyExists';

/** The resource version or continue token is too old: list again. */
export const isGone = (error: unknown): boolean => hasStatus(error, 410);

/** The API server has not reached the resource version asked for, as after etcd was restored from a backup: list again. */
export const isAheadOfServer = (error: unknown): boolean =>
  hasStatus(error, 504) && /too large resource version/i.test(error.message);

/** The object is larger than the API server or etcd takes; sending it again cannot help. */
export const isTooLarge = (error: unknown): boolean =>
  hasStatus(error, 413) ||
  ((hasStatus(error, 422) || hasStatus(error, 500) || hasStatus(error, 400)) && TOO_LARGE.test(error.message));

interface Status {
  readonly kind?: unknown;
  readonly message?: unknown;
  readonly reason?: unknown;
  readonly code?: unknown;
  readonly details?: { readonly retryAfterSeconds?: unknown } | null;
}

const parseStatus = (body: string): Status => {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'Status' ? value : {};
  } catch {
    return {};
  }
};

const textOr = (value: unknown, fallback: string): string => (typeof value === 'string' && value ? value : fallback);

const positiveMs = (seconds: unknown): number | undefined => {
  const value = Number(seconds ?? Number.NaN);
  return value > 0 ? Math.ceil(value * 1000) : undefined;
};

export interface Answer {
  readonly status: number;
  /** The text of the body, a `Status` document or not. */
  readonly body: string;
  /** The header, in seconds as the API server sends it. */
  readonly retryAfter?: string;
}

/** @param request what was asked, for people: method and path, no query */
export const errorOfAnswer = (request: string, { status, body, retryAfter }: Answer): KubeError => {
  const document = parseStatus(body);
  const reason = textOr(document.reason, `HTTP${status}`);
  const retryAfterMs = positiveMs(retryAfter) ?? positiveMs(document.details?.retryAfterSeconds);
  return new KubeError(`${request}: ${status} ${textOr(document.message, reason)}`, {
    status,
    reason,
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  });
};

/** The `Status` object of an `ERROR` event in a watch. */
export const errorOfStatus = (request: string, object: unknown): KubeError => {
  const { code } = (object ?? {}) as Status;
  return errorOfAnswer(request, {
    status: typeof code === 'number' ? code : 500,
    body: JSON.stringify({ kind: 'Status', ...(object as object | null | undefined) }),
  });
};

const codeOf = (error: unknown): string => {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : 'NetworkError';
};

/** What kept an answer from coming; a `KubeError` stays as it is. */
export const errorOfNetwork = (request: string, error: unknown): KubeError => {
  if (error instanceof KubeError) return error;
  const reason = codeOf(error);
  return new KubeError(`${request}: no answer (${reason})`, { status: 0, reason, cause: error });
};
