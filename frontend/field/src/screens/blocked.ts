import type { MeView } from "../engine/contract";
import { daysUntil } from "./home-figures";

export const WHYS = ["trainee", "expired", "revoked", "suspended", "remedial"] as const;
export type Why = (typeof WHYS)[number];

/**
 * What keeps this agent from field work on the day `today`; null: nothing that the phone knows of. The server judges anyway; this
 * spares a worker's time. An expiry is seen without signal too.
 */
export function whyBlocked(me: MeView | null, today: string): Why | null {
  if (me === null) return null;
  const { licence } = me;
  if (licence === null) return "trainee";
  const known = WHYS.find((why) => why === licence.state);
  if (known) return known;
  if (licence.state !== "valid") return "revoked";
  return daysUntil(today, licence.valid_to) < 0 ? "expired" : null;
}

/**
 * What closes the form. An expiry that only this phone reckons is told but closes nothing: its clock may have been set forward, and
 * then an honest agent could not work until there is signal again.
 */
export function whyClosed(me: MeView | null, today: string): Why | null {
  const why = whyBlocked(me, today);
  return why === "expired" && me?.licence?.state === "valid" ? null : why;
}
