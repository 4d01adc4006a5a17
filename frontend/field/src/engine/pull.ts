/** Fetches what changed for this agent, page by page, each page and its cursor kept together (protocol, section 7). */
import type { LeasedCode, MemberRecord, StateValues } from "../storage/records";
import type { PulledPage, Storage } from "../storage/storage";
import { readAnswers } from "./answers";
import { EngineError, type MeView, type RankView } from "./contract";
import { AnswerTooLong, isRecord, readText } from "./http";
import { type Leases, readLeases } from "./leases";
import { Pieces } from "./pieces";
import type { Progress } from "./push";
import { type BranchKey, readBranchKey } from "./sealing";
import type { SignedRequests } from "./signed";
import type { Surroundings } from "./surroundings";

/** Members in one page: few at first, so that the list is there soon, then what the line carries and a slow phone enciphers at once. */
export const PULL_MEMBERS = { first: 100, least: 20, most: 250 } as const;
/** A server that always says there is more must not keep a phone awake for ever. */
const MAX_PAGES = 2_000;
/** No agent has so many: somebody else's list has come by mistake, and it would fill the phone. */
export const MOST_MEMBERS = 20_000;

/** A page of 500 has a quarter of it. */
const MAX_PAGE_BYTES = 2 * 1024 * 1024;
const ASK_AGAIN_MS = 30 * 60_000;

type Identity = StateValues["identity"];

type Fields = Record<string, unknown>;

function text(fields: Fields, name: string): string | null {
  const value = fields[name];
  return typeof value === "string" && value !== "" ? value : null;
}

function number(fields: Fields, name: string): number | null {
  const value = fields[name];
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}

function need<T>(value: T | null): T {
  if (value === null) throw new EngineError("bad_answer");
  return value;
}

function readMember(value: Fields): MemberRecord {
  return {
    id: need(text(value, "id")),
    op: text(value, "op"),
    name: text(value, "name") ?? "",
    nik: text(value, "nik") ?? "",
    state: need(text(value, "state")),
    review: text(value, "review"),
    review_text: readText(value.review_text),
    captured_on: text(value, "captured_on") ?? "",
    region: text(value, "region"),
    phone: text(value, "phone"),
    programmes: Array.isArray(value.programmes) ? value.programmes.filter((one) => typeof one === "string") : [],
    months: number(value, "months") ?? 1,
    payment_code: text(value, "payment_code"),
    amount: number(value, "amount"),
    pay_by: text(value, "pay_by"),
    pay_link: text(value, "pay_link"),
    paid_through: text(value, "paid_through"),
    cover_from: text(value, "cover_from"),
    kpj: text(value, "kpj"),
    core: text(value, "core"),
    photo_by: text(value, "photo_by"),
    protected_until: text(value, "protected_until"),
    catch_up_until: text(value, "catch_up_until"),
    ...termsOf(value),
  };
}

/** Of an older server nothing. */
function termsOf(value: Fields): Pick<MemberRecord, "segment" | "income" | "jobs"> {
  const [segment, income] = [text(value, "segment"), number(value, "income")];
  if (segment === null || income === null || !Array.isArray(value.jobs)) return {};
  return { segment, income, jobs: value.jobs.filter((one) => typeof one === "string") };
}

function figures(value: unknown): { enrolled: number; active: number; review: number; contributions: number } {
  const fields = isRecord(value) ? value : {};
  return {
    enrolled: number(fields, "enrolled") ?? 0,
    active: number(fields, "active") ?? 0,
    review: number(fields, "review") ?? 0,
    contributions: number(fields, "contributions") ?? 0,
  };
}

/** Left out where an older server does not say. */
function acceptedOf(month: unknown): { accepted?: number } {
  const accepted = isRecord(month) ? number(month, "accepted") : null;
  return accepted === null ? {} : { accepted };
}

