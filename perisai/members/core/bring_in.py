"""What comes back from the core system: numbers, codes, states, and payments that members made elsewhere.

Row by row: one that cannot be taken says why and stops no other. Nothing is taken twice: neither the same file, nor the
same number, nor the same reference of a payment.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

import orjson
from django.db import transaction

from perisai.errors import Refused
from perisai.events.ids import uuid7
from perisai.events.vault import keyed_hash
from perisai.events.work import Work
from perisai.members.core import file as core_file
from perisai.members.core import port as core
from perisai.payments.codes import registry
from perisai.payments.crediting import outside_payment
from perisai.payments.crediting.outside_payment import Outside
from perisai.tables.reading import Line

REGISTERED: Final = frozenset({"terdaftar", "aktif", "registered", "active", "ok"})
REFUSED: Final = frozenset({"ditolak", "gagal", "refused", "rejected"})

# Found by keyed hash; one living enrolment a person and segment.
_FIND = """
SELECT p.nik_hash, e.id, e.state, e.core_state, e.kpj, e.core_is_demo, e.agent_id, e.sub_branch_id, e.agency_office_id,
  e.region_code, e.segment
FROM members_person p JOIN members_enrolment e ON e.branch_id = p.branch_id AND e.person_id = p.id
WHERE p.branch_id = %s AND p.nik_hash = ANY (%s) AND e.segment = 'BPU' AND e.state IN ('accepted', 'active', 'lapsed')
"""

_CLAIM_KPJ = """
WITH claimed AS (
  INSERT INTO members_kpj (kpj, branch_id, enrolment_id, is_demo) VALUES (%(kpj)s, %(branch)s, %(enrolment)s, false)
  ON CONFLICT (kpj) DO NOTHING RETURNING 1
)
SELECT EXISTS (SELECT FROM claimed) OR EXISTS (
  SELECT FROM members_kpj WHERE kpj = %(kpj)s AND branch_id = %(branch)s AND enrolment_id = %(enrolment)s)
"""

_REGISTER = """
UPDATE members_enrolment SET core_state = 'registered', kpj = coalesce(%s, kpj), core_is_demo = false, core_changed_at = %s
WHERE branch_id = %s AND id = %s
"""

_REFUSE = """
UPDATE members_enrolment SET core_state = 'refused', core_changed_at = %s WHERE branch_id = %s AND id = %s
"""

_KEEP = """
INSERT INTO members_core_file (branch_id, id, direction, sha256, at, user_id, enrolments, outcome)
VALUES (%s, %s, 'import', %s, %s, %s, %s, %s)
ON CONFLICT (branch_id, sha256) WHERE direction = 'import' DO NOTHING RETURNING id
"""


@dataclass(frozen=True)
class Outcome:
    """What became of one row. ``line`` as in the file, titles being line 1; ``what`` a key of ``core.labels.OUTCOMES``."""

    line: int
    what: str
    detail: str = ""

    @property
    def is_error(self) -> bool:
        return self.what.startswith("error")


@dataclass(frozen=True)
class _Known:
    id: UUID
    state: str
    core_state: str
    kpj: str | None
    is_demo: bool
    counted_for: tuple[Any, ...]
    """id, agent, sub-branch, agency office, region code, segment"""


class _Wrong(Exception):
    """The row cannot be taken: a key of ``core.labels.OUTCOMES`` and what it is about."""

    def __init__(self, what: str, detail: str = "") -> None:
        self.outcome = (what, detail)
        super().__init__(what)


def take(work: Work, *, branch_id: int, timezone: str, data: bytes) -> tuple[bool, list[Outcome]]:
    """Takes a file of this branch. Answers whether the same bytes came before (then nothing is done) and the rows'
    outcomes. Raises ``Refused`` E4020 where the file cannot be read."""
    lines = core_file.read_lines(data)
    known = _find(work, branch_id, [line.cells for line in lines])
    file_id = uuid7()
    kept = work.row(
        _KEEP,
        [
            branch_id,
            file_id,
            hashlib.sha256(data).digest(),
            work.now,
            work.actor.user_id,
            [k.id for k in known.values()],
            "[]",
        ],
    )
    if kept is None:
        return True, []
    outcomes = [_take_row(work, branch_id, timezone, line, known) for line in lines]
    told = orjson.dumps([[one.line, one.what, one.detail] for one in outcomes]).decode()
    work.execute(
        "UPDATE members_core_file SET outcome = %s WHERE branch_id = %s AND id = %s", [told, branch_id, file_id]
    )
    return False, outcomes


def _take_row(
    work: Work,
    branch_id: int,
    timezone: str,
    line: Line,
    known: Mapping[bytes, _Known],
) -> Outcome:
    mark = work.mark()
    try:
        with transaction.atomic():
            if "nik" in line.cut:
                raise _Wrong("error_cut")
            return Outcome(line.number, _apply(work, branch_id, timezone, line.cells, known))
    except _Wrong as wrong:
        work.forget_since(mark)
        return Outcome(line.number, *wrong.outcome)
    except Refused as refused:
        work.forget_since(mark)
        return Outcome(line.number, "error_payment", refused.code)


def _apply(work: Work, branch_id: int, timezone: str, row: Mapping[str, str], known: Mapping[bytes, _Known]) -> str:
    nik = row.get("nik", "").lstrip("'")
    if not re.fullmatch(r"[0-9]{16}", nik):
        raise _Wrong("error_nik")
    found = known.get(keyed_hash("nik", nik))
    if found is None:
        raise _Wrong("error_unknown")
    outside = _read_outside(row, timezone, work.now)
    changed = False
    if outside is not None:
        changed = outside_payment.book(work, branch_id=branch_id, enrolment_id=found.id, paid=outside)
    changed = _take_code(work, branch_id, row, nik, found) or changed
    changed = _take_state(work, branch_id, row, found) or changed
    return ("paid" if outside is not None else "registered") if changed else "nothing_new"


def _take_code(work: Work, branch_id: int, row: Mapping[str, str], nik: str, found: _Known) -> bool:
    """The core's own code. Where that is the NIK, as the present channels use it, there is nothing to keep."""
    code = row.get("code", "").lstrip("'")
    if code in ("", nik):
        return False
    if not re.fullmatch(r"[A-Za-z0-9]{6,30}", code):
        raise _Wrong("error_code", code[:40])
    is_new = registry.register_core_code(work, branch_id=branch_id, enrolment_id=found.id, code=code)
    if is_new is None:
        raise _Wrong("error_code_taken")
    return is_new


