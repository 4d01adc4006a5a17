/** A birth date of which perhaps only a part is known: what stands in for it, and how much of it is true. Pure. */
import { type Form, isoDate } from "./form";

type BirthParts = Pick<Form, "birthKnown" | "birth" | "age">;

const OLDEST = 120;

/**
 * The date as `YYYY-MM-DD`: itself, the first of the month where the day is not known, 1 July of the year where the month
 * is not, or of the year that an age of today points to. Null while what is needed for it is missing or impossible.
 */
export function birthOf({ birthKnown, birth, age }: BirthParts, today: string): string | null {
  switch (birthKnown) {
    case "day":
      return isoDate(birth);
    case "month":
      return isoDate({ ...birth, day: "1" });
    case "year":
      return isoDate({ day: "1", month: "7", year: birth.year });
    case "estimate": {
      const years = age === "" ? Number.NaN : Number(age);
      return years >= 0 && years <= OLDEST ? `${Number(today.slice(0, 4)) - years}-07-01` : null;
    }
  }
}

/** The whole date where it is known to the day, else null: only then can a NIK disagree with it. */
export function exactBirthOf(form: BirthParts): string | null {
  return form.birthKnown === "day" ? isoDate(form.birth) : null;
}
