/**
 * How much to send at once, measured against what got through: on a line of 20 kB/s that drops every ten seconds a piece must be
 * through in a few of them, on a good one it need not be small.
 */

/** A piece should be on its way about this long: the line is likely to live so long, and little goes again when it does not. */
const GOAL_MS = 3_000;
const GROW = 2;

export interface Bounds {
  readonly first: number;
  readonly least: number;
  readonly most: number;
}

export class Pieces {
  private size: number;

  constructor(private readonly bounds: Bounds) {
    this.size = bounds.first;
  }

  /** For the next piece; bytes, or whatever unit the bounds are in. */
  get limit(): number {
    return Math.floor(this.size);
  }

  /** `amount` got through in `ms`. Grows twofold at most, and only if the piece was about as large as allowed. */
  passed(amount: number, ms: number): void {
    const fitting = (amount * GOAL_MS) / Math.max(1, ms);
    if (ms > GOAL_MS) this.set(Math.max(fitting, this.size / GROW));
    else if (amount >= this.size / GROW) this.set(Math.min(fitting, this.size * GROW));
  }

  /** It did not get through, or not as a whole. */
  broke(): void {
    this.set(this.size / GROW);
  }

  private set(size: number): void {
    this.size = Math.min(this.bounds.most, Math.max(this.bounds.least, size));
  }
}

/** How long to wait for an answer: time for the server, and for the bytes at two kB a second. */
export function timeoutFor(bytes: number): number {
  return 20_000 + Math.ceil(bytes / 2);
}
