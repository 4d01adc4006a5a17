/**
 * The one door to what is kept on the phone. No other module names IndexedDB or Dexie. Every method rejects with an
 * `EngineError` `storage_full` or `storage_failed`; an act that rejects has left nothing half done.
 */
import type { CatalogueText, ErrorCode, MeView, OpStatus } from "../engine/contract";
import { guarded } from "./failures";
import type {
  AnswerRecord,
  AttachmentRecord,
  ChainHead,
  DraftRecord,
  KeyRecord,
  MemberRecord,
  OpRecord,
  ReferenceRecord,
  StateName,
  StateValues,
} from "./records";
import { FieldDatabase } from "./schema";

const PENDING: readonly OpStatus[] = ["unsent", "received", "held", "invalid"];
const FINAL: readonly OpStatus[] = ["accepted", "review", "rejected", "conflict"];
export const NO_HASH = "0".repeat(64);

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

/** The op after its answer. A final answer never changes but for review, which a person decides later. */
function answered(op: OpRecord, answer: AnswerRecord): OpRecord {
  if (isFinal(op.status) && op.status !== "review" && op.status !== answer.status) return op;
  // The bytes hold the NIK: they go as soon as nothing can be asked of them any more.
  const keepBytes = answer.status !== "accepted";
  return {
    ...op,
    status: answer.status,
    error: answer.error,
    result: answer.result ?? op.result,
    line: keepBytes ? op.line : null,
  };
}

export class Storage {
  private readonly db: FieldDatabase;

  constructor(name = "perisai-field") {
    this.db = new FieldDatabase(name);
  }

  open(): Promise<void> {
    return guarded(async () => {
      await this.db.open();
    });
  }

  close(): void {
    this.db.close();
  }

  // ------------------------------------------------------------ single values

  find<N extends StateName>(name: N, part = ""): Promise<StateValues[N] | null> {
    return guarded(async () => {
      const row = await this.db.state.get(name + part);
      return row === undefined ? null : (row.value as StateValues[N]);
    });
  }

  put<N extends StateName>(name: N, value: StateValues[N], part = ""): Promise<void> {
    return guarded(async () => {
      await this.db.state.put({ name: name + part, value });
    });
  }

  // ------------------------------------------------------------ device and keys

  /** Makes the phone this device, in one act; forgets what belonged to the agent before by pull. */
  becomeDevice(identity: StateValues["identity"], key: KeyRecord): Promise<void> {
    return guarded(() =>
      this.db.transaction("rw", [this.db.state, this.db.keys, this.db.members, this.db.answers], async () => {
        await this.db.keys.put(key);
        await this.db.members.clear();
        await this.db.answers.clear();
        await this.db.state.bulkDelete(["cursor", "me", "lastSyncAt"]);
        await this.db.state.put({ name: "identity", value: identity });
        const head: ChainHead = { device: identity.device, seq: 0, hash: NO_HASH };
        await this.db.state.put({ name: `chain${identity.device}`, value: head });
      }),
    );
  }

  findKey(device: string): Promise<KeyRecord | null> {
    return guarded(async () => (await this.db.keys.get(device)) ?? null);
  }

  // ------------------------------------------------------------ drafts

  listDrafts(agent: string): Promise<DraftRecord[]> {
    return guarded(async () => {
      const all = await this.db.drafts.orderBy("savedAt").reverse().toArray();
      return all.filter((draft) => draft.agent === agent && draft.discardedAt === null);
    });
  }

  findDraft(id: string): Promise<DraftRecord | null> {
    return guarded(async () => (await this.db.drafts.get(id)) ?? null);
  }

  putDraft(draft: DraftRecord): Promise<void> {
    return guarded(async () => {
      await this.db.drafts.put(draft);
    });
  }

  /** Reads, changes and writes one draft in one transaction, so that two tabs lose nothing; false if it is gone. */
  changeDraft(id: string, change: (draft: DraftRecord) => DraftRecord): Promise<boolean> {
    return guarded(() =>
      this.db.transaction("rw", this.db.drafts, async () => {
        const draft = await this.db.drafts.get(id);
        if (draft === undefined) return false;
        await this.db.drafts.put(change(draft));
        return true;
      }),
    );
  }

  /** Removes drafts discarded before `before`, with their photos. */
  purgeDrafts(before: number): Promise<void> {
    return guarded(() =>
      this.db.transaction("rw", [this.db.drafts, this.db.attachments], async () => {
        const old = await this.db.drafts
          .filter((draft) => draft.discardedAt !== null && draft.discardedAt < before)
          .toArray();
        for (const draft of old) {
          await this.db.attachments.filter((one) => one.draft === draft.id && one.op === null).delete();
          await this.db.drafts.delete(draft.id);
        }
      }),
    );
  }

