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
  numbersOf: (when: string) => `angka ${when}`,
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
  noBranches:
    "Belum ada kantor cabang di sini. Angka muncul setelah yang pertama dibuka dan agennya mulai mendaftarkan.",
  noAgents:
    "Belum ada agen di sini. Angka muncul setelah yang pertama berlisensi, ditempatkan, dan mulai mendaftarkan.",
  today: "Hari ini",
  month: "Bulan ini",
  todayOf: (day: string) => `Hari ini, ${day}`,
  figuresTitle: "Angka hari ini",
  attainmentReached: (n: string) => `Target bulan ini tercapai: ${n} diterima`,
  attainmentAhead: (n: string) => `Di depan laju: lebih ${n} orang dari laju rata`,
  attainmentBehind: (n: string) => `Perlu ${n} orang per hari kerja agar target tercapai`,
  attainmentEven: "Tepat pada laju rata menuju target",
  attainmentNone: "Target bulan ini belum ditetapkan",
  attainmentNoneHint: "Pencapaian terlihat di sini setelah target bulan ini diisi.",
  of: (part: string, whole: string) => `${part} dari ${whole} orang`,
  expected: (n: string) => `laju rata: ${n} sampai hari ini`,
  daysLeft: (n: number) => (n === 0 ? "tidak ada hari kerja lagi" : `sisa ${n} hari kerja`),
  neededPerDay: (n: string) => `Perlu ${n} orang per hari kerja sampai akhir bulan.`,
  targetsApart: (target: string, beneath: string, difference: string) =>
    `Target ${target}, jumlah di bawahnya ${beneath} (selisih ${difference})`,
  targetOfAgents: "jumlah target agennya",
  targetOfAgentsHint: "Target ini jumlah target agennya: belum ada yang memberi kantor ini target sendiri.",
  attainmentOver: (n: string) => `Kurang ${n} orang, hari kerja bulan ini sudah habis`,
  ramadan: "Ramadan",
  market: (names: string) => `Hari pasar: ${names}`,
  standingOf: (when: string) => `Keadaan ${when}, dihitung tiap 5 menit`,
  standingAt: (when: string) => `keadaan ${when}`,
  enrolledToday: "Didaftarkan hari ini",
  standingNone: "Belum dihitung; keadaan dihitung tiap 5 menit",
  standingTitle: "Yang perlu dijaga",
  membersOf: (n: string) => `${n} peserta`,
  overdue: (n: string) => `${n} terlambat disetor`,
  ofAgents: (n: string) => `dari ${n} agen aktif`,
  ofCap: (n: string) => `dari batas ${n}`,
  capFull: (n: string) => `${n} cabang sudah mencapai batas`,
  capReached: "batas sudah tercapai",
  capUnknown: "perkiraan muncul setelah 5 hari kerja",
  capOn: (day: string) => `batas diperkirakan tercapai ${day}`,
  capNot: (day: string) => `diperkirakan cukup sampai ${day}`,
  agentHead: "Agen",
  branchHead: "Cabang",
  leadersOf: { branches: "Cabang di antara yang setara", agents: "Agen di antara yang setara" },
  leadersOfHint: {
    branches:
      "Diterima bulan ini per agen aktif dan hari kerja, dibandingkan dengan cabang yang melayani jenis daerah yang sama (menurut angkatan kerja)",
    agents:
      "Diterima per hari kerja bulan ini, dibandingkan dengan semua agen dalam cakupan ini yang bekerja di jenis daerah yang sama dan selama itu berlisensi",
  },
  leadersChoice: "Siapa yang dibandingkan",
  leadersWho: { branches: "Cabang", agents: "Agen" },
  mostlyCity: "Terutama kota",
  mostlyRegency: "Terutama kabupaten",
  sampleBranches: (n: string, all: string) => `${n} dari ${all} cabang dibandingkan`,
  branchesNotRanked:
    "Terlalu sedikit untuk diperingkat (kurang dari 5 cabang dengan 3 hari kerja dan 3 agen aktif); nilainya saja.",
  perAgentDay: "Per agen dan hari kerja",
  ofPace: "Dari laju target",
  acceptedByAgents: (n: string, agents: string, days: string) => `${n} oleh ${agents} agen dalam ${days} hari`,
  branchesMore: (n: string) => `dan ${n} cabang lainnya`,
  agentsMore: (n: string) => `dan ${n} agen lainnya`,
  asking: "Sedang dihitung…",
  askingFailed: "Tidak dapat dihitung sekarang. Pilih lagi nanti.",
  askAgain: "Hitung lagi",
  alerts: "Peringatan terbuka",
  alertsFor: "dalam cakupan ini, belum ditangani",
  paceUsual: "Sama dengan hari biasa sampai jam ini",
  paceAbove: (n: string) => `${n} pendaftaran lebih banyak dari hari biasa`,
  paceBelow: (n: string) => `${n} pendaftaran lebih sedikit dari hari biasa`,
  paceLine: (n: string, usual: string, whole: string) =>
    `${n} sampai sekarang; biasanya ${usual} pada jam ini dan ${whole} sehari.`,
  paceSample: (n: number) => `Hari biasa: nilai tengah ${n} hari yang sama di minggu-minggu lalu`,
  funnelTitle: {
    first_paid: (share: string) => `${share} dari yang diterima lalu membayar`,
    paying_3: (share: string) => `${share} masih membayar setelah 3 bulan`,
    paying_6: (share: string) => `${share} masih membayar setelah 6 bulan`,
    paying_12: (share: string) => `${share} masih membayar setelah 12 bulan`,
  },
  funnelHint: "Setiap tahap: bulan terbaru yang sudah sampai di sana, dengan jumlah orang yang diterima bulan itu",
  funnelFew: "Orang per bulan masih terlalu sedikit untuk menilai",
  funnelNone: "Belum ada angkatan yang cukup lama",
  funnelNoneHint: "Dari diterima sampai tetap membayar terlihat di sini mulai dua bulan setelah pendaftaran pertama.",
  stage: "Tahap",
  shareOf: "Sampai di sini",
  acceptedIn: "Diterima bulan itu",
  stages: {
    first_paid: "Pembayaran pertama",
    paying_3: "Membayar setelah 3 bulan",
    paying_6: "Membayar setelah 6 bulan",
    paying_12: "Membayar setelah 12 bulan",
  },
  smallSample: "sampel kecil",
  leadersTitle: "Agen di antara yang setara",
  leadersHint:
    "Diterima per hari kerja bulan ini, dibandingkan dengan agen di jenis daerah yang sama dan selama itu berlisensi",
  inCity: "Kota",
  inRegency: "Kabupaten",
  newAgents: "berlisensi kurang dari 6 bulan",
  oldAgents: "berlisensi 6 bulan atau lebih",
  sample: (n: string) => `${n} agen dibandingkan`,
  notRanked: "Terlalu sedikit untuk diperingkat (kurang dari 5 agen dengan 3 hari kerja); nilainya saja.",
  place: "Peringkat",
  perWorkingDay: "Per hari kerja",
  inDays: "Dasar",
  acceptedInDays: (n: string, days: string) => `${n} dalam ${days} hari`,
  andMore: (n: string) => `dan ${n} lainnya, lihat tabel agen di bawah`,
  columns: {
    name: "Nama",
    paying: "Membayar",
    share: "Tercapai",
    today: "Hari ini",
    month: "Bulan ini",
    active: "Pembayaran pertama",
    contributions: "Iuran",
    arrears: "Tunggakan",
  },
  wall: "Layar dinding",
  wallLeave: "Keluar (Esc)",
  wallKeys: "← → ganti · spasi berhenti · F layar penuh",
  wallNext: (n: number, all: number) => `${n} dari ${all}`,
  wallHeld: "berhenti berganti",
  neededShort: (n: string) => `perlu ${n} per hari kerja`,
  thisMonth: (n: string) => `bulan ini ${n}`,
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
  numbersOf: (when) => `as of ${when}`,
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
  noBranches: "There is no branch here yet. Numbers appear once the first is opened and its agents begin to enrol.",
  noAgents: "There is no agent here yet. Numbers appear once the first is licensed, placed and begins to enrol.",
  today: "Today",
  month: "This month",
  todayOf: (day) => `Today, ${day}`,
  figuresTitle: "Today's figures",
  attainmentReached: (n) => `This month's target is reached: ${n} accepted`,
  attainmentAhead: (n) => `Ahead of pace: ${n} persons more than an even pace`,
  attainmentBehind: (n) => `${n} persons a working day are needed to reach the target`,
  attainmentEven: "Right at an even pace towards the target",
  attainmentNone: "No target is set for this month",
  attainmentNoneHint: "Attainment shows here once this month's target is entered.",
  of: (part, whole) => `${part} of ${whole} persons`,
  expected: (n) => `even pace: ${n} by today`,
  daysLeft: (n) => (n === 0 ? "no working day left" : n === 1 ? "1 working day left" : `${n} working days left`),
  neededPerDay: (n) => `Needed: ${n} persons a working day until the end of the month.`,
  targetsApart: (target, beneath, difference) =>
    `Target ${target}, sum of those beneath ${beneath} (difference ${difference})`,
  targetOfAgents: "sum of its agents' targets",
  targetOfAgentsHint: "This target is the sum of its agents' targets: nobody gave this office one of its own.",
  attainmentOver: (n) => `${n} persons short, and no working day of this month is left`,
  ramadan: "Ramadan",
  market: (names) => `Market day: ${names}`,
  standingOf: (when) => `As of ${when}, counted every 5 minutes`,
  standingAt: (when) => `as of ${when}`,
  enrolledToday: "Enrolled today",
  standingNone: "Not counted yet; this is counted every 5 minutes",
  standingTitle: "What needs watching",
  membersOf: (n) => `${n} members`,
  overdue: (n) => `${n} overdue`,
  ofAgents: (n) => `of ${n} active agents`,
  ofCap: (n) => `of a cap of ${n}`,
  capFull: (n) => `${n} branches have reached their cap`,
  capReached: "the cap is reached",
  capUnknown: "a forecast appears after 5 working days",
  capOn: (day) => `cap expected to be reached on ${day}`,
  capNot: (day) => `expected to last until ${day}`,
  agentHead: "Agent",
  branchHead: "Branch",
  leadersOf: { branches: "Branches among their like", agents: "Agents among their like" },
  leadersOfHint: {
    branches:
      "Accepted this month per active agent and working day, beside branches that serve the same kind of district (by labour force)",
    agents:
      "Accepted a working day this month, beside all agents in this scope in the same kind of district who have been licensed as long",
  },
  leadersChoice: "Who is compared",
  leadersWho: { branches: "Branches", agents: "Agents" },
  mostlyCity: "Mostly city",
  mostlyRegency: "Mostly regency",
  sampleBranches: (n, all) => `${n} of ${all} branches compared`,
  branchesNotRanked:
    "Too few to rank (less than 5 branches with 3 working days and 3 active agents); their figures only.",
  perAgentDay: "Per agent and working day",
  ofPace: "Of the pace needed",
  acceptedByAgents: (n, agents, days) => `${n} by ${agents} agents in ${days} days`,
  branchesMore: (n) => `and ${n} more branches`,
  agentsMore: (n) => `and ${n} more agents`,
  asking: "Being worked out…",
  askingFailed: "It cannot be worked out now. Choose it again later.",
  askAgain: "Work out again",
  alerts: "Open alerts",
  alertsFor: "in this scope, not taken note of",
  paceUsual: "The same as a usual day by this hour",
  paceAbove: (n) => `${n} enrolments more than on a usual day`,
  paceBelow: (n) => `${n} enrolments fewer than on a usual day`,
  paceLine: (n, usual, whole) => `${n} so far; usually ${usual} by this hour and ${whole} in a day.`,
  paceSample: (n) => `A usual day: the median of ${n} such weekdays of past weeks`,
  funnelTitle: {
    first_paid: (share) => `${share} of those accepted went on to pay`,
    paying_3: (share) => `${share} still pay after 3 months`,
    paying_6: (share) => `${share} still pay after 6 months`,
    paying_12: (share) => `${share} still pay after 12 months`,
  },
  funnelHint: "Each stage: the newest month that has come to it, with how many people were accepted in that month",
  funnelFew: "Too few people a month to judge yet",
  funnelNone: "No month is old enough yet",
  funnelNoneHint: "From accepted to still paying shows here from two months after the first enrolments on.",
  stage: "Stage",
  shareOf: "Came this far",
  acceptedIn: "Accepted that month",
  stages: {
    first_paid: "First payment",
    paying_3: "Paying after 3 months",
    paying_6: "Paying after 6 months",
    paying_12: "Paying after 12 months",
  },
  smallSample: "small sample",
  leadersTitle: "Agents among their like",
  leadersHint:
    "Accepted a working day this month, beside agents in the same kind of district who have been licensed as long",
  inCity: "City",
  inRegency: "Regency",
  newAgents: "licensed for less than 6 months",
  oldAgents: "licensed for 6 months or more",
  sample: (n) => `${n} agents compared`,
  notRanked: "Too few to rank (less than 5 agents with 3 working days); their figures only.",
  place: "Place",
  perWorkingDay: "A working day",
  inDays: "Out of",
  acceptedInDays: (n, days) => `${n} in ${days} days`,
  andMore: (n) => `and ${n} more, see the table of agents below`,
  columns: {
    name: "Name",
    paying: "Paying",
    share: "Attained",
    today: "Today",
    month: "This month",
    active: "First payments",
    contributions: "Contributions",
    arrears: "Arrears",
  },
  wall: "Wall screen",
  wallLeave: "Leave (Esc)",
  wallKeys: "← → change · space hold · F full screen",
  wallNext: (n, all) => `${n} of ${all}`,
  wallHeld: "held",
  neededShort: (n) => `${n} needed a working day`,
  thisMonth: (n) => `this month ${n}`,
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
  noTarget: "no target",
  openRecords: (what) => `${what}: see the records`,
  more: (n) => `Show ${n} more`,
};

