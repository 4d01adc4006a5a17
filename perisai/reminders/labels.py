"""How pages say the words of reminders, answers, visits and cases."""

from perisai.accounts.words import Word, say


def states() -> dict[str, Word]:
    return {
        "planned": Word(say("Menunggu dikirim", "Waiting to be sent"), "note", icon="hourglass"),
        "sent": Word(say("Terkirim", "Sent"), "done", icon="check"),
        "dropped": Word(say("Tidak dikirim", "Not sent"), "", icon="minus"),
        "failed": Word(say("Gagal", "Failed"), "stop", icon="ban"),
    }


def reasons() -> dict[str, str]:
    return {
        "paid": say("sudah membayar", "has paid"),
        "held": say("uangnya sudah ada pada kami", "their money is here already"),
        "stopped": say("pengingat dihentikan", "reminders stopped"),
        "no_consent": say("tidak setuju menerima pesan", "no consent to messages"),
        "no_number": say("tidak ada nomor atau e-mail", "no number or e-mail"),
        "promised": say("berjanji membayar", "promised to pay"),
        "funded": say("dibayar sponsor", "a sponsor pays"),
        "budget": say("anggaran habis", "budget used up"),
        "opted_out": say("nomor ini minta berhenti", "this number asked to stop"),
        "too_late": say("sudah lewat waktunya", "too late"),
        "channel": say("semua saluran menolak", "no channel took it"),
        "handled": say("tidak berlaku lagi", "no longer holds"),
    }


def rules() -> dict[str, str]:
    return {
        "member_before_7": say("7 hari sebelum perlindungan habis", "7 days before protection ends"),
        "member_before_2": say("2 hari sebelum perlindungan habis", "2 days before protection ends"),
        "member_last_day": say("Hari terakhir dilindungi", "Last protected day"),
        "member_unpaid_1": say("Sebulan tidak dibayar", "One month unpaid"),
        "member_unpaid_2": say("Dua bulan tidak dibayar", "Two months unpaid"),
        "member_end_7": say("7 hari sebelum kepesertaan berakhir", "7 days before membership ends"),
        "member_end_2": say("2 hari sebelum kepesertaan berakhir", "2 days before membership ends"),
        "first_payment": say("Iuran pertama belum dibayar", "First dues not paid"),
        "employer_before_5": say("Pemberi kerja: 5 hari sebelum jatuh tempo", "Employer: 5 days before it is due"),
        "employer_due": say("Pemberi kerja: jatuh tempo", "Employer: due"),
        "employer_late_7": say("Pemberi kerja: lewat 7 hari", "Employer: 7 days late"),
    }


def said() -> dict[str, str]:
    return {
        "paid": say("Sudah bayar ke seseorang", "Has paid somebody"),
        "not_paid": say("Belum bayar", "Not paid yet"),
        "stopped": say("Sudah tidak bekerja", "No longer works"),
        "wrong": say("Salah nomor", "Wrong number"),
    }


def outcomes() -> dict[str, str]:
    return {
        "promised": say("Berjanji bayar", "Promised"),
        "paid_elsewhere": say("Sudah bayar ke orang lain", "Paid somebody"),
        "not_found": say("Tidak bertemu", "Not met"),
        "refused": say("Menolak", "Refused"),
        "sick": say("Sakit", "Ill"),
        "moved": say("Pindah", "Moved"),
        "died": say("Meninggal", "Died"),
    }


def kinds() -> dict[str, Word]:
    return {
        "paid_somebody": Word(say("Bilang sudah bayar ke seseorang", "Says somebody was paid"), "needs", icon="cash"),
        "died": Word(say("Dikabarkan meninggal", "Reported to have died"), "stop", icon="heart-broken"),
        "stopped": Word(say("Bilang sudah tidak bekerja", "Says they no longer work"), "note", icon="briefcase-off"),
        "wrong_number": Word(say("Salah nomor", "Wrong number"), "note", icon="phone-off"),
    }


def decisions() -> dict[str, str]:
    return {
        "receipt_found": say(
            "Tanda terima ditemukan, agen diminta setor", "A receipt was found; the agent is to deposit"
        ),
        "paid_arrived": say("Uangnya sudah diterima bank", "The bank has the money"),
        "money_missing": say(
            "Uangnya tidak ada: diteruskan sebagai dugaan", "The money is missing: passed on as a suspicion"
        ),
        "untrue": say("Tidak benar", "Not true"),
        "claim_helped": say("Ahli waris dibantu mengajukan klaim", "The heirs were helped with a claim"),
        "no_claim": say("Tidak ada klaim", "No claim"),
        "ended": say("Kepesertaan tidak dilanjutkan", "Membership is not continued"),
        "works_on": say("Masih bekerja, tetap peserta", "Works on and stays a member"),
        "mended": say("Nomor sudah diperbaiki", "The number was mended"),
        "no_number": say("Tidak punya nomor", "Has no number"),
        "taken_back": say("Ditarik kembali", "Taken back"),
    }


def whom() -> dict[str, str]:
    return {
        "agent": say("agen Perisai", "a Perisai agent"),
        "office": say("Kantor Perisai atau koordinator", "a Perisai office or coordinator"),
        "bank": say("bank, toko, atau dompet digital", "a bank, shop or wallet"),
        "other": say("orang lain", "somebody else"),
        "": "–",
    }


def chase_reasons() -> dict[str, str]:
    return {
        "promised": say("berjanji bayar hari ini", "promised to pay today"),
        "age": say("sudah 65 tahun, tidak bisa kembali", "is 65 and could not come back"),
        "sick": say("sakit, mungkin tidak bisa kembali", "ill, may not be able to come back"),
        "ends_soon": say("kepesertaan hampir berakhir", "membership ends soon"),
        "unpaid": say("sedang tidak dilindungi", "not protected now"),
        "before_end": say("perlindungan segera habis", "protection ends soon"),
        "first": say("belum bayar iuran pertama", "first dues not paid"),
    }
