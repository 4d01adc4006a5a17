import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { readRules } from "../../rules/document";
import { puRules } from "../../rules/document-pu";
import { programmesOf as ownProgrammesOf } from "../enrol/quote";
import {
  amountsOf,
  EMPTY_FIRM,
  type Firm,
  type Hand,
  newHand,
  ownerForm,
  ownerOf,
  priceOf,
  programmesOf,
  scaleBy,
  unsent,
} from "./hand";

const rules = readRules(
  JSON.parse(readFileSync(new URL("../../../../../tests/golden/rules.json", import.meta.url), "utf8")),
);
const TODAY = "2026-11-23";
const firm: Firm = { ...EMPTY_FIRM, name: "Warung", scale: "micro", risk: "low", sector: "food" };
const born = { day: "5", month: "5", year: "1995" };

function hand(changes: Partial<Hand>): Hand {
  const made = newHand(firm);
  return { ...made, form: { ...made.form, birth: born }, ...changes };
}

it("suggests the scale by sales, else by capital", () => {
  const pu = puRules(rules);
  const by = (sales: string, capital: string) => pu && scaleBy({ ...firm, sales, capital }, pu, TODAY);
  expect(by("2000000000", "")).toBe("micro");
  expect(by("2000000001", "1")).toBe("small");
  expect(by("", "5000000001")).toBe("medium");
  expect(by("", "")).toBeNull();
});

it("counts the workers of a visit that are no acts yet, but for the one that is open", () => {
  const [sent, typed, open] = [hand({ op: "made" }), hand({}), hand({})];
  const visit = { firm, hands: [sent, typed, open], op: null };
  expect(unsent(visit)).toBe(2);
  expect(unsent(visit, open)).toBe(1);
  expect(unsent(visit, hand({}))).toBe(2);
});

describe("what a worker of an employer costs", () => {
  it("turns daily and piece wages into those of a month", () => {
    expect(priceOf(hand({ amounts: ["2000000", "", ""] }), firm, rules, TODAY)?.total).toBe(16_800);
    expect(priceOf(hand({ kind: "daily", amounts: ["80000", "", ""] }), firm, rules, TODAY)?.total).toBe(16_800);
    const piece = hand({ kind: "piece", amounts: ["3000000", "1000000", "2000000"] });
    expect(amountsOf(piece)).toEqual([2_000_000, 1_000_000, 3_000_000]);
    expect(priceOf(piece, firm, rules, TODAY)?.total).toBe(16_800);
  });

  it("has no price while the wage or the scale is missing", () => {
    expect(priceOf(hand({}), firm, rules, TODAY)).toBeNull();
    expect(priceOf(hand({ amounts: ["2000000", "", ""] }), EMPTY_FIRM, rules, TODAY)).toBeNull();
  });

  it("follows the scale, and leaves out who is too old for JKP", () => {
    const pu = puRules(rules);
    if (pu === null) throw new Error("no rules of wage earners");
    expect(programmesOf(firm, pu, "1995-05-05", TODAY)).toEqual(["JKK", "JKM"]);
    const small: Firm = { ...firm, scale: "small", more: ["JKP"] };
    expect(programmesOf(small, pu, "1995-05-05", TODAY)).toEqual(["JKK", "JKM", "JHT", "JKP"]);
    expect(programmesOf(small, pu, "1965-05-05", TODAY)).toEqual(["JKK", "JKM", "JHT"]);
    expect(programmesOf({ ...firm, more: ["JKP"] }, pu, "1995-05-05", TODAY)).toEqual(["JKK", "JKM"]);
  });
});

describe("the owner's own enrolment", () => {
  it("begins with what the visit knows, and JHT is obligatory", () => {
    const typed = {
      owner: "Siti Aminah",
      ownerNik: "1571 0841 0180 0001",
      phone: "0812 3456 7890",
      region: "15.71.08.1001",
    };
    const form = ownerForm(ownerOf({ ...firm, ...typed }));
    expect(form).toMatchObject({ name: "Siti Aminah", nik: "1571084101800001", phoneOwner: "own", employs: true });
    expect([form.phone, form.region]).toEqual(["0812 3456 7890", "15.71.08.1001"]);
    expect(ownProgrammesOf(form, rules)).toContain("JHT");
    expect(ownerForm(ownerOf(firm)).phoneOwner).toBeNull();
  });
});
