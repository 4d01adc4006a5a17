/** The tables on the phone and their versions. A version, once released, is never edited: add the next one. */
import { Dexie, type Table } from "dexie";
import type {
  AnswerRecord,
  AttachmentRecord,
  DraftRecord,
  KeyRecord,
  MemberRecord,
  OpRecord,
  ReferenceRecord,
} from "./records";

export interface StateRow {
  name: string;
  value: unknown;
}

export class FieldDatabase extends Dexie {
  declare drafts: Table<DraftRecord, string>;
  declare ops: Table<OpRecord, string>;
  declare members: Table<MemberRecord, string>;
  declare answers: Table<AnswerRecord, string>;
  declare attachments: Table<AttachmentRecord, string>;
  declare keys: Table<KeyRecord, string>;
  declare state: Table<StateRow, string>;
  declare reference: Table<ReferenceRecord, string>;

  constructor(name: string) {
    // Strict: a form counts as kept only when the phone's flash has it, not when a buffer has it.
    super(name, { chromeTransactionDurability: "strict" });
    this.version(1).stores({
      drafts: "id, savedAt",
      ops: "id, &[device+seq], status",
      members: "id",
      answers: "op",
      attachments: "sha256, draft, op",
      keys: "device",
      state: "name",
      reference: "key",
    });
    // Another tab brings a newer version: let go at once, so that its upgrade is not blocked; the next act here
    // opens again and fails with a typed error if the code is too old for it.
    this.on("versionchange", () => {
      this.close({ disableAutoOpen: false });
    });
  }
}
