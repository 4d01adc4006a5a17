/** The agent's own members: what the server told, merged with what only this phone knows, in memory while the vault is open. */
import type { MemberRecord } from "../storage/records";
import type { PulledPage, Storage } from "../storage/storage";
import type { MemberPage, MemberQuery, MemberState, MemberView } from "./contract";
import { MemberList, type Row } from "./member-list";
import { Cell } from "./observable";
import { hasWords, words } from "./words";

/** Records deciphered in one go: between two the page draws and hears the finger. */
const SLICE = 100;

/** Digits match the end of any number; longer ones also its inside, as a phone is often told without its prefix. */
function matches(row: Row, text: string): boolean {
  const digits = text.replace(/[\s+.-]/g, "");
  if (/^\d{2,}$/.test(digits)) {
    const bare = digits.replace(/^(62|0)(?=8)/, "");
    return row.digits.includes(`${digits} `) || (bare.length >= 5 && row.digits.includes(bare));
  }
  return hasWords(row.line, words(text));
}

export class Members {
  readonly revision = new Cell(0);
  /** What the server told, kept in memory once read: a phone takes long to decipher 5,000 records. */
  private records: Map<string, MemberRecord> | null = null;
  /** What came while the records were being read; null for what went. */
  private meanwhile = new Map<string, MemberRecord | null>();
  private list = new MemberList();
  /** Moves when what was read is no longer wanted. */
  private epoch = 0;
  private rows: Promise<readonly Row[]> | null = null;
  private agent: string | null = null;
  /** Who asks meanwhile waits for the same reading. */
  private reading: Promise<Map<string, MemberRecord>> | null = null;

  constructor(private readonly storage: Storage) {}

  /** Ops have changed, or records that were taken; the next question merges again. */
  renew(agent: string | null): void {
    this.agent = agent;
    this.rows = null;
    this.revision.set(this.revision.get() + 1);
  }

  /** Somebody else has changed the records, or the phone is locked: nothing of them stays in memory. */
  forget(): void {
    this.records = null;
    this.rows = null;
    this.meanwhile.clear();
    this.list = new MemberList();
    this.epoch += 1;
  }

  /** Follows a page that has just been stored. */
  take({ members, gone }: Pick<PulledPage, "members" | "gone">): void {
    for (const record of members) this.note(record.id, record);
    for (const id of gone) this.note(id, null);
  }

  private note(id: string, record: MemberRecord | null): void {
    if (this.records === null) this.meanwhile.set(id, record);
    else if (record === null) this.records.delete(id);
    else this.records.set(id, record);
  }

  async search({ text = "", states, offset = 0, limit = 50 }: MemberQuery): Promise<MemberPage> {
    const rows = await this.load();
    const asked = text.trim();
    const found = asked === "" ? rows : rows.filter((row) => matches(row, asked));
    const counts: Partial<Record<MemberState, number>> = {};
    for (const { view } of found) counts[view.state] = (counts[view.state] ?? 0) + 1;
    const chosen =
      states === undefined || states.length === 0 ? found : found.filter(({ view }) => states.includes(view.state));
    return { total: chosen.length, members: chosen.slice(offset, offset + limit).map(({ view }) => view), counts };
  }

  async find(key: string): Promise<MemberView | null> {
    const rows = await this.load();
    // A page opened before the answer came asks by the op's id.
    return rows.find(({ view }) => view.key === key || view.op === key)?.view ?? null;
  }

  /** Begins to read, so that the first question need not wait. */
  warm(): void {
    void this.load().catch(() => undefined);
  }

  private load(): Promise<readonly Row[]> {
    const reading = this.rows ?? this.read();
    this.rows = reading;
    reading.catch(() => {
      if (this.rows === reading) this.rows = null;
    });
    return reading;
  }

  private readRecords(): Promise<Map<string, MemberRecord>> {
    if (this.records !== null) return Promise.resolve(this.records);
    const begun = this.reading ?? this.readSlices();
    this.reading = begun;
    const over = (): void => {
      if (this.reading === begun) this.reading = null;
    };
    begun.then(over, over);
    return begun;
  }

  private async readSlices(): Promise<Map<string, MemberRecord>> {
    const { epoch } = this;
    this.meanwhile.clear();
    const records = new Map<string, MemberRecord>();
    const ids = await this.storage.listMemberIds();
    for (let at = 0; at < ids.length && epoch === this.epoch; at += SLICE) {
      const slice = await this.storage.listMembersOf(ids.slice(at, at + SLICE));
      for (const record of slice) records.set(record.id, record);
      if (epoch === this.epoch) this.list.prepare(slice);
    }
    // The phone was locked meanwhile, or another tab has changed them: from the start.
    if (epoch !== this.epoch) return await this.readSlices();
    for (const [id, record] of this.meanwhile) record === null ? records.delete(id) : records.set(id, record);
    this.meanwhile.clear();
    this.records = records;
    return records;
  }

  private async read(): Promise<readonly Row[]> {
    if (this.agent === null) return [];
    const records = await this.readRecords();
    const ops = await this.storage.listOps(this.agent);
    const photos = (await this.storage.listWaitingAttachments()).map((one) => one.op);
    return this.list.merge(records, ops, photos);
  }
}
