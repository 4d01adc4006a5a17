"""Agreements (PKS) between branch and agency office: drafted, signed by both, amended, renewed. In force only when both sides
have signed."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

import orjson
from django.db import IntegrityError, transaction

from perisai.agencies import office
from perisai.agents.rules import figure
from perisai.errors import Refused
from perisai.events.ids import uuid7
from perisai.events.work import Happened, Work, branch_day
from perisai.incentives.rules import scheme_on

PARTIES: Final = ("branch", "office")

# Carried by agreement_office; offices and agencies_office by their primary keys.
_IN_ORDER = """
SELECT o.kind = 'agency' AND o.branch_id = %(branch)s, o.is_open, f.ended_on,
  coalesce(bool_or(a.state = 'signed' AND %(on)s BETWEEN a.first_day AND a.last_day), false),
  coalesce(bool_or(a.state = 'signed' AND a.first_day > %(on)s), false),
  coalesce(bool_or(a.state = 'signed' AND a.last_day < %(on)s), false),
  coalesce(bool_or(a.state = 'draft'), false)
FROM offices_office o
LEFT JOIN agencies_office f ON f.branch_id = %(branch)s AND f.office_id = o.id
LEFT JOIN agencies_agreement a ON a.branch_id = %(branch)s AND a.office_id = o.id
WHERE o.id = %(office)s
GROUP BY o.id, f.ended_on
"""
# Carried by agreement_office.
_LAST = """
SELECT id, number, version, valid_from, valid_to, first_day, last_day FROM agencies_agreement
WHERE branch_id = %s AND office_id = %s AND state = 'signed' AND last_day >= first_day ORDER BY last_day DESC LIMIT 1
"""
_NUMBERED = "SELECT count(DISTINCT number) FROM agencies_agreement WHERE branch_id = %s AND office_id = %s"
_VERSIONS = "SELECT max(version) FROM agencies_agreement WHERE branch_id = %s AND number = %s"
_INSERT = """
INSERT INTO agencies_agreement (branch_id, id, office_id, number, version, state, valid_from, valid_to, last_day, end_reason,
  follows_id, facts, made_at, made_by)
