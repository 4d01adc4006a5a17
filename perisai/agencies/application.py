"""Applications of organisations that want to become an agency office: taken, checked item by item, decided once."""

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from perisai.agencies import office
from perisai.agencies.checklist import items_on
from perisai.errors import Refused
from perisai.events.ids import uuid7
from perisai.events.work import Happened, Work, branch_day
from perisai.offices.office import create_office, next_id
from perisai.offices.tree import Office, OfficeKind

FORMS: Final = ("cv", "pt", "foundation", "cooperative", "association", "community")
"""Legal forms; the last is a group without legal entity."""
REFUSALS: Final = ("documents", "address", "leader", "agents", "no_need", "withdrawn", "other")
MOST_NOTE: Final = 500
_TRIES: Final = 3

_INSERT = """
INSERT INTO agencies_application (branch_id, id, state, source, parent_id, name, form, address, leader_name, leader_title,
  leader_phone, candidates, applied_at, applied_by, code_hash, reason, note)
VALUES (%s, %s, 'applied', %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, '', '') ON CONFLICT DO NOTHING
"""
_CHECK = """
INSERT INTO agencies_check (branch_id, id, application_id, item, is_met, note, checked_at, checked_by)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s)
"""
_SENT = "SELECT code_hash, name, leader_phone FROM agencies_application WHERE branch_id = %s AND id = %s"
# Carried by agency_check_application: the newest row of each item.
_MET = """
SELECT DISTINCT ON (item) item, is_met FROM agencies_check
WHERE branch_id = %s AND application_id = %s ORDER BY item, id DESC
"""
# One row by primary key; whoever decides first holds it.
_LOCK = """
SELECT a.*, u.full_name AS decider
FROM agencies_application a LEFT JOIN accounts_user u ON u.id = a.decided_by
WHERE a.branch_id = %s AND a.id = %s FOR UPDATE OF a
"""
_DECIDE = """
UPDATE agencies_application SET state = %s, decided_at = %s, decided_by = %s, reason = %s, note = %s, office_id = %s
WHERE branch_id = %s AND id = %s
"""


@dataclass(frozen=True)
class Applicant:
    """What the organisation says of itself. ``candidates``: agents it will begin with."""

    name: str
    form: str
    address: str
    leader_name: str
    leader_title: str
    leader_phone: str
    candidates: int

    def check(self) -> None:
        """Raises ``Refused`` E9002 with the first field that is missing or too long."""
        for field, most in (("name", 120), ("address", 200), ("leader_name", 120), ("leader_title", 80)):
            text = getattr(self, field)
            if not text.strip() or len(text) > most:
                raise Refused("E9002", field=field)
        if self.form not in FORMS:
            raise Refused("E9002", field="form")
        if not 1 <= self.candidates <= 1000:
            raise Refused("E9002", field="candidates")
        office.check_phone(self.leader_phone)


def apply(
    work: Work,
    *,
    parent: Office,
    applicant: Applicant,
    source: str,
    application_id: UUID | None = None,
    code_hash: bytes | None = None,
) -> UUID:
    """A new application to the branch or sub-branch ``parent``; one with an id that is here already is the same one sent again.
    Raises ``Refused`` E9002, E9020 where what is here says something else, and E1004 for another office."""
    if parent.kind not in (OfficeKind.BRANCH, OfficeKind.SUB_BRANCH) or parent.branch_id is None:
        raise Refused("E1004")
    applicant.check()
    application_id = application_id or uuid7()
    is_new = work.execute(
        _INSERT,
        [
            *(parent.branch_id, application_id, source, parent.id, applicant.name.strip(), applicant.form),
            *(applicant.address.strip(), applicant.leader_name.strip(), applicant.leader_title.strip()),
            *(
                office.check_phone(applicant.leader_phone),
                applicant.candidates,
                work.now,
                work.actor.user_id,
                code_hash,
            ),
        ],
    )
    if is_new:
        _report(work, "agency_applied", parent.branch_id, application_id, source=source)
    elif not _is_same(work, parent.branch_id, application_id, applicant, code_hash):
        raise Refused("E9020")
    return application_id


def check(work: Work, *, branch_id: int, application_id: UUID, item: str, is_met: bool, note: str) -> None:
    """Writes down what was seen of one item; the newest counts. Raises ``Refused`` E1004, E9001, E9004."""
    found = lock_open(work, branch_id, application_id)
    if item not in items_on(day_of(work, found)):
        raise Refused("E1004")
    if len(note) > MOST_NOTE:
        raise Refused("E9004")
    work.execute(_CHECK, [branch_id, uuid7(), application_id, item, is_met, note.strip(), work.now, work.actor.user_id])
    _report(work, "agency_checked", branch_id, application_id, item=item, is_met=is_met)


