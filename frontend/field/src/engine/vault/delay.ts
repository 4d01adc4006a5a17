/**
 * How long the next PIN has to wait after wrong ones. Nothing here reads the phone's clock, which whoever holds the phone can
 * set: what runs down is the monotonic clock while the app is open, noted again and again, and the server's own time where it
 * has been heard. Closing the app therefore never shortens a wait.
 */
import type { TriesRecord } from "../../storage/phone-records";

export const FREE_TRIES = 3;
const FIRST_MS = 30_000;
const LONGEST_MS = 3_600_000;

/** ms to wait after so many wrong ones in a row. */
export function waitAfter(wrong: number): number {
  return wrong < FREE_TRIES ? 0 : Math.min(LONGEST_MS, FIRST_MS * 2 ** (wrong - FREE_TRIES));
}

export const NO_TRIES: TriesRecord = { wrong: 0, leftMs: 0, serverMs: null };

/** The server's time when it was last heard in this session, and the monotonic clock then. */
export interface Heard {
  readonly serverMs: number;
  readonly mono: number;
}

/** One wait as this session of the app knows it. */
export class Delay {
  constructor(
    private readonly noted: TriesRecord,
    private readonly notedMono: number,
  ) {}

  get wrong(): number {
    return this.noted.wrong;
  }

  /** ms still to wait. A server's time that is before the one noted shortens nothing. */
  left(mono: number, heard: Heard | null): number {
    const here = Math.max(0, mono - this.notedMono);
    const server = heard === null || this.noted.serverMs === null ? 0 : serverAt(heard, mono) - this.noted.serverMs;
    return Math.max(0, this.noted.leftMs - Math.max(here, server));
  }

  /** What to keep now: another session goes on from there. */
  note(mono: number, heard: Heard | null): TriesRecord {
    const serverMs = heard === null ? null : serverAt(heard, mono);
    return { wrong: this.noted.wrong, leftMs: this.left(mono, heard), serverMs };
  }
}

function serverAt(heard: Heard, mono: number): number {
  return heard.serverMs + Math.max(0, mono - heard.mono);
}

/** After one more wrong try. */
export function wrongAgain(wrong: number, mono: number, heard: Heard | null): TriesRecord {
  const serverMs = heard === null ? null : serverAt(heard, mono);
  return { wrong: wrong + 1, leftMs: waitAfter(wrong + 1), serverMs };
}
