/**
 * Who works: the place of leader election. The manager runs its work through an `Elector` and ends it with the signal that it gets.
 * @module
 */
export interface Elector {
  /**
   * Calls `lead` each time this process becomes the leader; its signal is aborted as soon as that may no longer be so.
   * Resolves when `signal` is aborted and the last `lead` has ended.
   */
  run(lead: (leading: AbortSignal) => Promise<void>, signal: AbortSignal): Promise<void>;
}

/** For a process that nobody competes with. */
export const alwaysLeader: Elector = { run: (lead, signal) => lead(signal) };
