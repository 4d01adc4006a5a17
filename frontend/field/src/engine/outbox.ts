/** What is on its way: ops as the screen sees them, what is not yet sent and how old it is. */
import type { OpRecord } from "../storage/records";
import type { Storage } from "../storage/storage";
import type { Changes } from "./changes";
import type { OpView } from "./contract";
import { Cell } from "./observable";

/** The history of a fresh enrolment is shown from its op. */
const KEEP_DONE_MS = 14 * 86_400_000;

export interface Waiting {
  readonly unsent: number;
  readonly oldestUnsentAt: number | null;
  readonly unsentPhotos: number;
}

export function viewOp(op: OpRecord): OpView {
  return {
    id: op.id,
    seq: op.seq,
    kind: op.kind,
    status: op.status,
    name: op.enrol?.name ?? null,
    madeAt: op.madeAt,
    error: op.error,
    result: op.result,
    ...(op.learning === undefined ? {} : { learning: op.learning }),
  };
}

/** The server has said nothing good of it yet: only this phone has it. */
export function isUnsent(op: OpRecord): boolean {
  return op.status === "unsent" || op.status === "invalid";
}

export class Outbox {
  readonly list = new Cell<readonly OpView[]>([]);
  readonly waiting = new Cell<Waiting>({ unsent: 0, oldestUnsentAt: null, unsentPhotos: 0 });

  constructor(
    private readonly storage: Storage,
    private readonly changes: Changes,
    private readonly now: () => number,
  ) {}

  /** Reads it anew. Counts what any agent of this phone left unsent; lists only what `agent` made. */
  async load(agent: string | null): Promise<void> {
    const open = await this.storage.listOpen();
    this.list.set(open.filter((op) => op.agent === agent && !op.dismissed).map(viewOp));
    const unsent = open.filter(isUnsent);
    const photos = await this.storage.listWaitingAttachments();
    this.waiting.set({
      unsent: unsent.length,
      oldestUnsentAt: unsent.length === 0 ? null : Math.min(...unsent.map((op) => op.madeAt)),
      unsentPhotos: photos.length,
    });
  }

  async exportSealed(): Promise<readonly File[]> {
    const { Export } = await import("./export");
    return await new Export(this.storage, this.now).makeFiles();
  }

  /** Locked: nothing of anybody is shown. What is unsent is still counted, by the lock screen. */
  forget(): void {
    this.list.set([]);
    this.waiting.set({ unsent: 0, oldestUnsentAt: null, unsentPhotos: 0 });
  }

  /** Lets go of ops that are long done and came back as members: the chain needs its head only. */
  purge(now: number): Promise<void> {
    return this.storage.purgeOps(now - KEEP_DONE_MS);
  }

  async dismiss(id: string): Promise<void> {
    const op = await this.storage.findOp(id);
    if (op === null || (op.status !== "rejected" && op.status !== "conflict")) return;
    await this.storage.dismissOp(id);
    this.changes.tell("outbox", "members");
  }
}
