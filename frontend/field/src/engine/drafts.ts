/** Half-filled forms: kept field by field within 300 ms, resumed, discarded and taken back. */

import { storageFailure } from "../storage/failures";
import type { DraftRecord } from "../storage/records";
import type { Storage } from "../storage/storage";
import type { Changes } from "./changes";
import { type Draft, type DraftFields, type DraftPatch, EngineError, type EnrolBody, type ErrorView } from "./contract";
import { uuid7 } from "./encoding";
import { Cell } from "./observable";
import { startFields } from "./series";
import type { Surroundings } from "./surroundings";

const SAVE_AFTER_MS = 200;
/** A discarded draft can be taken back for a day. */
export const KEEP_DISCARDED_MS = 24 * 3_600_000;

interface Series {
  readonly id: string | null;
  readonly place: number;
}

const ALONE: Series = { id: null, place: 1 };

function view(record: DraftRecord): Draft {
  const { id, step, fields, photo, series, seriesPlace, startedAt, savedAt } = record;
  return {
    id,
    step,
    fields,
    photo,
    series: series ?? null,
    seriesPlace: seriesPlace ?? 1,
    group: record.group ?? null,
    startedAt,
    savedAt,
  };
}

function merge(before: DraftFields, patch: DraftFields): DraftFields {
  const typed = { ...before.typed, ...patch.typed };
  const merged: Record<string, unknown> = { ...before, ...patch, ...(Object.keys(typed).length > 0 ? { typed } : {}) };
  for (const name of Object.keys(merged)) if (merged[name] === undefined) delete merged[name];
  return merged;
}

function mergePatch(before: DraftPatch, patch: DraftPatch): DraftPatch {
  const step = patch.step ?? before.step;
  // Unlike `merge`, a field set to undefined stays in a waiting patch: it still has to be removed from the record.
  const typed = { ...before.fields?.typed, ...patch.fields?.typed };
  const fields = { ...before.fields, ...patch.fields, ...(Object.keys(typed).length > 0 ? { typed } : {}) };
  return step === undefined ? { fields } : { step, fields };
}

export class Drafts {
  readonly list = new Cell<readonly Draft[]>([]);
  readonly problem = new Cell<ErrorView | null>(null);
  private agent: string | null = null;
  private readonly waiting = new Map<string, DraftPatch>();
  private timer: ReturnType<typeof setTimeout> | null = null;
  private writing: Promise<void> = Promise.resolve();

  constructor(
    private readonly storage: Storage,
    private readonly changes: Changes,
    private readonly around: Surroundings,
  ) {}

  async load(agent: string | null): Promise<void> {
    this.agent = agent;
    this.list.set(agent === null ? [] : (await this.storage.listDrafts(agent)).map(view));
  }

  async start(
    fields: DraftFields = {},
    series: Series = ALONE,
    paymentCode: string | null = null,
    group: string | null = null,
  ): Promise<Draft> {
    if (this.agent === null) throw new EngineError("not_activated");
    const at = this.around.now();
    const record: DraftRecord = {
      id: uuid7(at),
      agent: this.agent,
      step: 0,
      fields,
      photo: null,
      series: series.id,
      seriesPlace: series.place,
      ...(group === null ? {} : { group }),
      ...(paymentCode === null ? {} : { paymentCode }),
      startedAt: at,
      savedAt: at,
      discardedAt: null,
    };
    await this.storage.putDraft(record);
    this.changes.tell("drafts");
    return view(record);
  }

  async open(id: string): Promise<Draft> {
    await this.flush();
    const record = await this.storage.findDraft(id);
    if (record === null || record.agent !== this.agent || record.discardedAt !== null)
      throw new EngineError("draft_missing");
    return view(record);
  }

  save(id: string, patch: DraftPatch): void {
    this.waiting.set(id, mergePatch(this.waiting.get(id) ?? {}, patch));
    this.timer ??= setTimeout(() => void this.flush().catch(() => undefined), SAVE_AFTER_MS);
  }

