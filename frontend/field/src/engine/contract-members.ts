/** What a screen may know of the engine: the agent's members and figures. See `contract.ts`. */
import type { AgentView, BranchView, ErrorView, OpStatus } from "./contract";

/** The server's states (design section 5), and `unsent` for what is only here. */
export type MemberState =
  | "unsent"
  | "captured"
  | "review"
  | "accepted"
  | "active"
  | "lapsed"
  | "ended"
  | "rejected"
  | "cancelled";

export interface SharedPicture {
  readonly id: string;
  readonly size: number;
  readonly receivedAt: number;
}

export interface MemberView {
  /** Stable address of the member on this phone: the enrolment's id, or the op's id until that is known. */
  readonly key: string;
  readonly enrolment: string | null;
  readonly op: string | null;
  readonly name: string;
  /** Masked. */
  readonly nik: string;
  readonly state: MemberState;
  /** Where its op stands; null when it was not made on this phone. */
  readonly opStatus: OpStatus | null;
  readonly review: string | null;
  /** Why it was refused or is being looked at. */
  readonly error: ErrorView | null;
  readonly capturedOn: string;
  readonly region: string | null;
  readonly phone: string | null;
  readonly programmes: readonly string[];
  readonly months: number;
  readonly paymentCode: string | null;
  readonly amount: number | null;
  /** ISO 8601 instant. */
  readonly payBy: string | null;
  readonly payLink: string | null;
  readonly paidThrough: string | null;
  readonly coverFrom: string | null;
  readonly kpj: string | null;
  readonly core: string | null;
  readonly photoPending: boolean;
  /** The day until which the picture of the ID card is due; null when it is there or not wanted. */
  readonly photoBy: string | null;
  /** The last protected day, and the last one on which paying what is missing keeps the membership. */
  readonly protectedUntil?: string | null;
  readonly catchUpUntil?: string | null;
  /** What dues are computed of; null where only this phone knows the member, or an older server told. */
  readonly terms?: { readonly income: number; readonly jobs: readonly string[] } | null;
  readonly cancelling: boolean;
  readonly canCancel: boolean;
}

export interface MemberQuery {
  /** Words of the name in any order, or the last digits of NIK, phone, payment code or KPJ. */
  readonly text?: string;
  readonly states?: readonly MemberState[];
  readonly offset?: number;
  readonly limit?: number;
}

export interface MemberPage {
  readonly total: number;
  readonly members: readonly MemberView[];
  /** Members of each state for the same text, whatever the filter. */
  readonly counts: Readonly<Partial<Record<MemberState, number>>>;
}

export interface DayFigures {
  readonly enrolled: number;
  readonly active: number;
  readonly review: number;
}

export interface MyLicence {
  readonly number: string;
  readonly valid_to: string;
  readonly state: string;
  /** The first day to ask for renewal; an older server does not say. */
  readonly renew_from?: string | null;
  /** What became of the agent's own wish: asked, renewed, refused. */
  readonly renewal?: string | null;
  /** Until when the licence after this one lasts. */
  readonly renewed_to?: string | null;
}

/** Slots of one quota that this phone holds: people captured on a day from `from` to `to`, until an instant (null: it holds none). */
export interface LeaseView {
  readonly from: string;
  readonly to: string;
  /** `all`, `BPU` or `PU`. */
  readonly segment: string;
  readonly slots: number;
  readonly until: string | null;
}

/** The agent among their like in the branch, this month. `place` is null where too few are alike or too few days are worked. */
export interface RankView {
  readonly place: number | null;
  /** Those alike who have worked enough days. */
  readonly of: number;
  /** So many are needed for places; an older server does not say. */
  readonly needs?: number;
  /** Accepted a working day, in hundredths. */
  readonly per_day: number;
  readonly is_city: boolean;
  readonly is_new: boolean;
}

/** `me` of a pull, as the server wrote it. Fields a branch does not use are null. */
export interface MeView {
  readonly agent: AgentView;
  readonly branch: BranchView;
  /** `state`: valid, expired, revoked, suspended, remedial; null while there never was one (a trainee). */
  readonly licence: MyLicence | null;
  readonly today: DayFigures;
  /** `accepted` is what the target counts; an older server does not say. */
  readonly month: DayFigures & { readonly contributions: number; readonly accepted?: number };
  readonly target_month: number | null;
  /** `YYYY-MM-DD` until the end of the next month on which the branch does not work. */
  readonly days_off?: readonly string[];
  readonly rank?: RankView | null;
  readonly quota: {
    readonly cap: number;
    readonly left: number;
    readonly mode: string;
    /** Somebody waits already: who comes now waits behind them. */
    readonly queue?: boolean;
  } | null;
  /** What the phone may use of the quota without signal; null: nothing is capped. An older server does not say. */
  readonly lease?: readonly LeaseView[] | null;
  readonly dues: { readonly count: number; readonly amount: number };
  readonly rules: string;
  readonly as_of_ms: number;
}
