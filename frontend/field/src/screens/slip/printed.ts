/** What goes to a 58 mm receipt printer (ESC/POS, 32 columns, 384 dots). Loads the encoder only when something is printed. */
import type { Slip } from "./slip";

/** Letters in a line of the common font on paper of 58 mm. */
export const COLUMNS = 32;
/** Dots across the paper. */
export const DOTS = 384;
/** As the printers have it that give no name to go by. */
const MODEL = "pos-5890";
/** Lines of paper between the last word and where it is torn off. */
const FEED = 4;
/** Of a QR code on paper: dots a module has at most, and the empty modules that a scanner wants on each side. */
const LARGEST_MODULE = 4;
const QUIET = 4;

/** What is written on the paper line by line; every line fits. */
export interface Printing {
  line(text: string): void;
  /** Larger and fat: the code, the sum. */
  large(text: string): void;
  /** Fat until it is switched off. */
  bold(on: boolean): void;
  centre(on: boolean): void;
  rule(): void;
  qr(text: string): Promise<void>;
}

/** The bytes of a paper, from its reset to the paper that is fed out at the end. */
export async function printedBytes(write: (paper: Printing) => void | Promise<void>): Promise<Uint8Array> {
  const { default: Encoder } = await import("@point-of-sale/receipt-printer-encoder");
  const encoder = new Encoder({ printerModel: MODEL, columns: COLUMNS, language: "esc-pos", feedBeforeCut: 0 });
  encoder.initialize();
  const line = (text: string) => {
    for (const part of wrapWords(plain(text), COLUMNS)) encoder.line(part);
  };
  await write({
    line,
    large: (text) => {
      encoder.bold(true).size(1, 2);
      line(text);
      encoder.size(1, 1).bold(false);
    },
    bold: (on) => void encoder.bold(on),
    centre: (on) => void encoder.align(on ? "center" : "left"),
    // Not the encoder's own: its line is a letter of a code page that cheap printers take for half a Chinese one.
    rule: () => void encoder.line("-".repeat(COLUMNS)),
    qr: async (text) => void encoder.qrcode(text, { model: 2, size: await moduleSize(text), errorlevel: "l" }),
  });
  return encoder.newline(FEED).encode();
}

export function slipBytes(slip: Slip): Promise<Uint8Array> {
  return printedBytes((paper) => {
    paper.centre(true);
    paper.bold(true);
    paper.line(slip.heading);
    paper.bold(false);
    paper.rule();
    paper.large(slip.codeShown);
    paper.large(slip.amount);
    paper.centre(false);
    paper.rule();
    for (const [name, value] of slip.rows) paper.line(`${name}: ${value}`);
    paper.rule();
    paper.bold(!slip.ready);
    for (const note of slip.notes) paper.line(note);
    paper.bold(false);
    paper.rule();
    for (const text of slip.foot) paper.line(text);
  });
}

/** Dots a module of this code may have so that the code fits on the paper: the printer leaves out what is wider. */
async function moduleSize(text: string): Promise<number> {
  const { encode } = await import("uqr");
  const { size } = encode(text, { ecc: "L", border: 0 });
  return Math.max(1, Math.min(LARGEST_MODULE, Math.floor(DOTS / (size + 2 * QUIET))));
}

/** Letters that have no accent to take off. */
const FOLDED: Readonly<Record<string, string>> = {
  ß: "ss",
  æ: "ae",
  Æ: "AE",
  œ: "oe",
  Œ: "OE",
  ø: "o",
  Ø: "O",
  đ: "d",
  Đ: "D",
  ð: "d",
  Ð: "D",
  ł: "l",
  Ł: "L",
  ı: "i",
  þ: "th",
  Þ: "Th",
  ʼ: "'",
  "‘": "'",
  "’": "'",
  "“": '"',
  "”": '"',
  "‐": "-",
  "‑": "-",
  "–": "-",
  "—": "-",
  "−": "-",
  "⁄": "/",
  "×": "x",
  "·": "-",
  "•": "-",
};
const UNKNOWN = "?";

/** Letters that every printer has, whatever its code page. What it cannot write stands as a question mark: nothing goes in silence. */
export function plain(text: string): string {
  const folded = text
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .replace(/\p{Cf}/gu, "")
    .replace(/\s/gu, " ");
  return [...folded].map((letter) => (/[\x20-\x7e]/.test(letter) ? letter : (FOLDED[letter] ?? UNKNOWN))).join("");
}

/** Ends a line in the middle of a word, where the word is no address. */
const GOES_ON = "-";

/** Lines of at most `width` letters, broken between words. A word longer than a line goes on in the next, marked as such; an address
 * does without the mark, which would be read as a part of it. */
export function wrapWords(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let current = "";
  for (const word of text.split(/\s+/).flatMap((long) => pieces(long, width))) {
    if (current === "") current = word;
    else if (current.length + 1 + word.length <= width) current = `${current} ${word}`;
    else {
      lines.push(current);
      current = word;
    }
  }
  return current === "" ? lines : [...lines, current];
}

function pieces(word: string, width: number, mark = word.includes("://") ? "" : GOES_ON): string[] {
  if (word.length <= width) return word === "" ? [] : [word];
  const at = width - mark.length;
  return [word.slice(0, at) + mark, ...pieces(word.slice(at), width, mark)];
}
