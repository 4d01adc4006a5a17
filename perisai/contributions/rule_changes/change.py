"""A change of a rule file from being proposed to being in force, or taken out again before its day.

Rules are the country's: what happens here leaves rows that never change instead of events of a branch. One lock at a time decides;
the numbers of sets and the steps of a change are unique besides."""

from datetime import date
from typing import Any, Final, LiteralString, NamedTuple
from uuid import UUID

import orjson
from django.db import transaction

from perisai.contributions.repricing import reprice
from perisai.contributions.rule_changes import publish as rule_publish
from perisai.contributions.rule_changes import text as rule_text
from perisai.contributions.rule_changes.tree import holds_from, touches
from perisai.contributions.rules.in_force import DIRECTORY
from perisai.errors import Refused
from perisai.events.ids import uuid7
from perisai.events.work import Work

LEAST_REASON: Final = 10
_LOCK: LiteralString = "SELECT pg_advisory_xact_lock(hashtextextended('contributions_rules', 0))"
_PROPOSE: LiteralString = """
INSERT INTO contributions_rule_change (id, file, base_text, text, why, is_correction, holds_from, proposed_at, proposed_by)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)
"""
_FIND: LiteralString = """
SELECT c.id, c.file, c.base_text, c.text, c.why, c.is_correction, c.holds_from, c.proposed_at, c.proposed_by,
  (SELECT kind FROM contributions_rule_step WHERE change_id = c.id AND kind <> 'withdrawn') AS decided,
  EXISTS (SELECT FROM contributions_rule_step WHERE change_id = c.id AND kind = 'withdrawn') AS is_withdrawn
FROM contributions_rule_change c WHERE c.id = %s
"""
_STEP: LiteralString = """
INSERT INTO contributions_rule_step (id, change_id, kind, reason, at, by) VALUES (%s, %s, %s, %s, %s, %s)
"""
_NEWEST: LiteralString = "SELECT number, files FROM contributions_rule_set ORDER BY number DESC LIMIT 1"
_PUBLISH: LiteralString = """
INSERT INTO contributions_rule_set (number, change_id, files, version, made_at, made_by) VALUES (%s, %s, %s, %s, %s, %s)
"""
_TRIED: LiteralString = "SELECT 1 FROM contributions_rule_trial WHERE change_id = %s AND state = 'done'"


class Change(NamedTuple):
    """``decided``: approved, refused, taken_back or None."""

    id: UUID
    file: str
    base_text: str
    text: str
    why: str
    is_correction: bool
    holds_from: date
    proposed_at: Any
    proposed_by: UUID | None
    decided: str | None
    is_withdrawn: bool


def propose(work: Work, *, file: str, text: str, why: str, is_correction: bool, today: date) -> UUID:
    """Keeps a text that could take the place of ``file``. Raises ``Refused``: E4201 to E4203 as ``text.check``; E4204 where
    it says nothing new; E4205 where it changes what is in force on ``today`` or was, and is not declared a correction; E4206
    without a reason."""
    text, why = rule_text.tidy(text), why.strip()
    base = rule_text.text_in_force(file)
    if text == rule_text.tidy(base):
        raise Refused("E4204")
    checked = rule_text.check(file, text)
    if not checked.differences:
        raise Refused("E4204")
    old = touches(checked.differences, today)
    if old and not is_correction:
        first = old[0]
        raise Refused("E4205", where=".".join(first.path), on=f"{first.on:%Y-%m-%d}" if first.on else "")
    _need(why)
    change_id = uuid7()
    held = holds_from(checked.differences, today)
    values = [change_id, file, base, text, why[:2000], bool(old), held, work.now, work.actor.user_id]
    work.execute(_PROPOSE, values)
    return change_id


