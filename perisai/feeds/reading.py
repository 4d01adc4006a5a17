"""Events as they leave this house: read by branch and number, in one shape for the API and for web hooks.

Who acted and from which phone stays inside; what goes out are ids of things, amounts and days."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, LiteralString

import orjson

from perisai.events.work import Work

WINDOW: Final = 5000
"""Numbers that one reading looks at, at most: a filter that nothing passes through costs no more than that."""

# Carried by event_number (branch_id, number) of each partition.
_EVENTS: LiteralString = """
SELECT e.id, e.branch_id AS branch, e.number, e.kind, e.received_at, e.captured_from, e.captured_to, e.day_captured,
  e.day_received, e.segment, e.quantity, e.amount, e.subject_id AS subject, e.agent_id AS agent, e.sub_branch_id AS sub_branch,
  e.agency_office_id AS agency_office, e.region_code AS region, e.detail
FROM events_event e
WHERE e.branch_id = %(branch)s AND e.number > %(after)s AND e.number <= %(upto)s
  AND (%(kinds)s::text[] = '{}' OR e.kind = ANY(%(kinds)s::text[])) AND (%(segment)s = '' OR e.segment = %(segment)s)
ORDER BY e.number LIMIT %(limit)s
"""


@dataclass(frozen=True)
class Page:
    """``reached``: the number up to which everything was looked at; go on from there."""

    events: list[dict[str, Any]]
    reached: int


def page(
    work: Work, *, branch_id: int, after: int, position: int, limit: int, kinds: Sequence[str] = (), segment: str = ""
) -> Page:
    """At most ``limit`` events after a number, in the order of their numbers. ``position`` is the branch's last number."""
    upto = min(position, after + WINDOW)
    asked = {
        "branch": branch_id,
        "after": after,
        "upto": upto,
        "limit": limit,
        "kinds": list(kinds),
        "segment": segment,
    }
    found = [_shape(row) for row in work.dicts(_EVENTS, asked)]
    return Page(found, found[-1]["number"] if len(found) == limit else max(upto, after))


def _shape(row: dict[str, Any]) -> dict[str, Any]:
    """``detail`` comes as text where the driver was not told otherwise."""
    detail = row["detail"]
    return row | {"detail": orjson.loads(detail) if isinstance(detail, str) else detail}
