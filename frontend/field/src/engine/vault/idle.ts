/** Whether the phone has been left alone for too long. */

/** The camera or a share sheet may cover the page for so long without locking it. */
export const LONGEST_HOLD_MS = 5 * 60_000;

export interface Clocks {
  readonly now: () => number;
  readonly mono: () => number;
}

interface Moment {
  readonly wall: number;
  readonly mono: number;
}

export class Idle {
  private touch: Moment;
  private readonly holds = new Set<Moment>();

  constructor(private readonly clocks: Clocks) {
    this.touch = this.moment();
  }

  touched(): void {
    this.touch = this.moment();
  }

  /** The phone's clock at the last touch. */
  get touchedAt(): number {
    return this.touch.wall;
  }

  hold(): () => void {
    const hold = this.moment();
    this.touched();
    this.holds.add(hold);
    return () => {
      // Released twice, or after it had run out: nobody touched anything.
      if (this.since(hold) <= LONGEST_HOLD_MS && this.holds.delete(hold)) this.touched();
    };
  }

  isOver(minutes: number): boolean {
    for (const hold of this.holds) {
      if (this.since(hold) <= LONGEST_HOLD_MS) return false;
      this.holds.delete(hold);
    }
    return this.since(this.touch) >= minutes * 60_000;
  }

  private moment(): Moment {
    return { wall: this.clocks.now(), mono: this.clocks.mono() };
  }

  /** The monotonic clock may stand still while a phone sleeps, the wall clock may be set back: the larger one counts. */
  private since({ wall, mono }: Moment): number {
    return Math.max(this.clocks.now() - wall, this.clocks.mono() - mono);
  }
}
