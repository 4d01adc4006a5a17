/** The shapes of what is kept for the phone itself, whoever uses it. Nothing of workers is in here. */
import type { Json, Preferences } from "../engine/contract";

/** How many wrong PINs were tried in a row, and how long the next try has to wait. */
export interface TriesRecord {
  wrong: number;
  /** Of the wait, ms, when it was last noted. Only time in which the app was open counts. */
  leftMs: number;
  /** The server's time then, where it was known. */
  serverMs: number | null;
}

/** The vault key under something else than the PIN, for the short time in which none is asked for. */
export interface ResumeRecord {
  iv: Uint8Array<ArrayBuffer>;
  box: Uint8Array<ArrayBuffer>;
  /** The phone's clock at the last touch. Null: as long as no PIN was chosen. */
  touchedAt: number | null;
}

export interface WrappedKey {
  salt: Uint8Array<ArrayBuffer>;
  /** Of PBKDF2, calibrated on the phone where the PIN was chosen. */
  iterations: number;
  box: Uint8Array<ArrayBuffer>;
}

/** One agent on this phone. Its database is `perisai-field-<id>`. */
export interface ProfileRecord {
  id: string;
  /** The agent's id; two profiles of one agent are there while the older one drains. */
  agent: string;
  label: string;
  code: string;
  createdAt: number;
  /** HMAC, not extractable: what makes a copy of the files worthless elsewhere. */
  pinKey: CryptoKey;
  /** AES-GCM, not extractable. */
  resumeKey: CryptoKey;
  /** Null until a PIN was chosen. */
  wrapped: WrappedKey | null;
  resume: ResumeRecord | null;
  tries: TriesRecord;
  idleMinutes: number;
  /** Its PIN was forgotten and the agent has a new profile: it only sends what it holds, sealed, and then goes. */
  retired: boolean;
}

export interface ReferenceRecord {
  key: string;
  version: string;
  etag: string | null;
  checkedAt: number;
  document: Json;
}

/** A picture that another app shared in, under a key that cannot leave the browser (`PhoneKeys.inbox`). */
export interface InboxRecord {
  id: string;
  size: number;
  type: string;
  receivedAt: number;
  iv: Uint8Array<ArrayBuffer>;
  box: Uint8Array<ArrayBuffer>;
}

/** A server time, authenticated by the server; it names no device. */
export interface TokenRecord {
  token: string;
  serverMs: number;
  /** The phone's wall clock when it came. */
  clock: number;
  /** The monotonic clock then, worth something only in the same session of the app. */
  mono: number;
  session: string;
}

/** Single values of the phone, by name. */
export interface PhoneValues {
  preferences: Preferences;
  token: TokenRecord;
  /** The profile that was used last. */
  profile: string | null;
  /** The browser was asked not to clear our storage, and answered. */
  askedToKeep: boolean;
  /** Of PBKDF2: what takes about half a second on this phone. */
  iterations: number;
  /** Which profile the data of the time before profiles went to. */
  takeover: { profile: string };
  /** The last profile that was emptied because the branch had switched it off; until the agent has read so. */
  wiped: { label: string; code: string; at: number } | null;
  /** AES-GCM, not extractable: the key of `InboxRecord`. */
  inboxKey: CryptoKey;
}

export type PhoneValueName = keyof PhoneValues;
