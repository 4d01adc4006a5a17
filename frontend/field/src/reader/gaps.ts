/** Where a line of print has its words, by the gaps between its letters. */
import type { Box, Gray } from "./gray";

const INK = 120;
/** Shares of the letters' height: a gap as wide parts two words; what is not as high is a speck. */
const WORD_GAP = 0.36;
const LEAST_HEIGHT = 0.3;

/** Boxes of the words in a picture of one line, from left to right. */
export function wordsIn(line: Gray): readonly Box[] {
  const marks = marksIn(line);
  const height = Math.max(0, ...marks.map(({ top, bottom }) => bottom - top));
  const words: Box[] = [];
  for (const mark of marks.filter(({ top, bottom }) => bottom - top > LEAST_HEIGHT * height)) {
    const last = words[words.length - 1];
    if (last && mark.left - last.right < WORD_GAP * height)
      words[words.length - 1] = {
        ...last,
        right: mark.right,
        top: Math.min(last.top, mark.top),
        bottom: Math.max(last.bottom, mark.bottom),
      };
    else words.push(mark);
  }
  return words.map((word) => ({
    ...word,
    left: word.left - 2,
    right: word.right + 2,
    top: word.top - 2,
    bottom: word.bottom + 2,
  }));
}

/** Stretches of columns with ink. */
function marksIn({ width, height, pixels }: Gray): readonly Box[] {
  const marks: Box[] = [];
  let open: Box | null = null;
  for (let x = 0; x < width; x++) {
    let [top, bottom] = [height, -1];
    for (let y = 0; y < height; y++) {
      if ((pixels[y * width + x] ?? 255) >= INK) continue;
      top = Math.min(top, y);
      bottom = y + 1;
    }
    if (bottom < 0) {
      if (open) marks.push(open);
      open = null;
    } else {
      const before: Box = open ?? { left: x, right: x, top, bottom };
      open = {
        left: before.left,
        right: x + 1,
        top: Math.min(before.top, top),
        bottom: Math.max(before.bottom, bottom),
      };
    }
  }
  return open ? [...marks, open] : marks;
}
