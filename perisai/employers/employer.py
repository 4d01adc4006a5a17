"""Registers, finds and changes employers. The only writer of ``employers_employer``."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, LiteralString, NamedTuple
from uuid import UUID

import orjson

from perisai.contributions.rules.in_force import load
from perisai.contributions.tariffs.tariff_pu import jkp_reasons, obligatory
from perisai.errors import Refused
from perisai.events import world
from perisai.events.ids import uuid7
from perisai.events.vault import keyed_hash, seal
from perisai.events.work import Happened, Work
from perisai.members.persons.names import name_key
from perisai.members.persons.nik import age_on, check_nik
from perisai.payments.codes.code import mask_nik

SCALES: Final = ("micro", "small", "medium")
RISKS: Final = ("very_low", "low", "medium", "high", "very_high")
_NPP: Final = re.compile(r"[A-Z0-9]{8}[0-9]{0,3}")
_NIB: Final = re.compile(r"[0-9]{13}")
_NPWP: Final = re.compile(r"[0-9]{15,16}")
_PHONE: Final = re.compile(r"\+[1-9][0-9]{7,14}")

_REGION: LiteralString = "SELECT 1 FROM offices_region WHERE code = %s AND level = 4"
# Each leg by its own index; a handful of rows.
_ALIKE: LiteralString = """
SELECT e.id, e.name, e.owner_name, bool_or(by_owner), bool_or(by_phone), bool_or(by_place) FROM (
  SELECT id, true AS by_owner, false AS by_phone, false AS by_place FROM employers_employer
  WHERE branch_id = %(branch)s AND owner_nik_hash = %(owner)s
  UNION ALL
  SELECT id, false, true, false FROM employers_employer WHERE branch_id = %(branch)s AND phone = %(phone)s
  UNION ALL
  SELECT id, false, false, true FROM employers_employer
  WHERE branch_id = %(branch)s AND name_key = %(name_key)s AND region_code = %(region)s
) f JOIN employers_employer e ON e.branch_id = %(branch)s AND e.id = f.id
WHERE e.state = 'active' AND e.id <> %(id)s
GROUP BY e.id, e.name, e.owner_name ORDER BY e.id LIMIT 5
"""
_INSERT: LiteralString = """
INSERT INTO employers_employer (branch_id, id, name, name_key, owner_name, owner_nik_sealed, owner_nik_hash, owner_nik_masked,
  owner_enrolment_id, scale, capital, sales, risk, sector, optional, phone, address, region_code, nib, npwp_sealed, npwp_masked,
  agent_id, sub_branch_id, agency_office_id, state, same_as, payment_code, created_at, created_by, source)
VALUES (%(branch)s, %(id)s, %(name)s, %(name_key)s, %(owner_name)s, %(nik_sealed)s, %(nik_hash)s, %(nik_masked)s, %(owner)s,
  %(scale)s, %(capital)s, %(sales)s, %(risk)s, %(sector)s, %(optional)s, %(phone)s, %(address)s, %(region)s, %(nib)s,
  %(npwp_sealed)s, %(npwp_masked)s, %(agent)s, %(sub_branch)s, %(office)s, 'active', %(same_as)s, %(code)s, %(now)s, %(by)s,
  %(source)s)
ON CONFLICT (branch_id, id) DO NOTHING
"""
_LOCK: LiteralString = """
SELECT id, name, scale, risk, sector, optional, region_code, agent_id, sub_branch_id, agency_office_id, state,
  payment_code, owner_enrolment_id
FROM employers_employer WHERE branch_id = %s AND id = %s FOR UPDATE
"""
_CLAIM_NPP: LiteralString = "SELECT branch_id, employer_id FROM employers_claim_npp(%s, %s, %s, %s)"
_CHANGE: LiteralString = """
UPDATE employers_employer SET name = %(name)s, name_key = %(name_key)s, owner_name = %(owner_name)s, scale = %(scale)s,
  capital = %(capital)s, sales = %(sales)s, risk = %(risk)s, sector = %(sector)s, optional = %(optional)s, phone = %(phone)s,
  address = %(address)s, region_code = %(region)s, nib = %(nib)s, npwp_sealed = coalesce(%(npwp_sealed)s, npwp_sealed),
  npwp_masked = coalesce(nullif(%(npwp_masked)s, ''), npwp_masked),
  owner_nik_sealed = coalesce(%(nik_sealed)s, owner_nik_sealed), owner_nik_hash = coalesce(%(nik_hash)s, owner_nik_hash),
  owner_nik_masked = coalesce(nullif(%(nik_masked)s, ''), owner_nik_masked)
