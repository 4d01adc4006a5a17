/** The agent's own members: what the server told, merged with what only this phone knows. */
import type { MemberRecord, OpRecord } from "../storage/records";
import type { PulledPage, Storage } from "../storage/storage";
import type { MemberPage, MemberQuery, MemberState, MemberView } from "./contract";
import { Cell } from "./observable";
import { hasWords, plain, words } from "./words";

const STATES: readonly string[] = [
  "captured",
  "review",
  "accepted",
  "active",
  "lapsed",
  "ended",
  "rejected",
  "cancelled",
];
const CANCELLABLE: readonly MemberState[] = ["unsent", "captured", "review", "accepted"];
const UNDECIDED = ["unsent", "invalid", "received", "held"];

interface Indexed {
  readonly view: MemberView;
  readonly line: string;
  readonly digits: string;
}

/** Own ops by id, which enrolment each became, and what is still on its way. */
interface OpFacts {
  readonly byEnrolment: ReadonlyMap<string, OpRecord>;
  readonly cancelling: ReadonlySet<string>;
  readonly photos: ReadonlySet<string>;
}

function stateOf(state: string): MemberState {
  return STATES.includes(state) ? (state as MemberState) : "captured";
}

function stateOfOp(op: OpRecord): MemberState {
  if (op.status === "accepted" || op.status === "review" || op.status === "rejected") return op.status;
  if (op.status === "received" || op.status === "held") return "captured";
  return op.status === "conflict" ? "rejected" : "unsent";
}

function canCancel(state: MemberState, op: string | null, cancelling: boolean): boolean {
  return op !== null && !cancelling && CANCELLABLE.includes(state);
}

function viewRecord(record: MemberRecord, facts: OpFacts): MemberView {
  const op = facts.byEnrolment.get(record.id) ?? null;
  const opId = op?.id ?? record.op ?? record.id;
  const state = stateOf(record.state);
  const cancelling = facts.cancelling.has(opId) && CANCELLABLE.includes(state);
  return {
    key: record.id,
    enrolment: record.id,
    op: opId,
    name: record.name,
    nik: record.nik,
    state,
    opStatus: op?.status ?? null,
    review: record.review,
    error: state === "review" || state === "rejected" ? (op?.error ?? null) : null,
    capturedOn: record.captured_on,
    region: record.region,
    phone: record.phone,
    programmes: record.programmes,
    months: record.months,
    paymentCode: record.payment_code,
    amount: record.amount,
    payBy: record.pay_by,
    payLink: record.pay_link,
    paidThrough: record.paid_through,
    coverFrom: record.cover_from,
    kpj: record.kpj,
    core: record.core,
    photoPending: facts.photos.has(opId),
    cancelling,
    canCancel: canCancel(state, opId, cancelling),
  };
}

/** An enrolment that no pull has brought yet. */
function viewOp(op: OpRecord, facts: OpFacts): MemberView | null {
  if (op.enrol === null) return null;
  const { name, nik, region, phone, programmes, months, capturedOn, amount } = op.enrol;
  const state = stateOfOp(op);
  const cancelling = facts.cancelling.has(op.id) && CANCELLABLE.includes(state);
  return {
    key: op.result?.enrolment ?? op.id,
    enrolment: op.result?.enrolment ?? null,
    op: op.id,
    name,
    nik,
    state,
    opStatus: op.status,
    review: null,
    error: op.error,
    capturedOn,
    region,
    phone,
    programmes,
    months,
    paymentCode: op.result?.payment_code ?? null,
    amount: op.result?.amount ?? amount,
    payBy: null,
    payLink: op.result?.pay_link ?? null,
    paidThrough: null,
    coverFrom: null,
    kpj: null,
    core: null,
    photoPending: facts.photos.has(op.id),
    cancelling,
    canCancel: canCancel(state, op.id, cancelling),
  };
}

/** One list, newest first: the server's record wins over the op that it came from. */
export function mergeMembers(
  records: readonly MemberRecord[],
  ops: readonly OpRecord[],
  photoOps: readonly string[],
): MemberView[] {
  const byEnrolment = new Map<string, OpRecord>();
  const known = new Set(records.map((record) => record.id));
  const opsById = new Map(ops.map((op) => [op.id, op]));
  for (const record of records) {
    // The server names an enrolment after the op that made it.
    const op = opsById.get(record.op ?? record.id);
    if (op !== undefined) byEnrolment.set(record.id, op);
  }
  for (const op of ops) if (op.kind === "enrol" && op.result?.enrolment) byEnrolment.set(op.result.enrolment, op);
  const failed = ["rejected", "conflict"];
  const cancels = ops.filter((op) => op.cancel !== null && !failed.includes(op.status));
  const cancelling = new Set(cancels.map((op) => op.cancel?.enrolmentOp ?? ""));
  const facts: OpFacts = { byEnrolment, cancelling, photos: new Set(photoOps) };
  const taken = new Set([...byEnrolment].filter(([id]) => known.has(id)).map(([, op]) => op.id));
  const alone = ops.filter((op) => op.kind === "enrol" && !taken.has(op.id) && isShown(op));
  const views = [...records.map((record) => viewRecord(record, facts)), ...alone.map((op) => viewOp(op, facts))];
  return views.filter((view) => view !== null).sort(newestFirst);
}

