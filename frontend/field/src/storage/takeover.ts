/**
 * Takes what the app's first version kept over into a profile, exactly once, whatever dies in between: all of it is written
 * in one transaction that looks first whether it has been done; it is read back and compared; only then the old goes.
 */
import { EngineError, type PhotoRef } from "../engine/contract";
import { Sealer, sealTables } from "./encryption";
import { guarded } from "./failures";
import { deleteLegacy, type LegacyRow, type LegacyRows, readLegacy, readStrays } from "./legacy";
import { LockedStorage } from "./locked";
import { pack } from "./packing";
import type { PhoneStorage } from "./phone";
import type { ReferenceRecord } from "./phone-records";
import type {
  AnswerRecord,
  AttachmentRecord,
  DraftRecord,
  KeyRecord,
  MemberRecord,
  OpRecord,
  StateValues,
} from "./records";
import { FieldDatabase, type StateRow } from "./schema";

/** Of the old single values: what belongs to the phone now. */
const OF_PHONE = ["preferences", "token"];

interface Converted {
  readonly drafts: DraftRecord[];
  readonly ops: OpRecord[];
  readonly members: MemberRecord[];
  readonly answers: AnswerRecord[];
  readonly attachments: AttachmentRecord[];
  readonly keys: KeyRecord[];
  readonly state: StateRow[];
}

function convertDraft(row: LegacyRow): DraftRecord {
  return { series: null, seriesPlace: 1, ...row } as DraftRecord;
}

function convertOp(row: LegacyRow): OpRecord {
  const op = { sealed: null, sealedKey: null, ...row } as OpRecord;
  const added = { photoBy: null, paymentCode: null, series: null };
  const enrol = op.enrol === null ? null : Object.assign(added, op.enrol);
  const isDone = op.status === "accepted" || op.status === "review";
  return { ...op, enrol, line: isDone ? null : op.line };
}

function convert(old: LegacyRows): Converted {
  return {
    drafts: old.drafts.map(convertDraft),
    ops: old.ops.map(convertOp),
    members: old.members.map((row) => ({ photo_by: null, ...row }) as MemberRecord),
    answers: old.answers as unknown as AnswerRecord[],
    attachments: old.attachments as unknown as AttachmentRecord[],
    keys: old.keys as unknown as KeyRecord[],
    state: (old.state as unknown as StateRow[]).filter((row) => !OF_PHONE.includes(row.name)),
  };
}

function identityOf(old: LegacyRows): StateValues["identity"] | null {
  return (old.state.find((row) => row.name === "identity")?.value as StateValues["identity"] | undefined) ?? null;
}

async function openFor<T>(
  name: string,
  key: Uint8Array<ArrayBuffer>,
  act: (db: FieldDatabase) => Promise<T>,
): Promise<T> {
  const sealer = new Sealer();
  sealer.open(key);
  const db = new FieldDatabase(name);
  sealTables(db, sealer);
  try {
    return await act(db);
  } finally {
    db.close();
    sealer.close();
  }
}

/** False if another writer had done it. */
function write(db: FieldDatabase, rows: Converted, at: number): Promise<boolean> {
  return db.transaction("rw", db.tables, async () => {
    if ((await db.state.get("takenOver")) !== undefined) return false;
    await db.drafts.bulkPut(rows.drafts);
    await db.ops.bulkPut(rows.ops);
    await db.members.bulkPut(rows.members);
    await db.answers.bulkPut(rows.answers);
    await db.attachments.bulkPut(rows.attachments);
    await db.keys.bulkPut(rows.keys);
    await db.state.bulkPut([...rows.state, { name: "takenOver", value: at }]);
    return true;
  });
}

function same(a: object | undefined, b: object): boolean {
  if (a === undefined) return false;
  const sorted = (row: object): Uint8Array => pack(Object.fromEntries(Object.entries(row).sort()));
  const [one, other] = [sorted(a), sorted(b)];
  return one.length === other.length && one.every((byte, place) => byte === other[place]);
}

/** Reads every record back as it will be read from now on. */
async function verify(db: FieldDatabase, rows: Converted): Promise<void> {
  const kept = async (table: { get(id: string): PromiseLike<object | undefined> }, id: string, row: object) => {
    if (!same(await table.get(id), row)) throw new EngineError("storage_failed");
  };
  for (const row of rows.drafts) await kept(db.drafts, row.id, row);
  for (const row of rows.ops) await kept(db.ops, row.id, row);
  for (const row of rows.members) await kept(db.members, row.id, row);
  for (const row of rows.answers) await kept(db.answers, row.op, row);
  for (const row of rows.attachments) await kept(db.attachments, row.sha256, row);
  for (const row of rows.state) await kept(db.state, row.name, row);
  for (const row of rows.keys)
    if ((await db.keys.get(row.device))?.publicKey !== row.publicKey) throw new EngineError("storage_failed");
}

