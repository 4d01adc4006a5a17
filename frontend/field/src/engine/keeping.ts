/**
 * What may go wrong with the phone itself, told before it does: too little room, a browser that may clear our storage, work that
 * has not left for days, rules or a licence that run out, a clock that is off.
 */
import type { PhoneStorage } from "../storage/phone";
import { EngineError, type ErrorView, type KeepingState, type KeepingWarning, type MeView } from "./contract";
import { Cell } from "./observable";
import type { Surroundings } from "./surroundings";

const MB = 1024 * 1024;
const DAY = 86_400_000;
/** Below this the next photos may not fit. */
export const LITTLE_ROOM = 50 * MB;
/** Below this the next form may not fit. */
export const NO_ROOM = 10 * MB;
export const UNSENT_DAYS = 2;
export const RULES_DAYS = 30;
export const LICENCE_DAYS = 30;
const CLOCK_MS = 10 * 60_000;
/** A write that failed for want of room is believed more than the browser's estimate, for this long. */
const FULL_FOR_MS = 10 * 60_000;

/** What the browser knows of our storage; null where it does not tell. */
export interface Room {
  persisted(): Promise<boolean | null>;
  persist(): Promise<boolean | null>;
  estimate(): Promise<{ readonly usedBytes: number; readonly freeBytes: number } | null>;
}

export interface Facts {
  readonly freeBytes: number | null;
  readonly persisted: KeepingState["persisted"];
  /** Best known time of the server, ms. */
  readonly now: number;
  /** Off by so much, ms; positive when the phone's clock is ahead. */
  readonly skew: number;
  readonly unsent: number;
  readonly oldestUnsentAt: number | null;
  readonly rulesCheckedAt: number | null;
  /** `YYYY-MM-DD`, and today's day at the branch. */
  readonly licenceEnds: string | null;
  /** The first day to ask for renewal; null where nobody has said. */
  readonly renewFrom: string | null;
  readonly today: string;
}

function daysBetween(from: number, until: number): number {
  return Math.floor((until - from) / DAY);
}

function daysUntil(today: string, day: string): number {
  return Math.round((Date.parse(`${day}T00:00:00Z`) - Date.parse(`${today}T00:00:00Z`)) / DAY);
}

/** What there is to warn of: not of a licence that was taken away, is followed by another, or is asked to be renewed. */
export function licenceEnd(me: MeView | null): Pick<Facts, "licenceEnds" | "renewFrom"> {
  const licence = me?.licence ?? null;
  const isSettled = licence === null || licence.state === "revoked" || licence.renewal === "asked";
  if (isSettled || licence.renewed_to) return { licenceEnds: null, renewFrom: null };
  return { licenceEnds: licence.valid_to, renewFrom: licence.renew_from ?? null };
}

/** Most urgent first. */
export function warn(facts: Facts): KeepingWarning[] {
  const { freeBytes, persisted, skew, unsent, oldestUnsentAt, rulesCheckedAt, licenceEnds } = facts;
  const found: KeepingWarning[] = [];
  const days = oldestUnsentAt === null ? 0 : daysBetween(oldestUnsentAt, facts.now);
  const rulesDays = rulesCheckedAt === null ? 0 : daysBetween(rulesCheckedAt, facts.now);
  const space = freeBytes !== null && freeBytes < LITTLE_ROOM ? ({ kind: "space", freeBytes } as const) : null;
  if (space !== null && space.freeBytes < NO_ROOM) found.push(space);
  if (Math.abs(skew) > CLOCK_MS) found.push({ kind: "clock", minutes: Math.round(skew / 60_000) });
  if (unsent > 0 && days >= UNSENT_DAYS) found.push({ kind: "days_unsent", days, unsent });
  if (space !== null && space.freeBytes >= NO_ROOM) found.push(space);
  const left = licenceEnds === null ? null : daysUntil(facts.today, licenceEnds);
  const isSoon = facts.renewFrom === null ? left !== null && left <= LICENCE_DAYS : facts.today >= facts.renewFrom;
  if (left !== null && licenceEnds !== null && left >= 0 && isSoon)
    found.push({ kind: "licence_ends", on: licenceEnds });
  if (rulesDays > RULES_DAYS) found.push({ kind: "rules_old", days: rulesDays });
  if (persisted === "refused") found.push({ kind: "not_persisted" });
  return found;
}

