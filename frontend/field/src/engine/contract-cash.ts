/** Cash in the agent's hands, as the server tells it (protocol, section 20) and as the phone keeps it. Rupiah; months `YYYY-MM`. */
import type { BothLanguages } from "./contract";

export type CashKind = "cash" | "advance" | "repayment";

export interface CashReceiptTold {
  readonly id: string;
  readonly number: string;
  readonly kind: CashKind;
  readonly whole: boolean;
  readonly payer: string;
  readonly amount: number;
  readonly settled: number;
  readonly captured_at: string;
  readonly due_on: string;
  readonly state: "held" | "settled" | "void";
  readonly review: string;
  readonly settled_at: string | null;
  readonly void_at: string | null;
  readonly enrolments: readonly string[];
  /** The open deposit that it is in. */
  readonly deposit: string | null;
  /** It was taken back, and stays held until somebody of the branch agrees; a server of before does not say. */
  readonly void_waits?: boolean;
}

export interface CashDepositTold {
  readonly id: string;
  readonly code: string;
  readonly amount: number;
  readonly bills: number;
  readonly state: "open" | "paid" | "cancelled";
  readonly made_at: string;
  readonly expires_at: string | null;
  /** Where and how to pay it, also by QRIS; a server of before does not say. */
  readonly page?: string | null;
}

export interface CashState {
  readonly certificate: string;
  readonly certificate_until: string;
  readonly server_key: string;
  readonly check_url: string;
  readonly numbers: readonly string[];
  readonly limit: number;
  readonly held: number;
  readonly due_on: string | null;
  readonly next_due_on: string;
  readonly deadline_days: number;
  readonly overdue: number;
  readonly extended_until: string | null;
  readonly class: BothLanguages;
  readonly receipts: readonly CashReceiptTold[];
  readonly deposits: readonly CashDepositTold[];
  readonly advanced: readonly { readonly enrolment: string; readonly amount: number }[];
  readonly books: readonly { readonly series: string; readonly first: number; readonly last: number }[];
  readonly banks: readonly { readonly name: string; readonly prefix: string; readonly fee: number }[];
  readonly ended: readonly { readonly device: string; readonly at: string }[];
}

export interface CashLine {
  readonly enrolment: string;
  readonly name: string;
  readonly phone: string | null;
  readonly first_month: string | null;
  readonly last_month: string | null;
  readonly amount: number;
  /** What of it goes to which programme, where the phone knew when the receipt was made. It is in no signature and is not sent. */
  readonly parts?: readonly (readonly [string, number])[] | null;
}

/** A receipt of this phone, kept beside what the server says of it. */
export interface CashMade {
  /** `K...`, or series/page of a paper book. */
  readonly number: string;
  readonly paper: { readonly series: string; readonly page: number } | null;
  readonly kind: CashKind;
  readonly whole: boolean;
  readonly payer: string;
  /** A business or a group that pays; receipts of before, and those that members pay, have none. */
  readonly payerOf?: { readonly kind: "employer" | "group"; readonly id: string } | null;
  readonly lines: readonly CashLine[];
  readonly amount: number;
  /** The server's time as best known, ms. */
  readonly madeAt: number;
  readonly dueOn: string;
  /** b64u of what stands in its QR; null on paper. */
  readonly signed: string | null;
  /** The op that tells the server; null while it is not in the chain yet. */
  readonly op: string | null;
  /** The id that its op will have, so that it is made once. Receipts of before have none. */
  readonly will?: string;
  readonly voided: string | null;
}

/** Personal, and so sealed in the agent's own database. */
export interface CashKept {
  readonly state: CashState | null;
  readonly fetchedAt: number;
  /** Newest first. */
  readonly made: readonly CashMade[];
}
