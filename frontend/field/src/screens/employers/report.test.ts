import { describe, expect, test } from "vitest";
import type { EmployersKept, OpView, WorkerReport } from "../../engine";
import { likely, monthsOf, reportsOf, standing, type Told, viewReport, withReport } from "./report";

const today = "2026-11-23";
const worker: Told = {
  enrolment: "w",
  name: "Budi",
  state: "active",
  wage: 2_000_000,
  from: "2026-01",
  paid_through: "2026-10",
  until: null,
};
const report: WorkerReport = {
  op: "a",
  employer: "e",
  enrolment: "w",
  kind: "left",
  month: "2026-11",
  wage: null,
  undoneBy: null,
  at: 200,
};
const kept: EmployersKept = { told: null, fetchedAt: 100, visit: null, made: [], reports: [report] };

function op(id: string, status: OpView["status"]): OpView {
  return { id, seq: 1, kind: "worker_left", status, name: null, madeAt: 0, error: null, result: null };
}

describe("the months of a report", () => {
  test("a leaver's last month is not before what is paid, a wage begins after it", () => {
    expect(monthsOf("left", worker, today)).toEqual(["2026-10", "2026-11", "2026-12"]);
    expect(monthsOf("wage", worker, today)).toEqual(["2026-11", "2026-12"]);
  });
  test("somebody who joins this month may never have come, and earns from this month on", () => {
    const fresh = { ...worker, from: "2026-11", paid_through: null };
    expect(monthsOf("left", fresh, today)).toEqual(["2026-10", "2026-11", "2026-12"]);
    expect(monthsOf("wage", fresh, today)).toEqual(["2026-11", "2026-12"]);
  });
  test("where all is paid ahead there is none", () => {
    expect(monthsOf("wage", { ...worker, paid_through: "2027-03" }, today)).toEqual([]);
    expect(likely([], today)).toBeNull();
    expect(likely(["2026-09", "2026-10"], today)).toBe("2026-10");
    expect(likely(["2026-10", "2026-11", "2026-12"], today)).toBe("2026-11");
  });
});

describe("a report on its way", () => {
  test("is pending until the server has decided, then stands until the list is told anew", () => {
    expect(reportsOf(kept, "w", [op("a", "unsent")]).map(({ state }) => state)).toEqual(["pending"]);
    expect(reportsOf(kept, "w", [op("a", "held")]).map(({ state }) => state)).toEqual(["pending"]);
    expect(reportsOf(kept, "w", []).map(({ state }) => state)).toEqual(["taken"]);
    expect(reportsOf({ ...kept, fetchedAt: 300 }, "w", [])).toEqual([]);
    expect(reportsOf(kept, "other", [op("a", "unsent")])).toEqual([]);
  });
  test("says why it was refused, and so does an undo", () => {
    expect(viewReport(report, [op("a", "rejected")]).state).toBe("refused");
    const undone = { ...report, undoneBy: "b" };
    expect(viewReport(undone, [op("b", "unsent")]).state).toBe("undoing");
    expect(viewReport(undone, []).state).toBe("undone");
    expect(viewReport(undone, [op("b", "rejected")])).toMatchObject({ state: "taken", op: { id: "b" } });
    expect(reportsOf(withReport(kept, undone), "w", [])).toEqual([]);
  });
  test("can be taken back after it was sent while the list shows it", () => {
    expect(standing(kept, { ...worker, until: "2026-11" }, [])).toBe(report);
    expect(standing(kept, { ...worker, until: "2026-12" }, [])).toBeNull();
    expect(standing(kept, { ...worker, until: "2026-11" }, [op("a", "unsent")])).toBeNull();
  });
});
