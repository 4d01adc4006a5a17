/** Words as the reader of print finds them, put together to the rows that a person sees on the card. */
import type { Box } from "./gray";

export interface Word {
  readonly text: string;
  /** 0 to 1, as the reader of print sees it. */
  readonly confidence: number;
  readonly box: Box;
  /** Begins a line in the reader's own view; a label and its value are often two lines to it. */
  readonly starts: boolean;
}

export interface Row {
  readonly words: readonly Word[];
}

export const heightOf = ({ bottom, top }: Box): number => bottom - top;
export const middleOf = ({ bottom, top }: Box): number => (bottom + top) / 2;

/** Rows from top to bottom, each from left to right. */
export function rowsOf(words: readonly Word[]): readonly Row[] {
  const lines = linesOf(words.flatMap(splitAtColon));
  const slope = slopeOf(lines);
  return joinSideBySide(lines, slope)
    .map((line) => ({ words: line }))
    .sort((one, other) => topAtLeft(one, slope) - topAtLeft(other, slope));
}

/** How many pixels a row falls a pixel to the right. */
export function slopeOfRow({ words }: Row): number {
  const [first, last] = [words[0], words[words.length - 1]];
  if (!first || !last || last.box.right - first.box.left < 8 * heightOf(first.box)) return 0;
  const run = (last.box.left + last.box.right - first.box.left - first.box.right) / 2;
  return run <= 0 ? 0 : (middleOf(last.box) - middleOf(first.box)) / run;
}

function topAtLeft({ words }: Row, slope: number): number {
  const first = words[0];
  return first ? middleOf(first.box) - slope * first.box.left : 0;
}

/** `Nama:SITI` is a label, a colon and a value, each with its share of the box. */
function splitAtColon(word: Word): readonly Word[] {
  const parts = word.text.split(/([:;])/).filter((part) => part !== "");
  if (parts.length < 2) return [word];
  const step = (word.box.right - word.box.left) / word.text.length;
  let left = word.box.left;
  return parts.map((text, index) => {
    const box = { ...word.box, left, right: left + step * text.length };
    left = box.right;
    return { ...word, text, box, starts: word.starts && index === 0 };
  });
}

/** Dots and dashes by themselves are noise; their small boxes would lead astray who looks for the row they are in. */
const SPECK = /^[\s.,'"`_—–~-]*$/;

function linesOf(words: readonly Word[]): readonly (readonly Word[])[] {
  const lines: Word[][] = [];
  for (const word of words) {
    const line = lines[lines.length - 1];
    if (word.starts || !line) lines.push([word]);
    else line.push(word);
  }
  return lines.map((line) => line.filter(({ text }) => !SPECK.test(text))).filter((line) => line.length > 0);
}

function slopeOf(lines: readonly (readonly Word[])[]): number {
  const slopes = lines.map((words) => slopeOfRow({ words })).filter((slope) => slope !== 0 && Math.abs(slope) < 0.2);
  return slopes.sort((a, b) => a - b)[Math.floor(slopes.length / 2)] ?? 0;
}

/** Joins a line with the nearest one that goes on to its right at the same height. */
function joinSideBySide(lines: readonly (readonly Word[])[], slope: number): readonly (readonly Word[])[] {
  const left = [...lines].sort((one, other) => (one[0]?.box.left ?? 0) - (other[0]?.box.left ?? 0));
  const rows: Word[][] = [];
  for (const line of left) {
    const row = nearest(rows, line, slope);
    if (row) row.push(...line);
    else rows.push([...line]);
  }
  return rows;
}

function nearest(rows: readonly Word[][], line: readonly Word[], slope: number): Word[] | null {
  const begin = line[0]?.box;
  if (!begin) return null;
  let found: { row: Word[]; off: number } | null = null;
  for (const row of rows) {
    const end = row[row.length - 1]?.box;
    if (!end || end.right > begin.left + heightOf(begin)) continue;
    const off = Math.abs(middleOf(begin) - middleOf(end) - slope * (begin.left - end.right));
    if (off < 0.6 * Math.max(heightOf(begin), heightOf(end)) && (!found || off < found.off)) found = { row, off };
  }
  return found?.row ?? null;
}
