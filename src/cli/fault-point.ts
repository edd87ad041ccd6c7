/**
 * For tests of crashes: ends this process with SIGKILL right after one of its effects on the outside world, before it learns of it.
 * What is passed down is one plain function behind the interfaces that are there anyway; without the environment variable there is no
 * such function, and nothing is wrapped.
 *
 * `CALLSCRIBE_FAULT_POINT="PUT configmaps 2"` ends it after the second write of a ConfigMap; `none` only tells of each effect on stderr.
 * @module
 */
import { writeSync } from 'node:fs';
import type { Dispatcher } from 'undici';
import type { KubeClient } from '../controller/runtime/kube-client.ts';

/** Called after each effect; does not return where the process ends there. */
export type AfterEffect = (effect: string) => void;

const STDERR = 2;

/** Undefined, and without any cost, where no fault is asked for. */
export const readFaultPoint = ({ CALLSCRIBE_FAULT_POINT: wanted }: NodeJS.ProcessEnv): AfterEffect | undefined => {
  if (!wanted) return undefined;
  const counts = new Map<string, number>();
  return (effect) => {
    const count = (counts.get(effect) ?? 0) + 1;
    counts.set(effect, count);
    const point = `${effect} ${count}`;
    writeSync(STDERR, `${JSON.stringify({ msg: 'fault point', point })}\n`);
    if (point === wanted) process.kill(process.pid, 'SIGKILL');
  };
};

/** `/apis/callscribe.dev/v1alpha1/namespaces/a/transcriptionruns/b/status` is `transcriptionruns/status`. */
const resourceOf = (path: string): string => {
  const [resource = '', , subresource] = path
    .replace(/^\/(?:api|apis\/[^/]+)\/[^/]+\/(?:namespaces\/[^/]+\/)?/, '')
    .split('/');
  return subresource ? `${resource}/${subresource}` : resource;
};

/** A client that tells of each write after the API server has answered. */
export const withFaultPoints = (kube: KubeClient, afterEffect: AfterEffect): KubeClient => {
  const told = async <T>(effect: string, path: string, answer: Promise<T>): Promise<T> => {
    const value = await answer;
    afterEffect(`${effect} ${resourceOf(path)}`);
    return value;
  };
  return {
    get: kube.get.bind(kube),
    list: kube.list.bind(kube),
    watch: kube.watch.bind(kube),
    close: kube.close.bind(kube),
    create: (path, ...rest) => told('POST', path, kube.create(path, ...rest)),
    replace: (path, ...rest) => told('PUT', path, kube.replace(path, ...rest)),
    patch: (path, ...rest) => told('PATCH', path, kube.patch(path, ...rest)),
    delete: (path, ...rest) => told('DELETE', path, kube.delete(path, ...rest)),
  };
};

/** `/recordings/6f1c…/0.wav?Signature=…` is `/recordings/…`: what varies from call to call is left out. */
const routeOf = (path: string): string =>
  (path.split('?')[0] ?? '')
    .split('/')
    .map((part) => (/\d/.test(part) && !/^v\d+$/.test(part) ? '…' : part))
    .join('/');

type Handler = Dispatcher.DispatchHandler;
type Args<K extends keyof Handler> = Parameters<NonNullable<Handler[K]>>;

/** Passes everything on, and tells of the end of the answer before it does. */
class ToldHandler implements Handler {
  readonly #handler: Handler;
  readonly #tell: () => void;

  constructor(handler: Handler, tell: () => void) {
    this.#handler = handler;
    this.#tell = tell;
  }

  onRequestStart(...args: Args<'onRequestStart'>): void {
    this.#handler.onRequestStart?.(...args);
  }

  onResponseStart(...args: Args<'onResponseStart'>): void {
    this.#handler.onResponseStart?.(...args);
  }

  onResponseData(...args: Args<'onResponseData'>): void {
    this.#handler.onResponseData?.(...args);
  }

  onResponseEnd(...args: Args<'onResponseEnd'>): void {
    this.#tell();
    this.#handler.onResponseEnd?.(...args);
  }

  onResponseError(...args: Args<'onResponseError'>): void {
    this.#handler.onResponseError?.(...args);
  }
}

/** An interceptor for undici that tells of each exchange when its answer is complete. */
export const faultPointInterceptor =
  (afterEffect: AfterEffect): Dispatcher.DispatcherComposeInterceptor =>
  (dispatch) =>
  (options, handler) =>
    dispatch(options, new ToldHandler(handler, () => afterEffect(`${options.method} ${routeOf(options.path)}`)));
