/** Trying a PIN: one at a time over all tabs, each counted before it is tried, with a growing wait after wrong ones. */
import type { PhoneStorage } from "../../storage/phone";
import type { ProfileRecord, TriesRecord } from "../../storage/phone-records";
import { EngineError } from "../contract";
import type { Bytes } from "../encoding";
import { Delay, type Heard, NO_TRIES, wrongAgain } from "./delay";
import { unwrap } from "./wrapping";

export interface TriesClocks {
  readonly mono: () => number;
  /** The server's time as last heard in this session. */
  readonly heard: () => Heard | null;
}

export class Tries {
  private readonly delays = new Map<string, Delay>();

  constructor(
    private readonly phone: PhoneStorage,
    private readonly clocks: TriesClocks,
  ) {}

  /** ms until the next try of this profile is heard; takes what other tabs have noted into account. */
  left(profile: ProfileRecord): number {
    return this.delayOf(profile).left(this.clocks.mono(), this.clocks.heard());
  }

  /**
   * The vault key. Rejects with `pin_wrong`, also without trying while there is a wait. Call it under a lock: a page killed
   * while it tries has counted its try.
   */
  async open(id: string, pin: string): Promise<Bytes> {
    const profile = await this.phone.findProfile(id);
    if (profile === null) throw new EngineError("not_activated");
    if (profile.wrapped === null) throw new EngineError("record_damaged");
    if (this.left(profile) > 0) throw new EngineError("pin_wrong");
    await this.note(id, wrongAgain(profile.tries.wrong, this.clocks.mono(), this.clocks.heard()));
    const key = await unwrap(pin, profile, profile.wrapped);
    await this.note(id, NO_TRIES);
    return key;
  }

  /** Notes how much of a wait is over, so that a reload goes on from there. */
  async tick(profile: ProfileRecord): Promise<void> {
    if (profile.tries.leftMs === 0) return;
    const delay = this.delayOf(profile);
    await this.note(profile.id, delay.note(this.clocks.mono(), this.clocks.heard()));
  }

  private async note(id: string, tries: TriesRecord): Promise<void> {
    this.delays.set(id, new Delay(tries, this.clocks.mono()));
    await this.phone.changeProfile(id, (profile) => ({ ...profile, tries }));
  }

  /** What is stored wins where another tab counted a try, or where less of the wait is left there. */
  private delayOf({ id, tries }: ProfileRecord): Delay {
    const mono = this.clocks.mono();
    const known = this.delays.get(id);
    if (known !== undefined && known.wrong === tries.wrong && known.left(mono, this.clocks.heard()) <= tries.leftMs)
      return known;
    const fresh = new Delay(tries, mono);
    this.delays.set(id, fresh);
    return fresh;
  }
}
