import jsQR from "jsqr";
import { encode } from "uqr";
import { describe, expect, test } from "vitest";
import { checkReceipt, findCode } from "../../engine/cash-check";
import type { CashMade } from "../../engine/contract-cash";
import { cashTexts } from "../../i18n/cash";
import type { Language } from "../../i18n/language";
import { makePaper, paperBytes } from "../cash/paper";
import vector from "../cash/vector.json";
import { COLUMNS, DOTS, plain, printedBytes, slipBytes, wrapWords } from "./printed";
import type { Slip } from "./slip";
import { printOut } from "./testing-printer";

const CHECK_URL = "https://perisai.example/kuitansi/";
const LONG = "Muhammad Nurkholis Wirahadikusumah bin Tengku Abdurrahman Sastrowardoyo";
const LINE = { enrolment: "e", phone: null, first_month: "2026-11", last_month: "2027-01", amount: 50_400 };

function paperOf(change: Partial<CashMade> = {}, language: Language = "id") {
  const made: CashMade = {
    number: "K150100000018",
    paper: null,
    kind: "cash",
    whole: true,
    payer: "Siti Aminah",
    lines: [{ ...LINE, name: "Siti Aminah" }],
    amount: 50_400,
    madeAt: Date.parse("2026-11-23T03:00:00Z"),
    dueOn: "2026-11-25",
    signed: vector.code,
    op: "op",
    voided: null,
    ...change,
  };
  const agent = { name: "Réné Ødegård", code: "P-1501-0001" };
  const texts = cashTexts[language];
  return makePaper({ made, agent, branch: "KC Jambi", checkUrl: CHECK_URL, timezone: "Asia/Jakarta", language, texts });
}

async function printed(change: Partial<CashMade> = {}, language: Language = "id") {
  return printOut(await paperBytes(paperOf(change, language), cashTexts[language].checkAt));
}

/** Words as they are read over the ends of lines; what goes on in the next line is put together again. */
function read(lines: readonly { readonly text: string }[]): string {
  return lines
    .map((line) => line.text)
    .join(" ")
    .replace(/\s+/g, " ");
}

describe("a receipt on paper", () => {
  test.each([["id"], ["en"]] as const)(
    "says every word of the screen in lines of 32 letters (%s)",
    async (language) => {
      const several = Array.from({ length: 30 }, (_, at) => ({ ...LINE, name: at === 7 ? LONG : `Peserta ke-${at}` }));
      const change = { lines: several, payer: "Koperasi Ojek Pasar Angso Duo", amount: 30 * 50_400 };
      const paper = paperOf(change, language);
      const { lines } = await printed(change, language);
      expect(Math.max(...lines.map((line) => line.width))).toBeLessThanOrEqual(COLUMNS);
      const all = read(lines);
      for (const [name, value] of paper.rows) expect(all).toContain(plain(`${name}: ${value}`));
      for (const note of [paper.heading, ...paper.notes]) expect(all).toContain(plain(note));
      expect(all.replace(/ /g, "")).toContain(paper.short);
    },
  );

  test("has its sum and what is not paid yet large and fat", async () => {
    const { lines } = await printed();
    expect(lines.find((line) => line.text === "Rp50.400")).toMatchObject({ bold: true, tall: true });
    expect(lines.find((line) => line.text.startsWith("Iuran BELUM lunas"))).toMatchObject({ bold: true });
    expect(lines.find((line) => line.text.startsWith("Nomor"))).toMatchObject({ bold: false, tall: false });
  });

  test("has a code that the verifier takes for genuine", async () => {
    const { codes } = await printed();
    expect(codes.map((one) => one.text)).toEqual([`${CHECK_URL}${vector.code}`]);
    const code = findCode(codes[0]?.text ?? "");
    expect(code).toBe(vector.code);
    const checked = await checkReceipt(code ?? "", { server_key: vector.server_key, ended: [] });
    expect(checked).toMatchObject({ verdict: "genuine", said: vector.said, agentCode: vector.agent });
  });

  test("has a code no wider than the paper, also with the longest address, and a scanner reads its dots", async () => {
    for (const length of [vector.code.length, 700, 900]) {
      const { codes } = await printed({ signed: vector.code.padEnd(length, "A") });
      const [one] = codes;
      const { data, size } = encode(one?.text ?? "", { ecc: "L", border: 4 });
      expect(one?.module).toBeGreaterThanOrEqual(3);
      expect(size * (one?.module ?? 0)).toBeLessThanOrEqual(DOTS);
      expect(scan(data, one?.module ?? 0)).toBe(`${CHECK_URL}${vector.code.padEnd(length, "A")}`);
    }
  });

  test("of a page of a book has no code, and is fed out like any other", async () => {
    const { codes, fed } = await printed({ signed: null, number: "B/17", paper: { series: "B", page: 17 } });
    expect(codes).toEqual([]);
    expect(fed).toBeGreaterThanOrEqual(3);
    expect((await printed()).fed).toBe(fed);
  });
});

