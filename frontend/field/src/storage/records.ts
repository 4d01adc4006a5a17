/**
 * The shapes of what is kept for one agent, as the rest of the app sees them. Which of their fields lie on the phone in
 * plain is told in `plain.ts`. A change of shape needs a new version in `schema.ts`.
 */
import type {
  AboutView,
  AgentView,
  BranchView,
  CancelReason,
  CashKept,
  CatalogueText,
  DraftFields,
  DuesKept,
  EnrolResult,
  ErrorCode,
  GroupsKept,
  Job,
  LearningKept,
  MeView,
  OpKind,
  OpStatus,
  PhotoRef,
  Programme,
  Witness,
} from "../engine/contract";

export interface DraftRecord {
  id: string;
  agent: string;
  step: number;
  fields: DraftFields;
  photo: PhotoRef | null;
  /** Names the series it belongs to; null for one alone. */
  series: string | null;
  /** From 1. */
  seriesPlace: number;
  /** The group they are enrolled with. */
  group?: string | null;
  /** The leased code that the worker left with, of a draft that mends a rejected enrolment: the slip in their hand must work. */
  paymentCode?: string;
  startedAt: number;
  savedAt: number;
  discardedAt: number | null;
}

/** What the list of members shows of an enrolment that only this phone knows. */
export interface EnrolSummary {
  name: string;
  nik: string;
  region: string;
  phone: string | null;
  programmes: string[];
  months: number;
  capturedOn: string;
  amount: number;
  /** Hex SHA-256 of the picture of the ID card. */
  photo: string | null;
  /** The day until which that picture will be brought; null with one or where none is wanted. */
  photoBy: string | null;
  /** The leased code that the worker left with. */
  paymentCode: string | null;
  series: string | null;
  /** From 1. */
  seriesPlace: number;
  group?: string | null;
  /** For the next worker of a series; this op's own bytes may be gone by then. */
  shared: SharedFields | null;
}

/** What workers who are entered one after the other have in common. */
export interface SharedFields {
  address: string;
  region: string;
  jobs: Job[];
  income: number;
  transport: boolean;
  employs_others: boolean;
  programmes: Programme[];
  months: number;
  witness: Witness | null;
}

export interface CancelSummary {
  enrolmentOp: string;
  reason: CancelReason;
}

export interface OpRecord {
  id: string;
  device: string;
  agent: string;
  seq: number;
  kind: OpKind;
  /** SHA-256, hex, of `line`; stays when the line is gone, for the chain needs it. */
  hash: string;
  prev: string;
  /** The bytes as hashed and sent, without line feed; null once the answer is final and nobody needs them. */
  line: Uint8Array<ArrayBuffer> | null;
  /**
   * The same bytes sealed to the branch (65 bytes of `enc`, then the ciphertext): what leaves the phone while it is locked. Null
   * before a key of the branch was known, and once the server has the op.
   */
  sealed: Uint8Array<ArrayBuffer> | null;
  /** Id of the branch's key that `sealed` is for. */
  sealedKey: string | null;
  status: OpStatus;
  madeAt: number;
  enrol: EnrolSummary | null;
  cancel: CancelSummary | null;
  /** What is learnt with it, or appealed against. */
  learning?: string | undefined;
  error: { code: ErrorCode; text: CatalogueText | null } | null;
  result: EnrolResult | null;
  lastSentAt: number | null;
  dismissed: boolean;
}

export interface MemberRecord {
  id: string;
  op: string | null;
  name: string;
  nik: string;
  state: string;
  review: string | null;
  /** The server's words for `review`; missing in records that an older release kept. */
  review_text?: CatalogueText | null;
  captured_on: string;
  region: string | null;
  phone: string | null;
  programmes: string[];
  months: number;
  payment_code: string | null;
  amount: number | null;
  pay_by: string | null;
  pay_link: string | null;
  paid_through: string | null;
  cover_from: string | null;
  kpj: string | null;
  core: string | null;
  photo_by: string | null;
  /** Days; missing in records of an older release. */
  protected_until?: string | null;
  catch_up_until?: string | null;
  segment?: string;
  income?: number;
  jobs?: string[];
}

/** An answer for an op, also for ops that another phone of this agent made. */
export interface AnswerRecord {
  op: string;
  status: OpStatus;
  error: { code: ErrorCode; text: CatalogueText | null } | null;
  result: EnrolResult | null;
}

export interface AttachmentRecord {
  sha256: string;
  bytes: Uint8Array<ArrayBuffer>;
  size: number;
  type: "image/jpeg" | "image/webp";
  draft: string | null;
  op: string | null;
  offset: number;
  keptAt: number;
  /** Times the server said that the bytes do not match their address. */
  mismatches: number;
  /**
   * The picture sealed to the branch: what leaves the phone while it is locked. Not there before it is an op's, before a key of
   * the branch was known, and on a full phone.
   */
  sealed?: Uint8Array<ArrayBuffer> | undefined;
  /** Id of the branch's key that `sealed` is for, and the device that it is bound to. */
  sealedKey?: string | undefined;
  sealedBy?: string | undefined;
}

export interface KeyRecord {
  device: string;
  privateKey: CryptoKey;
  publicKey: string;
}

/** The last op put into a device's chain; seq 0 and 64 zeros before the first. */
export interface ChainHead {
  device: string;
  seq: number;
  hash: string;
}

/** A payment code that the server has set aside for this phone. */
export interface LeasedCode {
  code: string;
  /** The server's time, ms, after which it must not be given to a worker. */
  until: number;
}

/** Single values, by name. */
export interface StateValues {
  identity: { device: string; agent: AgentView; branch: BranchView; activatedAt: number; revoked: boolean };
  /** Per device id: a phone activated again drains the chain of its former device. */
  chain: ChainHead;
  confirmed: ChainHead;
  cursor: number;
  me: MeView;
  about: AboutView;
  learning: LearningKept;
  cash: CashKept;
  dues: DuesKept;
  groups: GroupsKept;
  lastSyncAt: number;
  /** Oldest first. */
  leases: LeasedCode[];
  /** When the data of the time before profiles came in here. */
  takenOver: number;
  /** What ops are sealed to; `publicKey` is the b64u of its 65 bytes. */
  branchKey: { id: string; publicKey: string };
}

export type StateName = keyof StateValues;
