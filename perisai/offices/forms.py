"""The form of an office; the verbs check again."""

from typing import Any

from django import forms

from perisai.accounts.words import say
from perisai.offices.models import Office, OfficeKind
from perisai.offices.office import PARENT_KINDS

ZONES = [("Asia/Jakarta", "WIB"), ("Asia/Makassar", "WITA"), ("Asia/Jayapura", "WIT")]
KIND_WORDS: dict[str, tuple[str, str]] = {
    OfficeKind.HEAD: ("Kantor Pusat", "Head office"),
    OfficeKind.REGION: ("Kantor Wilayah (Kanwil)", "Region office (Kanwil)"),
    OfficeKind.BRANCH: ("Kantor Cabang (KC)", "Branch (KC)"),
    OfficeKind.SUB_BRANCH: ("Kantor Cabang Pembantu (KCP)", "Sub-branch (KCP)"),
    OfficeKind.AGENCY: ("Kantor Perisai", "Agency office (Kantor Perisai)"),
}


def kinds_under(parent: Office) -> list[OfficeKind]:
    return [kind for kind, parents in PARENT_KINDS.items() if parent.kind in parents]


class OfficeForm(forms.Form):
    """For a new office under ``parent`` (asks number and kind) or, without one, for changes."""

    kind = forms.ChoiceField()
    id = forms.IntegerField(min_value=1, max_value=2_000_000_000)
    code = forms.CharField(max_length=20)
    name = forms.CharField(max_length=120)
    timezone = forms.ChoiceField(choices=ZONES)
    regencies = forms.CharField(required=False)
    address = forms.CharField(required=False, max_length=200)
    is_open = forms.BooleanField(required=False)

    def __init__(self, *args: Any, parent: Office | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if parent is None:
            del self.fields["kind"], self.fields["id"]
        else:
            del self.fields["is_open"]
            kind = self.fields["kind"]
            assert isinstance(kind, forms.ChoiceField)
            kind.choices = [(k.value, say(*KIND_WORDS[k])) for k in kinds_under(parent)]
        self._dress()

    def clean_regencies(self) -> list[str]:
        return [part for part in str(self.cleaned_data["regencies"]).replace(",", " ").split() if part]

    def _dress(self) -> None:
        labels = {
            "kind": say("Jenis", "Kind"),
            "id": say("Nomor", "Number"),
            "code": say("Kode", "Code"),
            "name": say("Nama", "Name"),
            "timezone": say("Zona waktu", "Time zone"),
            "regencies": say("Kabupaten/kota yang dilayani", "Regencies served"),
            "address": say("Alamat", "Address"),
            "is_open": say("Kantor buka", "The office is open"),
        }
        helps = {
            "id": say(
                "Nomor tetap kantor; tidak dapat diubah lagi.", "The office's lasting number; it cannot be changed."
            ),
            "regencies": say(
                "Kode, misalnya 15.71 15.05; untuk kantor cabang.", "Codes such as 15.71 15.05; for a branch."
            ),
        }
        for name, field in self.fields.items():
            field.label, field.help_text = labels[name], helps.get(name, "")
            kinds: dict[type, str] = {forms.Select: "form-select", forms.CheckboxInput: "form-check-input"}
            field.widget.attrs["class"] = kinds.get(type(field.widget), "form-control")
