import { engine } from "../engine";

/** Another app is opened from here (SMS): ours does not lock behind it, until it is looked at again. */
export function holdUntilBack(): void {
  const release = engine.lock.hold();
  window.addEventListener("focus", release, { once: true });
}
