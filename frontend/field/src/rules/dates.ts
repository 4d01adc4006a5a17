/** Days (`2026-11-22`) and months (`2026-11`) as text: no time zone can move them. Text compares as time does. */

export interface Day {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

/** The day, or null where the text is none or the calendar has no such day. */
export function parseDay(text: string): Day | null {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  if (!match) return null;
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  return isDay(year, month, day) ? { year, month, day } : null;
}

export function isDay(year: number, month: number, day: number): boolean {
  return month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month);
}

export function daysIn(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}

export function dayText(year: number, month: number, day: number): string {
  return `${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}`;
}

/** `2026-11-22` or `2026-11` -> `2026-11`. */
export function monthOf(text: string): string {
  return text.slice(0, 7);
}

/** `count` months in a row, the first one that of `first` (a day or a month). */
export function monthsFrom(first: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => addMonths(first, index));
}

export function addMonths(month: string, count: number): string {
  const number = Number(month.slice(0, 4)) * 12 + Number(month.slice(5, 7)) - 1 + count;
  return `${pad(Math.floor(number / 12), 4)}-${pad((number % 12) + 1, 2)}`;
}

/** The day `count` days after a day. */
export function addDays(day: string, count: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + count * 86_400_000).toISOString().slice(0, 10);
}

/** The last day of the month of a day or month. */
export function monthEnd(text: string): string {
  const [year, month] = [Number(text.slice(0, 4)), Number(text.slice(5, 7))];
  return dayText(year, month, daysIn(year, month));
}

/** Full years from the birth day to `on`; whoever was born on 29 February is a year older on 1 March. */
export function ageOn(birth: Day, on: Day): number {
  const had = on.month > birth.month || (on.month === birth.month && on.day >= birth.day);
  return on.year - birth.year - (had ? 0 : 1);
}

function pad(number: number, width: number): string {
  return String(number).padStart(width, "0");
}
