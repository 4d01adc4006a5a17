/** The tables on the phone and their versions. A version, once released, is never edited: add the next one. */
import { Dexie, type Table } from "dexie";
import type { InboxRecord, ProfileRecord, ReferenceRecord } from "./phone-records";
import type { AnswerRecord, AttachmentRecord, DraftRecord, KeyRecord, MemberRecord, OpRecord } from "./records";

export interface StateRow {
  name: string;
  value: unknown;
}

/** Another tab brings a newer version: let go at once, so that its upgrade is not blocked; the next act opens again. */
function letGo(db: Dexie): void {
  db.on("versionchange", () => {
    db.close({ disableAutoOpen: false });
  });
}

/** Heard on the window when the phone, or its owner, has cleared our storage under an open page: nothing on it is kept any more. */
export const STORAGE_CLEARED = "perisai-storage-cleared";

/** A database that is made a second time in the life of a page was deleted in between. */
function tellWhenCleared(db: Dexie): void {
  let opened = false;
  db.on("ready", () => {
    opened = true;
  });
  db.on("populate", () => {
    if (opened && "dispatchEvent" in globalThis) globalThis.dispatchEvent(new Event(STORAGE_CLEARED));
  });
}

// Strict: a form counts as kept only when the phone's flash has it, not when a buffer has it.
const OPTIONS = { chromeTransactionDurability: "strict" } as const;

/** What belongs to one agent. Version 1 was the one database of all, `perisai-field`; see `takeover.ts`. */
export class FieldDatabase extends Dexie {
  declare drafts: Table<DraftRecord, string>;
  declare ops: Table<OpRecord, string>;
  declare members: Table<MemberRecord, string>;
  declare answers: Table<AnswerRecord, string>;
  declare attachments: Table<AttachmentRecord, string>;
  declare keys: Table<KeyRecord, string>;
  declare state: Table<StateRow, string>;

  constructor(name: string) {
    super(name, OPTIONS);
    this.version(2).stores({
      drafts: "id, savedAt",
      ops: "id, &[device+seq], status",
      members: "id",
      answers: "op",
      attachments: "sha256, draft, op",
      keys: "device",
      state: "name",
    });
    // Which photos have a sealed copy is seen without reading them.
    this.version(3).stores({ attachments: "sha256, draft, op, sealedKey" });
    letGo(this);
    tellWhenCleared(this);
  }
}

/** What belongs to the phone. */
export class PhoneDatabase extends Dexie {
  declare profiles: Table<ProfileRecord, string>;
  declare inbox: Table<InboxRecord, string>;
  declare reference: Table<ReferenceRecord, string>;
  declare state: Table<StateRow, string>;

  constructor(name: string) {
    super(name, OPTIONS);
    this.version(1).stores({ profiles: "id", inbox: "id, receivedAt", reference: "key", state: "name" });
    letGo(this);
    tellWhenCleared(this);
  }
}
