/**
 * Web Locks for browsers that have none, as far as the app needs them. A page whose timers stand still for longer than a turn
 * may lose it: then the chain's compare-and-set and the server's "once an op" are what is left, and they suffice.
 */
import { Turns } from "../storage/turns";
import type { LockLike } from "./surroundings";

const TURN_MS = 15_000;
const RENEW_MS = 4_000;
const POLL_MS = 100;

type Act<T> = (lock: object | null) => Promise<T>;

export class TurnLocks implements LockLike {
  constructor(
    private readonly turns: Turns = new Turns(),
    private readonly now: () => number = () => Date.now(),
    private readonly holder: string = crypto.getRandomValues(new Uint32Array(4)).join("-"),
  ) {}

  async request<T>(name: string, first: { ifAvailable: true } | Act<T>, second?: Act<T>): Promise<T> {
    const act = typeof first === "function" ? first : (second as Act<T>);
    // Every request is another holder: the app's own queue is not relied on here.
    const holder = `${this.holder}/${crypto.getRandomValues(new Uint32Array(2)).join("-")}`;
    if (typeof first !== "function" && !(await this.take(name, holder))) return await act(null);
    if (typeof first === "function") await this.wait(name, holder);
    return await this.hold(name, holder, act);
  }

  private take(name: string, holder: string): Promise<boolean> {
    return this.turns.take(name, holder, this.now(), TURN_MS);
  }

  private async wait(name: string, holder: string): Promise<void> {
    while (!(await this.take(name, holder))) await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }

  private async hold<T>(name: string, holder: string, act: Act<T>): Promise<T> {
    const renewing = setInterval(() => void this.take(name, holder).catch(() => undefined), RENEW_MS);
    try {
      return await act({ name });
    } finally {
      clearInterval(renewing);
      await this.turns.leave(name, holder).catch(() => undefined);
    }
  }
}
