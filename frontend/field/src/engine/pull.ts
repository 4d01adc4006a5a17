/** Fetches what changed for this agent, page by page, each page and its cursor kept together (protocol, section 7). */
import type { MemberRecord } from "../storage/records";
import type { PulledPage, Storage } from "../storage/storage";
import { readAnswers } from "./answers";
import { EngineError, type MeView } from "./contract";
import { isRecord } from "./http";
import type { Progress } from "./push";
import type { SignedRequests } from "./signed";
import type { Surroundings } from "./surroundings";

const PAGE = 500;
const SLOW_PAGE = 100;
/** A server that always says there is more must not keep a phone awake for ever. */
const MAX_PAGES = 400;

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
  };
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

function readLicence(value: unknown): MeView["licence"] {
  if (!isRecord(value)) return null;
  return {
    number: text(value, "number") ?? "",
    valid_to: text(value, "valid_to") ?? "",
    state: text(value, "state") ?? "",
  };
}

function readQuota(value: unknown): MeView["quota"] {
  if (!isRecord(value)) return null;
  const cap = number(value, "cap");
  const left = number(value, "left");
  return cap === null || left === null ? null : { cap, left, mode: text(value, "mode") ?? "" };
}

export function readAgent(value: unknown): MeView["agent"] {
  const fields = isRecord(value) ? value : {};
  const of = (name: string): string => text(fields, name) ?? "";
  return { id: of("id"), code: of("code"), name: of("name"), office: of("office"), sub_branch: of("sub_branch") };
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

function readMe(value: unknown): MeView | null {
  if (!isRecord(value)) return null;
  const dues = isRecord(value.dues) ? value.dues : {};
  return {
    agent: readAgent(value.agent),
    branch: readBranch(value.branch),
    licence: readLicence(value.licence),
    today: figures(value.today),
    month: figures(value.month),
    target_month: number(value, "target_month"),
    quota: readQuota(value.quota),
    dues: { count: number(dues, "count") ?? 0, amount: number(dues, "amount") ?? 0 },
    rules: text(value, "rules") ?? "",
    as_of_ms: number(value, "as_of_ms") ?? 0,
  };
}

export function readPage(json: unknown): { page: PulledPage; more: boolean } {
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
  return { page, more: json.more === true };
}

export class Pull {
  constructor(
    private readonly storage: Storage,
    private readonly requests: SignedRequests,
    private readonly around: Surroundings,
  ) {}

  /** Calls `kept` after each page that is safely stored. */
  async run(device: string, progress: Progress, kept: (page: PulledPage) => void): Promise<void> {
    let cursor = (await this.storage.find("cursor")) ?? 0;
    let done = 0;
    for (let count = 0; count < MAX_PAGES; count += 1) {
      const limit = this.around.slow() ? SLOW_PAGE : PAGE;
      const path = `/api/v1/sync/pull?cursor=${cursor}&limit=${limit}`;
      const { page, more } = readPage((await this.requests.ask(device, { method: "GET", path })).json);
      await this.storage.applyPage(page);
      kept(page);
      done += page.members.length;
      progress(done, done + (more ? limit : 0));
      if (!more || page.cursor === cursor) return;
      cursor = page.cursor;
    }
  }
}
