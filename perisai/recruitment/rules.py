"""What a candidate has to fulfil on a day. Pure: no database, no clock; texts and effects from ``conditions.yaml``."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Final, Literal, TypeVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from perisai.agents.rules import figure
from perisai.members.persons.names import similarity
from perisai.members.persons.nik import age_on
from perisai.rulefile import read_file

REQUIRED_DOCUMENTS: Final = ("id_card", "face", "certificate", "bank_book")
ALIKE: Final = 0.85
"""From this likeness on, the account's holder is taken for the candidate without a second look."""
EDUCATION: Final[dict[int, dict[str, str]]] = {
    1: {"id": "SD", "en": "primary school"},
    2: {"id": "SMP", "en": "junior secondary school"},
    3: {"id": "SMA atau SMK", "en": "senior secondary school"},
    4: {"id": "Diploma", "en": "a diploma"},
    5: {"id": "Sarjana (S1) atau lebih", "en": "a bachelor's degree or above"},
}
REGISTERED: Final = ("bpu_membership", "bpu_unproven", "bpu_lapsed", "sanction", "return_wait", "other_application")
"""Conditions judged by what registers hold of a NIK: neither the applicant nor an agency office may learn from them."""
Effect = Literal["refuse", "warn"]
Proof = Literal["said", "register"]
Register = Literal["none", "waiting", "active", "lapsed", "ended"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Value(_Strict):
    value: Effect
    reference: str


class _Proof(_Strict):
    value: Proof
    reference: str


class Reason(_Strict):
    """Why somebody is refused, as they read it, and what they can do."""

    id: str
    en: str
    advice_id: str
    advice_en: str

    def text(self, params: dict[str, str]) -> dict[str, str]:
        return {"id": self.id.format_map(_Blanks(params)), "en": self.en.format_map(_Blanks(params))}

    def advice(self, params: dict[str, str]) -> dict[str, str]:
        return {"id": self.advice_id.format_map(_Blanks(params)), "en": self.advice_en.format_map(_Blanks(params))}


class Condition(Reason):
    effects: dict[date, _Value]
    proofs: dict[date, _Proof] = {}

    def on(self, day: date) -> Effect:
        return _in_force(self.effects, day).value

    def proof_on(self, day: date) -> Proof:
        """How it is shown on a day. Raises ``ValueError`` for a condition that says nothing about it."""
        return _in_force(self.proofs, day).value


Dated = TypeVar("Dated")


def _in_force(values: dict[date, Dated], day: date) -> Dated:
    """Before the first day that is known, the first value."""
    known = [since for since in sorted(values) if since <= day]
    return values[known[-1] if known else min(values)]


class _File(_Strict):
    conditions: dict[str, Condition]
    reasons: dict[str, Reason]


class _Blanks(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "…"


@dataclass(frozen=True)
class Past:
    """What the country's registries hold of a NIK: a ``claim`` of another candidate or agent, an ``ended``, a ``sanction``.
    ``until`` is the first day on which it no longer holds."""

    kind: str
    branch_id: int
    candidate_id: UUID
    since: date
    until: date | None

    def holds(self, on: date) -> bool:
        return self.until is None or on < self.until


@dataclass(frozen=True)
class Membership:
    """Own BPU membership. ``register``: what the country's registry holds of the NIK today, with the first day of the last month
    that is paid; ``is_accepted``: an officer has accepted a picture as proof. Only staff are told."""

    register: Register = "none"
    paid_through: date | None = None
    is_accepted: bool = False

    @property
    def is_found(self) -> bool:
        return self.register != "none"


@dataclass(frozen=True)
class Given:
    """A candidate as the conditions need them."""

    full_name: str
    birth_date: date
    education: int
    is_bpu_member: bool
    is_bpjs_employee: bool
    has_account: bool
    account_holder: str
    warnings: tuple[str, ...] = ()
    documents: frozenset[str] = frozenset()
    past: tuple[Past, ...] = ()
    """Without the candidate's own claim."""
    membership: Membership = field(default_factory=Membership)


@dataclass(frozen=True)
class Finding:
    """A condition that is not met."""

    code: str
    effect: Effect
    params: dict[str, str] = field(default_factory=dict)

    @property
    def text(self) -> dict[str, str]:
        return reason(self.code).text(self.params)

    @property
    def advice(self) -> dict[str, str]:
        return reason(self.code).advice(self.params)


@cache
def _file() -> _File:
    return read_file(Path(__file__).parent / "conditions.yaml", _File)


def conditions() -> dict[str, Condition]:
    return _file().conditions


def reasons() -> dict[str, Reason]:
    """Every reason that a refusal may give, conditions first."""
    return {**_file().conditions, **_file().reasons}


def reason(code: str) -> Reason:
    """Raises ``KeyError`` for a code that the file does not have."""
    return reasons()[code]


def params_of(code: str, *, on: date, until: date | None = None) -> dict[str, str]:
    """What fills the braces of a reason's text on a day."""
    if code == "age":
        return {"age": str(figure("age_least", on))}
    if code == "education":
        level = EDUCATION[figure("education_least", on)]
        return {"education_id": level["id"], "education_en": level["en"]}
    if code == "return_wait" and until is not None:
        return {"until": f"{until:%d-%m-%Y}"}
    return {}


def judge(given: Given, on: date) -> list[Finding]:
    """The conditions not met on a day, in the order of the file."""
    return [
        Finding(code, conditions()[code].on(on), params_of(code, on=on, until=_latest(given.past, on)))
        for code in sorted(_unmet(given, on), key=list(conditions()).index)
    ]


def refusing(findings: Iterable[Finding]) -> list[str]:
    return [one.code for one in findings if one.effect == "refuse"]


def missing_documents(given: Given) -> tuple[str, ...]:
    return tuple(kind for kind in REQUIRED_DOCUMENTS if kind not in given.documents)


def _unmet(given: Given, on: date) -> Iterator[str]:
    yield from _unmet_by_person(given, on)
    kinds = {one.kind for one in given.past if one.holds(on)}
    if "sanction" in kinds:
        yield "sanction"
    if "ended" in kinds:
        yield "return_wait"
    if "claim" in kinds:
        yield "other_application"
    if missing_documents(given):
        yield "documents"


def _unmet_by_person(given: Given, on: date) -> Iterator[str]:
    if age_on(given.birth_date, on) < figure("age_least", on):
        yield "age"
    if given.education < figure("education_least", on):
        yield "education"
    yield from _unmet_membership(given, on)
    if not given.has_account:
        yield "bank_account"
    elif similarity(given.full_name, given.account_holder) < ALIKE:
        yield "bank_account_name"
    if given.is_bpjs_employee:
        yield "bpjs_employee"
    if given.warnings:
        yield "nik_doubt"


def _unmet_membership(given: Given, on: date) -> Iterator[str]:
    """By the candidate's word alone, or by the registry or an accepted proof (``proofs`` of the condition)."""
    shown = given.membership
    if conditions()["bpu_membership"].proof_on(on) == "said":
        is_met = given.is_bpu_member
    else:
        is_met = shown.register == "active" or shown.is_accepted
    if is_met:
        return
    if shown.register in ("lapsed", "ended"):
        yield "bpu_lapsed"
    else:
        yield "bpu_unproven" if given.is_bpu_member else "bpu_membership"


def _latest(past: Iterable[Past], on: date) -> date | None:
    return max((one.until for one in past if one.kind == "ended" and one.until and one.holds(on)), default=None)
