/** An engine in memory behind the same contract, to look at screens without a server. Used by preview/ only. */
import rules from "../../../tests/golden/rules.json";
import {
  type AboutView,
  type DeviceState,
  type Draft,
  type Engine,
  EngineError,
  type EnrolForm,
  type KeepingState,
  type LockState,
  type MemberState,
  type MeView,
  type Observable,
  type OpView,
  type RulesDocument,
  type SharedPicture,
  type SyncState,
} from "../src/engine/contract";

import { makeLock, startLock } from "./fake-lock";
import { member, members, REGIONS } from "./fake-members";
import { about, me, WARNINGS } from "./fake-papers";
import { agent, branch, MINUTE, NOW, wants } from "./fake-words";

export * from "../src/engine/contract";

class Cell<T> implements Observable<T> {
  private readonly listeners = new Set<(value: T) => void>();
  constructor(private value: T) {}
  get(): T {
    return this.value;
  }
  set(value: T): void {
    this.value = value;
    for (const listener of this.listeners) listener(value);
  }
  subscribe(listener: (value: T) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
}

const revision = new Cell(0);
const touch = (): void => revision.set(revision.get() + 1);
const device = new Cell<DeviceState>({
  phase: wants.has("wiped")
    ? "wiped"
    : wants.has("revoked")
      ? "revoked"
      : wants.has("new")
        ? "new"
        : wants.has("insecure")
          ? "unsupported"
          : "active",
  device: "0191b6a2-0000-7000-8000-000000000001",
  agent,
  branch,
  activatedAt: NOW - 9 * 24 * 60 * MINUTE,
  problem: wants.has("insecure") ? { code: "insecure", text: null } : null,
});
const ops: OpView[] = wants.has("unsent")
  ? [
      {
        id: "op4",
        seq: 4,
        kind: "enrol",
        status: "unsent",
        name: "Ahmad Fauzi",
        madeAt: NOW - 190 * MINUTE,
        error: null,
        result: null,
      },
      {
        id: "op5",
        seq: 5,
        kind: "enrol",
        status: "unsent",
        name: "Nurhayati",
        madeAt: NOW - 30 * MINUTE,
        error: null,
        result: null,
      },
      {
        id: "op3",
        seq: 3,
        kind: "enrol",
        status: "received",
        name: "Dewi Lestari",
        madeAt: NOW - 260 * MINUTE,
        error: null,
        result: null,
      },
      {
        id: "op6",
        seq: 2,
        kind: "enrol",
        status: "rejected",
        name: "Joko Susilo",
        madeAt: NOW - 300 * MINUTE,
        error: member(6).error,
        result: null,
      },
    ]
  : [];
const outbox = new Cell<readonly OpView[]>(ops);
const sync = new Cell<SyncState>({
  online: !wants.has("offline"),
  syncing: false,
  progress: null,
  lastSyncAt: NOW - 12 * MINUTE,
  unsent: wants.has("unsent") ? 2 : 0,
  oldestUnsentAt: wants.has("unsent") ? NOW - 190 * MINUTE : null,
  unsentPhotos: wants.has("unsent") ? 1 : 0,
  error: wants.has("offline") ? { code: "offline", text: null } : null,
  nextTryAt: null,
});

function kept(): Draft[] {
  return JSON.parse(localStorage.getItem("preview.drafts") ?? "[]") as Draft[];
}
const drafts = new Cell<readonly Draft[]>(kept());
const keep = (list: readonly Draft[]): void => {
  drafts.set(list);
  localStorage.setItem("preview.drafts", JSON.stringify(list));
};
let discarded: Draft | null = null;
const pictures = new Map<string, Blob>();

function saved(form: EnrolForm, id: string): OpView {
  const op: OpView = {
    id,
    seq: 7,
    kind: "enrol",
    status: "unsent",
    name: form.name,
    madeAt: Date.now(),
    error: null,
    result: null,
  };
  members.unshift({
    ...member(4),
    capturedOn: new Date().toISOString().slice(0, 10),
    phone: form.phone,
    paymentCode: wants.has("nocode") ? null : "8801500000000457",
    amount: form.price_shown.total,
    photoBy: form.id_card_by,
    photoPending: false,
    key: id,
    op: id,
    enrolment: null,
    name: form.name,
    months: form.months,
    programmes: form.programmes,
  });
  outbox.set([...outbox.get(), op]);
  sync.set({ ...sync.get(), unsent: sync.get().unsent + 1, oldestUnsentAt: Date.now() });
  touch();
  return op;
}

const lock = new Cell<LockState>(startLock(wants));
const inbox = new Cell<readonly SharedPicture[]>(
  wants.has("shared") ? [{ id: "s1", size: 81_234, receivedAt: NOW - 4 * MINUTE }] : [],
);

/** A card of nobody, drawn here. */
async function samplePicture(): Promise<Blob> {
  const canvas = document.createElement("canvas");
  canvas.width = 856;
  canvas.height = 540;
  const paint = canvas.getContext("2d");
  if (paint) {
    paint.fillStyle = "#9fc3dd";
    paint.fillRect(0, 0, 856, 540);
    paint.fillStyle = "#101010";
    paint.font = "bold 36px monospace";
    paint.fillText("NIK : 1571084107909001", 40, 120);
    paint.fillText("Nama : SITI AMINAH", 40, 190);
  }
  return new Promise((resolve) => canvas.toBlob((blob) => resolve(blob ?? new Blob()), "image/jpeg"));
}

async function hash(bytes: BufferSource): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", bytes);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export const engine: Engine = {
  version: "1.0.0",
  start: () => Promise.resolve(),
  device,
  damaged: new Cell(0),
  keeping: new Cell<KeepingState>({
    persisted: wants.has("warn") ? "refused" : "granted",
    usedBytes: 4_200_000,
    freeBytes: wants.has("warn") ? 7_500_000 : 900_000_000,
    warnings: wants.has("warn") ? WARNINGS : [],
  }),
  askToKeep: () => Promise.resolve(),
  lock: makeLock(lock, device),
  me: new Cell<MeView | null>(wants.has("first") ? null : me),
  about: new Cell<AboutView | null>(wants.has("first") ? null : about),
  preferences: new Cell({ language: "id", theme: "auto" }),
  setPreferences: () => Promise.resolve(),
  activation: {
    readCode: (text) => /[0-9A-Z]{10}/.exec(text.toUpperCase().replace(/[^0-9A-Z]/g, ""))?.[0] ?? null,
    activate: (code) => {
      if (code.startsWith("0"))
        return Promise.reject(
          new EngineError("E2001", {
            id: "Kode ini sudah tidak berlaku.",
            en: "This code is no longer valid.",
            action: { id: "Minta kode baru dari kantor cabang.", en: "Ask the branch office for a new code." },
          }),
        );
      device.set({ ...device.get(), phase: "active" });
      return Promise.resolve(device.get());
    },
    scan: () => Promise.reject(new EngineError("camera_missing")),
  },
  drafts: {
    list: drafts,
    start: () => {
      const draft: Draft = {
        id: crypto.randomUUID(),
        step: 1,
        fields: {},
        photo: null,
        series: null,
        seriesPlace: 1,
        startedAt: Date.now(),
        savedAt: Date.now(),
      };
      keep([draft, ...drafts.get()]);
      return Promise.resolve(draft);
    },
    startInGroup: () => engine.drafts.start(),
    startNext: async (opId) => {
      const body = JSON.parse(sessionStorage.getItem("preview.body") ?? "{}") as EnrolForm;
      const { address, region, jobs, income, employs_others, programmes, months } = body;
      const started = await engine.drafts.start();
      const series = sessionStorage.getItem("preview.series") ?? opId;
      const place = Number(sessionStorage.getItem("preview.place") ?? "1") + 1;
      sessionStorage.setItem("preview.series", series);
      sessionStorage.setItem("preview.place", String(place));
      const fields = { address, region, jobs, income, employs_others, programmes, months };
      const draft: Draft = { ...started, fields, series, seriesPlace: place };
      keep([draft, ...drafts.get().filter((known) => known.id !== draft.id)]);
      return draft;
    },
    open: (id) => {
      const draft = drafts.get().find((known) => known.id === id);
      return draft ? Promise.resolve(draft) : Promise.reject(new EngineError("draft_missing"));
    },
    save: (id, patch) =>
      keep(
        drafts.get().map((draft) =>
          draft.id === id
            ? {
                ...draft,
                step: patch.step ?? draft.step,
                fields: { ...draft.fields, ...patch.fields },
                savedAt: Date.now(),
              }
            : draft,
        ),
      ),
    flush: () => Promise.resolve(),
    problem: new Cell(null),
    discard: (id) => {
      discarded = drafts.get().find((draft) => draft.id === id) ?? null;
      keep(drafts.get().filter((draft) => draft.id !== id));
      return Promise.resolve();
    },
    restore: () => {
      if (discarded) keep([discarded, ...drafts.get()]);
      return Promise.resolve();
    },
    startFrom: () => engine.drafts.start(),
  },
  photos: {
    attach: async (_draft, picture) => {
      const sha256 = await hash(await picture.arrayBuffer());
      pictures.set(sha256, picture);
      return { sha256, size: picture.size, type: "image/jpeg" };
    },
    detach: () => Promise.resolve(),
    find: (sha256) => Promise.resolve(pictures.get(sha256) ?? null),
    attachLater: () => Promise.resolve(),
    inbox,
    openShared: () => samplePicture(),
    dropShared: (id) => Promise.resolve(inbox.set(inbox.get().filter((picture) => picture.id !== id))),
  },
  learning: {
    find: () => Promise.resolve(null),
    change: (how) => Promise.resolve(how({ list: null, fetchedAt: 0, takings: [] })),
    ask: () => Promise.reject(new EngineError("offline")),
    askBytes: () => Promise.reject(new EngineError("offline")),
    append: () => Promise.reject(new EngineError("offline")),
    findOp: () => Promise.resolve(null),
    sign: () => Promise.reject(new EngineError("offline")),
    appendWithCode: () => Promise.reject(new EngineError("not_activated")),
    findCash: () => Promise.resolve(null),
    changeCash: (how) => Promise.resolve(how({ state: null, fetchedAt: 0, made: [] })),
    findDues: () => Promise.resolve(null),
    changeDues: (how) => Promise.resolve(how({ told: null, fetchedAt: 0, visits: [] })),
    findGroups: () => Promise.resolve(null),
    changeGroups: (how) => Promise.resolve(how({ told: null, fetchedAt: 0, made: [], answers: {} })),
    findIdentity: () => Promise.resolve(null),
  },
  enrolments: {
    codesLeft: new Cell(wants.has("nocode") ? 0 : 12),
    consentCode: () =>
      wants.has("offline") ? Promise.reject(new EngineError("offline")) : Promise.resolve(crypto.randomUUID()),
    complete: ({ draftId, form }) => {
      keep(drafts.get().filter((draft) => draft.id !== draftId));
      sessionStorage.setItem("preview.body", JSON.stringify(form));
      return Promise.resolve(saved(form, draftId));
    },
    cancel: (key) => {
      const index = members.findIndex((known) => known.key === key);
      const found = members[index];
      if (!found) return Promise.reject(new EngineError("not_cancellable"));
      members[index] = { ...found, state: "cancelled", cancelling: true, canCancel: false };
      touch();
      return Promise.resolve({
        id: "c1",
        seq: 8,
        kind: "cancel",
        status: "unsent",
        name: found.name,
        madeAt: Date.now(),
        error: null,
        result: null,
      });
    },
  },
  outbox: {
    list: outbox,
    exportSealed: () => Promise.resolve([]),
    dismiss: (id) => Promise.resolve(outbox.set(outbox.get().filter((op) => op.id !== id))),
  },
  members: {
    revision,
    search: ({ text = "", states, offset = 0, limit = 50 }) => {
      const hits = members.filter((known) => known.name.toLowerCase().includes(text.toLowerCase()));
      const counts: Partial<Record<MemberState, number>> = {};
      for (const hit of hits) counts[hit.state] = (counts[hit.state] ?? 0) + 1;
      const shown = states ? hits.filter((hit) => states.includes(hit.state)) : hits;
      return Promise.resolve({ total: shown.length, members: shown.slice(offset, offset + limit), counts });
    },
    find: (key) => Promise.resolve(members.find((known) => known.key === key || known.op === key) ?? null),
  },
  reference: {
    state: new Cell({ rules: rules.version, regions: "300.2.2-2430/2025", checkedAt: NOW }),
    rules: () => Promise.resolve(rules as unknown as RulesDocument),
    searchVillages: (text) =>
      Promise.resolve(REGIONS.filter((region) => region.label.toLowerCase().includes(text.toLowerCase()))),
    findVillage: (code) => Promise.resolve(REGIONS.find((region) => region.code === code) ?? null),
    refresh: () => Promise.resolve(),
  },
  sync: {
    state: sync,
    now: async () => {
      sync.set({ ...sync.get(), syncing: true, progress: { step: "push", done: 1, total: 2 } });
      await new Promise((resolve) => setTimeout(resolve, 1500));
      sync.set({
        ...sync.get(),
        syncing: false,
        progress: null,
        unsent: 0,
        oldestUnsentAt: null,
        lastSyncAt: Date.now(),
      });
    },
  },
  updates: {
    state: new Cell({ ready: false, offlineReady: true, installable: wants.has("installable") }),
    holdForForm: () => () => undefined,
    apply: () => undefined,
    promptInstall: () => Promise.resolve(true),
  },
  serverNow: () => Date.now(),
  sha256: (text) => hash(new TextEncoder().encode(text)),
  locate: () => Promise.resolve({ lat: -1.61, lon: 103.61, accuracy: 18 }),
};
