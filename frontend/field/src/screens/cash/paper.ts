/** A receipt as words: for the screen, a picture, an SMS and paper of 58 mm. Pure but for the printer's encoder, which is loaded to print. */
import { encode } from "uqr";
import type { CashLine, CashMade } from "../../engine";
import { spanOf } from "../../engine/cash";
import type { cashTexts } from "../../i18n/cash";
import { formatDate, formatInstant, formatMoney, formatMonth } from "../../i18n/format";
import type { Language } from "../../i18n/language";
import { printedBytes } from "../slip/printed";
import { type Parts, partsOfAll } from "./parts";

type Texts = (typeof cashTexts)["id"];

export interface Paper {
  readonly heading: string;
  readonly amount: string;
  readonly number: string;
  /** Name, value, and of what the value is made up, for the screen. */
  readonly rows: readonly (readonly [name: string, value: string, parts?: string])[];
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
  const all = partsOfAll(made.lines);
  // Of an instalment nobody says it: it waits for what is missing.
  const asked = made.kind !== "repayment" && made.whole;
  return {
    heading: headings[made.kind],
    amount: formatMoney(made.amount),
    number: made.number,
    rows: [
      [t.number, made.number],
      [t.payer, `${made.payer}${others}`],
      [t.forMonths, `${months}, ${made.whole ? t.whole : t.instalment}`],
      ...(made.lines.length > 1 ? made.lines.map(rowOf) : []),
      ...(asked ? [[t.parts, all ? partsText(all) : t.partsElsewhere] as const] : []),
      [t.by, `${agent.name} (${agent.code}), ${branch}`],
      [t.made, formatInstant(made.madeAt, timezone, language)],
      ...(made.kind === "repayment" ? [] : [[t.depositBy, formatDate(made.dueOn, language)] as const]),
    ],
    notes: [...(made.kind === "advance" ? [t.advanceNote] : []), ...(made.kind === "repayment" ? [] : [t.notPaid])],
    address: made.signed === null ? null : `${checkUrl}${made.signed}`,
    short: `${checkUrl}?nomor=${made.number}`,
  };
}

function rowOf({ name, amount, parts }: CashLine): readonly [string, string, string] {
  return [name, formatMoney(amount), parts ? partsText(parts) : ""];
}

/** `JKK Rp8.000 · JKM Rp6.800`. */
function partsText(parts: Parts): string {
  return parts.map(([code, amount]) => `${code} ${formatMoney(amount)}`).join(" · ");
}

/** Rows of modules, `1` dark: small enough to be scanned from a cheap screen, so with little correction. */
export function qrRows(text: string): readonly string[] {
  const { data } = encode(text, { ecc: "L", border: 0 });
  return data.map((row) => row.map((dark) => (dark ? "1" : "0")).join(""));
}

/** For 58 mm paper, 384 dots across. */
export function paperBytes(paper: Paper, checkWords: string): Promise<Uint8Array> {
  return printedBytes(async (to) => {
    to.centre(true);
    to.bold(true);
    to.line(paper.heading);
    to.bold(false);
    to.large(paper.amount);
    to.centre(false);
    to.rule();
    for (const [name, value] of paper.rows) to.line(`${name}: ${value}`);
    to.rule();
    to.bold(true);
    for (const note of paper.notes) to.line(note);
    to.bold(false);
    if (paper.address !== null) {
      to.centre(true);
      await to.qr(paper.address);
      to.centre(false);
    }
    to.line(checkWords);
    to.line(paper.short);
  });
}
