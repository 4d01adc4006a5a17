/** Without any page that is seen: the service worker carries what is sealed when the browser says that there is network. */
import { PhoneStorage } from "../storage/phone";
import { Changes } from "./changes";
import { Courier } from "./courier";
import { Http } from "./http";
import { Locks } from "./locks";
import { browserSurroundings } from "./surroundings";
import { Time } from "./time";

/**
 * Rejects when something sealed is still unsent, so that the browser tries again later. Sends nothing while a page does: both
 * take the lock `sync`.
 */
export async function syncInBackground(version: string): Promise<void> {
  const around = browserSurroundings(version);
  const phone = new PhoneStorage();
  try {
    const courier = new Courier(phone, new Http(around), new Time(phone, around), around);
    const carried = await new Locks(around.locks).tryRun("sync", () => courier.run(null));
    if (carried === null) return;
    if (carried.sent > 0) new Changes(around.channel).tell("outbox", "profiles");
    if (carried.left > 0) throw new Error("unsent");
  } finally {
    phone.close();
  }
}