export const isEnglish = document.documentElement.lang.startsWith("en");
export const t = isEnglish ? en : id;

const plain = new Intl.NumberFormat(isEnglish ? "en-GB" : "id-ID");
const twoDecimals = new Intl.NumberFormat(isEnglish ? "en-GB" : "id-ID", {
  minimumFractionDigits: 2,
  maximumFractionDigits: 2,
});
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

/** Rounded half up, as `perisai/figures/definition.py` does. */
export function percent(part: number, whole: number): string {
  return `${Math.floor((200 * part + whole) / (2 * whole))}%`;
}

/** Two decimals: `1,25`. */
export function decimal(value: number): string {
  return twoDecimals.format(value);
}

/** Time of day on this computer: `14.05`. */
export function clock(ms: number): string {
  const at = new Date(ms);
  return `${String(at.getHours()).padStart(2, "0")}.${String(at.getMinutes()).padStart(2, "0")}`;
}

/** `14.05`, of another day than today `22 Nov 2026 14.05`; on this computer. */
export function momentOf(ms: number, now: number): string {
  const at = new Date(ms);
  const iso = [at.getFullYear(), at.getMonth() + 1, at.getDate()].join("-");
  return at.toDateString() === new Date(now).toDateString() ? clock(ms) : `${day(iso)} ${clock(ms)}`;
}

/** `2026-11-01` as `Nov 2026`. */
export function month(iso: string): string {
  const [year, at] = iso.split("-").map(Number);
  return `${MONTHS[isEnglish ? "en" : "id"][(at ?? 1) - 1]} ${year}`;
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
