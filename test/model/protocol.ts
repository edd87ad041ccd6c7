/**
 * The protocol of the ledger as a small state model: what leaders may do to its shards and to the speech service, one atomic step at
 * a time. Pure. A leader may be frozen before any step, for any time, so any other one may run between two steps of it; and it may end.
 *
 * Small on purpose: a shard is full with one attempt in it, and two closed shards are merged. So two recordings lead through every rule.
 * @module
 */

/** `a1`: the first attempt at recording `a`. */
export type Attempt = `${RecordingName}${number}`;
export type RecordingName = 'a' | 'b';
/** `a1 paid` or `a1 unknown`. */
export type ModelRow = `${Attempt} ${'paid' | 'unknown'}`;

export interface ModelShard {
  readonly version: number;
  readonly open: readonly Attempt[];
  readonly rows: readonly ModelRow[];
  /** Shards whose rows are copied into this one. */
  readonly holds: readonly number[];
}

export type Shards = Readonly<Record<number, ModelShard>>;

type Write =
  | { readonly kind: 'Create' | 'Replace'; readonly index: number; readonly shard: ModelShard }
  | { readonly kind: 'Delete'; readonly index: number };

/** `Want…`: not yet asked of the writer. `…ing`: in the write that is under way. */
type Worker = 'WantReserve' | 'Reserving' | 'Reserved' | 'WantSettle' | 'Settling' | 'Done' | 'OutOfBudget';

export interface Leader {
  readonly id: number;
  readonly phase: 'Listing' | 'TakingOver' | 'Leading';
  /** What it believes the ledger to be, with the versions that it has seen. */
  readonly mine: Shards;
  /** Writes that it has decided on, in order. */
  readonly todo: readonly Write[];
  readonly workers: Readonly<Record<RecordingName, Worker>>;
  readonly attempts: Readonly<Record<RecordingName, number>>;
}

export interface ModelState {
  readonly shards: Shards;
  /** What the speech service received: all of this may be billed. */
  readonly sent: readonly Attempt[];
  readonly leaders: readonly Leader[];
  /** Leaders that there were. */
  readonly lives: number;
  /** Writes that there were; the version of a shard is the number of its last one. */
  readonly writes: number;
  /** The last one that finished taking over. */
  readonly owner: number;
}

/** Rules that can be broken, to see that the model notices. */
export interface Rules {
  readonly reserveBeforeSending: boolean;
  readonly settleInOneWrite: boolean;
  readonly stampEveryShard: boolean;
  readonly createShardsEmpty: boolean;
  readonly noteBeforeDeleting: boolean;
  readonly countUnknown: boolean;
}

export const RULES: Rules = {
  reserveBeforeSending: true,
  settleInOneWrite: true,
  stampEveryShard: true,
  createShardsEmpty: true,
  noteBeforeDeleting: true,
  countUnknown: true,
};

export interface Scope {
  readonly rules: Rules;
  readonly recordings: readonly RecordingName[];
  /** Leaders over time; at most two of them at once. */
  readonly lives: number;
  /** In attempts: each costs one. */
  readonly budget: number;
}

export interface Step {
  readonly name: string;
  /** The leader that took it; 0 where it is not a leader's. */
  readonly by: number;
  /** Attempts whose reservation became durable with it. */
  readonly reserved: readonly Attempt[];
  readonly state: ModelState;
}

export const initial: ModelState = { shards: {}, sent: [], leaders: [], lives: 0, writes: 0, owner: 0 };

const EMPTY: ModelShard = { version: 0, open: [], rows: [], holds: [] };
const isFull = ({ open, rows }: ModelShard): boolean => open.length + rows.length > 0;
const indices = (shards: Shards): number[] => Object.keys(shards).map(Number);
const lastOf = (shards: Shards): number => Math.max(-1, ...indices(shards));

const without = (shards: Shards, index: number): Shards =>
  Object.fromEntries(Object.entries(shards).filter(([key]) => Number(key) !== index));

/** The shards without those that another one holds a copy of. */
export const deduplicated = (shards: Shards): Shards => {
  const held = new Set(Object.values(shards).flatMap(({ holds }) => holds));
  return Object.fromEntries(Object.entries(shards).filter(([key]) => !held.has(Number(key))));
};

