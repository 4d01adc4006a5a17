import { describe, expect, test } from "vitest";
import type { VillageView } from "../../engine/contract";
import type { ReadCard } from "../../reader/contract";
import { EMPTY_FORM } from "./form";
import { foundOn, inWords, villageOf } from "./from-card";
import { fillEmpty, marksAfter, marksWithout } from "./marks";

describe("what was read from a card", () => {
  const found = { nik: "1571084107909001", name: "Siti Aminah", birth_date: "1990-07-01", sex: "F" } as const;
  test("fills what is empty and marks it", () => {
    expect(fillEmpty(EMPTY_FORM, found)).toEqual({
      nik: found.nik,
      name: found.name,
      birth: { day: "1", month: "7", year: "1990" },
      sex: "F",
      read: ["nik", "name", "birth_date", "sex"],
    });
  });
  test("leaves alone what the agent typed", () => {
    const form = { ...EMPTY_FORM, name: "Siti", sex: "M" } as const;
    expect(fillEmpty(form, found).read).toEqual(["nik", "birth_date"]);
    expect(fillEmpty({ ...EMPTY_FORM, birthKnown: "year" }, found)).not.toHaveProperty("birth");
  });
  test("is no longer marked once the agent changed it or was there", () => {
    const form = { ...EMPTY_FORM, ...fillEmpty(EMPTY_FORM, found) };
    expect(marksAfter(form, { name: "Siti Aminah B" })).toEqual(["nik", "birth_date", "sex"]);
    expect(marksAfter(form, { address: "Jl. A" })).toEqual(form.read);
    expect(marksWithout(form, "nik")).toEqual(["name", "birth_date", "sex"]);
  });
});

const CARD: ReadCard = {
  nik: "1571084107909001",
  name: "SITI AMINAH",
  birth_place: null,
  birth_date: null,
  sex: null,
  address: "JL KENANGA NO 12 RT 003/RW 001",
  village: "HANDIL JAYA",
  district: "JELUTUNG",
  regency: "KOTA JAMBI",
  confidence: {
    nik: 1,
    name: 1,
    birth_place: 0,
    birth_date: 0,
    sex: 0,
    address: 1,
    village: 1,
    district: 1,
    regency: 1,
  },
  advice: null,
};

describe("a card in the words of the form", () => {
  test("capitals become names; what was not read is left out", () => {
    expect(foundOn(CARD, null)).toEqual({
      nik: CARD.nik,
      name: "Siti Aminah",
      address: "Jl Kenanga No 12 RT 003/RW 001",
    });
    expect(inWords("MUHAMMAD NU'AIM")).toBe("Muhammad Nu'aim");
  });
  const village = (code: string, name: string, district: string): VillageView => ({
    code,
    name,
    district,
    regency: "Kota Jambi",
    label: name,
  });
  test("the village is taken only where exactly one fits", async () => {
    const one = village("15.71.08.1001", "Handil Jaya", "Jelutung");
    const other = village("15.71.01.1009", "Handil Jaya", "Telanaipura");
    expect(await villageOf(CARD, async () => [one, other])).toBe(one.code);
    expect(await villageOf({ ...CARD, district: null }, async () => [one, other])).toBeNull();
    expect(await villageOf(CARD, async () => [])).toBeNull();
    expect(await villageOf({ ...CARD, village: null }, async () => [one])).toBeNull();
    expect(await villageOf(CARD, () => Promise.reject(new Error("not downloaded")))).toBeNull();
  });
});
