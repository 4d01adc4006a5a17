"""What only shows when rows are looked at together, or beside what the branch has already. The number of statements does not
depend on how many rows there are."""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from perisai.agencies.agreement import latest_end
from perisai.agents.issue import add_months
from perisai.contributions.bills import arrears
from perisai.contributions.cover.eligibility import Applicant, check_entry
from perisai.contributions.rules.in_force import load
from perisai.contributions.tariffs import tariff
from perisai.contributions.tariffs.tariff import months_from
from perisai.events.work import Work
from perisai.golive.shape import HEIRS_MOST, SHEETS
from perisai.golive.workbook import Book, Problem, Row
from perisai.written import rupiah

MOST_MONTHS = 12
"""Of one bill, and so the most that somebody has paid ahead."""
LICENCE_MONTHS = 36
"""No licence of before lasts longer: neither did any agreement, also of the time before 2022 (domain/programme.md 1.2)."""
_OFFICES = """
SELECT id, code, kind FROM offices_office WHERE (branch_id = %s OR id = %s) AND kind IN ('sub_branch', 'agency') AND is_open
"""
_CODES = "SELECT code FROM offices_office WHERE code = ANY (%s)"
_NUMBERS = "SELECT number FROM agencies_agreement WHERE branch_id = %s AND number = ANY (%s)"
_LICENCES = "SELECT number FROM agents_licence_number WHERE number = ANY (%s)"
_OLD_CODES = "SELECT old_code, agent_id FROM golive_certificate WHERE branch_id = %s AND old_code = ANY (%s)"
_USERNAMES = "SELECT username FROM accounts_user WHERE username = ANY (%s)"
_REGIONS = "SELECT code FROM offices_region WHERE level = 4 AND code = ANY (%s)"


@dataclass
class Known:
    """What the rows refer to: offices of the branch by code, and agents of earlier files by their old code."""

    sub_branches: dict[str, int] = field(default_factory=dict)
    agencies: dict[str, int] = field(default_factory=dict)
    agents: dict[str, UUID] = field(default_factory=dict)


def check(work: Work, book: Book, *, branch_id: int, today: date) -> Known:
    """Adds what is wrong to ``book.problems``; returns what the rows refer to."""
    known = _known(work, book, branch_id)
    _duplicates(book)
    _taken(work, book, branch_id, known)
    _offices(work, book, known)
    _agreements(book, known, today)
    _agents(book, known, today)
    _members(work, book, known, today)
    _arrears(book, today)
    return known


def _known(work: Work, book: Book, branch_id: int) -> Known:
    known = Known()
    for office_id, code, kind in work.rows(_OFFICES, [branch_id, branch_id]):
        (known.sub_branches if kind == "sub_branch" else known.agencies)[code] = office_id
    wanted = sorted({str(row["agent"]) for row in book.sheets["members"] if row["agent"]})
    known.agents = dict(work.rows(_OLD_CODES, [branch_id, wanted]))
    return known


def _duplicates(book: Book) -> None:
    keys = (
        ("offices", "code"),
        ("agreements", "number"),
        ("agents", "code"),
        ("agents", "licence"),
        ("agents", "nik"),
        ("members", "nik"),
        ("members", "kpj"),
        ("arrears", "nik"),
    )
    for sheet, column in keys:
        first: dict[Any, int] = {}
        for row in book.sheets[sheet]:
            value = row[column]
            if value is None:
                continue
            if value in first:
                book.blame(sheet, row, column, "twice", str(first[value]))
            first.setdefault(value, row.line)


def _taken(work: Work, book: Book, branch_id: int, known: Known) -> None:
    """Rows that are here already: another file, or made by hand."""
    codes = {row[0] for row in work.rows(_CODES, [_values(book, "offices", "code")])}
    _blame_held(book, "offices", "code", codes)
    numbers = {row[0] for row in work.rows(_NUMBERS, [branch_id, _values(book, "agreements", "number")])}
    _blame_held(book, "agreements", "number", numbers)
    licences = {row[0] for row in work.rows(_LICENCES, [_values(book, "agents", "licence")])}
    _blame_held(book, "agents", "licence", licences)
    old = {row[0] for row in work.rows(_OLD_CODES, [branch_id, _values(book, "agents", "code")])}
    _blame_held(book, "agents", "code", old)


