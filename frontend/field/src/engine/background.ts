/** Without any page that is seen: the service worker carries what is sealed when the browser says that there is network. */
import { PhoneStorage } from "../storage/phone";
import { Changes } from "./changes";
import { Courier } from "./courier";
import { Http } from "./http";
import { Locks } from "./locks";
import { browserSurroundings } from "./surroundings";
import { Time } from "./time";
import { Ended } from "./vault/ended";

/**
 * Rejects when something sealed is or may be still unsent, so that the browser tries again later. Sends nothing while a page
 * does: both take the lock `sync`.
 */
export async function syncInBackground(version: string): Promise<void> {
  const around = browserSurroundings(version);
  const phone = new PhoneStorage();
  try {
    const http = new Http(around);
    const time = new Time(phone, around);
    await time.load();
    const carried = await new Locks(around.locks).tryRun("sync", async () => {
      const trip = await new Courier(phone, http, around).run(null);
      const removed = await new Ended(phone, http, time, around).run(null);
      return { ...trip, removed };
    });
    // A page is at it, and may be killed before it is done.
    if (carried === null) throw new Error("busy");
    if (carried.sent > 0 || carried.removed) new Changes(around.channel).tell("outbox", "members", "profiles");
    if (carried.left > 0) throw new Error("unsent");
  } finally {
    phone.close();
  }
}
