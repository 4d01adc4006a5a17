import type { Why } from "../screens/blocked";
import { bilingual } from "./language";

export const blockedTexts = bilingual(
  {
    traineeTitle: "Anda masih dalam pelatihan",
    traineeBody: "Selesaikan kursus, lalu ujian. Begitu izin Anda terbit, Anda bisa mendaftarkan pekerja dari HP ini.",
    expiredTitle: "Izin Anda sudah habis",
    expiredBody: "Pendaftaran baru tidak akan diterima. Hubungi kantor cabang untuk memperpanjang izin.",
    revokedTitle: "Izin Anda tidak berlaku lagi",
    revokedBody: "Pendaftaran baru tidak akan diterima. Alasannya ada di berkas Anda; tanyakan ke kantor cabang.",
    suspendedTitle: "Anda sedang diskors",
    suspendedBody: "Pendaftaran baru tidak akan diterima. Alasan dan batas waktu banding ada di berkas Anda.",
    remedialTitle: "Ada pelatihan ulang yang harus diselesaikan",
    remedialBody: "Pendaftaran baru tidak akan diterima sampai kursus yang diwajibkan selesai.",
    until: (date: string) => `Berlaku sampai ${date}.`,
    toCourses: "Buka kursus",
    toMe: "Lihat izin dan berkas saya",
    enrolTitle: "Belum bisa mendaftarkan",
    enrolBody: "Isian yang sudah tersimpan tetap aman di HP ini.",
    workersMeanwhile: "Pekerja yang ingin mendaftar sekarang bisa datang ke kantor cabang.",
    home: "Ke beranda",
    steps: "Menuju izin Anda",
    stepCourses: "Selesaikan kursus",
    stepExam: "Lulus ujian",
    stepLicence: "Izin diterbitkan kantor cabang",
  },
  {
    traineeTitle: "You are still in training",
    traineeBody:
      "Finish your courses, then the exam. Once your licence is issued you can enrol workers with this phone.",
    expiredTitle: "Your licence has expired",
    expiredBody: "New enrolments will not be accepted. Contact the branch office to renew it.",
    revokedTitle: "Your licence is no longer valid",
    revokedBody: "New enrolments will not be accepted. The reason is in your file; ask the branch office.",
    suspendedTitle: "You are suspended",
    suspendedBody: "New enrolments will not be accepted. The reason and the deadline for an appeal are in your file.",
    remedialTitle: "There is remedial training to finish",
    remedialBody: "New enrolments will not be accepted until the courses you were given are done.",
    until: (date) => `It lasts until ${date}.`,
    toCourses: "Open my courses",
    toMe: "See my licence and file",
    enrolTitle: "You cannot enrol yet",
    enrolBody: "Forms that were saved are safe on this phone.",
    workersMeanwhile: "Workers who want to enrol now can come to the branch office.",
    home: "Go to the home screen",
    steps: "On the way to your licence",
    stepCourses: "Finish the courses",
    stepExam: "Pass the exam",
    stepLicence: "The branch office issues the licence",
  },
);

/** What stands in the way, and what to do. */
export function sayBlocked(
  t: (typeof blockedTexts)["id"],
  why: Why,
): { readonly title: string; readonly body: string } {
  return { title: t[`${why}Title`], body: t[`${why}Body`] };
}
