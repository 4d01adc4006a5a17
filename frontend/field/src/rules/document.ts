/** The rules as the server publishes them (`GET /api/v1/reference/rules`), checked once when they arrive. */
import type { RulesDocument } from "../engine/contract";

export type Sector = "transport" | "other";
export type ProgrammeCode = "JKK" | "JKM" | "JHT";

export interface Words {
  readonly id: string;
  readonly en: string;
}

/** A figure from the contribution month `first_month` (`2015-07`) on. */
export interface DatedValue {
  readonly first_month: string;
  readonly value: number;
}

/** `rows`: [lowest income, base income], ascending. */
export interface BandTable {
  readonly first_month: string;
  readonly rows: readonly (readonly [number, number])[];
}

export interface ReliefWindow {
  readonly sectors: readonly Sector[];
  readonly first_month: string;
  readonly last_month: string;
}

/** `part`: what is not owed, per ten thousand. */
export interface Relief {
  readonly id: string;
  readonly name: Words;
  readonly part: number;
  readonly programmes: readonly ProgrammeCode[];
  readonly state_funded: boolean;
  readonly windows: readonly ReliefWindow[];
}

export type Verdict = "refuse" | "warn";

export interface EntryLimit {
  readonly verdict: Verdict;
  readonly text: Words;
  readonly values: readonly { readonly since: string; readonly value: number }[];
}

export interface EntryProgrammes {
  readonly verdict: Verdict;
  readonly text: Words;
  readonly programmes: readonly ProgrammeCode[];
}

export const LIMITS = [
  "age_upper",
  "age_lower",
  "income_lowest",
  "jobs_most",
  "jobs_least",
  "months_least",
  "months_most",
] as const;
export type LimitName = (typeof LIMITS)[number];

export interface EntryRules {
  readonly limits: Readonly<Record<LimitName, EntryLimit>>;
  readonly programmes: Readonly<Record<"programmes_mandatory" | "programmes_employer", EntryProgrammes>>;
  readonly prepayment_offered: readonly number[];
}

export interface Tariff {
  readonly jkk: readonly DatedValue[];
  readonly jkm: readonly DatedValue[];
  readonly jht: readonly DatedValue[];
  readonly bands: readonly BandTable[];
  readonly reliefs: readonly Relief[];
  readonly entry: EntryRules;
}

export interface Occupation {
  readonly code: string;
  readonly name: Words;
}

export interface OccupationGroup {
  readonly code: string;
  readonly sector: Sector;
  readonly name: Words;
  readonly jobs: readonly Occupation[];
}

export interface Consent {
  readonly purpose: string;
  readonly version: string;
  readonly since: string;
  readonly required: boolean;
  readonly title: Words;
  readonly text: Words;
  readonly sha256: Words;
}

export type FindingVerdict = "refuse" | "evidence" | "note";

export interface NikRules {
  readonly age_range: readonly [number, number];
  readonly woman_adds_to_day: number;
  readonly stand_in_dates: readonly (readonly [number, number])[];
  readonly stand_in_days: readonly number[];
  readonly misread: Readonly<Record<string, string>>;
  readonly provinces: Readonly<Record<string, string>>;
  readonly findings: Readonly<Record<string, { readonly verdict: FindingVerdict; readonly text: Words }>>;
}

export interface PhoneRules {
  readonly version: string;
  readonly tariff: Tariff;
  readonly occupations: readonly OccupationGroup[];
  readonly consents: readonly Consent[];
  readonly nik: NikRules;
}

/** The document is not what this version of the app can read; `message` names the part. */
export class RulesFormatError extends Error {}

type Raw = { readonly [key: string]: unknown };

/** Checks what a price hangs on and gives the document its types; throws RulesFormatError. */
export function readRules(document: RulesDocument): PhoneRules {
  const tariff = object(document.tariff, "tariff");
  for (const name of ["jkk", "jkm", "jht"]) {
    each(tariff[name], `tariff.${name}`, checkDated);
    ascending(tariff[name], "first_month", `tariff.${name}`);
  }
  each(tariff.bands, "tariff.bands", checkBands);
  ascending(tariff.bands, "first_month", "tariff.bands");
  each(tariff.reliefs, "tariff.reliefs", checkRelief);
  checkEntry(object(tariff.entry, "tariff.entry"));
  each(document.occupations, "occupations", checkGroup);
  each(document.consents, "consents", checkConsent);
  checkNik(object(document.nik, "nik"));
  return document as unknown as PhoneRules;
}

