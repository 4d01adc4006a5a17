import { describe, expect, test } from "vitest";
import type { MemberView } from "../../engine/contract";
import { slipTexts } from "../../i18n/slip";
import { layOut, piecesOf as picturePieces } from "./picture";
import { COLUMNS, plain, slipBytes, wrapWords } from "./printed";
import { piecesOf } from "./printer";
import { hasSlip, isPast, makeSlip, type Slip, shortenName } from "./slip";
import { platformOf, smsLink, smsText } from "./sms";

const MEMBER: MemberView = {
  key: "m",
  enrolment: null,
  op: "o",
  name: "Siti Aminah Kusuma",
  nik: "1571**********01",
  state: "unsent",
  opStatus: "unsent",
  review: null,
  error: null,
  capturedOn: "2026-11-22",
  region: "15.71.08.1001",
  phone: "+6281200000001",
  programmes: ["JKK", "JKM"],
  months: 3,
  paymentCode: "8801500000000457",
  amount: null,
  payBy: null,
  payLink: null,
  paidThrough: null,
  coverFrom: null,
  kpj: null,
  core: null,
  photoPending: false,
  photoBy: null,
  cancelling: false,
  canCancel: true,
};
const slipOf = (change: Partial<MemberView> = {}, language: "id" | "en" = "id"): Slip =>
  makeSlip({
    member: { ...MEMBER, ...change },
    shown: 16_800,
    agent: { name: "Rina Kartika", code: "P-1501-0001" },
    branch: "KC Jambi",
    timezone: "Asia/Jakarta",
    language,
    texts: slipTexts[language],
  });
const wordsOf = (slip: Slip): string => JSON.stringify(slip);

describe("a slip without signal", () => {
  const slip = slipOf();
  test("has code, sum named, and until when the price holds", () => {
    expect(slip).toMatchObject({
      name: "Siti A. K.",
      amount: "Rp16.800",
      codeShown: "8801 5000 0000 0457",
      until: "30 Nov 2026",
      ready: false,
    });
    expect(slip.notes[0]).toBe(slipTexts.id.notYet);
    expect(slip.notes).toContain(slipTexts.id.cover);
    expect(wordsOf(slip)).toContain("175");
  });
  test("names no NIK and no whole name", () => {
    expect(wordsOf(slip)).not.toContain("1571");
    expect(wordsOf(slip)).not.toContain("Aminah");
  });
  test("without a code left says that it follows", () => {
    const later = slipOf({ paymentCode: null });
    expect(later).toMatchObject({ code: null, codeShown: slipTexts.id.codeLater, ready: false });
    expect(later.notes[0]).toBe(slipTexts.id.notYetNoCode);
  });
});

test("a slip of an accepted enrolment has the bill's sum, day and link", () => {
  const slip = slipOf({
    state: "accepted",
    amount: 33_600,
    payBy: "2026-12-22T16:59:59Z",
    payLink: "https://example.test/p/abc",
  });
  expect(slip).toMatchObject({ ready: true, amount: "Rp33.600", until: "22 Des 2026, 23.59 WIB" });
  expect(slip.notes).not.toContain(slipTexts.id.notYet);
  expect(slip.foot.at(-1)).toContain("https://example.test/p/abc");
});

test.each([
  [{ state: "unsent" }, true],
  [{ state: "review" }, true],
  [{ state: "accepted" }, true],
  [{ state: "accepted", paymentCode: null }, false],
  [{ state: "active" }, false],
  [{ state: "rejected" }, false],
  [{ state: "unsent", cancelling: true }, false],
] as const)("%j has a slip: %s", (change, has) => expect(hasSlip({ ...MEMBER, ...change })).toBe(has));

test("a code is past after its last moment, where it was one to pay with", () => {
  const payBy = "2026-12-22T16:59:59Z";
  const at = (now: string, state: MemberView["state"] = "accepted") => isPast({ state, payBy }, Date.parse(now));
  expect(at("2026-12-22T16:59:59Z")).toBe(false);
  expect(at("2026-12-22T17:00:00Z")).toBe(true);
  expect(at("2026-12-22T17:00:00Z", "active")).toBe(false);
  expect(isPast({ state: "accepted", payBy: null }, Date.parse("2030-01-01"))).toBe(false);
});

