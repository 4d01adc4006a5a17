/** What was downloaded of courses: versions and the pieces of their pictures and videos, in a database of the phone. */
import { Dexie, type Table } from "dexie";
import { EngineError } from "../contract";
import type { Bytes } from "../encoding";
import { sha256 } from "../encoding";
import { COURSES } from "../learning";

export interface QuestionPart {
  readonly id: string;
  readonly kind: "question";
  readonly text: string;
  readonly options: readonly string[];
  readonly right: readonly number[];
  readonly why: string;
}

export interface MediaPart {
  readonly id: string;
  readonly kind: "picture" | "video";
  readonly sha256: string;
  readonly size: number;
  readonly type: string;
  readonly alt: string;
}

export type Part = { readonly id: string; readonly kind: "text"; readonly text: string } | MediaPart | QuestionPart;

export interface Module {
  readonly id: string;
  readonly title: string;
  readonly parts: readonly Part[];
}

export interface Version {
  readonly id: string;
  readonly title: string;
  readonly pass_percent: number;
  readonly modules: readonly Module[];
}

interface VersionRow {
  id: string;
  version: Version;
  /** Everything it needs is here. */
  whole: boolean;
}

interface Piece {
  sha256: string;
  number: number;
  bytes: Bytes;
}

class CoursesDatabase extends Dexie {
  declare versions: Table<VersionRow, string>;
  declare pieces: Table<Piece, [string, number]>;

  constructor() {
    super(COURSES);
    this.version(1).stores({ versions: "id", pieces: "[sha256+number], sha256" });
    this.on("versionchange", () => this.close({ disableAutoOpen: false }));
  }
}

export const PIECE = 256 * 1024;
/** Left free for the agent's work. */
const SPARE = 20 * 1024 * 1024;

let opened: CoursesDatabase | null = null;

function db(): CoursesDatabase {
  opened ??= new CoursesDatabase();
  return opened;
}

/** Rejects with `storage_full`, also before there is no room any more. */
async function guarded<T>(act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (failure) {
    if (failure instanceof EngineError) throw failure;
    const full = failure instanceof Error && /Quota/.test(`${failure.name} ${failure.message}`);
    throw new EngineError(full ? "storage_full" : "storage_failed", null, failure);
  }
}

async function requireRoom(bytes: number): Promise<void> {
  const { quota = 0, usage = 0 } = (await navigator.storage?.estimate?.()) ?? {};
  if (quota > 0 && quota - usage < bytes + SPARE) throw new EngineError("storage_full");
}

export function mediaOf(version: Version): readonly MediaPart[] {
  const found = new Map<string, MediaPart>();
  for (const module of version.modules)
    for (const part of module.parts) if (part.kind === "picture" || part.kind === "video") found.set(part.sha256, part);
  return [...found.values()];
}

export function findWhole(id: string): Promise<Version | null> {
  return guarded(async () => {
    const row = await db().versions.get(id);
    return row?.whole === true ? row.version : null;
  });
}

export function listWhole(): Promise<ReadonlySet<string>> {
  return guarded(async () => new Set((await db().versions.toArray()).filter((row) => row.whole).map((row) => row.id)));
}

export interface Sources {
  ask(path: string): Promise<unknown>;
  askBytes(path: string): Promise<Bytes>;
}

/**
 * Fetches what is not here yet, piece by piece: an interrupted download goes on where it stopped. Rejects with `storage_full` before
 * anything is fetched that does not fit, and with what the line says.
 */
export function download(
  id: string,
  from: Sources,
  signal: AbortSignal,
  progress: (done: number, total: number) => void,
): Promise<Version> {
  return guarded(async () => {
    const row = await db().versions.get(id);
    const version = row?.version ?? ((await from.ask(`/api/v1/training/versions/${id}`)) as Version);
    await db().versions.put({ id, version, whole: row?.whole ?? false });
    const media = mediaOf(version);
    const total = media.reduce((sum, part) => sum + part.size, 0);
    let done = 0;
    for (const part of media) {
      done += await fetchMedia(part, from, signal, (bytes) => progress(done + bytes, total));
    }
    await db().versions.put({ id, version, whole: true });
    return version;
  });
}

async function fetchMedia(
  part: MediaPart,
  from: Sources,
  signal: AbortSignal,
  progress: (bytes: number) => void,
): Promise<number> {
  let here = await db().pieces.where("sha256").equals(part.sha256).count();
  await requireRoom(Math.max(0, part.size - here * PIECE));
  for (; here * PIECE < part.size; here += 1) {
    if (signal.aborted) throw signal.reason;
    progress(here * PIECE);
    const bytes = await from.askBytes(`/api/v1/training/media/${part.sha256}?offset=${here * PIECE}`);
    await db().pieces.put({ sha256: part.sha256, number: here, bytes });
  }
  const blob = await findMedia(part);
  if (blob === null || (await sha256(new Uint8Array(await blob.arrayBuffer()))) !== part.sha256) {
    await db().pieces.where("sha256").equals(part.sha256).delete();
    throw new EngineError("bad_answer");
  }
  return part.size;
}

/** The picture or video, when all of it is here. */
export function findMedia(part: MediaPart): Promise<Blob | null> {
  return guarded(async () => {
    const pieces = await db().pieces.where("sha256").equals(part.sha256).sortBy("number");
    const blob = new Blob(
      pieces.map((piece) => piece.bytes),
      { type: part.type },
    );
    return blob.size === part.size ? blob : null;
  });
}

/** Lets go of what no version that is named needs any more. */
export function keepOnly(ids: ReadonlySet<string>): Promise<void> {
  return guarded(async () => {
    const rows = await db().versions.toArray();
    const gone = rows.filter((row) => !ids.has(row.id));
    if (gone.length === 0) return;
    const needed = new Set(
      rows.filter((row) => ids.has(row.id)).flatMap((row) => mediaOf(row.version).map((m) => m.sha256)),
    );
    const loose = gone.flatMap((row) => mediaOf(row.version).map((m) => m.sha256)).filter((one) => !needed.has(one));
    await db().versions.bulkDelete(gone.map((row) => row.id));
    await db().pieces.where("sha256").anyOf(loose).delete();
  });
}
