import { describe, expect, test } from "vitest";
import { addDays, byRoute, chaseList, daysBetween, overList, withDues, withoutVisit, withVisit } from "./chase";
import type { DuesKept, DueTold, VisitMade } from "./contract-chase";

const TODAY = "2026-11-24";
const CHASE = {
  days_before_end: 7,
  days_after_enrolment: 3,
  pause_days: { refused: 30, not_found: 2, sick: 7, paid_elsewhere: 7, promised: 1 },
  promise_days_most: 31,
};

function due(id: string, facts: Partial<DueTold> = {}): DueTold {
  return {
    id,
    segment: "BPU",
    cover: "catch_up",
    protected_through: "2026-10-31",
    catch_up_until: "2027-01-31",
    pay_by: null,
    captured_on: "2026-01-05",
    months: ["2026-11"],
    owed_months: 1,
    amount: 16_800,
    payment_code: "123",
    is_funded: false,
    lost: "",
    stopped: "",
    promised_on: null,
    outcome: "",
    outcome_on: null,
    place: null,
    ...facts,
  };
}

function kept(...members: DueTold[]): DuesKept {
  return { told: { today: TODAY, members, chase: CHASE }, fetchedAt: 1_000, visits: [] };
}

function visit(enrolment: string, facts: Partial<VisitMade> = {}): VisitMade {
  const made = { op: `op-${enrolment}`, enrolment, outcome: "not_found", promisedOn: null, on: TODAY } as const;
  return { ...made, madeAt: 2_000, undoneAt: null, ...facts };
}

const ids = (state: DuesKept, today = TODAY): string[] => chaseList(state, today).map((item) => item.due.id);

describe("the order of the list", () => {
  test("who could not come back stands first, then who has fewest days left, then who owes most", () => {
    const state = kept(
      due("far", { catch_up_until: "2027-01-31" }),
      due("near", { catch_up_until: "2026-11-30" }),
      due("near-more", { catch_up_until: "2026-11-30", amount: 50_000 }),
      due("old", { lost: "age", catch_up_until: "2027-01-31" }),
      due("ill", { lost: "sick", catch_up_until: "2026-12-31" }),
    );
    expect(ids(state)).toEqual(["ill", "old", "near-more", "near", "far"]);
    expect(chaseList(state, TODAY).map((item) => item.reason)).toEqual([
      "sick",
      "age",
      "ends_soon",
      "ends_soon",
      "unpaid",
    ]);
  });

  test("a route goes always to the nearest, and who has no place comes last", () => {
    const state = kept(
      due("north", { place: { lat: -1.5, lon: 103.6 } }),
      due("nowhere"),
      due("near", { place: { lat: -1.61, lon: 103.6 } }),
      due("middle", { place: { lat: -1.55, lon: 103.6 } }),
    );
    const route = byRoute(chaseList(state, TODAY), { lat: -1.62, lon: 103.6 });
    expect(route.map((item) => item.due.id)).toEqual(["near", "middle", "north", "nowhere"]);
  });
});

describe("who is on it", () => {
  test("who is protected comes shortly before it ends, who never paid some days after", () => {
    const ends = due("ends", { cover: "protected", protected_through: "2026-11-30" });
    const safe = due("safe", { cover: "protected", protected_through: "2026-12-31" });
    const fresh = due("fresh", { cover: "none", captured_on: "2026-11-23", pay_by: "2026-12-22" });
    const waits = due("waits", { cover: "none", captured_on: "2026-11-20", pay_by: "2026-12-19" });
    expect(ids(kept(ends, safe, fresh, waits))).toEqual(["waits", "ends"]);
  });

  test.each([
    ["wage earners, whose employer pays", { segment: "PU" }],
    ["whose membership has ended", { cover: "ended" as const }],
    ["whom somebody else pays for", { is_funded: true }],
    ["who has died", { stopped: "died" }],
    ["who was called at a wrong number", { stopped: "wrong_number" }],
    ["who owes nothing", { amount: 0 }],
  ])("leaves out %s", (_who, facts) => {
    expect(ids(kept(due("x", facts)))).toEqual([]);
  });

  test("a promise brings them back on its day", () => {
    const state = kept(due("x", { outcome: "promised", outcome_on: "2026-11-23", promised_on: "2026-11-26" }));
    expect(ids(state)).toEqual([]);
    expect(chaseList(state, "2026-11-26").map((item) => item.reason)).toEqual(["promised"]);
    expect(ids(state, "2026-11-29")).toEqual(["x"]);
  });

  test("each outcome pauses as long as the rule says", () => {
    const state = kept(due("x", { outcome: "not_found", outcome_on: "2026-11-23" }));
    expect(ids(state)).toEqual([]);
    expect(ids(state, "2026-11-25")).toEqual(["x"]);
  });
});

