import { bilingual } from "./language";

export const quotaTexts = bilingual(
  {
    title: "Sebelum mengisi",
    home: "Beranda",
    outTitle: "Kuota cabang habis",
    usedTitle: "Jatah luring HP ini habis",
    endedTitle: "Jatah luring HP ini berakhir",
    closedTitle: "Cabang menutup kuotanya",
    waitsBody:
      "Pendaftaran ini mungkin menunggu di antrean cabang. Datanya aman dan urutannya menurut waktu dicatat, tetapi pekerja belum terlindungi sampai masuk dan membayar. Katakan itu kepadanya.",
    closedBody: "Pendaftaran baru lewat agen akan ditolak sampai cabang membuka kuota lagi. Jangan menerima uangnya.",
    elsewhere: "Pekerja dapat mendaftar tanpa menunggu di kantor cabang atau lewat aplikasi JMO.",
    sync: "Dengan sinyal HP ini mungkin mendapat jatah baru: kirim dulu, lalu coba lagi.",
    toOutbox: "Ke Kiriman",
    goOn: "Lanjut mengisi",
    goOnAnyway: "Tetap mengisi",
  },
  {
    title: "Before you begin",
    home: "Home",
    outTitle: "The branch quota is used up",
    usedTitle: "This phone's offline slots are used up",
    endedTitle: "This phone's offline slots have ended",
    closedTitle: "The branch has closed its quota",
    waitsBody:
      "This enrolment may wait in the branch's queue. Its data is safe and its place is by the time of capture, but the worker is not protected before getting in and paying. Tell them so.",
    closedBody:
      "New enrolments through agents are refused until the branch opens its quota again. Take no money for it.",
    elsewhere: "The worker can join without waiting at the branch office or in the JMO app.",
    sync: "With signal this phone may get new slots: send first, then try again.",
    toOutbox: "To the outbox",
    goOn: "Go on to the form",
    goOnAnyway: "Fill it in anyway",
  },
);