def _take_state(work: Work, branch_id: int, row: Mapping[str, str], found: _Known) -> bool:
    kpj, status = row.get("kpj", "").lstrip("'"), row.get("status", "").strip().lower()
    if status and status not in REGISTERED | REFUSED:
        raise _Wrong("error_status", status[:40])
    if status in REFUSED:
        if found.core_state == "refused":
            return False
        work.execute(_REFUSE, [work.now, branch_id, found.id])
        core.report(work, branch_id, "core_refused", found.counted_for, {"reason": "core"})
        return True
    if not kpj and not status:
        return False
    if kpj:
        _claim(work, branch_id, kpj, found)
    if found.core_state == "registered" and not found.is_demo and kpj in ("", found.kpj):
        return False
    work.execute(_REGISTER, [kpj or None, work.now, branch_id, found.id])
    core.report(work, branch_id, "core_registered", found.counted_for, {"source": "file"})
    return True


def _claim(work: Work, branch_id: int, kpj: str, found: _Known) -> None:
    if not re.fullmatch(rf"[0-9]{{{core.KPJ_DIGITS}}}", kpj):
        raise _Wrong("error_kpj", kpj[:20])
    if found.kpj is not None and found.kpj != kpj and not found.is_demo:
        raise _Wrong("error_kpj_other")
    row = work.row(_CLAIM_KPJ, {"kpj": kpj, "branch": branch_id, "enrolment": found.id})
    if row is None or not row[0]:
        raise _Wrong("error_kpj_taken")


def _read_outside(row: Mapping[str, str], timezone: str, now: datetime) -> Outside | None:
    """The last columns, all or none of them."""
    names = ("first_month", "amount", "paid_at", "reference")
    given = [name for name in names if row.get(name)]
    if not given:
        return None
    if len(given) < len(names):
        raise _Wrong("error_payment_incomplete")
    try:
        first_month = date.fromisoformat(f"{row['first_month'][:7]}-01")
        months = int(row.get("months") or "1")
        amount = int(re.sub(r"[.,]00$|[. Rp]", "", row["amount"]))
        paid_at = _instant(row["paid_at"], timezone)
    except ValueError:
        raise _Wrong("error_payment_form") from None
    if not (2000 <= first_month.year <= 2100 and paid_at.year >= 2000) or not 1 <= months <= 12 or amount <= 0:
        raise _Wrong("error_payment_form")
    if paid_at > now + timedelta(minutes=5) or len(row["reference"]) > 64:
        raise _Wrong("error_payment_form")
    return Outside(first_month, months, amount, min(paid_at, now), row["reference"])


def _instant(text: str, timezone: str) -> datetime:
    """An ISO date or time; a bare date means the end of that day, for nobody knows the hour, and today means now."""
    zone = ZoneInfo(timezone)
    found = datetime.fromisoformat(text)
    if len(text) <= len("2026-11-22") or found.time() == time():
        found = datetime.combine(found.date(), time(23, 59, 59))
        end = found.replace(tzinfo=zone)
        return min(end, datetime.now(zone)) if end.date() == datetime.now(zone).date() else end
    return found if found.tzinfo else found.replace(tzinfo=zone)


def _find(work: Work, branch_id: int, rows: list[dict[str, str]]) -> dict[bytes, _Known]:
    hashes = sorted({keyed_hash("nik", row.get("nik", "").lstrip("'")) for row in rows})
    return {
        bytes(nik_hash): _Known(id_, state, core_state, kpj, is_demo, (id_, *counted_for))
        for nik_hash, id_, state, core_state, kpj, is_demo, *counted_for in work.rows(_FIND, [branch_id, hashes])
    }
