/**
 * What BPU dues cost, month by month: the twin of `perisai/contributions/tariffs/tariff.py`, proved equal by the vectors in
 * `tests/golden/tariff.json`. Whole rupiah, never rounded. Pure: no clock, no storage.
 */
import type { PhoneRules, ProgrammeCode, Relief, Sector, Tariff } from "./document";

const WHOLE = 10_000;

/** Asked for what the rules do not price. */
export class PriceError extends Error {
  readonly field: "income" | "programmes" | "months";

  constructor(field: "income" | "programmes" | "months", reason: string) {
    super(`${field}: ${reason}`);
    this.field = field;
  }
}

/** One contribution month in rupiah: `jkk`, `jkm`, `jht` before relief; `total` is what is owed. */
export interface MonthPrice {
  readonly month: string;
  readonly base: number;
  readonly jkk: number;
  readonly jkm: number;
  readonly jht: number;
  readonly relief: number;
  readonly reliefRule: string;
  readonly total: number;
}

export interface PriceQuestion {
  readonly income: number;
  readonly programmes: readonly ProgrammeCode[];
  readonly transport: boolean;
  /** `2026-11`, ... */
  readonly months: readonly string[];
  readonly fundedByState?: boolean;
}

/** Each month's price; throws PriceError. */
export function price(rules: PhoneRules, asked: PriceQuestion): MonthPrice[] {
  checkQuestion(asked);
  return asked.months.map((month) => priceOf(rules.tariff, asked, month));
}

export function totalOf(prices: readonly MonthPrice[]): number {
  return prices.reduce((sum, month) => sum + month.total, 0);
}

/** `price_shown` of the device protocol. */
export function priceShown(prices: readonly MonthPrice[]): { first_month: string; total: number; monthly: number[] } {
  const first = prices[0];
  if (!first) throw new PriceError("months", "there is none");
  return { first_month: first.month, total: totalOf(prices), monthly: prices.map((month) => month.total) };
}

/** The base income that dues and benefits are computed on. */
export function baseIncome(tariff: Tariff, income: number, month: string): number {
  const { rows } = inForce(tariff.bands, month);
  let base = 0;
  for (const [atLeast, ofBand] of rows) if (income >= atLeast) base = ofBand;
  return base;
}

/** The sector of an occupation code; null where the list has no such code. */
export function sectorOf(rules: PhoneRules, job: string): Sector | null {
  const group = rules.occupations.find((one) => one.jobs.some((entry) => entry.code === job));
  return group ? group.sector : null;
}

function checkQuestion({ income, programmes, months }: PriceQuestion): void {
  if (!Number.isSafeInteger(income) || income < 0) throw new PriceError("income", "is no whole rupiah");
  const known = programmes.every((code) => code === "JKK" || code === "JKM" || code === "JHT");
  if (!known || !programmes.includes("JKK") || !programmes.includes("JKM")) {
    throw new PriceError("programmes", "JKK and JKM are needed, JHT may be added");
  }
  if (!months.every((month) => /^\d{4}-(0[1-9]|1[0-2])$/.test(month))) {
    throw new PriceError("months", "a month is written 2026-11");
  }
}

function priceOf(tariff: Tariff, asked: PriceQuestion, month: string): MonthPrice {
  const base = baseIncome(tariff, asked.income, month);
  const jkk = part(base, inForce(tariff.jkk, month).value);
  const jkm = inForce(tariff.jkm, month).value;
  const jht = asked.programmes.includes("JHT") ? part(base, inForce(tariff.jht, month).value) : 0;
  const rule = reliefOf(tariff, asked.transport ? "transport" : "other", month, asked.fundedByState === true);
  const off = (programme: ProgrammeCode, amount: number): number =>
    rule?.programmes.includes(programme) ? part(amount, rule.part) : 0;
  const relief = off("JKK", jkk) + off("JKM", jkm) + off("JHT", jht);
  return { month, base, jkk, jkm, jht, relief, reliefRule: rule?.id ?? "", total: jkk + jkm + jht - relief };
}

function reliefOf(tariff: Tariff, sector: Sector, month: string, fundedByState: boolean): Relief | undefined {
  return tariff.reliefs.find(
    (relief) =>
      (relief.state_funded || !fundedByState) &&
      relief.windows.some(
        (window) => window.sectors.includes(sector) && window.first_month <= month && month <= window.last_month,
      ),
  );
}

function inForce<Dated extends { readonly first_month: string }>(values: readonly Dated[], month: string): Dated {
  const last = values.filter((value) => value.first_month <= month).pop();
  if (!last) throw new PriceError("months", `no tariff is known for ${month}`);
  return last;
}

function part(amount: number, perTenThousand: number): number {
  const whole = (amount * perTenThousand) / WHOLE;
  if (!Number.isSafeInteger(whole)) throw new RangeError(`${perTenThousand} of ${amount} is no whole rupiah`);
  return whole;
}
