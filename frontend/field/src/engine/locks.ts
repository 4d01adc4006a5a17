/**
 * One at a time, across all tabs of the app where the browser has Web Locks, and within this page in any case.
 * Two pages without Web Locks are still safe: the chain's head is compared before it moves.
 */
import type { LockLike } from "./surroundings";

export class Locks {
  private readonly tails = new Map<string, Promise<unknown>>();

  constructor(private readonly web: LockLike | null) {}

  /** Waits for its turn. */
  run<T>(name: string, act: () => Promise<T>): Promise<T> {
    return this.queue(name, () => (this.web === null ? act() : this.web.request(`perisai-${name}`, act)));
  }

  /** Runs only if nobody else does; null otherwise. */
  async tryRun<T>(name: string, act: () => Promise<T>): Promise<T | null> {
    if (this.tails.has(name)) return null;
    if (this.web === null) return this.queue(name, act);
    const web = this.web;
    return this.queue(name, () =>
      web.request(`perisai-${name}`, { ifAvailable: true }, async (lock) => (lock === null ? null : await act())),
    );
  }

  private queue<T>(name: string, act: () => Promise<T>): Promise<T> {
    const before = this.tails.get(name) ?? Promise.resolve();
    const turn = before.then(act, act);
    this.tails.set(name, turn);
    const done = (): void => {
      if (this.tails.get(name) === turn) this.tails.delete(name);
    };
    turn.then(done, done);
    return turn;
  }
}
