/** The receipt as a picture: black on white, its QR large enough for a phone's camera. */
import type { Paper } from "./paper";
import { qrRows } from "./paper";

const WIDTH = 720;
const EDGE = 40;
const INK = "#141d19";
const FAMILY = "system-ui, Roboto, 'Noto Sans', Arial, sans-serif";

export async function paperPicture(paper: Paper): Promise<File> {
  const canvas = document.createElement("canvas");
  const paint = canvas.getContext("2d");
  if (!paint) throw new Error("no canvas");
  const texts = [
    { text: paper.heading, size: 32, bold: true },
    { text: paper.amount, size: 56, bold: true },
    ...paper.rows.map(([name, value]) => ({ text: `${name}: ${value}`, size: 28, bold: false })),
    ...paper.notes.map((text) => ({ text, size: 28, bold: true })),
  ];
  const lines = texts.flatMap((one) => wrap(paint, one.text, font(one)).map((text) => ({ ...one, text })));
  const rows = paper.address === null ? [] : qrRows(paper.address);
  const cell = rows.length === 0 ? 0 : Math.floor((WIDTH - 2 * EDGE) / rows.length);
  const textHeight = lines.reduce((sum, one) => sum + Math.round(one.size * 1.4), EDGE);
  canvas.width = WIDTH;
  canvas.height = textHeight + rows.length * cell + 2 * EDGE + 36;
  paint.fillStyle = "#ffffff";
  paint.fillRect(0, 0, canvas.width, canvas.height);
  paint.fillStyle = INK;
  let y = EDGE;
  for (const one of lines) {
    y += Math.round(one.size * 1.4);
    paint.font = font(one);
    paint.fillText(one.text, EDGE, y);
  }
  const left = Math.floor((WIDTH - rows.length * cell) / 2);
  for (const [row, text] of rows.entries())
    for (const [column, dark] of [...text].entries())
      if (dark === "1") paint.fillRect(left + column * cell, y + EDGE + row * cell, cell, cell);
  paint.font = `22px ${FAMILY}`;
  paint.fillText(paper.short, EDGE, canvas.height - EDGE / 2);
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/png"));
  if (!blob) throw new Error("no picture");
  return new File([blob], `${paper.number.replace("/", "-")}.png`, { type: "image/png" });
}

function font({ size, bold }: { readonly size: number; readonly bold: boolean }): string {
  return `${bold ? "700 " : ""}${size}px ${FAMILY}`;
}

function wrap(paint: CanvasRenderingContext2D, text: string, style: string): string[] {
  paint.font = style;
  const lines: string[] = [];
  let current = "";
  for (const word of text.split(" ")) {
    const longer = current === "" ? word : `${current} ${word}`;
    if (current === "" || paint.measureText(longer).width <= WIDTH - 2 * EDGE) current = longer;
    else {
      lines.push(current);
      current = word;
    }
  }
  return [...lines, current];
}
