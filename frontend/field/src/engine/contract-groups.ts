/** Groups and members whose funding ends (protocol, section 27), as the server tells them and as the phone keeps them. */

export type GroupKind =
  | "ojek_stand"
  | "market"
  | "cooperative"
  | "farmers"
  | "fishers"
  | "vendors"
  | "worship"
  | "other";

export interface GroupTold {
  readonly id: string;
  readonly kind: GroupKind;
  readonly name: string;
  readonly place: string;
  readonly region: string;
  readonly coordinator: string | null;
  readonly phone: string | null;
  readonly members: number;
  readonly paid: number;
  /** Those in this agent's care; of an older server nothing. */
  readonly enrolments?: readonly string[];
  /** The newest code that pays many of its bills. */
  readonly order: {
    readonly code: string;
    readonly amount: number;
    readonly count: number;
    readonly pay_by: string;
  } | null;
}

export type FundingOutcome = "takes_over" | "thinking" | "refused" | "not_found" | "moved" | "died";

export interface EndingTold {
  /** The enrolment. */
  readonly id: string;
  readonly name: string;
  readonly phone: string | null;
  readonly sponsor: string;
  /** "2026-12" */
  readonly last_month: string;
  /** A month from then on, rupiah. */
  readonly price: number;
  readonly outcome: FundingOutcome | null;
}

export interface GroupsTold {
  readonly groups: readonly GroupTold[];
  readonly ending: readonly EndingTold[];
}

/** Personal, and so sealed in the agent's own database. */
export interface GroupsKept {
  readonly told: GroupsTold | null;
  readonly fetchedAt: number;
  /** Made on this phone; the server may not know them yet. */
  readonly made: readonly GroupTold[];
  /** Answers of this phone, by enrolment and last month; ahead of what the server knows. */
  readonly answers: Readonly<Record<string, FundingOutcome>>;
}
