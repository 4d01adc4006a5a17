/** Fields that the card reader filled: marked until the agent has touched them. Pure. */
import type { EnrolForm, ReadFields } from "../../engine";
import { EMPTY_FORM, type Form, typedDate } from "./form";

export type ReadField = ReadFields[number];

/** Field of the op and field of the form that the reader may fill, and the control that shows it. */
const FILLABLE = {
  nik: { form: "nik", control: "nik" },
  name: { form: "name", control: "name" },
  birth_place: { form: "birthPlace", control: "birth-place" },
  birth_date: { form: "birth", control: "birth-date" },
  sex: { form: "sex", control: "sex" },
  address: { form: "address", control: "address" },
  region: { form: "region", control: "village-change" },
} as const satisfies Partial<Record<keyof EnrolForm, { form: keyof Form; control: string }>>;

export type FillableField = keyof typeof FILLABLE;

/** What a reader found, in the words of an op; what it did not find is left out. */
export type Found = Partial<Pick<EnrolForm, FillableField>>;

export function isFillable(field: string): field is FillableField {
  return field in FILLABLE;
}

export function controlOf(field: FillableField): string {
  return FILLABLE[field].control;
}

/** Fills what is empty, nothing else, and marks it. What the agent has typed stays. */
export function fillEmpty(form: Form, found: Found): Partial<Form> {
  const fields = (Object.keys(FILLABLE) as FillableField[]).filter(
    (field) => found[field] !== undefined && found[field] !== null && isEmpty(form, field),
  );
  const filled = Object.fromEntries(
    fields.map((field) => [
      FILLABLE[field].form,
      field === "birth_date" ? typedDate(found.birth_date ?? "") : found[field],
    ]),
  ) as Partial<Form>;
  const read = [...form.read, ...fields.filter((field) => !form.read.includes(field))];
  return { ...filled, read };
}

function isEmpty(form: Form, field: FillableField): boolean {
  const name = FILLABLE[field].form;
  if (field === "birth_date" && form.birthKnown !== "day") return false;
  return JSON.stringify(form[name]) === JSON.stringify(EMPTY_FORM[name]);
}

/** The marks left after `patch` came in by hand: a field that was changed is no longer only read. */
export function marksAfter(form: Form, patch: Partial<Form>): ReadFields {
  return form.read.filter((field) => !isFillable(field) || !(FILLABLE[field].form in patch));
}

/** The marks left after the agent has been at a field. */
export function marksWithout(form: Form, field: ReadField): ReadFields {
  return form.read.filter((marked) => marked !== field);
}
