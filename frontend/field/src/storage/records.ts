/** The shapes of what is kept on the phone. A change of shape needs a new version in `schema.ts`. */
import type {
  AgentView,
  BranchView,
  CancelReason,
  CatalogueText,
  DraftFields,
  EnrolResult,
  ErrorCode,
  Json,
  MeView,
  OpStatus,
  PhotoRef,
  Preferences,
} from "../engine/contract";

export interface DraftRecord {
  id: string;
  agent: string;
  step: number;
  fields: DraftFields;
  photo: PhotoRef | null;
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
  photo: string | null;
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
  kind: "enrol" | "cancel";
  /** SHA-256, hex, of `line`; stays when the line is gone, for the chain needs it. */
  hash: string;
  prev: string;
  /** The bytes as hashed and sent, without line feed; null once the answer is final and nobody needs them. */
  line: Uint8Array<ArrayBuffer> | null;
  status: OpStatus;
  madeAt: number;
  enrol: EnrolSummary | null;
  cancel: CancelSummary | null;
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
}

export interface KeyRecord {
  device: string;
  privateKey: CryptoKey;
  publicKey: string;
}

export interface ReferenceRecord {
  key: string;
  version: string;
  etag: string | null;
  checkedAt: number;
  document: Json;
}

/** The last op put into a device's chain; seq 0 and 64 zeros before the first. */
export interface ChainHead {
  device: string;
  seq: number;
  hash: string;
}

export interface TokenRecord {
  token: string;
  serverMs: number;
  /** The phone's wall clock when it came. */
  clock: number;
  /** The monotonic clock then, worth something only in the same session of the app. */
  mono: number;
  session: string;
}

/** Single values, by name. */
export interface StateValues {
  identity: { device: string; agent: AgentView; branch: BranchView; activatedAt: number; revoked: boolean };
  /** Per device id: a phone activated again drains the chain of its former device. */
  chain: ChainHead;
  confirmed: ChainHead;
  cursor: number;
  token: TokenRecord;
  me: MeView;
  preferences: Preferences;
  lastSyncAt: number;
}

export type StateName = keyof StateValues;
