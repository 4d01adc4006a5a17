/** An opened storage for unit tests: one profile, a vault key that only the test knows. */
import { PhoneStorage } from "../../storage/phone";
import { Storage } from "../../storage/storage";

export const TEST_PROFILE = "p1";

/** Two with the same name share their database and key, as two tabs do. */
export function openStorage(name: string): Storage {
  const storage = new Storage(new PhoneStorage(name));
  storage.attach(TEST_PROFILE);
  storage.unlock(new Uint8Array(32).fill(7));
  return storage;
}
