"""Staff make courses: a draft that changes, a version that is published and then never does.

``branch_id`` is the owner, which may be an office above the branches; its shelf is open then (``shelf.open_shelf``).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import orjson

from perisai.errors import Refused
from perisai.events.ids import uuid7
from perisai.events.work import Happened, Work
from perisai.training.content import Content, problem, read
from perisai.training.models import Audience
from perisai.training.shelf import USED, is_above

_COURSE = "INSERT INTO training_course (branch_id, id, created_by, created_at) VALUES (%s, %s, %s, %s)"
_DRAFT = """
INSERT INTO training_version (branch_id, id, course_id, number, title, summary, credit_minutes, pass_percent, content, revision)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, 0)
"""
_LAST = """
SELECT id, number, title, summary, credit_minutes, pass_percent, content, published_at FROM training_version
WHERE branch_id = %s AND course_id = %s ORDER BY number DESC LIMIT 1
"""
_LOCK_COURSE = "SELECT published FROM training_course WHERE branch_id = %s AND id = %s FOR UPDATE"
_SEES = f"SELECT 1 FROM training_course WHERE id = %s AND branch_id {USED}"
_LOCK_DRAFT = """
SELECT course_id, number, title, summary, credit_minutes, pass_percent, content, revision, published_at FROM training_version
WHERE branch_id = %s AND id = %s FOR UPDATE
"""
_SAVE = """
UPDATE training_version SET title = %s, summary = %s, credit_minutes = %s, pass_percent = %s, content = %s, revision = revision + 1
WHERE branch_id = %s AND id = %s
"""
_PUBLISH = "UPDATE training_version SET published_at = %s, published_by = %s WHERE branch_id = %s AND id = %s"
_OFFER = "UPDATE training_course SET published = %s WHERE branch_id = %s AND id = %s"
_REQUIRE = """
INSERT INTO training_requirement (branch_id, id, course_id, audience, since, until, made_by, made_at)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s)
"""
_END = """
UPDATE training_requirement SET until = GREATEST(since, %s) WHERE branch_id = %s AND id = %s AND (until IS NULL OR until > %s)
RETURNING course_id
"""
_HERE = f"SELECT count(DISTINCT sha256) FROM training_media WHERE branch_id {USED} AND encode(sha256, 'hex') = ANY (%s)"


@dataclass(frozen=True)
class Draft:
    """A draft as it was read, with its row locked."""

    id: UUID
    course_id: UUID
    number: int
    title: str
    summary: str
    credit_minutes: int
    pass_percent: int
    content: Content


def create(work: Work, *, branch_id: int, title: str) -> tuple[UUID, UUID]:
    """A course with its first draft: their ids. Raises E9209 for a title that is none."""
    course_id, version_id = uuid7(), uuid7()
    named = _title(title)
    work.execute(_COURSE, [branch_id, course_id, work.actor.user_id, work.now])
    work.execute(_DRAFT, [branch_id, version_id, course_id, 1, named, "", 30, 70, '{"modules": []}'])
    return course_id, version_id


def begin_draft(work: Work, *, branch_id: int, course_id: UUID) -> UUID:
    """The course's draft: the one there is, else a copy of the last version. Raises E1004."""
    _lock(work, branch_id, course_id)
    last = work.row(_LAST, [branch_id, course_id])
    assert last is not None, "a course begins with a draft"
    version_id, number, *rest, content, published_at = last
    if published_at is None:
        return UUID(str(version_id))
    draft_id = uuid7()
    work.execute(_DRAFT, [branch_id, draft_id, course_id, number + 1, *rest, _json(content)])
    return draft_id


def edit(
    work: Work, *, branch_id: int, version_id: UUID, revision: int, change: Callable[[Draft], dict[str, Any]]
) -> None:
    """Changes a draft: ``change`` gives the new values of those fields that are new.

    Raises E1004, E9203 for a published version, E9201 where somebody has changed it since ``revision``, E9209 for a value that
    cannot be used.
    """
    draft, found = _lock_draft(work, branch_id, version_id)
    if found != revision:
        raise Refused("E9201")
    new = vars(draft) | change(draft)
    credit, percent = new["credit_minutes"], new["pass_percent"]
    if not 0 <= credit <= 6000:
        raise Refused("E9209", field="credit_minutes")
    if not 0 <= percent <= 100:
        raise Refused("E9209", field="pass_percent")
    summary = str(new["summary"]).strip()[:600].replace("\x00", "")
    content = new["content"].model_dump(mode="json")
    work.execute(_SAVE, [_title(new["title"]), summary, credit, percent, _json(content), branch_id, version_id])


