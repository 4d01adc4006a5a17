/**
 * Seals what is written and opens what is read, record by record, underneath Dexie's tables: who writes a record cannot
 * forget it. Synchronous, because an IndexedDB transaction does not wait for anything else than itself.
 */
import { xchacha20poly1305 } from "@noble/ciphers/chacha.js";
import type { DBCore, DBCoreTable, Dexie } from "dexie";
import { EngineError } from "../engine/contract";
import { type Packed, pack, unpack } from "./packing";
import { PLAIN_FIELDS, PLAIN_VALUES, SEALED_TABLES, type SealedTable } from "./plain";

const NONCE = 24;
const TAG = 16;
const UTF8 = new TextEncoder();
export const KEY_BYTES = 32;

type Bytes = Uint8Array<ArrayBuffer>;
type Row = Readonly<Record<string, unknown>>;

function bind(table: string, key: unknown): Bytes {
  return UTF8.encode(`perisai-vault-1/${table}/${String(key)}`);
}

/** The vault key while the vault is open. */
export class Sealer {
  /** Names of records that could not be opened since the vault was: damaged on the phone's flash, or changed. */
  readonly damaged = new Set<string>();
  private key: Bytes | null = null;

  get isOpen(): boolean {
    return this.key !== null;
  }

  open(key: Bytes): void {
    if (key.length !== KEY_BYTES) throw new EngineError("programming");
    this.key = key.slice();
    this.damaged.clear();
  }

  close(): void {
    this.key?.fill(0);
    this.key = null;
  }

  /** Nonce and ciphertext, bound to its table and key: it opens nowhere else. Throws `locked`. */
  seal(table: string, key: unknown, content: Packed): Bytes {
    const plain = pack(content);
    // Sealed where it will lie: a phone with little memory takes in thousands of records at a time.
    const box = new Uint8Array(NONCE + plain.length + TAG);
    const nonce = crypto.getRandomValues(box.subarray(0, NONCE));
    xchacha20poly1305(this.need(), nonce, bind(table, key)).encrypt(plain, box.subarray(NONCE));
    return box;
  }

  /** Throws `locked` or `record_damaged`. */
  unseal(table: string, key: unknown, box: unknown): Packed {
    const vault = this.need();
    try {
      if (!(box instanceof Uint8Array)) throw new TypeError("no box");
      return unpack(xchacha20poly1305(vault, box.subarray(0, NONCE), bind(table, key)).decrypt(box.subarray(NONCE)));
    } catch (failure) {
      this.damaged.add(`${table}/${String(key)}`);
      throw new EngineError("record_damaged", null, failure);
    }
  }

  private need(): Bytes {
    if (this.key === null) throw new EngineError("locked");
    return this.key;
  }
}

/** How the rows of one table are written and read. */
interface Codec {
  readonly seal: (row: Row) => Row;
  readonly open: (row: Row) => Row;
}

function fieldCodec(sealer: Sealer, table: SealedTable): Codec {
  const plain: ReadonlySet<string> = new Set(PLAIN_FIELDS[table]);
  const keyPath = PLAIN_FIELDS[table][0];
  return {
    seal: (row) => {
      const entries = Object.entries(row);
      const secret = Object.fromEntries(entries.filter(([name]) => !plain.has(name)));
      const shown = Object.fromEntries(entries.filter(([name]) => plain.has(name)));
      return { ...shown, box: sealer.seal(table, row[keyPath], secret) };
    },
    open: ({ box, ...shown }) => ({ ...shown, ...sealer.unseal(table, shown[keyPath], box) }),
  };
}

/** Single values: plain by their names, whose part (a device's id) follows the name. */
function valueCodec(sealer: Sealer): Codec {
  const isPlain = (name: unknown): boolean => PLAIN_VALUES.some((known) => String(name).startsWith(known));
  return {
    seal: (row) => (isPlain(row.name) ? row : { name: row.name, box: sealer.seal("state", row.name, row) }),
    open: (row) => (isPlain(row.name) ? row : sealer.unseal("state", row.name, row.box)),
  };
}

function isDamage(failure: unknown): boolean {
  return failure instanceof EngineError && failure.code === "record_damaged";
}

/** One damaged record must not hide the others: it is left out. */
function openOrSkip(codec: Codec, row: unknown): Row | undefined {
  if (row === undefined || row === null) return undefined;
  try {
    return codec.open(row as Row);
  } catch (failure) {
    if (isDamage(failure)) return undefined;
    throw failure;
  }
}

function sealedTable(table: DBCoreTable, codec: Codec): DBCoreTable {
  return {
    ...table,
    mutate: (request) => {
      if (request.type !== "add" && request.type !== "put") return table.mutate(request);
      const values = request.values.map((row: Row) => codec.seal(row));
      return table.mutate({ ...request, values });
    },
    get: (request) =>
      table.get(request).then((row: unknown) => (row === undefined || row === null ? row : codec.open(row as Row))),
    getMany: (request) =>
      table.getMany(request).then((rows: readonly unknown[]) => rows.map((row) => openOrSkip(codec, row))),
    query: (request) =>
      table.query(request).then((answer) => {
        if (request.values !== true) return answer;
        const result = answer.result.map((row: unknown) => openOrSkip(codec, row)).filter((row) => row !== undefined);
        return { ...answer, result };
      }),
    openCursor: (request) => {
      // Dexie's `filter`, `modify`, `anyOf` and `reverse` of whole records come this way, around `query`.
      if (request.values === true) throw new EngineError("programming");
      return table.openCursor(request);
    },
  };
}

/** From now on `db` reads and writes sealed records; every act rejects with `locked` while `sealer` is closed. */
export function sealTables(db: Dexie, sealer: Sealer): void {
  const create = (core: DBCore): Partial<DBCore> => ({
    table: (name) => {
      const table = core.table(name);
      if (name === "state") return sealedTable(table, valueCodec(sealer));
      const sealed = SEALED_TABLES.find((one) => one === name);
      return sealed === undefined ? table : sealedTable(table, fieldCodec(sealer, sealed));
    },
  });
  db.use({ stack: "dbcore", name: "perisai-vault", create });
}