def _values(book: Book, sheet: str, column: str) -> list[str]:
    return sorted({row[column] for row in book.sheets[sheet] if row[column] is not None})


def _blame_held(book: Book, sheet: str, column: str, held: set[str]) -> None:
    for row in book.sheets[sheet]:
        if row[column] in held:
            book.blame(sheet, row, column, "here_already")


def username_of(row: Row) -> str:
    """The login name of an imported office: as told, or its code in small letters."""
    return str(row["username"] or re.sub(r"[^a-z0-9._-]", "-", row["code"].lower()).ljust(3, "0"))


def _offices(work: Work, book: Book, known: Known) -> None:
    rows = [row for row in book.sheets["offices"] if row["code"]]
    taken = {found[0] for found in work.rows(_USERNAMES, [sorted({username_of(row) for row in rows})])}
    for row in rows:
        name = username_of(row)
        if name in taken:
            book.blame("offices", row, "username", "username_held", name)
        taken.add(name)
    for row in book.sheets["offices"]:
        if row["under"] and row["under"] not in known.sub_branches:
            book.blame("offices", row, "under", "no_sub_branch")


def _agreements(book: Book, known: Known, today: date) -> None:
    offices = _codes(book) | set(known.agencies)
    spans: dict[str, list[tuple[date, date]]] = defaultdict(list)
    for row in book.sheets["agreements"]:
        if row["office"] and row["office"] not in offices:
            book.blame("agreements", row, "office", "no_office")
        since, until = row["since"], row["until"]
        if row["signed_on"] and row["signed_on"] > today:
            book.blame("agreements", row, "signed_on", "future")
        if since is None or until is None:
            continue
        if until < since:
            book.blame("agreements", row, "until", "turned")
        elif until > latest_end(since):
            book.blame("agreements", row, "until", "agreement_long", f"{latest_end(since):%d-%m-%Y}")
        elif row["signed_on"] and row["signed_on"] > until:
            book.blame("agreements", row, "signed_on", "signed_late")
        if any(since <= end and begin <= until for begin, end in spans[row["office"]]):
            book.blame("agreements", row, "since", "overlap")
        spans[row["office"]].append((since, until))


def _codes(book: Book) -> set[str]:
    return {row["code"] for row in book.sheets["offices"] if row["code"]}


def _agents(book: Book, known: Known, today: date) -> None:
    offices = _codes(book) | set(known.agencies)
    for row in book.sheets["agents"]:
        if row["office"] and row["office"] not in offices:
            book.blame("agents", row, "office", "no_office")
        if row["under"] and row["under"] not in known.sub_branches:
            book.blame("agents", row, "under", "no_sub_branch")
        for column in ("since", "valid_from", "certified_on", "examined_on"):
            if row[column] and row[column] > today:
                book.blame("agents", row, column, "future")
        if len({bool(row[column]) for column in ("bank", "account", "account_holder")}) > 1:
            book.blame("agents", row, "account", "account_parts")
        if row["valid_from"] and row["valid_to"] and row["valid_to"] < row["valid_from"]:
            book.blame("agents", row, "valid_to", "turned")
        elif row["valid_from"] and row["valid_to"] and row["valid_to"] > add_months(row["valid_from"], LICENCE_MONTHS):
            book.blame("agents", row, "valid_to", "far", f"{add_months(row['valid_from'], LICENCE_MONTHS):%d-%m-%Y}")


def _members(work: Work, book: Book, known: Known, today: date) -> None:
    agents = {row["code"] for row in book.sheets["agents"] if row["code"]} | set(known.agents)
    regions = {row[0] for row in work.rows(_REGIONS, [_values(book, "members", "region")])}
    this_month = today.replace(day=1)
    ahead = months_before(this_month, -MOST_MONTHS)
    for row in book.sheets["members"]:
        if row["agent"] and row["agent"] not in agents:
            book.blame("members", row, "agent", "no_agent")
        if row["region"] and row["region"] not in regions:
            book.blame("members", row, "region", "no_region")
        if row["acquired"] and row["acquired"] > this_month:
            book.blame("members", row, "acquired", "future")
        if row["acquired"] and row["paid_through"] and row["paid_through"] < row["acquired"]:
            book.blame("members", row, "paid_through", "paid_before")
        if row["paid_through"] and row["paid_through"] > ahead:
            book.blame("members", row, "paid_through", "far", f"{ahead:%Y-%m}")
        for number in range(1, HEIRS_MOST + 1):
            if row[f"relation_{number}"] and not row[f"heir_{number}"]:
                book.blame("members", row, f"heir_{number}", "relation_alone")
        _member_rules(book, row, today)
    _unpaid_without_row(book, this_month)


