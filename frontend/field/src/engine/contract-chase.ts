/** What members owe, as the server tells it (protocol, section 21) and as the phone keeps it. Rupiah; days `YYYY-MM-DD`. */

export interface DueTold {
  readonly id: string;
  readonly segment: string;
  readonly cover: "protected" | "catch_up" | "ended" | "none";
  readonly protected_through: string | null;
  /** The last day on which paying keeps the membership. */
  readonly catch_up_until: string | null;
  /** Of somebody who never paid: the last day of the code. */
  readonly pay_by: string | null;
  readonly captured_on: string;
  /** Months `YYYY-MM` that `amount` pays: owed ones, or the next of who is protected. */
  readonly months: readonly string[];
  readonly owed_months: number;
  readonly amount: number;
  readonly payment_code: string | null;
  /** Somebody else pays the first of these months. */
  readonly is_funded: boolean;
  /** Programmes that nobody pays in these months (`YYYY-MM`), while a sponsor pays the others; an older copy says nothing of it. */
  readonly rests?: {
    readonly programmes: readonly string[];
    readonly sponsor: string;
    readonly first_month: string;
    readonly last_month: string | null;
  } | null;
  /** Why they could not come back once it has ended: age, sick, or nothing. */
  readonly lost: string;
  /** No reminders and no visits: died, moved, wrong_number, stopped_working, or nothing. */
  readonly stopped: string;
  readonly promised_on: string | null;
  readonly outcome: string;
  readonly outcome_on: string | null;
  readonly place: { readonly lat: number; readonly lon: number } | null;
}

export interface ChaseRule {
  readonly days_before_end: number;
  readonly days_after_enrolment: number;
  readonly pause_days: Readonly<Record<string, number>>;
  readonly promise_days_most: number;
}

export interface DuesTold {
  readonly today: string;
  readonly members: readonly DueTold[];
  readonly chase: ChaseRule;
}

export type VisitOutcome = "paid_elsewhere" | "promised" | "moved" | "sick" | "died" | "refused" | "not_found";

/** An outcome that this phone recorded, while the server may not know it yet. */
export interface VisitMade {
  readonly op: string;
  readonly enrolment: string;
  readonly outcome: VisitOutcome;
  readonly promisedOn: string | null;
  readonly on: string;
  /** The phone's clock, ms. */
  readonly madeAt: number;
  readonly undoneAt: number | null;
}

/** Personal, and so sealed in the agent's own database. */
export interface DuesKept {
  readonly told: DuesTold | null;
  readonly fetchedAt: number;
  /** Newest first. */
  readonly visits: readonly VisitMade[];
}
