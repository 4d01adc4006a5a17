"""What may come in place of the server's answer: half of it, a Wi-Fi's login page, too large, too often, not now."""

from itertools import pairwise

import pytest

from tests.e2e.line import Fault
from tests.e2e.mishaps.books import Books
from tests.e2e.mishaps.stall import Stall, people

PUSH, PULL = "/api/v1/sync/push", "/api/v1/sync/pull"
SAFE = "aman di HP ini"
CLOCK_STEP = 0.02
"""Seconds: a browser's clock and its timers go by steps."""


@pytest.mark.parametrize("path", [PUSH, PULL])
def test_half_an_answer_loses_nothing_and_doubles_nothing(stall: Stall, books: Books, path: str) -> None:
    fault = stall.line.fail(Fault("half", path))
    op = stall.app.enrol(people(1)[0])
    stall.until(lambda: fault.done > 0, "the line has cut an answer")
    stall.send_now()
    stall.expect_said(SAFE, "dicoba lagi sendiri")
    stall.line.mend()
    stall.send_now()
    stall.app.sync_until(0)
    books.assert_each_once([op])


def test_an_answer_that_nobody_heard_is_asked_for_again(stall: Stall, books: Books) -> None:
    fault = stall.line.fail(Fault("unanswered", PUSH, times=2))
    ops = [stall.app.enrol(worker) for worker in people(2)]
    stall.until(lambda: fault.done == 2, "two answers were lost")
    stall.send_now()
    stall.app.sync_until(0)
    books.assert_each_once(ops)
    assert stall.line.answered(PUSH) >= 1


def test_a_captive_portal_is_recognised_and_told(stall: Stall, books: Books) -> None:
    stall.line.fail(Fault("portal", "/"))
    op = stall.app.enrol(people(1)[0])
    stall.send_now()
    stall.expect_said("Wi-Fi ini meminta login", SAFE, "data seluler")
    assert stall.app.unsent() == 1
    stall.line.mend()
    stall.send_now()
    stall.app.sync_until(0)
    books.assert_each_once([op])


def test_a_captive_portal_does_not_replace_the_app_itself(stall: Stall) -> None:
    """The shell comes from the phone, also when the page is loaded while the Wi-Fi answers everything with its own page."""
    stall.line.fail(Fault("portal", "/"))
    stall.reload()
    stall.app.see("screen-home")
    stall.app.go("#/enrol")
    stall.app.see("step-identity")


def test_too_large_is_sent_in_smaller_parts(stall: Stall, books: Books) -> None:
    stall.app.go_offline()
    ops = [stall.app.enrol(worker) for worker in people(4)]
    refused = stall.line.fail(Fault("status", PUSH, status=413, over=4000))
    stall.app.come_back()
    stall.app.sync_until(0)
    assert refused.done > 0
    books.assert_each_once(ops)


@pytest.mark.parametrize("status", [429, 503])
def test_a_server_that_asks_to_wait_is_left_alone_so_long(stall: Stall, books: Books, status: int) -> None:
    seconds, by_worker = 4, list[str]()
    stall.context.on("request", lambda sent: by_worker.append(sent.url) if sent.service_worker else None)
    stall.line.fail(Fault("status", "/api/", status=status, headers={"Retry-After": str(seconds)}))
    op = stall.app.enrol(people(1)[0])
    stall.until(lambda: stall.line.answered(PUSH, status) > 0, f"the server has said {status}")
    stall.app.go("#/outbox")
    stall.expect_said("sedang ramai", SAFE, "dicoba lagi sendiri")
    stall.line.mend()
    stall.app.sync_until(0)
    # The answer was heard after it was sent, and what was asked next was asked before it was heard here: no pause looks shorter.
    asked = sorted((r for r in stall.line.requests if r.path.startswith("/api/")), key=lambda r: r.began)
    pauses = [after.began - r.answered for r, after in pairwise(asked) if r.status == status]
    assert pauses
    assert min(pauses) >= seconds - CLOCK_STEP
    assert [url for url in by_worker if "/api/" in url] == [], "the page is open, and knows of the pause"
    books.assert_each_once([op])


def test_a_server_with_a_fault_is_told_and_tried_again(stall: Stall, books: Books) -> None:
    fault = stall.line.fail(Fault("status", PUSH, status=500))
    op = stall.app.enrol(people(1)[0])
    stall.until(lambda: fault.done > 0, "the server has failed")
    stall.app.go("#/outbox")
    stall.send_now()
    stall.expect_said("gangguan di server", SAFE)
    stall.line.mend()
    stall.send_now()
    stall.app.sync_until(0)
    books.assert_each_once([op])
