/** From a picture to what stands on the card: laid straight, read, and the two fields that matter most read twice. */
import { type DigitsRead, readDigits } from "./digits";
import { asName, type Fields, type Found, fieldsOf } from "./fields";
import { wordsIn } from "./gaps";
import { cut, even, framed, type Gray, quarterTurns, turn } from "./gray";
import { heightOf, rowsOf, type Word } from "./rows";
import { findLie } from "./skew";

/** Whatever reads print: one picture in, its words out. */
export type ReadPrint = (image: Gray, onPart: (part: number) => void) => readonly Word[];

export interface Findings {
  readonly fields: Fields;
  readonly digits: DigitsRead | null;
  /** The name read once more by itself, enlarged; null where it was not cut out. */
  readonly nameAgain: Found | null;
  /** Usual height of the words in the picture, pixels. */
  readonly textHeight: number;
}

/** Below so many labels the card lies upside down, or is none. */
export const LEAST_LABELS = 3;
/** Letters of this height are read best. */
const BEST_HEIGHT = 32;
const MARGIN = 16;

export function readPicture(print: ReadPrint, picture: Gray, onPart: (part: number) => void): Findings {
  const evened = even(picture);
  const { slope, onItsSide } = findLie(evened);
  const straight = turn(onItsSide ? quarterTurns(evened, 1) : evened, slope);
  const first = lookAt(print, straight, (part) => onPart(0.1 + 0.4 * part));
  const looked =
    first.fields.labels >= LEAST_LABELS
      ? first
      : better(
          first,
          lookAt(print, quarterTurns(straight, 2), (part) => onPart(0.5 + 0.4 * part)),
        );
  const { fields, image, textHeight } = looked;
  const { nik, name } = fields.places;
  const digits = nik && readDigits(image, nik.box, nik.slope);
  const nameAgain =
    name && readAgain(print, cut(image, name.box, BEST_HEIGHT / Math.max(6, heightOf(name.box) / 1.44), name.slope));
  onPart(1);
  return { fields, digits, nameAgain, textHeight };
}

interface Look {
  readonly image: Gray;
  readonly fields: Fields;
  readonly textHeight: number;
}

function lookAt(print: ReadPrint, image: Gray, onPart: (part: number) => void): Look {
  const words = print(image, onPart);
  const heights = words.filter(({ text }) => /[\p{L}\d]{3}/u.test(text)).map(({ box }) => heightOf(box));
  const textHeight = heights.sort((a, b) => a - b)[Math.floor(heights.length / 2)] ?? 0;
  return { image, fields: fieldsOf(rowsOf(words)), textHeight };
}

const better = (one: Look, other: Look): Look => (other.fields.labels > one.fields.labels ? other : one);

/** The line word by word, as the gaps between the letters show: the reader of print often sees two words as one. */
function readAgain(print: ReadPrint, line: Gray): Found | null {
  const words = wordsIn(line).map((box) => {
    const found = print(framed(cut(line, box, 1), MARGIN), () => undefined).filter(({ text }) => /\p{L}/u.test(text));
    return {
      text: found.map(({ text }) => text).join(""),
      confidence: Math.min(...found.map(({ confidence }) => confidence)),
    };
  });
  const value = asName(words.map(({ text }) => text).join(" "));
  if (value === "" || words.some(({ text }) => text === "")) return null;
  return { value, confidence: Math.min(...words.map(({ confidence }) => confidence)) };
}
