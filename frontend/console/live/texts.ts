/** The words of the live screen in both languages, and how it writes numbers, rupiah and days. */

const id = {
  live: "Langsung",
  paused: "Dijeda",
  polling: "Diperbarui tiap 5 detik",
  away: "Terputus",
  ended: "Sesi berakhir",
  login: "Masuk lagi",
  connecting: "Menyambung",
  lastMove: (age: string) => `perubahan terakhir ${age}`,
  numbersOf: (age: string) => `angka ${age}`,
  nothingYet: "belum ada perubahan",
  justNow: "baru saja",
  seconds: (n: number) => `${n} dtk lalu`,
  minutes: (n: number) => `${n} mnt lalu`,
  hours: (n: number) => `${n} jam lalu`,
  days: (n: number) => `${n} hari lalu`,
  pausedNote:
    "Basis data sedang tidak terjangkau. Angka di bawah adalah yang terakhir diketahui; tidak ada yang hilang.",
  pollingNote:
    "Aliran langsung sedang terputus. Angka tetap diperbarui tiap 5 detik dan aliran disambung lagi otomatis.",
  awayNote: "Server tidak terjangkau. Angka di bawah adalah yang terakhir diketahui; halaman mencoba lagi sendiri.",
  endedNote: "Anda sudah keluar, atau halaman ini tidak lagi dibuka untuk Anda.",
  captured: "Didaftarkan",
  accepted: "Diterima",
  review: "Masuk pemeriksaan",
  active: "Jadi aktif",
  payments: "Pembayaran",
  contributions: "Iuran diterima",
  rejected: "Ditolak",
  cancelled: "Dibatalkan",
  review_closed: "Pemeriksaan selesai",
  today: "Hari ini",
  month: "Bulan ini",
  todayOf: (day: string) => `Hari ini, ${day}`,
  figuresTitle: "Angka hari ini",
  attainmentReached: (n: string) => `Target bulan ini tercapai: ${n} diterima`,
  attainmentAhead: (n: string) => `Di depan laju: lebih ${n} orang dari laju rata`,
  attainmentBehind: (n: string) => `Perlu ${n} orang per hari agar target tercapai`,
  attainmentNone: "Target bulan ini belum ditetapkan",
  attainmentNoneHint: "Pencapaian terlihat di sini setelah target bulan ini diisi.",
  of: (part: string, whole: string) => `${part} dari ${whole} orang`,
  expected: (n: string) => `laju rata: ${n} sampai hari ini`,
  daysLeft: (n: number) => (n === 1 ? "hari terakhir bulan ini" : `sisa ${n} hari kalender`),
  evenPace: "Laju rata",
  quota: "Batas kuota cabang",
  quotaLine: (left: string, cap: string) => `sisa ${left} dari ${cap}`,
  quotaLeased: (n: string) => `${n} dipinjamkan ke HP`,
  quotaOver: (n: string) => `${n} di atas batas`,
  paceTitle: (n: string, hour: string) => `${n} pendaftaran masuk pada jam ${hour}`,
  paceNone: "Belum ada pendaftaran masuk hari ini",
  paceHint: "Pendaftaran yang masuk per jam, hari ini",
  hour: "Jam",
  persons: "Orang",
  asTable: "Lihat sebagai tabel",
  feedTitle: "Baru saja terjadi",
  feedNone: "Belum ada kejadian. Pendaftaran, pembayaran, dan pemeriksaan akan muncul di sini begitu terjadi.",
  mapTitle: (name: string, n: string) => `Terbanyak bulan ini: ${name}, ${n} orang`,
  mapNone: "Belum ada pendaftaran diterima bulan ini",
  mapHint: "Diterima bulan ini per kabupaten/kota",
  regency: "Kabupaten/kota",
  few: "sedikit",
  many: "banyak",
  region: "Kantor Wilayah",
  branch: "Kantor Cabang (KC)",
  sub_branch: "Kantor Cabang Pembantu (KCP)",
  agency_office: "Kantor Perisai",
  agent: "Agen Perisai",
  name: "Nama",
  target: "Target",
  attained: "Tercapai",
  childrenTitle: "Pencapaian menurut bagian",
  noTarget: "tanpa target",
  openRecords: (what: string) => `${what}: lihat catatannya`,
  more: (n: string) => `Tampilkan ${n} lainnya`,
};

