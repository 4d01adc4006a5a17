/**
 * The one door to what is kept for an agent. No other module names IndexedDB or Dexie. Every method rejects with an
 * `EngineError`: `not_activated` while no profile is attached, `locked` while its vault is closed, `record_damaged` for one
 * record that cannot be read (lists leave it out), `storage_full` or `storage_failed`; an act that rejects has left nothing
 * half done. Everything personal is sealed on its way to the phone's flash (`encryption.ts`).
 */
import type { CatalogueText, ErrorCode, MeView, OpStatus } from "../engine/contract";
import { EngineError } from "../engine/contract";
import { Sealer, sealTables } from "./encryption";
import { guarded } from "./failures";
import { LockedStorage, NO_HASH, PENDING, type PhotoChange } from "./locked";
import type { PhoneStorage } from "./phone";
import { isPlainValue } from "./plain";
import type {
  AnswerRecord,
  AttachmentRecord,
  ChainHead,
  DraftRecord,
  KeyRecord,
  LeasedCode,
  MemberRecord,
  OpRecord,
  StateName,
  StateValues,
} from "./records";
import { FieldDatabase } from "./schema";

export { NO_HASH } from "./locked";

const FINAL: readonly OpStatus[] = ["accepted", "review", "rejected", "conflict"];

export interface PulledPage {
  cursor: number;
  members: MemberRecord[];
  gone: string[];
  answers: AnswerRecord[];
  me: MeView | null;
}

function isFinal(status: OpStatus): boolean {
  return FINAL.includes(status);
}

/** The server has it and will say no more of it here: the bytes hold the NIK and No. KK, and go. */
function isDone(status: OpStatus): boolean {
  return status === "accepted" || status === "review";
}

/** The op after its answer. A final answer never changes but for review, which a person decides later. */
function answered(op: OpRecord, answer: AnswerRecord): OpRecord {
  if (isFinal(op.status) && op.status !== "review" && op.status !== answer.status) return op;
  return {
    ...op,
    status: answer.status,
    error: answer.error,
    result: answer.result ?? op.result,
    line: isDone(answer.status) ? null : op.line,
    sealed: isFinal(answer.status) ? null : op.sealed,
    sealedKey: isFinal(answer.status) ? null : op.sealedKey,
  };
}

function byTime(a: OpRecord, b: OpRecord): number {
  return a.madeAt - b.madeAt || a.seq - b.seq;
}

type TableName = "drafts" | "ops" | "members" | "answers" | "attachments" | "keys" | "state";

interface Attached {
  readonly profile: string;
  readonly db: FieldDatabase;
  readonly locked: LockedStorage;
}

export class Storage {
  private readonly sealer = new Sealer();
  private attached: Attached | null = null;
  private sessions = 0;

  constructor(readonly phone: PhoneStorage) {}

  // ------------------------------------------------------------ whose, and whether open

  /** From now on the database of `profile`, locked; null: of nobody. */
  attach(profile: string | null): void {
    this.sessions += 1;
    this.lock();
    this.attached?.db.close();
    this.attached?.locked.close();
    this.attached = null;
    if (profile === null) return;
    const name = this.phone.nameOf(profile);
    const db = new FieldDatabase(name);
    sealTables(db, this.sealer);
    this.attached = { profile, db, locked: new LockedStorage(name) };
  }

  get profile(): string | null {
    return this.attached?.profile ?? null;
  }

  /** Another number for every profile that is attached: what was begun under one must not end under another. */
  get session(): number {
    return this.sessions;
  }

  /** Throws `locked` unless the profile is still that of `session`: before a write of what was read or asked before. */
  requireSession(session: number): void {
    if (this.sessions !== session) throw new EngineError("locked");
  }

  get isOpen(): boolean {
    return this.attached !== null && this.sealer.isOpen;
  }

  /** `key`: the vault key, 32 bytes; copied. */
  unlock(key: Uint8Array<ArrayBuffer>): void {
    this.sealer.open(key);
  }

  lock(): void {
    this.sealer.close();
  }

  /** What is readable while locked. Throws `not_activated`. */
  get locked(): LockedStorage {
    if (this.attached === null) throw new EngineError("not_activated");
    return this.attached.locked;
  }

  /** Records that could not be read since the vault was opened. */
  get damaged(): number {
    return this.sealer.damaged.size;
  }

  open(): Promise<void> {
    return guarded(async () => {
      await this.attached?.db.open();
    });
  }

  close(): void {
    this.attach(null);
  }

  private need(): FieldDatabase {
    if (this.attached === null) throw new EngineError("not_activated");
    if (!this.sealer.isOpen) throw new EngineError("locked");
    return this.attached.db;
  }