def _member_rules(book: Book, row: Row, today: date) -> None:
    if row["birth_date"] is None or row["income"] is None or row["job"] is None:
        return
    if row["birth_date"] > today:
        book.blame("members", row, "birth_date", "future")
        return
    applicant = Applicant(
        birth_on=row["birth_date"],
        income=row["income"],
        jobs=1,
        programmes=programmes_of(row),
        months=1,
        employs_others=False,
    )
    # The rules of the month in which they entered; who has grown older since stays a member.
    for finding in check_entry(applicant, on=row["acquired"] or today):
        if finding.verdict == "refuse":
            book.blame("members", row, "birth_date" if finding.field.startswith("birth") else "income", "rule")


def programmes_of(row: Row) -> frozenset[str]:
    return frozenset({"JKK", "JKM", "JHT"} if row["jht"] == "yes" else {"JKK", "JKM"})


def _unpaid_without_row(book: Book, this_month: date) -> None:
    """An active member who has not paid for last month owes something: then it stands among the arrears."""
    told = {row["nik"] for row in book.sheets["arrears"]}
    last_month = months_before(this_month, 1)
    for row in book.sheets["members"]:
        owes = row["state"] == "active" and row["paid_through"] and row["paid_through"] < last_month
        if owes and row["nik"] and row["nik"] not in told:
            book.blame("members", row, "paid_through", "no_arrears")


def months_before(month: date, count: int) -> date:
    index = month.year * 12 + month.month - 1 - count
    return date(index // 12, index % 12 + 1, 1)


def _arrears(book: Book, today: date) -> None:
    members = {row["nik"]: row for row in book.sheets["members"] if row["nik"]}
    for row in book.sheets["arrears"]:
        member = members.get(row["nik"])
        if row["nik"] and member is None:
            book.blame("arrears", row, "nik", "no_member")
        if member is None or row["since"] is None or row["until"] is None:
            continue
        if row["until"] < row["since"]:
            book.blame("arrears", row, "until", "turned")
        elif row["until"] > today.replace(day=1):
            book.blame("arrears", row, "until", "future")
        elif len(months_of(row)) > MOST_MONTHS:
            book.blame("arrears", row, "until", "many_months", str(MOST_MONTHS))
        elif member["paid_through"] and months_before(row["since"], 1) != member["paid_through"]:
            book.blame("arrears", row, "since", "gap")
        else:
            _amount(book, row, member)


def months_of(row: Row) -> tuple[date, ...]:
    since, until = row["since"], row["until"]
    return tuple(months_from(since, until.year * 12 + until.month - since.year * 12 - since.month + 1))


def _amount(book: Book, row: Row, member: Row) -> None:
    if member["income"] is None or member["job"] is None:
        return
    owed = owed_of(row, member)
    try:
        amount = arrears.amounts([owed])[member.id]
    except tariff.PriceError:
        book.blame("arrears", row, "since", "no_price")
        return
    if row["amount"] is not None and row["amount"] != amount:
        book.blame("arrears", row, "amount", "amount", rupiah(amount))


def owed_of(row: Row, member: Row) -> arrears.Owed:
    transport = load().sectors[member["job"]] == "transport"
    return arrears.Owed(member.id, member["income"], programmes_of(member), transport, months_of(row))


def sorted_problems(problems: Iterable[Problem]) -> list[Problem]:
    """In the order of the workbook."""
    order = [title for title, _ in SHEETS.values()]
    return sorted(problems, key=lambda one: (order.index(one.sheet) if one.sheet in order else -1, one.line or 0))
