"""The member's own page: the three states of cover, and months at once with the price of each."""

from datetime import UTC, date, datetime, timedelta
from itertools import count
from uuid import UUID

import pytest
from django.http import HttpResponse
from django.test import Client

from perisai.contributions.cover.rule import add_months
from perisai.portal import link
from tests.contributions.covered import Members, bills, make_members
from tests.payments.place import make_bank
from tests.world import jakarta_today

_addresses = count(1)


@pytest.fixture(scope="module", autouse=True)
def bank(database: object) -> None:
    make_bank(name="Bank Virtual")


def _this_month() -> date:
    return jakarta_today().replace(day=1)


def _address(members: Members, enrolment_id: UUID | None = None) -> str:
    until = datetime.now(UTC) + timedelta(days=20)
    return link.make(enrolment_id=enrolment_id or members.ids[0], branch_id=members.branch.id, expires_at=until)


def _visitor(language: str = "id") -> Client:
    return Client(
        SERVER_NAME="localhost", REMOTE_ADDR=f"198.51.100.{next(_addresses)}", headers={"accept-language": language}
    )


def _words(answer: HttpResponse) -> str:
    return " ".join(answer.content.decode().split())


@pytest.mark.parametrize(
    ("paid", "state", "id_", "en"),
    [
        (0, "active", "Terlindungi sampai", "Protected until"),
        (-2, "active", "Tidak terlindungi, tetapi dapat melunasi sampai", "Not protected, but can catch up until"),
        (-6, "lapsed", "Kepesertaan sudah berakhir", "Membership has ended"),
    ],
)
def test_page_says_the_state_of_cover_plainly_in_both_languages(paid: int, state: str, id_: str, en: str) -> None:
    members = make_members(1, paid=add_months(_this_month(), paid), state=state)
    assert id_ in _words(_visitor().get(_address(members)))  # type: ignore[arg-type]
    assert en in _words(_visitor("en").get(_address(members)))  # type: ignore[arg-type]


def test_months_are_chosen_shown_with_their_price_and_billed(monkeypatch: pytest.MonkeyPatch) -> None:
    members = make_members(1, paid=_this_month())
    visitor = _visitor()
    page = visitor.get(_address(members) + "/bulan?n=3")
    assert page.status_code == 200
    assert page.content.decode().count("<tr><td>") == 3
    assert len(page.content) < 30_000
    made = visitor.post(_address(members) + "/bulan", {"n": "3"}, follow=True)
    ((first, months, amount),) = bills(members, "first_month", "months", "amount")
    assert (first, months) == (add_months(_this_month(), 1), 3)
    assert f"Rp{amount:,}".replace(",", ".") in made.content.decode()
    assert visitor.post(_address(members) + "/bulan", {"n": "3"}).status_code == 302
    assert len(bills(members)) == 1


@pytest.mark.parametrize("months", ["0", "13", "-1", "x", "9999999999"])
def test_other_numbers_are_refused_with_words(months: str) -> None:
    members = make_members(1, paid=_this_month())
    answer = _visitor().get(_address(members) + f"/bulan?n={months}")
    assert answer.status_code == 422
    assert "Jumlah bulan harus 1 sampai 12" in answer.content.decode()


def test_who_has_lapsed_gets_no_bill_and_a_wrong_link_no_page() -> None:
    members = make_members(1, paid=add_months(_this_month(), -6), state="lapsed")
    assert _visitor().post(_address(members) + "/bulan", {"n": "1"}).status_code == 409
    assert bills(members) == []
    assert _visitor().get("/p/" + "A" * 54 + "/bulan").status_code == 404
