/** Employers and their workers, as the server tells them (protocol, section 26) and as the phone keeps them. Rupiah; months `YYYY-MM`. */

export interface EmployerTold {
  readonly id: string;
  readonly name: string;
  readonly owner: string;
  readonly npp: string | null;
  readonly scale: string;
  readonly risk: string;
  readonly sector: string;
  readonly region: string;
  readonly phone: string | null;
  readonly optional: readonly string[];
  /** It looks like another employer; the branch compares the two. */
  readonly is_alike: boolean;
  readonly bill: {
    readonly month: string;
    readonly amount: number;
    readonly code: string;
    readonly due: string;
    readonly state: string;
  } | null;
  readonly workers: readonly {
    readonly enrolment: string;
    readonly name: string;
    readonly state: string;
    readonly wage: number;
    /** Of an older server nothing. */
    readonly paid_through?: string | null;
    readonly from?: string | null;
    readonly until: string | null;
  }[];
}

export interface EmployerOwner {
  readonly name: string;
  readonly nik: string;
  readonly phone: string;
  readonly address: string;
  readonly region: string | null;
}

/** A visit that was completed on this phone: what stands on the slip. */
export interface EmployerMade {
  /** The op, and so the employer's id. */
  readonly op: string;
  readonly name: string;
  readonly code: string | null;
  readonly workers: readonly { readonly op: string; readonly name: string; readonly price: number }[];
  /** What the owner's own enrolment begins with, as typed. Visits of before have none. */
  readonly owner?: EmployerOwner;
  /** The owner's own enrolment, and whether the code of the business pays it along: only where it was made before. */
  readonly ownerOp?: string | null;
  readonly ownerAlong?: boolean;
  /** The phone's clock, ms. */
  readonly at: number;
}

/** What this phone reported of a worker. `undoneBy` is the op that takes it back. */
export interface WorkerReport {
  readonly op: string;
  readonly employer: string;
  readonly enrolment: string;
  readonly kind: "left" | "wage";
  /** The last one they work in, or the first of the new wage. */
  readonly month: string;
  /** Rupiah of a month. */
  readonly wage: number | null;
  readonly undoneBy: string | null;
  /** The phone's clock, ms. */
  readonly at: number;
}

/** Personal, and so sealed in the agent's own database. */
export interface EmployersKept {
  readonly told: readonly EmployerTold[] | null;
  readonly fetchedAt: number;
  /** A visit that is not completed, as the screen typed it. */
  readonly visit: string | null;
  /** Newest first. */
  readonly made: readonly EmployerMade[];
  /** Newest first. */
  readonly reports?: readonly WorkerReport[];
}
