/** The database of the app's first version, as that version made it (schema 1, released with 1.0.0). */
import { Dexie } from "dexie";
import { makeKey } from "../keys";

export const FORMER_DEVICE = "0199aaaa-0000-7000-8000-000000000001";
export const AGENT = "0199-agent";

/** Opened as a tab of the old app has it. */
export function openLegacy(prefix: string): Dexie {
  const db = new Dexie(`${prefix}-field`, { chromeTransactionDurability: "strict" });
  db.version(1).stores({
    drafts: "id, savedAt",
    ops: "id, &[device+seq], status",
    members: "id",
    answers: "op",
    attachments: "sha256, draft, op",
    keys: "device",
    state: "name",
    reference: "key",
  });
  db.on("versionchange", () => db.close({ disableAutoOpen: false }));
  return db;
}

export function oldDraft(id: string, name: string): object {
  const fields = { name, nik: "1571084107909001" };
  return { id, agent: AGENT, step: 2, fields, photo: null, startedAt: 1, savedAt: 2, discardedAt: null };
}

export function oldOp(seq: number, status: string, line: string, prev: string, hash: string): object {
  const enrol = {
    name: `Orang ${seq}`,
    nik: "1571**********01",
    region: "15.71.08.1001",
    phone: null,
    programmes: ["JKK", "JKM"],
    months: 1,
    capturedOn: "2026-11-20",
    amount: 16_800,
    photo: null,
  };
  const made = { id: `op-${seq}`, device: FORMER_DEVICE, agent: AGENT, seq, kind: "enrol", hash, prev };
  const bytes = new TextEncoder().encode(line);
  const rest = { enrol, cancel: null, error: null, result: null, lastSentAt: null, dismissed: false };
  return { ...made, line: bytes, status, madeAt: 1_790_000_000_000 + seq, ...rest };
}

/** An activated phone with two ops (one accepted, one unsent), a draft with a picture, a member and preferences. */
export async function fillLegacy(prefix: string): Promise<void> {
  const db = openLegacy(prefix);
  const { privateKey, publicKey } = await makeKey();
  const agent = { id: AGENT, code: "P-1501-0001", name: "Rina", office: "Kantor Uji", sub_branch: "KCP Uji" };
  const branch = { id: 1501, name: "KC Jambi", timezone: "Asia/Jakarta", province: "15" };
  const identity = { device: FORMER_DEVICE, agent, branch, activatedAt: 5, revoked: false };
  await db.table("keys").put({ device: FORMER_DEVICE, privateKey, publicKey });
  await db.table("state").bulkPut([
    { name: "identity", value: identity },
    { name: `chain${FORMER_DEVICE}`, value: { device: FORMER_DEVICE, seq: 2, hash: "b".repeat(64) } },
    { name: `confirmed${FORMER_DEVICE}`, value: { device: FORMER_DEVICE, seq: 1, hash: "a".repeat(64) } },
    { name: "cursor", value: 7 },
    { name: "preferences", value: { language: "en", theme: "dark" } },
  ]);
  await db
    .table("ops")
    .bulkPut([
      oldOp(1, "accepted", "line one", "0".repeat(64), "a".repeat(64)),
      oldOp(2, "unsent", "line two", "a".repeat(64), "b".repeat(64)),
    ]);
  const bytes = new TextEncoder().encode("picture");
  const photo = { sha256: "cc", size: 7, type: "image/jpeg" };
  await db.table("drafts").put({ ...oldDraft("d1", "Ani"), photo });
  await db.table("attachments").put({ ...photo, bytes, draft: "d1", op: null, offset: 0, keptAt: 3, mismatches: 0 });
  const member = {
    id: "m1",
    op: null,
    name: "Lama",
    nik: "1571**********02",
    state: "active",
    captured_on: "2026-11-01",
  };
  await db.table("members").put({ ...member, programmes: [], months: 1, phone: null, region: null });
  db.close();
}
