import { expect, it } from "vitest";
import type { ChaseItem, ChaseReason } from "../../engine/chase";
import type { DuesKept, VisitMade } from "../../engine/contract-chase";
import { DAY_MOST, planDay } from "./day";

const TODAY = "2026-11-23";

function item(id: string, reason: ChaseReason, lost = ""): ChaseItem {
  return { due: { id, lost } as ChaseItem["due"], reason, daysLeft: 1, visit: null };
}

function until(one: ChaseItem, cover: "protected" | "catch_up", day: string): ChaseItem {
  return { ...one, due: { ...one.due, cover, protected_through: day, catch_up_until: "2027-01-31" } };
}

function many(count: number, reason: ChaseReason, prefix = reason): ChaseItem[] {
  return Array.from({ length: count }, (_, at) => item(`${prefix}-${at}`, reason));
}

function visit(enrolment: string, changes: Partial<VisitMade> = {}): VisitMade {
  const made = { op: `op-${enrolment}`, enrolment, outcome: "promised", promisedOn: null } as const;
  return { ...made, on: TODAY, madeAt: 1, undoneAt: null, ...changes };
}

function kept(...visits: VisitMade[]): DuesKept {
  return { told: null, fetchedAt: 0, visits };
}

it("puts what is lost first, and leaves the rest for later", () => {
  const items = [item("old", "unpaid", "age"), ...many(15, "ends_soon"), ...many(30, "unpaid")];
  const day = planDay([...items, item("word", "promised")], kept(), TODAY);
  expect(day.today.map(({ name, items: { length } }) => [name, length])).toEqual([
    ["lost", 1],
    ["promised", 1],
    ["ends_soon", 15],
    ["unpaid", 3],
  ]);
  expect(day.later.map(({ name, items: { length } }) => [name, length])).toEqual([["unpaid", 27]]);
  expect([day.done, day.all, day.rest]).toEqual([0, DAY_MOST, 27]);
});

it("takes the nearest limit into the day: the end of protection before months in which one can still catch up", () => {
  const unpaid = many(DAY_MOST, "unpaid").map((one) => until(one, "catch_up", "2027-01-31"));
  const ends = until(item("ends", "before_end"), "protected", "2026-11-30");
  const day = planDay([...unpaid, ends], kept(), TODAY);
  expect(day.today.map(({ name, items: { length } }) => [name, length])).toEqual([
    ["before_end", 1],
    ["unpaid", DAY_MOST - 1],
  ]);
});

it("counts each person once whose outcome of today stands", () => {
  const visits = [visit("a"), visit("a"), visit("b"), visit("c", { undoneAt: 2 }), visit("d", { on: "2026-11-22" })];
  const day = planDay(many(30, "unpaid"), kept(...visits), TODAY);
  expect([day.done, day.all, day.rest]).toEqual([2, DAY_MOST, 12]);
});

it("still shows who cannot wait when the day is full", () => {
  const visits = Array.from({ length: DAY_MOST + 3 }, (_, at) => visit(`done-${at}`));
  const day = planDay([item("ill", "sick", "sick"), ...many(4, "first")], kept(...visits), TODAY);
  expect(day.today.map((part) => part.name)).toEqual(["lost"]);
  expect([day.done, day.all, day.rest]).toEqual([DAY_MOST + 3, DAY_MOST + 4, 4]);
});
