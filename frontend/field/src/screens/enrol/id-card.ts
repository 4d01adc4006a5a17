/** When the picture of the ID card is due. Pure. */
import { addDays } from "../../rules/dates";
import type { Form } from "./form";

/** Days that can be chosen; the server takes no more than the last. */
export const PHOTO_DAYS_OFFERED = [1, 2, 3, 5, 7, 14] as const;

/** The day until which a picture will be brought: only without one, and where the worker agreed to one. */
export function idCardBy(form: Pick<Form, "consents" | "photoDays">, hasPhoto: boolean, today: string): string | null {
  return hasPhoto || form.consents.photo !== true ? null : dueOn(form, today);
}

export function dueOn(form: Pick<Form, "photoDays">, today: string): string {
  return addDays(today, form.photoDays);
}
