/**
 * Explores every order in which the requests of real processes can reach the API server and the speech service, with an end of a
 * process at every step. What was done before is done again for each other order; what nothing tells apart is visited once.
 * @module
 */
import { createHash } from 'node:crypto';
import type { Scope } from './protocol.ts';
import { createWorld, type World } from './real.ts';

export interface RealExploration {
  readonly states: number;
  readonly orders: number;
}

/** `visit` is called with each state and the steps that led to it. @throws what `visit` throws, and Error for what goes wrong on a way */
export const exploreReal = async (
  scope: Scope,
  visit: (world: World, way: readonly string[]) => void,
): Promise<RealExploration> => {
  const visited = new Set<string>();
  const ways: (readonly string[])[] = [[]];
  let orders = 0;
  for (let way = ways.pop(); way; way = ways.pop()) {
    orders += 1;
    const world = createWorld(scope);
    for (const step of way) await world.take(step);
    const done = [...way];
    for (;;) {
      if (world.problems.length > 0) throw new Error(`${world.problems.join('; ')}: ${done.join(' | ')}`);
      const key = createHash('sha256').update(world.key()).digest('base64');
      if (visited.has(key)) break;
      visited.add(key);
      visit(world, done);
      const [first, ...others] = world.next();
      for (const other of others) ways.push([...done, other]);
      if (first === undefined) break;
      await world.take(first);
      done.push(first);
    }
  }
  return { states: visited.size, orders };
};