describe("letters", () => {
  test.each([
    ["Né – sampai …", "Ne - sampai ..."],
    ["Réné Ødegård Łukasz Đức", "Rene Odegard Lukasz Duc"],
    ["Nur’aini “Ani”\u00a0S.", 'Nur\'aini "Ani" S.'],
    ["Straße ½ · 3×", "Strasse 1/2 - 3x"],
    ["a\u200db\ufeffc\td", "abc d"],
  ])("%s are folded to those of every printer", (text, shown) => expect(plain(text)).toBe(shown));

  test("that no printer has stand as a mark, one for each", () => {
    expect(plain("Siti 😀 李")).toBe("Siti ? ?");
  });
});

describe("lines", () => {
  test("longer words go on in the next line with a mark, addresses without", () => {
    const name = "A".repeat(70);
    const lines = wrapWords(`Nama: ${name}`, COLUMNS);
    expect(lines).toEqual(["Nama:", `${"A".repeat(31)}-`, `${"A".repeat(31)}-`, "A".repeat(8)]);
    const address = `https://perisai.example/${"b".repeat(60)}`;
    expect(wrapWords(address, COLUMNS).join("")).toBe(address);
    expect(wrapWords(address, COLUMNS).every((line) => line.length <= COLUMNS)).toBe(true);
  });

  test("are the same whoever writes them, and large ones fit too", async () => {
    const { lines } = printOut(
      await printedBytes((paper) => {
        paper.large("9".repeat(40));
        paper.rule();
      }),
    );
    expect(lines.filter((line) => line.text !== "").map((line) => line.text)).toEqual([
      `${"9".repeat(31)}-`,
      "9".repeat(9),
      "-".repeat(COLUMNS),
    ]);
  });
});

test("a slip has its code and sum large, and everything else in lines that fit", async () => {
  const slip: Slip = {
    heading: "[LATIHAN] BPJS Ketenagakerjaan contribution",
    name: "Siti A.",
    amount: "Rp16.800",
    code: "8801500000000457",
    codeShown: "8801 5000 0000 0457",
    until: "30 Nov 2026",
    ready: false,
    notes: [
      "Belum bisa dibayar sampai pendaftaran terkirim dan diterima.",
      "Perlindungan mulai setelah iuran diterima.",
    ],
    rows: [["Nama", LONG]],
    foot: ["Rincian: https://perisai.example/p/0123456789abcdefghijklmnopqrstuvwxyz"],
  };
  const { lines, fed } = printOut(await slipBytes(slip));
  expect(Math.max(...lines.map((line) => line.width))).toBeLessThanOrEqual(COLUMNS);
  const all = read(lines);
  for (const text of [slip.heading, ...slip.notes, `Nama: ${LONG}`]) expect(all).toContain(text);
  for (const text of [slip.codeShown, slip.amount])
    expect(lines.find((line) => line.text === text)).toMatchObject({ bold: true, tall: true });
  expect(fed).toBeGreaterThanOrEqual(3);
});

function scan(data: readonly (readonly boolean[])[], module: number): string | null {
  const side = data.length * module;
  const points = new Uint8ClampedArray(side * side * 4);
  for (let at = 0; at < side * side; at += 1) {
    const isDark = data[Math.floor(at / side / module)]?.[Math.floor((at % side) / module)] === true;
    points.set(isDark ? [0, 0, 0, 255] : [255, 255, 255, 255], at * 4);
  }
  return jsQR(points, side, side, { inversionAttempts: "dontInvert" })?.data ?? null;
}
