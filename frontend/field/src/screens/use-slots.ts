import { engine, type MeView } from "../engine";
import { dayOf } from "../i18n/format";
import { useNow, useValue } from "../ui/observe";
import { type Now, type Slots, slotsOf } from "./quota";

/** Of which segment the next enrolment is, and how many go before it. */
export type Next = Pick<Now, "segment" | "before">;

/** Kept up as the agent works, the line comes and goes, and time passes. */
export function useSlots(me: MeView | null, next: Next = {}): Slots {
  const ops = useValue(engine.outbox.list);
  const { online } = useValue(engine.sync.state);
  useNow();
  const at = engine.serverNow();
  return slotsOf(me, ops, { ...next, today: dayOf(at, me?.branch.timezone ?? "Asia/Jakarta"), at, online });
}

/** As it is at this moment. */
export function findSlots(): Slots {
  const [me, at] = [engine.me.get(), engine.serverNow()];
  const today = dayOf(at, me?.branch.timezone ?? "Asia/Jakarta");
  return slotsOf(me, engine.outbox.list.get(), { today, at, online: engine.sync.state.get().online });
}
