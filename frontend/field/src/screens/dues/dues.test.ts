import { expect, test } from "vitest";
import { goldenRules } from "../../rules/golden";
import { firstMonth, programmesWith, sumOf } from "./sums";

const rules = goldenRules();
const terms = { income: 1_500_000, jobs: ["trade.market"], programmes: ["JKK", "JKM"] };

test("months are counted from the first that is not paid", () => {
  expect(firstMonth({ state: "active", paidThrough: "2026-09" }, "2026-11-23")).toBe("2026-10");
  expect(firstMonth({ state: "lapsed", paidThrough: "2026-03" }, "2026-11-23")).toBe("2026-11");
});

test("each month has its own price: relief of other sectors ends with December 2026", () => {
  const sum = sumOf(rules, terms, "2026-11", 3);
  expect(sum?.months.map((month) => month.relief > 0)).toEqual([true, true, false]);
  expect(sum?.total).toBe(sum?.months.reduce((all, month) => all + month.total, 0));
});

test("other numbers and unknown programmes have no price", () => {
  for (const count of [0, 13, 1.5, Number.NaN]) expect(sumOf(rules, terms, "2026-11", count)).toBeNull();
  expect(sumOf(rules, { ...terms, programmes: ["JKK"] }, "2026-11", 1)).toBeNull();
});

test("who employs others has JHT", () => {
  expect(programmesWith(false, true)).toContain("JHT");
  expect(programmesWith(false, false)).toEqual(["JKK", "JKM"]);
});