export const rowsOf = (shards: Shards): readonly ModelRow[] => Object.values(shards).flatMap(({ rows }) => rows);
export const openOf = (shards: Shards): readonly Attempt[] => Object.values(shards).flatMap(({ open }) => open);

const recovered = (shard: ModelShard): ModelShard => ({
  ...shard,
  open: [],
  rows: [...shard.rows, ...shard.open.map((attempt): ModelRow => `${attempt} unknown`)],
});

/** What a leader does that has just listed the shards. */
const takeOverOf = (listed: Shards, { rules }: Scope): Pick<Leader, 'mine' | 'todo'> => {
  const kept = deduplicated(listed);
  const leftovers = indices(listed).filter((index) => !(index in kept));
  const mine: Record<number, ModelShard> = Object.fromEntries(
    Object.entries(kept).map(([index, shard]) => [index, recovered(shard)]),
  );
  const last = lastOf(mine);
  const stamps = indices(mine).filter(
    (index) => rules.stampEveryShard || index === last || (kept[index]?.open.length ?? 0) > 0,
  );
  if (last < 0) mine[0] = EMPTY;
  return {
    mine,
    todo: [
      ...leftovers.map((index): Write => ({ kind: 'Delete', index })),
      ...stamps.map((index): Write => ({ kind: 'Replace', index, shard: mine[index] ?? EMPTY })),
      ...(last < 0 ? [{ kind: 'Create', index: 0, shard: EMPTY } as const] : []),
    ],
  };
};

/** A leader begins to work: what has an outcome is done, everything else gets its next attempt. */
const employed = (leader: Leader, { recordings }: Scope): Leader => {
  const rows = rowsOf(leader.mine);
  const attemptsAt = (name: RecordingName): number => rows.filter((row) => row.startsWith(name)).length;
  const isPaid = (name: RecordingName): boolean => rows.some((row) => row.startsWith(name) && row.endsWith('paid'));
  const stateOf = (name: RecordingName): Worker =>
    !recordings.includes(name) || isPaid(name) ? 'Done' : 'WantReserve';
  return {
    ...leader,
    phase: 'Leading',
    workers: { a: stateOf('a'), b: stateOf('b') },
    attempts: { a: attemptsAt('a') + 1, b: attemptsAt('b') + 1 },
  };
};

const attemptOf = ({ attempts }: Leader, name: RecordingName): Attempt => `${name}${attempts[name]}`;

const withWorkers = (
  leader: Leader,
  change: (worker: Worker, name: RecordingName) => Worker,
  names: readonly RecordingName[] = ['a', 'b'],
): Leader => ({
  ...leader,
  workers: {
    a: names.includes('a') ? change(leader.workers.a, 'a') : leader.workers.a,
    b: names.includes('b') ? change(leader.workers.b, 'b') : leader.workers.b,
  },
});

const AFTER_WRITE: Readonly<Partial<Record<Worker, Worker>>> = { Reserving: 'Reserved', Settling: 'Done' };

/** All writes of a leader are done: it leads, or its workers go on. */
const afterTodo = (leader: Leader, scope: Scope): Leader => {
  if (leader.todo.length > 0) return leader;
  if (leader.phase === 'TakingOver') return employed(leader, scope);
  return withWorkers(leader, (worker) => AFTER_WRITE[worker] ?? worker);
};

/** How the ledger looks with what some workers want; a settlement goes where its reservation is. */
const applied = (leader: Leader, names: readonly RecordingName[]): { shards: Shards; touched: readonly number[] } => {
  const shards: Record<number, ModelShard> = { ...leader.mine };
  const touched = new Set<number>();
  const put = (index: number, change: (shard: ModelShard) => ModelShard): void => {
    shards[index] = change(shards[index] ?? EMPTY);
    touched.add(index);
  };
  for (const name of names) {
    const attempt = attemptOf(leader, name);
    if (leader.workers[name] === 'WantReserve') {
      const last = lastOf(shards);
      put(isFull(shards[last] ?? EMPTY) ? last + 1 : last, (shard) => ({ ...shard, open: [...shard.open, attempt] }));
    } else {
      const place = indices(shards).find((index) => shards[index]?.open.includes(attempt)) ?? 0;
      put(place, (shard) => ({
        ...shard,
        open: shard.open.filter((other) => other !== attempt),
        rows: [...shard.rows, `${attempt} paid`],
      }));
    }
  }
  return { shards, touched: [...touched] };
};

