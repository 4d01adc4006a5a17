/** The slip as bytes for a 58 mm receipt printer (ESC/POS, 32 columns). Loads the encoder only when something is printed. */
import type { Slip } from "./slip";

/** Letters in a line of the common font on paper of 58 mm. */
export const COLUMNS = 32;
/** As the printers have it that give no name to go by. */
const MODEL = "pos-5890";

export async function slipBytes(slip: Slip): Promise<Uint8Array> {
  const { default: Encoder } = await import("@point-of-sale/receipt-printer-encoder");
  const encoder = new Encoder({ printerModel: MODEL, columns: COLUMNS, language: "esc-pos", feedBeforeCut: 0 });
  encoder.initialize().align("center").bold(true).line(plain(slip.heading)).bold(false).rule();
  encoder.bold(true).size(1, 2).line(plain(slip.codeShown)).size(1, 1);
  encoder.size(1, 2).line(plain(slip.amount)).size(1, 1).bold(false).align("left").rule();
  for (const [name, value] of slip.rows) line(encoder, `${name}: ${value}`);
  encoder.rule();
  encoder.bold(!slip.ready);
  for (const note of slip.notes) line(encoder, note);
  encoder.bold(false).rule();
  for (const text of slip.foot) line(encoder, text);
  return encoder.newline(4).encode();
}

function line(encoder: { line(text: string): unknown }, text: string): void {
  for (const part of wrapWords(plain(text), COLUMNS)) encoder.line(part);
}

/** Letters that every printer has, whatever its code page. */
export function plain(text: string): string {
  return text
    .normalize("NFKD")
    .replace(/[\u2013\u2014]/g, "-")
    .replace(/\u2026/g, "...")
    .replace(/[^\x20-\x7e]/g, "");
}

/** Lines of at most `width` letters, broken between words; a word longer than a line is cut. */
export function wrapWords(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let current = "";
  for (const word of text.split(/\s+/).flatMap((long) => long.match(new RegExp(`.{1,${width}}`, "g")) ?? [])) {
    if (current === "") current = word;
    else if (current.length + 1 + word.length <= width) current = `${current} ${word}`;
    else {
      lines.push(current);
      current = word;
    }
  }
  return current === "" ? lines : [...lines, current];
}
