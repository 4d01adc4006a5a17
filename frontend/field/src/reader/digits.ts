/**
 * Reads the sixteen digits of a NIK. They are printed in OCR-A (ISO 1073-1), a typeface of fixed shapes that the language
 * model was not taught: it takes 6 for 5 and 1 for L. Ten shapes to compare with are surer, and say how sure.
 */
import { type Box, cut, type Gray } from "./gray";
import { SHAPES } from "./ocr-a";

export const GRID = { width: 12, height: 16 } as const;

export interface DigitsRead {
  readonly digits: string;
  /** Of each digit, 0 to 1: how much nearer it is to its shape than to the next one. */
  readonly sureness: readonly number[];
}

const COUNT = 16;
/** A column with fewer inked pixels is a gap with a speck in it. */
const LEAST_INKED = 2;
/** Levels below which a pixel is ink, tried until sixteen signs stand apart. */
const INKS = [128, 100, 155, 80, 180];

/** The last sixteen signs in `box`, one line of print that falls by `slope`; null where they cannot be told apart. */
export function readDigits(image: Gray, box: Box, slope = 0): DigitsRead | null {
  const band = cut(image, box, 48 / Math.max(8, box.bottom - box.top), slope);
  for (const ink of INKS) {
    const signs = findSigns(stripe(band, ink), ink);
    if (signs) return compareAll(band, signs);
  }
  return null;
}

/** The rows of the line of print alone: specks and the line below have far less ink. */
function stripe(band: Gray, ink: number): Gray {
  const counts = inkOfRows(band, ink);
  const least = 0.15 * Math.max(...counts);
  let [start, best] = [-1, { top: 0, bottom: band.height }];
  let longest = 0;
  for (let y = 0; y <= counts.length; y++) {
    const full = y < counts.length && (counts[y] ?? 0) >= least;
    if (full && start < 0) start = y;
    if (full || start < 0) continue;
    if (y - start > longest) [longest, best] = [y - start, { top: start, bottom: y }];
    start = -1;
  }
  const [top, bottom] = [Math.max(0, best.top - 1), Math.min(band.height, best.bottom + 1)];
  const white = new Uint8ClampedArray(band.pixels.length).fill(255);
  white.set(band.pixels.subarray(top * band.width, bottom * band.width), top * band.width);
  return { ...band, pixels: white };
}

function inkOfRows({ width, height: rows, pixels }: Gray, ink: number): number[] {
  return Array.from({ length: rows }, (_, y) => {
    let inked = 0;
    for (let x = 0; x < width; x++) if ((pixels[y * width + x] ?? 255) < ink) inked += 1;
    return inked;
  });
}

function compareAll(band: Gray, signs: readonly Box[]): DigitsRead {
  const found = signs.map((sign) => compare(grid(band, sign)));
  return { digits: found.map(({ digit }) => digit).join(""), sureness: found.map(({ sure }) => sure) };
}

/** Boxes of sixteen signs of like height at like distances, from the right end; null where that is not what is there. */
function findSigns(band: Gray, ink: number): readonly Box[] | null {
  const runs = inkedRuns(band, ink).map(([left, right]) => tight(band, ink, left, right));
  const tall = Math.max(0, ...runs.map(height));
  const signs = runs.filter((run) => height(run) > 0.7 * tall && run.right - run.left < 1.1 * tall).slice(-COUNT);
  return signs.length === COUNT && evenlySpaced(signs) ? signs : null;
}

const height = (box: Box): number => box.bottom - box.top;
const middle = (box: Box): number => (box.left + box.right) / 2;

function evenlySpaced(signs: readonly Box[]): boolean {
  const gaps = signs.slice(1).map((sign, index) => middle(sign) - middle(signs[index] ?? sign));
  const usual = [...gaps].sort((a, b) => a - b)[Math.floor(gaps.length / 2)] ?? 0;
  return gaps.every((gap) => Math.abs(gap - usual) < 0.45 * usual);
}

