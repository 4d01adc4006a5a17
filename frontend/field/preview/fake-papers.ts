/** What an agent knows of itself, and what the phone warns of. */
import rules from "../../../tests/golden/rules.json";
import type { AboutView, KeepingState, MeView } from "../src/engine/contract";
import { agent, branch, MINUTE, NOW, wants } from "./fake-words";

const why = ["trainee", "suspended", "remedial", "revoked-licence"].find((one) => wants.has(one)) ?? null;
/** An agent of the first day: no target, nobody enrolled, no place, nothing lent. */
const BARE: Partial<MeView> = {
  today: { enrolled: 0, active: 0, review: 0 },
  month: { enrolled: 0, active: 0, review: 0, contributions: 0, accepted: 0 },
  target_month: null,
  days_off: [],
  rank: null,
  quota: null,
  lease: null,
  dues: { count: 0, amount: 0 },
};
const FULL: MeView = {
  agent,
  branch,
  licence:
    why === "trainee"
      ? null
      : {
          number: "PRS-15-00042",
          valid_to: wants.has("expiring") ? "2026-12-10" : "2027-06-30",
          state: why === "revoked-licence" ? "revoked" : (why ?? "valid"),
        },
  today: { enrolled: 3, active: 1, review: 1 },
  month: { enrolled: 40, active: 31, review: 1, contributions: 1_240_000 },
  target_month: 60,
  quota: { cap: 500, left: wants.has("full") ? 0 : 120, mode: "queue" },
  dues: { count: 7, amount: 117_600 },
  rules: rules.version,
  as_of_ms: NOW - (wants.has("lastmonth") ? 40 * 24 * 60 : 12) * MINUTE,
};
export const me: MeView = wants.has("bare") ? { ...FULL, ...BARE } : FULL;
export const about: AboutView = {
  since: "2025-07-01",
  licence: me.licence && { ...me.licence, valid_from: "2026-07-01" },
  renewal: me.licence && {
    licence: me.licence.number,
    valid_to: me.licence.valid_to,
    opens_on: wants.has("expiring") ? "2026-10-11" : "2027-05-01",
    minutes: { done: wants.has("lacking") ? 150 : 360, needed: 360 },
    checklist: [
      {
        key: "window",
        met: wants.has("expiring"),
        title: { id: "Waktu perpanjangan", en: "Time to renew" },
        said: { id: "mulai 11-10-2026", en: "from 11-10-2026" },
      },
      {
        key: "credit",
        met: !wants.has("lacking"),
        title: { id: "Jam belajar", en: "Credit hours" },
        said: { id: "", en: "" },
      },
    ],
    asked: wants.has("renewal-refused")
      ? { state: "refused", on: "2026-11-20", answered_on: "2026-11-21", reason: "Pasang foto yang baru dulu." }
      : null,
  },
  hold:
    why === "suspended" || why === "remedial"
      ? { kind: why, since: "2026-11-20", until: why === "suspended" ? "2026-12-20" : null }
      : null,
  photo: null,
  check: {
    url: "https://perisai.example/agen/P-1501-0001-7K3Q",
    qr: Array.from({ length: 29 }, (_, row) =>
      Array.from({ length: 29 }, (_, column) =>
        (row * 7 + column * 13 + ((row * column) % 5)) % 3 === 0 ? "1" : "0",
      ).join(""),
    ),
  },
  office: {
    name: agent.office,
    agreement: { number: "PKS/15/0007", valid_from: "2026-01-01", valid_to: "2026-12-31" },
    trouble: null,
  },
  placement: { place: agent.sub_branch, from: "2025-07-01", until: null, districts: ["Jelutung", "Pasar Jambi"] },
  exams: [
    {
      id: "0191b6a2-0000-7000-8000-0000000000e1",
      title: { id: "Ujian izin agen", en: "Exam for the licence" },
      opens_at: "2026-11-25T02:00:00Z",
      closes_at: "2026-11-25T09:00:00Z",
      minutes: 45,
      attempts_left: 2,
      place: "KC Jambi, ruang 2",
      refused: null,
      path: "/ujian/abc",
    },
  ],
  file: wants.has("clean")
    ? []
    : [
        {
          id: "0191b6a2-0000-7000-8000-0000000000f1",
          title: { id: "Peringatan tertulis", en: "Written warning" },
          reason: { id: "Setoran terlambat", en: "Cash deposited late" },
          text: "Iuran tunai disetor tiga hari terlambat.",
          on: "2026-11-10",
          until: null,
          is_over: false,
          can_appeal: true,
          appeal_by: "2026-11-24",
          appeal: null,
        },
      ],
  as_of_ms: NOW - 2 * 60 * MINUTE,
};
/** All there are, at once. */
export const WARNINGS: KeepingState["warnings"] = [
  { kind: "space", freeBytes: 7_500_000 },
  { kind: "clock", minutes: -75 },
  { kind: "days_unsent", days: 3, unsent: 4 },
  { kind: "licence_ends", on: "2026-12-12" },
  { kind: "rules_old", days: 41 },
  { kind: "not_persisted" },
];
