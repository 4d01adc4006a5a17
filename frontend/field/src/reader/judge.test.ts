import { describe, expect, test } from "vitest";
import { goldenRules } from "../rules/golden";
import { fieldsOf } from "./fields";
import { judge } from "./judge";
import type { Findings } from "./read";
import { rowsOf } from "./rows";
import { CARD, changed, type Lines, type Spoilt, wordsOf } from "./testing";

const rules = goldenRules().nik;
const ON = "2026-11-22";
const NIK = "1571084107909001";

interface Seen extends Spoilt {
  readonly lines?: Lines;
  /** What the shapes of the digits said, and how surely; null where they could not be told apart. */
  readonly digits?: string | null;
  readonly sure?: number;
  readonly again?: string | null;
  readonly textHeight?: number;
}

function judged({ lines = CARD, digits = NIK, sure = 0.9, again = "SITI AMINAH", textHeight = 20, ...spoilt }: Seen) {
  const findings: Findings = {
    fields: fieldsOf(rowsOf(wordsOf(lines, spoilt))),
    digits: digits === null ? null : { digits, sureness: Array.from(digits, () => sure) },
    nameAgain: again === null ? null : { value: again, confidence: 0.9 },
    textHeight,
  };
  return judge(findings, { rules, on: ON });
}

describe("a NIK", () => {
  test("of sure digits is kept", () => expect(judged({}).nik).toBe(NIK));

  test.each([
    ["fifteen digits", NIK.slice(1)],
    ["a day that is none", "1571087207909001"],
    ["a month that is none", "1571084113909001"],
    ["a serial of noughts", "1571084107900000"],
    ["a leading nought", "0571084107909001"],
    ["a letter left", "15710841079O900?"],
  ])("that the rules refuse is left out: %s", (_name, digits) => expect(judged({ digits }).nik).toBeNull());

  test("that was hardly read is left out, unless the birth date beside it says the same", () => {
    const other = changed({ "Tempat/Tgl Lahir": ": JAMBI, 02-07-1990" });
    expect(judged({ sure: 0.4, lines: other }).nik).toBeNull();
    expect(judged({ sure: 0.4 }).nik).toBe(NIK);
  });

  test("surely read is kept although the birth date differs: it is for life, and never corrected", () => {
    const card = judged({ lines: changed({ "Tempat/Tgl Lahir": ": JAMBI, 02-07-1990" }) });
    expect([card.nik, card.birth_date]).toEqual([NIK, "1990-07-02"]);
  });

  test("that only the model read counts with the birth date alone", () => {
    expect(judged({ digits: null }).nik).toBe(NIK);
    expect(judged({ digits: null, lines: changed({ "Tempat/Tgl Lahir": ": JAMBI" }), confidence: 0.7 }).nik).toBeNull();
  });
});

describe("a name", () => {
  test("seen alike twice has the words of the second look", () => {
    const card = judged({ lines: changed({ Nama: ": SITIAMINAH" }) });
    expect(card.name).toBe("SITI AMINAH");
  });

  test("seen differently is left out", () => expect(judged({ again: "SIT AMINAN" }).name).toBeNull());
  test("of two rows was seen once", () => expect(judged({ again: null }).name).toBe("SITI AMINAH"));
  test("of one letter is none", () => expect(judged({ lines: changed({ Nama: ": S" }), again: null }).name).toBeNull());
});

describe("a field", () => {
  test("below its floor stays empty, and says how sure it was", () => {
    const card = judged({ unsure: { HANDIL: 0.2 } });
    expect([card.village, card.confidence.village, card.district]).toEqual([null, 0.2, "JELUTUNG"]);
  });

  test("that was not there has confidence 0", () => {
    expect(judged({ lines: changed({ Kecamatan: "" }) }).confidence.district).toBe(0);
  });
});

describe("what to do about the picture", () => {
  test("nothing where the card was read", () => expect(judged({}).advice).toBeNull());

  test("closer where the letters are too small, and nothing of it is kept", () => {
    const card = judged({ textHeight: 8 });
    expect(card.advice).toBe("closer");
    expect(card).toMatchObject({ nik: null, name: null, birth_date: null, address: null, village: null });
  });

  test("closer where hardly a label was found", () => {
    expect(judged({ lines: CARD.slice(0, 4) }).advice).toBe("closer");
  });
});
