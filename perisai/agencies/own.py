"""What the holder of a link does with their organisation's application: read it, complete it, withdraw it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from perisai.agencies import application, document
from perisai.agencies.checklist import Item, items_on
from perisai.agencies.link import Owner
from perisai.errors import Refused
from perisai.events.work import Work, branch_day

# By primary key.
_GET = """
SELECT a.id, a.name, a.state, a.applied_at, a.decided_at, a.reason, a.note, b.name AS branch, b.address, b.timezone
FROM agencies_application a JOIN offices_office b ON b.id = a.branch_id
WHERE a.branch_id = %s AND a.id = %s
"""
# Carried by agency_check_application: the newest look at each item.
_LOOKS = """
SELECT DISTINCT ON (item) item, is_met, note FROM agencies_check
WHERE branch_id = %s AND application_id = %s ORDER BY item, id DESC
"""
# Carried by agency_application_code.
_BY_CODE = "SELECT id FROM agencies_application WHERE branch_id = %s AND code_hash = %s"


@dataclass(frozen=True)
class Looked:
    """One item of the checklist as the applicant may know it. ``note`` only where it is not met."""

    key: str
    told: dict[str, str]
    paper: dict[str, str] | None
    is_met: bool | None
    note: str
    sent: int
    sent_at: datetime | None
    may_send: bool


@dataclass(frozen=True)
class Mine:
    row: dict[str, Any]
    items: list[Looked]

    @property
    def is_open(self) -> bool:
        return bool(self.row["state"] == "applied")


def get(work: Work, owner: Owner) -> Mine:
    """Three statements. Raises ``Refused`` E9109 where it is gone."""
    found = work.dicts(_GET, list(owner))
    if not found:
        raise Refused("E9109")
    row = found[0]
    looks = {item: (is_met, note) for item, is_met, note in work.rows(_LOOKS, list(owner))}
    papers = document.of(work, branch_id=owner.branch_id, application_id=owner.application_id)
    asked = items_on(branch_day(row["decided_at"] or work.now, row["timezone"]))
    return Mine(row, [_looked(key, item, looks, papers.get(key, []), row["state"]) for key, item in asked.items()])


def _looked(key: str, item: Item, looks: dict[str, tuple[bool, str]], sent: list[dict[str, Any]], state: str) -> Looked:
    is_met, note = looks.get(key, (None, ""))
    return Looked(
        key=key,
        told=item.told.model_dump(),
        paper=item.paper.model_dump() if item.paper else None,
        is_met=is_met,
        note=note if is_met is False else "",
        sent=len(sent),
        sent_at=sent[-1]["added_at"] if sent else None,
        may_send=state == "applied" and item.paper is not None and not is_met and len(sent) < document.MOST_FILES,
    )


def find_by_code(work: Work, branch_id: int, code_hash: bytes) -> Owner | None:
    row = work.row(_BY_CODE, [branch_id, code_hash])
    return Owner(branch_id, row[0]) if row else None


def add_paper(work: Work, owner: Owner, item: str, paper: document.Clean) -> None:
    """Raises ``Refused`` E9109, E9018 where it is decided or withdrawn, E1004 for an item that takes no paper, E9019."""
    found = _lock_open(work, owner)
    wanted = items_on(application.day_of(work, found)).get(item)
    if wanted is None or wanted.paper is None:
        raise Refused("E1004")
    document.keep(work, branch_id=owner.branch_id, application_id=owner.application_id, item=item, paper=paper)


def withdraw(work: Work, owner: Owner) -> None:
    """Raises ``Refused`` E9109, E9018."""
    _lock_open(work, owner)
    application.withdraw(work, branch_id=owner.branch_id, application_id=owner.application_id)


def _lock_open(work: Work, owner: Owner) -> dict[str, Any]:
    """Who decided it is nothing that a link's holder is told."""
    try:
        return application.lock_open(work, owner.branch_id, owner.application_id)
    except Refused as refused:
        raise Refused("E9109" if refused.code == "E1004" else "E9018") from refused
