"""The public pay page: what it says in each state, and what it never says."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.test import Client

from perisai.events.ids import uuid7
from perisai.events.scope import Scope
from perisai.events.work import Work
from perisai.portal import link
from tests.payments.place import Billed, make_bank, make_billed
from tests.world import system_work

NAME, MASKED = "Siti Aminah Uji", "1571**********01"
_addresses = count(1)


def look(path: str, language: str = "id") -> HttpResponse:
    """The page as a new visitor sees it, each from an address of its own."""
    ip = f"192.0.2.{next(_addresses)}"
    client = Client(SERVER_NAME="localhost", REMOTE_ADDR=ip, headers={"accept-language": language})
    return client.get(path)  # type: ignore[return-value]


def words(response: HttpResponse) -> str:
    return " ".join(re.sub("<[^>]+>", " ", response.content.decode()).split())


@pytest.fixture(scope="module", autouse=True)
def banks(database: object) -> None:
    with Work(scope=Scope.nation()) as work:
        work.execute("UPDATE payments_bank SET is_open = false")  # those of other tests: a country has a handful
    make_bank(name="Bank Virtual")
    make_bank(name="Bank Nomor Induk", channel="nik")


def make_bill(
    *, state: str = "open", enrolment: str = "accepted", channel: str = "va", pay_by: datetime | None = None
) -> Billed:
    """A billed enrolment of somebody with a name and a NIK, in this state."""
    billed = make_billed(state=enrolment)
    with system_work(billed.branch) as work:
        work.execute(
            "UPDATE contributions_bill SET state = %s, pay_by = coalesce(%s, pay_by) WHERE branch_id = %s AND id = %s",
            [state, pay_by, billed.branch.id, billed.bill_id],
        )
        if channel == "nik":
            work.execute(
                "INSERT INTO payments_payment_code (code, branch_id, enrolment_id, channel, code_masked)"
                " VALUES (%s, %s, %s, 'nik', %s)",
                [f"nik:{billed.code}", billed.branch.id, billed.enrolment_id, MASKED],
            )
            work.execute(
                "UPDATE contributions_bill SET payment_code = %s WHERE branch_id = %s AND id = %s",
                [f"nik:{billed.code}", billed.branch.id, billed.bill_id],
            )
    return billed


def page_of(billed: Billed, language: str = "id", days: int = 30) -> HttpResponse:
    until = datetime.now(UTC) + timedelta(days=days)
    return look(link.make(enrolment_id=billed.enrolment_id, branch_id=billed.branch.id, expires_at=until), language)


def test_open_bill_says_what_where_until_when_and_no_more() -> None:
    billed = make_bill()
    response = page_of(billed)
    text = words(response)
    assert response.status_code == 200
    assert f"Rp{billed.amount:,}".replace(",", ".") in text
    assert "Bank Virtual" in text
    assert "Bank Nomor Induk" not in text
    assert "Bayar paling lambat" in text
    assert "WIB" in text
    # Addresses of papers name them, behind this same link.
    shown = re.sub(r"/dokumen/[^\"]*", "", response.content.decode())
    for secret in (NAME, *NAME.split()[:2], MASKED[:8], str(billed.enrolment_id), str(billed.bill_id)):
        assert secret not in shown, secret
    assert (response["Cache-Control"], response["X-Robots-Tag"]) == ("no-store", "noindex, nofollow")


def test_page_is_small_and_runs_no_script() -> None:
    response = page_of(make_bill())
    assert b"<script" not in response.content
    assert "script-src 'none'" in response["Content-Security-Policy"]
    sheets = [
        settings.ROOT / "frontend/tokens.css",
        *(settings.ROOT / f"perisai/web/static/{n}.css" for n in ("plain", "portal")),
    ]
    assert len(response.content) + sum(sheet.stat().st_size for sheet in sheets) < 30_000


def test_nik_channel_is_masked() -> None:
    text = words(page_of(make_bill(channel="nik")))
    assert MASKED in text
    assert "NIK peserta" in text


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"state": "paid", "enrolment": "active"}, "Sudah dibayar"),
        ({"state": "expired", "enrolment": "cancelled"}, "Waktu bayar sudah lewat"),
        ({"pay_by": datetime(2026, 1, 31, tzinfo=UTC)}, "Waktu bayar sudah lewat"),
        ({"state": "cancelled", "enrolment": "cancelled"}, "Tidak ada yang perlu dibayar"),
        ({"enrolment": "review"}, "sedang diperiksa"),
    ],
)
def test_other_states_speak_plainly_and_show_no_code(fields: dict[str, object], said: str) -> None:
    response = page_of(make_bill(**fields))  # type: ignore[arg-type]
    assert response.status_code == 200
    assert said in words(response)
    assert "virtual account" not in words(response)
    assert "175" in words(response), "how to complain stands on every state"


def test_expired_and_invalid_links_are_told_apart_from_each_other() -> None:
    billed = make_bill()
    old = page_of(billed, days=-1)
    assert (old.status_code, "kedaluwarsa" in words(old)) == (410, True)
    wrong, gone = look("/p/abcdef"), page_of(replace(billed, enrolment_id=uuid7()))
    assert (wrong.status_code, gone.status_code) == (404, 404)
    assert "tidak berlaku" in words(wrong)
    assert "Rp" not in words(old)


def test_page_speaks_english_too() -> None:
    assert "Pay by" in words(page_of(make_bill(), "en"))


def test_guessing_links_is_stopped(database: object) -> None:
    client = Client(SERVER_NAME="localhost", REMOTE_ADDR="192.0.2.250")
    answers = [client.get(f"/p/guess{n}").status_code for n in range(21)]
    assert answers[0] == 404
    assert answers[-1] == 429