test("names are shortened; a name of one word is whole", () => {
  expect(shortenName("Suparman")).toBe("Suparman");
  expect(shortenName("  siti  aminah ")).toBe("siti A.");
});

describe("by SMS", () => {
  test("says code, sum and that it cannot be paid yet, in letters every phone has", () => {
    const text = smsText(slipOf(), slipTexts.id);
    for (const part of ["Siti A. K.", "8801500000000457", "Rp16.800", "30 Nov 2026", slipTexts.id.notYet, "175"]) {
      expect(text).toContain(part);
    }
    expect(text).toMatch(/^[\n\x20-\x7e]+$/);
    expect(text.length).toBeLessThanOrEqual(306);
  });
  test("opens the SMS app in the form of each platform, with or without a number", () => {
    expect(smsLink("+6281200000001", "a b&c", "android")).toBe("sms:+6281200000001?body=a%20b%26c");
    expect(smsLink("+6281200000001", "a", "ios")).toBe("sms:+6281200000001&body=a");
    expect(smsLink(null, "a", "android")).toBe("sms:?body=a");
    expect(smsLink("+62812****01", "a", "ios")).toBe("sms:&body=a");
  });
  test("knows the platform, also an iPad that says it is a Mac", () => {
    expect(platformOf("Mozilla/5.0 (Linux; Android 8.1)", 5)).toBe("android");
    expect(platformOf("Mozilla/5.0 (iPhone; CPU iPhone OS 16_0)", 5)).toBe("ios");
    expect(platformOf("Mozilla/5.0 (Macintosh; Intel Mac OS X)", 5)).toBe("ios");
    expect(platformOf("Mozilla/5.0 (Macintosh; Intel Mac OS X)", 0)).toBe("android");
  });
});

describe("on paper of 58 mm", () => {
  test("has the code, the sum and the warning, in lines that fit", async () => {
    const bytes = await slipBytes(slipOf());
    const text = new TextDecoder("latin1").decode(bytes);
    for (const part of ["8801 5000 0000 0457", "Rp16.800", "Nama: Siti A. K.", "Belum bisa dibayar sampai", "175"]) {
      expect(text).toContain(part);
    }
    expect(bytes.slice(0, 2)).toEqual(Uint8Array.from([0x1b, 0x40]));
    expect(text).not.toContain("1571");
  });
  test("breaks lines between words and cuts what is longer than a line", () => {
    const lines = wrapWords(
      "Bayar di bank, dompet digital, atau minimarket https://example.test/p/a-very-long-address",
      COLUMNS,
    );
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(COLUMNS);
    expect(lines[0]).toBe("Bayar di bank, dompet digital,");
    expect(wrapWords("", COLUMNS)).toEqual([]);
  });
  test("uses letters that every printer has", () => {
    expect(plain("Né \u2013 sampai \u2026")).toBe("Ne - sampai ...");
  });
  test("goes over in pieces that are the whole", () => {
    const bytes = Uint8Array.from({ length: 250 }, (_, index) => index);
    const pieces = piecesOf(bytes, 100);
    expect(pieces.map((piece) => piece.length)).toEqual([100, 100, 50]);
    expect(Uint8Array.from(pieces.flatMap((piece) => [...piece]))).toEqual(bytes);
  });
});

test("the picture has every word of the slip in lines that fit, from the top to the bottom", () => {
  const pieces = picturePieces(slipOf());
  const { lines, height } = layOut(pieces, (text, font) => text.length * Number(/(\d+)px/.exec(font)?.[1]) * 0.6);
  const words = (texts: readonly string[]) => texts.join(" ").split(/\s+/).join(" ");
  expect(words(lines.map((line) => line.text))).toBe(words(pieces.map((piece) => piece.text)));
  expect(lines.every((line, index) => index === 0 || line.y > (lines[index - 1]?.y ?? 0))).toBe(true);
  expect(height).toBeGreaterThan(lines.at(-1)?.y ?? 0);
});

test("both languages make a slip", () => {
  expect(slipOf({}, "en").notes[0]).toBe(slipTexts.en.notYet);
});
