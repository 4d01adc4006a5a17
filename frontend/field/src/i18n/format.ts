/**
 * Numbers, money, dates and ages as people here write them: Rp36.800, 1.234, 22 Nov 2026, Nov 2026, 14.05 WIB.
 * The same marks in both languages, because they are compared with slips and bank screens; only month names and words differ.
 */
import type { Language } from "./language";

const MONTHS: Record<Language, readonly string[]> = {
  id: ["Jan", "Feb", "Mar", "Apr", "Mei", "Jun", "Jul", "Agu", "Sep", "Okt", "Nov", "Des"],
  en: ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"],
};

const MONTHS_FULL: Record<Language, readonly string[]> = {
  id: [
    "Januari",
    "Februari",
    "Maret",
    "April",
    "Mei",
    "Juni",
    "Juli",
    "Agustus",
    "September",
    "Oktober",
    "November",
    "Desember",
  ],
  en: [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
  ],
};

const ZONES: Record<string, string> = {
  "Asia/Jakarta": "WIB",
  "Asia/Pontianak": "WIB",
  "Asia/Makassar": "WITA",
  "Asia/Jayapura": "WIT",
};

/** Whole number with dots between thousands. */
export function formatNumber(value: number): string {
  const digits = Math.abs(Math.trunc(value)).toString();
  const grouped = digits.replace(/\B(?=(\d{3})+$)/g, ".");
  return value < 0 ? `-${grouped}` : grouped;
}

/** Rupiah, a whole number of them. */
export function formatMoney(rupiah: number): string {
  return rupiah < 0 ? `-Rp${formatNumber(-rupiah)}` : `Rp${formatNumber(rupiah)}`;
}

/** `2026-11-22` as `22 Nov 2026`. Anything else comes back as it was. */
export function formatDate(isoDate: string, language: Language): string {
  const match = /^(\d{4})-(\d{2})-(\d{2})/.exec(isoDate);
  if (!match) return isoDate;
  const [, year, month, day] = match;
  return `${Number(day)} ${MONTHS[language][Number(month) - 1] ?? month} ${year}`;
}

/** `2026-11` or `2026-11-01` as `Nov 2026`. */
export function formatMonth(isoMonth: string, language: Language): string {
  const match = /^(\d{4})-(\d{2})/.exec(isoMonth);
  if (!match) return isoMonth;
  return `${MONTHS[language][Number(match[2]) - 1] ?? match[2]} ${match[1]}`;
}

/** Full name of a month, 1 to 12. */
export function monthName(month: number, language: Language): string {
  return MONTHS_FULL[language][month - 1] ?? String(month);
}

interface Parts {
  readonly date: string;
  readonly time: string;
}

function partsIn(timezone: string, instant: Date): Parts {
  const formatter = new Intl.DateTimeFormat("en-CA", {
    timeZone: timezone,
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  });
  const found = new Map(formatter.formatToParts(instant).map((part) => [part.type, part.value]));
  const date = `${found.get("year")}-${found.get("month")}-${found.get("day")}`;
  return { date, time: `${found.get("hour")}.${found.get("minute")}` };
}

/** Time of day in the branch's time zone with its name: `14.05 WIB`. */
export function formatTime(instant: number | string, timezone: string): string {
  const { time } = partsIn(timezone, new Date(instant));
  return `${time} ${ZONES[timezone] ?? timezone}`;
}

/** Date and time in the branch's time zone: `22 Nov 2026, 14.05 WIB`. */
export function formatInstant(instant: number | string, timezone: string, language: Language): string {
  const { date } = partsIn(timezone, new Date(instant));
  return `${formatDate(date, language)}, ${formatTime(instant, timezone)}`;
}

/** The calendar day of an instant in the branch's time zone, `2026-11-22`. */
export function dayOf(instant: number, timezone: string): string {
  return partsIn(timezone, new Date(instant)).date;
}

/** How long ago, in words, never more exact than is true: `baru saja`, `5 menit lalu`, `3 jam lalu`, `2 hari lalu`. */
export function formatAge(ageMs: number, language: Language): string {
  const minutes = Math.floor(ageMs / 60_000);
  if (minutes < 1) return language === "id" ? "baru saja" : "just now";
  if (minutes < 60) return language === "id" ? `${minutes} menit lalu` : `${minutes} min ago`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return language === "id" ? `${hours} jam lalu` : `${hours} h ago`;
  const days = Math.floor(hours / 24);
  return language === "id" ? `${days} hari lalu` : `${days} days ago`;
}

/** A payment code or NIK in groups of four, easier to read aloud. */
export function inGroups(code: string, size = 4): string {
  return code.replace(new RegExp(`(.{${size}})(?=.)`, "g"), "$1 ");
}

/** NIK with everything hidden but the first four and the last two digits. */
export function maskNik(nik: string): string {
  return nik.includes("*") || nik.length < 8 ? nik : `${nik.slice(0, 4)}**********${nik.slice(-2)}`;
}

/** Bytes as kB, rounded up, so that a small photo is not "0 kB". */
export function formatKilobytes(bytes: number): string {
  return `${formatNumber(Math.ceil(bytes / 1000))} kB`;
}
