"""Writes a workbook that is in order: offices, agreements, agents, members, arrears, in one transaction."""

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

from perisai.accounts import handout
from perisai.accounts.handout import NewOfficeLogin
from perisai.agencies import taken_over as agencies
from perisai.agencies.office import Leader
from perisai.agents import agent, issue
from perisai.contributions.bills import arrears
from perisai.events.work import Happened, Work, branch_day
from perisai.golive import identity
from perisai.golive.check import Known, owed_of, programmes_of, username_of
from perisai.golive.shape import HEIRS_MOST
from perisai.golive.workbook import Book, Row
from perisai.members.enrolments import taken_over as members
from perisai.offices.tree import Office

_CERTIFICATE = """
INSERT INTO golive_certificate (branch_id, agent_id, number, dated_on, file_id, old_code, exam_number, examined_on)
SELECT %s, c.agent_id, c.number, c.dated_on, %s, c.old_code, c.exam_number, c.examined_on
FROM unnest(%s::uuid[], %s::text[], %s::date[], %s::text[], %s::text[], %s::date[])
  AS c (agent_id, number, dated_on, old_code, exam_number, examined_on)
"""
_LOGIN = """
INSERT INTO golive_office_login (branch_id, office_id, file_id, user_id)
SELECT %s, l.office, %s, l.login FROM unnest(%s::int[], %s::uuid[]) AS l (office, login)
"""


class Claimed(Exception):
    """Somebody else holds a NIK or a participant number: told in ``book.problems``; the transaction is to be undone."""


def bring_in(
    work: Work,
    book: Book,
    known: Known,
    *,
    branch: Office,
    file_id: UUID,
    tell: Callable[[int], None],
) -> None:
    """All of it. Raises ``Claimed``, or ``Refused`` where something changed since it was checked; then nothing stands."""
    today = branch_day(work.now, branch.timezone)
    made = _offices(work, book, known, branch, today)
    _logins(work, book, branch.id, made, file_id)
    offices = known.agencies | made
    tell(15)
    agreements = [(offices[row["office"]], _signed(row)) for row in book.sheets["agreements"]]
    if agreements:
        agencies.take_over(work, branch_id=branch.id, agreements=agreements)
    tell(25)
    _agents(work, book, known, branch.id, offices, file_id, today)
    tell(40)
    _members(work, book, known, branch, tell)
    counts: dict[str, Any] = book.counts()
    work.report(
        Happened(
            kind="golive_imported", branch_id=branch.id, subject_id=file_id, detail={"file": str(file_id)} | counts
        )
    )


def _offices(work: Work, book: Book, known: Known, branch: Office, today: date) -> dict[str, int]:
    parents = {office.id: office for office in Office.objects.filter(id__in=known.sub_branches.values())}
    made: dict[str, int] = {}
    for row in book.sheets["offices"]:
        parent = parents[known.sub_branches[row["under"]]] if row["under"] else branch
        leader = Leader(row["leader"] or "", row["title"] or "", row["phone"] or "", "")
        office = agencies.open_office(
            work,
            parent=parent,
            code=row["code"],
            name=row["name"],
            address=row["address"] or "",
            leader=leader,
            since=_first_agreement(book, row["code"]) or today,
        )
        made[row["code"]] = office.id
    return made


def _logins(work: Work, book: Book, branch_id: int, made: dict[str, int], file_id: UUID) -> None:
    rows = book.sheets["offices"]
    logins = [NewOfficeLogin(made[row["code"]], username_of(row), row["leader"] or row["name"]) for row in rows]
    users = handout.make_office_logins(work, branch_id=branch_id, logins=logins)
    work.execute(_LOGIN, [branch_id, file_id, list(users), list(users.values())])


def _first_agreement(book: Book, code: str) -> date | None:
    return min((row["since"] for row in book.sheets["agreements"] if row["office"] == code), default=None)


def _signed(row: Row) -> agencies.Signed:
    return agencies.Signed(
        number=row["number"],
        since=row["since"],
        until=row["until"],
        signed_on=row["signed_on"],
        branch_signer=row["branch_signer"],
        office_signer=row["office_signer"],
    )


def _agents(
    work: Work, book: Book, known: Known, branch_id: int, offices: dict[str, int], file_id: UUID, today: date
) -> None:
    rows = book.sheets["agents"]
    if not rows:
        return
    _claim_agents(work, book, rows, branch_id, today)
    admissions = [
        agent.Admission(
            agent_id=row.id,
            full_name=row["name"],
            phone=row["phone"] or "",
            agency_office_id=offices[row["office"]] if row["office"] else None,
            sub_branch_id=known.sub_branches[row["under"]] if row["under"] else None,
            since=row["since"],
        )
        for row in rows
    ]
    agent.admit_many(work, branch_id=branch_id, admissions=admissions)
    licences = [issue.TakenOver(row.id, row["licence"], row["valid_from"], row["valid_to"]) for row in rows]
    issue.take_over(work, branch_id=branch_id, licences=licences)
    columns = [
        [row.id for row in rows],
        [row["certificate"] or "" for row in rows],
        [row["certified_on"] for row in rows],
        [row["code"] for row in rows],
        [row["exam"] or "" for row in rows],
        [row["examined_on"] for row in rows],
    ]
    work.execute(_CERTIFICATE, [branch_id, file_id, *columns])
    identity.keep(work, branch_id=branch_id, file_id=file_id, rows=rows)


def _claim_agents(work: Work, book: Book, rows: list[Row], branch_id: int, today: date) -> None:
    held, barred = identity.claim(work, branch_id=branch_id, rows=rows, today=today)
    for row in rows:
        if row.id in held:
            book.blame("agents", row, "nik", "nik_agent")
        if row.id in barred:
            book.blame("agents", row, "nik", "nik_barred")
    if held or barred:
        raise Claimed


def _members(work: Work, book: Book, known: Known, branch: Office, tell: Callable[[int], None]) -> None:
    agents = known.agents | {row["code"]: row.id for row in book.sheets["agents"]}
    rows = book.sheets["members"]
    told = [_member(row, agents[row["agent"]]) for row in rows]
    held, numbered = members.claim(work, branch_id=branch.id, members=told)
    for row in rows:
        if row.id in held:
            book.blame("members", row, "nik", "nik_held")
        if row.id in numbered:
            book.blame("members", row, "kpj", "kpj_held")
    if held or numbered:
        raise Claimed
    tell(50)
    codes = members.take_over(work, branch_id=branch.id, timezone=branch.timezone, members=told)
    tell(85)
    by_nik = {row["nik"]: row for row in rows}
    owed = [owed_of(row, by_nik[row["nik"]]) for row in book.sheets["arrears"]]
    arrears.issue_many(work, branch_id=branch.id, timezone=branch.timezone, owed=owed, codes=codes)
    tell(95)


def _member(row: Row, agent_id: UUID) -> members.Member:
    return members.Member(
        id=row.id,
        nik=row["nik"],
        name=row["name"],
        birth_place=row["birth_place"] or "",
        birth_date=row["birth_date"],
        sex=row["sex"],
        phone=row["phone"],
        address=row["address"] or "",
        region=row["region"],
        job=row["job"],
        income=row["income"],
        programmes=programmes_of(row),
        agent_id=agent_id,
        acquired=row["acquired"],
        paid_through=row["paid_through"],
        state=row["state"],
        kpj=row["kpj"],
        heirs=tuple(
            members.Heir(row[f"heir_{number}"], row[f"relation_{number}"] or "other")
            for number in range(1, HEIRS_MOST + 1)
            if row[f"heir_{number}"]
        ),
    )
