"""A server that sends a list of 50,000 members by mistake."""

import json

from playwright.sync_api import expect

from tests.e2e.app import MAX_WAIT_MS
from tests.e2e.line import Fault
from tests.e2e.mishaps.books import Books
from tests.e2e.mishaps.stall import Stall, people

PULL = "/api/v1/sync/pull"
ROWS = 50_000


def make_long(path: str, body: bytes) -> bytes:
    """The same answer with 50,000 members of others in it."""
    answer = json.loads(body)
    row = {"gone": False, "nik": "1571**********01", "state": "active", "review": None, "captured_on": "2026-01-02"}
    rest = {
        "region": None,
        "phone": None,
        "programmes": ["JKK", "JKM"],
        "months": 1,
        "payment_code": None,
        "amount": None,
    }
    answer["members"] = [
        {"id": f"00000000-0000-7000-8000-{n:012d}", "name": f"Orang Lain {n}", **row, **rest} for n in range(ROWS)
    ]
    return json.dumps(answer).encode()


def test_fifty_thousand_members_are_not_taken_and_the_own_ones_stay(stall: Stall, books: Books) -> None:
    known, more = people(2)
    op = stall.app.enrol(known)
    stall.app.sync_until(0)
    stall.line.fail(Fault("changed", PULL, change=make_long))
    stall.send_now()
    stall.expect_said("jauh lebih banyak dari milik Anda", "aman", "kantor cabang", "tetap boleh mendaftarkan")
    stall.app.go("#/members")
    expect(stall.app.at("member-row").filter(has_text=known.name)).to_be_visible(timeout=MAX_WAIT_MS)
    expect(stall.app.at("rows")).to_have_attribute("data-count", "1")
    second = stall.app.enrol(more)
    stall.app.sync_until(0)
    stall.line.mend()
    stall.send_now()
    expect(stall.app.at("sync-error")).to_have_count(0, timeout=MAX_WAIT_MS)
    stall.app.go("#/members")
    expect(stall.app.at("rows")).to_have_attribute("data-count", "2", timeout=MAX_WAIT_MS)
    books.assert_each_once([op, second])
