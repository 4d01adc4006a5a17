/** What a screen may know of the engine: the vault and the state of the phone itself. See `contract.ts`. */

// ---------------------------------------------------------------- the vault (docs/decisions/0006)

/** Who may open this phone: one an agent. The label is the agent's own name and code, nothing of workers. */
export interface ProfileView {
  readonly id: string;
  readonly label: string;
  readonly code: string;
  /** Ops that the server has not confirmed. */
  readonly unsent: number;
  /** Of these: those that cannot leave while locked, because no key of the branch was known when they were made. */
  readonly unsealed: number;
  /** Pictures of ID cards that the server may want and has not; of these, those without a sealed copy: the phone was full, or no key of the branch known. */
  readonly unsentPhotos: number;
  readonly unsealedPhotos: number;
  /** Its agent has a newer profile on this phone: it only sends what it holds, and goes by itself when that is done. */
  readonly retired: boolean;
  readonly wrongTries: number;
  /** After wrong tries: the phone's clock when the next one is heard (a clock set forward does not help). */
  readonly waitUntil: number | null;
}

/**
 * `none`: no profile yet, activation makes one; `choosing`: a PIN must be chosen (after activation, or for data from
 * before there was one); `locked`; `open`.
 */
export type LockPhase = "none" | "choosing" | "locked" | "open";

export interface LockState {
  readonly phase: LockPhase;
  readonly profile: ProfileView | null;
  readonly profiles: readonly ProfileView[];
  /** Minutes without a touch after which it locks: 1 to 15. */
  readonly idleMinutes: number;
}

// ---------------------------------------------------------------- what may go wrong with the phone itself

/** What the phone has said about keeping data, and how much room is left; null where the browser does not tell. */
export interface KeepingState {
  /** `asked` by us and refused is `refused`; `unknown` before asking. */
  readonly persisted: "unknown" | "granted" | "refused" | "unsupported";
  readonly usedBytes: number | null;
  readonly freeBytes: number | null;
  /** What the agent should know now, most urgent first. */
  readonly warnings: readonly KeepingWarning[];
}

export type KeepingWarning =
  | { readonly kind: "space"; readonly freeBytes: number }
  | { readonly kind: "not_persisted" }
  | { readonly kind: "days_unsent"; readonly days: number; readonly unsent: number }
  | { readonly kind: "rules_old"; readonly days: number }
  | { readonly kind: "licence_ends"; readonly on: string }
  | { readonly kind: "clock"; readonly minutes: number };
