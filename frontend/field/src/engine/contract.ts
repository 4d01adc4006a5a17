/**
 * What a screen may know of the engine: plain data, observable values and the verbs of `Engine`.
 *
 * The instance is `engine` from `./index`. Every promise either resolves with what its type says or rejects with an
 * `EngineError`. Nothing here touches the DOM except where a `Blob` or a video element is passed in.
 * Times: `*At` are milliseconds since 1970 (the phone's clock), `*On` and `*Month` are `YYYY-MM-DD` / `YYYY-MM` text.
 * Amounts are whole rupiah.
 */

import type { AboutView } from "./contract-about";
import type { CancelReason, Draft, DraftFields, DraftPatch, EnrolForm, PhotoRef, Place } from "./contract-form";
import type { LearningDoor, OpKind } from "./contract-learning";
import type { MemberPage, MemberQuery, MemberView, MeView, SharedPicture } from "./contract-members";
import type { KeepingState, LockState } from "./contract-phone";

export * from "./contract-about";
export * from "./contract-cash";
export * from "./contract-chase";
export * from "./contract-employers";
export * from "./contract-form";
export * from "./contract-groups";
export * from "./contract-learning";
export * from "./contract-members";
export * from "./contract-phone";

// ---------------------------------------------------------------- values that change

/** A value to read now and to be told about when it changes. `subscribe` does not call back for the present value. */
export interface Observable<T> {
  get(): T;
  subscribe(listener: (value: T) => void): () => void;
}

// ---------------------------------------------------------------- words of the protocol

export interface BothLanguages {
  readonly id: string;
  readonly en: string;
}

/** `text` and `action` as the server wrote them: what happened, and what the person can do. */
export interface CatalogueText extends BothLanguages {
  readonly action: BothLanguages | null;
}

/**
 * Codes the phone itself raises; the screen has the words for them. The server's are `E` and four digits and bring
 * their own text.
 */
export type LocalErrorCode =
  | "insecure" // not HTTPS or localhost: no key can be made
  | "unsupported" // the browser lacks WebCrypto, IndexedDB or Web Locks' fallback
  | "storage_full" // the phone's storage is full: nothing was lost, nothing new can be kept
  | "storage_failed" // the phone's storage cannot be opened or written
  | "offline" // no network at all
  | "unreachable" // a network, but the server did not answer
  | "captive_portal" // something else answered in its place (Wi-Fi login page)
  | "busy" // the server asked to wait (429, 503)
  | "server_error" // any other 5xx
  | "bad_answer" // cut or unreadable answer
  | "unauthorised" // the server does not accept this phone's signature
  | "revoked" // the branch has switched this phone off
  | "clock_wrong" // the phone's clock is far from the server's
  | "not_activated"
  | "invalid_code" // what was typed or scanned is no activation code
  | "camera_denied"
  | "camera_missing"
  | "photo_unreadable"
  | "photo_too_large"
  | "op_too_large"
  | "op_unreadable" // the server answered `invalid` for an op of this phone
  | "chain_moved" // another tab wrote too often in between; try again
  | "draft_missing"
  | "not_cancellable"
  | "reference_missing" // rules or regions have never been downloaded
  | "record_damaged" // one record on the phone cannot be read any more; the others can
  | "locked" // the vault is closed: the PIN is needed
  | "pin_wrong" // `ProfileView.waitUntil` says when the next try is heard
  | "pin_weak" // too short, all alike or a run
  | "unsent_left" // removing a profile would lose what is not sent; said again with `force` it is done
  | "too_many_members" // the server sends far more than an agent can have: nothing more is taken
  | "too_old" // another tab or a newer version has changed what is on the phone: load the page again
  | "share_failed" // the system's share sheet, printer or SMS could not be opened
  | "seal_key_missing" // no key of the branch has come to this phone yet: it must be online once
  | "reader_missing" // the card reader has not been downloaded and there is no network
  | "programming"; // a defect of the app

