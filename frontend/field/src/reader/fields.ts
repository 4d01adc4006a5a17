/** The texts of a card's fields from its rows, mended where a letter stands for a digit or a digit for a letter. */
import type { Sex } from "../engine/contract";
import { dayText, isDay } from "../rules/dates";
import type { Box } from "./gray";
import { type Label, type Labelled, labelled, lettersOf, likeness } from "./labels";
import { type Row, slopeOfRow, type Word } from "./rows";

export interface Found<T = string> {
  readonly value: T;
  /** Of its least sure word, 0 to 1. */
  readonly confidence: number;
}

/** Where a value stands, to look at it once more. */
export interface Place {
  readonly box: Box;
  readonly slope: number;
}

export interface Fields {
  readonly nik: Found | null;
  readonly name: Found | null;
  readonly birth_place: Found | null;
  readonly birth_date: Found | null;
  readonly sex: Found<Sex> | null;
  readonly address: Found | null;
  readonly village: Found | null;
  readonly district: Found | null;
  readonly regency: Found | null;
  readonly places: { readonly nik: Place | null; readonly name: Place | null };
  /** How many of the printed labels were found: below three it is no card, or it lies wrong. */
  readonly labels: number;
}

type Values = ReadonlyMap<Label, readonly Word[]>;

export function fieldsOf(rows: readonly Row[]): Fields {
  const marked = rows.map(labelled);
  const values = valuesOf(marked);
  const birth = birthOf(wordsOf(values, "birth"));
  return {
    nik: digitsOf(wordsOf(values, "nik")),
    name: text(wordsOf(values, "name"), asName),
    ...birth,
    sex: sexOf(wordsOf(values, "sex")),
    address: addressOf(values),
    village: text(wordsOf(values, "village"), asPlace),
    district: text(wordsOf(values, "district"), asPlace),
    regency: regencyOf(rows),
    places: { nik: nikPlace(rows, marked), name: namePlace(rows, marked, values) },
    labels: new Set(marked.flatMap(({ label }) => label ?? [])).size,
  };
}

/** Rows without a label go on the value above them, where that may take two lines. */
function valuesOf(marked: readonly Labelled[]): Values {
  const values = new Map<Label, Word[]>();
  let open: Label | null = null;
  for (const { label, value } of marked) {
    if (label) {
      if (!values.has(label)) values.set(label, [...value]);
      open = label;
    } else if (open === "name" || open === "address") {
      const column = values.get(open)?.[0]?.box.left;
      const first = value[0]?.box;
      if (column !== undefined && first && Math.abs(first.left - column) < 2 * (first.bottom - first.top))
        values.get(open)?.push(...value);
    }
  }
  return values;
}

const wordsOf = (values: Values, label: Label): readonly Word[] => values.get(label) ?? [];

function text(words: readonly Word[], mend: (text: string) => string): Found | null {
  const said = withoutSpecks(words);
  const value = mend(said.map((word) => word.text).join(" "));
  return value === "" ? null : { value, confidence: leastOf(said) };
}

/** Of a speck, the reader of print makes a letter or two that it does not believe in itself. */
const SPECK = { confidence: 0.3, letters: 2 };

function withoutSpecks(words: readonly Word[]): readonly Word[] {
  const end = words.findLastIndex(
    (word) => word.confidence >= SPECK.confidence || lettersOf(word.text).length > SPECK.letters,
  );
  return words.slice(0, end + 1);
}

function leastOf(words: readonly Word[]): number {
  const said = words.filter((word) => /[\p{L}\d]/u.test(word.text));
  return said.length === 0 ? 0 : Math.min(...said.map((word) => word.confidence));
}

const AS_DIGIT: Readonly<Record<string, string>> = {
  O: "0",
  o: "0",
  D: "0",
  Q: "0",
  I: "1",
  l: "1",
  i: "1",
  L: "1",
  "|": "1",
  "!": "1",
  "]": "1",
  Z: "2",
  z: "2",
  A: "4",
  S: "5",
  s: "5",
  b: "6",
  G: "6",
  T: "7",
  "?": "7",
  B: "8",
  g: "9",
  q: "9",
}; // prettier-ignore
const AS_LETTER: Readonly<Record<string, string>> = { "0": "O", "1": "I", "5": "S", "8": "B", "|": "I", "!": "I" };

/** Letters that are taken for digits, in a place where only digits stand. */
export const digitsFor = (typed: string): string => Array.from(typed, (letter) => AS_DIGIT[letter] ?? letter).join("");

function digitsOf(words: readonly Word[]): Found | null {
  const value = digitsFor(words.map((word) => word.text).join("")).replace(/\D/g, "");
  return value === "" ? null : { value, confidence: leastOf(words) };
}

