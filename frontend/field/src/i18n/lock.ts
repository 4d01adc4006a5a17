import { bilingual } from "./language";

export const lockTexts = bilingual(
  {
    enterTitle: "Masukkan PIN",
    enterFor: (name: string, code: string) => `${name} · ${code}`,
    filled: (count: number) => `${count} dari 6 angka terisi`,
    pad: "Tombol angka",
    erase: "Hapus satu angka",
    checking: "Memeriksa …",
    wrong: "PIN salah.",
    triesLeft: (count: number) => `${count} kali lagi, sesudah itu harus menunggu.`,
    wait: (time: string) => `Terlalu banyak PIN salah. Coba lagi dalam ${time}.`,
    waitNote: "Waktu tunggu berjalan selama aplikasi ini terbuka.",
    forgot: "Lupa PIN?",
    switchAgent: "Ganti agen",
    agentsTitle: "Siapa yang memakai HP ini?",
    agentsIntro: "Setiap agen punya PIN dan data sendiri. Agen lain tidak bisa melihatnya.",
    addAgent: "Tambah agen",
    unsent: (count: number) => `${count} belum terkirim`,
    unsentPhotos: (count: number) => `${count} foto belum terkirim`,
    allSent: "Semua terkirim",
    oldProfile: "Profil lama",
    oldProfileNote:
      "PIN-nya lupa dan sudah diganti profil baru. Isinya dikirim sendiri dalam keadaan tersegel, lalu hilang.",
    oldProfilePhotosStuck: (count: number) =>
      `${count} foto hanya bisa dikirim bila profil ini dibuka dengan PIN lama.`,
    oldProfileStuck: (count: number) => `${count} hanya bisa dikirim bila profil ini dibuka dengan PIN lama.`,

    chooseTitle: "Buat PIN",
    chooseWhy: "HP ini akan menyimpan NIK, alamat, dan foto KTP orang lain.",
    chooseWhyMore:
      "Dengan PIN, hanya Anda yang bisa membacanya – juga bila HP hilang, dipinjam, atau dipakai anak. Kiriman tetap jalan walau terkunci.",
    chooseHow: "Enam angka. Jangan tanggal lahir, angka sama, atau angka berurutan.",
    chooseForget: "PIN yang lupa tidak bisa dibuka siapa pun, juga kantor cabang. Pilih yang Anda ingat.",
    chooseFirst: "PIN baru",
    chooseAgain: "Ketik PIN yang sama sekali lagi",
    chooseDifferent: "Kedua PIN tidak sama. Mulai lagi.",
    chooseSaving: "Menyimpan PIN …",

    changeTitle: "Ubah PIN",
    changePresent: "PIN sekarang",
    changed: "PIN sudah diubah.",

    forgotTitle: "Lupa PIN",
    forgotIntro:
      "Tidak ada yang bisa membuka PIN Anda, juga kantor cabang. Anda bisa mulai lagi dengan kode aktivasi baru.",
    forgotSent: (count: number) =>
      `${count} pendaftaran yang belum terkirim tidak hilang: dikirim tersegel ke kantor cabang begitu ada sinyal.`,
    forgotStuck: (count: number) =>
      `${count} pendaftaran hanya bisa dikirim dengan PIN lama. Profil lama tetap ada di HP ini kalau-kalau Anda ingat lagi.`,
    forgotMembers: "Daftar peserta Anda kembali sendiri dari server.",
    forgotPhotos: (count: number) =>
      `${count} foto KTP yang belum terkirim juga tidak hilang: ikut dikirim tersegel sesudah pendaftarannya.`,
    forgotPhotosStuck: (count: number) => `${count} foto KTP hanya bisa dikirim dengan PIN lama.`,
    forgotLost: "Isian yang belum selesai, dengan fotonya, tidak bisa dibuka lagi.",
    forgotDo: "Minta kode aktivasi baru dari kantor cabang atau kantor Perisai Anda.",
    forgotHaveCode: "Saya punya kode baru",
    forgotTry: "Coba PIN lagi",

    wipedTitle: "HP ini sudah dikosongkan",
    wipedBody: "Kantor cabang menonaktifkan HP ini, atau Anda sudah memakai HP lain.",
    wipedSafe: "Semua yang selesai dikerjakan di sini sudah sampai di kantor cabang, lalu dihapus dari HP ini.",
    wipedDo: "Bila Anda masih bertugas, minta kode aktivasi baru dari kantor cabang.",
    wipedActivate: "Aktifkan dengan kode baru",

    security: "Keamanan",
    idle: "Kunci sendiri bila tidak disentuh",
    minutes: (count: number) => `${count} menit`,
    lockNow: "Kunci sekarang",
    remove: "Hapus profil saya dari HP ini",
    removeBody:
      "PIN, daftar peserta, isian, dan foto Anda dihapus dari HP ini. Yang sudah di server tetap aman di sana.",
    removeUnsent: (count: number) => `${count} pendaftaran belum terkirim dan akan hilang untuk selamanya.`,
    removeDrafts: (count: number) => `${count} isian belum selesai dan akan hilang.`,
    removePhotos: (count: number) => `${count} foto belum terkirim dan akan hilang.`,
    removeFirst: "Sinkronkan dulu, atau ekspor dari Kiriman.",
    removeUnderstood: "Saya mengerti, hapus juga yang belum terkirim",
    removed: "Profil sudah dihapus dari HP ini.",
    damaged: (count: number) => `${count} catatan di HP ini tidak bisa dibaca lagi`,
    damagedBody: "Yang lain tidak apa-apa. Yang sudah di server datang lagi dari sana. Kirim laporan masalah di bawah.",
  },
  {
    enterTitle: "Enter your PIN",
    enterFor: (name, code) => `${name} · ${code}`,
    filled: (count) => `${count} of 6 digits entered`,
    pad: "Number pad",
    erase: "Erase one digit",
    checking: "Checking …",
    wrong: "Wrong PIN.",
    triesLeft: (count) =>
      count === 1 ? "1 more try before you have to wait." : `${count} more tries before you have to wait.`,
    wait: (time) => `Too many wrong PINs. Try again in ${time}.`,
    waitNote: "The wait runs while this app is open.",
    forgot: "Forgot the PIN?",
    switchAgent: "Switch agent",
    agentsTitle: "Who is using this phone?",
    agentsIntro: "Each agent has a PIN and data of their own. Other agents cannot see them.",
    addAgent: "Add an agent",
    unsent: (count) => `${count} not sent`,
    unsentPhotos: (count) => (count === 1 ? "1 photo not sent" : `${count} photos not sent`),
    allSent: "All sent",
    oldProfile: "Former profile",
    oldProfileNote:
      "Its PIN was forgotten and a new profile took its place. What it holds is sent sealed by itself; then it goes.",
    oldProfilePhotosStuck: (count) => `${count} photos can be sent only when this profile is opened with the old PIN.`,
    oldProfileStuck: (count) => `${count} can be sent only when this profile is opened with the old PIN.`,

    chooseTitle: "Choose a PIN",
    chooseWhy: "This phone will hold other people's NIK, addresses and ID card photos.",
    chooseWhyMore:
      "With a PIN only you can read them, also when the phone is lost, lent, or played with by a child. Sending goes on while it is locked.",
    chooseHow: "Six digits. No birthday, no equal digits, no digits in a row.",
    chooseForget: "Nobody can open a forgotten PIN, not even the branch office. Choose one you will remember.",
    chooseFirst: "New PIN",
    chooseAgain: "Type the same PIN once more",
    chooseDifferent: "The two PINs are not the same. Start again.",
    chooseSaving: "Saving the PIN …",

    changeTitle: "Change PIN",
    changePresent: "Present PIN",
    changed: "The PIN is changed.",

    forgotTitle: "Forgotten PIN",
    forgotIntro:
      "Nobody can open your PIN, not even the branch office. You can start again with a new activation code.",
    forgotSent: (count) =>
      `${count} enrolments that are not sent are not lost: they go to the branch sealed once there is a signal.`,
    forgotStuck: (count) =>
      `${count} enrolments can only be sent with the old PIN. The former profile stays on this phone in case you remember it.`,
    forgotMembers: "Your list of members comes back from the server by itself.",
    forgotPhotos: (count) =>
      count === 1
        ? "1 ID card photo that is not sent is not lost either: it goes sealed after its enrolment."
        : `${count} ID card photos that are not sent are not lost either: they go sealed after their enrolments.`,
    forgotPhotosStuck: (count) =>
      count === 1
        ? "1 ID card photo can only be sent with the old PIN."
        : `${count} ID card photos can only be sent with the old PIN.`,
    forgotLost: "Unfinished forms, with their photos, cannot be opened again.",
    forgotDo: "Ask your branch office or your Perisai office for a new activation code.",
    forgotHaveCode: "I have a new code",
    forgotTry: "Try the PIN again",

    wipedTitle: "This phone has been emptied",
    wipedBody: "The branch office has switched this phone off, or you use another phone now.",
    wipedSafe: "All that was finished here has reached the branch office and was then deleted from this phone.",
    wipedDo: "If you are still on duty, ask the branch office for a new activation code.",
    wipedActivate: "Activate with a new code",

    security: "Security",
    idle: "Lock by itself when not touched",
    minutes: (count) => (count === 1 ? "1 minute" : `${count} minutes`),
    lockNow: "Lock now",
    remove: "Remove my profile from this phone",
    removeBody:
      "Your PIN, members, forms and photos are deleted from this phone. What is on the server stays safe there.",
    removeUnsent: (count) => `${count} enrolments are not sent and will be lost for good.`,
    removeDrafts: (count) => `${count} forms are not finished and will be lost.`,
    removePhotos: (count) => `${count} photos are not sent and will be lost.`,
    removeFirst: "Sync first, or export from Outbox.",
    removeUnderstood: "I understand, delete also what is not sent",
    removed: "The profile is removed from this phone.",
    damaged: (count) => `${count} records on this phone cannot be read any more`,
    damagedBody: "The others are fine. What is on the server comes again from there. Send a problem report below.",
  },
);
