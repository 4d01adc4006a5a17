/** A receipt as words: for the screen, a picture, an SMS and paper of 58 mm. Pure but for the encoder, which is loaded to print. */
import { encode } from "uqr";
import type { CashMade } from "../../engine";
import { spanOf } from "../../engine/cash";
import type { cashTexts } from "../../i18n/cash";
import { formatDate, formatInstant, formatMoney, formatMonth } from "../../i18n/format";
import type { Language } from "../../i18n/language";
import { COLUMNS, plain, wrapWords } from "../slip/printed";

type Texts = (typeof cashTexts)["id"];

export interface Paper {
  readonly heading: string;
  readonly amount: string;
  readonly number: string;
  readonly rows: readonly (readonly [string, string])[];
  readonly notes: readonly string[];
  /** What its QR leads to; null for a page of a book. */
  readonly address: string | null;
  readonly short: string;
}

export interface PaperInput {
  readonly made: CashMade;
  readonly agent: { readonly name: string; readonly code: string };
  readonly branch: string;
  readonly checkUrl: string;
  readonly timezone: string;
  readonly language: Language;
  readonly texts: Texts;
}

export function makePaper({ made, agent, branch, checkUrl, timezone, language, texts: t }: PaperInput): Paper {
  const headings = { cash: t.heading, advance: t.headingAdvance, repayment: t.headingRepayment };
  const [first, last] = spanOf(made.lines);
  const months =
    first === null
      ? "-"
      : `${formatMonth(first, language)}${last === first ? "" : ` - ${formatMonth(last ?? first, language)}`}`;
  const others = made.lines.length > 1 ? ` (${made.lines.length})` : "";
  return {
    heading: headings[made.kind],
    amount: formatMoney(made.amount),
    number: made.number,
    rows: [
      [t.number, made.number],
      [t.payer, `${made.payer}${others}`],
      [t.forMonths, `${months}, ${made.whole ? t.whole : t.instalment}`],
      ...(made.lines.length > 1 ? made.lines.map((line) => [line.name, formatMoney(line.amount)] as const) : []),
      [t.by, `${agent.name} (${agent.code}), ${branch}`],
      [t.made, formatInstant(made.madeAt, timezone, language)],
      ...(made.kind === "repayment" ? [] : [[t.depositBy, formatDate(made.dueOn, language)] as const]),
    ],
    notes: [...(made.kind === "advance" ? [t.advanceNote] : []), ...(made.kind === "repayment" ? [] : [t.notPaid])],
    address: made.signed === null ? null : `${checkUrl}${made.signed}`,
    short: `${checkUrl}?nomor=${made.number}`,
  };
}

/** Rows of modules, `1` dark: small enough to be scanned from a cheap screen, so with little correction. */
export function qrRows(text: string): readonly string[] {
  const { data } = encode(text, { ecc: "L", border: 0 });
  return data.map((row) => row.map((dark) => (dark ? "1" : "0")).join(""));
}

/** For 58 mm paper (ESC/POS, 384 dots across). */
export async function paperBytes(paper: Paper, checkWords: string): Promise<Uint8Array> {
  const { default: Encoder } = await import("@point-of-sale/receipt-printer-encoder");
  const encoder = new Encoder({ printerModel: "pos-5890", columns: COLUMNS, language: "esc-pos", feedBeforeCut: 0 });
  encoder.initialize().align("center").bold(true);
  for (const text of wrapWords(plain(paper.heading), COLUMNS)) encoder.line(text);
  encoder.size(1, 2).line(plain(paper.amount)).size(1, 1).bold(false).align("left").rule();
  const line = (text: string) => {
    for (const part of wrapWords(plain(text), COLUMNS)) encoder.line(part);
  };
  for (const [name, value] of paper.rows) line(`${name}: ${value}`);
  encoder.rule().bold(true);
  for (const note of paper.notes) line(note);
  encoder.bold(false);
  if (paper.address !== null) {
    encoder.align("center").qrcode(paper.address, { model: 2, size: 4, errorlevel: "l" }).align("left");
  }
  line(checkWords);
  line(paper.short);
  return encoder.newline(4).encode();
}
