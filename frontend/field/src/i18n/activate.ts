import { bilingual } from "./language";

export const activateTexts = bilingual(
  {
    title: "Aktifkan HP ini",
    intro: "Kantor cabang memberi Anda kode 10 huruf dan angka, atau kode QR. Kode hanya bisa dipakai sekali.",
    code: "Kode aktivasi",
    firstHalf: "Lima yang pertama",
    secondHalf: "Lima yang kedua",
    codeHint: "Contoh: 7K3QX M0A9T",
    codeShort: "Kode belum lengkap. Isi 10 huruf dan angka.",
    backToAgents: "Kembali ke pilihan agen",
    activate: "Aktifkan",
    activating: "Mengaktifkan …",
    scan: "Pindai kode QR",
    scanning: "Arahkan kamera ke kode QR dari kantor cabang",
    stopScanning: "Berhenti memindai",
    emptied:
      "Sudah pernah aktif, tetapi layar ini muncul lagi? Berarti penyimpanan aplikasi di HP ini terhapus. Minta kode baru: yang sudah terkirim kembali sendiri, yang belum terkirim perlu diisi lagi.",
    keyNote: "Kunci rahasia dibuat di HP ini dan tidak pernah keluar dari HP ini.",
    notOpen: "Aplikasi belum bisa dibuka",
    insecureTitle: "Alamat ini belum aman",
    insecureBody:
      "Aplikasi ini butuh alamat yang diawali https:// supaya kunci HP dan penyimpanan luring bisa bekerja. Alamat sekarang:",
    insecureAction: "Minta alamat https:// ke kantor cabang, atau buka lewat kabel USB sebagai localhost.",
    failed: "HP belum aktif",
    again: "Kode sudah dikenali. Tekan Aktifkan.",
  },
  {
    title: "Activate this phone",
    intro: "Your branch office gives you a code of 10 letters and digits, or a QR code. It works only once.",
    code: "Activation code",
    firstHalf: "First five",
    secondHalf: "Second five",
    codeHint: "Example: 7K3QX M0A9T",
    codeShort: "The code is not complete. Enter 10 letters and digits.",
    backToAgents: "Back to the list of agents",
    activate: "Activate",
    activating: "Activating …",
    scan: "Scan the QR code",
    scanning: "Point the camera at the QR code from the branch office",
    stopScanning: "Stop scanning",
    emptied:
      "It was active before and this screen is back? Then the app's storage on this phone was cleared. Ask for a new code: what was sent comes back by itself, what was not must be entered again.",
    keyNote: "A secret key is made on this phone and never leaves it.",
    notOpen: "The app cannot be opened yet",
    insecureTitle: "This address is not secure",
    insecureBody:
      "The app needs an address that begins with https:// so that the phone's key and offline storage work. The address now:",
    insecureAction: "Ask the branch office for the https:// address, or open it over USB as localhost.",
    failed: "The phone is not active yet",
    again: "The code was read. Press Activate.",
  },
);
