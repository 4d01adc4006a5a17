import { describe, expect, test } from "vitest";
import { addMonths, monthsFrom } from "./dates";
import type { ProgrammeCode } from "./document";
import { golden, goldenRules } from "./golden";
import { baseIncome, type MonthPrice, PriceError, price, priceShown, sectorOf, totalOf } from "./tariff";

interface Case {
  readonly income: number;
  readonly programmes: readonly ProgrammeCode[];
  readonly transport: boolean;
  readonly state: boolean;
  readonly first: string;
  readonly count: number;
  readonly total: number;
  readonly runs: readonly (readonly number[])[];
}

const rules = goldenRules();
const { cases } = golden<{ cases: readonly Case[] }>("tariff.json");

function pricesOf(one: Case): MonthPrice[] {
  const months = monthsFrom(one.first, one.count);
  return price(rules, { ...one, months, fundedByState: one.state });
}

function figures(prices: readonly MonthPrice[]): number[][] {
  return prices.map((p) => [p.base, p.jkk, p.jkm, p.jht, p.relief, p.total]);
}

function unrolled(one: Case): number[][] {
  return one.runs.flatMap(([times = 0, ...same]) => Array.from({ length: times }, () => same));
}

describe("tariff", () => {
  test("golden cases agree, month by month", () => {
    expect(cases.length).toBeGreaterThan(1000);
    for (const one of cases) {
      const prices = pricesOf(one);
      expect(figures(prices), JSON.stringify(one)).toEqual(unrolled(one));
      expect(totalOf(prices)).toBe(one.total);
    }
  });

  test("price shown holds what the protocol asks for", () => {
    const prices = price(rules, {
      income: 1_500_000,
      programmes: ["JKK", "JKM"],
      transport: false,
      months: monthsFrom("2026-12-05", 2),
    });
    expect(priceShown(prices)).toEqual({ first_month: "2026-12", total: 34_200, monthly: [11_400, 22_800] });
    expect(prices.map((month) => month.reliefRule)).toEqual(["pp50_2025", ""]);
  });

  test.each([
    ["income", { income: -1 }],
    ["income", { income: 1.5 }],
    ["programmes", { programmes: ["JKK"] as const }],
    ["months", { months: ["2015-06"] }],
    ["months", { months: ["2026-13"] }],
  ])("refuses a wrong %s", (field, wrong) => {
    const asked = { income: 1, programmes: ["JKK", "JKM"] as const, transport: false, months: ["2026-11"], ...wrong };
    expect(() => price(rules, asked)).toThrowError(PriceError);
    expect(() => price(rules, asked)).toThrowError(new RegExp(`^${field}:`));
  });

  test("base income is that of the band, gap included", () => {
    expect(baseIncome(rules.tariff, 1_099_500, "2026-11")).toBe(1_000_000);
    expect(baseIncome(rules.tariff, 99_000_000, "2026-11")).toBe(20_700_000);
  });

  test("sector follows the occupation", () => {
    expect(sectorOf(rules, "transport.ojek_online")).toBe("transport");
    expect(sectorOf(rules, "trade.market")).toBe("other");
    expect(sectorOf(rules, "trade.nothing")).toBeNull();
  });

  test("months cross the year in both directions", () => {
    expect(addMonths("2026-11", 3)).toBe("2027-02");
    expect(addMonths("2026-01", -1)).toBe("2025-12");
  });
});
