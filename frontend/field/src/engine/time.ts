/** Server time on the phone (protocol, sections 2 and 4): the newest token, and how long ago it came. */

import type { PhoneStorage } from "../storage/phone";
import type { TokenRecord } from "../storage/phone-records";
import type { Surroundings } from "./surroundings";

/** The server takes a token of up to 15 minutes in a signed request; three are left for a slow line. */
export const FRESH_FOR_MS = 12 * 60_000;
/** Beyond this the agent is told that the phone's clock is wrong. */
export const SKEW_LIMIT_MS = 10 * 60_000;

export interface Reading {
  readonly token: string;
  readonly token_clock: number;
  readonly clock: number;
  readonly mono: number | null;
}

export class Time {
  private newest: TokenRecord | null = null;
  private refused = false;

  constructor(
    private readonly storage: PhoneStorage,
    private readonly around: Surroundings,
  ) {}

  async load(): Promise<void> {
    this.newest ??= await this.storage.find("token");
  }

  /** Keeps the token of an answer, the newest there is. */
  async note(token: string, serverMs: number): Promise<void> {
    const { session } = this.around;
    this.newest = { token, serverMs, clock: this.around.now(), mono: this.around.mono(), session };
    this.refused = false;
    await this.storage.put("token", this.newest);
  }

  /** The token if it is good for a signed request now. */
  findFresh(): string | null {
    if (this.newest === null || this.refused) return null;
    const age = this.elapsed(this.newest);
    return age >= 0 && age < FRESH_FOR_MS ? this.newest.token : null;
  }

  /** The server refused the token in a request: another one is needed, whatever our clocks say. */
  refuse(): void {
    this.refused = true;
  }

  /** The readings of an op completed now; null before the first token. */
  read(): Reading | null {
    if (this.newest === null) return null;
    const { token, clock, mono, session } = this.newest;
    return {
      token,
      token_clock: clock,
      clock: Math.round(this.around.now()),
      mono: session === this.around.session ? Math.max(0, Math.round(this.around.mono() - mono)) : null,
    };
  }

  serverNow(): number {
    return this.newest === null ? this.around.now() : this.newest.serverMs + Math.max(0, this.elapsed(this.newest));
  }

  /** The server's time as last heard in this session, and the monotonic clock then. */
  heard(): { readonly serverMs: number; readonly mono: number } | null {
    const { newest } = this;
    return newest === null || newest.session !== this.around.session ? null : newest;
  }

  /**
   * How far the phone's clock is off now, ms, positive when ahead; 0 while nothing tells. A clock set back since the last token
   * is seen at once; one set forward looks like a phone that slept, until the next token.
   */
  skew(): number {
    if (this.newest === null) return 0;
    const { clock, serverMs, session, mono } = this.newest;
    const then = clock - serverMs;
    const wall = this.around.now() - clock;
    if (session === this.around.session) return then + Math.min(0, wall - (this.around.mono() - mono));
    // Of another session: how long ago it was, nobody knows; but not before it.
    return wall >= 0 ? then : Math.min(0, this.around.now() - serverMs);
  }

  /** The monotonic clock may stand still while a phone sleeps, the wall clock may be set: the larger one counts. */
  private elapsed(token: TokenRecord): number {
    const wall = this.around.now() - token.clock;
    if (token.session !== this.around.session) return wall;
    return Math.max(wall, this.around.mono() - token.mono);
  }
}
