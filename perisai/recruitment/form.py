"""The application form: one page, in the reader's language, without a script; a wrong field is said beside it and the rest
stays as it was typed. Pictures come on the next page, one by one, so that a broken line loses none of this."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, cast
from uuid import UUID

import phonenumbers
from django import forms

from perisai.accounts.words import say
from perisai.contributions.rules.in_force import load
from perisai.errors import Refused
from perisai.events import world
from perisai.events.ids import uuid7
from perisai.members.persons.nik import check_nik
from perisai.recruitment.application import Application
from perisai.recruitment.rules import EDUCATION

DISTRICTS_MOST: Final = 3
OLDEST: Final = 100
_ACCOUNT = re.compile(r"[0-9]{6,20}")
_KPJ = re.compile(r"[0-9]{11}")


@dataclass(frozen=True)
class Place:
    """What the form offers at a branch. ``offices``: (id, name); ``districts``: (regency, [(code, name)])."""

    branch_id: int
    branch: str
    offices: list[tuple[int, str]]
    districts: list[tuple[str, list[tuple[str, str]]]]


class ApplicationForm(forms.Form):
    """Fields in the order people have the papers at hand."""

    form_key = forms.UUIDField(widget=forms.HiddenInput)
    full_name = forms.CharField(max_length=120, min_length=3)
    nik = forms.CharField(max_length=40)
    birth_date = forms.DateField(
        input_formats=["%Y-%m-%d", "%d-%m-%Y", "%d/%m/%Y", "%d.%m.%Y", "%d %m %Y"],
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    education = forms.TypedChoiceField(coerce=int)
    phone = forms.CharField(max_length=30)
    district_1 = forms.ChoiceField()
    district_2 = forms.ChoiceField(required=False)
    district_3 = forms.ChoiceField(required=False)
    agency_office = forms.TypedChoiceField(required=False, coerce=int, empty_value=None)
    is_bpu_member = forms.ChoiceField(widget=forms.RadioSelect)
    kpj = forms.CharField(max_length=20, required=False)
    bank = forms.CharField(max_length=60, required=False)
    account = forms.CharField(max_length=40, required=False)
    account_holder = forms.CharField(max_length=120, required=False)
    is_bpjs_employee = forms.ChoiceField(widget=forms.RadioSelect)
    consent = forms.BooleanField()

    def __init__(self, place: Place, today: date, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {}).setdefault("form_key", uuid7())
        super().__init__(*args, **kwargs | {"label_suffix": ""})
        self.today = today
        self._choose(place)
        self._dress()

    def _choose(self, place: Place) -> None:
        anyone = [("", say("Belum tahu", "I do not know yet"))]
        answers = [("yes", say("Ya", "Yes")), ("no", say("Tidak", "No"))]
        districts = [("", "–"), *place.districts]
        choices: dict[str, Any] = {
            "education": [("", "–"), *((level, say(t["id"], t["en"])) for level, t in EDUCATION.items())],
            "agency_office": [*anyone, *place.offices],
            "is_bpu_member": answers,
            "is_bpjs_employee": answers,
            **{f"district_{n}": districts for n in range(1, DISTRICTS_MOST + 1)},
        }
        for name, offered in choices.items():
            cast(forms.ChoiceField, self.fields[name]).choices = offered
        if not place.offices:
            del self.fields["agency_office"]

    def _dress(self) -> None:
        needed = say("Isi bagian ini.", "Please fill this in.")
        for name, field in self.fields.items():
            field.label, field.help_text = LABELS[name](), HELPS[name]() if name in HELPS else ""
            field.error_messages["required"] = needed
            field.error_messages["invalid_choice"] = say("Pilih salah satu.", "Choose one of these.")
        self.fields["consent"].error_messages["required"] = say(
            "Centang bila Anda setuju; tanpa itu lamaran tidak dapat kami periksa.",
            "Tick it if you agree; without it we cannot look at your application.",
        )
        self.fields["birth_date"].error_messages["invalid"] = say(
            "Tulis seperti 17-05-1990.", "Write it like 17-05-1990."
        )
        for name in ("nik", "account", "kpj"):
            self.fields[name].widget.attrs |= {"inputmode": "numeric", "autocomplete": "off"}
        self.fields["phone"].widget.attrs |= {"type": "tel", "inputmode": "tel", "autocomplete": "tel"}
        self.fields["full_name"].widget.attrs |= {"autocomplete": "name"}

    def clean_full_name(self) -> str:
        name = " ".join(str(self.cleaned_data["full_name"]).split())
        if not any(letter.isalpha() for letter in name):
            raise forms.ValidationError(say("Tulis nama seperti di KTP.", "Write the name as on the ID card."))
        return name

    def clean_nik(self) -> str:
        report = check_nik(self.cleaned_data["nik"], on=self.today)
        if report.refusals:
            text = load().nik.findings[report.refusals[0]].text
            raise forms.ValidationError(say(text.id, text.en))
        try:
            world.refuse_real(report.digits)
        except Refused as refused:
            told = refused.text()
            raise forms.ValidationError(say(told["id"], told["en"])) from None
        return report.digits

    def clean_birth_date(self) -> date:
        born: date = self.cleaned_data["birth_date"]
        if not self.today.year - OLDEST <= born.year or born > self.today:
            raise forms.ValidationError(say("Periksa tahunnya.", "Check the year."))
        return born

    def clean_phone(self) -> str:
        found = read_phone(self.cleaned_data["phone"])
        if found is None:
            raise forms.ValidationError(say("Ini bukan nomor HP Indonesia.", "This is no Indonesian mobile number."))
        return found

    def clean_kpj(self) -> str:
        digits = re.sub(r"[\s.-]", "", self.cleaned_data["kpj"])
        if digits and _KPJ.fullmatch(digits) is None:
            raise forms.ValidationError(say("Nomor KPJ 11 angka.", "A KPJ number has 11 digits."))
        return digits

    def clean_account(self) -> str:
        return read_account(self.cleaned_data["account"])

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("account") and not given.get("bank"):
            self.add_error("bank", say("Tulis nama banknya.", "Write the name of the bank."))
        if given.get("account") and not given.get("account_holder"):
            self.add_error("account_holder", say("Tulis nama di buku rekening.", "Write the name in the bank book."))
        return given

    def application(self, *, language: str, invitation: UUID | None) -> Application:
        """What was read. Only of a valid form."""
        given = self.cleaned_data
        districts = [given[f"district_{n}"] for n in range(1, DISTRICTS_MOST + 1)]
        return Application(
            form_key=given["form_key"],
            full_name=given["full_name"],
            nik=given["nik"],
            birth_date=given["birth_date"],
            education=given["education"],
            phone=given["phone"],
            bank=given["bank"].strip(),
            account=given["account"],
            account_holder=given["account_holder"].strip(),
            is_bpu_member=given["is_bpu_member"] == "yes",
            kpj=given["kpj"],
            is_bpjs_employee=given["is_bpjs_employee"] == "yes",
            agency_office_id=given.get("agency_office"),
            districts=tuple(dict.fromkeys(code for code in districts if code)),
            language=language,
            invitation=invitation,
        )


def read_phone(text: str) -> str | None:
    """``+62812...`` of an Indonesian mobile number as people write it; None for anything else."""
    try:
        number = phonenumbers.parse(text, "ID")
    except phonenumbers.NumberParseException:
        return None
    mobile = (phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE)
    is_good = number.country_code == 62 and phonenumbers.is_valid_number(number)
    if not is_good or phonenumbers.number_type(number) not in mobile:
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def read_account(text: str) -> str:
    """Digits of an account number, or empty. Raises ``ValidationError``."""
    digits = re.sub(r"[\s.-]", "", text)
    if digits and _ACCOUNT.fullmatch(digits) is None:
        raise forms.ValidationError(say("Nomor rekening 6 sampai 20 angka.", "An account number has 6 to 20 digits."))
    return digits


LABELS: Final[dict[str, Callable[[], str]]] = {
    "form_key": lambda: "",
    "full_name": lambda: say("Nama lengkap, seperti di KTP", "Full name, as on the ID card"),
    "nik": lambda: say("NIK (16 angka di KTP)", "NIK (16 digits on the ID card)"),
    "birth_date": lambda: say("Tanggal lahir", "Date of birth"),
    "education": lambda: say("Pendidikan terakhir", "Highest education"),
    "phone": lambda: say("Nomor HP", "Mobile number"),
    "district_1": lambda: say("Kecamatan tempat Anda ingin bekerja", "District where you want to work"),
    "district_2": lambda: say("Kecamatan kedua (boleh kosong)", "Second district (optional)"),
    "district_3": lambda: say("Kecamatan ketiga (boleh kosong)", "Third district (optional)"),
    "agency_office": lambda: say("Kantor Perisai yang dituju", "Agency office (Kantor Perisai) you want to join"),
    "is_bpu_member": lambda: say(
        "Apakah Anda sendiri peserta BPU (pekerja mandiri) BPJS Ketenagakerjaan?",
        "Are you yourself a BPU member (independent worker) of BPJS Ketenagakerjaan?",
    ),
    "kpj": lambda: say("Nomor KPJ Anda (boleh kosong)", "Your KPJ number (optional)"),
    "bank": lambda: say("Nama bank", "Name of the bank"),
    "account": lambda: say("Nomor rekening atas nama sendiri", "Account number, in your own name"),
    "account_holder": lambda: say("Nama di buku rekening", "Name in the bank book"),
    "is_bpjs_employee": lambda: say("Apakah Anda pegawai BPJS?", "Are you an employee of BPJS?"),
    "consent": lambda: say("Saya setuju", "I agree"),
}
HELPS: Final[dict[str, Callable[[], str]]] = {
    "phone": lambda: say("Kami memberi kabar ke nomor ini.", "We send news to this number."),
    "kpj": lambda: say("11 angka di kartu peserta.", "11 digits on the member's card."),
    "account": lambda: say(
        "Insentif hanya dibayar ke rekening sendiri. Boleh diisi nanti.",
        "Incentives are paid only to your own account. You can fill it in later.",
    ),
}
