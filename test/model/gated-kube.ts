/**
 * A client whose writes wait to be granted, for processes that a test takes through their steps.
 * @module
 */
import type { StoredObject } from '../../src/controller/ledger/store.ts';
import type { KubeClient } from '../../src/controller/runtime/kube-client.ts';
import type { Attempt } from './protocol.ts';

/** One process. */
export interface Life {
  readonly id: number;
  /** What it waits for, by what it is. */
  readonly waiting: Map<string, Waiting>;
  /** What it knows of each object: how it was when it last read or wrote it. That and `sent` decide what it does next. */
  readonly known: Map<string, StoredObject>;
  readonly sent: Attempt[];
  isOver: boolean;
}

interface Waiting {
  readonly body: unknown;
  readonly grant: () => void;
}

/** Waits until the step of that name is granted. */
export const gate = ({ waiting }: Life, what: string, body?: unknown): Promise<void> =>
  new Promise((grant) => {
    waiting.set(what, { body, grant });
  });

const shortOf = (path: string): string => path.split('/').slice(6).join('/');

/** What there is to know of an object, but for the number of its version. */
export const contentOf = (value: unknown): string =>
  JSON.stringify(value, (key, inner: unknown) => (key === 'resourceVersion' ? undefined : inner)) ?? '';

/** Writes wait to be granted, and so does the list with which a process begins; what else it reads is its own. */
export const gatedKube = (kube: KubeClient, life: Life): KubeClient => {
  const { known } = life;
  const learn = <T>(object: T): T => {
    const { metadata } = object as StoredObject;
    known.set(metadata.name, object as StoredObject);
    return object;
  };
  return {
    get: async (path, ...rest) => learn(await kube.get(path, ...rest)),
    list: async (path, ...rest) => {
      if (path.endsWith('/configmaps')) await gate(life, 'list');
      const answer = await kube.list<never>(path, ...rest);
      answer.items.forEach(learn);
      return answer;
    },
    create: async (path, body, ...rest) => {
      await gate(life, `create ${(body as StoredObject).metadata.name}`, body);
      return learn(await kube.create(path, body, ...rest));
    },
    replace: async (path, body, ...rest) => {
      await gate(life, `replace ${shortOf(path)}`, body);
      return learn(await kube.replace(path, body, ...rest));
    },
    delete: async (path, ...rest) => {
      await gate(life, `delete ${shortOf(path)}`);
      await kube.delete(path, ...rest);
      known.delete(shortOf(path));
    },
    patch: (...rest) => kube.patch(...rest),
    watch: (...rest) => kube.watch(...rest),
    close: () => kube.close(),
  };
};