  private read<T>(act: (db: FieldDatabase) => PromiseLike<T>): Promise<T> {
    return guarded(() => act(this.need()));
  }

  /** One transaction over `tables`: all of `act`, or nothing of it. */
  private write<T>(tables: readonly TableName[], act: (db: FieldDatabase) => Promise<T>): Promise<T> {
    return guarded(() => {
      const db = this.need();
      return db.transaction("rw", [...tables], () => act(db));
    });
  }

  // ------------------------------------------------------------ single values

  /** Plain ones (`plain.ts`) also while locked; null of nobody. */
  find<N extends StateName>(name: N, part = ""): Promise<StateValues[N] | null> {
    return guarded(async () => {
      if (this.attached === null) return null;
      if (isPlainValue(name)) return (await this.locked.find(name, part)) as StateValues[N] | null;
      const row = await this.need().state.get(name + part);
      return row === undefined ? null : (row.value as StateValues[N]);
    });
  }

  put<N extends StateName>(name: N, value: StateValues[N], part = ""): Promise<void> {
    return guarded(async () => {
      if (isPlainValue(name)) return await this.locked.put(name, value as never, part);
      await this.need().state.put({ name: name + part, value });
    });
  }

  // ------------------------------------------------------------ device and keys

  /** Makes the profile this device, in one act; forgets what belonged to the agent before by pull. */
  becomeDevice(identity: StateValues["identity"], key: KeyRecord): Promise<void> {
    return this.write(["state", "keys", "members", "answers"], async (db) => {
      await db.keys.put(key);
      await db.members.clear();
      await db.answers.clear();
      await db.state.bulkDelete(["cursor", "me", "about", "lastSyncAt", "leases"]);
      await db.state.put({ name: "identity", value: identity });
      const head: ChainHead = { device: identity.device, seq: 0, hash: NO_HASH };
      await db.state.put({ name: `chain${identity.device}`, value: head });
    });
  }

  findKey(device: string): Promise<KeyRecord | null> {
    return guarded(() => this.locked.findKey(device));
  }

  // ------------------------------------------------------------ leased payment codes

  /** The codes on the phone; `take` of them is done by `appendOp`. */
  async listLeases(): Promise<LeasedCode[]> {
    return (await this.find("leases")) ?? [];
  }

  /** Reads, changes and writes the leased codes in one transaction, so that no code is given twice. */
  changeLeases(change: (leases: readonly LeasedCode[]) => LeasedCode[]): Promise<void> {
    return this.write(["state"], async (db) => {
      const row = await db.state.get("leases");
      await db.state.put({ name: "leases", value: change((row?.value as LeasedCode[] | undefined) ?? []) });
    });
  }

  // ------------------------------------------------------------ drafts

  /** Newest first. */
  listDrafts(agent: string): Promise<DraftRecord[]> {
    return this.read(async (db) => {
      const own = (await db.drafts.toArray()).filter((draft) => draft.agent === agent && draft.discardedAt === null);
      return own.sort((a, b) => b.savedAt - a.savedAt);
    });
  }

  findDraft(id: string): Promise<DraftRecord | null> {
    return this.read(async (db) => (await db.drafts.get(id)) ?? null);
  }

  putDraft(draft: DraftRecord): Promise<void> {
    return this.read(async (db) => {
      await db.drafts.put(draft);
    });
  }

  /** Reads, changes and writes one draft in one transaction, so that two tabs lose nothing; false if it is gone. */
  changeDraft(id: string, change: (draft: DraftRecord) => DraftRecord): Promise<boolean> {
    return this.write(["drafts"], async (db) => {
      const draft = await db.drafts.get(id);
      if (draft === undefined) return false;
      await db.drafts.put(change(draft));
      return true;
    });
  }

  /** Removes drafts discarded before `before`, with their photos. */
  purgeDrafts(before: number): Promise<void> {
    return this.write(["drafts", "attachments"], async (db) => {
      for (const { id, discardedAt } of await db.drafts.toArray()) {
        if (discardedAt === null || discardedAt >= before) continue;
        await dropPhotosOf(db, "draft", id);
        await db.drafts.delete(id);
      }
    });
  }

  // ------------------------------------------------------------ the chain and its ops

  getHead(device: string): Promise<ChainHead> {
    return guarded(() => this.locked.getHead(device));
  }

