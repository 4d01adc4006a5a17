import { describe, expect, test } from "vitest";
import { goldenRules } from "../../rules/golden";
import { toBody } from "./body";
import { EMPTY_FORM, type Form } from "./form";
import { searchJobs } from "./jobs";
import { doubtsOf, prefilled } from "./numbers";
import { programmesOf, quoteOf } from "./quote";
import { checkStep, firstIncomplete } from "./validate";

const rules = goldenRules();
const agent = { name: "Rina Kartika", phone: "+6281211112222" };
const against = { rules, today: "2026-11-22", province: "15", agent };
const FULL: Form = {
  ...EMPTY_FORM,
  nik: "1571 0841 0790 9001",
  name: "  Siti   Aminah ",
  birth: { day: "1", month: "7", year: "1990" },
  sex: "F",
  phoneOwner: "own",
  phone: "0812 3456 7890",
  address: "Jl. Kenanga 12",
  region: "15.71.08.1001",
  jobs: ["trade.market"],
  income: "1500000",
  employs: false,
  months: "3",
  consents: { enrolment: true, contact: false },
  signatureName: "Siti Aminah",
};
const fieldsOf = (step: Parameters<typeof checkStep>[0], change: Partial<Form>) =>
  checkStep(step, { ...FULL, ...change }, against).map((refusal) => refusal.field);

describe("identity", () => {
  test("an empty form names its fields in order", () => {
    const fields = checkStep("identity", EMPTY_FORM, against).map((refusal) => refusal.field);
    expect(fields).toEqual(["nik", "name", "birth-date", "sex", "phone-owner", "address", "village"]);
  });
  test("a complete one has nothing to mend", () => expect(fieldsOf("identity", {})).toEqual([]));
  test("an impossible NIK stops", () => expect(fieldsOf("identity", { nik: "1571083507909001" })).toEqual(["nik"]));
  test("a NIK that disagrees is a doubt and does not stop", () => {
    const change = { birth: { day: "2", month: "7", year: "1985" }, sex: "M" } as const;
    expect(fieldsOf("identity", change)).toEqual([]);
    expect(doubtsOf({ ...FULL, ...change }, against)).toEqual(expect.arrayContaining(["nik_birth_date", "nik_sex"]));
  });
  test("a No. KK may be empty but not short", () => {
    expect(fieldsOf("identity", { kk: "" })).toEqual([]);
    expect(fieldsOf("identity", { kk: "1571" })).toEqual(["kk"]);
  });
  test("who has no phone needs no number", () =>
    expect(fieldsOf("identity", { phoneOwner: "none", phone: "" })).toEqual([]));
  test("a birth date in the future and an age of 65 stop", () => {
    expect(fieldsOf("identity", { birth: { day: "1", month: "1", year: "2027" } })).toEqual(["birth-date"]);
    expect(fieldsOf("identity", { birth: { day: "22", month: "11", year: "1961" } })).toEqual(["birth-date"]);
    expect(fieldsOf("identity", { birth: { day: "23", month: "11", year: "1961" } })).toEqual([]);
  });
});

describe("what a NIK fills in", () => {
  test("birth date and sex, where nothing was typed", () => {
    expect(prefilled(EMPTY_FORM, "1571084107909001", against)).toEqual({
      nik: "1571084107909001",
      birth: { day: "1", month: "7", year: "1990" },
      sex: "F",
    });
  });
  test("nothing that was typed by hand", () => {
    const typed: Form = { ...EMPTY_FORM, birth: { day: "2", month: "7", year: "1985" }, sex: "M" };
    expect(prefilled(typed, "1571084107909001", against)).toEqual({ nik: "1571084107909001" });
  });
  test("what an earlier NIK had filled in", () => {
    const filled = { ...EMPTY_FORM, ...prefilled(EMPTY_FORM, "1571084107909001", against) };
    expect(prefilled(filled, "1571080208859001", against)).toMatchObject({
      birth: { day: "2", month: "8", year: "1985" },
      sex: "M",
    });
  });
});

