/**
 * What the runs of each namespace have transcribed. The reports of a namespace are read when the first run of it is begun; from
 * then on everything is known from memory, because one process, the leader, works on all of them. Forgotten when the last one ends.
 * @module
 */
import type { Clock } from '../../clock.ts';
import { type Claims, createClaims, type RunClaims } from '../../pipeline/claims/claims.ts';
import type { RunIdentity } from '../../pipeline/plan.ts';
import { parseCsv } from '../../pipeline/settle/csv.ts';
import type { KubeClient } from '../runtime/kube-client.ts';
import { listAll } from '../runtime/list-all.ts';
import { resourcePath } from '../runtime/resource-path.ts';
import { insist } from './insist.ts';
import { KEPT, RETENTION_LABEL, RUN_ANNOTATION, RUN_LABEL, RUN_UID_LABEL } from './store.ts';

export interface JoinOptions {
  readonly redo: boolean;
  /** The report outlives the run. */
  readonly kept: boolean;
}

export interface NamespaceClaims {
  /**
   * The claims of a run that is begun; it leaves when it closes them.
   * @throws KubeError where the reports cannot be read
   */
  join(run: RunIdentity, options: JoinOptions): Promise<RunClaims>;
  /** A run is gone, and its report with it unless that is kept. */
  readonly gone: (run: Pick<RunIdentity, 'namespace' | 'name'>) => void;
}

interface ReportObject {
  readonly metadata: {
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly data?: Readonly<Record<string, string>>;
}

interface Known {
  readonly name: string;
  readonly kept: boolean;
}

interface Place {
  readonly claims: Claims;
  readonly runs: Map<string, Known>;
  readonly read: Promise<void>;
  users: number;
}

const PAGE_SIZE = 25;

/** Learns what one object of a report says. One that cannot be read is the trouble of its own run. */
const learn = ({ claims, runs }: Pick<Place, 'claims' | 'runs'>, { metadata, data }: ReportObject): boolean => {
  const { labels = {}, annotations = {} } = metadata;
  const [uid, csv] = [labels[RUN_UID_LABEL], data?.['report.csv']];
  if (uid === undefined || csv === undefined) return true;
  const name = annotations[RUN_ANNOTATION] ?? labels[RUN_LABEL] ?? uid;
  try {
    claims.learn({ run: name, uid }, parseCsv(csv).rows);
    runs.set(uid, { name, kept: labels[RETENTION_LABEL] === KEPT });
    return true;
  } catch {
    return false;
  }
};

export interface NamespaceClaimsOptions {
  readonly kube: KubeClient;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Told of reports that could not be read. */
  readonly onUnreadable: (namespace: string, reports: number) => void;
}

export const createNamespaceClaims = (options: NamespaceClaimsOptions): NamespaceClaims => {
  const { kube, clock, signal, onUnreadable } = options;
  const places = new Map<string, Place>();

  const readAll = async (namespace: string, place: Pick<Place, 'claims' | 'runs'>): Promise<void> => {
    const path = resourcePath({ group: '', version: 'v1', plural: 'configmaps', namespace });
    const { items } = await insist({ clock, signal }, () =>
      listAll<ReportObject>(kube, path, { pageSize: PAGE_SIZE, signal, labelSelector: RUN_UID_LABEL }),
    );
    const unreadable = items.filter((item) => !learn(place, item)).length;
    if (unreadable > 0) onUnreadable(namespace, unreadable);
  };

  const open = (namespace: string): Place => {
    const known = places.get(namespace);
    if (known) return known;
    const base = { claims: createClaims(), runs: new Map<string, Known>() };
    const place: Place = { ...base, users: 0, read: readAll(namespace, base) };
    places.set(namespace, place);
    return place;
  };

  const leave = (namespace: string, place: Place): void => {
    place.users -= 1;
    if (place.users === 0 && places.get(namespace) === place) places.delete(namespace);
  };

  return {
    join: async ({ namespace, name, uid }, { redo, kept }) => {
      const place = open(namespace);
      place.users += 1;
      try {
        await place.read;
      } catch (error) {
        // The next run that is begun tries again.
        if (places.get(namespace) === place) places.delete(namespace);
        throw error;
      }
      place.runs.set(uid, { name, kept });
      const claims = place.claims.join({ run: name, uid }, { redo });
      let joined = true;
      return {
        ...claims,
        close: () => {
          claims.close();
          if (joined) leave(namespace, place);
          joined = false;
        },
      };
    },
    gone: ({ namespace, name }) => {
      const place = places.get(namespace);
      if (!place) return;
      for (const [uid, known] of place.runs) if (known.name === name && !known.kept) place.claims.forget(uid);
    },
  };
};
