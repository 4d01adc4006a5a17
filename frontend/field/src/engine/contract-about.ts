/** The agent's own papers, as `GET /api/v1/agent/me` tells them (protocol, section 18). Days are `YYYY-MM-DD`. */
import type { BothLanguages } from "./contract";
import type { QrisMerchant } from "./qris";

/** What keeps a licensed agent from enrolling now. */
export interface OwnHold {
  /** `suspended`, `remedial`. */
  readonly kind: string;
  readonly since: string;
  /** The last day; null: until somebody decides, or the training is done. */
  readonly until: string | null;
}

export interface OwnLicence {
  readonly number: string;
  readonly valid_from: string;
  readonly valid_to: string;
  /** As in `MeView`. */
  readonly state: string;
}

/** One condition of the next licence, as the branch's page has it. */
export interface OwnCondition {
  /** `window`: time to renew; `credit`, `training`: to be learnt; and others that the branch settles. */
  readonly key: string;
  readonly met: boolean;
  readonly title: BothLanguages;
  readonly said: BothLanguages;
}

/** What the next licence needs, and what became of asking for it. */
export interface OwnRenewal {
  readonly licence: string;
  readonly valid_to: string;
  readonly opens_on: string;
  /** Credit of this licence's term. */
  readonly minutes: { readonly done: number; readonly needed: number } | null;
  readonly checklist: readonly OwnCondition[];
  /** `state`: asked, renewed, refused. */
  readonly asked: {
    readonly state: string;
    readonly on: string;
    readonly answered_on: string | null;
    readonly reason: string;
  } | null;
}

export interface OwnPhoto {
  readonly sha256: string;
  readonly type: string;
  /** base64. */
  readonly data: string;
}

/** Where anybody sees that this agent is genuine. */
export interface OwnCheck {
  readonly url: string;
  /** Rows of the QR code's modules, `1` dark and `0` light, without the quiet zone. */
  readonly qr: readonly string[];
}

export interface OwnOffice {
  readonly name: string;
  readonly agreement: { readonly number: string; readonly valid_from: string; readonly valid_to: string } | null;
  /** What is not in order with the office or its agreement. */
  readonly trouble: BothLanguages | null;
}

export interface OwnPlacement {
  readonly place: string;
  readonly from: string;
  readonly until: string | null;
  readonly districts: readonly string[];
}

export interface OwnExam {
  readonly id: string;
  readonly title: BothLanguages;
  /** ISO 8601 instants; null where no date is set. */
  readonly opens_at: string | null;
  readonly closes_at: string | null;
  readonly place: string | null;
  readonly minutes: number | null;
  readonly attempts_left: number | null;
  /** Why it could not be begun when this was fetched. */
  readonly refused: BothLanguages | null;
  /** Of the page where it is taken. */
  readonly path: string;
}

export interface OwnAppeal {
  readonly state: BothLanguages;
  readonly answer: string;
  readonly text: string;
  /** Days; null where the server is older than these fields. */
  readonly on: string | null;
  readonly decided_on: string | null;
  readonly documents: number;
}

export interface FileEntry {
  readonly id: string;
  readonly title: BothLanguages;
  readonly reason: BothLanguages;
  /** As the officer wrote it. */
  readonly text: string;
  readonly on: string;
  readonly until: string | null;
  readonly is_over: boolean;
  readonly appeal_by: string | null;
  readonly can_appeal: boolean;
  readonly appeal: OwnAppeal | null;
}

export interface AboutView {
  readonly since: string | null;
  readonly licence: OwnLicence | null;
  readonly renewal: OwnRenewal | null;
  readonly hold: OwnHold | null;
  readonly photo: OwnPhoto | null;
  readonly check: OwnCheck | null;
  readonly office: OwnOffice | null;
  readonly placement: OwnPlacement | null;
  readonly exams: readonly OwnExam[];
  readonly file: readonly FileEntry[];
  /** Whom a QRIS code pays; null where no acquirer is set up. Absent in what an older app kept. */
  readonly qris?: QrisMerchant | null;
  readonly as_of_ms: number;
}
