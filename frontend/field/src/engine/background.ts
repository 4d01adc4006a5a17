/** One round without any page: the service worker runs it when the browser says that there is network again. */
import { Storage } from "../storage/storage";
import { Changes } from "./changes";
import { Locks } from "./locks";
import { makeRounds } from "./rounds";
import { browserSurroundings } from "./surroundings";

/** Rejects when something is still unsent, so that the browser tries again later. */
export async function syncInBackground(version: string): Promise<void> {
  const around = browserSurroundings(version);
  const storage = new Storage();
  try {
    const { sync, reference, time } = makeRounds(storage, new Changes(around.channel), new Locks(around.locks), around);
    await time.load();
    await reference.load((await storage.find("identity"))?.branch.province ?? null);
    await sync.now();
    if ((await storage.listPending()).some((op) => op.status === "unsent")) throw new Error("unsent");
  } finally {
    storage.close();
  }
}