  /**
   * Appends an op if the chain still ends at `head` and the leased payment code `code` (null: none is given) is still on
   * the phone: op, head, draft, photo and code change together or not at all. False when another writer was quicker.
   */
  appendOp(op: OpRecord, head: ChainHead, draft: string | null, code: string | null): Promise<boolean> {
    return this.write(["state", "ops", "drafts", "attachments"], async (db) => {
      const row = await db.state.get(`chain${op.device}`);
      const now = (row?.value as ChainHead | undefined) ?? { device: op.device, seq: 0, hash: NO_HASH };
      if (now.seq !== head.seq || now.hash !== head.hash) return false;
      if (code !== null && !(await takeCode(db, code))) return false;
      await db.ops.add(op);
      const next: ChainHead = { device: op.device, seq: op.seq, hash: op.hash };
      await db.state.put({ name: `chain${op.device}`, value: next });
      const photo = await db.attachments.get(op.enrol?.photo ?? "");
      if (photo !== undefined) await db.attachments.put({ ...photo, op: op.id, draft: null });
      if (draft !== null) {
        await db.drafts.delete(draft);
        await dropPhotosOf(db, "draft", draft);
      }
      return true;
    });
  }

  /** All ops of an agent, whichever device made them, oldest first. */
  listOps(agent: string): Promise<OpRecord[]> {
    return this.read(async (db) => (await db.ops.toArray()).filter((op) => op.agent === agent).sort(byTime));
  }

  /** Ops without a final answer, by device and sequence. */
  async listPending(): Promise<OpRecord[]> {
    const open = await this.listByStatus(PENDING);
    return open.sort((a, b) => (a.device < b.device ? -1 : a.device > b.device ? 1 : a.seq - b.seq));
  }

  /** Ops on their way or refused, of all agents, oldest first. The many that are done are not read. */
  async listOpen(): Promise<OpRecord[]> {
    return (await this.listByStatus([...PENDING, "rejected", "conflict"])).sort(byTime);
  }

  private listByStatus(statuses: readonly OpStatus[]): Promise<OpRecord[]> {
    return this.read(async (db) => {
      const found = await Promise.all(statuses.map((status) => db.ops.where("status").equals(status).toArray()));
      return found.flat();
    });
  }

  findOp(id: string): Promise<OpRecord | null> {
    return this.read(async (db) => (await db.ops.get(id)) ?? null);
  }

  /** Reads, changes and writes one op in one transaction; false if it is gone. */
  changeOp(id: string, change: (op: OpRecord) => OpRecord): Promise<boolean> {
    return this.write(["ops"], async (db) => {
      const op = await db.ops.get(id);
      if (op === undefined) return false;
      await db.ops.put(change(op));
      return true;
    });
  }

  /** Keeps the answers to one push and how far the server has judged, together. */
  applyAnswers(device: string, answers: AnswerRecord[], chain: ChainHead | null, sentAt: number): Promise<void> {
    return this.write(["state", "ops", "answers"], async (db) => {
      await writeAnswers(db, answers, sentAt);
      if (chain !== null && chain.seq > 0) await db.state.put({ name: `confirmed${device}`, value: chain });
    });
  }

  noteOpError(
    ids: readonly string[],
    status: OpStatus,
    code: ErrorCode,
    text: CatalogueText | null,
    at: number,
  ): Promise<void> {
    return this.write(["ops"], async (db) => {
      const ops = (await db.ops.bulkGet([...ids])).filter((op) => op !== undefined && !isFinal(op.status));
      const error = { code, text };
      await db.ops.bulkPut(ops.map((op) => ({ ...(op as OpRecord), status, error, lastSentAt: at })));
    });
  }

  /** Removes ops made before `before` that are accepted and known as members, and those that were hidden. */
  purgeOps(before: number): Promise<void> {
    return this.write(["ops", "members", "attachments"], async (db) => {
      const waiting = new Set<unknown>(await db.attachments.orderBy("op").uniqueKeys());
      const known = new Set<unknown>(await db.members.toCollection().primaryKeys());
      const isOver = (op: OpRecord): boolean => {
        if (op.madeAt >= before || waiting.has(op.id) || PENDING.includes(op.status) || op.status === "review")
          return false;
        // The worker may still hold a slip with its code: while the op is here, nobody else is given that.
        if (op.status === "rejected" && op.enrol?.paymentCode != null) return false;
        return op.dismissed || (op.status === "accepted" && (op.kind !== "enrol" || known.has(op.id)));
      };
      const over = (await db.ops.toArray()).filter(isOver);
      await db.ops.bulkDelete(over.map((op) => op.id));
    });
  }

  /** Hides a rejected op, and lets its bytes and photo go. */
  dismissOp(id: string): Promise<void> {
    return this.write(["ops", "attachments"], async (db) => {
      const op = await db.ops.get(id);
      if (op !== undefined) await db.ops.put({ ...op, dismissed: true, line: null, sealed: null, sealedKey: null });
      await dropPhotosOf(db, "op", id);
    });
  }

  // ------------------------------------------------------------ what the server tells

  listMembers(): Promise<MemberRecord[]> {
    return this.read((db) => db.members.toArray());
  }

  countMembers(): Promise<number> {
    return this.read((db) => db.members.count());
  }

