/** For tests: a receipt printer of 58 mm that knows the few commands there are on paper, and stops at any other byte. */

export interface OnLine {
  /** Without the spaces that centre it. */
  readonly text: string;
  /** Letters across, with those spaces. */
  readonly width: number;
  readonly bold: boolean;
  readonly tall: boolean;
}

export interface OnPaper {
  /** Every line that was put out, empty ones too. */
  readonly lines: readonly OnLine[];
  /** What the codes say, with the dots a module has. */
  readonly codes: readonly { readonly text: string; readonly module: number; readonly level: string }[];
  /** Lines of empty paper at the end. */
  readonly fed: number;
}

const LF = 0x0a;
const CR = 0x0d;
const ESC = 0x1b;
const FS = 0x1c;
const GS = 0x1d;
const LEVELS: Readonly<Record<number, string>> = { 48: "L", 49: "M", 50: "Q", 51: "H" };

/** Throws where the first command is no reset, at a byte outside printable ASCII, or at a command it does not know. */
export function printOut(bytes: Uint8Array): OnPaper {
  if (bytes[0] !== ESC || bytes[1] !== 0x40) throw new Error("it does not begin with a reset");
  const lines: OnLine[] = [];
  const codes: { text: string; module: number; level: string }[] = [];
  let [at, text, bold, tall, module, level, stored] = [0, "", false, false, 0, "", ""];
  let looks = { bold, tall };
  const byte = (step: number): number => bytes[at + step] ?? 0;
  const code = (): number => {
    const length = byte(3) + 256 * byte(4);
    const body = bytes.subarray(at + 5, at + 5 + length);
    if (body.length !== length) throw new Error("a code is cut");
    if (body[1] === 0x43) module = body[2] ?? 0;
    else if (body[1] === 0x45) level = LEVELS[body[2] ?? 0] ?? "";
    else if (body[1] === 0x50) stored = new TextDecoder("latin1").decode(body.subarray(3));
    else if (body[1] === 0x51) codes.push({ text: stored, module, level });
    else if (body[1] !== 0x41) throw new Error(`unknown part of a code ${body[1]}`);
    return 5 + length;
  };
  const afterEscape = (): number => {
    if (byte(1) === 0x40) return 2;
    if (byte(1) === 0x45) bold = byte(2) === 1;
    // Left, centre, right; the font; the code page, of which ASCII is the same in all.
    else if (byte(1) !== 0x61 && byte(1) !== 0x4d && byte(1) !== 0x74)
      throw new Error(`unknown command ESC ${byte(1)}`);
    return 3;
  };
  /** No Chinese letters: each byte is one letter. */
  const afterFs = (): number => {
    if (byte(1) !== 0x2e) throw new Error(`unknown command FS ${byte(1)}`);
    return 2;
  };
  const group = (): number => {
    if (byte(1) === 0x28 && byte(2) === 0x6b) return code();
    if (byte(1) !== 0x21) throw new Error(`unknown command GS ${byte(1)}`);
    tall = (byte(2) & 0x0f) > 0;
    return 3;
  };
  const letter = (): number => {
    const one = byte(0);
    if (one === LF) {
      lines.push({ text: text.trim(), width: text.trimEnd().length, ...looks });
      text = "";
    } else if (one < 0x20 || one > 0x7e) {
      if (one !== CR) throw new Error(`byte ${one} is no letter of every printer`);
    } else {
      text += String.fromCharCode(one);
      if (one !== 0x20) looks = { bold, tall };
    }
    return 1;
  };
  const steps: Readonly<Record<number, () => number>> = { [ESC]: afterEscape, [FS]: afterFs, [GS]: group };
  while (at < bytes.length) at += (steps[byte(0)] ?? letter)();
  if (text !== "") throw new Error("the last line is not put out");
  const last = lines.findLastIndex((line) => line.text !== "");
  return { lines, codes, fed: lines.length - 1 - last };
}