describe("work, programmes, consent", () => {
  test("a job, an income that may be declared, employees or not", () => {
    expect(fieldsOf("work", { jobs: [], income: "", employs: null })).toEqual(["job-search", "income", "employs"]);
    expect(fieldsOf("work", { income: "999999" })).toEqual(["income"]);
    expect(fieldsOf("work", { income: "1000000" })).toEqual([]);
  });
  test("1 to 12 months", () => {
    for (const months of ["", "0", "13"]) expect(fieldsOf("programmes", { months })).toEqual(["months-number"]);
    for (const months of ["1", "7", "12"]) expect(fieldsOf("programmes", { months })).toEqual([]);
  });
  test("only the needed consent is needed", () => {
    expect(fieldsOf("consent", { consents: { contact: true } })).toEqual(["consent-enrolment"]);
    expect(fieldsOf("consent", {})).toEqual([]);
  });
  test("a signature, typed or drawn", () => {
    expect(fieldsOf("consent", { signatureName: " " })).toEqual(["signature-name"]);
    expect(fieldsOf("consent", { signing: "drawn" })).toEqual(["signature-clear"]);
  });
  test("an heir has a name and a relation", () => {
    expect(fieldsOf("consent", { heirs: [{ name: "", relation: null }] })).toEqual(["heir-1-name", "heir-1-relation"]);
  });
  test("the first step that is not complete is found", () => {
    expect(firstIncomplete(FULL, against)).toBeNull();
    expect(firstIncomplete({ ...FULL, jobs: [] }, against)).toBe("work");
  });
});

describe("the price", () => {
  test("has the relief of each month and what it would be without", () => {
    const quote = quoteOf(FULL, rules, "2026-11");
    expect(quote).toMatchObject({ total: 11_400 + 11_400 + 22_800, usual: 3 * 22_800 });
    expect(quote?.shown).toEqual({ first_month: "2026-11", total: 45_600, monthly: [11_400, 11_400, 22_800] });
  });
  test("is none while work or income is missing", () =>
    expect(quoteOf({ ...FULL, income: "" }, rules, "2026-11")).toBeNull());
  test("includes JHT for whoever employs others", () => {
    expect(programmesOf(FULL, rules)).toEqual(["JKK", "JKM"]);
    expect(programmesOf({ ...FULL, jht: true }, rules)).toEqual(["JKK", "JKM", "JHT"]);
    expect(programmesOf({ ...FULL, employs: true }, rules)).toEqual(["JKK", "JKM", "JHT"]);
  });
});

test("jobs are found by words in either language", () => {
  expect(searchJobs(rules, "pasar").map((job) => job.code)).toContain("trade.market");
  expect(searchJobs(rules, "market trader").map((job) => job.code)).toEqual(["trade.market"]);
  expect(searchJobs(rules, "astronaut")).toEqual([]);
});

test("the body is what the protocol says", () => {
  const quote = quoteOf(FULL, rules, "2026-11");
  if (!quote) throw new Error("no price");
  const body = toBody({
    form: FULL,
    rules,
    quote,
    today: "2026-11-22",
    hasPhoto: false,
    doubts: ["nik_spaces"],
    language: "id",
  });
  expect(body).toMatchObject({
    nik: "1571084107909001",
    kk: null,
    name: "Siti Aminah",
    birth_place: null,
    birth_date: "1990-07-01",
    phone: "+6281234567890",
    transport: false,
    programmes: ["JKK", "JKM"],
    months: 3,
    signature: { kind: "typed", name: "Siti Aminah" },
    warnings: ["nik_spaces"],
  });
  expect(body.consents.map((consent) => [consent.purpose, consent.given])).toEqual([
    ["enrolment", true],
    ["contact", false],
    ["photo", false],
  ]);
  expect(body.consents.every((consent) => /^[0-9a-f]{64}$/.test(consent.sha256))).toBe(true);
});