export type ErrorCode = LocalErrorCode | `E${string}`;

export interface ErrorView {
  readonly code: ErrorCode;
  /** The server's own words; null for local codes. */
  readonly text: CatalogueText | null;
}

/** Anything the engine rejects with. */
export class EngineError extends Error implements ErrorView {
  readonly code: ErrorCode;
  readonly text: CatalogueText | null;

  constructor(code: ErrorCode, text: CatalogueText | null = null, cause?: unknown) {
    super(code, cause === undefined ? undefined : { cause });
    this.name = "EngineError";
    this.code = code;
    this.text = text;
  }
}

// ---------------------------------------------------------------- the device

export interface AgentView {
  readonly id: string;
  readonly code: string;
  readonly name: string;
  readonly office: string;
  readonly sub_branch: string;
  /** The agent's own number, where the branch has it: no worker is reached at it. */
  readonly phone?: string | null;
}

export interface BranchView {
  readonly id: number;
  readonly name: string;
  readonly timezone: string;
  readonly province: string;
}

/**
 * `starting` until storage was read; `unsupported` says why in `problem`; `new` needs activation; `revoked` may still
 * send what it holds, but shows nothing new; `wiped`: it had been switched off, had nothing left to send, and was emptied.
 */
export type DevicePhase = "starting" | "unsupported" | "new" | "active" | "revoked" | "wiped";

export interface DeviceState {
  readonly phase: DevicePhase;
  readonly device: string | null;
  readonly agent: AgentView | null;
  readonly branch: BranchView | null;
  readonly activatedAt: number | null;
  readonly problem: ErrorView | null;
}

// ---------------------------------------------------------------- ops on their way

/** `unsent`: only on this phone. `sent` states are the server's; see the protocol, section 5. */
export type OpStatus = "unsent" | "received" | "held" | "invalid" | "accepted" | "review" | "rejected" | "conflict";

export interface EnrolResult {
  readonly enrolment: string | null;
  readonly payment_code: string | null;
  readonly amount: number | null;
  readonly pay_link: string | null;
  /** Of an op `attend`: `present`, `flagged` (the teacher looks at it), `absent`. */
  readonly attendance?: string;
}

export interface OpView {
  readonly id: string;
  readonly seq: number;
  readonly kind: OpKind;
  readonly status: OpStatus;
  /** Name of the worker for an enrolment, null once the server has decided and the record came by pull. */
  readonly name: string | null;
  readonly madeAt: number;
  readonly error: ErrorView | null;
  readonly result: EnrolResult | null;
  /** The module's or the class's name, or what an appeal is against. */
  readonly learning?: string;
}

export interface SyncState {
  /** What the browser says; true does not prove a way to the server. */
  readonly online: boolean;
  readonly syncing: boolean;
  readonly progress: { readonly step: SyncStep; readonly done: number; readonly total: number } | null;
  /** When a whole round last ended well. */
  readonly lastSyncAt: number | null;
  /** Ops that the server has not confirmed. */
  readonly unsent: number;
  readonly oldestUnsentAt: number | null;
  /** Photos (whole files) not yet at the server. */
  readonly unsentPhotos: number;
  readonly error: ErrorView | null;
  /** When the engine will try again by itself; null when nothing is planned. */
  readonly nextTryAt: number | null;
}

export type SyncStep = "time" | "push" | "photos" | "pull" | "reference";

// ---------------------------------------------------------------- reference

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** The rules as the server published them; `src/rules/` knows how to read them. */
export interface RulesDocument {
  readonly version: string;
  readonly tariff: Json;
  readonly occupations: readonly Json[];
  readonly consents: readonly Json[];
  readonly nik: Json;
}

export interface VillageView {
  readonly code: string;
  readonly name: string;
  readonly district: string;
  readonly regency: string;
  /** "Handil Jaya, Jelutung, Kota Jambi" */
  readonly label: string;
}

export interface ReferenceState {
  readonly rules: string | null;
  readonly regions: string | null;
  readonly checkedAt: number | null;
}

