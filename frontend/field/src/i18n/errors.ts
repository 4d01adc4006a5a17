/** Words for what the phone itself reports: what happened and what is safe, then what to do next. */
import type { ErrorView, LocalErrorCode } from "../engine";
import type { Language } from "./language";

interface Said {
  readonly what: string;
  readonly action: string;
}

const TEXTS: Record<LocalErrorCode, Record<Language, Said>> = {
  insecure: {
    id: {
      what: "Alamat ini tidak aman (bukan HTTPS), jadi kunci HP tidak bisa dibuat.",
      action: "Buka aplikasi lewat alamat https:// dari kantor cabang Anda.",
    },
    en: {
      what: "This address is not secure (no HTTPS), so the phone's key cannot be made.",
      action: "Open the app at the https:// address your branch office gave you.",
    },
  },
  unsupported: {
    id: {
      what: "Peramban ini terlalu lama untuk aplikasi ini.",
      action: "Perbarui Chrome di Play Store, lalu buka lagi.",
    },
    en: {
      what: "This browser is too old for the app.",
      action: "Update Chrome in the Play Store and open the app again.",
    },
  },
  storage_full: {
    id: {
      what: "Penyimpanan HP penuh. Yang sudah tersimpan aman, yang baru belum bisa disimpan.",
      action: "Hapus foto atau aplikasi lain, lalu coba lagi.",
    },
    en: {
      what: "The phone's storage is full. What was saved is safe; nothing new can be saved.",
      action: "Delete other photos or apps, then try again.",
    },
  },
  storage_failed: {
    id: {
      what: "Penyimpanan HP tidak bisa dibuka.",
      action: "Tutup aplikasi lalu buka lagi. Bila terus terjadi, hubungi kantor cabang.",
    },
    en: {
      what: "The phone's storage cannot be opened.",
      action: "Close the app and open it again. If it goes on, contact the branch office.",
    },
  },
  offline: {
    id: { what: "Tidak ada sinyal. Semua aman di HP ini.", action: "Terkirim sendiri begitu ada sinyal." },
    en: {
      what: "No signal. Everything is safe on this phone.",
      action: "It is sent by itself once there is a signal.",
    },
  },
  unreachable: {
    id: {
      what: "Server belum menjawab. Semua aman di HP ini.",
      action: "Dicoba lagi sendiri. Anda boleh terus bekerja.",
    },
    en: {
      what: "The server did not answer. Everything is safe on this phone.",
      action: "It tries again by itself. Keep working.",
    },
  },
  captive_portal: {
    id: {
      what: "Wi-Fi ini meminta login dulu. Semua aman di HP ini.",
      action: "Buka peramban dan masuk ke Wi-Fi, atau pakai data seluler.",
    },
    en: {
      what: "This Wi-Fi wants you to log in first. Everything is safe on this phone.",
      action: "Open the browser and log in to the Wi-Fi, or use mobile data.",
    },
  },
  busy: {
    id: { what: "Server sedang ramai. Semua aman di HP ini.", action: "Dicoba lagi sendiri sebentar lagi." },
    en: { what: "The server is busy. Everything is safe on this phone.", action: "It tries again by itself soon." },
  },
  server_error: {
    id: {
      what: "Ada gangguan di server. Semua aman di HP ini.",
      action: "Dicoba lagi sendiri. Bila sampai besok, kabari kantor cabang.",
    },
    en: {
      what: "The server has a fault. Everything is safe on this phone.",
      action: "It tries again by itself. If it lasts until tomorrow, tell the branch office.",
    },
  },
  bad_answer: {
    id: { what: "Jawaban server terputus di jalan. Semua aman di HP ini.", action: "Dicoba lagi sendiri." },
    en: {
      what: "The server's answer was cut off. Everything is safe on this phone.",
      action: "It tries again by itself.",
    },
  },
  unauthorised: {
    id: {
      what: "Server tidak mengenali HP ini. Yang tersimpan tetap aman.",
      action: "Minta kode aktivasi baru dari kantor cabang.",
    },
    en: {
      what: "The server does not recognise this phone. What was saved is safe.",
      action: "Ask the branch office for a new activation code.",
    },
  },
  revoked: {
    id: {
      what: "HP ini dinonaktifkan oleh kantor cabang. Yang tersimpan tetap aman.",
      action: "Hubungi kantor cabang.",
    },
    en: {
      what: "The branch office has switched this phone off. What was saved is safe.",
      action: "Contact the branch office.",
    },
  },
  clock_wrong: {
    id: { what: "Jam HP ini jauh dari jam sebenarnya.", action: "Nyalakan tanggal dan waktu otomatis di setelan HP." },
    en: {
      what: "This phone's clock is far from the true time.",
      action: "Turn on automatic date and time in the phone's settings.",
    },
  },
  not_activated: {
    id: { what: "HP ini belum diaktifkan.", action: "Masukkan kode aktivasi dari kantor cabang." },
    en: { what: "This phone is not activated.", action: "Enter the activation code from the branch office." },
  },
  invalid_code: {
    id: {
      what: "Ini bukan kode aktivasi. Kode terdiri dari 10 huruf dan angka.",
      action: "Cocokkan lagi dengan kode dari kantor cabang.",
    },
    en: {
      what: "This is no activation code. A code has 10 letters and digits.",
      action: "Compare it with the code from the branch office.",
    },
  },
  camera_denied: {
    id: { what: "Kamera belum diizinkan.", action: "Izinkan kamera di setelan peramban, atau pakai cara lain." },
    en: {
      what: "The camera is not allowed.",
      action: "Allow the camera in the browser's settings, or use another way.",
    },
  },
  camera_missing: {
    id: { what: "Kamera tidak ditemukan di HP ini.", action: "Pakai cara lain." },
    en: { what: "No camera was found on this phone.", action: "Use another way." },
  },
  photo_unreadable: {
    id: { what: "Foto ini tidak bisa dibaca.", action: "Ambil foto lagi." },
    en: { what: "This photo cannot be read.", action: "Take the photo again." },
  },
  photo_too_large: {
    id: { what: "Foto ini terlalu besar.", action: "Ambil foto lagi dari jarak yang sedikit lebih jauh." },
    en: { what: "This photo is too large.", action: "Take the photo again from a little further away." },
  },
  op_too_large: {
    id: {
      what: "Isian ini terlalu panjang untuk dikirim.",
      action: "Tanda tangan ulang dengan lebih sederhana, atau ketik nama.",
    },
    en: { what: "This form is too long to be sent.", action: "Sign again more simply, or type the name." },
  },
  op_unreadable: {
    id: {
      what: "Server tidak bisa membaca kiriman ini. Isinya aman di HP ini.",
      action: "Kirim laporan masalah dari Setelan.",
    },
    en: {
      what: "The server cannot read this entry. It is safe on this phone.",
      action: "Send a problem report from Settings.",
    },
  },
  chain_moved: {
    id: { what: "Aplikasi juga terbuka di tab lain.", action: "Tutup tab lain, lalu coba lagi." },
    en: { what: "The app is also open in another tab.", action: "Close the other tab and try again." },
  },
  draft_missing: {
    id: {
      what: "Isian ini sudah tidak ada di HP ini.",
      action: "Lihat di Kiriman atau Peserta, mungkin sudah selesai.",
    },
    en: { what: "This form is no longer on this phone.", action: "Look in Outbox or Members; it may be finished." },
  },
  not_cancellable: {
    id: { what: "Pendaftaran ini tidak bisa dibatalkan lagi.", action: "Hubungi kantor cabang." },
    en: { what: "This enrolment can no longer be cancelled.", action: "Contact the branch office." },
  },
  reference_missing: {
    id: {
      what: "Daftar tarif dan wilayah belum pernah diunduh.",
      action: "Sambungkan ke internet sekali saja, lalu coba lagi.",
    },
    en: {
      what: "The tariff and region lists were never downloaded.",
      action: "Connect to the internet once, then try again.",
    },
  },
  too_many_members: {
    id: {
      what: "Server mengirim daftar peserta yang jauh lebih banyak dari milik Anda. Daftar itu tidak diambil; pekerjaan dan peserta Anda di HP ini aman.",
      action: "Beri tahu kantor cabang bahwa daftar Anda keliru. Anda tetap boleh mendaftarkan.",
    },
    en: {
      what: "The server sent far more members than can be yours. They are not taken; your work and your members on this phone are safe.",
      action: "Tell the branch office that your list is wrong. You may go on enrolling.",
    },
  },
  seal_key_missing: {
    id: {
      what: "HP ini belum menerima kunci cabang untuk mengunci berkas. Semua aman di HP ini.",
      action: "Sambungkan ke internet sekali saja, lalu coba lagi.",
    },
    en: {
      what: "This phone has not received the branch's key for sealing a file yet. Everything is safe on this phone.",
      action: "Connect to the internet once, then try again.",
    },
  },
  record_damaged: {
    id: {
      what: "Catatan ini tidak bisa dibaca lagi di HP ini. Yang lain tidak apa-apa.",
      action: "Yang sudah di server datang lagi dari sana. Kirim laporan masalah dari Setelan.",
    },
    en: {
      what: "This record cannot be read on this phone any more. The others are fine.",
      action: "What is on the server comes again from there. Send a problem report from Settings.",
    },
  },
  locked: {
    id: { what: "Aplikasi terkunci. Semua aman di HP ini.", action: "Masukkan PIN, lalu ulangi." },
    en: { what: "The app is locked. Everything is safe on this phone.", action: "Enter the PIN, then do it again." },
  },
  pin_wrong: {
    id: { what: "PIN salah.", action: "Coba lagi. Bila lupa, tekan Lupa PIN." },
    en: { what: "Wrong PIN.", action: "Try again. If you forgot it, press Forgot the PIN." },
  },
  pin_weak: {
    id: {
      what: "PIN ini mudah ditebak.",
      action: "Jangan angka sama, angka berurutan, atau tanggal lahir.",
    },
    en: { what: "This PIN is easy to guess.", action: "No equal digits, no digits in a row, no birthday." },
  },
  unsent_left: {
    id: {
      what: "Di profil ini masih ada pekerjaan yang belum terkirim.",
      action: "Sinkronkan dulu, atau nyatakan bahwa itu boleh hilang.",
    },
    en: {
      what: "This profile still holds work that is not sent.",
      action: "Sync first, or confirm that it may be lost.",
    },
  },
  too_old: {
    id: {
      what: "Tab lain atau versi baru sudah mengubah isi HP ini. Tidak ada yang hilang.",
      action: "Tutup halaman ini, lalu buka lagi.",
    },
    en: {
      what: "Another tab or a newer version has changed what is on this phone. Nothing is lost.",
      action: "Close this page and open it again.",
    },
  },
  share_failed: {
    id: {
      what: "HP tidak bisa membuka cara berbagi ini. Datanya tetap aman di sini.",
      action: "Coba cara lain: bagikan gambar, kirim SMS, atau salin teksnya.",
    },
    en: {
      what: "The phone could not open this way of sharing. The data is safe here.",
      action: "Try another way: share the picture, send an SMS, or copy the text.",
    },
  },
  reader_missing: {
    id: {
      what: "Pembaca KTP belum terunduh di HP ini.",
      action: "Sambungkan ke internet sekali saja, atau ketik sendiri dari kartu.",
    },
    en: {
      what: "The card reader has not been downloaded to this phone.",
      action: "Connect to the internet once, or type from the card yourself.",
    },
  },
  programming: {
    id: {
      what: "Ada kesalahan di aplikasi. Yang tersimpan tetap aman.",
      action: "Kirim laporan masalah dari Setelan.",
    },
    en: { what: "The app has a fault. What was saved is safe.", action: "Send a problem report from Settings." },
  },
};

function isLocal(code: string): code is LocalErrorCode {
  return code in TEXTS;
}

/** What to tell about an error in a language: the server's own words where it gave some, else the phone's. */
export function sayError(error: ErrorView, language: Language): Said {
  if (error.text) return { what: error.text[language], action: error.text.action?.[language] ?? "" };
  const code: string = error.code;
  return TEXTS[isLocal(code) ? code : "programming"][language];
}