  // ------------------------------------------------------------ the chain and its ops

  async getHead(device: string): Promise<ChainHead> {
    return (await this.find("chain", device)) ?? { device, seq: 0, hash: NO_HASH };
  }

  /**
   * Appends an op if the chain still ends at `head`: op, head, draft and photo change together or not at all.
   * False when another writer was quicker.
   */
  appendOp(op: OpRecord, head: ChainHead, draft: string | null): Promise<boolean> {
    const tables = [this.db.state, this.db.ops, this.db.drafts, this.db.attachments];
    return guarded(() =>
      this.db.transaction("rw", tables, async () => {
        const row = await this.db.state.get(`chain${op.device}`);
        const now = (row?.value as ChainHead | undefined) ?? { device: op.device, seq: 0, hash: NO_HASH };
        if (now.seq !== head.seq || now.hash !== head.hash) return false;
        await this.db.ops.add(op);
        const next: ChainHead = { device: op.device, seq: op.seq, hash: op.hash };
        await this.db.state.put({ name: `chain${op.device}`, value: next });
        const photo = op.enrol?.photo ?? null;
        if (photo !== null) await this.db.attachments.update(photo, { op: op.id, draft: null });
        if (draft !== null) {
          await this.db.drafts.delete(draft);
          await this.db.attachments.where("draft").equals(draft).delete();
        }
        return true;
      }),
    );
  }

  /** All ops of an agent, whichever device made them, oldest first. */
  listOps(agent: string): Promise<OpRecord[]> {
    return guarded(async () => {
      const all = await this.db.ops.filter((op) => op.agent === agent).toArray();
      return all.sort((a, b) => a.madeAt - b.madeAt || a.seq - b.seq);
    });
  }

  /** Ops without a final answer, by device and sequence. */
  listPending(): Promise<OpRecord[]> {
    return guarded(async () => {
      const open = await this.db.ops
        .where("status")
        .anyOf([...PENDING])
        .toArray();
      return open.sort((a, b) => (a.device < b.device ? -1 : a.device > b.device ? 1 : a.seq - b.seq));
    });
  }

  /** Ops on their way or refused, of all agents, oldest first. The many that are done are not read. */
  listOpen(): Promise<OpRecord[]> {
    return guarded(async () => {
      const open = await this.db.ops
        .where("status")
        .anyOf([...PENDING, "rejected", "conflict"])
        .toArray();
      return open.sort((a, b) => a.madeAt - b.madeAt || a.seq - b.seq);
    });
  }

  findOp(id: string): Promise<OpRecord | null> {
    return guarded(async () => (await this.db.ops.get(id)) ?? null);
  }

  /** Keeps the answers to one push and how far the server has judged, together. */
  applyAnswers(device: string, answers: AnswerRecord[], chain: ChainHead | null, sentAt: number): Promise<void> {
    const tables = [this.db.state, this.db.ops, this.db.answers, this.db.attachments];
    return guarded(() =>
      this.db.transaction("rw", tables, async () => {
        await this.writeAnswers(answers, sentAt);
        if (chain !== null && chain.seq > 0) await this.db.state.put({ name: `confirmed${device}`, value: chain });
      }),
    );
  }

  private async writeAnswers(answers: AnswerRecord[], sentAt: number | null): Promise<void> {
    const ops = await this.db.ops.bulkGet(answers.map((answer) => answer.op));
    const changed: OpRecord[] = [];
    answers.forEach((answer, index) => {
      const op = ops[index];
      if (op !== undefined) changed.push({ ...answered(op, answer), lastSentAt: sentAt ?? op.lastSentAt });
    });
    await this.db.ops.bulkPut(changed);
    await this.db.answers.bulkPut(answers);
  }

  noteOpError(
    ids: readonly string[],
    status: OpStatus,
    code: ErrorCode,
    text: CatalogueText | null,
    at: number,
  ): Promise<void> {
    return guarded(async () => {
      await this.db.ops
        .where("id")
        .anyOf([...ids])
        .modify((op) => {
          if (isFinal(op.status)) return;
          op.status = status;
          op.error = { code, text };
          op.lastSentAt = at;
        });
    });
  }