describe("a last day that passes while the phone has no signal", () => {
  const first = due("first", { cover: "none", captured_on: "2026-11-01", pay_by: "2026-11-24" });
  const back = due("back", { catch_up_until: "2026-11-30" });
  const ends = due("ends", { cover: "protected", protected_through: "2026-11-26", catch_up_until: "2027-02-28" });
  const state = kept(first, back, ends);
  const over = (today: string) => overList(state, today).map((one) => one.id);

  test("the day itself still counts; on the next one they are on the list no more, but named as over", () => {
    expect([ids(state), over(TODAY)]).toEqual([["first", "back", "ends"], []]);
    expect([ids(state, "2026-11-25"), over("2026-11-25")]).toEqual([["back", "ends"], ["first"]]);
    expect(over("2026-12-01")).toEqual(["back", "first"]);
    expect(ids(state, "2026-12-01")).toEqual(["ends"]);
  });

  test("whose protection has ended since is unprotected, and no longer shortly before the end", () => {
    const reasonOn = (today: string) => chaseList(kept(ends), today).map((item) => [item.reason, item.due.cover]);
    expect(reasonOn("2026-11-26")).toEqual([["before_end", "protected"]]);
    expect(reasonOn("2026-11-27")).toEqual([["unpaid", "catch_up"]]);
  });

  test("who was not to be chased is not named either", () => {
    const late = { cover: "none", pay_by: "2026-11-01" } as const;
    const others = kept(
      due("pu", { ...late, segment: "PU" }),
      due("died", { ...late, stopped: "died" }),
      due("funded", { ...late, is_funded: true }),
      due("open", { ...late, pay_by: null }),
    );
    expect(overList(others, TODAY)).toEqual([]);
  });
});

describe("what was recorded without signal", () => {
  test("counts at once, and undoing brings them back", () => {
    const before = kept(due("x"), due("y"));
    const after = withVisit(before, visit("x", { outcome: "died" }));
    expect(ids(after)).toEqual(["y"]);
    expect(ids(withoutVisit(after, "op-x", 3_000))).toEqual(["x", "y"]);
  });

  test("is kept until the server tells what came after", () => {
    const recorded = withVisit(kept(due("x")), visit("x", { outcome: "refused" }));
    const told = { today: TODAY, members: [due("x")], chase: CHASE };
    const stale = withDues(recorded, told, 1_500);
    expect(ids(stale)).toEqual([]);
    expect(ids(withDues(recorded, told, 2_500))).toEqual(["x"]);
  });

  test("an undo counts though the server still tells the outcome", () => {
    const told = kept(due("x", { outcome: "moved", outcome_on: TODAY, stopped: "moved" }));
    const undone = { ...told, visits: [visit("x", { outcome: "moved", madeAt: 500, undoneAt: 2_000 })] };
    expect(ids(undone)).toEqual(["x"]);
  });
});

test("days are counted over the end of a month", () => {
  expect(daysBetween("2026-11-24", "2026-12-01")).toBe(7);
  expect(addDays("2026-12-31", 1)).toBe("2027-01-01");
});
