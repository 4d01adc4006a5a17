"""A part of a branch (KCP, Kantor Perisai) reads and moves the money of its own people alone, whatever address or form is sent.

Every address of the money rooms is walked: one that takes an id nobody named here fails, so that a new page is thought about.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from perisai.accounts.models import Role
from perisai.employers import employer
from perisai.events.ids import uuid7
from perisai.events.scope import Scope
from perisai.events.work import Work
from perisai.payers import group, sponsor
from perisai.payments.orders import order
from tests.accounts.people import logged_in, make_user, tree
from tests.documents.money import bill_of, pay
from tests.payers.people import member_of
from tests.world import VILLAGE, Branch, FieldAgent, jakarta_today, make_agent, system_work

pytestmark = pytest.mark.usefixtures("database")

TABS = {"custody": ("held", "review", "receipts"), "reminders": ("reminders", "cases", "visits")}
ROOMS = ("contributions", "custody", "documents", "employers", "payers", "payments", "reconciliation", "reminders")
MONTH = jakarta_today().replace(day=1)
LATER = MONTH.replace(year=MONTH.year + 1, month=6)


@dataclass(frozen=True)
class People:
    """A member of one part with all that money can be about, by the names that addresses give to ids."""

    name: str
    bill: UUID
    ids: dict[str, Any]


def people(part: dict[str, int], name: str) -> People:
    branch = Branch(tree().branch.id)
    with system_work(branch) as work:
        work.execute(
            "INSERT INTO events_position (branch_id, number) VALUES (%s, 0) ON CONFLICT DO NOTHING", [branch.id]
        )
        work.execute(
            "INSERT INTO offices_region (code, parent_code, level, name) VALUES (%s, '15.71.08', 4, 'Jelutung')"
            " ON CONFLICT DO NOTHING",
            [VILLAGE],
        )
    agent = make_agent(branch)
    stand = make_group(branch, agent, f"Pangkalan {name}")
    member = member_of(branch, name=f"Peserta {name}", agent=agent, group=stand)
    with system_work(branch) as work:
        place = [part.get("sub_branch_id"), part.get("agency_office_id")]
        work.execute(
            "UPDATE agents_agent SET sub_branch_id = %s, agency_office_id = %s WHERE id = %s", [*place, agent.id]
        )
        work.execute(
            "UPDATE members_enrolment SET sub_branch_id = %s, agency_office_id = %s WHERE id = %s", [*place, member]
        )
        work.execute("UPDATE agents_agent SET full_name = %s WHERE id = %s", [f"Agen {name}", agent.id])
    _paid, payment = pay(branch, member, MONTH - timedelta(days=400))
    first, bill = bill_of(branch, member, MONTH), bill_of(branch, member, (MONTH + timedelta(days=32)).replace(day=1))
    ids: dict[str, Any] = {"branch_id": branch.id, "enrolment_id": member, "agent_id": agent.id, "group_id": stand}
    ids |= {"payment_id": payment, "of": MONTH.year, "form": "xlsx"}
    with system_work(branch) as work:
        work.execute(
            "UPDATE contributions_bill SET pay_by = now() + interval '20 days' WHERE id = ANY (%s)", [[first, bill]]
        )
        care = employer.Care(agent.id, part.get("sub_branch_id"), part.get("agency_office_id"))
        form = employer.Form(f"Usaha {name}", "Bu Uji", "micro", "low", next(iter(employer.groups()))[0], VILLAGE)
        ids["employer_id"], _alike = employer.register(
            work, branch_id=branch.id, form=form, care=care, source="console", is_another=True
        )
        made = order.make(
            work, branch_id=branch.id, timezone=branch.timezone, bill_ids=[first], payer_kind="agent", payer_id=agent.id
        )
        ids |= {"order_id": made.id, "bill_id": bill, "receipt_id": receipt(work, branch, agent, member, name)}
        ids["case_id"] = case(work, branch, agent, member, part)
        ids["sponsor_id"] = sponsor.make(
            work,
            branch_id=branch.id,
            given={"kind": "company_csr", "name": f"PT {name}", "first_month": MONTH, "last_month": LATER},
        )
        sponsor.fund(
            work,
            branch_id=branch.id,
            sponsor_id=ids["sponsor_id"],
            wanted=[sponsor.ToFund(member, LATER, LATER)],
        )
    return People(name, bill, ids)


def make_group(branch: Branch, agent: FieldAgent, name: str) -> UUID:
    with system_work(branch) as work:
        return group.make(
            work, branch_id=branch.id, kind="market", name=name, place="", region=VILLAGE,
            speaker=group.Speaker("Pak Uji", None), agent_id=agent.id,
        )  # fmt: skip


def receipt(work: Work, branch: Branch, agent: FieldAgent, member: UUID, name: str) -> UUID:
    made = uuid7()
    work.execute(
        "INSERT INTO custody_receipt (branch_id, id, agent_id, kind, is_whole, number, said_number, payer_kind, payer_name,"
        " amount, captured_from, captured_at, received_at, due_on, state, review, review_note, void_reason)"
        " VALUES (%s, %s, %s, 'advance', true, %s, '', 'member', %s, 5000, now(), now(), now(), now(), 'held', '', '', '')",
        [branch.id, made, agent.id, f"K{made.hex[-12:]}", f"Pembayar {name}"],
    )
    work.execute(
        "INSERT INTO custody_line (branch_id, receipt_id, n, enrolment_id, amount, settled) VALUES (%s, %s, 1, %s, 5000, 0)",
        [branch.id, made, member],
    )
    return made


def case(work: Work, branch: Branch, agent: FieldAgent, member: UUID, part: dict[str, int]) -> UUID:
    made = uuid7()
    work.execute(
        "INSERT INTO reminders_case (branch_id, id, kind, enrolment_id, agent_id, sub_branch_id, opened_at, due_on, decision,"
        " note) VALUES (%s, %s, 'wrong_number', %s, %s, %s, now(), now(), '', '')",
        [branch.id, made, member, agent.id, part.get("sub_branch_id")],
    )
    return made


@cache
def client(role: Role) -> Client:
    """One for each role: to log in takes longer than to walk."""
    found = logged_in(make_user(role))
    found.defaults["SERVER_NAME"] = "localhost"
    return found


@pytest.fixture(scope="module")
def sides(database: object) -> dict[str, People]:
    del database
    t = tree()
    return {
        "sub_branch": people({"sub_branch_id": t.sub_branch.id}, "Sebelah KCP"),
        "agency": people({"agency_office_id": t.agency.id}, "Sebelah Kantor"),
        "branch": people({}, "Sebelah Cabang"),
    }


UNKNOWN = {
    "notification_id",
    "proposal_id",
    "pay_back_id",
    "refund_id",
    "item_id",
    "bank_id",
    "day",
    "import_id",
    "export_id",
}
"""Of pages that no part of a branch opens at all, or that ask for the employer or the owner first."""
ELSEWHERE = {"token", "text", "answer", "kind", "number", "change_id", "file"}
"""Of public pages, which are opened by a secret link, and of rules, which are the same for all."""


@cache
def addresses() -> tuple[tuple[str, str, set[str]], ...]:
    """(room, address with places for ids, their names) of every page of the money rooms."""
    return tuple(_walked())


def _walked() -> Iterator[tuple[str, str, set[str]]]:
    def walk(resolver: URLResolver, prefix: str) -> Iterator[tuple[str, str, set[str]]]:
        for one in resolver.url_patterns:
            text = prefix + str(one.pattern)
            if isinstance(one, URLResolver):
                yield from walk(one, text)
            elif isinstance(one, URLPattern):
                room = str(getattr(one.callback, "__module__", "")).split(".")[1:2]
                if room and room[0] in ROOMS and text.startswith("console/"):
                    yield room[0], text, set(one.pattern.converters)

    yield from walk(get_resolver(), "")


def filled(text: str, ids: dict[str, Any]) -> str:
    parts = []
    for piece in text.split("<"):
        name, closed, rest = piece.rpartition(">")
        parts.append(str(ids.get(name.rpartition(":")[2], uuid7())) + rest if closed else piece)
    return "/" + "".join(parts)


def test_no_address_of_money_reaches_people_of_another_part(sides: dict[str, People]) -> None:
    walked, unnamed = 0, []
    for role, other in ((Role.SUB_BRANCH, "branch"), (Role.AGENCY, "sub_branch")):
        who, theirs = client(role), sides[other]
        for _room, text, names in addresses():
            if names - set(theirs.ids) - UNKNOWN - ELSEWHERE:
                unnamed.append((text, names))
            if not names or names & ELSEWHERE:
                continue
            address = filled(text, theirs.ids)
            read = who.get(address)
            takes_forms = read.status_code == 405 or text.endswith(("edit/", "new/")) or "case_id" in names
            for answer in (read, who.post(address)) if takes_forms else (read,):
                is_contract = names == {"branch_id", "sponsor_id"} or "form" in names
                if is_contract and answer.status_code == 200:
                    assert f"Peserta {theirs.name}".encode() not in b"".join(answer), address
                else:
                    assert answer.status_code in (403, 404, 405), (role, other, address, answer.status_code)
                walked += 1
    assert not unnamed, unnamed
    assert walked > 70


def variants(text: str, other: People) -> list[dict[str, str]]:
    """What a list can be asked for; of other kinds of lists only the page itself."""
    if text.endswith("orders/new/"):
        return [{"by": by, "id": str(other.ids[f"{by}_id"])} for by in ("agent", "group", "employer")]
    tabs = next((tabs for room, tabs in TABS.items() if text.endswith(f"console/{room}/")), ("",))
    return [{"tab": tab} for tab in tabs]


def test_the_tabs_that_are_walked_are_those_that_there_are() -> None:
    from perisai.custody import console as custody
    from perisai.reminders import console as reminders

    assert {"custody": {"held", *custody.TABS}, "reminders": set(reminders.TABS)} == {
        room: set(tabs) for room, tabs in TABS.items()
    }


def test_lists_of_money_name_nobody_of_another_part(sides: dict[str, People]) -> None:
    for role, own in ((Role.SUB_BRANCH, "sub_branch"), (Role.AGENCY, "agency")):
        who = client(role)
        others = [one for side, one in sides.items() if side != own]
        for _room, text, names in addresses():
            if names:
                continue
            for asked in variants(text, others[0]):
                answer = who.get("/" + text, asked)
                if answer.status_code == 200 and answer["Content-Type"].startswith("text/html"):
                    said = b"".join(answer).decode()
                    for one in others:
                        for word in ("Peserta", "Agen", "Pangkalan", "Usaha", "Pembayar"):
                            assert f"{word} {one.name}" not in said, (role, text, asked, word)


def test_own_people_are_reached_by_the_same_addresses(sides: dict[str, People]) -> None:
    """So that the walk above says something: the ids exist."""
    for role, own in ((Role.SUB_BRANCH, "sub_branch"), (Role.AGENCY, "agency")):
        who, ours, reached = client(role), sides[own], set()
        for _room, text, names in addresses():
            if names and not names & (UNKNOWN | ELSEWHERE) and "bill_id" not in names:
                answer = who.get(filled(text, ours.ids))
                answer.close()
                assert answer.status_code != 404, (role, text)
                if answer.status_code == 200:
                    reached |= names
        assert {"enrolment_id", "agent_id", "group_id", "employer_id", "receipt_id", "payment_id"} <= reached, role


def test_order_takes_no_bill_and_no_payer_of_another_part(sides: dict[str, People]) -> None:
    who, mine, theirs = client(Role.SUB_BRANCH), sides["sub_branch"], sides["branch"]
    address = "/console/payments/orders/new/"
    asked = {"by": "agent", "id": str(mine.ids["agent_id"])}
    mixed = who.post(address, asked | {"bill": [str(mine.bill), str(theirs.bill)]})
    assert (mixed.status_code, b"E4301" in mixed.content) == (409, True)
    foreign = who.post(address, {"by": "agent", "id": str(theirs.ids["agent_id"]), "bill": [str(mine.bill)]})
    assert (foreign.status_code, b"E1004" in foreign.content) == (404, True)
    made = who.post(address, asked | {"bill": [str(mine.bill)]})
    assert made.status_code == 302, made.content
    page = who.get(made["Location"])
    assert b"Peserta Sebelah KCP" in page.content
    with Work(scope=Scope.branch(tree().branch.id)) as work:
        both = order.make(
            work, branch_id=tree().branch.id, timezone="Asia/Jakarta", bill_ids=[mine.bill, theirs.bill],
            payer_kind="other",
        )  # fmt: skip
    assert who.get(f"/console/payments/orders/{both.branch_id}/{both.id}/").status_code == 404, "it names others too"
    assert client(Role.BRANCH).get(f"/console/payments/orders/{both.branch_id}/{both.id}/").status_code == 200


def test_group_lets_a_part_move_and_bill_its_own_people_alone(sides: dict[str, People]) -> None:
    mine, theirs = sides["sub_branch"], sides["branch"]
    who, branch = client(Role.SUB_BRANCH), Branch(tree().branch.id)
    with system_work(branch) as work:
        work.execute(
            "UPDATE members_enrolment SET group_id = %s WHERE id = %s",
            [mine.ids["group_id"], theirs.ids["enrolment_id"]],
        )
    address = f"/console/payers/groups/{branch.id}/{mine.ids['group_id']}/"
    assert theirs.name not in who.get(address).content.decode()
    assert theirs.name not in who.get(f"{address}sheet/").content.decode()
    moved = who.post(f"{address}change/", {"act": "leave", "who": [str(theirs.ids["enrolment_id"])]})
    assert (moved.status_code, b"E4504" in moved.content) == (422, True)
    billed = who.post(f"{address}order/", {"bill": [str(theirs.bill)]})
    assert (billed.status_code, b"E4504" in billed.content) == (422, True)
    assert theirs.name in client(Role.BRANCH).get(address).content.decode()


def test_employer_alike_of_another_part_is_told_without_its_name(sides: dict[str, People]) -> None:
    theirs = sides["branch"]
    with system_work(Branch(tree().branch.id)) as work:
        work.execute("UPDATE employers_employer SET phone = '+628117700123' WHERE id = %s", [theirs.ids["employer_id"]])
    form = {
        "name": "Usaha Baru", "owner_name": "Pak Baru", "scale": "micro", "risk": "low", "region": VILLAGE,
        "sector": next(iter(employer.groups()))[0], "phone": "08117700123",
    }  # fmt: skip
    for role, is_named in ((Role.AGENCY, False), (Role.SUB_BRANCH, False), (Role.BRANCH, True)):
        answer = client(role).post("/console/employers/new/", form)
        assert answer.status_code == 409, role
        assert (f"Usaha {theirs.name}".encode() in answer.content) == is_named, role
