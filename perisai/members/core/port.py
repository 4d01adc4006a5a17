"""The core port: membership is final when the core system of BPJS has it. Our state stands beside it.

Two cores: ``FileCore``, for which staff take files over to the present portal and back, and ``DemoCore``, which issues
numbers itself and marks them. Which one serves an installation says ``PERISAI_CORE`` (``file`` or ``demo``; where nothing
is said, the embedded database has the demo's).
"""

import os
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Protocol
from uuid import UUID

from perisai.contributions.rules.in_force import load
from perisai.errors import Refused
from perisai.events import world
from perisai.events.ids import uuid7
from perisai.events.vault import unseal
from perisai.events.work import Happened, Work
from perisai.members.core import file as core_file

MOST_EXPORTED = 1_000
KPJ_DIGITS = 11
_DEMO_MARK = "9"

# Carried by enrolment_core_waiting; locked so that two clerks never export one person twice.
_WAITING = """
SELECT e.id FROM members_enrolment e
WHERE e.branch_id = %s AND e.core_state = 'none' AND e.state = 'active'
ORDER BY e.id LIMIT %s FOR UPDATE OF e SKIP LOCKED
"""

_COUNT = """
SELECT core_state, count(*), count(*) FILTER (WHERE core_is_demo) FROM members_enrolment
WHERE branch_id = %s AND state IN ('active', 'lapsed') GROUP BY core_state
"""

_ROWS = """
SELECT p.nik_sealed, p.name, p.kk_sealed, p.birth_place, p.birth_date, p.sex, p.phone, p.address, village.name, district.name,
  e.jobs, e.payment_code, p.birth_known, p.phone_owner, p.phone_whose
FROM members_enrolment e
JOIN members_person p ON p.branch_id = e.branch_id AND p.id = e.person_id
LEFT JOIN offices_region village ON village.code = p.region_code
LEFT JOIN offices_region district ON district.code = village.parent_code
WHERE e.branch_id = %s AND e.id = ANY (%s)
ORDER BY e.id
"""

_MARK_EXPORTED = """
UPDATE members_enrolment SET core_state = 'exported', core_changed_at = %s WHERE branch_id = %s AND id = ANY (%s)
RETURNING id, agent_id, sub_branch_id, agency_office_id, region_code, segment
"""

_KEEP_FILE = """
INSERT INTO members_core_file (branch_id, id, direction, at, user_id, enrolments, outcome)
VALUES (%s, %s, 'export', %s, %s, %s, '[]')
"""

_FILES = """
SELECT f.id, f.direction, f.at, cardinality(f.enrolments) AS people, jsonb_array_length(f.outcome) AS lines, u.full_name AS who
FROM members_core_file f LEFT JOIN accounts_user u ON u.id = f.user_id
WHERE f.branch_id = %s ORDER BY f.id DESC LIMIT 50
"""

_TAKE_NUMBERS = """
INSERT INTO members_kpj_block AS b (branch_id, next) VALUES (%(branch)s, 1 + %(count)s)
ON CONFLICT (branch_id) DO UPDATE SET next = b.next + %(count)s
RETURNING next
"""

_REGISTER_DEMO = """
WITH numbered AS (
  SELECT * FROM unnest(%(ids)s::uuid[], %(kpjs)s::text[]) AS n (id, kpj)
), registered AS (
  INSERT INTO members_kpj (kpj, branch_id, enrolment_id, is_demo) SELECT kpj, %(branch)s, id, true FROM numbered
)
UPDATE members_enrolment e
SET core_state = 'registered', kpj = n.kpj, core_is_demo = true, core_changed_at = %(now)s
FROM numbered n WHERE e.branch_id = %(branch)s AND e.id = n.id
RETURNING e.id, e.agent_id, e.sub_branch_id, e.agency_office_id, e.region_code, e.segment
"""


class CorePort(Protocol):
    """What stands between us and the core system."""

    takes_files: ClassVar[bool]
    """Staff export and import files; else the port registers by itself."""

    def register_waiting(self, work: Work, *, branch_id: int, most: int) -> int:
        """Registers members who were paid for and are not at the core; answers how many."""
        ...


class FileCore:
    """The present portal: staff carry files. Nothing happens by itself."""

    takes_files: ClassVar[bool] = True

    def register_waiting(self, work: Work, *, branch_id: int, most: int) -> int:
        del work, branch_id, most
        return 0


class DemoCore:
    """Issues participant numbers itself, of eleven digits that begin with 9, marked as demo everywhere."""

    takes_files: ClassVar[bool] = True

    def register_waiting(self, work: Work, *, branch_id: int, most: int) -> int:
        ids = [row[0] for row in work.rows(_WAITING, [branch_id, most])]
        if not ids:
            return 0
        row = work.row(_TAKE_NUMBERS, {"branch": branch_id, "count": len(ids)})
        first = (row[0] if row else 1) - len(ids)
        kpjs = [demo_kpj(branch_id, first + index) for index in range(len(ids))]
        registered = work.rows(_REGISTER_DEMO, {"branch": branch_id, "ids": ids, "kpjs": kpjs, "now": work.now})
        for enrolment in registered:
            report(work, branch_id, "core_registered", enrolment, {"source": "demo"})
        return len(registered)


