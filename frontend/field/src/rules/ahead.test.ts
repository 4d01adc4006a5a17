/** Rules published ahead of their date, as the server's tests publish them (`tests/golden/ahead.json`). */
import { describe, expect, test } from "vitest";
import { monthOf, monthsFrom } from "./dates";
import { type PhoneRules, readRules, type Tariff } from "./document";
import { consentsOn, limitOn } from "./eligibility";
import { golden } from "./golden";
import { price } from "./tariff";

interface Case {
  readonly captured_on: string;
  readonly monthly: readonly number[];
  readonly income_lowest: number;
  readonly consents: Readonly<Record<string, string>>;
}

type Ahead = Pick<Tariff, "jkm" | "entry"> & Pick<PhoneRules, "consents"> & { readonly cases: readonly Case[] };

const now = golden<Parameters<typeof readRules>[0]>("rules.json");
const { jkm, entry, consents, cases } = golden<Ahead>("ahead.json");

function published(changed: Partial<Pick<Tariff, "jkm" | "entry">> = { jkm, entry }): PhoneRules {
  const tariff = { ...(now.tariff as object), ...changed };
  return readRules({ ...now, tariff, consents } as unknown as Parameters<typeof readRules>[0]);
}

describe("rules published ahead", () => {
  test.each(cases)("are followed on their day: $captured_on", (one) => {
    const rules = published();
    const months = monthsFrom(monthOf(one.captured_on), one.monthly.length);
    const prices = price(rules, { income: 1_500_000, programmes: ["JKK", "JKM"], transport: false, months });
    expect(prices.map((month) => month.total)).toEqual(one.monthly);
    expect(limitOn(rules, "income_lowest", one.captured_on)).toBe(one.income_lowest);
    const wordings = consentsOn(rules, one.captured_on).map(({ purpose, version }) => [purpose, version]);
    expect(Object.fromEntries(wordings)).toEqual(one.consents);
  });

  test("are refused where their days are not in order", () => {
    expect(() => published({ jkm: [...jkm].reverse() })).toThrowError("tariff.jkm");
    const { income_lowest } = entry.limits;
    const mixed = { ...income_lowest, values: [...income_lowest.values].reverse() };
    const limits = { ...entry.limits, income_lowest: mixed };
    expect(() => published({ entry: { ...entry, limits } })).toThrowError("income_lowest");
  });
});