function isShown(op: OpRecord): boolean {
  return UNDECIDED.includes(op.status) || !op.dismissed;
}

function newestFirst(a: MemberView, b: MemberView): number {
  const waiting = Number(b.state === "unsent") - Number(a.state === "unsent");
  if (waiting !== 0) return waiting;
  if (a.capturedOn !== b.capturedOn) return a.capturedOn < b.capturedOn ? 1 : -1;
  return (b.op ?? b.key) < (a.op ?? a.key) ? -1 : 1;
}

/** The searched forms of a member by what they are made of: most stay the same from one merge to the next. */
const FORMS = new Map<string, Pick<Indexed, "line" | "digits">>();
const MAX_FORMS = 20_000;

function index(view: MemberView): Indexed {
  const numbers = [view.nik, view.phone, view.paymentCode, view.kpj].map((text) => text ?? "").join(" ");
  const key = `${view.name}|${numbers}`;
  let forms = FORMS.get(key);
  if (forms === undefined) {
    if (FORMS.size >= MAX_FORMS) FORMS.clear();
    forms = { line: ` ${plain(view.name)}`, digits: `${numbers.replace(/[^\d* ]/g, "")} ` };
    FORMS.set(key, forms);
  }
  return { view, ...forms };
}

/** Digits match the end of any number; longer ones also its inside, as a phone is often told without its prefix. */
function matches(row: Indexed, text: string): boolean {
  const digits = text.replace(/[\s+.-]/g, "");
  if (/^\d{2,}$/.test(digits)) {
    const bare = digits.replace(/^(62|0)(?=8)/, "");
    return row.digits.includes(`${digits} `) || (bare.length >= 5 && row.digits.includes(bare));
  }
  return hasWords(row.line, words(text));
}

export class Members {
  readonly revision = new Cell(0);
  /** What the server told, kept in memory once read: a phone takes long to read 5,000 records. */
  private records: Map<string, MemberRecord> | null = null;
  private epoch = 0;
  private rows: Promise<readonly Indexed[]> | null = null;
  private agent: string | null = null;

  constructor(private readonly storage: Storage) {}

  /** Ops have changed, or records that were taken; the next question merges again. */
  renew(agent: string | null): void {
    this.agent = agent;
    this.rows = null;
    this.revision.set(this.revision.get() + 1);
  }

  /** Somebody else has changed the records. */
  forget(): void {
    this.records = null;
    this.epoch += 1;
  }

  /** Follows a page that has just been stored. */
  take({ members, gone }: Pick<PulledPage, "members" | "gone">): void {
    this.epoch += 1;
    for (const record of members) this.records?.set(record.id, record);
    for (const id of gone) this.records?.delete(id);
  }

  async search({ text = "", states, offset = 0, limit = 50 }: MemberQuery): Promise<MemberPage> {
    const rows = await this.load();
    const asked = text.trim();
    const found = asked === "" ? rows : rows.filter((row) => matches(row, asked));
    const counts: Partial<Record<MemberState, number>> = {};
    for (const { view } of found) counts[view.state] = (counts[view.state] ?? 0) + 1;
    const chosen =
      states === undefined || states.length === 0 ? found : found.filter(({ view }) => states.includes(view.state));
    return { total: chosen.length, members: chosen.slice(offset, offset + limit).map(({ view }) => view), counts };
  }

  async find(key: string): Promise<MemberView | null> {
    const rows = await this.load();
    // A page opened before the answer came asks by the op's id.
    return rows.find(({ view }) => view.key === key || view.op === key)?.view ?? null;
  }

  private load(): Promise<readonly Indexed[]> {
    const reading = this.rows ?? this.read();
    this.rows = reading;
    reading.catch(() => {
      if (this.rows === reading) this.rows = null;
    });
    return reading;
  }

  private async readRecords(): Promise<Map<string, MemberRecord>> {
    const { epoch } = this;
    const records = new Map((await this.storage.listMembers()).map((record) => [record.id, record]));
    // What came while reading may be missing in it: then it is good for this once only.
    if (epoch === this.epoch) this.records = records;
    return records;
  }

  private async read(): Promise<readonly Indexed[]> {
    if (this.agent === null) return [];
    const records = this.records ?? (await this.readRecords());
    const ops = await this.storage.listOps(this.agent);
    const photos = (await this.storage.listWaitingAttachments()).map((one) => one.op);
    return mergeMembers([...records.values()], ops, photos).map(index);
  }
}