  /** Removes ops made before `before` that are accepted and known as members, and those that were hidden. */
  purgeOps(before: number): Promise<void> {
    return guarded(() =>
      this.db.transaction("rw", [this.db.ops, this.db.members, this.db.attachments], async () => {
        const waiting = new Set<unknown>(await this.db.attachments.orderBy("op").uniqueKeys());
        const known = new Set<unknown>(await this.db.members.toCollection().primaryKeys());
        const done = this.db.ops.where("status").anyOf(["accepted", "rejected", "conflict"]);
        await done
          .filter((op) => op.madeAt < before && !waiting.has(op.id))
          .filter((op) => op.dismissed || (op.status === "accepted" && (op.kind === "cancel" || known.has(op.id))))
          .delete();
      }),
    );
  }

  /** Hides a rejected op, and lets its bytes and photo go. */
  dismissOp(id: string): Promise<void> {
    return guarded(() =>
      this.db.transaction("rw", [this.db.ops, this.db.attachments], async () => {
        await this.db.ops.update(id, { dismissed: true, line: null });
        await this.db.attachments.where("op").equals(id).delete();
      }),
    );
  }

  // ------------------------------------------------------------ what the server tells

  listMembers(): Promise<MemberRecord[]> {
    return guarded(() => this.db.members.toArray());
  }

  listAnswers(): Promise<AnswerRecord[]> {
    return guarded(() => this.db.answers.toArray());
  }

  /** One page of a pull and its cursor, together: a crash in between asks for the same page again. */
  applyPage(page: PulledPage): Promise<void> {
    const tables = [this.db.state, this.db.members, this.db.answers, this.db.ops];
    return guarded(() =>
      this.db.transaction("rw", tables, async () => {
        await this.db.members.bulkPut(page.members);
        await this.db.members.bulkDelete(page.gone);
        await this.hideOpsOf(page.gone);
        await this.writeAnswers(page.answers, null);
        if (page.me !== null) await this.db.state.put({ name: "me", value: page.me });
        await this.db.state.put({ name: "cursor", value: page.cursor });
      }),
    );
  }

  /** A member that the server takes away must not come back out of its own op. */
  private async hideOpsOf(enrolments: readonly string[]): Promise<void> {
    if (enrolments.length === 0) return;
    await this.db.ops
      .filter((op) => op.result?.enrolment != null && enrolments.includes(op.result.enrolment))
      .modify({ dismissed: true });
  }

  // ------------------------------------------------------------ photos

  /** Keeps the picture and names it in its draft, together; the picture it replaces goes. */
  attachPhoto(record: AttachmentRecord, draftId: string): Promise<boolean> {
    return guarded(() =>
      this.db.transaction("rw", [this.db.drafts, this.db.attachments], async () => {
        const draft = await this.db.drafts.get(draftId);
        if (draft === undefined) return false;
        const there = await this.db.attachments.get(record.sha256);
        await this.db.attachments.where("draft").equals(draftId).delete();
        // The same picture may already belong to an op that is on its way: then that record stays as it is.
        if (there === undefined || there.op === null) await this.db.attachments.put(record);
        const photo = { sha256: record.sha256, size: record.size, type: record.type };
        await this.db.drafts.put({ ...draft, photo, savedAt: record.keptAt });
        return true;
      }),
    );
  }

  detachPhoto(draftId: string, at: number): Promise<void> {
    return guarded(() =>
      this.db.transaction("rw", [this.db.drafts, this.db.attachments], async () => {
        await this.db.attachments.where("draft").equals(draftId).delete();
        await this.db.drafts.update(draftId, { photo: null, savedAt: at });
      }),
    );
  }

  findAttachment(sha256: string): Promise<AttachmentRecord | null> {
    return guarded(async () => (await this.db.attachments.get(sha256)) ?? null);
  }

  /** Photos that belong to an op, from the index alone: their bytes stay where they are. */
  listWaitingAttachments(): Promise<{ sha256: string; op: string }[]> {
    return guarded(async () => {
      const found: { sha256: string; op: string }[] = [];
      await this.db.attachments.orderBy("op").eachKey((op, { primaryKey }) => {
        found.push({ op: String(op), sha256: String(primaryKey) });
      });
      return found;
    });
  }

  noteAttachment(sha256: string, change: { offset?: number; mismatches?: number }): Promise<void> {
    return guarded(async () => {
      await this.db.attachments.update(sha256, change);
    });
  }

  dropAttachment(sha256: string): Promise<void> {
    return guarded(() => this.db.attachments.delete(sha256));
  }

  // ------------------------------------------------------------ reference data

  findReference(key: string): Promise<ReferenceRecord | null> {
    return guarded(async () => (await this.db.reference.get(key)) ?? null);
  }

  putReference(record: ReferenceRecord): Promise<void> {
    return guarded(async () => {
      await this.db.reference.put(record);
    });
  }
}
