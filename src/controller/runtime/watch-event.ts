/**
 * The lines of a watch as events.
 * @module
 */
import { errorOfStatus, KubeError } from './kube-error.ts';

export interface WatchEvent<T = unknown> {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK';
  readonly object: T;
}

const TYPES: ReadonlySet<unknown> = new Set<WatchEvent['type']>(['ADDED', 'MODIFIED', 'DELETED', 'BOOKMARK']);

const parseLine = (line: string, request: string): { readonly type?: unknown; readonly object?: unknown } => {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value === 'object' && value !== null) return value;
  } catch {
    // The text may hold a whole object, so it is not shown.
  }
  throw new KubeError(`${request}: not an event`, { status: 0, reason: 'Malformed' });
};

/**
 * One line as an event; undefined for a type that a later version of the protocol may add.
 * @throws KubeError what an `ERROR` event says, for example 410: nothing useful follows it in the stream
 */
export const parseEvent = <T>(line: string, request: string): WatchEvent<T> | undefined => {
  const { type, object } = parseLine(line, request);
  if (type === 'ERROR') throw errorOfStatus(request, object);
  return TYPES.has(type) && typeof object === 'object' && object !== null
    ? ({ type, object } as WatchEvent<T>)
    : undefined;
};