/**
 * A new shard is created empty, and used only after a write to the shard before it has shown that nobody took over: a creation
 * names no version, so nothing else would stop a leader that was frozen just before it.
 */
const writesOf = ({ mine }: Leader, shards: Shards, touched: readonly number[], { rules }: Scope): Write[] => {
  const created = touched.filter((index) => !(index in mine));
  const before = rules.createShardsEmpty ? created.map((index) => index - 1) : [];
  const order = [...new Set([...touched, ...before])].toSorted((a, b) => a - b);
  const changes = order.flatMap((index): Write[] => {
    const shard = shards[index] ?? EMPTY;
    const kind = index in mine || rules.createShardsEmpty ? 'Replace' : 'Create';
    const isSettlement = shard.rows.length > (mine[index]?.rows.length ?? 0);
    if (rules.settleInOneWrite || !isSettlement) return [{ kind, index, shard }];
    return [
      { kind, index, shard: { ...shard, rows: mine[index]?.rows ?? [] } },
      { kind: 'Replace', index, shard },
    ];
  });
  const creations = created.map((index): Write => ({ kind: 'Create', index, shard: EMPTY }));
  return rules.createShardsEmpty ? [...creations, ...changes] : changes;
};

const isWanting = (worker: Worker): boolean => worker === 'WantReserve' || worker === 'WantSettle';

/** Attempts that count against the budget, as this leader sees it. */
const spentOf = (leader: Leader, { rules }: Scope): number => {
  const rows = rowsOf(leader.mine).filter((row) => rules.countUnknown || row.endsWith('paid'));
  const reserving = Object.values(leader.workers).filter((worker) => worker === 'Reserving').length;
  return rows.length + new Set(openOf(leader.mine)).size + reserving;
};

const subsetsOf = (names: readonly RecordingName[]): (readonly RecordingName[])[] =>
  names.length === 2 ? [names, ...names.map((name) => [name])] : names.map((name) => [name]);

/** The writer takes up what some of the workers want. */
const commits = (leader: Leader, scope: Scope): Leader[] => {
  const wanting = scope.recordings.filter((name) => isWanting(leader.workers[name]));
  return subsetsOf(wanting).map((names) => {
    const room = scope.budget - spentOf(leader, scope);
    const reserving = names.filter((name) => leader.workers[name] === 'WantReserve');
    const refused = new Set(reserving.slice(Math.max(0, room)));
    const taken = names.filter((name) => !refused.has(name));
    const { shards, touched } = applied(leader, taken);
    const next = withWorkers(leader, (worker, name) => {
      if (refused.has(name)) return 'OutOfBudget';
      if (!taken.includes(name)) return worker;
      return worker === 'WantReserve' ? 'Reserving' : 'Settling';
    });
    return { ...next, todo: writesOf(leader, shards, touched, scope) };
  });
};

/** Closed shards are merged: the copy with its note first, then the originals are deleted. */
const merges = (leader: Leader, { rules }: Scope): Leader[] => {
  const last = lastOf(leader.mine);
  const closed = indices(leader.mine).filter((index) => index !== last && leader.mine[index]?.open.length === 0);
  const [first, ...others] = closed;
  if (first === undefined || others.length === 0) return [];
  const from = [first, ...others].map((index) => leader.mine[index] ?? EMPTY);
  const copy: Write = {
    kind: 'Replace',
    index: first,
    shard: {
      ...(from[0] ?? EMPTY),
      rows: from.flatMap(({ rows }) => rows),
      holds: rules.noteBeforeDeleting ? [...(from[0]?.holds ?? []), ...others] : [],
    },
  };
  return [{ ...leader, todo: [copy, ...others.map((index): Write => ({ kind: 'Delete', index }))] }];
};

