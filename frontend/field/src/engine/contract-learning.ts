/** Courses and classes, as the server tells them (protocol, section 17) and as the phone keeps them. Days are `YYYY-MM-DD`. */
import type { OpView, Place } from "./contract";
import type { CashKept } from "./contract-cash";
import type { DuesKept } from "./contract-chase";
import type { EmployersKept } from "./contract-employers";
import type { GroupsKept } from "./contract-groups";
import type { Bytes } from "./encoding";

/** A version without what it says. */
export interface CourseHead {
  readonly id: string;
  readonly number: number;
  readonly title: string;
  readonly summary: string;
  readonly credit_minutes: number;
  readonly pass_percent: number;
  readonly modules: readonly string[];
  /** Of text, pictures and videos together. */
  readonly bytes: number;
}

export interface CourseView {
  readonly id: string;
  /** The one that is offered; null where the course was withdrawn. */
  readonly version: CourseHead | null;
  /** What the server knows of a taking that is not complete. */
  readonly taking: { readonly id: string; readonly version: CourseHead; readonly passed: readonly string[] } | null;
  readonly missing: boolean;
  readonly due_on: string | null;
  readonly reason: string | null;
  readonly done_on: string | null;
  readonly done_version: string | null;
}

export interface LessonView {
  readonly id: string;
  readonly title: string;
  readonly teacher: string;
  readonly place: string;
  readonly starts_at: string;
  readonly ends_at: string;
  readonly credit_minutes: number;
  readonly cancelled: boolean;
  readonly attendance: string | null;
}

export interface CourseList {
  readonly courses: readonly CourseView[];
  readonly credit: { readonly minutes: number; readonly since: string };
  readonly lessons: readonly LessonView[];
}

/** How one course goes on this phone, ahead of what the server knows. */
export interface TakingKept {
  readonly id: string;
  readonly course: string;
  readonly version: CourseHead;
  readonly begunAt: number;
  /** Modules passed, marked by the phone. */
  readonly passed: readonly string[];
  /** Answers of the module that is open, by question. */
  readonly draft: { readonly module: string; readonly answers: Answers } | null;
}

export type Answers = Readonly<Record<string, readonly number[]>>;

/** Personal, and so sealed in the agent's own database. */
export interface LearningKept {
  readonly list: CourseList | null;
  readonly fetchedAt: number;
  readonly takings: readonly TakingKept[];
  /** By id of the measure. */
  readonly appeals?: Readonly<Record<string, AppealKept>>;
  readonly employers?: EmployersKept;
}

/** An appeal while it is written, and the op that it became. */
export interface AppealKept {
  readonly text: string;
  readonly op: string | null;
}

/** What an op is about; protocol, section 4. */
export type OpKind = "enrol" | "cancel" | LearningKind;
type LearningKind =
  | "course_progress"
  | "attend"
  | "appeal"
  | "renew"
  | "cash_receipt"
  | "cash_void"
  | "cash_deposit"
  | "visit_outcome"
  | "employer"
  | "worker"
  | "worker_left"
  | "worker_wage"
  | "group_new"
  | "funding_answer"
  | DuesKind;
/** What an agent writes down about a member's dues. */
export type DuesKind = "advance_bill" | "change_terms" | "reactivate";

export interface LearningDoor {
  find(): Promise<LearningKept | null>;
  /** One change at a time, over all tabs. */
  change(how: (kept: LearningKept) => LearningKept): Promise<LearningKept>;
  /** A signed GET. */
  ask(path: string): Promise<unknown>;
  askBytes(path: string): Promise<Bytes>;
  /**
   * Durable when it resolves; sent soon after. `name` is shown in the outbox. With an `id` that was kept beforehand it is made once: a
   * second call (a page that died before it was told) resolves with the op that there is.
   */
  append(kind: LearningKind, body: object, place: Place | null, name: string, id?: string): Promise<OpView>;
  /**
   * The same with the next leased payment code, where there is one, which leaves the list together with the op. Of an op that the
   * server has judged already the code is told by the server.
   */
  appendWithCode(
    kind: LearningKind,
    body: (code: string | null) => object,
    place: Place | null,
    name: string,
    id?: string,
  ): Promise<{ readonly op: OpView; readonly code: string | null }>;
  findOp(id: string): Promise<OpView | null>;
  /** Signed by the phone's key: r and s. */
  sign(message: Bytes): Promise<Bytes>;
  findCash(): Promise<CashKept | null>;
  /** One change at a time, over all tabs. */
  changeCash(how: (kept: CashKept) => CashKept): Promise<CashKept>;
  findDues(): Promise<DuesKept | null>;
  /** One change at a time, over all tabs. */
  changeDues(how: (kept: DuesKept) => DuesKept): Promise<DuesKept>;
  findGroups(): Promise<GroupsKept | null>;
  /** One change at a time, over all tabs. */
  changeGroups(how: (kept: GroupsKept) => GroupsKept): Promise<GroupsKept>;
  /** The device that signs, and whose it is. */
  findIdentity(): Promise<{ readonly device: string; readonly branch: number; readonly agentCode: string } | null>;
}
