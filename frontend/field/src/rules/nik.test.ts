import { describe, expect, test } from "vitest";
import { golden, goldenRules } from "./golden";
import { type Beside, checkKk, checkNik, findingOf, isStandIn } from "./nik";
import { readOut } from "./read-out";

interface NikCase {
  readonly name: string;
  readonly text: string;
  readonly on: string;
  readonly beside: {
    readonly kk?: string;
    readonly birth_on?: string;
    readonly sex?: "F" | "M";
    readonly province?: string;
    readonly birth_known?: NonNullable<Beside["birthKnown"]>;
  };
  readonly expect: Readonly<Record<string, unknown>>;
}

interface KkCase {
  readonly name: string;
  readonly text: string;
  readonly expect: Readonly<Record<string, unknown>>;
}

interface Vectors {
  readonly known: readonly string[];
  readonly names: Readonly<Record<string, string>>;
  readonly nik: readonly NikCase[];
  readonly kk: readonly KkCase[];
  readonly read_out: readonly { readonly nik: string; readonly language: "id" | "en"; readonly says: string | null }[];
}

const vectors = golden<Vectors>("nik.json");
const rules = goldenRules().nik;
const knows = (code: string): boolean | null => (code.startsWith("15") ? vectors.known.includes(code) : null);

describe("NIK", () => {
  test.each(vectors.nik)("$name", (one) => {
    const { kk, birth_on: birthOn, sex, province, birth_known: birthKnown } = one.beside;
    const beside: Beside = { kk, birthOn, sex, province, birthKnown };
    const {
      digits,
      read,
      sex: sexRead,
      birthOn: born,
      births,
      refusals,
      warnings,
    } = checkNik(rules, one.text, one.on, beside, knows);
    const parts = { province: null, regency: null, district: null, serial: null, ...read };
    expect({ digits, ...parts, sex: sexRead, birth_on: born, births, refusals, warnings }).toEqual(one.expect);
  });

  test.each(vectors.read_out)("reads $nik out in $language", ({ nik, language, says }) => {
    const report = checkNik(rules, nik, "2026-11-22");
    expect(readOut(rules, report, (code) => vectors.names[code] ?? null, language)).toBe(says);
  });

  test("every finding has words", () => {
    expect(findingOf(rules, "nik_birth_date")?.verdict).toBe("evidence");
    expect(findingOf(rules, "nik_unheard_of")).toBeNull();
  });

  test("stand-in dates are known", () => {
    expect(
      ["1990-07-01", "1960-12-31", "1985-03-15", "1985-03-14", "none"].map((day) => isStandIn(rules, day)),
    ).toEqual([true, true, true, false, false]);
  });
});

describe("No. KK", () => {
  test.each(vectors.kk)("$name", (one) => {
    const { digits, read, refusals, warnings } = checkKk(rules, one.text, knows);
    const parts = { district: read?.district ?? null, serial: read?.serial ?? null };
    expect({ digits, ...parts, refusals, warnings }).toEqual(one.expect);
  });
});
