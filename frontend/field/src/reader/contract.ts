/** What a screen may know of the card reader. Its verbs are in `./index`. */
import type { Sex } from "../engine/contract";
import type { NikRules } from "../rules/document";

/** `ready`: on this phone; `absent`: to be downloaded first; `unsupported`: this browser cannot run it. */
export type ReaderState = "ready" | "absent" | "unsupported";

export const READ_FIELDS = [
  "nik",
  "name",
  "birth_place",
  "birth_date",
  "sex",
  "address",
  "village",
  "district",
  "regency",
] as const;
export type ReadField = (typeof READ_FIELDS)[number];

/** What stands on the card as far as it could be read with some certainty: a help, never the truth. */
export interface ReadCard {
  readonly nik: string | null;
  readonly name: string | null;
  readonly birth_place: string | null;
  /** `1990-07-01` */
  readonly birth_date: string | null;
  readonly sex: Sex | null;
  /** Street and RT/RW. */
  readonly address: string | null;
  /** Words for a search of the region: kelurahan or desa, kecamatan, kabupaten or kota. */
  readonly village: string | null;
  readonly district: string | null;
  readonly regency: string | null;
  /** Of each field 0 to 1; 0 where nothing was read. */
  readonly confidence: Readonly<Record<ReadField, number>>;
  /** Null where it is plainly a card; else what to do about the picture. */
  readonly advice: "closer" | null;
}

export interface ReadOptions {
  readonly rules: NikRules;
  /** The day, `2026-11-22`. */
  readonly on: string;
  readonly signal: AbortSignal;
  /** `part` from 0 to 1, of the download or of the reading. */
  readonly onProgress: (part: number, what: "download" | "read") => void;
}
