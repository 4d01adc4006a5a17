/**
 * Pictures in grey levels, one byte a pixel, and what is done to them before they are read: the light evened out, turned
 * straight, cut and enlarged. Pure: no canvas, so that it runs in a worker and in tests alike.
 */

export interface Gray {
  readonly width: number;
  readonly height: number;
  /** Row by row, 0 black to 255 white. */
  readonly pixels: Uint8ClampedArray;
}

export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

export function blank(width: number, height: number): Gray {
  return { width, height, pixels: new Uint8ClampedArray(width * height).fill(255) };
}

/** From what a canvas gives: four bytes a pixel. */
export function fromRgba(width: number, height: number, rgba: Uint8ClampedArray): Gray {
  const pixels = new Uint8ClampedArray(width * height);
  for (let at = 0; at < pixels.length; at++) {
    const from = at * 4;
    pixels[at] = 0.299 * (rgba[from] ?? 0) + 0.587 * (rgba[from + 1] ?? 0) + 0.114 * (rgba[from + 2] ?? 0);
  }
  return { width, height, pixels };
}

/** Sums of all pixels above and left of each place; one row and one column wider than the picture. */
function sums({ width, height, pixels }: Gray): Uint32Array {
  const total = new Uint32Array((width + 1) * (height + 1));
  for (let y = 0; y < height; y++) {
    let row = 0;
    for (let x = 0; x < width; x++) {
      row += pixels[y * width + x] ?? 0;
      total[(y + 1) * (width + 1) + x + 1] = (total[y * (width + 1) + x + 1] ?? 0) + row;
    }
  }
  return total;
}

/** How bright the surroundings of every pixel are, in a square of `radius` around it. */
function surroundings(image: Gray, radius: number): Float32Array {
  const { width, height } = image;
  const total = sums(image);
  const mean = new Float32Array(width * height);
  for (let y = 0; y < height; y++) {
    const [top, bottom] = [Math.max(0, y - radius) * (width + 1), Math.min(height, y + radius + 1) * (width + 1)];
    const rows = Math.min(height, y + radius + 1) - Math.max(0, y - radius);
    for (let x = 0; x < width; x++) {
      const [left, right] = [Math.max(0, x - radius), Math.min(width, x + radius + 1)];
      const sum =
        (total[bottom + right] ?? 0) -
        (total[top + right] ?? 0) -
        (total[bottom + left] ?? 0) +
        (total[top + left] ?? 0);
      mean[y * width + x] = sum / ((right - left) * rows);
    }
  }
  return mean;
}

/** Share of the surroundings' brightness that is paper, and what `even` makes white. */
const PAPER = 0.97;
/** At least this part of the scale lies between ink and paper: noise alone is not pulled apart to black and white. */
const LEAST_CONTRAST = 0.22;

/** Paper white and ink black wherever the light falls: shadows and dim pictures become alike. */
export function even(image: Gray): Gray {
  const mean = surroundings(image, Math.max(8, Math.round(image.width / 40)));
  const share = new Float32Array(image.pixels.length);
  const counts = new Uint32Array(256);
  for (let at = 0; at < share.length; at++) {
    share[at] = Math.min(1, (image.pixels[at] ?? 0) / Math.max(1, mean[at] ?? 1));
    const level = Math.floor((share[at] ?? 0) * 255);
    counts[level] = (counts[level] ?? 0) + 1;
  }
  const ink = Math.min(PAPER - LEAST_CONTRAST, quantile(counts, 0.02));
  const pixels = new Uint8ClampedArray(share.length);
  for (let at = 0; at < share.length; at++) pixels[at] = (255 * ((share[at] ?? 0) - ink)) / (PAPER - ink);
  return { ...image, pixels };
}

function quantile(counts: Uint32Array, part: number): number {
  const goal = part * counts.reduce((sum, count) => sum + count, 0);
  let seen = 0;
  for (let level = 0; level < counts.length; level++) {
    seen += counts[level] ?? 0;
    if (seen >= goal) return level / 255;
  }
  return 1;
}

/** Turned by `degrees` against the clock about its middle; what comes from outside is white. */
export function turn(image: Gray, degrees: number): Gray {
  if (degrees === 0) return image;
  const turned = blank(image.width, image.height);
  const [sine, cosine] = [Math.sin((degrees * Math.PI) / 180), Math.cos((degrees * Math.PI) / 180)];
  const [middleX, middleY] = [image.width / 2, image.height / 2];
  for (let y = 0; y < image.height; y++) {
    for (let x = 0; x < image.width; x++) {
      const [dx, dy] = [x - middleX, y - middleY];
      const level = between(image, middleX + dx * cosine - dy * sine, middleY + dx * sine + dy * cosine);
      turned.pixels[y * image.width + x] = level;
    }
  }
  return turned;
}

/** Level between four pixels; 255 outside. */
function between({ width, height, pixels }: Gray, x: number, y: number): number {
  const [left, top] = [Math.floor(x), Math.floor(y)];
  if (left < 0 || top < 0 || left >= width - 1 || top >= height - 1) return 255;
  const [right, down] = [x - left, y - top];
  const at = top * width + left;
  const above = (pixels[at] ?? 255) * (1 - right) + (pixels[at + 1] ?? 255) * right;
  const below = (pixels[at + width] ?? 255) * (1 - right) + (pixels[at + width + 1] ?? 255) * right;
  return above * (1 - down) + below * down;
}

/** A quarter turn with the clock, `times` times. */
export function quarterTurns(image: Gray, times: number): Gray {
  let turned = image;
  for (let left = ((times % 4) + 4) % 4; left > 0; left--) turned = quarterTurn(turned);
  return turned;
}

function quarterTurn({ width, height, pixels }: Gray): Gray {
  const turned = blank(height, width);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) turned.pixels[x * height + (height - 1 - y)] = pixels[y * width + x] ?? 255;
  return turned;
}

/** The part inside `box`, enlarged (or made smaller) by `factor`; its lines fall by `slope` pixels a pixel and are laid flat. */
export function cut(image: Gray, box: Box, factor: number, slope = 0): Gray {
  const width = Math.max(1, Math.round((box.right - box.left) * factor));
  const height = Math.max(1, Math.round((box.bottom - box.top) * factor));
  const part = blank(width, height);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const right = (x + 0.5) / factor - 0.5;
      part.pixels[y * width + x] = between(image, box.left + right, box.top + slope * right + (y + 0.5) / factor - 0.5);
    }
  return part;
}

/** With a white margin around it: print that touches the edge is often not found. */
export function framed(image: Gray, margin: number): Gray {
  const wide = blank(image.width + 2 * margin, image.height + 2 * margin);
  for (let y = 0; y < image.height; y++)
    wide.pixels.set(image.pixels.subarray(y * image.width, (y + 1) * image.width), (y + margin) * wide.width + margin);
  return wide;
}

/** What the reader of print takes: four bytes a pixel. */
export function toRgba({ pixels }: Gray): Uint8ClampedArray<ArrayBuffer> {
  const packed = Uint32Array.from(pixels, (level) => 0xff000000 + level * 0x010101);
  return new Uint8ClampedArray(packed.buffer);
}
