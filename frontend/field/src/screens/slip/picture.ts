/** The slip as a picture: black on white, as paper is, whatever the theme; wide enough to be read on any phone. */
import type { Slip } from "./slip";

const WIDTH = 720;
const EDGE = 40;
const INK = "#141d19";
const SOFT = "#42504a";
const PAPER = "#ffffff";
const FAMILY = "system-ui, Roboto, 'Noto Sans', Arial, sans-serif";

interface Piece {
  readonly text: string;
  /** Pixels. */
  readonly size: number;
  readonly bold?: boolean;
  readonly colour?: string;
  /** A line across before it. */
  readonly rule?: boolean;
}

/** What stands on the picture, from the top. */
export function piecesOf(slip: Slip): readonly Piece[] {
  return [
    { text: slip.heading, size: 34, bold: true },
    { text: slip.codeShown, size: slip.code ? 54 : 40, bold: true, rule: true },
    { text: slip.amount, size: 54, bold: true },
    ...slip.rows.map(([name, value], index) => ({ text: `${name}: ${value}`, size: 32, rule: index === 0 })),
    ...slip.notes.map((text, index) => ({ text, size: 32, bold: index === 0 && !slip.ready, rule: index === 0 })),
    ...slip.foot.map((text, index) => ({ text, size: 26, colour: SOFT, rule: index === 0 })),
  ];
}

interface Placed extends Piece {
  readonly y: number;
}

type Measure = (text: string, font: string) => number;

/** Lines with their places: no line is wider than the paper. */
export function layOut(
  pieces: readonly Piece[],
  measure: Measure,
): { readonly lines: Placed[]; readonly height: number } {
  const lines: Placed[] = [];
  let y = EDGE;
  for (const piece of pieces) {
    if (piece.rule) y += 28;
    for (const [index, text] of wrap(piece, measure).entries()) {
      y += Math.round(piece.size * 1.35);
      lines.push({ ...piece, text, y, rule: piece.rule === true && index === 0 });
    }
  }
  return { lines, height: y + EDGE };
}

function wrap(piece: Piece, measure: Measure): string[] {
  const fits = (text: string) => measure(text, fontOf(piece)) <= WIDTH - 2 * EDGE;
  const lines: string[] = [];
  let current = "";
  for (const word of piece.text.split(" ")) {
    const longer = current === "" ? word : `${current} ${word}`;
    if (fits(longer) || current === "") current = longer;
    else {
      lines.push(current);
      current = word;
    }
  }
  return [...lines, current];
}

function fontOf(piece: Piece): string {
  return `${piece.bold ? "700 " : ""}${piece.size}px ${FAMILY}`;
}

export async function slipPicture(slip: Slip): Promise<File> {
  const canvas = document.createElement("canvas");
  const paint = canvas.getContext("2d");
  if (!paint) throw new Error("no canvas");
  const measure: Measure = (text, font) => {
    paint.font = font;
    return paint.measureText(text).width;
  };
  const { lines, height } = layOut(piecesOf(slip), measure);
  canvas.width = WIDTH;
  canvas.height = height;
  draw(paint, lines, height);
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/png"));
  if (!blob) throw new Error("no picture");
  return new File([blob], `slip-${slip.code ?? "perisai"}.png`, { type: "image/png" });
}

function draw(paint: CanvasRenderingContext2D, lines: readonly Placed[], height: number): void {
  paint.fillStyle = PAPER;
  paint.fillRect(0, 0, WIDTH, height);
  for (const line of lines) {
    if (line.rule) {
      paint.fillStyle = SOFT;
      paint.fillRect(EDGE, line.y - Math.round(line.size * 1.35) - 8, WIDTH - 2 * EDGE, 2);
    }
    paint.fillStyle = line.colour ?? INK;
    paint.font = fontOf(line);
    paint.fillText(line.text, EDGE, line.y);
  }
}

/** Through the phone's share sheet where it takes pictures, else as a download. Resolves with which it was. */
export async function handOver(files: readonly File[], title: string): Promise<"shared" | "saved" | "closed"> {
  const data = { files: [...files], title };
  if (navigator.canShare?.(data)) {
    try {
      await navigator.share(data);
      return "shared";
    } catch (error) {
      if (error instanceof Error && error.name === "AbortError") return "closed";
      throw error;
    }
  }
  files.forEach(save);
  return "saved";
}

export function save(file: File): void {
  const address = URL.createObjectURL(file);
  const anchor = document.createElement("a");
  anchor.href = address;
  anchor.download = file.name;
  anchor.click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
