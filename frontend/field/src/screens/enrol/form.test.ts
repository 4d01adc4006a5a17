import { describe, expect, test } from "vitest";
import type { Draft } from "../../engine/contract";
import { digitsOf, EMPTY_FORM, fromDraft, isoDate, normalisePhone, toDraftFields, typedDate } from "./form";

const draft = (fields: Draft["fields"]): Draft => ({
  id: "d",
  step: 1,
  fields,
  photo: null,
  series: null,
  seriesPlace: 1,
  startedAt: 0,
  savedAt: 0,
});

describe("drafts", () => {
  test("give back what was typed, half typed or not", () => {
    const form = { ...EMPTY_FORM, nik: "15710", birth: { day: "3", month: "", year: "19" }, income: "15" };
    expect(fromDraft(draft(toDraftFields(form)))).toEqual(form);
  });
  test("from a rejected enrolment hold its body", () => {
    const form = fromDraft(
      draft({
        nik: "1571084107909001",
        birth_date: "1990-07-01",
        income: 1_500_000,
        jobs: [{ code: "trade.market" }],
        programmes: ["JKK", "JKM", "JHT"],
      }),
    );
    expect(form).toMatchObject({
      birth: { day: "1", month: "7", year: "1990" },
      income: "1500000",
      jobs: ["trade.market"],
      jht: true,
    });
    expect(form.consents).toEqual({});
  });
  test("of an older app get what was added since", () => {
    expect(fromDraft(draft({ typed: { form: JSON.stringify({ nik: "1" }) } }))).toEqual({ ...EMPTY_FORM, nik: "1" });
  });
});

describe("dates", () => {
  test.each([
    [{ day: "29", month: "2", year: "2024" }, "2024-02-29"],
    [{ day: "29", month: "2", year: "2023" }, null],
    [{ day: "0", month: "1", year: "1990" }, null],
    [{ day: "1", month: "13", year: "1990" }, null],
    [{ day: "1", month: "7", year: "90" }, null],
    [{ day: "", month: "", year: "" }, null],
  ])("%j is %s", (typed, iso) => expect(isoDate(typed)).toBe(iso));
  test("go back into their parts", () =>
    expect(typedDate("1990-07-01")).toEqual({ day: "1", month: "7", year: "1990" }));
});

describe("phone numbers", () => {
  test.each([
    ["0812 3456 7890", "+6281234567890"],
    ["+62 812-3456-7890", "+6281234567890"],
    ["6281234567890", "+6281234567890"],
    ["81234567890", "+6281234567890"],
    ["0812", null],
    ["", null],
    ["0812345678901234", null],
  ])("%s is %s", (typed, phone) => expect(normalisePhone(typed)).toBe(phone));
});

test("digits are all that is kept of an amount", () => expect(digitsOf("1.500.000x", 7)).toBe("1500000"));
