"""An auditor takes copies of what they see, each with an event that says so, and changes nothing."""

import json
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.urls import URLResolver, get_resolver

from perisai.accounts.audience import declared_for
from perisai.accounts.models import Role
from perisai.documents import export
from perisai.payments.orders import order
from tests.accounts.people import logged_in, make_user
from tests.documents.money import bill_of, pay
from tests.payers.people import member_of
from tests.world import Branch, make_agent, make_branch, system_work


@pytest.fixture
def branch(database: object) -> Branch:
    del database
    return make_branch()


@pytest.fixture
def auditor(branch: Branch) -> Client:
    del branch
    client = logged_in(make_user(Role.AUDITOR))
    client.defaults["SERVER_NAME"] = "localhost"
    return client


def told(branch: Branch, kind: str) -> list[dict[str, Any]]:
    with system_work(branch) as work:
        rows = work.rows(
            "SELECT detail FROM events_event WHERE branch_id = %s AND kind = %s ORDER BY number", [branch.id, kind]
        )
    return [json.loads(row[0]) if isinstance(row[0], str) else row[0] for row in rows]


def make_order(branch: Branch, enrolment: UUID) -> UUID:
    bill = bill_of(branch, enrolment, date(2026, 11, 1))
    with system_work(branch) as work:
        work.execute("UPDATE contributions_bill SET pay_by = now() + interval '9 days' WHERE id = %s", [bill])
        made = order.make(work, branch_id=branch.id, timezone="Asia/Jakarta", bill_ids=[bill], payer_kind="other")
    return made.id


def test_auditor_gets_every_paper_and_the_branch_is_told(branch: Branch, auditor: Client) -> None:
    enrolment = member_of(branch)
    bill, payment = pay(branch, enrolment, date(2026, 10, 1))
    papers = {
        "receipt": f"receipt/{branch.id}/{payment}.pdf",
        "bill": f"bill/{branch.id}/{bill}.pdf",
        "year": f"year/{branch.id}/{enrolment}/2026.pdf",
        "order": f"order/{branch.id}/{make_order(branch, enrolment)}.pdf",
    }
    for address in papers.values():
        answer = auditor.get(f"/console/documents/{address}")
        assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf"), address
    assert [(one["kind"], one["why"]) for one in told(branch, "paper_handed_out")] == [(k, "audit") for k in papers]
    officer = logged_in(make_user(Role.HEAD_OFFICE))
    assert officer.get(f"/console/documents/{papers['receipt']}", SERVER_NAME="localhost").status_code == 200
    assert len(told(branch, "paper_handed_out")) == 4, "staff make them for the member"


def test_auditor_exports_with_a_purpose_that_stays_in_the_event(branch: Branch, auditor: Client) -> None:
    pay(branch, member_of(branch, nik="1571085705907199"), date(2026, 10, 1))
    asked = {
        "what": "payments",
        "form": "parquet",
        "first": "2026-01-01",
        "last": "2026-12-31",
        "branch": str(branch.id),
    }
    page = auditor.get("/console/documents/exports/").content.decode()
    assert 'name="purpose"' in page
    assert 'name="reason"' not in page, "whole NIKs are for those who work with them"
    for wrong in ({}, {"purpose": "curious"}, {"purpose": "audit", "reason": "audit"}):
        assert auditor.post("/console/documents/exports/ask/", asked | wrong).status_code == 422, wrong
    backwards = {"purpose": "audit", "first": "2026-11-02", "last": "2026-11-01"}
    page = auditor.post("/console/documents/exports/ask/", asked | backwards).content.decode()
    assert 'value="2026-11-02"' in page, "what was typed is kept"
    assert 'value="audit" selected' in page
    assert auditor.post("/console/documents/exports/ask/", asked | {"purpose": "audit"}).status_code == 302
    with system_work(branch) as work:
        (made,) = work.rows("SELECT id FROM documents_export WHERE state = 'waiting' AND purpose = 'audit'")
    assert export.run(made[0]) == 1
    answer = auditor.get(f"/console/documents/exports/{made[0]}/")
    assert answer.status_code == 200
    assert b"1571085705907199" not in b"".join(answer)
    assert [(one["why"], one["nik"]) for one in told(branch, "data_exported")] == [("audit", "")]


def test_other_pages_stay_read_only_for_an_auditor(branch: Branch, auditor: Client) -> None:
    agent = make_agent(branch)
    made = make_order(branch, member_of(branch, agent=agent))
    assert auditor.post(f"/console/payments/orders/{branch.id}/{made}/cancel/").status_code == 403
    assert auditor.get(f"/console/custody/{branch.id}/agent/{agent.id}/").status_code == 200, "nothing is settled by it"


def test_only_copies_are_open_to_who_may_change_nothing() -> None:
    def walk(resolver: URLResolver, prefix: str = "") -> set[str]:
        found = set()
        for one in resolver.url_patterns:
            text = prefix + str(one.pattern)
            if isinstance(one, URLResolver):
                found |= walk(one, text)
            elif (declared := declared_for(one.callback, text)) is not None and declared.copies:
                found.add(f"{one.callback.__module__.removeprefix('perisai.')}.{one.callback.__name__}")
        return found

    assert walk(get_resolver()) == {
        "documents.console.receipt", "documents.console.bill", "documents.console.year", "documents.console.order",
        "documents.console.order_table", "documents.console.cash", "documents.export_console.page",
        "documents.export_console.state", "documents.export_console.ask", "documents.export_console.download",
        "payers.sponsor_console.statement_file",
    }  # fmt: skip