const replaced = (state: ModelState, leader: Leader): ModelState => ({
  ...state,
  leaders: state.leaders.map((other) => (other.id === leader.id ? leader : other)),
});

/** Whether the API server lets a write pass: it names the version that the leader has seen. */
const passes = ({ shards }: ModelState, { mine }: Leader, { kind, index }: Write): boolean => {
  if (kind === 'Create') return !(index in shards);
  // Deleting what another one has deleted is no error.
  if (kind === 'Delete' && !(index in shards)) return true;
  return shards[index]?.version === mine[index]?.version;
};

const written = (state: ModelState, leader: Leader, scope: Scope): Step => {
  const [write, ...todo] = leader.todo;
  if (!write) throw new Error('nothing is to be written');
  const name = `${leader.id}: ${write.kind} ${write.index}`;
  if (!passes(state, leader, write)) {
    // It is fenced: it stops, and may come back as another one.
    const leaders = state.leaders.filter((other) => other !== leader);
    return { name: `${name}, refused`, by: leader.id, reserved: [], state: { ...state, leaders } };
  }
  const { index } = write;
  const before = state.shards[index]?.open ?? [];
  const writes = state.writes + 1;
  const shard = write.kind === 'Delete' ? undefined : { ...write.shard, version: writes };
  const put = (shards: Shards): Shards => (shard ? { ...shards, [index]: shard } : without(shards, index));
  // What a frozen leader knows of a shard that it has not come to yet stays as it is.
  const next = afterTodo({ ...leader, mine: put(leader.mine), todo }, scope);
  const owner = leader.phase === 'TakingOver' && next.phase === 'Leading' ? leader.id : state.owner;
  return {
    name,
    by: leader.id,
    reserved: shard?.open.filter((attempt) => !before.includes(attempt)) ?? [],
    state: { ...replaced(state, next), shards: put(state.shards), writes, owner },
  };
};

const stepsOf = (state: ModelState, leader: Leader, scope: Scope): Step[] => {
  const { id } = leader;
  const step = (name: string, next: Leader, more: Partial<ModelState> = {}): Step => ({
    name: `${id}: ${name}`,
    by: id,
    reserved: [],
    state: { ...replaced(state, next), ...more },
  });
  if (leader.phase === 'Listing')
    return [step('list', { ...leader, phase: 'TakingOver', ...takeOverOf(state.shards, scope) })];
  const send = scope.recordings.flatMap((name) => {
    const may =
      leader.workers[name] === 'Reserved' ||
      (!scope.rules.reserveBeforeSending && leader.workers[name] === 'WantReserve');
    if (!may) return [];
    const attempt = attemptOf(leader, name);
    const next = withWorkers(leader, () => 'WantSettle', [name]);
    return [step(`send ${attempt}`, next, { sent: [...state.sent, attempt].toSorted() })];
  });
  if (leader.todo.length > 0) return [written(state, leader, scope), ...send];
  if (leader.phase === 'TakingOver') throw new Error('a take-over always writes');
  return [
    ...send,
    ...commits(leader, scope).map((next) => step('commit', afterTodo(next, scope))),
    ...merges(leader, scope).map((next) => step('merge', next)),
  ];
};

/** Everything that may happen next. */
export const steps = (state: ModelState, scope: Scope): readonly Step[] => {
  const begins = state.lives < scope.lives && state.leaders.length < 2;
  const id = state.lives + 1;
  const workers = { a: 'Done', b: 'Done' } as const;
  const leader: Leader = { id, phase: 'Listing', mine: {}, todo: [], workers, attempts: { a: 0, b: 0 } };
  return [
    ...(begins
      ? [
          {
            name: `${id}: start`,
            by: 0,
            reserved: [],
            state: { ...state, lives: id, leaders: [...state.leaders, leader] },
          },
        ]
      : []),
    ...state.leaders.map((ended): Step => ({
      name: `${ended.id}: end`,
      by: 0,
      reserved: [],
      state: { ...state, leaders: state.leaders.filter((other) => other !== ended) },
    })),
    ...state.leaders.flatMap((each) => stepsOf(state, each, scope)),
  ];
};