def approve(work: Work, *, branch_id: int, application_id: UUID, note: str = "") -> Office:
    """Makes the office, once every item of the day's checklist is met. Raises ``Refused`` E1004, E9001, E9003, E9004."""
    found = lock_open(work, branch_id, application_id)
    _check_note(note)
    met = dict(work.rows(_MET, [branch_id, application_id]))
    lacking = [key for key in items_on(day_of(work, found)) if not met.get(key)]
    if lacking:
        raise Refused("E9003", items=", ".join(lacking), members={"items": lacking})
    made = _make_office(work, found)
    office.begin(
        work,
        branch_id=branch_id,
        office_id=made.id,
        since=day_of(work, found),
        leader=office.Leader(found["leader_name"], found["leader_title"], found["leader_phone"], found["form"]),
    )
    _decide(work, branch_id, application_id, "approved", "", note, made.id)
    _report(work, "agency_approved", branch_id, application_id, office_id=made.id, office=made.id)
    return made


def refuse(work: Work, *, branch_id: int, application_id: UUID, reason: str, note: str) -> None:
    """Raises ``Refused`` E1004, E9001, E9004."""
    lock_open(work, branch_id, application_id)
    _check_note(note)
    if reason not in REFUSALS:
        raise Refused("E9004")
    _decide(work, branch_id, application_id, "refused", reason, note, None)
    _report(work, "agency_refused", branch_id, application_id, reason=reason)


def withdraw(work: Work, *, branch_id: int, application_id: UUID) -> None:
    """The applicant's own act. Raises ``Refused`` E1004, E9001."""
    lock_open(work, branch_id, application_id)
    _decide(work, branch_id, application_id, "withdrawn", "", "", None)
    _report(work, "agency_withdrawn", branch_id, application_id)


def lock_open(work: Work, branch_id: int, application_id: UUID) -> dict[str, Any]:
    """The application, locked to the end of the Work. Raises ``Refused`` E1004, E9001."""
    rows = work.dicts(_LOCK, [branch_id, application_id])
    if not rows:
        raise Refused("E1004")
    if rows[0]["state"] != "applied":
        raise Refused("E9001", who=rows[0]["decider"] or rows[0]["leader_name"])
    return rows[0]


def _is_same(work: Work, branch_id: int, application_id: UUID, applicant: Applicant, code_hash: bytes | None) -> bool:
    row = work.row(_SENT, [branch_id, application_id])
    if row is None or row[1:] != (applicant.name.strip(), office.check_phone(applicant.leader_phone)):
        return False
    return (row[0] and bytes(row[0])) == code_hash


def _make_office(work: Work, found: dict[str, Any]) -> Office:
    """Two approvals at one moment may want the same number: then the next one is tried."""
    parent = Office.objects.get(id=found["parent_id"])
    for tried in range(_TRIES):
        number = next_id(parent)
        try:
            return create_office(
                work,
                id=number,
                kind=OfficeKind.AGENCY,
                code=f"KP-{number}",
                name=found["name"],
                parent=parent,
                address=found["address"],
                is_demo=parent.is_demo,
            )
        except Refused as refused:
            if refused.code != "E7001" or tried == _TRIES - 1:
                raise
    raise AssertionError("a loop of at least one try answers or raises")


def _decide(
    work: Work, branch_id: int, application_id: UUID, state: str, reason: str, note: str, office_id: int | None
) -> None:
    by = work.actor.user_id
    work.execute(_DECIDE, [state, work.now, by, reason, note.strip(), office_id, branch_id, application_id])


def _check_note(note: str) -> None:
    if len(note) > MOST_NOTE:
        raise Refused("E9004")


def day_of(work: Work, found: dict[str, Any]) -> Any:
    return branch_day(work.now, Office.objects.get(id=found["parent_id"]).timezone)


def _report(
    work: Work, kind: str, branch_id: int, application_id: UUID, *, office_id: int | None = None, **detail: object
) -> None:
    work.report(
        Happened(
            kind=kind,
            branch_id=branch_id,
            subject_id=application_id,
            agency_office_id=office_id,
            detail={"application": str(application_id)} | detail,
        )
    )
