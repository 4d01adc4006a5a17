/** Cards as the reader of print would give them, for tests: texts laid out in rows, with misread letters. */
import type { Word } from "./rows";

export type Lines = readonly (readonly [label: string, value: string])[];

const LINE = 38;
const LETTER = 14;
const HEIGHT = 22;
const VALUES_FROM = 365;

export interface Spoilt {
  /** Of every word, unless `unsure` says otherwise. */
  readonly confidence?: number;
  readonly unsure?: Readonly<Record<string, number>>;
  /** Pixels by which lines fall a pixel. */
  readonly slope?: number;
  /** Labels and values as two columns of lines, as the reader of print often sees a card; else as whole lines. */
  readonly columns?: boolean;
}

/** The head has no label; so has the second line of a value, which stands below the first. */
export function wordsOf(lines: Lines, spoilt: Spoilt = {}): Word[] {
  const labels: Word[] = [];
  const values: Word[] = [];
  lines.forEach(([label, value], row) => {
    const marked = lay(label, 100, row, true, spoilt);
    const inOneLine = spoilt.columns === false && label !== "";
    const left = label === "" && row < 2 ? 500 : VALUES_FROM;
    labels.push(...marked);
    (inOneLine ? labels : values).push(...lay(value, left, row, !inOneLine, spoilt));
  });
  return [...labels, ...values];
}

function lay(
  text: string,
  from: number,
  row: number,
  begins: boolean,
  { confidence = 0.95, unsure = {}, slope = 0 }: Spoilt,
) {
  let left = from;
  return text
    .split(" ")
    .filter((word) => word !== "")
    .map((word, index): Word => {
      const top = 150 + row * LINE + slope * left;
      const box = { left, top, right: left + word.length * LETTER, bottom: top + HEIGHT };
      left = box.right + 8;
      return { text: word, confidence: unsure[word] ?? confidence, box, starts: begins && index === 0 };
    });
}

export const CARD: Lines = [
  ["", "PROVINSI JAMBI"],
  ["", "KOTA JAMBI"],
  ["NIK", ": 1571084107909001"],
  ["Nama", ": SITI AMINAH"],
  ["Tempat/Tgl Lahir", ": JAMBI, 01-07-1990"],
  ["Jenis Kelamin", ": PEREMPUAN Gol. Darah : O"],
  ["Alamat", ": JL. SLAMET RIYADI NO. 12"],
  ["RT/RW", ": 004/002"],
  ["Kel/Desa", ": HANDIL JAYA"],
  ["Kecamatan", ": JELUTUNG"],
  ["Agama", ": ISLAM"],
  ["Status Perkawinan", ": KAWIN"],
  ["Pekerjaan", ": PEDAGANG"],
  ["Kewarganegaraan", ": WNI"],
  ["Berlaku Hingga", ": SEUMUR HIDUP"],
];

/** The same card with other texts on some of its lines. */
export function changed(
  change: Readonly<Record<string, string>>,
  labels: Readonly<Record<string, string>> = {},
): Lines {
  return CARD.map(([label, value]) => [labels[label] ?? label, change[label] ?? value]);
}