/** Columns with ink that follow one another, as [first, after the last]. */
function inkedRuns({ width, height: rows, pixels }: Gray, ink: number): [number, number][] {
  const runs: [number, number][] = [];
  let start = -1;
  for (let x = 0; x <= width; x++) {
    let inked = 0;
    for (let y = 0; y < rows && x < width; y++) if ((pixels[y * width + x] ?? 255) < ink) inked += 1;
    if (inked >= LEAST_INKED && start < 0) start = x;
    if (inked < LEAST_INKED && start >= 0) {
      runs.push([start, x]);
      start = -1;
    }
  }
  return runs;
}

/** The box around the ink between two columns. */
function tight({ width, height: rows, pixels }: Gray, ink: number, left: number, right: number): Box {
  let top = rows;
  let bottom = 0;
  for (let y = 0; y < rows; y++)
    for (let x = left; x < right; x++)
      if ((pixels[y * width + x] ?? 255) < ink) {
        top = Math.min(top, y);
        bottom = y + 1;
      }
  return { left, right, top: Math.min(top, bottom), bottom };
}

/** A sign's darkness (0 to 1) on the grid: its height fills the grid, its middle is the grid's. */
export function grid(image: Gray, sign: Box): Float32Array {
  const factor = GRID.height / Math.max(1, sign.bottom - sign.top);
  const half = GRID.width / factor / 2;
  const framed = { left: middle(sign) - half, right: middle(sign) + half, top: sign.top, bottom: sign.bottom };
  const small = shrink(image, framed);
  return small.map((level) => 1 - level / 255);
}

/** Mean levels of the cells of the grid laid over `frame`. */
function shrink({ width, height: rows, pixels }: Gray, frame: Box): Float32Array {
  const cells = new Float32Array(GRID.width * GRID.height);
  const [stepX, stepY] = [(frame.right - frame.left) / GRID.width, (frame.bottom - frame.top) / GRID.height];
  for (let cell = 0; cell < cells.length; cell++) {
    const left = frame.left + (cell % GRID.width) * stepX;
    const top = frame.top + Math.floor(cell / GRID.width) * stepY;
    let [sum, count] = [0, 0];
    for (let y = Math.floor(top); y < Math.max(top + stepY, Math.floor(top) + 1); y++)
      for (let x = Math.floor(left); x < Math.max(left + stepX, Math.floor(left) + 1); x++) {
        sum += x >= 0 && y >= 0 && x < width && y < rows ? (pixels[y * width + x] ?? 255) : 255;
        count += 1;
      }
    cells[cell] = sum / Math.max(1, count);
  }
  return cells;
}

/** What is missing to a likeness of 1 counts this often. */
const STRICT = 1.2;

function compare(sign: Float32Array): { digit: string; sure: number } {
  const alike = SHAPES.map((shape, digit) => ({ digit: String(digit), likeness: correlation(sign, shape) }));
  const [first, second] = alike.sort((a, b) => b.likeness - a.likeness);
  if (!first || !second) return { digit: "?", sure: 0 };
  const distance = (1 - second.likeness) / Math.max(0.02, 1 - first.likeness);
  const sure = Math.min(1, Math.max(0, (distance - 1) / 2)) * Math.max(0, 1 - STRICT * (1 - first.likeness));
  return { digit: first.digit, sure };
}

function correlation(one: Float32Array, other: Float32Array): number {
  const [meanOne, meanOther] = [mean(one), mean(other)];
  let [both, ones, others] = [0, 0, 0];
  for (let at = 0; at < one.length; at++) {
    const [a, b] = [(one[at] ?? 0) - meanOne, (other[at] ?? 0) - meanOther];
    both += a * b;
    ones += a * a;
    others += b * b;
  }
  return both / Math.sqrt(Math.max(1e-9, ones * others));
}

function mean(values: Float32Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
