/**
 * Objects in memory behind the client's interface, with the API server's rules for versions: a create meets what is there, a
 * replace or a deletion of an older version is refused.
 * @module
 */
import type { CallOptions, KubeClient } from '../../src/controller/runtime/kube-client.ts';
import { KubeError } from '../../src/controller/runtime/kube-error.ts';
import { patched } from '../crd/manifest.ts';

export interface StoredObject {
  readonly metadata: {
    readonly name: string;
    readonly uid?: string;
    readonly resourceVersion?: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
}

export interface MemoryKube {
  readonly kube: KubeClient;
  /** By path. */
  readonly objects: Map<string, StoredObject>;
  /** `METHOD path` of each request. */
  readonly calls: string[];
  /** Each request passes through here first; it may throw or wait. */
  intercept: (call: string, signal: AbortSignal | undefined) => Promise<void>;
}

const refuse = (status: number, reason: string): never => {
  throw new KubeError(reason, { status, reason });
};

const unused = (): never => {
  throw new Error('this fake does not do that');
};

export const memoryKube = (): MemoryKube => {
  const objects = new Map<string, StoredObject>();
  const calls: string[] = [];
  let version = 0;
  const memory = { objects, calls, intercept: (): Promise<void> => Promise.resolve() } as Omit<MemoryKube, 'kube'> & {
    kube?: KubeClient;
  };

  const enter = async (method: string, path: string, options: CallOptions = {}): Promise<void> => {
    calls.push(`${method} ${path}`);
    await memory.intercept(`${method} ${path}`, options.signal);
    options.signal?.throwIfAborted();
  };
  const store = <T>(path: string, object: StoredObject): T => {
    version += 1;
    const stored = { ...object, metadata: { ...object.metadata, resourceVersion: String(version) } };
    objects.set(path, stored);
    return structuredClone(stored) as T;
  };
  const existing = (path: string): StoredObject => objects.get(path) ?? refuse(404, 'NotFound');

  const kube: KubeClient = {
    get: async <T>(path: string, options?: CallOptions): Promise<T> => {
      await enter('GET', path, options);
      return structuredClone(existing(path)) as T;
    },
    create: async <T>(path: string, body: object, options?: CallOptions): Promise<T> => {
      await enter('POST', path, options);
      const object = body as StoredObject;
      const own = `${path}/${object.metadata.name}`;
      if (objects.has(own)) refuse(409, 'AlreadyExists');
      return store<T>(own, object);
    },
    replace: async <T>(path: string, body: object, options?: CallOptions): Promise<T> => {
      await enter('PUT', path, options);
      const object = body as StoredObject;
      if (existing(path).metadata.resourceVersion !== object.metadata.resourceVersion) refuse(409, 'Conflict');
      return store<T>(path, object);
    },
    patch: async <T>(path: string, mergePatch: object, options?: CallOptions): Promise<T> => {
      await enter('PATCH', path, options);
      // As the API server has it: a status is an object's only where its path says so, and of what a patch names it is the version
      // that counts. Another UID is ignored for custom resources.
      const own = path.replace(/\/status$/, '');
      const { resourceVersion } = (mergePatch as Partial<StoredObject>).metadata ?? {};
      if ((resourceVersion ?? existing(own).metadata.resourceVersion) !== existing(own).metadata.resourceVersion)
        refuse(409, 'Conflict');
      return store<T>(own, patched(existing(own), mergePatch) as StoredObject);
    },
    delete: async (path, options) => {
      await enter('DELETE', path, options);
      const { metadata } = existing(path);
      const { resourceVersion = metadata.resourceVersion, uid = metadata.uid } = options?.preconditions ?? {};
      if (metadata.resourceVersion !== resourceVersion || metadata.uid !== uid) refuse(409, 'Conflict');
      objects.delete(path);
    },
    list: async <T>(path: string, { labelSelector = '' }: Readonly<Record<string, string>>, options?: CallOptions) => {
      await enter('GET', path, options);
      const wanted = labelSelector.split(',').filter(Boolean);
      const isWanted = ({ metadata: { labels = {} } }: StoredObject): boolean =>
        wanted.every((term) => labels[term.split('=')[0] ?? ''] === term.split('=')[1]);
      const items = [...objects]
        .filter(([own]) => own.startsWith(`${path}/`) && !own.slice(path.length + 1).includes('/'))
        .flatMap(([, object]) => (isWanted(object) ? [structuredClone(object) as T] : []));
      return { items, metadata: { resourceVersion: String(version) } };
    },
    watch: unused,
    close: async () => {},
  };
  return Object.assign(memory, { kube });
};