// ---------------------------------------------------------------- the app around it

export interface Preferences {
  readonly language: "id" | "en";
  readonly theme: "auto" | "light" | "dark";
}

export interface UpdateState {
  /** A new version is downloaded; it starts by itself when no form is open, or on `apply`. */
  readonly ready: boolean;
  /** The shell is stored: the app opens without network. */
  readonly offlineReady: boolean;
  /** The browser offers to install the app. */
  readonly installable: boolean;
}

export interface Engine {
  readonly version: string;
  /** Opens storage and begins to sync. Never rejects: what is wrong is in `device`. */
  start(): Promise<void>;

  readonly device: Observable<DeviceState>;
  /** Records of the open profile that cannot be read any more; lists leave them out. */
  readonly damaged: Observable<number>;
  readonly keeping: Observable<KeepingState>;
  /** Asks the browser not to clear our storage; the answer is in `keeping`. Called after the first enrolment, and by the agent. */
  askToKeep(): Promise<void>;

  readonly lock: {
    readonly state: Observable<LockState>;
    /** Chooses the PIN of a profile in `choosing`; encrypts what was kept before there was one. */
    choose(pin: string): Promise<void>;
    change(present: string, next: string): Promise<void>;
    /** Whether these digits are refused as a PIN: too few, all alike, a run, a birthday. */
    isWeak(pin: string): boolean;
    /** Rejects with `pin_wrong`. */
    open(profile: string, pin: string): Promise<void>;
    /** Locks all tabs. */
    lock(): void;
    /** Told by the screens of every touch and key, so that it does not lock under a working hand. */
    touched(): void;
    /** The camera, a share sheet or the file picker covers the page: no curtain lock until `release`, at most five minutes. */
    hold(): () => void;
    setIdleMinutes(minutes: number): Promise<void>;
    /**
     * For another agent: back to activation, with the other profiles kept. `instead` names a profile whose PIN was forgotten: the new one
     * takes its place. `lock` leads back to the profiles.
     */
    addProfile(instead?: string): Promise<void>;
    /** Empties a profile; rejects with `unsent_left` where work would be lost and `force` is false. */
    removeProfile(profile: string, force: boolean): Promise<void>;
  };

  readonly me: Observable<MeView | null>;
  /** The agent's own papers; null before they came for the first time. `sync.now` fetches newer ones. */
  readonly about: Observable<AboutView | null>;
  readonly preferences: Observable<Preferences>;
  setPreferences(patch: Partial<Preferences>): Promise<void>;

  readonly activation: {
    /** The ten characters of a typed code or of a scanned address, null if there is none in it. */
    readCode(text: string): string | null;
    /** Activates this phone. A second activation keeps what is unsent (it is drained under the old device first). */
    activate(code: string): Promise<DeviceState>;
    /** Plays the back camera in `video` until a code is seen; resolves with the code. Stop it with the signal. */
    scan(video: HTMLVideoElement, signal: AbortSignal): Promise<string>;
  };

  readonly drafts: {
    /** Newest first. */
    readonly list: Observable<readonly Draft[]>;
    start(): Promise<Draft>;
    /**
     * The next of a series: keeps what families and stands share (address, region, job, income, programmes, months, witness; not names, numbers, dates,
     * consents). `opId` is the enrolment just completed; the series begins with it.
     */
    startNext(opId: string): Promise<Draft>;
    /** The next of a group: with what whoever was enrolled with it last on this phone had, or else with `fields`. */
    startInGroup(group: string, fields: DraftFields): Promise<Draft>;
    open(id: string): Promise<Draft>;
    /** Returns at once; written within 300 ms and when the page is hidden. Failures show in `problem`. */
    save(id: string, patch: DraftPatch): void;
    /** Resolves when everything saved so far is on the phone. */
    flush(): Promise<void>;
    /** Why the last save failed, null when all is safe. */
    readonly problem: Observable<ErrorView | null>;
    discard(id: string): Promise<void>;
    /** Takes back a discard of the last day. */
    restore(id: string): Promise<void>;
    /** A new draft with what a rejected enrolment held, to mend and send again; the code on the worker's slip stays theirs. */
    startFrom(opId: string): Promise<Draft>;
  };

