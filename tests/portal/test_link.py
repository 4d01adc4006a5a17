"""Pay links: they open, expire, and tell nothing to whoever looks at them."""

import base64
from datetime import UTC, datetime, timedelta
from uuid import UUID

from perisai.events.ids import uuid7
from perisai.portal import link

UNTIL = datetime(2026, 12, 1, 16, 59, 59, tzinfo=UTC)


def test_made_link_reads_back_and_is_the_same_each_time() -> None:
    enrolment = uuid7()
    path = link.make(enrolment_id=enrolment, branch_id=1501, expires_at=UNTIL)
    assert path == link.make(enrolment_id=enrolment, branch_id=1501, expires_at=UNTIL)
    assert path.startswith("/p/")
    assert len(path) < 80
    assert link.read(path.removeprefix("/p/")) == link.Link(enrolment, 1501, UNTIL)


def test_link_reveals_neither_enrolment_nor_branch() -> None:
    enrolment = UUID("01a203dc-3289-7fef-98ff-4981b8c3ab36")
    token = link.make(enrolment_id=enrolment, branch_id=1501, expires_at=UNTIL).removeprefix("/p/")
    raw = base64.urlsafe_b64decode(token + "==")
    assert enrolment.bytes not in raw
    assert (1501).to_bytes(4) not in raw
    near = link.make(enrolment_id=enrolment, branch_id=1501, expires_at=UNTIL + timedelta(seconds=1)).removeprefix(
        "/p/"
    )
    assert sum(a == b for a, b in zip(token, near, strict=True)) < 12, "one second later is another text altogether"


def test_changed_cut_or_foreign_token_is_nothing() -> None:
    token = link.make(enrolment_id=uuid7(), branch_id=1501, expires_at=UNTIL).removeprefix("/p/")
    for at in range(0, len(token), 7):
        other = "A" if token[at] != "A" else "B"
        assert link.read(token[:at] + other + token[at + 1 :]) is None
    for text in ("", "x", token[:-1], token + "A", token[::-1], "é" * 54, "../" * 18):
        assert link.read(text) is None, text