async function keepOfPhone(phone: PhoneStorage, old: LegacyRows): Promise<void> {
  const preferences = old.state.find((row) => row.name === "preferences")?.value;
  if (preferences !== undefined) await phone.putFirst("preferences", preferences as never);
  for (const row of old.reference as unknown as ReferenceRecord[])
    if ((await phone.findReference(row.key)) === null) await phone.putReference(row);
}

export interface NewProfile {
  readonly id: string;
  readonly key: Uint8Array<ArrayBuffer>;
}

export interface TakeoverActs {
  /** Makes a profile for this agent; its vault key lies under the resume key until a PIN is chosen. */
  readonly makeProfile: (agent: StateValues["identity"]["agent"]) => Promise<NewProfile>;
  readonly dropProfile: (id: string) => Promise<void>;
  /** The vault key of a profile that has no PIN yet; null when it has one. */
  readonly openProfile: (id: string) => Promise<Uint8Array<ArrayBuffer> | null>;
  readonly now: () => number;
}

async function chooseTarget(phone: PhoneStorage, old: LegacyRows, acts: TakeoverActs): Promise<string | null> {
  const marked = await phone.find("takeover");
  if (marked !== null) return marked.profile;
  const identity = identityOf(old);
  if (identity === null) return null;
  const { id } = await acts.makeProfile(identity.agent);
  const { profile } = await phone.putFirst("takeover", { profile: id });
  if (profile !== id) await acts.dropProfile(id);
  return profile;
}

/**
 * Call it before anything else reads a profile, under a lock where there are locks; without, two that do it at once
 * are safe too. Rejects with `storage_full` or `storage_failed` and leaves the old as it was.
 */
export function takeOver(phone: PhoneStorage, acts: TakeoverActs): Promise<void> {
  return guarded(async () => {
    const name = phone.legacyName;
    if (!(await phone.hasLegacy())) return;
    const marked = await phone.find("takeover");
    // The profile that it went to has been removed since.
    if (marked !== null && (await phone.findProfile(marked.profile)) === null) return await deleteLegacy(name);
    if (marked !== null && (await isDone(phone, marked.profile))) return await deleteIfEmpty(name);
    const old = await readLegacy(name);
    await keepOfPhone(phone, old);
    const profile = await chooseTarget(phone, old, acts);
    // An old app that was never activated: nothing in it can be of use.
    if (profile === null) return await deleteLegacy(name);
    await copy(phone, profile, convert(old), acts);
    await deleteIfEmpty(name);
  });
}

async function isDone(phone: PhoneStorage, profile: string): Promise<boolean> {
  const locked = new LockedStorage(phone.nameOf(profile));
  try {
    return (await locked.find("takenOver")) !== null;
  } finally {
    locked.close();
  }
}

/** What a tab of the old app began since waits for the vault to be opened. */
async function deleteIfEmpty(name: string): Promise<void> {
  if ((await readStrays(name)).length === 0) await deleteLegacy(name);
}

async function copy(phone: PhoneStorage, profile: string, rows: Converted, acts: TakeoverActs): Promise<void> {
  const key = await acts.openProfile(profile);
  if (key === null) throw new EngineError("storage_failed");
  await openFor(phone.nameOf(profile), key, async (db) => {
    if (!(await write(db, rows, acts.now()))) return;
    try {
      await verify(db, rows);
    } catch (failure) {
      await db.delete();
      throw failure;
    }
  });
}

/**
 * Brings in what a tab of the old app began after the takeover; the old database goes with it. `put` keeps a form that is
 * not known yet. Call it when the vault was opened.
 */
export function takeStrays(
  phone: PhoneStorage,
  profile: string,
  put: (draft: DraftRecord) => Promise<void>,
): Promise<void> {
  return guarded(async () => {
    const marked = await phone.find("takeover");
    if (marked === null || marked.profile !== profile || !(await phone.hasLegacy())) return;
    for (const row of await readStrays(phone.legacyName)) {
      const draft = convertDraft(row);
      const photo: PhotoRef | null = null;
      await put({ ...draft, photo });
    }
    await deleteLegacy(phone.legacyName);
  });
}
