/** What is kept for the phone itself: readable whether or not anybody has entered a PIN. */
import { Dexie } from "dexie";
import { guarded } from "./failures";
import type { InboxRecord, PhoneValueName, PhoneValues, ProfileRecord, ReferenceRecord } from "./phone-records";
import { PhoneDatabase } from "./schema";

/** Every method rejects with an `EngineError` `storage_full` or `storage_failed`. */
export class PhoneStorage {
  private readonly db: PhoneDatabase;

  /** `prefix` begins the names of all databases of the app; tests take another. */
  constructor(readonly prefix = "perisai") {
    this.db = new PhoneDatabase(`${prefix}-phone`);
  }

  open(): Promise<void> {
    return guarded(async () => {
      await this.db.open();
    });
  }

  close(): void {
    this.db.close();
  }

  /** Name of the database of a profile. */
  nameOf(profile: string): string {
    return `${this.prefix}-field-${profile}`;
  }

  /** Name of the one database that the app's first version had. */
  get legacyName(): string {
    return `${this.prefix}-field`;
  }

  /** Whether something of that version is still there; the code that takes it over is loaded only then. */
  hasLegacy(): Promise<boolean> {
    return guarded(() => Dexie.exists(this.legacyName));
  }

  // ------------------------------------------------------------ single values

  find<N extends PhoneValueName>(name: N): Promise<PhoneValues[N] | null> {
    return guarded(async () => ((await this.db.state.get(name))?.value as PhoneValues[N] | undefined) ?? null);
  }

  put<N extends PhoneValueName>(name: N, value: PhoneValues[N]): Promise<void> {
    return guarded(async () => {
      await this.db.state.put({ name, value });
    });
  }

  /** Keeps `value` if there is none yet; resolves with what is kept, so that two writers agree. */
  putFirst<N extends PhoneValueName>(name: N, value: PhoneValues[N]): Promise<PhoneValues[N]> {
    return guarded(() =>
      this.db.transaction("rw", this.db.state, async () => {
        const row = await this.db.state.get(name);
        if (row !== undefined && row.value !== null) return row.value as PhoneValues[N];
        await this.db.state.put({ name, value });
        return value;
      }),
    );
  }

  // ------------------------------------------------------------ profiles

  /** Oldest first. */
  listProfiles(): Promise<ProfileRecord[]> {
    return guarded(async () => (await this.db.profiles.toArray()).sort((a, b) => a.createdAt - b.createdAt));
  }

  findProfile(id: string): Promise<ProfileRecord | null> {
    return guarded(async () => (await this.db.profiles.get(id)) ?? null);
  }

  putProfile(record: ProfileRecord): Promise<void> {
    return guarded(async () => {
      await this.db.profiles.put(record);
    });
  }

  /** Reads, changes and writes one profile in one transaction; the record after it, or null if it is gone. */
  changeProfile(id: string, change: (profile: ProfileRecord) => ProfileRecord): Promise<ProfileRecord | null> {
    return guarded(() =>
      this.db.transaction("rw", this.db.profiles, async () => {
        const before = await this.db.profiles.get(id);
        if (before === undefined) return null;
        const after = change(before);
        await this.db.profiles.put(after);
        return after;
      }),
    );
  }

  /**
   * Deletes a profile for good: its keys first, without which the rest is noise, then its database. A page that dies in
   * between leaves a database that nobody can read; `sweep` removes it later.
   */
  removeProfile(id: string): Promise<void> {
    return guarded(async () => {
      await this.db.transaction("rw", [this.db.profiles, this.db.state], async () => {
        await this.db.profiles.delete(id);
        const row = await this.db.state.get("profile");
        if (row?.value === id) await this.db.state.put({ name: "profile", value: null });
      });
      await Dexie.delete(this.nameOf(id));
    });
  }

  /** Deletes databases of profiles that are no longer there. */
  sweep(): Promise<void> {
    return guarded(async () => {
      const known = new Set((await this.db.profiles.toCollection().primaryKeys()).map((id) => this.nameOf(id)));
      const start = this.nameOf("");
      for (const name of await Dexie.getDatabaseNames())
        if (name.startsWith(start) && !known.has(name)) await Dexie.delete(name);
    });
  }

  // ------------------------------------------------------------ reference data

  findReference(key: string): Promise<ReferenceRecord | null> {
    return guarded(async () => (await this.db.reference.get(key)) ?? null);
  }

  putReference(record: ReferenceRecord): Promise<void> {
    return guarded(async () => {
      await this.db.reference.put(record);
    });
  }

  // ------------------------------------------------------------ pictures shared in

  /** Newest first. */
  listInbox(): Promise<InboxRecord[]> {
    return guarded(() => this.db.inbox.orderBy("receivedAt").reverse().toArray());
  }

  findInbox(id: string): Promise<InboxRecord | null> {
    return guarded(async () => (await this.db.inbox.get(id)) ?? null);
  }

  putInbox(record: InboxRecord): Promise<void> {
    return guarded(async () => {
      await this.db.inbox.put(record);
    });
  }

  dropInbox(id: string): Promise<void> {
    return guarded(() => this.db.inbox.delete(id));
  }

  /** Drops what came before `before`. */
  purgeInbox(before: number): Promise<void> {
    return guarded(async () => {
      await this.db.inbox.where("receivedAt").below(before).delete();
    });
  }
}
