/** What a screen may know of the engine: the enrolment form and what becomes of it. See `contract.ts`. */

// ---------------------------------------------------------------- the enrolment form

export type Sex = "F" | "M";
/** Whose number it is: the worker's, a relative's, somebody else's whom they trust, or there is none. Never the agent's. */
export type PhoneOwner = "own" | "family" | "other" | "none";
/** How much of a birth date is known. The date itself is then a stand-in: 1 July of the year, or the first of the month. */
export type BirthKnown = "day" | "month" | "year" | "estimate";
export type Programme = "JKK" | "JKM" | "JHT";
export type Relation = "spouse" | "child" | "parent" | "sibling" | "other";
export type ConsentPurpose = "enrolment" | "contact" | "photo";
export type CancelReason = "mistake" | "worker_declined" | "duplicate";

export interface Job {
  readonly code: string;
}

export interface Heir {
  readonly name: string;
  readonly relation: Relation;
}

export interface ConsentGiven {
  readonly purpose: ConsentPurpose;
  readonly version: string;
  /** Hex SHA-256 of the UTF-8 text that was shown: `engine.sha256(text)`. */
  readonly sha256: string;
  readonly given: boolean;
}

export interface Witness {
  readonly name: string;
  readonly relation: "family" | "neighbour" | "coordinator" | "other";
}

/**
 * How the worker said yes. `thumb`: for who cannot write, a thumb mark on the glass and a witness. `spoken`: read aloud,
 * and the worker read back the one-time code that the server had sent to their own phone (needs signal; `consentCode`).
 */
export type Signature =
  | { readonly kind: "typed"; readonly name: string }
  | { readonly kind: "drawn"; readonly name: string; readonly svg: string }
  | { readonly kind: "thumb"; readonly name: string; readonly svg: string; readonly witness: Witness }
  | { readonly kind: "spoken"; readonly name: string; readonly challenge: string; readonly code: string };

export interface PriceShown {
  readonly first_month: string;
  readonly total: number;
  readonly monthly: readonly number[];
}

export interface PhotoRef {
  readonly sha256: string;
  readonly size: number;
  readonly type: "image/jpeg" | "image/webp";
}

/** Body of an `enrol` op, field for field as in docs/device-protocol.md section 8. */
export interface EnrolBody {
  readonly nik: string;
  readonly kk: string | null;
  readonly name: string;
  readonly birth_place: string | null;
  readonly birth_date: string;
  readonly birth_known: BirthKnown;
  readonly sex: Sex;
  readonly phone: string | null;
  readonly phone_owner: PhoneOwner;
  /** Whose number, in a few words ("anak: Budi"); only for `family` and `other`. */
  readonly phone_whose: string | null;
  readonly email: string | null;
  readonly address: string;
  readonly region: string;
  readonly jobs: readonly Job[];
  readonly income: number;
  readonly transport: boolean;
  readonly employs_others: boolean;
  readonly programmes: readonly Programme[];
  readonly months: number;
  readonly heirs: readonly Heir[];
  readonly consents: readonly ConsentGiven[];
  readonly signature: Signature;
  readonly id_card: PhotoRef | null;
  /** Without a picture: the day until which the agent will bring it; null with one or where none is wanted. */
  readonly id_card_by: string | null;
  /** Leased code that the worker left with (`EngineEnrolments.complete` adds it); null where none was left. */
  readonly payment_code: string | null;
  /** The same for workers entered one after the other (family, motor-taxi stand); null for one alone. */
  readonly series: string | null;
  /** The group they are enrolled with: the id of its op or of a group that the server told of. */
  readonly group?: string;
  readonly price_shown: PriceShown;
  readonly warnings: readonly string[];
}

/** What the screen hands over to complete a draft: the photo is added by the engine. */
export type EnrolForm = Omit<EnrolBody, "id_card" | "payment_code" | "series" | "group">;

/** Fields that were filled by the card reader and not yet touched by the agent. */
export type ReadFields = readonly (keyof EnrolForm)[];

/** What a half-filled form holds; `typed` is for what is not a field of the body yet (raw text of an input). */
export type DraftFields = Partial<EnrolForm> & {
  readonly typed?: Readonly<Record<string, string>>;
  readonly read?: ReadFields;
};

export interface Draft {
  /** Also the id of the op it will become (uuidv7). */
  readonly id: string;
  /** The step the agent was on, as the screen numbers them. */
  readonly step: number;
  readonly fields: DraftFields;
  readonly photo: PhotoRef | null;
  /** Set when it follows another in a series. */
  readonly series: string | null;
  /** Its place in the series, from 1. */
  readonly seriesPlace: number;
  readonly group?: string | null;
  readonly startedAt: number;
  readonly savedAt: number;
}

export interface DraftPatch {
  readonly step?: number;
  /** Merged field by field into what is there; a field set to undefined is removed. */
  readonly fields?: DraftFields;
}

export interface Place {
  readonly lat: number;
  readonly lon: number;
  readonly accuracy: number;
}
