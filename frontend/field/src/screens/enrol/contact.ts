/** Whose number the worker can be reached at. Pure. */
import { type Form, normalisePhone, tidy } from "./form";

/** Whether a typed number is the agent's own; `own` as the server knows it, null where it does not. */
export function isAgentsNumber(typed: string, own: string | null): boolean {
  const number = normalisePhone(typed);
  return number !== null && own !== null && number === normalisePhone(own);
}

/** A number is asked for unless there is none. */
export function asksNumber(form: Pick<Form, "phoneOwner">): boolean {
  return form.phoneOwner !== null && form.phoneOwner !== "none";
}

/** Whose number it is in a few words is asked for where it is not the worker's own. */
export function asksWhose(form: Pick<Form, "phoneOwner">): boolean {
  return form.phoneOwner === "family" || form.phoneOwner === "other";
}

export function whoseOf(form: Pick<Form, "phoneOwner" | "phoneWhose">): string | null {
  return asksWhose(form) ? tidy(form.phoneWhose) || null : null;
}

export function isEmail(typed: string): boolean {
  return /^[^@\s]+@[^@\s]+\.[^@\s]+$/.test(typed.trim());
}