/** A name is letters: capitals as on the card, with its points, hyphens and apostrophes. */
export function asName(typed: string): string {
  return Array.from(typed, (letter) => AS_LETTER[letter] ?? letter)
    .join("")
    .toUpperCase()
    .replace(/[^\p{L} .,'-]/gu, "")
    .replace(/\s+/g, " ")
    .replace(/^[ .,'-]+|[ ,'-]+$/g, "")
    .replace(/(?<![A-Z])\.$/, "");
}

function asPlace(typed: string): string {
  return typed
    .toUpperCase()
    .replace(/[^\p{L}\d /.,'()-]/gu, "")
    .replace(/\s+/g, " ")
    .replace(/^[ .,'-]+|[ .,'-]+$/g, "");
}

/** `JAMBI, 01-07-1990`: the date from the end, the place from what is before it. */
function birthOf(words: readonly Word[]): { birth_place: Found | null; birth_date: Found | null } {
  const whole = words.map((word) => word.text).join(" ");
  const match =
    /^(.*?)[ ,.]*([\dA-Za-z|!\]?]{2}) ?[-–—. ]{1,2} ?([\dA-Za-z|!\]?]{2}) ?[-–—. ]{1,2} ?([\dA-Za-z|!\]?]{4})\W*$/.exec(
      whole,
    );
  const [day, month, year] = match ? match.slice(2, 5).map((part) => Number(digitsFor(part ?? ""))) : [];
  const dated =
    day !== undefined && month !== undefined && year !== undefined && year >= 1900 && isDay(year, month, day);
  const confidence = leastOf(words);
  const place = asName(match?.[1] ?? whole.replace(/[,.].*$/, ""));
  return {
    birth_place: place === "" || /\d/.test(place) ? null : { value: place, confidence },
    birth_date: dated ? { value: dayText(year, month, day), confidence } : null,
  };
}

const SEXES: readonly (readonly [string, Sex])[] = [
  ["LAKILAKI", "M"],
  ["PEREMPUAN", "F"],
];
const LEAST_ALIKE = 0.7;

function sexOf(words: readonly Word[]): Found<Sex> | null {
  const blood = words.findIndex((word) => likeness(lettersOf(word.text), "GOL") > 0.6 || /gol/i.test(word.text));
  const said = lettersOf((blood < 0 ? words : words.slice(0, blood)).map((word) => word.text).join(""));
  const alike = SEXES.map(([word, sex]) => ({ value: sex, confidence: likeness(said, word) }));
  return alike.find(({ confidence }) => confidence >= LEAST_ALIKE) ?? null;
}

function addressOf(values: Values): Found | null {
  const street = text(wordsOf(values, "address"), asPlace);
  if (!street) return null;
  const typed = wordsOf(values, "rt_rw");
  const numbers = /(\d{3})\D*(\d{3})/.exec(digitsFor(typed.map((word) => word.text).join("")));
  return numbers ? { ...street, value: `${street.value}, RT ${numbers[1]}/RW ${numbers[2]}` } : street;
}

const REGENCY = /^(KABUPATEN|KOTA)$/;

/** The second line of the head: `KOTA JAMBI`, `KABUPATEN BATANG HARI`. */
function regencyOf(rows: readonly Row[]): Found | null {
  for (const { words } of rows.slice(0, 8)) {
    const first = lettersOf(words[0]?.text ?? "");
    const kind = ["KABUPATEN", "KOTA"].find((word) => likeness(first, word) > LEAST_ALIKE);
    const rest = asPlace(
      words
        .slice(1)
        .map((word) => word.text)
        .join(" "),
    );
    if (kind && REGENCY.test(kind) && rest !== "") return { value: `${kind} ${rest}`, confidence: leastOf(words) };
  }
  return null;
}

/** The row of the NIK from behind its label to its end; without a label, a row that holds about sixteen digits. */
function nikPlace(rows: readonly Row[], marked: readonly Labelled[]): Place | null {
  const labelledAt = marked.findIndex(({ label }) => label === "nik");
  const at = labelledAt >= 0 ? labelledAt : marked.findIndex(({ value }) => looksLikeNik(value));
  const row = rows[at];
  const value = marked[at]?.value ?? [];
  if (!row || value.length === 0) return null;
  return placeOf(value, slopeAround(rows, at));
}

function looksLikeNik(words: readonly Word[]): boolean {
  const digits = digitsFor(words.map((word) => word.text).join("")).replace(/\D/g, "");
  return digits.length >= 14 && digits.length <= 18;
}

/** Only where the name stands in one row: two are not cut out as one. */
function namePlace(rows: readonly Row[], marked: readonly Labelled[], values: Values): Place | null {
  const at = marked.findIndex(({ label }) => label === "name");
  const [row, value] = [rows[at], marked[at]?.value ?? []];
  if (!row || value.length === 0 || value.length !== wordsOf(values, "name").length) return null;
  return placeOf(value, slopeAround(rows, at));
}

/** Around the words, as high as the highest of them and a little more, given for the left end of their falling line. */
function placeOf(words: readonly Word[], slope: number): Place {
  const left = Math.min(...words.map(({ box }) => box.left));
  const right = Math.max(...words.map(({ box }) => box.right));
  const lifts = words.map(({ box }) => {
    const fall = slope * (box.right - box.left);
    const before = slope * (box.left - left);
    return { top: box.top - before - Math.min(0, fall), bottom: box.bottom - before - Math.max(0, fall) };
  });
  const [top, bottom] = [Math.min(...lifts.map((lift) => lift.top)), Math.max(...lifts.map((lift) => lift.bottom))];
  const air = 0.22 * (bottom - top);
  return { box: { left: left - 2 * air, right: right + 2 * air, top: top - air, bottom: bottom + air }, slope };
}

/** How the rows around this one fall: a row by itself is too short to tell. */
function slopeAround(rows: readonly Row[], at: number): number {
  const slopes = rows
    .slice(Math.max(0, at - 1), at + 4)
    .map(slopeOfRow)
    .filter((slope) => slope !== 0)
    .sort((a, b) => a - b);
  return slopes[Math.floor(slopes.length / 2)] ?? 0;
}