function readLicence(value: unknown): MeView["licence"] {
  if (!isRecord(value)) return null;
  return {
    number: text(value, "number") ?? "",
    valid_to: text(value, "valid_to") ?? "",
    state: text(value, "state") ?? "",
    renew_from: text(value, "renew_from"),
    renewal: text(value, "renewal"),
    renewed_to: text(value, "renewed_to"),
  };
}

function readQuota(value: unknown): MeView["quota"] {
  if (!isRecord(value)) return null;
  const cap = number(value, "cap");
  const left = number(value, "left");
  const mode = text(value, "mode") ?? "";
  return cap === null || left === null ? null : { cap, left, mode, queue: value.queue === true };
}

/** Of an older server nothing. */
function leaseOf(me: Fields): Pick<MeView, "lease"> {
  if (me.lease === undefined) return {};
  if (!Array.isArray(me.lease)) return { lease: null };
  return {
    lease: me.lease.filter(isRecord).map((one) => ({
      from: text(one, "from") ?? "",
      to: text(one, "to") ?? "",
      segment: text(one, "segment") ?? "all",
      slots: number(one, "slots") ?? 0,
      until: text(one, "until"),
    })),
  };
}

export function readAgent(value: unknown): MeView["agent"] {
  const fields = isRecord(value) ? value : {};
  const of = (name: string): string => text(fields, name) ?? "";
  const names = {
    id: of("id"),
    code: of("code"),
    name: of("name"),
    office: of("office"),
    sub_branch: of("sub_branch"),
  };
  return { ...names, phone: text(fields, "phone") };
}

export function readBranch(value: unknown): MeView["branch"] {
  const fields = isRecord(value) ? value : {};
  return {
    id: number(fields, "id") ?? 0,
    name: text(fields, "name") ?? "",
    timezone: text(fields, "timezone") ?? "Asia/Jakarta",
    province: text(fields, "province") ?? "",
  };
}

function readRank(value: unknown): RankView | null {
  if (!isRecord(value)) return null;
  return {
    place: number(value, "place"),
    of: number(value, "of") ?? 0,
    per_day: number(value, "per_day") ?? 0,
    is_city: value.is_city === true,
    is_new: value.is_new === true,
  };
}

function readMe(value: unknown): MeView | null {
  if (!isRecord(value)) return null;
  const dues = isRecord(value.dues) ? value.dues : {};
  return {
    agent: readAgent(value.agent),
    branch: readBranch(value.branch),
    licence: readLicence(value.licence),
    today: figures(value.today),
    month: { ...figures(value.month), ...acceptedOf(value.month) },
    target_month: number(value, "target_month"),
    days_off: Array.isArray(value.days_off) ? value.days_off.filter((day) => typeof day === "string") : [],
    rank: readRank(value.rank),
    quota: readQuota(value.quota),
    ...leaseOf(value),
    dues: { count: number(dues, "count") ?? 0, amount: number(dues, "amount") ?? 0 },
    rules: text(value, "rules") ?? "",
    as_of_ms: number(value, "as_of_ms") ?? 0,
  };
}

/** What a page brings for the phone itself. */
export interface Brought {
  /** Null where the branch leases no codes. */
  readonly leases: LeasedCode[] | null;
  readonly branchKey: BranchKey | null;
}

function readBrought(me: unknown): Brought {
  const fields = isRecord(me) ? me : {};
  const branch = isRecord(fields.branch) ? fields.branch : {};
  return { leases: readLeases(fields.payment_codes), branchKey: readBranchKey(branch.seal_key) };
}

export interface ReadPage {
  readonly page: PulledPage;
  readonly more: boolean;
  readonly brought: Brought;
}

export function readPage(json: unknown): ReadPage {
  if (!isRecord(json) || typeof json.cursor !== "number" || !Array.isArray(json.members))
    throw new EngineError("bad_answer");
  const rows = json.members.filter(isRecord);
  const page: PulledPage = {
    cursor: json.cursor,
    members: rows.filter((row) => row.gone !== true).map(readMember),
    gone: rows.filter((row) => row.gone === true).map((row) => need(text(row, "id"))),
    answers: readAnswers(json.answers ?? []),
    me: readMe(json.me),
  };
  return { page, more: json.more === true, brought: readBrought(json.me) };
}

