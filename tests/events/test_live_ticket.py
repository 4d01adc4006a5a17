"""Tickets of the live process, without a database."""

from datetime import UTC, datetime, timedelta

import pytest

from perisai.events.ids import uuid7
from perisai.events.live import SECONDS, BadTicket, make_ticket, read_ticket

NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)
SECRET = b"k" * 32
USER = uuid7()


def make(at: datetime = NOW, secret: bytes = SECRET) -> str:
    return make_ticket(user_id=USER, level="branch", key="1501", now=at, secret=secret)


def test_read_ticket_gives_what_was_signed() -> None:
    ticket = read_ticket(make(), now=NOW + timedelta(seconds=SECONDS - 1), secret=SECRET)
    assert (ticket.user_id, ticket.level, ticket.key) == (USER, "branch", "1501")
    assert ticket.expires == int(NOW.timestamp()) + SECONDS


@pytest.mark.parametrize(
    "text",
    ["", "L1", "L1..", "L1.a.b", "L2" + make()[2:], make()[:-3] + "AAA", make(secret=b"x" * 32), "é.ü.ö", "L1.é.AAAA"],
)
def test_read_ticket_forged_or_broken_is_refused(text: str) -> None:
    with pytest.raises(BadTicket):
        read_ticket(text, now=NOW, secret=SECRET)


def test_read_ticket_with_another_scope_written_in_is_refused() -> None:
    other = make_ticket(user_id=USER, level="nation", key="all", now=NOW, secret=b"x" * 32)
    version, body, _ = other.split(".")
    with pytest.raises(BadTicket):
        read_ticket(".".join([version, body, make().split(".")[2]]), now=NOW, secret=SECRET)


@pytest.mark.parametrize("seconds", [SECONDS, SECONDS + 1, 10 * SECONDS, -60])
def test_read_ticket_out_of_its_time_is_refused(seconds: int) -> None:
    with pytest.raises(BadTicket):
        read_ticket(make(), now=NOW + timedelta(seconds=seconds), secret=SECRET)