  listMemberIds(): Promise<string[]> {
    return this.read((db) => db.members.toCollection().primaryKeys());
  }

  /** Those of `ids` that are there and readable: for reading many in slices. */
  listMembersOf(ids: readonly string[]): Promise<MemberRecord[]> {
    return this.read(async (db) => (await db.members.bulkGet([...ids])).filter((record) => record !== undefined));
  }

  listAnswers(): Promise<AnswerRecord[]> {
    return this.read((db) => db.answers.toArray());
  }

  /** One page of a pull and its cursor, together: a crash in between asks for the same page again. */
  applyPage(page: PulledPage): Promise<void> {
    return this.write(["state", "members", "answers", "ops"], async (db) => {
      await db.members.bulkPut(page.members);
      await db.members.bulkDelete(page.gone);
      await hideOpsOf(db, page.gone);
      await writeAnswers(db, page.answers, null);
      if (page.me !== null) await db.state.put({ name: "me", value: page.me });
      await db.state.put({ name: "cursor", value: page.cursor });
    });
  }

  // ------------------------------------------------------------ photos

  /** Keeps the picture and names it in its draft, together; the picture it replaces goes. */
  attachPhoto(record: AttachmentRecord, draftId: string): Promise<boolean> {
    return this.write(["drafts", "attachments"], async (db) => {
      const draft = await db.drafts.get(draftId);
      if (draft === undefined) return false;
      const there = await db.attachments.get(record.sha256);
      await dropPhotosOf(db, "draft", draftId);
      // The same picture may already belong to an op that is on its way: then that record stays as it is.
      if (there === undefined || there.op === null) await db.attachments.put(record);
      const photo = { sha256: record.sha256, size: record.size, type: record.type };
      await db.drafts.put({ ...draft, photo, savedAt: record.keptAt });
      return true;
    });
  }

  detachPhoto(draftId: string, at: number): Promise<void> {
    return this.write(["drafts", "attachments"], async (db) => {
      await dropPhotosOf(db, "draft", draftId);
      const draft = await db.drafts.get(draftId);
      if (draft !== undefined) await db.drafts.put({ ...draft, photo: null, savedAt: at });
    });
  }

  /** Keeps a picture that belongs to no draft: `record.op` names the enrolment it was brought for. */
  putAttachment(record: AttachmentRecord): Promise<void> {
    return this.read(async (db) => {
      await db.attachments.put(record);
    });
  }

  findAttachment(sha256: string): Promise<AttachmentRecord | null> {
    return this.read(async (db) => (await db.attachments.get(sha256)) ?? null);
  }

  /** Photos that belong to an op, from the index alone: their bytes stay where they are. */
  listWaitingAttachments(): Promise<{ sha256: string; op: string }[]> {
    return guarded(() => this.locked.listWaitingAttachments());
  }

  noteAttachment(sha256: string, change: PhotoChange): Promise<void> {
    return guarded(() => this.locked.noteAttachment(sha256, change));
  }

  dropAttachment(sha256: string): Promise<void> {
    return this.read((db) => db.attachments.delete(sha256));
  }
}

/** By their keys alone: a picture need not be opened to be dropped. */
async function dropPhotosOf(db: FieldDatabase, owner: "draft" | "op", id: string): Promise<void> {
  await db.attachments.bulkDelete(await db.attachments.where(owner).equals(id).primaryKeys());
}

async function takeCode(db: FieldDatabase, code: string): Promise<boolean> {
  const leases = ((await db.state.get("leases"))?.value as LeasedCode[] | undefined) ?? [];
  const left = leases.filter((lease) => lease.code !== code);
  if (left.length === leases.length) return false;
  await db.state.put({ name: "leases", value: left });
  return true;
}

async function writeAnswers(db: FieldDatabase, answers: AnswerRecord[], sentAt: number | null): Promise<void> {
  const ops = await db.ops.bulkGet(answers.map((answer) => answer.op));
  const changed: OpRecord[] = [];
  answers.forEach((answer, index) => {
    const op = ops[index];
    if (op !== undefined) changed.push({ ...answered(op, answer), lastSentAt: sentAt ?? op.lastSentAt });
  });
  await db.ops.bulkPut(changed);
  await db.answers.bulkPut(answers);
}

/** A member that the server takes away must not come back out of its own op. */
async function hideOpsOf(db: FieldDatabase, enrolments: readonly string[]): Promise<void> {
  if (enrolments.length === 0) return;
  const gone = new Set(enrolments);
  const ops = (await db.ops.toArray()).filter((op) => op.result?.enrolment != null && gone.has(op.result.enrolment));
  await db.ops.bulkPut(ops.map((op) => ({ ...op, dismissed: true })));
}