export type Known = Omit<Facts, "freeBytes" | "persisted">;

export class Keeping {
  readonly state = new Cell<KeepingState>({ persisted: "unknown", usedBytes: null, freeBytes: null, warnings: [] });
  private fullAt: number | null = null;
  private asked = false;

  constructor(
    private readonly around: Surroundings,
    private readonly phone: Pick<PhoneStorage, "find" | "put">,
    private readonly known: () => Known,
  ) {}

  /** Asks the browser how things are and thinks again what to warn of. Never rejects. */
  async look(): Promise<void> {
    const { room } = this.around;
    this.asked ||= (await this.phone.find("askedToKeep").catch(() => null)) === true;
    const granted = await room.persisted().catch(() => null);
    const estimate = await room.estimate().catch(() => null);
    this.set(this.readAnswer(granted), estimate?.usedBytes ?? null, estimate?.freeBytes ?? null);
  }

  /** The same from what was last known of the room: cheap, for every change of the other facts. */
  think(): void {
    const { persisted, usedBytes, freeBytes } = this.state.get();
    this.set(persisted, usedBytes, freeBytes);
  }

  /** `storage.persist()`; some browsers ask the agent, some decide by themselves. Never rejects. */
  async ask(): Promise<void> {
    this.asked = true;
    await this.phone.put("askedToKeep", true).catch(() => undefined);
    const granted = await this.around.room.persist().catch(() => null);
    const { usedBytes, freeBytes } = this.state.get();
    this.set(this.readAnswer(granted), usedBytes, freeBytes);
  }

  /** There is something to lose from now on: the browser is asked, unless it has answered. Passes `done` on. */
  askOnce<T>(done: T): T {
    if (this.state.get().persisted === "unknown") void this.ask();
    return done;
  }

  /** What a write meets tells more of the room than the browser's estimate. */
  async watch<T>(act: Promise<T>): Promise<T> {
    try {
      return await act;
    } catch (failure) {
      if (failure instanceof EngineError) this.noteProblem(failure);
      throw failure;
    }
  }

  noteProblem(problem: ErrorView | null): void {
    if (problem?.code !== "storage_full") return;
    this.fullAt = this.around.mono();
    this.think();
  }

  private readAnswer(granted: boolean | null): KeepingState["persisted"] {
    if (granted === null) return "unsupported";
    if (granted) return "granted";
    return this.asked ? "refused" : "unknown";
  }

  private set(persisted: KeepingState["persisted"], usedBytes: number | null, estimated: number | null): void {
    const full = this.fullAt !== null && this.around.mono() - this.fullAt < FULL_FOR_MS;
    const freeBytes = full ? 0 : estimated;
    const before = this.state.get();
    const after = { persisted, usedBytes, freeBytes, warnings: warn({ ...this.known(), persisted, freeBytes }) };
    if (JSON.stringify(before) !== JSON.stringify(after)) this.state.set(after);
  }
}

/** `navigator.storage`, or nothing where there is none (also outside HTTPS). */
export function browserRoom(): Room {
  const storage = navigator.storage as StorageManager | undefined;
  return {
    persisted: async () => (await storage?.persisted?.()) ?? null,
    persist: async () => (await storage?.persist?.()) ?? null,
    estimate: async () => {
      const { usage, quota } = (await storage?.estimate?.()) ?? {};
      if (usage === undefined || quota === undefined) return null;
      return { usedBytes: usage, freeBytes: Math.max(0, quota - usage) };
    },
  };
}
