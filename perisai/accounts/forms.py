"""Forms of the account pages: they offer only what the viewer may choose; the verbs check it again."""

from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings

from perisai.accounts.audience import Viewer
from perisai.accounts.granting import grantable
from perisai.accounts.models import Role, User
from perisai.accounts.queries import agents_without_login, offices_within
from perisai.accounts.words import say
from perisai.events.work import Work
from perisai.offices.tree import Office

ROLE_WORDS: dict[Role, tuple[str, str]] = {
    Role.AGENT: ("Agen Perisai", "Agent"),
    Role.AGENCY: ("Kantor Perisai", "Agency office"),
    Role.SUB_BRANCH: ("Petugas KCP", "Sub-branch officer"),
    Role.BRANCH: ("Petugas kantor cabang", "Branch officer"),
    Role.BRANCH_HEAD: ("Kepala kantor cabang", "Branch head"),
    Role.REGION: ("Kantor wilayah", "Region office"),
    Role.HEAD_OFFICE: ("Kantor pusat", "Head office"),
    Role.AUDITOR: ("Auditor", "Auditor"),
    Role.SYSTEM: ("Sistem", "System"),
}


class OfficeField(forms.ModelChoiceField):  # type: ignore[type-arg]  # not generic at run time
    def label_from_instance(self, obj: Office) -> str:
        return f"{'· ' * (len(obj.path) - 1)}{obj.name}"


class UserForm(forms.Form):
    """``agent_id`` is asked only of a new account."""

    full_name = forms.CharField(max_length=120)
    username = forms.CharField(max_length=40, required=False)
    role = forms.ChoiceField()
    office = OfficeField(queryset=Office.objects.none())
    agent_id = forms.ChoiceField(required=False)
    email = forms.EmailField(required=False)
    language = forms.ChoiceField(choices=settings.LANGUAGES)

    def __init__(self, viewer: Viewer, work: Work, *args: Any, user: User | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._choose("role", [(role.value, say(*ROLE_WORDS[role])) for role in grantable(viewer.role)])
        office = self.fields["office"]
        assert isinstance(office, OfficeField)
        office.queryset = offices_within(viewer)
        if user is None:
            agents = [(str(id_), label) for id_, label in agents_without_login(work, viewer=viewer)]
            self._choose("agent_id", [("", "–"), *agents])
            self.fields["username"].required = True
        else:
            del self.fields["agent_id"], self.fields["username"]
        self._dress()

    def _choose(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def _dress(self) -> None:
        labels = {
            "full_name": say("Nama lengkap", "Full name"),
            "username": say("Nama masuk", "Login name"),
            "role": say("Peran", "Role"),
            "office": say("Kantor", "Office"),
            "agent_id": say("Agen", "Agent"),
            "email": say("Surel (boleh kosong)", "E-mail (optional)"),
            "language": say("Bahasa", "Language"),
        }
        helps = {
            "username": say("Huruf kecil, angka, titik; paling sedikit 3.", "Lower case, digits, dots; at least 3."),
            "agent_id": say("Hanya untuk peran agen.", "For the role of agent only."),
        }
        for name, field in self.fields.items():
            field.label, field.help_text = labels[name], helps.get(name, "")
            select = isinstance(field.widget, forms.Select)
            field.widget.attrs["class"] = "form-select" if select else "form-control"
        if "username" in self.fields:
            self.fields["username"].widget.attrs |= {"autocapitalize": "none", "autocomplete": "off"}

    @property
    def agent(self) -> UUID | None:
        chosen = self.cleaned_data.get("agent_id")
        return UUID(chosen) if chosen else None
