import { describe, expect, test } from "vitest";
import type { OpView, SyncState } from "../engine/contract";
import { commonTexts } from "../i18n/common";
import { parseRoute } from "../ui/route";
import { daysUntil, neededPerDay, shortName, waitingIn, workingDaysLeft } from "./home-figures";
import { coverOf } from "./members/cover";
import { historyOf } from "./members/history";
import { whatsAppLink } from "./members/share";
import { groupOps } from "./outbox-groups";
import { describeSync } from "./sync-words";

describe("the figures of the home screen", () => {
  test("days left count today", () => {
    const sundays = ["2026-11-01", "2026-11-08", "2026-11-15", "2026-11-22", "2026-11-29", "2026-12-06"];
    expect(workingDaysLeft("2026-11-22", [])).toBe(9);
    expect(workingDaysLeft("2026-11-22", sundays)).toBe(7);
    expect(workingDaysLeft("2026-11-30", ["2026-11-30"])).toBe(0);
    expect(neededPerDay(3, 0)).toBe(3);
    expect(workingDaysLeft("2026-11-30", sundays)).toBe(1);
  });
  test("what is needed a day is rounded up, and nothing when the target is reached", () => {
    expect(neededPerDay(29, 9)).toBe(4);
    expect(neededPerDay(0, 9)).toBeNull();
    expect(neededPerDay(-3, 9)).toBeNull();
  });
  test("who waits on this phone is told apart until the server has decided, in the month of capture", () => {
    const at = Date.parse("2026-11-22T03:00:00Z");
    const op = (status: OpView["status"], kind: OpView["kind"] = "enrol", madeAt = at) => ({ kind, status, madeAt });
    const waiting = [op("unsent"), op("received"), op("held"), op("unsent", "worker")];
    const others = [op("accepted"), op("review"), op("rejected"), op("unsent", "cancel")];
    expect(waitingIn("2026-11", [...waiting, ...others], "Asia/Jakarta")).toBe(4);
    const late = Date.parse("2026-11-30T17:30:00Z");
    expect(waitingIn("2026-11", [op("unsent", "enrol", late)], "Asia/Jakarta")).toBe(0);
    expect(waitingIn("2026-12", [op("unsent", "enrol", late)], "Asia/Jakarta")).toBe(1);
  });
  test("days until a licence ends", () => {
    expect(daysUntil("2026-11-22", "2026-12-10")).toBe(18);
    expect(daysUntil("2026-11-22", "2026-11-21")).toBe(-1);
  });
});

test("an agent is greeted by a word that is a name", () => {
  expect(shortName("Rina Kartika")).toBe("Rina");
  expect(shortName("M. Ridwan")).toBe("M. Ridwan");
});

describe("the line about sending", () => {
  const calm: SyncState = {
    online: true,
    syncing: false,
    progress: null,
    lastSyncAt: null,
    unsent: 0,
    oldestUnsentAt: null,
    unsentPhotos: 0,
    error: null,
    nextTryAt: null,
  };
  const text = (change: Partial<SyncState>) => describeSync({ ...calm, ...change }, commonTexts.id);
  test.each([
    [{}, "sent", "Semua terkirim"],
    [{ unsent: 3 }, "unsent", "3 belum terkirim"],
    [{ online: false, unsent: 3 }, "offline", "Luring · 3 belum terkirim"],
    [{ online: false }, "offline", "Luring"],
    [{ syncing: true, unsent: 3 }, "syncing", "Menyinkronkan"],
    [{ syncing: true, progress: { step: "push", done: 2, total: 5 } }, "syncing", "Mengirim 2/5"],
  ] as const)("%j", (change, state, words) => expect(text(change)).toMatchObject({ state, text: words }));
});

test("ops are grouped by where they are safe", () => {
  const op = (id: string, status: OpView["status"]): OpView => ({
    id,
    seq: 1,
    kind: "enrol",
    status,
    name: null,
    madeAt: 0,
    error: null,
    result: null,
  });
  const groups = groupOps([
    op("a", "unsent"),
    op("b", "received"),
    op("c", "rejected"),
    op("d", "held"),
    op("e", "invalid"),
  ]);
  const ids = Object.fromEntries(Object.entries(groups).map(([name, ops]) => [name, ops.map((known) => known.id)]));
  expect(ids).toEqual({ waiting: ["a", "e"], decided: ["c"], atServer: ["b", "d"] });
});

test("an address is read into its segments", () => {
  expect(parseRoute("#/member/a%20b").path).toEqual(["member", "a b"]);
  expect(parseRoute("#/members?state=review").query.get("state")).toBe("review");
  expect(parseRoute("").path).toEqual([]);
  expect(parseRoute("#/activate/%").path).toEqual(["activate", "%"]);
});

test("WhatsApp opens at the number, or without one where it is masked", () => {
  expect(whatsAppLink("+6281234567890", "Halo & salam")).toBe("https://wa.me/6281234567890?text=Halo%20%26%20salam");
  expect(whatsAppLink("+62812****", "x")).toBe("https://wa.me/?text=x");
  expect(whatsAppLink(null, "x")).toBe("https://wa.me/?text=x");
});

test("cover is told in three words", () => {
  const known = { protectedUntil: "2026-08-31", catchUpUntil: "2026-11-30" };
  const on = (paidThrough: string | null, today: string, more = {}) =>
    coverOf({ state: "active", paidThrough, ...more }, today);
  expect(on(null, "2026-11-22")).toEqual({ is: "none" });
  expect(on("2026-11", "2026-11-30")).toEqual({ is: "paid", until: "2026-11-30" });
  expect(on("2026-10", "2026-11-01")).toEqual({ is: "unpaid", since: "2026-11", until: null });
  expect(on("2026-08", "2026-08-31", known)).toEqual({ is: "paid", until: "2026-08-31" });
  expect(on("2026-08", "2026-09-01", known)).toEqual({ is: "unpaid", since: "2026-09", until: "2026-11-30" });
  expect(on("2026-08", "2026-12-01", known)).toEqual({ is: "lapsed" });
  expect(coverOf({ state: "lapsed", paidThrough: "2026-01" }, "2026-11-22")).toEqual({ is: "lapsed" });
});

test("history tells no more than the state proves", () => {
  expect(historyOf({ state: "unsent" })).toEqual(["captured"]);
  expect(historyOf({ state: "active" })).toEqual(["captured", "sent", "accepted", "active"]);
});
