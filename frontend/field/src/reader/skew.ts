/** How the lines of print lie in a picture: by how many degrees they slope, and whether it lies on its side. */
import type { Gray } from "./gray";

/** Dark below this after the light was evened out. */
const INK = 110;
const MOST_DEGREES = 14;
/** More points do not make it surer, only slower. */
const MOST_POINTS = 60_000;

export interface Lie {
  /** Degrees by which the lines fall to the right; turn by as much to mend it. */
  readonly slope: number;
  /** The lines run up and down. */
  readonly onItsSide: boolean;
}

interface Points {
  readonly along: Float32Array;
  readonly across: Float32Array;
  readonly extent: number;
}

export function findLie(image: Gray): Lie {
  const { rows, columns } = points(image);
  const lying = best(rows);
  const standing = best(columns);
  if (standing.score > 1.25 * lying.score) return { slope: -standing.degrees, onItsSide: true };
  return { slope: lying.degrees, onItsSide: false };
}

/** Places where print begins, going down (`rows`) and going right (`columns`): edges of letters, not their area. */
function points({ width, height, pixels }: Gray): { rows: Points; columns: Points } {
  const found: number[] = [];
  for (let y = 1; y < height; y++)
    for (let x = 1; x < width; x++) if ((pixels[y * width + x] ?? 255) < INK) found.push(y * width + x);
  const step = Math.max(1, Math.ceil(found.length / MOST_POINTS));
  const kept = found.filter((_, index) => index % step === 0);
  const xs = Float32Array.from(kept, (at) => at % width);
  const ys = Float32Array.from(kept, (at) => Math.floor(at / width));
  return { rows: { along: xs, across: ys, extent: height }, columns: { along: ys, across: xs, extent: width } };
}

function best(found: Points): { degrees: number; score: number } {
  let top = { degrees: 0, score: 0 };
  const attempt = (degrees: number): void => {
    const score = sharpness(found, degrees);
    if (score > top.score) top = { degrees, score };
  };
  for (let degrees = -MOST_DEGREES; degrees <= MOST_DEGREES; degrees += 0.5) attempt(degrees);
  const middle = top.degrees;
  for (let degrees = middle - 0.4; degrees <= middle + 0.45; degrees += 0.1) attempt(degrees);
  return top;
}

/** High where the points, seen along this slope, fall into lines with empty stripes between. */
function sharpness({ along, across, extent }: Points, degrees: number): number {
  const slope = Math.tan((degrees * Math.PI) / 180);
  const margin = extent;
  const counts = new Float32Array(3 * extent);
  for (let index = 0; index < along.length; index++) {
    const stripe = Math.round((across[index] ?? 0) - slope * (along[index] ?? 0)) + margin;
    if (stripe >= 0 && stripe < counts.length) counts[stripe] = (counts[stripe] ?? 0) + 1;
  }
  let score = 0;
  for (let stripe = 1; stripe < counts.length; stripe++)
    score += ((counts[stripe] ?? 0) - (counts[stripe - 1] ?? 0)) ** 2;
  return score;
}
