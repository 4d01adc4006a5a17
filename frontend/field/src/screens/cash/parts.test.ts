import { describe, expect, it } from "vitest";
import type { EmployerTold } from "../../engine/contract-employers";
import { puRules } from "../../rules/document-pu";
import { goldenRules } from "../../rules/golden";
import { price, totalOf } from "../../rules/tariff";
import { pricePu } from "../../rules/tariff-pu";
import { partsOf, partsOfAll } from "./parts";

const RULES = goldenRules();
const SELF = {
  enrolment: "e",
  terms: { income: 1_500_000, jobs: ["trade.market"] },
  programmes: ["JHT", "JKK", "JKM"],
};
const MONTHS = ["2027-02", "2027-03"];
const line = (amount: number, count = 2, first = MONTHS[0] ?? "") => ({ first_month: first, amount, count });

function firm(wage: number): EmployerTold[] {
  return [
    { id: "f", risk: "low", workers: [{ enrolment: "w", name: "", state: "active", wage, until: null }] } as never,
  ];
}

describe("what of a line goes to which programme", () => {
  it("adds up to the line, month by month, for who pays for themselves", () => {
    const months = price(RULES, {
      income: 1_500_000,
      programmes: ["JHT", "JKK", "JKM"],
      transport: false,
      months: MONTHS,
    });
    const total = totalOf(months);
    const [first] = months;
    expect(partsOf(SELF, line(total), RULES, null)).toEqual([
      ["JKK", 2 * (first?.jkk ?? 0)],
      ["JKM", 2 * (first?.jkm ?? 0)],
      ["JHT", 2 * (first?.jht ?? 0)],
    ]);
  });

  it("takes relief off as the server books it", () => {
    const asked = { income: 1_500_000, programmes: ["JKK", "JKM"] as const, transport: false, months: ["2026-11"] };
    const [month] = price(RULES, asked);
    expect(month?.relief).toBeGreaterThan(0);
    const member = { ...SELF, programmes: ["JKK", "JKM"] };
    const parts = partsOf(member, line(month?.total ?? 0, 1, "2026-11"), RULES, null);
    expect(parts?.reduce((sum, [, amount]) => sum + amount, 0)).toBe(month?.total);
    expect(parts).toEqual([
      ["JKK", (month?.jkk ?? 0) / 2],
      ["JKM", (month?.jkm ?? 0) / 2],
    ]);
  });

  it("is by the wage that the employer's list has, for a wage earner", () => {
    const pu = puRules(RULES);
    if (pu === null) throw new Error("no rules");
    const programmes = ["JKK", "JKM", "JHT", "JP"] as const;
    const [month] = pricePu(pu, { wage: 3_000_000, programmes, risk: "low", months: ["2027-02"] });
    if (month === undefined) throw new Error("no price");
    expect(month.relief).toBe(0);
    const worker = { enrolment: "w", terms: null, programmes: [...programmes] };
    const asked = line(month.total, 1);
    expect(partsOf(worker, asked, RULES, firm(3_000_000))).toEqual([
      ["JKK", month.jkk],
      ["JKM", month.jkm],
      ["JHT", month.jht],
      ["JP", month.jp],
    ]);
    expect(partsOf(worker, asked, RULES, firm(3_100_000)), "another wage, another sum").toBeNull();
    expect(partsOf(worker, asked, RULES, null)).toBeNull();
  });

  it.each([[["JKK", "JKM", "JHT"]], [["JKK", "JKM", "JHT", "JP"]]] as const)(
    "takes a relief over several programmes off each of %s, to the rupiah",
    (programmes) => {
      const pu = puRules(RULES);
      if (pu === null) throw new Error("no rules");
      const months = ["2020-09", "2020-10"];
      const prices = pricePu(pu, { wage: 2_133_331, programmes: [...programmes], risk: "medium", months });
      const total = prices.reduce((sum, month) => sum + month.total, 0);
      const [month] = prices;
      expect(month?.relief).toBeGreaterThan(0);
      const worker = { enrolment: "w", terms: null, programmes: [...programmes] };
      const firms = [{ ...(firm(2_133_331)[0] as object), risk: "medium" } as never];
      const parts = new Map(partsOf(worker, line(total, 2, "2020-09"), RULES, firms) ?? []);
      expect([...parts.values()].reduce((sum, amount) => sum + amount, 0)).toBe(total);
      for (const code of ["JKK", "JKM"] as const) {
        const [gross, off] = code === "JKK" ? [month?.jkk, month?.reliefs.JKK] : [month?.jkm, month?.reliefs.JKM];
        expect(off).toBeGreaterThan(0);
        expect(parts.get(code)).toBe(2 * ((gross ?? 0) - (off ?? 0)));
      }
      expect(parts.get("JHT")).toBe(2 * (month?.jht ?? 0));
    },
  );

  it("is not said of another sum than the months cost, nor of who was only entered on this phone", () => {
    expect(partsOf(SELF, line(10_000), RULES, null)).toBeNull();
    expect(partsOf({ ...SELF, terms: null }, line(10_000), RULES, null)).toBeNull();
    expect(partsOf(SELF, { ...line(10_000), first_month: null }, RULES, null)).toBeNull();
  });
});

it("all lines together are said only where each is known", () => {
  const one = {
    parts: [
      ["JKK", 8_000],
      ["JKM", 6_800],
    ] as const,
  };
  expect(partsOfAll([one, one])).toEqual([
    ["JKK", 16_000],
    ["JKM", 13_600],
  ]);
  expect(partsOfAll([one, { parts: null }])).toBeNull();
  expect(partsOfAll([one, {}])).toBeNull();
  expect(partsOfAll([])).toBeNull();
});