VALUES (%s, %s, %s, %s, %s, 'draft', %s, %s, %s, '', %s, %s, %s, %s)
"""
_FIND = "SELECT office_id FROM agencies_agreement WHERE branch_id = %s AND id = %s"
_LOCK = "SELECT * FROM agencies_agreement WHERE branch_id = %s AND id = %s FOR UPDATE"
_WITHDRAW = "UPDATE agencies_agreement SET state = 'withdrawn' WHERE branch_id = %s AND id = %s"
_BRANCH = "SELECT name, address, timezone FROM offices_office WHERE id = %s"


@dataclass(frozen=True)
class Signatories:
    """Who is to sign for each side, and as what."""

    branch_name: str
    branch_title: str
    office_name: str
    office_title: str

    def check(self) -> None:
        """Raises ``Refused`` E9002."""
        for field in ("branch_name", "branch_title", "office_name", "office_title"):
            text = getattr(self, field)
            if not text.strip() or len(text) > 120:
                raise Refused("E9002", field=field)


def in_order(work: Work, branch_id: int, office_id: int, on: date) -> str | None:
    """Whether an agency office may answer for agents on a day: None, or why not, a key of ``labels.OUT_OF_ORDER``:
    ``unknown`` (no agency office of the branch), ``ended``, ``closed``, ``none`` (no agreement), ``unsigned``, ``later``,
    ``expired``. One statement."""
    row = work.row(_IN_ORDER, {"branch": branch_id, "office": office_id, "on": on})
    if row is None or not row[0]:
        return "unknown"
    _, is_open, ended_on, valid, later, expired, draft = row
    if ended_on is not None and ended_on < on:
        return "ended"
    if not is_open and ended_on is None:
        return "closed"
    if valid:
        return None
    if draft:
        return "unsigned"
    if later:
        return "later"
    return "expired" if expired else "none"


def latest_end(valid_from: date) -> date:
    """The last day that an agreement beginning then may have, by the figure of its first day."""
    months = valid_from.year * 12 + valid_from.month - 1 + figure("agreement_months_most", valid_from)
    year, month = divmod(months, 12)
    day = min(valid_from.day, monthrange(year, month + 1)[1])
    end = date(year, month + 1, day)
    return end if day < valid_from.day else end - timedelta(days=1)


def draft(
    work: Work,
    *,
    branch_id: int,
    office_id: int,
    valid_from: date,
    valid_to: date,
    signatories: Signatories,
    amends: bool = False,
) -> UUID:
    """A new draft: a first agreement, a renewal with a number of its own, or (``amends``) the next version of the one in force,
    which ends with that one at the latest. Raises ``Refused`` E1004, E9002, E9005, E9006, E9012, E9015."""
    branch = work.row(_BRANCH, [branch_id])
    assert branch is not None
    found = office.lock_open(work, branch_id=branch_id, office_id=office_id, today=branch_day(work.now, branch[2]))
    signatories.check()
    last = _find_last(work, branch_id, office_id)
    _check_days(valid_from, valid_to, last, amends=amends)
    number, version = _next_number(work, branch_id, found, valid_from, last if amends else None)
    agreement_id = uuid7()
    facts = facts_of(branch, found, signatories, valid_from)
    values = [
        *(branch_id, agreement_id, office_id, number, version, valid_from, valid_to, valid_to),
        *(last and last["id"], orjson.dumps(facts).decode(), work.now, work.actor.user_id),
    ]
    try:
        with transaction.atomic():
            work.execute(_INSERT, values)
    except IntegrityError as error:
        raise Refused("E9015") from error
    _report(
        work, "agreement_drafted", branch_id, office_id, agreement_id,
        version=version, valid_from=valid_from.isoformat(), valid_to=valid_to.isoformat(),
    )  # fmt: skip
    return agreement_id


def withdraw(work: Work, *, branch_id: int, agreement_id: UUID) -> None:
    """A draft that nobody will sign. Raises ``Refused`` E1004, E9007."""
    found = lock_draft(work, branch_id=branch_id, agreement_id=agreement_id)
    work.execute(_WITHDRAW, [branch_id, agreement_id])
    _report(work, "agreement_withdrawn", branch_id, found["office_id"], agreement_id)


def lock_draft(work: Work, *, branch_id: int, agreement_id: UUID) -> dict[str, Any]:
    """The draft with its office locked first, as everybody does. Raises ``Refused`` E1004, E9007, E9012."""
    where = work.row(_FIND, [branch_id, agreement_id])
    if where is None:
        raise Refused("E1004")
    branch = work.row(_BRANCH, [branch_id])
    assert branch is not None
    today = branch_day(work.now, branch[2])
    office.lock_open(work, branch_id=branch_id, office_id=where[0], today=today)
    found = work.dicts(_LOCK, [branch_id, agreement_id])[0]
    if found["state"] != "draft":
        raise Refused("E9007")
    return found | {"today": today}


def _check_days(valid_from: date, valid_to: date, last: dict[str, Any] | None, *, amends: bool) -> None:
    latest = latest_end(valid_from)
    if not valid_from <= valid_to <= latest:
        raise Refused("E9005", months=figure("agreement_months_most", valid_from), latest=f"{latest:%d-%m-%Y}")
    if amends:
        if last is None or not last["first_day"] <= valid_from <= last["last_day"] or valid_to > last["valid_to"]:
            raise Refused("E9006")
    elif last is not None and valid_from <= last["last_day"]:
        raise Refused("E9006")


def _find_last(work: Work, branch_id: int, office_id: int) -> dict[str, Any] | None:
    """The signed agreement that lasts longest."""
    rows = work.dicts(_LAST, [branch_id, office_id])
    return rows[0] if rows else None


def _next_number(
    work: Work, branch_id: int, found: dict[str, Any], valid_from: date, amended: dict[str, Any] | None
) -> tuple[str, int]:
    """(number, version); the office's row is locked, so no other takes the same."""
    if amended is None:
        row = work.row(_NUMBERED, [branch_id, found["office_id"]])
        return f"PKS/{found['code']}/{valid_from.year}/{(row[0] if row else 0) + 1}", 1
    row = work.row(_VERSIONS, [branch_id, amended["number"]])
    return amended["number"], (row[0] if row else 0) + 1


def facts_of(branch: tuple[Any, ...], found: dict[str, Any], signatories: Signatories, on: date) -> dict[str, Any]:
    """What the text names, as it is on the day of the draft, so that it prints the same for ever."""
    return {
        "branch": {
            "name": branch[0],
            "address": branch[1],
            "signer": signatories.branch_name.strip(),
            "title": signatories.branch_title.strip(),
        },
        "office": {
            "name": found["name"],
            "code": found["code"],
            "address": found["address"],
            "form": found["form"],
            "signer": signatories.office_name.strip(),
            "title": signatories.office_title.strip(),
        },
        "agents_least": figure("office_agents_least", on),
        "short_months": figure("office_short_months", on),
        "share_percent": scheme_on(on).share_percent,
    }


def _report(work: Work, kind: str, branch_id: int, office_id: int, agreement_id: UUID, **detail: object) -> None:
    work.report(
        Happened(
            kind=kind,
            branch_id=branch_id,
            subject_id=agreement_id,
            agency_office_id=office_id,
            detail={"agreement": str(agreement_id)} | detail,
        )
    )