  /** Rejects when what was saved could not be kept; it stays in memory and is tried again with the next save. */
  flush(): Promise<void> {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    this.writing = this.writing.then(
      () => this.writeAll(),
      () => this.writeAll(),
    );
    return this.writing;
  }

  private async writeAll(): Promise<void> {
    if (this.waiting.size === 0) return;
    const batch = [...this.waiting];
    this.waiting.clear();
    try {
      for (const [id, patch] of batch) await this.write(id, patch);
      this.problem.set(null);
    } catch (failure) {
      for (const [id, patch] of batch) this.waiting.set(id, mergePatch(patch, this.waiting.get(id) ?? {}));
      const error = storageFailure(failure);
      this.problem.set({ code: error.code, text: error.text });
      throw error;
    }
    this.changes.tell("drafts");
  }

  private async write(id: string, patch: DraftPatch): Promise<void> {
    await this.storage.changeDraft(id, (draft) => ({
      ...draft,
      step: patch.step ?? draft.step,
      fields: patch.fields === undefined ? draft.fields : merge(draft.fields, patch.fields),
      savedAt: this.around.now(),
    }));
  }

  async discard(id: string): Promise<void> {
    await this.flush();
    await this.storage.changeDraft(id, (draft) => ({ ...draft, discardedAt: this.around.now() }));
    this.changes.tell("drafts");
  }

  async restore(id: string): Promise<void> {
    if (!(await this.storage.changeDraft(id, (draft) => ({ ...draft, discardedAt: null }))))
      throw new EngineError("draft_missing");
    this.changes.tell("drafts");
  }

  /** The next worker after `opId`, with what they share; the series is named after its first op. */
  async startNext(opId: string): Promise<Draft> {
    const op = await this.storage.findOp(opId);
    if (op === null || op.enrol === null || op.agent !== this.agent) throw new EngineError("draft_missing");
    const { series, seriesPlace, shared } = op.enrol;
    const fields = shared === null ? {} : startFields(shared);
    return this.start(fields, { id: series ?? op.id, place: (seriesPlace ?? 1) + 1 }, null, op.enrol.group ?? null);
  }

  /** The next of a group: with what whoever was enrolled with it last on this phone had, or else with `fields`. */
  async startInGroup(group: string, fields: DraftFields): Promise<Draft> {
    if (this.agent === null) throw new EngineError("not_activated");
    const ops = (await this.storage.listOps(this.agent)).filter((op) => op.enrol?.group === group);
    const last = ops.sort((one, other) => one.madeAt - other.madeAt).at(-1);
    return last === undefined ? this.start(fields, ALONE, null, group) : this.startNext(last.id);
  }

  /**
   * A new draft from a rejected op's own bytes; without its consents and price, which belong to that day. The payment code that
   * the worker left with stays: the server has given it to nobody.
   */
  async startFrom(opId: string): Promise<Draft> {
    const op = await this.storage.findOp(opId);
    if (op === null || op.line === null || op.kind !== "enrol") throw new EngineError("draft_missing");
    const { body } = JSON.parse(new TextDecoder().decode(op.line)) as { body: EnrolBody };
    const { id_card: _card, consents: _consents, price_shown: _price, signature: _signature, ...rest } = body;
    const { id_card_by: _by, payment_code, series, group, ...fields } = rest;
    return this.start(fields, { id: series, place: op.enrol?.seriesPlace ?? 1 }, payment_code, group ?? null);
  }

  /** The code that `startFrom` kept, unless another draft of the same enrolment has used it since. */
  async findCode(id: string): Promise<string | null> {
    const { paymentCode: code, agent } = (await this.storage.findDraft(id)) ?? {};
    if (code === undefined || agent === undefined) return null;
    const ops = await this.storage.listOps(agent);
    return ops.some((op) => op.enrol?.paymentCode === code && op.status !== "rejected") ? null : code;
  }

  purge(): Promise<void> {
    return this.storage.purgeDrafts(this.around.now() - KEEP_DISCARDED_MS);
  }
}