def get_port(environment: Mapping[str, str] = os.environ) -> CorePort:
    if world.is_practice():
        return DemoCore()
    chosen = environment.get("PERISAI_CORE") or ("demo" if environment.get("PERISAI_EMBEDDED") == "1" else "file")
    if chosen not in ("demo", "file"):
        raise ValueError(f"PERISAI_CORE is {chosen!r}: it is file or demo")
    return DemoCore() if chosen == "demo" else FileCore()


def demo_kpj(branch_id: int, number: int) -> str:
    return f"{_DEMO_MARK}{branch_id % 10_000:04d}{number:06d}"


def counts(work: Work, *, branch_id: int) -> dict[str, int]:
    """How many members are in which state at the core, and how many numbers are the demo's (``demo``)."""
    rows = work.rows(_COUNT, [branch_id])
    return {state: count for state, count, _ in rows} | {"demo": sum(demo for _, _, demo in rows)}


def files(work: Work, *, branch_id: int) -> list[dict[str, Any]]:
    return work.dicts(_FILES, [branch_id])


def export(work: Work, *, branch_id: int, form: str) -> bytes:
    """A file of up to ``MOST_EXPORTED`` members who wait for the core system, who then wait for its answer.

    ``form``: csv or xlsx. It holds NIKs in the clear, so every person in it has an event. Raises E4021 if nobody waits.
    """
    ids = [row[0] for row in work.rows(_WAITING, [branch_id, MOST_EXPORTED])]
    if not ids:
        raise Refused("E4021")
    batch = uuid7()
    for enrolment in work.rows(_MARK_EXPORTED, [work.now, branch_id, ids]):
        report(work, branch_id, "core_exported", enrolment, {"batch": batch})
    work.execute(_KEEP_FILE, [branch_id, batch, work.now, work.actor.user_id, ids])
    return _file(work, branch_id, ids, form)


def export_again(work: Work, *, branch_id: int, batch: UUID, form: str) -> bytes:
    """The file of an earlier export once more, with an event, for its NIKs are seen once more. Raises E1004."""
    row = work.row(
        "SELECT enrolments FROM members_core_file WHERE branch_id = %s AND id = %s AND direction = 'export'",
        [branch_id, batch],
    )
    if row is None:
        raise Refused("E1004")
    work.report(
        Happened(kind="nik_unmasked", branch_id=branch_id, quantity=len(row[0]), detail={"reason": "core_file"})
    )
    return _file(work, branch_id, row[0], form)


def report(work: Work, branch_id: int, kind: str, enrolment: Sequence[Any], detail: dict[str, Any]) -> None:
    """``enrolment``: id, agent, sub-branch, agency office, region code, segment."""
    *subject, segment = enrolment
    work.report(Happened.to(kind, branch_id, subject, segment=segment, detail=detail))


def _file(work: Work, branch_id: int, ids: list[UUID], form: str) -> bytes:
    rows = [_cells(row) for row in work.rows(_ROWS, [branch_id, ids])]
    write = core_file.write_xlsx if form == "xlsx" else core_file.write_csv
    return write(core_file.EXPORTED, rows)


def _cells(row: tuple[Any, ...]) -> list[str]:
    nik, name, kk, birth_place, birth_date, sex, phone, address, village, district, jobs, code, *remarks = row
    business, category = _work(jobs)
    return [
        unseal(nik).decode(),
        name,
        unseal(kk).decode() if kk is not None else "",
        birth_place,
        f"{birth_date:%d-%m-%Y}",
        "P" if sex == "F" else "L",
        _local_phone(phone or ""),
        address,
        village or "",
        district or "",
        business,
        category,
        code or "",
        _remarks(*remarks),
    ]


_BIRTHS = {
    "month": "Tanggal lahir: hanya bulan dan tahun diketahui",
    "year": "Tanggal lahir: hanya tahun diketahui",
    "estimate": "Tanggal lahir perkiraan",
}
_OWNERS = {"family": "No HP milik keluarga", "other": "No HP milik orang lain"}


def _remarks(birth_known: str, phone_owner: str, phone_whose: str | None) -> str:
    """What whoever copies the row has to know of it, in the language of the portal."""
    owner = _OWNERS.get(phone_owner, "")
    found = [_BIRTHS.get(birth_known, ""), f"{owner} ({phone_whose})" if owner and phone_whose else owner]
    return "; ".join(remark for remark in found if remark)


def _work(jobs: list[str]) -> tuple[str, str]:
    """A worker of their own has no firm: the kind of work stands for its name, its group for the category."""
    names = {
        f"{group.code}.{job}": (words.id, group.name.id)
        for group in load().occupations
        for job, words in group.jobs.items()
    }
    found = [names.get(job, (job, "")) for job in jobs]
    return ", ".join(name for name, _ in found), found[0][1] if found else ""


def _local_phone(phone: str) -> str:
    """The portal writes 0812..., not +62812..."""
    return f"0{phone[3:]}" if phone.startswith("+62") else phone