function checkDated(raw: Raw, path: string): void {
  month(raw.first_month, `${path}.first_month`);
  whole(raw.value, `${path}.value`);
}

function checkBands(raw: Raw, path: string): void {
  month(raw.first_month, `${path}.first_month`);
  let last = -1;
  for (const row of array(raw.rows, `${path}.rows`)) {
    const [atLeast, base] = array(row, `${path}.rows`);
    whole(base, `${path}.rows`);
    if (whole(atLeast, `${path}.rows`) <= last) throw new RulesFormatError(`${path}.rows: not ascending`);
    last = atLeast as number;
  }
}

function checkRelief(raw: Raw, path: string): void {
  whole(raw.part, `${path}.part`);
  words(raw.name, `${path}.name`);
  array(raw.programmes, `${path}.programmes`);
  each(raw.windows, `${path}.windows`, (window, at) => {
    array(window.sectors, `${at}.sectors`);
    month(window.first_month, `${at}.first_month`);
    month(window.last_month, `${at}.last_month`);
  });
}

function checkEntry(raw: Raw): void {
  const limits = object(raw.limits, "tariff.entry.limits");
  for (const name of LIMITS) {
    const limit = object(limits[name], `tariff.entry.limits.${name}`);
    each(limit.values, `tariff.entry.limits.${name}.values`, (value, at) => whole(value.value, at));
    ascending(limit.values, "since", `tariff.entry.limits.${name}.values`);
    words(limit.text, `tariff.entry.limits.${name}.text`);
  }
  const programmes = object(raw.programmes, "tariff.entry.programmes");
  for (const name of ["programmes_mandatory", "programmes_employer"]) {
    array(object(programmes[name], `tariff.entry.programmes.${name}`).programmes, name);
  }
  array(raw.prepayment_offered, "tariff.entry.prepayment_offered");
}

function checkGroup(raw: Raw, path: string): void {
  text(raw.code, `${path}.code`);
  text(raw.sector, `${path}.sector`);
  words(raw.name, `${path}.name`);
  each(raw.jobs, `${path}.jobs`, (job, at) => {
    text(job.code, `${at}.code`);
    words(job.name, `${at}.name`);
  });
}

function checkConsent(raw: Raw, path: string): void {
  for (const name of ["purpose", "version", "since"]) text(raw[name], `${path}.${name}`);
  for (const name of ["title", "text", "sha256"]) words(raw[name], `${path}.${name}`);
}

function checkNik(raw: Raw): void {
  for (const name of ["age_range", "stand_in_dates", "stand_in_days"]) array(raw[name], `nik.${name}`);
  for (const name of ["misread", "provinces", "findings"]) object(raw[name], `nik.${name}`);
  whole(raw.woman_adds_to_day, "nik.woman_adds_to_day");
}

function each(value: unknown, path: string, check: (raw: Raw, path: string) => void): void {
  array(value, path).forEach((item, index) => {
    check(object(item, `${path}.${index}`), `${path}.${index}`);
  });
}

/** What holds on a day is the last one whose day has come: some may hold only from next month on. */
function ascending(value: unknown, by: string, path: string): void {
  const days = array(value, path).map((item) => text(object(item, path)[by], path));
  if (days.some((day, index) => index > 0 && day <= (days[index - 1] ?? ""))) throw new RulesFormatError(path);
}

function object(value: unknown, path: string): Raw {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new RulesFormatError(path);
  return value as Raw;
}

function array(value: unknown, path: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new RulesFormatError(path);
  return value;
}

function whole(value: unknown, path: string): number {
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value < 0) throw new RulesFormatError(path);
  return value;
}

function text(value: unknown, path: string): string {
  if (typeof value !== "string" || value === "") throw new RulesFormatError(path);
  return value;
}

function words(value: unknown, path: string): void {
  const both = object(value, path);
  text(both.id, `${path}.id`);
  text(both.en, `${path}.en`);
}

function month(value: unknown, path: string): void {
  if (!/^\d{4}-(0[1-9]|1[0-2])$/.test(text(value, path))) throw new RulesFormatError(path);
}
