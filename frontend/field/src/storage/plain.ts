/**
 * Which fields lie on the phone in plain. Everything else of a table is in its sealed `box`; a field that is not named
 * here is sealed, so that a new one is safe until somebody decides otherwise. Plain is only what an index needs, and what is
 * needed while the vault is closed. Nothing here tells about a worker.
 */

export const PLAIN_FIELDS = {
  drafts: ["id", "savedAt"],
  ops: [
    "id",
    "device",
    "agent",
    "seq",
    "kind",
    "hash",
    "prev",
    "sealed",
    "sealedKey",
    "status",
    "madeAt",
    "lastSentAt",
    "dismissed",
  ],
  members: ["id"],
  answers: ["op", "status"],
  attachments: [
    "sha256",
    "size",
    "type",
    "draft",
    "op",
    "offset",
    "keptAt",
    "mismatches",
    "sealed",
    "sealedKey",
    "sealedBy",
  ],
} as const;

export type SealedTable = keyof typeof PLAIN_FIELDS;

export const SEALED_TABLES = Object.keys(PLAIN_FIELDS) as readonly SealedTable[];

/** Single values that are readable while locked; the agent's own name is on the lock screen anyhow. */
export const PLAIN_VALUES = [
  "identity",
  "chain",
  "confirmed",
  "cursor",
  "lastSyncAt",
  "branchKey",
  "takenOver",
] as const;

export type PlainValue = (typeof PLAIN_VALUES)[number];

export function isPlainValue(name: string): name is PlainValue {
  return (PLAIN_VALUES as readonly string[]).includes(name);
}