def publish(work: Work, *, branch_id: int, version_id: UUID, revision: int) -> int:
    """Offers a draft as the course's next version and returns its number.

    Whoever has begun an older one goes on with that. Raises E1004, E9201, E9202 (with what is missing), E9203.
    """
    draft, found = _lock_draft(work, branch_id, version_id)
    if found != revision:
        raise Refused("E9201")
    lacking = problem(draft.content)
    media = list(draft.content.media())
    row = work.row(_HERE, [branch_id, media])
    if lacking is None and row != (len(media),):
        lacking = {"id": "ada gambar atau video yang hilang", "en": "a picture or video is missing"}
    if lacking is not None:
        raise Refused("E9202", reason=f"{lacking['id']} / {lacking['en']}")
    _lock(work, branch_id, draft.course_id)
    work.execute(_PUBLISH, [work.now, work.actor.user_id, branch_id, version_id])
    work.execute(_OFFER, [draft.number, branch_id, draft.course_id])
    detail = {"version": str(version_id), "number": draft.number}
    _report(work, "course_published", branch_id, draft.course_id, detail)
    return draft.number


def withdraw(work: Work, *, branch_id: int, course_id: UUID) -> None:
    """Offers a course no longer. What was begun may be finished, and counts. Raises E1004, E9204."""
    if _lock(work, branch_id, course_id) is None:
        raise Refused("E9204")
    work.execute(_OFFER, [None, branch_id, course_id])
    _report(work, "course_withdrawn", branch_id, course_id, {})


def require(
    work: Work, *, branch_id: int, course_id: UUID, audience: str, since: date, until: date | None = None
) -> UUID:
    """A rule by date of this office for all under it, about a course of its own or of an office above. Raises E1004, E9209."""
    if work.row(_SEES, [course_id, branch_id]) is None:
        raise Refused("E1004")
    if audience not in Audience.values:
        raise Refused("E9209", field="audience")
    if until is not None and until < since:
        raise Refused("E9209", field="until")
    rule_id = uuid7()
    work.execute(_REQUIRE, [branch_id, rule_id, course_id, audience, since, until, work.actor.user_id, work.now])
    _report(work, "course_required", branch_id, course_id, {"requirement": str(rule_id)})
    return rule_id


def end_requirement(work: Work, *, branch_id: int, requirement_id: UUID, on: date) -> None:
    """From that day on the rule asks nobody. Raises E1004 where there is none that still holds."""
    row = work.row(_END, [on, branch_id, requirement_id, on])
    if row is None:
        raise Refused("E1004")
    _report(work, "course_required", branch_id, row[0], {"requirement": str(requirement_id)})


def _lock(work: Work, branch_id: int, course_id: UUID) -> int | None:
    """The number that is offered. Raises E1004."""
    row = work.row(_LOCK_COURSE, [branch_id, course_id])
    if row is None:
        raise Refused("E1004")
    offered: int | None = row[0]
    return offered


def _lock_draft(work: Work, branch_id: int, version_id: UUID) -> tuple[Draft, int]:
    row = work.row(_LOCK_DRAFT, [branch_id, version_id])
    if row is None:
        raise Refused("E1004")
    course_id, number, title, summary, credit, percent, content, revision, published_at = row
    if published_at is not None:
        raise Refused("E9203")
    return Draft(version_id, course_id, number, title, summary, credit, percent, stored(content)), revision


def stored(content: Any) -> Content:
    """The content of a version's row, whichever way the driver gives JSON."""
    return read(orjson.loads(content) if isinstance(content, str) else content)


def _json(content: Any) -> str:
    return content if isinstance(content, str) else orjson.dumps(content).decode()


def _title(text: str) -> str:
    text = " ".join(text.replace("\x00", "").split())
    if not 3 <= len(text) <= 120:
        raise Refused("E9209", field="title")
    return text


def _report(work: Work, kind: str, branch_id: int, course_id: UUID, detail: dict[str, Any]) -> None:
    """An event of the branch; who published above the branches stands in the version."""
    if not is_above(work, branch_id):
        work.report(Happened(kind=kind, branch_id=branch_id, subject_id=course_id, detail=detail))