def approve(work: Work, *, change_id: UUID, reason: str, today: date) -> int:
    """Puts it in force, by a second person; returns the number of the set. Raises ``Refused``: E4207 for one's own, E4208 where
    it was decided, E4209 where the file is another one by now, E4210 where its day came before it was decided, E4211 where it was
    not tried on present members."""
    _take_turn(work)
    change = get(work, change_id)
    if change.proposed_by is None or change.proposed_by == work.actor.user_id:
        raise Refused("E4207")
    if change.decided:
        raise Refused("E4208")
    number, files = _newest(work)
    if rule_text.tidy(_base(files, change.file)) != rule_text.tidy(change.base_text):
        raise Refused("E4209", file=change.file)
    if not change.is_correction and change.holds_from <= today and _touches_now(change, today):
        raise Refused("E4210", on=f"{change.holds_from:%Y-%m-%d}")
    if work.row(_TRIED, [change_id]) is None:
        raise Refused("E4211")
    checked = rule_text.check(change.file, change.text)
    _step(work, change_id, "approved", reason)
    made = _publish(work, number + 1, change_id, {**files, change.file: change.text}, checked.rules.version)
    reprice.begin(work, set_number=made, since=change.holds_from)
    return made


def refuse(work: Work, *, change_id: UUID, reason: str) -> None:
    """A second person says no. Raises ``Refused`` E4206, E4207, E4208."""
    work.execute(_LOCK)
    change = get(work, change_id)
    if change.proposed_by == work.actor.user_id:
        raise Refused("E4207")
    if change.decided:
        raise Refused("E4208")
    _need(reason)
    _step(work, change_id, "refused", reason)


def take_back(work: Work, *, change_id: UUID, reason: str) -> None:
    """Who proposed it takes it back before it is decided. Raises ``Refused`` E4206, E4208, E4214."""
    work.execute(_LOCK)
    change = get(work, change_id)
    if change.decided:
        raise Refused("E4208")
    if change.proposed_by != work.actor.user_id:
        raise Refused("E4214")
    _need(reason)
    _step(work, change_id, "taken_back", reason)


def withdraw(work: Work, *, change_id: UUID, reason: str, today: date) -> int:
    """Takes an approved change out before its day; returns the number of the set. Raises ``Refused``: E4206 without a reason,
    E4208 where it was withdrawn, E4212 where it is not approved or its day has come, E4213 where a later change of the same file
    builds on it."""
    _take_turn(work)
    change = get(work, change_id)
    if change.is_withdrawn:
        raise Refused("E4208")
    if change.decided != "approved" or change.is_correction or change.holds_from <= today:
        raise Refused("E4212", on=f"{change.holds_from:%Y-%m-%d}")
    number, files = _newest(work)
    if files.get(change.file) != change.text:
        raise Refused("E4213", file=change.file)
    _need(reason)
    checked = rule_text.check(change.file, change.base_text)
    _step(work, change_id, "withdrawn", reason)
    made = _publish(work, number + 1, change_id, {**files, change.file: change.base_text}, checked.rules.version)
    reprice.begin(work, set_number=made, since=change.holds_from)
    return made


def get(work: Work, change_id: UUID) -> Change:
    """Raises ``Refused`` E1004."""
    row = work.row(_FIND, [change_id])
    if row is None:
        raise Refused("E1004")
    return Change(*row)


def _take_turn(work: Work) -> None:
    """Waits for whoever publishes, and has this machine see what they did."""
    work.execute(_LOCK)
    rule_publish.refresh()


def _touches_now(change: Change, today: date) -> bool:
    """Whether by now it changes what is in force; a change of words alone never does."""
    return bool(touches(rule_text.check(change.file, change.text).differences, today))


def _newest(work: Work) -> tuple[int, dict[str, str]]:
    row = work.row(_NEWEST)
    if row is None:
        return 0, {}
    return row[0], orjson.loads(row[1]) if isinstance(row[1], str | bytes) else row[1]


def _base(files: dict[str, str], file: str) -> str:
    """The file in force by the database, which is ahead of this machine's folder where another one has just published."""
    return files.get(file) or (DIRECTORY / file).read_text(encoding="utf-8")


def _publish(work: Work, number: int, change_id: UUID, files: dict[str, str], version: str) -> int:
    content = orjson.dumps(files).decode()
    work.execute(_PUBLISH, [number, change_id, content, version, work.now, work.actor.user_id])
    transaction.on_commit(rule_publish.refresh)
    return number


def _step(work: Work, change_id: UUID, kind: str, reason: str) -> None:
    values = [uuid7(), change_id, kind, reason.strip()[:2000], work.now, work.actor.user_id]
    work.execute(_STEP, values)


def _need(reason: str) -> None:
    if len(reason.strip()) < LEAST_REASON:
        raise Refused("E4206", least=LEAST_REASON)