export class Pull {
  private readonly pieces = new Pieces(PULL_MEMBERS);
  /** Several pages of a pull bring the same list: once is enough. */
  private takeLeases = true;
  /** On the monotonic clock: a list that is too long is not asked for every minute, for the agent pays for it. */
  private refusedAt: number | null = null;

  constructor(
    private readonly storage: Storage,
    private readonly requests: SignedRequests,
    private readonly around: Surroundings,
    private readonly leases: Leases,
  ) {}

  /**
   * Calls `kept` after each page that is safely stored; a page that was cut off is asked for again from the same cursor.
   * Rejects with `too_many_members` before it would keep more than an agent can have; what is there stays.
   */
  async run(identity: Identity, progress: Progress, kept: (page: PulledPage) => void): Promise<void> {
    if (this.refusedAt !== null && this.around.mono() - this.refusedAt < ASK_AGAIN_MS)
      throw new EngineError("too_many_members");
    this.refusedAt = null;
    this.takeLeases = true;
    const { session } = this.storage;
    let cursor = (await this.storage.find("cursor")) ?? 0;
    let stored = await this.storage.countMembers();
    let done = 0;
    for (let count = 0; count < MAX_PAGES; count += 1) {
      const { page, more, brought } = await this.fetchPage(identity.device, cursor);
      // Counts those that were known as new: right as long as there is room, and looked at closely when there is none.
      stored += page.members.length;
      if (stored > MOST_MEMBERS) stored = await this.checkRoom(page);
      // The phone may have been handed on while the page was on its way.
      this.storage.requireSession(session);
      await this.storage.applyPage(page);
      this.storage.requireSession(session);
      await this.keep(brought, identity.agent.id);
      kept(page);
      done += page.members.length;
      progress(done, done + (more ? this.pieces.limit : 0));
      if (!more || page.cursor === cursor) return;
      cursor = page.cursor;
    }
  }

  /** The agent asks by themselves: whoever had to mend it may have done so. */
  forgive(): void {
    this.refusedAt = null;
  }

  private async keep({ leases, branchKey }: Brought, agent: string): Promise<void> {
    if (branchKey !== null) await this.storage.put("branchKey", branchKey);
    if (leases === null || !this.takeLeases) return;
    await this.leases.replace(leases, agent);
    this.takeLeases = false;
  }

  private async fetchPage(device: string, cursor: number): Promise<ReadPage> {
    const limit = this.pieces.limit;
    const path = `/api/v1/sync/pull?cursor=${cursor}&limit=${limit}`;
    const began = this.around.mono();
    try {
      const reply = await this.requests.ask(device, { method: "GET", path, maxBytes: MAX_PAGE_BYTES });
      const read = readPage(reply.json);
      this.pieces.passed(Math.max(read.page.members.length, read.more ? limit : 0), this.around.mono() - began);
      return read;
    } catch (failure) {
      if (failure instanceof AnswerTooLong) throw this.refuse();
      if (failure instanceof EngineError && ["unreachable", "bad_answer"].includes(failure.code)) this.pieces.broke();
      throw failure;
    }
  }

  private refuse(): EngineError {
    this.refusedAt = this.around.mono();
    return new EngineError("too_many_members");
  }

  /** How many there will be with this page. One that adds none is always let in: the mistake may be mended by it. */
  private async checkRoom(page: PulledPage): Promise<number> {
    const known = new Set(await this.storage.listMemberIds());
    const before = known.size;
    for (const { id } of page.members) known.add(id);
    for (const id of page.gone) known.delete(id);
    if (known.size > MOST_MEMBERS && known.size > before) throw this.refuse();
    return known.size;
  }
}
