/** Which six digits are no PIN: what a child or a thief would try first. */
import { EngineError } from "../contract";

const FORM = /^\d{6}$/;
const KNOWN = new Set([
  "112233",
  "223344",
  "332211",
  "123321",
  "102030",
  "159753",
  "147258",
  "258369",
  "369258",
  "741852",
]);

function isRun(pin: string): boolean {
  const steps = new Set([...pin].slice(1).map((digit, place) => (Number(digit) - Number(pin[place]) + 10) % 10));
  // 0: all alike; 1 and 9: 234567 and 765432, also over 9 to 0.
  return steps.size === 1 && [0, 1, 9].some((step) => steps.has(step));
}

/** 121212, 123123 */
function isRepeated(pin: string): boolean {
  return pin.slice(0, 3) === pin.slice(3) || pin === pin.slice(0, 2).repeat(3);
}

function isDay(day: string, month: string): boolean {
  const [d, m] = [Number(day), Number(month)];
  return d >= 1 && d <= 31 && m >= 1 && m <= 12;
}

/** Somebody's birthday, or the year of one: 170890, 900817, 081990, 199008. */
function isBirth(pin: string): boolean {
  const [a, b, c] = [pin.slice(0, 2), pin.slice(2, 4), pin.slice(4)];
  const isYear = (year: string): boolean => Number(year) >= 1930 && Number(year) <= 2029;
  return isDay(a, b) || isDay(c, b) || isYear(a + b) || isYear(b + c);
}

export function isWeakPin(pin: string): boolean {
  return !FORM.test(pin) || isRun(pin) || isRepeated(pin) || KNOWN.has(pin) || isBirth(pin);
}

/** Throws `pin_weak`. */
export function checkPin(pin: string): void {
  if (isWeakPin(pin)) throw new EngineError("pin_weak");
}
