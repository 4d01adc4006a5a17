"""Somebody applies: the one writer of a new candidate."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Final, LiteralString, NamedTuple
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from perisai.events import world
from perisai.events.ids import uuid7
from perisai.events.vault import keyed_hash, seal
from perisai.events.work import Happened, Work, branch_day
from perisai.members.persons.nik import Beside, check_nik
from perisai.recruitment import document, link
from perisai.rulefile import read_file

WORDS_MOST: Final = 8

# A form sent twice makes one candidate: candidate_form_once.
_INSERT: LiteralString = """
INSERT INTO recruitment_candidate (branch_id, id, form_key, state, state_since, applied_at, full_name, nik_sealed, nik_hash,
  nik_masked, birth_date, education, phone, bank, account_sealed, account_masked, account_holder, is_bpu_member, kpj,
  is_bpjs_employee, agency_office_id, sub_branch_id, districts, language, consent_version, consented_at, code_hash,
  invitation_id, warnings, reason_code, reason_note)
VALUES (%s, %s, %s, 'applied', %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s,
  '', '')
ON CONFLICT (branch_id, form_key) DO NOTHING RETURNING id
"""
_SAME: LiteralString = "SELECT id, nik_hash FROM recruitment_candidate WHERE branch_id = %s AND form_key = %s"
_WORDS: LiteralString = """
INSERT INTO recruitment_word (branch_id, word, candidate_id) SELECT %s, unnest(%s::text[]), %s ON CONFLICT DO NOTHING
"""
_STEP: LiteralString = """
INSERT INTO recruitment_step (branch_id, candidate_id, from_state, to_state, at, user_id, reason_code, note)
VALUES (%s, %s, '', 'applied', %s, NULL, '', '')
"""
_SUB_BRANCH: LiteralString = """
SELECT id FROM offices_office WHERE branch_id = %s AND kind = 'sub_branch' AND is_open AND regencies @> ARRAY[%s]
ORDER BY id LIMIT 1
"""
# Carried by invitation_code; an invitation is used once.
_USE: LiteralString = """
UPDATE recruitment_invitation SET candidate_id = %s WHERE branch_id = %s AND id = %s AND candidate_id IS NULL
"""


@dataclass(frozen=True)
class Application:
    """A form that was read without error. ``phone`` as ``+62...``; ``account`` digits or empty; ``districts`` codes
    (``15.71.08``), the first wanted most."""

    form_key: UUID
    full_name: str
    nik: str
    birth_date: date
    education: int
    phone: str
    bank: str
    account: str
    account_holder: str
    is_bpu_member: bool
    kpj: str
    is_bpjs_employee: bool
    agency_office_id: int | None
    districts: tuple[str, ...]
    language: str
    invitation: UUID | None


class Sent(NamedTuple):
    """``code`` and ``path`` are how the candidate comes back; ``is_new`` False where the same form was sent before."""

    candidate_id: UUID
    code: str
    path: str
    is_new: bool


class _Text(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    version: str
    since: date
    text: dict[str, str]


class _Consents(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    reference: str
    versions: tuple[_Text, ...]


def consent_on(day: date) -> _Text:
    """The text that is shown on a day."""
    known = sorted(_consents().versions, key=lambda one: one.since)
    return [one for one in known if one.since <= day][-1]


def apply(work: Work, *, branch_id: int, given: Application, pictures: Sequence[document.Picture] = ()) -> Sent:
    """A candidate in state ``applied`` with the pictures at hand. A form that was sent before answers as it did then."""
    zone = work.row("SELECT timezone FROM offices_office WHERE id = %s", [branch_id])
    today = branch_day(work.now, zone[0] if zone else "UTC")
    world.refuse_real(given.nik)
    nik_hash = keyed_hash("nik", given.nik)
    same = work.row(_SAME, [branch_id, given.form_key])
    form_key = given.form_key if same is None or bytes(same[1]) == nik_hash else uuid7()
    code = link.code_of(branch_id, form_key)
    if same is not None and form_key == given.form_key:
        return _again(work, branch_id, form_key)
    candidate_id = uuid7()
    values = _values(work, branch_id, candidate_id, replace(given, form_key=form_key), today)
    if work.row(_INSERT, values) is None:
        return _again(work, branch_id, form_key)
    _beside(work, branch_id, candidate_id, given)
    for picture in pictures:
        document.keep(work, branch_id=branch_id, candidate_id=candidate_id, picture=picture)
    return Sent(candidate_id, code, link.make(link.Owner(branch_id, candidate_id)), is_new=True)


def _again(work: Work, branch_id: int, form_key: UUID) -> Sent:
    found = work.row(_SAME, [branch_id, form_key])
    assert found is not None
    owner = link.Owner(branch_id, found[0])
    return Sent(found[0], link.code_of(branch_id, form_key), link.make(owner), is_new=False)


def _beside(work: Work, branch_id: int, candidate_id: UUID, given: Application) -> None:
    """Words of the name, the first step, the invitation, the event."""
    work.execute(_WORDS, [branch_id, words_of(given.full_name), candidate_id])
    work.execute(_STEP, [branch_id, candidate_id, work.now])
    if given.invitation is not None:
        work.execute(_USE, [candidate_id, branch_id, given.invitation])
    detail = {"invitation": str(given.invitation)} if given.invitation else {}
    work.report(
        Happened(
            kind="candidate_applied",
            branch_id=branch_id,
            subject_id=candidate_id,
            agency_office_id=given.agency_office_id,
            detail=detail,
        )
    )


def words_of(name: str) -> list[str]:
    """The words of a name as search compares them: small letters without accents, each once, the first eight."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", name.casefold()) if not unicodedata.combining(c))
    return list(dict.fromkeys(re.findall(r"[^\W_]+", plain)))[:WORDS_MOST]


def mask_digits(digits: str) -> str:
    """The first four and the last two: enough to recognise one's own."""
    return f"{digits[:4]}{'*' * max(len(digits) - 6, 0)}{digits[-2:]}" if len(digits) > 6 else "*" * len(digits)


def _values(work: Work, branch_id: int, candidate_id: UUID, given: Application, today: date) -> list[object]:
    """Of ``_INSERT``."""
    districts = list(given.districts)
    sub_branch = work.row(_SUB_BRANCH, [branch_id, districts[0][:5]]) if districts else None
    province = districts[0][:2] if districts else None
    report = check_nik(given.nik, on=today, beside=Beside(birth_on=given.birth_date, province=province))
    account = given.account
    return [
        *(branch_id, candidate_id, given.form_key, work.now, work.now, given.full_name),
        *(seal(given.nik.encode()), keyed_hash("nik", given.nik), mask_digits(given.nik)),
        *(given.birth_date, given.education, given.phone, given.bank),
        *(seal(account.encode()) if account else None, mask_digits(account), given.account_holder),
        *(given.is_bpu_member, given.kpj, given.is_bpjs_employee, given.agency_office_id),
        *(sub_branch[0] if sub_branch else None, districts, given.language, consent_on(today).version, work.now),
        *(link.hash_of(link.code_of(branch_id, given.form_key)), given.invitation),
        [code for code in report.warnings if code in ("nik_birth_date", "nik_region_unknown")],
    ]


@cache
def _consents() -> _Consents:
    return read_file(Path(__file__).parent / "consent.yaml", _Consents)
