/** The steps of an enrolment in order; a draft keeps the number of its step (1 to 5). */
export const STEPS = ["identity", "work", "programmes", "consent", "summary"] as const;

export type Step = (typeof STEPS)[number];

/** The four that are filled in; the fifth only checks. */
export const FILLED_STEPS = 4;

export function stepNumber(step: Step): number {
  return STEPS.indexOf(step) + 1;
}

/** The step of a number or of an address, the first one where there is none. */
export function stepOf(from: number | string | null): Step {
  if (typeof from === "number") return STEPS[from - 1] ?? "identity";
  return STEPS.find((step) => step === from) ?? "identity";
}

export function stepAfter(step: Step): Step {
  return STEPS[STEPS.indexOf(step) + 1] ?? "summary";
}

export function stepBefore(step: Step): Step | null {
  return STEPS[STEPS.indexOf(step) - 1] ?? null;
}
