/**
 * Explores every state of the model, breadth first, so that a violation comes with a shortest way to it.
 * @module
 */
import {
  deduplicated,
  initial,
  type ModelRow,
  type ModelShard,
  type ModelState,
  rowsOf,
  type Scope,
  type Step,
  steps,
} from './protocol.ts';

export interface Violation {
  readonly what: string;
  /** The names of the steps that lead to it. */
  readonly way: readonly string[];
}

interface Visited {
  readonly state: ModelState;
  /** Rows that were durable once. */
  readonly written: readonly ModelRow[];
  readonly from: string | undefined;
  readonly step: string;
}

const duplicateOf = <T>(items: readonly T[]): T | undefined => items.find((item, at) => items.indexOf(item) !== at);

/** What is wrong with a state; undefined where all is well. */
const wrongWith = ({ shards, sent }: ModelState, written: readonly ModelRow[], scope: Scope): string | undefined => {
  const seen = deduplicated(shards);
  const rows = rowsOf(seen);
  const open = Object.values(seen).flatMap((shard) => shard.open);
  const booked = new Set<string>([...open, ...rows.map((row) => row.split(' ')[0] ?? '')]);
  const silent = sent.find((attempt) => !booked.has(attempt));
  if (silent) return `${silent} was sent, and the ledger does not know of it`;
  const lost = written.find((row) => !rows.includes(row));
  if (lost) return `the row ${lost} is gone`;
  const twice = duplicateOf(rows) ?? duplicateOf(sent);
  if (twice) return `${twice} is there twice`;
  const both = open.find((attempt) => rows.some((row) => row.startsWith(`${attempt} `)));
  if (both) return `${both} is open though it has its row`;
  if (rows.length + open.length > scope.budget) return 'more than the budget is spent, reserved or unknown';
  return undefined;
};

/** What is wrong with a step from a state. */
const wrongStep = ({ owner }: ModelState, { by, reserved }: Step): string | undefined =>
  reserved.length > 0 && by !== owner
    ? `${reserved.join()} was reserved by ${by}, from whom ${owner} had taken over`
    : undefined;

const bare = ({ open, rows, holds }: ModelShard): object => ({ open, rows, holds });

/** Of versions it only matters whether a leader has seen the latest one: two states that differ in nothing else are one. */
const keyOf = ({ shards, leaders, sent, lives, owner }: ModelState, written: readonly ModelRow[]): string => {
  const seen = leaders.map(({ mine, todo, ...leader }) => [
    leader,
    todo.map((write) => ('shard' in write ? { ...write, shard: bare(write.shard) } : write)),
    Object.entries(mine).map(([index, shard]) => [
      index,
      bare(shard),
      shard.version === shards[Number(index)]?.version,
    ]),
  ]);
  return JSON.stringify([
    sent,
    lives,
    owner,
    Object.entries(shards).map(([index, shard]) => [index, bare(shard)]),
    seen,
    written,
  ]);
};

const wayTo = (visited: ReadonlyMap<string, Visited>, key: string | undefined): string[] => {
  const way: string[] = [];
  for (let at = key; at !== undefined; at = visited.get(at)?.from) way.unshift(visited.get(at)?.step ?? '');
  return way.filter(Boolean);
};

export interface Exploration {
  readonly states: number;
  readonly violation?: Violation;
}

/** Visits every reachable state; ends at the first violation. `visit` is called with each state. */
export const explore = (
  scope: Scope,
  visit: (state: ModelState, steps: readonly Step[]) => void = () => {},
): Exploration => {
  const visited = new Map<string, Visited>();
  const queue: string[] = [];
  const enter = (from: string | undefined, step: Step, before: readonly ModelRow[]): void => {
    const written = [...new Set([...before, ...rowsOf(step.state.shards)])].toSorted();
    const key = keyOf(step.state, written);
    if (visited.has(key)) return;
    visited.set(key, { state: step.state, written, from, step: step.name });
    queue.push(key);
  };
  enter(undefined, { name: '', by: 0, reserved: [], state: initial }, []);
  // The queue grows while it is gone through.
  for (const key of queue) {
    const { state, written } = visited.get(key) ?? { state: initial, written: [] };
    const next = steps(state, scope);
    visit(state, next);
    const what = wrongWith(state, written, scope) ?? next.map((step) => wrongStep(state, step)).find(Boolean);
    if (what) return { states: visited.size, violation: { what, way: wayTo(visited, key) } };
    for (const step of next) enter(key, step, written);
  }
  return { states: visited.size };
};
