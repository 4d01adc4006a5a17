import { describe, expect, test } from "vitest";
import { boundaries, dueOn } from "./cover";
import { type CoverRules, coverRules, type PuProgramme, puRules, type Risk } from "./document-pu";
import { golden, goldenRules } from "./golden";
import { averageWage, dailyWageOfMonth, type PuMonthPrice, pricePu } from "./tariff-pu";

interface Case {
  readonly wage: number;
  readonly programmes: readonly PuProgramme[];
  readonly risk: Risk;
  readonly months: Readonly<Record<string, readonly number[]>>;
}

interface Days {
  readonly paid_through: string;
  readonly protected_until: string;
  readonly unpaid_from: string;
  readonly catch_up_until: string;
  readonly ends_on: string;
}

interface CoverCases {
  readonly readings: Readonly<Record<string, readonly Days[]>>;
  readonly protected: readonly Days[];
  readonly due: readonly { readonly month: string; readonly due_on: string }[];
}

const document = goldenRules();
const pu = puRules(document);
const cover = coverRules(document);
const { cases } = golden<{ cases: readonly Case[] }>("tariff_pu.json");
const days = golden<CoverCases>("cover.json");

function figures(p: PuMonthPrice): number[] {
  return [p.jkk, p.jkm, p.jht, p.jp, p.jkp, p.relief, p.jpDeferred, p.jhtWorker, p.jpWorker, p.total];
}

function following(lapse: string, unpaid = "not_protected"): CoverRules {
  if (!cover) throw new Error("no cover");
  const since = "2015-07-01";
  return {
    ...cover,
    lapse: { ...cover.lapse, followed: [{ since, reading: lapse }] },
    unpaid: { ...cover.unpaid, followed: [{ since, reading: unpaid }] },
  };
}

function toldOf(one: Days, rules: CoverRules): Days {
  const found = boundaries(rules, one.paid_through, "2026-11-23");
  return {
    paid_through: one.paid_through,
    protected_until: found.protectedUntil,
    unpaid_from: found.unpaidFrom,
    catch_up_until: found.catchUpUntil,
    ends_on: found.endsOn,
  };
}

describe("wage earners", () => {
  test("golden cases agree, month by month", () => {
    if (!pu) throw new Error("no rules of wage earners");
    expect(cases.length).toBeGreaterThan(150);
    for (const one of cases) {
      const prices = pricePu(pu, { ...one, months: Object.keys(one.months) });
      expect(prices.map(figures), JSON.stringify([one.wage, one.programmes, one.risk])).toEqual(
        Object.values(one.months),
      );
    }
  });

  test.each([
    ["income", { wage: 0 }],
    ["income", { wage: 1.5 }],
    ["programmes", { programmes: ["JKK", "JKM", "JKP"] as const }],
    ["months", { months: ["2019-06"], programmes: ["JKK", "JKM", "JP"] as const }],
    ["months", { months: ["2026-13"] }],
  ])("refuses a wrong %s", (field, wrong) => {
    if (!pu) throw new Error("no rules of wage earners");
    const asked = { wage: 1, programmes: ["JKK", "JKM"] as const, risk: "low" as const, months: ["2026-11"], ...wrong };
    expect(() => pricePu(pu, asked)).toThrowError(new RegExp(`^${field}:`));
  });

  test("wages that are not monthly become a month's", () => {
    if (!pu) throw new Error("no rules of wage earners");
    expect(dailyWageOfMonth(pu, 120_000, "2026-11")).toBe(3_000_000);
    expect(averageWage(pu, [9, 1_000_000, 2_000_000, 2_000_001], "2026-11")).toBe(1_666_667);
    expect(() => averageWage(pu, [], "2026-11")).toThrowError(/^income:/);
  });
});

describe("cover", () => {
  test.each(Object.entries(days.readings))("boundaries by the reading %s", (reading, ofReading) => {
    for (const one of ofReading) expect(toldOf(one, following(reading))).toEqual(one);
  });

  test("unpaid but protected reaches to the end", () => {
    for (const one of days.protected) expect(toldOf(one, following("month_four", "protected"))).toEqual(one);
  });

  test("due dates are those of the server", () => {
    for (const one of days.due) {
      for (const segment of ["BPU", "PU"] as const) {
        expect(dueOn(following("month_four"), one.month, segment)).toBe(one.due_on);
      }
    }
  });
});
