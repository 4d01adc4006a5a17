/** The words printed on every card, found although some letters were misread. */
import { heightOf, type Row, type Word } from "./rows";

export const LABELS = {
  nik: "NIK",
  name: "NAMA",
  birth: "TEMPATTGLLAHIR",
  sex: "JENISKELAMIN",
  blood: "GOLDARAH",
  address: "ALAMAT",
  rt_rw: "RTRW",
  village: "KELDESA",
  district: "KECAMATAN",
  religion: "AGAMA",
  marriage: "STATUSPERKAWINAN",
  job: "PEKERJAAN",
  citizen: "KEWARGANEGARAAN",
  valid: "BERLAKUHINGGA",
} as const;
export type Label = keyof typeof LABELS;

export interface Labelled {
  readonly label: Label | null;
  /** What stands behind the label, without its colon. */
  readonly value: readonly Word[];
}

const LABEL_WORDS_MOST = 3;
const LEAST_ALIKE = 0.68;
/** Shorter labels must be almost whole: NAMA and AGAMA are near each other. */
const SHORT = 5;
const LEAST_ALIKE_SHORT = 0.74;
/** A gap of so many heights ends a value: what stands beyond belongs to the photograph's column. */
const WIDEST_GAP = 4;

export const lettersOf = (text: string): string => text.toUpperCase().replace(/[^A-Z]/g, "");

const LOOKALIKES: readonly (readonly [RegExp, string])[] = [
  [/RN/g, "M"],
  [/[1L!|\]]/g, "I"],
  [/0/g, "O"],
  [/5/g, "S"],
  [/8/g, "B"],
];

/** Letters only, those alike in print written as one: `Narna` is `Nama`. */
function shapeOf(text: string): string {
  return lettersOf(LOOKALIKES.reduce((shape, [alike, as]) => shape.replace(alike, as), text.toUpperCase()));
}

const SHAPES = Object.entries(LABELS).map(([label, text]) => ({ label: label as Label, shape: shapeOf(text) }));

export function labelled({ words }: Row): Labelled {
  const found = findLabel(words);
  if (!found) return { label: null, value: nearby(words) };
  const rest = words.slice(found.words);
  const begin = rest.findIndex((word) => withoutMarks(word).text !== "");
  const value =
    begin < 0 ? [] : nearby(rest.slice(begin)).map((word, index) => (index === 0 ? withoutMarks(word) : word));
  return { label: found.label, value };
}

const withoutMarks = (word: Word): Word => ({ ...word, text: word.text.replace(/^[:;.,'"|=-]+/, "") });

function findLabel(words: readonly Word[]): { label: Label; words: number } | null {
  let best: { label: Label; words: number; alike: number } | null = null;
  for (let count = 1; count <= Math.min(LABEL_WORDS_MOST, words.length); count++) {
    const letters = shapeOf(
      words
        .slice(0, count)
        .map((word) => word.text)
        .join(""),
    );
    for (const { label, shape } of SHAPES) {
      const alike = likeness(letters, shape);
      const least = shape.length <= SHORT ? LEAST_ALIKE_SHORT : LEAST_ALIKE;
      if (alike >= least && alike > (best?.alike ?? 0)) best = { label, words: count, alike };
    }
  }
  return best ?? shortNik(words);
}

/** `NIK` has too few letters for a likeness: one of them may be wrong where sixteen digits follow. */
function shortNik(words: readonly Word[]): { label: Label; words: number } | null {
  const first = shapeOf(words[0]?.text ?? "");
  const digits = words.slice(1).reduce((sum, word) => sum + word.text.replace(/\D/g, "").length, 0);
  return likeness(first, LABELS.nik) > 0.6 && first.length <= 4 && digits >= 8 ? { label: "nik", words: 1 } : null;
}

function nearby(words: readonly Word[]): readonly Word[] {
  const height = Math.max(0, ...words.map(({ box }) => heightOf(box)));
  const end = words.findIndex((word, index) => {
    const before = words[index - 1];
    return before !== undefined && word.box.left - before.box.right > WIDEST_GAP * height;
  });
  return end < 0 ? words : words.slice(0, end);
}

/** 1 for the same, 0 for nothing in common: one minus edits by length. */
export function likeness(one: string, other: string): number {
  const longest = Math.max(one.length, other.length);
  return longest === 0 ? 0 : 1 - edits(one, other) / longest;
}

function edits(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let i = 1; i <= one.length; i++) {
    const next = [i];
    for (let j = 1; j <= other.length; j++) {
      const swap = (row[j - 1] ?? 0) + (one[i - 1] === other[j - 1] ? 0 : 1);
      next.push(Math.min(swap, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[other.length] ?? 0;
}
