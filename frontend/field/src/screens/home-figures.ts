/** What the home screen works out from the agent's figures. Days are `YYYY-MM-DD` in the branch's time zone. */

const DAY = 86_400_000;

/** Days left in the month of `today`, today included: 1 on its last day. */
export function daysLeftInMonth(today: string): number {
  const [year, month, day] = today.split("-").map(Number) as [number, number, number];
  return new Date(Date.UTC(year, month, 0)).getUTCDate() - day + 1;
}

/** How many a day are needed to add `missing` in `days`, rounded up; null when nothing is missing. */
export function neededPerDay(missing: number, days: number): number | null {
  return missing > 0 ? Math.ceil(missing / days) : null;
}

/** Whole days from `today` until `day`; negative when it is past. */
export function daysUntil(today: string, day: string): number {
  return Math.round((Date.parse(day) - Date.parse(today)) / DAY);
}

/** The first word of a name, or the whole name where that word is a mere initial. */
export function shortName(name: string): string {
  const [first = name] = name.split(" ");
  return first.length < 3 || first.endsWith(".") ? name : first;
}
