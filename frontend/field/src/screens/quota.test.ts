import { describe, expect, test } from "vitest";
import type { LeaseView, MeView, OpView } from "../engine/contract";
import { slotsOf } from "./quota";

const AT = Date.parse("2026-11-22T03:00:00Z");
const lease: LeaseView = {
  from: "2026-11-01",
  to: "2026-11-30",
  segment: "all",
  slots: 3,
  until: "2026-11-25T03:00:00Z",
};
const NONE: LeaseView = { ...lease, slots: 0, until: null };

function me(quota: MeView["quota"], leases?: readonly LeaseView[] | null): MeView {
  const branch = { id: 1, name: "", timezone: "Asia/Jakarta", province: "15" };
  return { branch, quota, ...(leases === undefined ? {} : { lease: leases }) } as unknown as MeView;
}

function ops(count: number, kind = "enrol", status = "unsent", madeAt = AT): OpView[] {
  return Array.from({ length: count }, () => ({ kind, status, madeAt }) as unknown as OpView);
}

function of(view: MeView | null, sent: readonly OpView[] = [], online = false, at = AT) {
  return slotsOf(view, sent, { today: "2026-11-22", at, online });
}

const queue = { cap: 100, left: 40, mode: "queue", queue: false };

describe("what a phone may enrol without signal", () => {
  test("what it was lent, less what it has captured since", () => {
    expect(of(me(queue, [lease]))).toMatchObject({ standing: "sure", left: 3, until: lease.until });
    expect(of(me(queue, [lease]), ops(2))).toMatchObject({ standing: "sure", left: 1 });
    expect(of(me(queue, [lease]), ops(2, "worker", "received"))).toMatchObject({ left: 1 });
  });
  test("what the server has decided, other acts and another month's work use nothing up", () => {
    const others = [
      ...ops(5, "enrol", "accepted"),
      ...ops(5, "cancel"),
      ...ops(5, "enrol", "unsent", AT - 40 * 86_400_000),
    ];
    expect(of(me(queue, [lease]), others)).toMatchObject({ left: 3 });
  });
  test("used up or ended it may wait, or be refused where the branch closes, unless there is signal and room", () => {
    const closed = { ...queue, mode: "block" };
    expect(of(me(queue, [lease]), ops(3))).toMatchObject({ standing: "waits", left: 0, ended: false });
    expect(of(me(closed, [lease]), ops(3)).standing).toBe("refused");
    const later = Date.parse("2026-11-26T00:00:00Z");
    expect(of(me(queue, [lease]), [], false, later)).toMatchObject({ standing: "waits", ended: true });
    expect(of(me(closed, [lease]), ops(3), true).standing).toBe("likely");
    expect(of(me({ ...closed, left: 0 }, [NONE]), [], true).standing).toBe("refused");
    expect(of(me({ ...queue, queue: true }, [NONE]), [], true).standing, "somebody waits already").toBe("waits");
  });
  test("where nothing is capped, or all is let in, nothing is said", () => {
    expect(of(null).standing).toBe("open");
    expect(of(me(null, null)).standing).toBe("open");
    expect(of(me({ ...queue, left: 0, mode: "warn" }, null)).standing).toBe("open");
  });
  test("slots of wage earners are not a self-employed worker's", () => {
    expect(of(me(queue, [{ ...lease, segment: "PU" }])).left).toBe(0);
  });
  test("a wage earner takes from their own segment or from that of all, after those typed before them", () => {
    const next = (view: MeView, sent: readonly OpView[], before = 0) =>
      slotsOf(view, sent, { today: "2026-11-22", at: AT, online: false, segment: "PU", before });
    expect(next(me(queue, [{ ...lease, segment: "BPU" }]), []).standing).toBe("waits");
    const both = me(queue, [
      { ...lease, segment: "BPU" },
      { ...lease, segment: "PU" },
    ]);
    expect(next(both, ops(5, "enrol"))).toMatchObject({ standing: "sure", left: 3 });
    expect(next(both, ops(3, "worker")).standing).toBe("waits");
    expect(next(me(queue, [lease]), ops(1, "enrol"))).toMatchObject({ standing: "sure", left: 2 });
    expect(next(me(queue, [lease]), [], 2)).toMatchObject({ standing: "sure", left: 1 });
    expect(next(me(queue, [lease]), [], 3).standing).toBe("waits");
    expect(next(me({ ...queue, mode: "block" }, [lease]), [], 3).standing).toBe("refused");
  });
  test("an older server lends nothing: the branch's own figure counts", () => {
    expect(of(me(queue)).standing).toBe("likely");
    expect(of(me({ ...queue, left: 0 })).standing).toBe("waits");
  });
});
