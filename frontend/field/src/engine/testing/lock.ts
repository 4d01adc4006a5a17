/** PINs and locked phones for unit tests. */
import type { DevicePhase, LockPhase, ProfileView } from "../contract";
import { makeActivePhone, makePhone, type Phone, type PhoneOptions } from "./world";

export const PIN = "258046";
export const OTHER_PIN = "739158";

/** Activated, with a PIN. */
export async function makeLockedUpPhone(options: PhoneOptions = {}): Promise<Phone> {
  const phone = await makeActivePhone(options);
  await phone.engine.lock.choose(PIN);
  return phone;
}

/** The page was killed and is loaded again. */
export async function restart(phone: Phone, options: PhoneOptions = {}): Promise<Phone> {
  phone.engine.close();
  return makePhone({ server: phone.server, database: phone.database, ...options });
}

/** Locks, and waits until the key is gone. */
export async function lockNow(phone: Phone): Promise<void> {
  phone.engine.lock.lock();
  await settled(phone);
}

/** What lock and changes have set in motion is done. */
export async function settled({ engine }: Phone): Promise<void> {
  for (let n = 0; n < 20; n += 1) await new Promise((resolve) => setTimeout(resolve, 5));
  await engine.sync.state.get();
}

export function phases({ engine }: Phone): [LockPhase, DevicePhase] {
  return [engine.lock.state.get().phase, engine.device.get().phase];
}

export function profileOf({ engine }: Phone): ProfileView {
  const { profile } = engine.lock.state.get();
  if (profile === null) throw new Error("nobody");
  return profile;
}

export function unlock(phone: Phone, pin = PIN): Promise<void> {
  return phone.engine.lock.open(profileOf(phone).id, pin);
}
