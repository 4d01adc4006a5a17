/** The rules of the form for people as they live: part of a birth date, somebody else's number, a witness, a later picture. */
import { describe, expect, test } from "vitest";
import { goldenRules } from "../../rules/golden";
import { birthOf, exactBirthOf } from "./birth";
import { toBody } from "./body";
import { isAgentsNumber, whoseOf } from "./contact";
import { EMPTY_FORM, type Form } from "./form";
import { idCardBy } from "./id-card";
import { doubtsOf, prefilled } from "./numbers";
import { quoteOf } from "./quote";
import { checkStep } from "./validate";

const rules = goldenRules();
const today = "2026-11-22";
const agent = { name: "Rina Kartika", phone: "+6281211112222" };
const against = { rules, today, agent };
const FULL: Form = {
  ...EMPTY_FORM,
  nik: "1571084107909001",
  name: "Suparman",
  birth: { day: "1", month: "7", year: "1990" },
  sex: "F",
  phoneOwner: "none",
  address: "Jl. Kenanga 12",
  region: "15.71.08.1001",
  jobs: ["trade.market"],
  income: "1500000",
  employs: false,
  consents: { enrolment: true },
  signatureName: "Suparman",
};
const wrong = (step: Parameters<typeof checkStep>[0], change: Partial<Form>) =>
  checkStep(step, { ...FULL, ...change }, against).map(({ field, text }) => [field, text]);
const bodyOf = (change: Partial<Form>, hasPhoto = false) => {
  const form = { ...FULL, ...change };
  const quote = quoteOf(form, rules, "2026-11");
  if (!quote) throw new Error("no price");
  return toBody({ form, rules, quote, today, hasPhoto, doubts: [], language: "id" });
};

test("a name of one word and no telephone are complete", () => {
  expect(wrong("identity", {})).toEqual([]);
  expect(bodyOf({})).toMatchObject({
    name: "Suparman",
    phone: null,
    phone_owner: "none",
    phone_whose: null,
    email: null,
  });
});

describe("a birth date of which a part is known", () => {
  const year = { day: "9", month: "3", year: "1985" };
  test.each([
    ["day", { birth: year }, "1985-03-09"],
    ["month", { birth: year }, "1985-03-01"],
    ["year", { birth: year }, "1985-07-01"],
    ["estimate", { age: "40" }, "1986-07-01"],
    ["estimate", { age: "" }, null],
    ["estimate", { age: "130" }, null],
    ["month", { birth: { day: "", month: "", year: "1985" } }, null],
    ["year", { birth: { day: "", month: "", year: "85" } }, null],
  ] as const)("%s %j stands in as %s", (birthKnown, change, date) => {
    expect(birthOf({ ...EMPTY_FORM, birthKnown, ...change }, today)).toBe(date);
  });
  test("goes along with how much of it is known", () => {
    expect(bodyOf({ birthKnown: "estimate", age: "36" })).toMatchObject({
      birth_date: "1990-07-01",
      birth_known: "estimate",
    });
  });
  test("names the control that misses it", () => {
    expect(wrong("identity", { birthKnown: "estimate" })).toEqual([["age", "errAge"]]);
    expect(wrong("identity", { birthKnown: "year", birth: EMPTY_FORM.birth })).toEqual([
      ["birth-date", "errBirthYear"],
    ]);
  });
  test("cannot disagree with a NIK, and a NIK does not fill over it", () => {
    const form = { ...FULL, birthKnown: "year", birth: { day: "", month: "", year: "1988" } } as const;
    expect(exactBirthOf(form)).toBeNull();
    expect(doubtsOf(form, { rules, today, province: "15" })).not.toContain("nik_birth_date");
    expect(prefilled({ ...form, nik: "" }, FULL.nik, { rules, today }).birth).toBeUndefined();
  });
});

describe("whose number it is", () => {
  test.each([
    ["0812-1111-2222", true],
    ["+6281211112222", true],
    ["081211112223", false],
    ["0812", false],
  ])("%s is the agent's own: %s", (typed, own) => expect(isAgentsNumber(typed, agent.phone)).toBe(own));
  test("the agent's own is refused, and nothing is when it is not known", () => {
    const change = { phoneOwner: "own", phone: "081211112222" } as const;
    expect(wrong("identity", change)).toEqual([["phone", "errPhoneAgent"]]);
    const unknown = { ...against, agent: { ...agent, phone: null } };
    expect(checkStep("identity", { ...FULL, ...change }, unknown)).toEqual([]);
  });
  test("a relative's needs to say whose", () => {
    const change = { phoneOwner: "family", phone: "081234567890" } as const;
    expect(wrong("identity", change)).toEqual([["phone-whose", "errPhoneWhose"]]);
    expect(whoseOf({ phoneOwner: "family", phoneWhose: "  anak,  Budi " })).toBe("anak, Budi");
    expect(whoseOf({ phoneOwner: "own", phoneWhose: "anak" })).toBeNull();
  });
  test("an e-mail may be empty but not wrong", () => {
    expect(wrong("identity", { email: "budi" })).toEqual([["email", "errEmail"]]);
    expect(bodyOf({ email: " a@b.id " }).email).toBe("a@b.id");
  });
});

describe("how the worker said yes", () => {
  const thumb = { signing: "thumb", thumbSvg: "M1 1", witnessName: "Joko", witnessRelation: "neighbour" } as const;
  test("a thumb with a witness", () => {
    expect(wrong("consent", thumb)).toEqual([]);
    expect(bodyOf(thumb).signature).toEqual({
      kind: "thumb",
      name: "Suparman",
      svg: "M1 1",
      witness: { name: "Joko", relation: "neighbour" },
    });
  });
  test("a thumb alone is not enough, nor is the agent or the worker as witness", () => {
    const fields = wrong("consent", { signing: "thumb" }).map(([field]) => field);
    expect(fields).toEqual(["thumb", "witness-name", "witness-relation"]);
    for (const witnessName of ["rina  kartika", "SUPARMAN"]) {
      expect(wrong("consent", { ...thumb, witnessName })).toEqual([["witness-name", "errWitnessSelf"]]);
    }
  });
  test("a code that went to the worker's own number, as long as it is that number", () => {
    const spoken = {
      signing: "spoken",
      phoneOwner: "own",
      phone: "081234567890",
      challenge: { id: "c1", phone: "+6281234567890", sentAt: 0 },
      spokenCode: "123456",
    } as const;
    expect(wrong("consent", spoken)).toEqual([]);
    expect(bodyOf(spoken).signature).toEqual({ kind: "spoken", name: "Suparman", challenge: "c1", code: "123456" });
    expect(wrong("consent", { ...spoken, phone: "081234567891" })).toEqual([["spoken-send", "errSpokenSend"]]);
    expect(wrong("consent", { ...spoken, phoneOwner: "family" })).toEqual([["spoken-send", "errSpokenSend"]]);
    expect(wrong("consent", { ...spoken, spokenCode: "12" })).toEqual([["spoken-code", "errSpokenCode"]]);
  });
});

test("a picture is due in three days by default, and not at all where it is there or refused", () => {
  const agreed = { consents: { photo: true }, photoDays: EMPTY_FORM.photoDays };
  expect(idCardBy(agreed, false, today)).toBe("2026-11-25");
  expect(idCardBy({ ...agreed, photoDays: 14 }, false, today)).toBe("2026-12-06");
  expect(idCardBy(agreed, true, today)).toBeNull();
  expect(idCardBy({ ...agreed, consents: {} }, false, today)).toBeNull();
});
