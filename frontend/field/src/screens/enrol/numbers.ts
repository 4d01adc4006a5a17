/** NIK and No. KK of a form: what they say, what they fill in, and what is doubtful about them. Pure. */
import type { PhoneRules } from "../../rules/document";
import { checkKk, checkNik, type NikReport } from "../../rules/nik";
import { exactBirthOf } from "./birth";
import { type Form, isoDate, typedDate } from "./form";

export interface ReadAgainst {
  readonly rules: PhoneRules;
  readonly today: string;
  /** Where the agent works, `15`. */
  readonly province: string;
}

/** The NIK as typed, judged against everything that stands beside it. */
export function nikReport(form: Form, filling: ReadAgainst): NikReport {
  const beside = { kk: form.kk || null, birthOn: exactBirthOf(form), sex: form.sex, province: filling.province };
  return checkNik(filling.rules.nik, form.nik, filling.today, beside);
}

/** Birth date and sex as the NIK says, where they are empty or still what the NIK typed before said. */
export function prefilled(form: Form, nik: string, filling: Pick<ReadAgainst, "rules" | "today">): Partial<Form> {
  const before = checkNik(filling.rules.nik, form.nik, filling.today);
  const after = checkNik(filling.rules.nik, nik, filling.today);
  const patch: { -readonly [Key in "nik" | "birth" | "sex"]?: Form[Key] } = { nik };
  const typed = isoDate(form.birth);
  const untouched =
    form.birthKnown === "day" &&
    ((form.birth.day === "" && form.birth.month === "" && form.birth.year === "") || typed === before.birthOn);
  if (after.birthOn && untouched) patch.birth = typedDate(after.birthOn);
  if (after.sex && (form.sex === null || form.sex === before.sex)) patch.sex = after.sex;
  return patch;
}

/** Keys of everything doubtful about the two numbers; a doubt never stops the form. */
export function doubtsOf(form: Form, filling: ReadAgainst): readonly string[] {
  const nik = nikReport(form, filling);
  const kk = form.kk.trim() === "" ? [] : checkKk(filling.rules.nik, form.kk).warnings;
  return nik.read ? [...nik.warnings, ...kk] : kk;
}
