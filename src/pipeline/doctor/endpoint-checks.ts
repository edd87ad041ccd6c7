/**
 * Looks whether the speech service and the destinations answer. No audio and no transcript is sent, so nothing is paid for.
 * @module
 */
import type { Dispatcher } from 'undici';
import { exchange } from '../http/exchange.ts';
import { redactToOrigin } from '../http/redact.ts';
import type { Endpoint } from '../transcribe/provider.ts';
import { CallscribeError } from '../../errors.ts';
import { failed, pass } from './finding.ts';
import type { Finding } from './finding.ts';

export interface EndpointCheck {
  readonly check: string;
  readonly endpoint: Endpoint;
  readonly dispatcher: Dispatcher;
  readonly signal: AbortSignal;
}

const TIMEOUT_MS = 15_000;

/** A GET: services that want a POST say so, and that is an answer. */
export const checkEndpoint = async ({ check, endpoint, dispatcher, signal }: EndpointCheck): Promise<Finding> => {
  const { url, apiKey } = endpoint;
  const origin = redactToOrigin(url);
  const headers: Record<string, string> = apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` };
  const refusal = (what: string): Finding => ({
    check,
    verdict: 'fail',
    detail: `${origin} ${what}`,
    remedy: 'Check url and apiKey in the Secret, and that the service is up.',
  });
  try {
    const { status } = await exchange({ dispatcher, method: 'GET', url, headers, timeoutMs: TIMEOUT_MS, signal });
    if (status === 401 || status === 403) return refusal(`refuses the key with ${status}`);
    if (status >= 500) return refusal(`answers with ${status}`);
    return pass(check, `${origin} answers`);
  } catch (error) {
    signal.throwIfAborted();
    return error instanceof CallscribeError ? failed(check, error) : refusal('does not answer');
  }
};
