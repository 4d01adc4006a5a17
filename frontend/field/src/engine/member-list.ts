/**
 * One list, newest first, of the server's records and of what only this phone has: the record wins over the op that it came from.
 * Only what changed since the last time is made anew: a slow phone takes long over 5,000.
 */
import type { MemberRecord, OpRecord } from "../storage/records";
import type { MemberView } from "./contract";
import { factsKey, type OwnFacts, viewOp, viewRecord } from "./member-view";
import { plain } from "./words";

const UNDECIDED = ["unsent", "invalid", "received", "held"];
const FAILED = ["rejected", "conflict"];

/** A member and the forms in which it is searched. */
export interface Row {
  readonly view: MemberView;
  /** Plain words with a blank before each. */
  readonly line: string;
  /** Its numbers, each ended by a blank. */
  readonly digits: string;
}

interface Made {
  readonly source: MemberRecord | string;
  readonly facts: string;
  readonly row: Row;
}

/** Of most: the phone knows nothing beside the record. */
const NOTHING: OwnFacts = { op: null, cancelling: false, photo: false };

function keyOf(facts: OwnFacts): string {
  return facts === NOTHING ? "" : factsKey(facts);
}

/** Own ops by the enrolment each became, and what is still on its way. */
class Facts {
  readonly alone: readonly OpRecord[];
  private readonly byEnrolment = new Map<string, OpRecord>();
  private readonly cancelling: ReadonlySet<string>;
  private readonly photos: ReadonlySet<string>;

  constructor(ops: readonly OpRecord[], photoOps: readonly string[], known: ReadonlyMap<string, MemberRecord>) {
    const opsById = new Map(ops.map((op) => [op.id, op]));
    const taken = new Set<string>();
    for (const op of ops) {
      const enrolment = op.kind === "enrol" ? (op.result?.enrolment ?? op.id) : null;
      // The server names an enrolment after the op that made it.
      const names = enrolment === null ? [] : [op.id, enrolment];
      for (const name of names) if (known.has(name)) this.take(name, op, taken);
    }
    for (const { id, op: opId } of known.values()) {
      const op = opId === null ? undefined : opsById.get(opId);
      if (op !== undefined) this.take(id, op, taken);
    }
    this.alone = ops.filter((op) => op.kind === "enrol" && !taken.has(op.id) && isShown(op));
    const cancels = ops.filter((op) => op.cancel !== null && !FAILED.includes(op.status));
    this.cancelling = new Set(cancels.map((op) => op.cancel?.enrolmentOp ?? ""));
    this.photos = new Set(photoOps);
  }

  private take(enrolment: string, op: OpRecord, taken: Set<string>): void {
    this.byEnrolment.set(enrolment, op);
    taken.add(op.id);
  }

  ofRecord(record: MemberRecord): OwnFacts {
    const op = this.byEnrolment.get(record.id) ?? null;
    return this.of(op, op?.id ?? record.op ?? record.id);
  }

  ofOp(op: OpRecord): OwnFacts {
    return this.of(op, op.id);
  }

  private of(op: OpRecord | null, id: string): OwnFacts {
    const cancelling = this.cancelling.has(id);
    const photo = this.photos.has(id);
    return op === null && !cancelling && !photo ? NOTHING : { op, cancelling, photo };
  }
}

function isShown(op: OpRecord): boolean {
  return UNDECIDED.includes(op.status) || !op.dismissed;
}

function newestFirst({ view: a }: Row, { view: b }: Row): number {
  const waiting = Number(b.state === "unsent") - Number(a.state === "unsent");
  if (waiting !== 0) return waiting;
  if (a.capturedOn !== b.capturedOn) return a.capturedOn < b.capturedOn ? 1 : -1;
  return (b.op ?? b.key) < (a.op ?? a.key) ? -1 : 1;
}

function index(view: MemberView): Row {
  const numbers = [view.nik, view.phone, view.paymentCode, view.kpj].map((text) => text ?? "").join(" ");
  return { view, line: ` ${plain(view.name)}`, digits: `${numbers.replace(/[^\d* ]/g, "")} ` };
}

export class MemberList {
  private made = new Map<string, Made>();
  private sorted: readonly Row[] = [];
  /** Made since the last merge. */
  private fresh: Row[] = [];

  /** Makes the rows of these ahead of the merge, so that it has little left to do at once. */
  prepare(records: Iterable<MemberRecord>): void {
    for (const record of records) {
      const row = index(viewRecord(record, NOTHING));
      this.made.set(record.id, { source: record, facts: keyOf(NOTHING), row });
      this.fresh.push(row);
    }
  }

  merge(
    records: ReadonlyMap<string, MemberRecord>,
    ops: readonly OpRecord[],
    photoOps: readonly string[],
  ): readonly Row[] {
    const facts = new Facts(ops, photoOps, records);
    const next = new Map<string, Made>();
    for (const record of records.values()) {
      const own = facts.ofRecord(record);
      this.keep(next, record.id, record, own, () => viewRecord(record, own));
    }
    for (const op of facts.alone) {
      const own = facts.ofOp(op);
      this.keep(next, op.id, op.id, own, () => viewOp(op, own));
    }
    return this.sort(next);
  }

  private keep(
    next: Map<string, Made>,
    key: string,
    source: Made["source"],
    own: OwnFacts,
    view: () => MemberView | null,
  ): void {
    const before = this.made.get(key);
    const facts = keyOf(own);
    if (before !== undefined && before.source === source && before.facts === facts) {
      next.set(key, before);
      return;
    }
    const made = view();
    if (made === null) return;
    const row = index(made);
    next.set(key, { source, facts, row });
    this.fresh.push(row);
  }

  /** What was in order stays so; what is new is put in its place, which sorting does quickly with two runs in order. */
  private sort(next: Map<string, Made>): readonly Row[] {
    const unchanged = this.fresh.length === 0 && next.size === this.made.size;
    const fresh = this.fresh;
    this.fresh = [];
    this.made = next;
    if (unchanged) return this.sorted;
    const there = new Set([...next.values()].map((made) => made.row));
    const stayed = this.sorted.filter((row) => there.has(row));
    const added = fresh.filter((row) => there.has(row)).sort(newestFirst);
    this.sorted = added.length === 0 ? stayed : [...stayed, ...added].sort(newestFirst);
    return this.sorted;
  }
}
