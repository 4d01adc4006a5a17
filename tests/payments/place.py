"""Banks and billed enrolments for tests of payments, and a bank that speaks to the process's own web stack."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import count
from typing import Any
from uuid import UUID

import httpx
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.core.handlers.wsgi import WSGIHandler

from perisai.contributions.bills import bill
from perisai.events import vault
from perisai.events.clock import Clock, FixedClock, SystemClock
from perisai.events.ids import uuid7
from perisai.events.scope import Scope
from perisai.events.work import Work, branch_day
from perisai.payments.codes import code as codes
from perisai.payments.demo import public_pem
from perisai.web.simulate.bank import BankSimulator, Credentials
from tests.world import Branch, make_branch

_banks = count(1)
_people = count(1)
ORIGIN = "http://localhost"
PRIVATE_PEM = rsa.generate_private_key(65537, 2048).private_bytes(
    serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
)


@dataclass(frozen=True)
class Billed:
    branch: Branch
    enrolment_id: UUID
    bill_id: UUID
    code: str
    amount: int


def make_bank(
    *, scheme: str = "symmetric", reuse: str = "conflict", padding: str = " ", **settings: Any
) -> BankSimulator:
    """A bank of its own, and the simulator that holds its keys and talks to this process."""
    number = next(_banks)
    tag = f"test-{uuid7().hex[-10:]}"
    credentials = Credentials(
        client_key=tag,
        client_secret=f"secret-{tag}".encode(),
        private_key=PRIVATE_PEM,
        service_id=f"{10000 + number}",
        padding=padding,
        scheme=scheme,
    )
    row = {
        "id": tag,
        "name": "Bank Uji",
        "client_key": tag,
        "client_secret_sealed": vault.seal(credentials.client_secret),
        "public_key": public_pem(PRIVATE_PEM),
        "partner_service_id": credentials.service_id,
        "padding": padding,
        "signature_scheme": scheme,
        "external_id_reuse": reuse,
        "clock_skew_seconds": 300,
        "token_seconds": 900,
        "channel": "va",
        "is_open": True,
        "is_demo": True,
    } | settings
    with Work(scope=Scope.of([])) as work:
        work.execute(
            f"INSERT INTO payments_bank ({', '.join(row)}) VALUES ({', '.join(['%s'] * len(row))})",  # type: ignore[arg-type]
            list(row.values()),
        )
    return BankSimulator(ORIGIN, credentials, client=local_client())


def local_client() -> httpx.Client:
    return httpx.Client(transport=httpx.WSGITransport(app=WSGIHandler()), timeout=30)


def make_billed(
    branch: Branch | None = None, *, at: datetime | None = None, state: str = "accepted", months: int = 1, **facts: Any
) -> Billed:
    """An enrolment with its payment code and open bill, issued ``at``."""
    branch = branch or make_branch(target=None)
    clock: Clock = FixedClock(at) if at else SystemClock()
    number, enrolment_id, person_id = next(_people), uuid7(), uuid7()
    with Work(scope=Scope.branch(branch.id), clock=clock) as work:
        _insert_person(work, branch, person_id, number)
        _insert_enrolment(work, branch, enrolment_id, person_id, state, months, facts)
        code = codes.issue_many(work, branch_id=branch.id, niks={enrolment_id: f"15710801018{number:05d}"})[
            enrolment_id
        ]
        wanted = bill.ToBill(
            enrolment_id=enrolment_id,
            payment_code=code,
            income=facts.get("income", 1_500_000),
            programmes=frozenset(facts.get("programmes", ("JKK", "JKM"))),
            transport=facts.get("transport", False),
            months=months,
        )
        issued = bill.issue_many(work, branch_id=branch.id, timezone=branch.timezone, wanted=[wanted])[enrolment_id]
    return Billed(branch, enrolment_id, issued.bill_id, code, issued.amount)


def _insert_person(work: Work, branch: Branch, person_id: UUID, number: int) -> None:
    nik = f"157108010180{9000 + number % 1000:04d}"
    row = {
        "branch_id": branch.id,
        "id": person_id,
        "nik_sealed": vault.seal(nik.encode()),
        "nik_hash": vault.keyed_hash("nik", f"{nik}-{person_id}"),
        "nik_masked": f"{nik[:4]}**********{nik[-2:]}",
        "name": "Siti Aminah Uji",
        "name_key": f"siti-{number}",
        "birth_place": "Jambi",
        "birth_date": datetime(1980, 1, 1).date(),  # noqa: DTZ001 - a date
        "sex": "F",
        "phone_owner": "none",
        "address": "Pasar",
        "region_code": "15.71.08.1001",
        "created_at": datetime.now(UTC),
    }
    _insert(work, "members_person", row)


def _insert_enrolment(
    work: Work, branch: Branch, enrolment_id: UUID, person_id: UUID, state: str, months: int, facts: dict[str, Any]
) -> None:
    row = {
        "branch_id": branch.id,
        "id": enrolment_id,
        "person_id": person_id,
        "segment": "BPU",
        "state": state,
        "agent_id": uuid7(),
        "region_code": "15.71.08.1001",
        "captured_from": work.now,
        "captured_to": work.now,
        "captured_on": branch_day(work.now, branch.timezone),
        "received_at": work.now,
        "jobs": ["trade.market"],
        "income": 1_500_000,
        "base_income": 1_600_000,
        "transport": False,
        "employs_others": False,
        "programmes": ["JKK", "JKM"],
        "months": months,
        "rules": "test",
        "quota_over": False,
        "warnings": [],
        "core_state": "none",
        "core_is_demo": False,
    } | facts
    _insert(work, "members_enrolment", row)


def _insert(work: Work, table: str, row: dict[str, Any]) -> None:
    columns, marks = ", ".join(row), ", ".join(["%s"] * len(row))
    work.execute(f"INSERT INTO {table} ({columns}) VALUES ({marks})", list(row.values()))  # type: ignore[arg-type]


def read(billed: Billed) -> dict[str, Any]:
    """What the books say of an enrolment."""
    with Work(scope=Scope.branch(billed.branch.id)) as work:
        (row,) = work.dicts(
            "SELECT e.state, e.cover_from, e.first_month, e.paid_through, b.state AS bill, b.amount, b.first_month AS bill_month,"
            " (SELECT count(*) FROM payments_payment p WHERE p.branch_id = e.branch_id AND p.enrolment_id = e.id) AS payments,"
            " (SELECT count(*) FROM contributions_paid_month m WHERE m.branch_id = e.branch_id AND m.enrolment_id = e.id) AS months"
            " FROM members_enrolment e JOIN contributions_bill b ON b.branch_id = e.branch_id AND b.enrolment_id = e.id"
            " WHERE e.branch_id = %s AND e.id = %s",
            [billed.branch.id, billed.enrolment_id],
        )
    return row


def notifications(bank: BankSimulator) -> list[dict[str, Any]]:
    with Work(scope=Scope.of([])) as work:
        return work.dicts(
            "SELECT * FROM payments_notification WHERE bank_id = %s ORDER BY id", [bank.credentials.client_key]
        )


def with_credentials(bank: BankSimulator, **changes: Any) -> BankSimulator:
    return BankSimulator(bank.origin, replace(bank.credentials, **changes), client=bank.client)
