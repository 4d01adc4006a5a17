import { describe, expect, test } from "vitest";
import type { RulesDocument } from "../engine/contract";
import { type ProgrammeCode, RulesFormatError, readRules } from "./document";
import { checkEntry, consentsOn } from "./eligibility";
import { golden, goldenRules } from "./golden";

interface Case {
  readonly name: string;
  readonly birth_on: string;
  readonly income: number;
  readonly jobs: number;
  readonly months: number;
  readonly programmes: readonly ProgrammeCode[];
  readonly employs_others: boolean;
  readonly on: string;
  readonly expect: readonly (readonly string[])[];
}

const rules = goldenRules();
const { cases } = golden<{ cases: readonly Case[] }>("entry.json");

describe("entry", () => {
  test.each(cases)("$name", (one) => {
    const found = checkEntry(rules, { ...one, birthOn: one.birth_on, employsOthers: one.employs_others }, one.on);
    expect(found.map(({ rule, verdict, field }) => [rule, verdict, field])).toEqual(one.expect);
  });

  test("what is not filled in is not judged", () => {
    expect(checkEntry(rules, {}, "2026-11-22")).toEqual([]);
  });

  test("the newest wording of a day holds", () => {
    const [first] = rules.consents;
    if (!first) throw new Error("no consents");
    const later = { ...first, version: "later", since: "2027-01-01" };
    const both = { ...rules, consents: [...rules.consents, later] };
    expect(consentsOn(both, "2026-12-31").find((one) => one.purpose === first.purpose)?.version).toBe(first.version);
    expect(consentsOn(both, "2027-01-01").find((one) => one.purpose === first.purpose)?.version).toBe("later");
    expect(consentsOn(both, "2027-01-01")).toHaveLength(3);
  });

  test.each([
    ["tariff", { tariff: null }],
    ["occupations.0", { occupations: ["x"] }],
    ["consents.0.purpose", { consents: [{}] }],
    ["nik.age_range", { nik: {} }],
  ])("a document without a right %s is refused", (part, wrong) => {
    const document: RulesDocument = { ...golden<RulesDocument>("rules.json"), ...wrong };
    expect(() => readRules(document)).toThrowError(RulesFormatError);
    expect(() => readRules(document)).toThrowError(part);
  });
});
