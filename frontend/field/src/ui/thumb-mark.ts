/** The mark that a held thumb leaves: ridges drawn round where it lay, as large as it lay. A sign, no fingerprint. Pure. */

export interface Touch {
  /** Middle of the touch, in a box of 320 x 140. */
  readonly x: number;
  readonly y: number;
  /** Half of its width and height as the glass tells them, in the same box. */
  readonly rx: number;
  readonly ry: number;
}

export const PAD = { width: 320, height: 140 } as const;
const RIDGES = 6;
const LEAST = 22;
const MOST = 56;
/** Of a quarter of an ellipse drawn as one cubic curve. */
const BEND = 0.5523;

/** SVG path data of curves only; `part` 0 to 1 is how long the thumb was held. */
export function thumbMark({ x, y, rx, ry }: Touch, part: number): string {
  const [wide, high] = [clamp(rx), clamp(ry * 1.25)];
  const ridges = Math.max(1, Math.round(RIDGES * part));
  return Array.from({ length: ridges }, (_, index) => {
    const size = (index + 1) / RIDGES;
    return ellipse(x, y + (1 - size) * 4, wide * size, high * size);
  }).join("");
}

function clamp(radius: number): number {
  return Math.min(MOST, Math.max(LEAST, radius));
}

function ellipse(x: number, y: number, rx: number, ry: number): string {
  const at = (dx: number, dy: number) =>
    `${Math.round((x + dx * rx) * 10) / 10} ${Math.round((y + dy * ry) * 10) / 10}`;
  const curve = (a: string, b: string, to: string) => `C${a} ${b} ${to}`;
  return [
    `M${at(-1, 0)}`,
    curve(at(-1, -BEND), at(-BEND, -1), at(0, -1)),
    curve(at(BEND, -1), at(1, -BEND), at(1, 0)),
    curve(at(1, BEND), at(BEND, 1), at(0, 1)),
    curve(at(-BEND, 1), at(-1, BEND), at(-1, 0.15)),
  ].join("");
}