const en: typeof id = {
  live: "Live",
  paused: "Paused",
  polling: "Updated every 5 seconds",
  away: "Disconnected",
  ended: "Session over",
  login: "Log in again",
  connecting: "Connecting",
  lastMove: (age) => `last change ${age}`,
  numbersOf: (age) => `numbers from ${age}`,
  nothingYet: "no change yet",
  justNow: "just now",
  seconds: (n) => `${n} s ago`,
  minutes: (n) => `${n} min ago`,
  hours: (n) => `${n} h ago`,
  days: (n) => `${n} days ago`,
  pausedNote: "The database cannot be reached. The numbers below are the last ones known; nothing is lost.",
  pollingNote:
    "The live stream is interrupted. Numbers are still updated every 5 seconds and the stream reconnects by itself.",
  awayNote: "The server cannot be reached. The numbers below are the last ones known; the page keeps trying.",
  endedNote: "You are logged out, or this page is no longer open to you.",
  captured: "Enrolled",
  accepted: "Accepted",
  review: "Sent to review",
  active: "Became active",
  payments: "Payments",
  contributions: "Contributions received",
  rejected: "Refused",
  cancelled: "Cancelled",
  review_closed: "Reviews done",
  today: "Today",
  month: "This month",
  todayOf: (day) => `Today, ${day}`,
  figuresTitle: "Today's figures",
  attainmentReached: (n) => `This month's target is reached: ${n} accepted`,
  attainmentAhead: (n) => `Ahead of pace: ${n} persons more than an even pace`,
  attainmentBehind: (n) => `${n} persons a day are needed to reach the target`,
  attainmentNone: "No target is set for this month",
  attainmentNoneHint: "Attainment shows here once this month's target is entered.",
  of: (part, whole) => `${part} of ${whole} persons`,
  expected: (n) => `even pace: ${n} by today`,
  daysLeft: (n) => (n === 1 ? "last day of the month" : `${n} calendar days left`),
  evenPace: "Even pace",
  quota: "Branch quota cap",
  quotaLine: (left, cap) => `${left} of ${cap} left`,
  quotaLeased: (n) => `${n} leased to phones`,
  quotaOver: (n) => `${n} above the cap`,
  paceTitle: (n, hour) => `${n} enrolments came in at ${hour}`,
  paceNone: "No enrolment has come in today yet",
  paceHint: "Enrolments that came in per hour, today",
  hour: "Hour",
  persons: "Persons",
  asTable: "Show as a table",
  feedTitle: "Just happened",
  feedNone: "Nothing has happened yet. Enrolments, payments and reviews appear here as they happen.",
  mapTitle: (name, n) => `Most this month: ${name}, ${n} persons`,
  mapNone: "No enrolment accepted yet this month",
  mapHint: "Accepted this month by regency",
  regency: "Regency",
  few: "few",
  many: "many",
  region: "Region offices (Kanwil)",
  branch: "Branches (KC)",
  sub_branch: "Sub-branches (KCP)",
  agency_office: "Agency offices (Kantor Perisai)",
  agent: "Agents (Perisai)",
  name: "Name",
  target: "Target",
  attained: "Attained",
  childrenTitle: "Attainment by part",
  noTarget: "no target",
  openRecords: (what) => `${what}: see the records`,
  more: (n) => `Show ${n} more`,
};

export const isEnglish = document.documentElement.lang.startsWith("en");
export const t = isEnglish ? en : id;

const plain = new Intl.NumberFormat(isEnglish ? "en-GB" : "id-ID");
const grouped = new Intl.NumberFormat("id-ID");
const MONTHS = {
  id: ["Jan", "Feb", "Mar", "Apr", "Mei", "Jun", "Jul", "Agu", "Sep", "Okt", "Nov", "Des"],
  en: ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"],
};

export function number(value: number): string {
  return plain.format(value);
}

export function rupiah(value: number): string {
  return `${value < 0 ? "-" : ""}Rp${grouped.format(Math.abs(value))}`;
}

export function percent(part: number, whole: number): string {
  return `${Math.floor((part * 100) / whole)}%`;
}

/** `2026-11-22` as `22 Nov 2026`. */
export function day(iso: string): string {
  const [year, month, date] = iso.split("-").map(Number);
  return `${date} ${MONTHS[isEnglish ? "en" : "id"][(month ?? 1) - 1]} ${year}`;
}

export function hour(value: number): string {
  return `${String(value).padStart(2, "0")}.00`;
}

export function age(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 3) {
    return t.justNow;
  }
  if (seconds < 60) {
    return t.seconds(seconds);
  }
  if (seconds < 3600) {
    return t.minutes(Math.floor(seconds / 60));
  }
  return seconds < 48 * 3600 ? t.hours(Math.floor(seconds / 3600)) : t.days(Math.floor(seconds / 86_400));
}
