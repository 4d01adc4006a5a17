/**
 * What is owed for a wage earner (PU), month by month: the twin of `perisai/contributions/tariffs/tariff_pu.py`, proved equal by the
 * vectors in `tests/golden/tariff_pu.json`. Whole rupiah, each share to the nearest, a half up. Pure.
 */
import type { DatedValue } from "./document";
import type { PuProgramme, PuRelief, PuRules, Risk } from "./document-pu";
import { PriceError } from "./tariff";

const WHOLE = 10_000;

/** One month in rupiah; `jkk` and `jkm` are without what goes to JKP; `jpDeferred` is owed later and not in the total. */
export interface PuMonthPrice {
  readonly month: string;
  readonly base: number;
  readonly jkk: number;
  readonly jkm: number;
  readonly jht: number;
  readonly jp: number;
  readonly jkp: number;
  readonly relief: number;
  /** What the relief takes from each. */
  readonly reliefs: Readonly<Record<"JKK" | "JKM" | "JHT", number>>;
  readonly reliefRule: string;
  readonly jhtWorker: number;
  readonly jpWorker: number;
  readonly jpDeferred: number;
  readonly total: number;
}

export interface PuQuestion {
  readonly wage: number;
  readonly programmes: readonly PuProgramme[];
  readonly risk: Risk;
  /** `2026-11`, ... */
  readonly months: readonly string[];
  /** Reliefs whose conditions are not met. */
  readonly without?: readonly string[];
}

/** Each month's price; throws PriceError. */
export function pricePu(rules: PuRules, asked: PuQuestion): PuMonthPrice[] {
  check(rules, asked);
  return asked.months.map((month) => priceOf(rules, asked, month));
}

/** That part of an amount, to the nearest rupiah, a half up. */
export function share(amount: number, perTenThousand: number): number {
  const product = amount * perTenThousand;
  if (!Number.isSafeInteger(product)) throw new PriceError("income", "is too large");
  const rest = product % WHOLE;
  return (product - rest) / WHOLE + (rest * 2 >= WHOLE ? 1 : 0);
}

/** A daily wage as that of a month. */
export function dailyWageOfMonth(rules: PuRules, wage: number, month: string): number {
  return wage * inForce(rules.wages.daily_times, month);
}

/** The average of what was earned in the last months, oldest first, to the nearest rupiah. */
export function averageWage(rules: PuRules, earned: readonly number[], month: string, seasonal = false): number {
  const figure = seasonal ? rules.wages.seasonal_average_months : rules.wages.piece_average_months;
  const last = earned.slice(-inForce(figure, month));
  if (last.length === 0 || last.some((one) => one < 0)) throw new PriceError("income", "no earnings are known");
  const sum = last.reduce((total, one) => total + one, 0);
  return Math.floor((2 * sum + last.length) / (2 * last.length));
}

function check(rules: PuRules, { wage, programmes, risk, months }: PuQuestion): void {
  if (!Number.isSafeInteger(wage) || wage < 0) throw new PriceError("income", "is no whole rupiah");
  const known = programmes.every((code) => ["JKK", "JKM", "JHT", "JP", "JKP"].includes(code));
  if (!known || !programmes.includes("JKK") || !programmes.includes("JKM")) {
    throw new PriceError("programmes", "JKK and JKM are needed; JHT, JP and JKP may be added");
  }
  if (programmes.includes("JKP") && !programmes.includes("JHT")) throw new PriceError("programmes", "JKP needs JHT");
  if (!(risk in rules.jkk)) throw new PriceError("programmes", `${risk} is no risk class`);
  if (!months.every((month) => /^\d{4}-(0[1-9]|1[0-2])$/.test(month))) {
    throw new PriceError("months", "a month is written 2026-11");
  }
}

function priceOf(rules: PuRules, asked: PuQuestion, month: string): PuMonthPrice {
  const { wage } = asked;
  if (wage < inForce(rules.wages.lowest, month)) throw new PriceError("income", "is below the lowest wage");
  const has = (code: PuProgramme): boolean => asked.programmes.includes(code);
  const of = (values: readonly DatedValue[], amount = wage): number => share(amount, inForce(values, month));
  const pension = has("JP") ? Math.min(wage, inForce(rules.jp_ceiling, month)) : 0;
  const [jkk, jkm] = [of(rules.jkk[asked.risk].values), of(rules.jkm)];
  const jhtWorker = has("JHT") ? of(rules.jht_worker) : 0;
  const jht = has("JHT") ? of(rules.jht_employer) + jhtWorker : 0;
  const jpWorker = has("JP") ? of(rules.jp_worker, pension) : 0;
  const jpWhole = has("JP") ? of(rules.jp_employer, pension) + jpWorker : 0;
  const jkpWage = rules.jkp_ceiling > 0 ? Math.min(wage, rules.jkp_ceiling) : wage;
  const ofJkk = has("JKP") ? of(rules.jkp_from_jkk, jkpWage) : 0;
  const ofJkm = has("JKP") ? of(rules.jkp_from_jkm, jkpWage) : 0;
  const rule = reliefOf(rules, month, asked.without ?? []);
  const reliefs = { JKK: off(rule, "JKK", jkk), JKM: off(rule, "JKM", jkm), JHT: off(rule, "JHT", jht) };
  const relief = reliefs.JKK + reliefs.JKM + reliefs.JHT;
  const jpDeferred = deferred(rule, jpWhole);
  const [jp, jkp] = [jpWhole - jpDeferred, ofJkk + ofJkm];
  return {
    month,
    base: wage,
    jkk: jkk - ofJkk,
    jkm: jkm - ofJkm,
    jht,
    jp,
    jkp,
    relief,
    reliefs,
    reliefRule: rule?.id ?? "",
    jhtWorker,
    jpWorker: jpWorker - deferred(rule, jpWorker),
    jpDeferred,
    total: jkk + jkm + jht + jp - relief,
  };
}

function off(rule: PuRelief | undefined, programme: PuProgramme, amount: number): number {
  return rule?.programmes.includes(programme) ? amount - share(amount, WHOLE - rule.part) : 0;
}

function deferred(rule: PuRelief | undefined, amount: number): number {
  return rule?.deferred_programmes.includes("JP") ? amount - share(amount, WHOLE - rule.deferred) : 0;
}

function reliefOf(rules: PuRules, month: string, without: readonly string[]): PuRelief | undefined {
  return rules.reliefs.find(
    ({ id, first_month, last_month }) => !without.includes(id) && first_month <= month && month <= last_month,
  );
}

function inForce(values: readonly DatedValue[], month: string): number {
  const last = values.filter((value) => value.first_month <= month).pop();
  if (!last) throw new PriceError("months", `no tariff is known for ${month}`);
  return last.value;
}
