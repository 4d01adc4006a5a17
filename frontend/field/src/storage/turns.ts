/**
 * Whose turn it is, for browsers without Web Locks: a row in a database that all tabs and the service worker share. A turn that
 * nobody renews runs out, so that a page that was killed holds up the others for seconds only.
 */
import { Dexie, type Table } from "dexie";
import { guarded } from "./failures";

interface TurnRow {
  name: string;
  holder: string;
  /** Wall clock, ms. */
  until: number;
}

class TurnDatabase extends Dexie {
  declare turns: Table<TurnRow, string>;

  constructor(name: string) {
    super(name);
    this.version(1).stores({ turns: "name" });
    this.on("versionchange", () => {
      this.close({ disableAutoOpen: false });
    });
  }
}

export class Turns {
  private readonly db: TurnDatabase;

  constructor(name = "perisai-turns") {
    this.db = new TurnDatabase(name);
  }

  /** Takes or renews the turn for `ms`; false while it is somebody else's. */
  take(name: string, holder: string, now: number, ms: number): Promise<boolean> {
    return guarded(() =>
      this.db.transaction("rw", this.db.turns, async () => {
        const row = await this.db.turns.get(name);
        // One that ends later than any could has been written before the clock was set back.
        const theirs = row !== undefined && row.holder !== holder && row.until > now && row.until <= now + ms;
        if (!theirs) await this.db.turns.put({ name, holder, until: now + ms });
        return !theirs;
      }),
    );
  }

  leave(name: string, holder: string): Promise<void> {
    return guarded(() =>
      this.db.transaction("rw", this.db.turns, async () => {
        if ((await this.db.turns.get(name))?.holder === holder) await this.db.turns.delete(name);
      }),
    );
  }

  close(): void {
    this.db.close();
  }
}