  readonly photos: {
    /** Compresses, drops its metadata, keeps it with the draft. */
    attach(draftId: string, picture: Blob): Promise<PhotoRef>;
    detach(draftId: string): Promise<void>;
    /** The picture, while it is on this phone. */
    find(sha256: string): Promise<Blob | null>;
    /** Brings the picture of an enrolment that was entered without one, while the server still waits for it. */
    attachLater(key: string, picture: Blob): Promise<void>;
    /** Pictures shared in from another app (WhatsApp) and not taken yet, newest first; gone after a day. */
    readonly inbox: Observable<readonly SharedPicture[]>;
    openShared(id: string): Promise<Blob>;
    dropShared(id: string): Promise<void>;
  };

  readonly enrolments: {
    /** Completes the draft: one op in the outbox, durable when this resolves. The draft is gone then. */
    complete(input: {
      readonly draftId: string;
      readonly form: EnrolForm;
      readonly rules: string;
      readonly place: Place | null;
    }): Promise<OpView>;
    /** Takes back an unpaid enrolment; `key` as in MemberView. */
    cancel(key: string, reason: CancelReason): Promise<OpView>;
    /** Payment codes left on the phone for work without signal; renewed at each sync. */
    readonly codesLeft: Observable<number>;
    /**
     * Asks the server to send a one-time code to the worker's phone; answers the challenge that the code belongs to.
     * Rejects with `offline` and the like without signal: then the worker signs in another way.
     */
    consentCode(phone: string): Promise<string>;
  };

  /** The door for the courses' code, which comes when they are first opened. */
  readonly learning: LearningDoor;

  readonly outbox: {
    /** Everything that has no final answer, and what was rejected and not yet dismissed; oldest first. */
    readonly list: Observable<readonly OpView[]>;
    /** Hides a rejected op for good. */
    dismiss(opId: string): Promise<void>;
    /**
     * What is unsent with its pictures, sealed to the branch, as files to carry there by cable or share: one as a rule, one more for each gap in
     * the chain or former device; none when nothing is unsent. Nothing changes on the phone: it is all sent again when there is signal, and the
     * office takes it once. Rejects with `seal_key_missing` where no key of the branch has come yet.
     */
    exportSealed(): Promise<readonly File[]>;
  };

  readonly members: {
    /** Goes up by one whenever any answer of `search` or `find` may have changed. */
    readonly revision: Observable<number>;
    search(query: MemberQuery): Promise<MemberPage>;
    find(key: string): Promise<MemberView | null>;
  };

  readonly reference: {
    readonly state: Observable<ReferenceState>;
    /** Rejects with `reference_missing` before the first download. */
    rules(): Promise<RulesDocument>;
    searchVillages(text: string, limit?: number): Promise<readonly VillageView[]>;
    findVillage(code: string): Promise<VillageView | null>;
    /** Asks the server for newer ones now. */
    refresh(): Promise<void>;
  };

  readonly sync: {
    readonly state: Observable<SyncState>;
    /** A round now; resolves when it ended, with or without success (see `state`). */
    now(): Promise<void>;
  };

  readonly updates: {
    readonly state: Observable<UpdateState>;
    /** Call when a form opens; call what it returns when it closes. No update is applied in between. */
    holdForForm(): () => void;
    apply(): void;
    promptInstall(): Promise<boolean>;
  };

  /** Best known time of the server, ms: the last token plus what has passed since. */
  serverNow(): number;
  /** Hex SHA-256 of the UTF-8 bytes. */
  sha256(text: string): Promise<string>;
  /** The phone's place, null when refused or not found within the time (ms). */
  locate(timeout?: number): Promise<Place | null>;
}