WHERE branch_id = %(branch)s AND id = %(id)s
"""


@dataclass(frozen=True)
class Form:
    """What an employer says of itself. NIB, NPWP, NPP and the owner's NIK may come later. Rupiah; ``optional``: programmes beyond
    those that the scale obliges to."""

    name: str
    owner_name: str
    scale: str
    risk: str
    sector: str
    region: str
    owner_nik: str | None = None
    owner_enrolment_id: UUID | None = None
    capital: int | None = None
    sales: int | None = None
    optional: frozenset[str] = frozenset()
    phone: str | None = None
    address: str = ""
    nib: str | None = None
    npwp: str | None = None
    npp: str | None = None


class Care(NamedTuple):
    """Who looks after it; all None is the branch itself."""

    agent_id: UUID | None = None
    sub_branch_id: int | None = None
    agency_office_id: int | None = None


class Alike(NamedTuple):
    """An employer that is here already; ``why`` of owner, phone, place."""

    id: UUID
    name: str
    owner_name: str
    why: tuple[str, ...]


@dataclass(frozen=True)
class Employer:
    """One employer, its row locked."""

    branch_id: int
    id: UUID
    name: str
    scale: str
    risk: str
    sector: str
    optional: frozenset[str]
    region: str
    care: Care
    state: str
    payment_code: str | None = None
    """On the slip of the first visit: it leads to the oldest bill that is open."""
    owner_enrolment_id: UUID | None = None
    """The owner's own membership (BPU), as the visit named it."""

    def happened(self, kind: str, *, subject_id: UUID | None = None, **more: Any) -> Happened:
        """An event of this employer, or of a worker of theirs."""
        care = (self.care.agent_id, self.care.sub_branch_id, self.care.agency_office_id, self.region)
        return Happened.to(kind, self.branch_id, (subject_id or self.id, *care), segment="PU", **more)

    def programmes(self, birth_on: date, on: date) -> frozenset[str]:
        """What a worker of this age is enrolled in here."""
        chosen = obligatory(self.scale) | self.optional
        if "JKP" in chosen and jkp_reasons(
            scale=self.scale, programmes=chosen, age=age_on(birth_on, on), is_citizen=True, on=on
        ):
            return chosen - {"JKP"}
        return frozenset(chosen)


def register(
    work: Work,
    *,
    branch_id: int,
    form: Form,
    care: Care,
    source: str,
    employer_id: UUID | None = None,
    is_another: bool = False,
    payment_code: str | None = None,
) -> tuple[UUID, list[Alike]]:
    """Enters an employer; returns it and those it looks like. Twice is once.

    Raises E4401 for what is wrong in the form, E4402 where it looks like one that is here and nobody said that it is another one
    (``is_another``), E4403 for an NPP that another holds.
    """
    read = _read(work, form)
    made = employer_id or uuid7()
    # Two at once with one telephone or owner: the second waits here, and then sees the first.
    for key in sorted({key for key in (read.phone, read.owner_nik, name_key(read.name) + read.region) if key}):
        work.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended('employer' || %s, %s))", [_lock_key(key), branch_id]
        )
    alike = find_alike(work, branch_id=branch_id, form=read, apart_from=made)
    if alike and not is_another:
        raise Refused("E4402", names=", ".join(one.name for one in alike))
    values = _values(read) | {
        "branch": branch_id,
        "id": made,
        "owner": read.owner_enrolment_id,
        "agent": care.agent_id,
        "sub_branch": care.sub_branch_id,
        "office": care.agency_office_id,
        "same_as": orjson.dumps([str(one.id) for one in alike]).decode(),
        "code": payment_code,
        "now": work.now,
        "by": work.actor.user_id,
        "source": source,
    }
    if work.execute(_INSERT, values):
        if read.npp:
            set_npp(work, branch_id=branch_id, employer_id=made, npp=read.npp)
        _report(work, "employer_registered", branch_id, made, care, read.region, source=source, scale=read.scale)
    return made, alike


def change(work: Work, *, branch_id: int, employer_id: UUID, form: Form) -> None:
    """Raises E1004, E4401, E4403. What stands on bills that are made stays as it is."""
    known = lock(work, branch_id=branch_id, employer_id=employer_id)
    read = _read(work, form)
    work.execute(_CHANGE, _values(read) | {"branch": branch_id, "id": employer_id})
    if read.npp:
        set_npp(work, branch_id=branch_id, employer_id=employer_id, npp=read.npp)
    _report(work, "employer_changed", branch_id, employer_id, known.care, read.region, fields=[])


def set_npp(work: Work, *, branch_id: int, employer_id: UUID, npp: str) -> None:
    """Raises E4401 for what is no NPP, E4403 where another employer in the country has it."""
    number = npp.strip().upper()
    if not _NPP.fullmatch(number):
        raise Refused("E4401", field="npp")
    holder = work.row(_CLAIM_NPP, [branch_id, employer_id, number, work.now])
    if holder is None or tuple(holder) != (branch_id, employer_id):
        raise Refused("E4403")
    work.execute(
        "UPDATE employers_employer SET npp = %s WHERE branch_id = %s AND id = %s", [number, branch_id, employer_id]
    )


