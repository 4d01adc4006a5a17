import { bilingual } from "./language";

/** The card reader among the settings: to download it beforehand, or to make room. */
export const readerTexts = bilingual(
  {
    title: "Pembaca KTP",
    about: "Membaca isian dari foto KTP di HP ini, juga tanpa sinyal. Fotonya tidak dikirim ke mana pun untuk dibaca.",
    ready: "Siap dipakai, juga tanpa sinyal.",
    absent: (size: string) => `Belum diunduh (${size} MB).`,
    unsupported: "Peramban di HP ini terlalu lama untuk membaca foto. Isi dengan tangan saja.",
    download: (size: string) => `Unduh pembaca, ${size} MB`,
    slow: (minutes: number) =>
      `Sinyal sedang lambat: kira-kira ${minutes} menit. Lebih baik lewat Wi-Fi. Bila terputus, lanjut dari yang sudah ada.`,
    downloading: (percent: number) => `Mengunduh … ${percent}%`,
    drop: "Hapus pembaca dari HP ini",
    dropped: "Pembaca dihapus.",
  },
  {
    title: "ID card reader",
    about:
      "Reads the fields from a photo of the ID card on this phone, also without signal. The photo is sent nowhere to be read.",
    ready: "Ready, also without signal.",
    absent: (size) => `Not downloaded (${size} MB).`,
    unsupported: "The browser on this phone is too old to read photos. Type the fields instead.",
    download: (size) => `Download the reader, ${size} MB`,
    slow: (minutes) =>
      `The line is slow now: about ${minutes} min. Wi-Fi is better. If it drops, it goes on where it stopped.`,
    downloading: (percent) => `Downloading … ${percent}%`,
    drop: "Remove the reader from this phone",
    dropped: "Reader removed.",
  },
);
