/**
 * The one database of the app's first version, `perisai-field`. Before it is read it is fenced: its tables get other names, in a
 * version change that closes every connection to it. A tab that still runs the old app then finds no chain to go on with, so
 * that the chain can only be continued where it was taken to.
 */
import { Dexie } from "dexie";
import { EngineError } from "../engine/contract";

const FENCED = "old_";
const TABLES = ["drafts", "ops", "members", "answers", "attachments", "keys", "state", "reference"] as const;
/** A tab that does not let go of the database for so long is asked to be closed. */
const BLOCKED_MS = 15_000;

export type LegacyTable = (typeof TABLES)[number];
export type LegacyRow = Record<string, unknown>;
export type LegacyRows = Readonly<Record<LegacyTable, readonly LegacyRow[]>>;

function openRaw(name: string, version?: number, upgrade?: (stores: IDBTransaction) => void): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(name, version);
    let timer: ReturnType<typeof setTimeout> | null = null;
    request.onupgradeneeded = () => {
      if (request.transaction !== null) upgrade?.(request.transaction);
    };
    request.onblocked = () => {
      timer = setTimeout(() => reject(new EngineError("chain_moved")), BLOCKED_MS);
    };
    request.onerror = () => reject(request.error);
    request.onsuccess = () => {
      if (timer !== null) clearTimeout(timer);
      request.result.onversionchange = () => request.result.close();
      resolve(request.result);
    };
  });
}

function getAll(db: IDBDatabase, store: string): Promise<LegacyRow[]> {
  if (!db.objectStoreNames.contains(store)) return Promise.resolve([]);
  return new Promise((resolve, reject) => {
    const request = db.transaction(store, "readonly").objectStore(store).getAll();
    request.onerror = () => reject(request.error);
    request.onsuccess = () => resolve(request.result as LegacyRow[]);
  });
}

/** Fences it if it is not yet, and reads all that is in it. */
export async function readLegacy(name: string): Promise<LegacyRows> {
  let db = await openRaw(name);
  if (!db.objectStoreNames.contains(`${FENCED}ops`)) {
    const version = db.version + 1;
    db.close();
    db = await openRaw(name, version, (transaction) => {
      for (const table of TABLES)
        if (transaction.objectStoreNames.contains(table)) transaction.objectStore(table).name = FENCED + table;
    });
  }
  try {
    const rows = await Promise.all(TABLES.map(async (table) => [table, await getAll(db, FENCED + table)] as const));
    return Object.fromEntries(rows) as unknown as LegacyRows;
  } finally {
    db.close();
  }
}

/** Forms that a tab of the old app began after the fence. */
export async function readStrays(name: string): Promise<LegacyRow[]> {
  const db = await openRaw(name);
  try {
    return await getAll(db, "drafts");
  } finally {
    db.close();
  }
}

export function deleteLegacy(name: string): Promise<void> {
  return Dexie.delete(name);
}
