/** Members and villages of nobody. */
import type { MemberState, MemberView, VillageView } from "../src/engine/contract";
import { wants } from "./fake-words";

const NAMES = [
  "Siti Aminah",
  "Muhammad Yusuf",
  "Suparman",
  "Dewi Lestari",
  "Ahmad Fauzi",
  "Nurhayati",
  "Joko Susilo",
  "Rina Marlina",
  "Abdul Rahman",
  "Sri Wahyuni Handayani Kusumaningrum",
];
const STATES: readonly MemberState[] = [
  "active",
  "accepted",
  "review",
  "active",
  "unsent",
  "active",
  "rejected",
  "accepted",
  "captured",
  "lapsed",
];
export const REGIONS: readonly VillageView[] = [
  ["15.71.08.1001", "Handil Jaya", "Jelutung", "Kota Jambi"],
  ["15.71.08.1002", "Jelutung", "Jelutung", "Kota Jambi"],
  ["15.71.01.1001", "Telanaipura", "Telanaipura", "Kota Jambi"],
  ["15.08.01.2001", "Tanah Tumbuh", "Tanah Tumbuh", "Kabupaten Bungo"],
].map(([code = "", name = "", district = "", regency = ""]) => ({
  code,
  name,
  district,
  regency,
  label: `${name}, ${district}, ${regency}`,
}));

export function member(index: number): MemberView {
  const state = STATES[index % STATES.length] ?? "active";
  const paid = state === "active";
  const owes = state === "accepted";
  return {
    key: `m${index}`,
    enrolment: state === "unsent" ? null : `m${index}`,
    op: `op${index}`,
    name: `${NAMES[index % NAMES.length]} ${index >= NAMES.length ? index : ""}`.trim(),
    nik: "1571**********01",
    state,
    opStatus: state === "unsent" ? "unsent" : "accepted",
    review: null,
    error:
      state === "rejected"
        ? {
            code: "E3101",
            text: {
              id: "Pendaftaran ini belum bisa diterima.",
              en: "This enrolment cannot be accepted yet.",
              action: {
                id: "Minta pekerja datang ke kantor cabang dengan KTP.",
                en: "Ask the worker to come to the branch office with the ID card.",
              },
            },
          }
        : null,
    capturedOn: "2026-11-20",
    region: "15.71.08.1001",
    phone: "+6281200000001",
    programmes: ["JKK", "JKM"],
    months: 3,
    paymentCode: owes ? "8801500000000123" : null,
    amount: owes ? 33_600 : null,
    payBy: owes ? "2026-11-30T16:59:59Z" : null,
    payLink: owes ? "https://example.test/p/abc" : null,
    paidThrough: paid ? "2027-01" : null,
    coverFrom: paid ? "2026-11-20T03:05:00Z" : null,
    kpj: paid ? "21012345678" : null,
    core: paid ? "registered" : "none",
    photoPending: state === "unsent",
    photoBy: index === 1 ? "2026-11-25" : null,
    cancelling: false,
    canCancel: state !== "active" && state !== "rejected",
  };
}

export const members: MemberView[] = wants.has("empty")
  ? []
  : Array.from({ length: wants.has("many") ? 5000 : 24 }, (_, index) => member(index));