def lock(work: Work, *, branch_id: int, employer_id: UUID, closed_too: bool = False) -> Employer:
    """Locks the employer: the first lock of whatever changes its workers or bills. Raises E1004, E4413 where it is closed."""
    row = work.row(_LOCK, [branch_id, employer_id])
    if row is None:
        raise Refused("E1004")
    id_, name, scale, risk, sector, optional, region, agent_id, sub_branch_id, agency_office_id, state, *more = row
    if state != "active" and not closed_too:
        raise Refused("E4413")
    programmes = frozenset(orjson.loads(optional) if isinstance(optional, str) else optional)
    care = Care(agent_id, sub_branch_id, agency_office_id)
    return Employer(branch_id, id_, name, scale, risk, sector, programmes, region, care, state, *more)


def find_alike(work: Work, *, branch_id: int, form: Form, apart_from: UUID) -> list[Alike]:
    """Employers with the same owner, telephone, or name and village. One statement."""
    rows = work.rows(
        _ALIKE,
        {
            "branch": branch_id,
            "owner": keyed_hash("nik", form.owner_nik) if form.owner_nik else None,
            "phone": form.phone,
            "name_key": name_key(form.name),
            "region": form.region,
            "id": apart_from,
        },
    )
    return [
        Alike(
            id_, name, owner, tuple(why for why, is_so in zip(("owner", "phone", "place"), legs, strict=True) if is_so)
        )
        for id_, name, owner, *legs in rows
    ]


def groups() -> Iterable[tuple[str, dict[str, str]]]:
    """Kinds of business: codes of ``rules/occupations.yaml`` and their names."""
    for group in load().occupations:
        yield group.code, {"id": group.name.id, "en": group.name.en}


def _read(work: Work, form: Form) -> Form:
    """As it is kept. Raises E4401 with the field."""
    nik = None
    if form.owner_nik:
        report = check_nik(form.owner_nik, on=work.now.date())
        if report.refusals:
            raise Refused("E4401", field="owner_nik")
        world.refuse_real(report.digits)
        nik = report.digits
    read = Form(**{**form.__dict__, "owner_nik": nik, "name": _line(form.name), "owner_name": _line(form.owner_name)})
    digits = re.sub(r"[\s.-]", "", form.npwp or "")
    wrong = {
        "name": not 2 <= len(read.name) <= 200,
        "owner_name": not 1 <= len(read.owner_name) <= 200,
        "scale": form.scale not in SCALES,
        "risk": form.risk not in RISKS,
        "sector": form.sector not in {code for code, _ in groups()},
        "optional": not form.optional <= {"JHT", "JP", "JKP"},
        "phone": bool(form.phone) and not _PHONE.fullmatch(form.phone or ""),
        "address": len(form.address) > 300,
        "nib": bool(form.nib) and not _NIB.fullmatch(form.nib or ""),
        "npwp": bool(digits) and not _NPWP.fullmatch(digits),
        "capital": not 0 <= (form.capital or 0) < 10**15,
        "sales": not 0 <= (form.sales or 0) < 10**15,
        "region": work.row(_REGION, [form.region]) is None,
    }
    for field, is_wrong in wrong.items():
        if is_wrong:
            raise Refused("E4401", field=field)
    return Form(**{**read.__dict__, "npwp": digits or None, "phone": form.phone or None, "nib": form.nib or None})


def _values(form: Form) -> dict[str, Any]:
    nik, npwp = form.owner_nik, form.npwp
    return {
        "name": form.name,
        "name_key": name_key(form.name),
        "owner_name": form.owner_name,
        "nik_sealed": seal(nik.encode()) if nik else None,
        "nik_hash": keyed_hash("nik", nik) if nik else None,
        "nik_masked": mask_nik(nik) if nik else "",
        "scale": form.scale,
        "capital": form.capital,
        "sales": form.sales,
        "risk": form.risk,
        "sector": form.sector,
        "optional": orjson.dumps(sorted(form.optional)).decode(),
        "phone": form.phone,
        "address": form.address.strip(),
        "region": form.region,
        "nib": form.nib,
        "npwp_sealed": seal(npwp.encode()) if npwp else None,
        "npwp_masked": f"{'*' * (len(npwp) - 4)}{npwp[-4:]}" if npwp else "",
    }


def _lock_key(text: str) -> str:
    return keyed_hash("employer_lock", text).hex()[:16]


def _line(text: str) -> str:
    return " ".join(re.sub(r"[\x00-\x1f]", " ", text).split())


def _report(work: Work, kind: str, branch_id: int, employer_id: UUID, care: Care, region: str, **detail: Any) -> None:
    subject = (employer_id, care.agent_id, care.sub_branch_id, care.agency_office_id, region)
    work.report(Happened.to(kind, branch_id, subject, segment="PU", detail=detail))
